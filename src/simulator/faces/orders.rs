//! `list_customer_orders` and `show_customer_order_details`.

use serde::Serialize;

use super::{Answer, At, Call, Operation, Yuan, order_of, wrong};
use crate::simulator::world::{
    Project, Refusal, World,
    ids::Place,
    list::Filter,
    orders::{kind, status},
    refuse,
    services::service,
    shape::Line,
    times::a_year_after,
    view::{Amounts, Head, SeenLine, service_name},
};

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_customer_orders",
        method: "GET",
        path: "/v2/orders/customer-orders",
        rate: 20,
        answer: list,
    },
    Operation {
        id: "show_customer_order_details",
        method: "GET",
        path: "/v2/orders/customer-orders/details/{order_id}",
        rate: 10,
        answer: show,
    },
];

#[derive(Serialize)]
struct OrderList<'w> {
    total_count: usize,
    order_infos: Vec<ListedOrder<'w>>,
}

#[derive(Serialize)]
struct ListedOrder<'w> {
    #[serde(flatten)]
    whole: WholeOrder<'w>,
    agent_pay_info: Option<AgentPay<'w>>,
}

#[derive(Serialize)]
struct OrderDetails<'w> {
    total_count: usize,
    order_info: WholeOrder<'w>,
    order_line_items: Vec<LineItem>,
}

/// An order with its sub-orders.
#[derive(Serialize)]
struct WholeOrder<'w> {
    #[serde(flatten)]
    head: OrderInfo<'w>,
    sub_order_infos: Option<Vec<OrderInfo<'w>>>,
}

/// What orders and sub-orders have in common.
#[derive(Serialize)]
struct OrderInfo<'w> {
    order_id: String,
    customer_id: &'w str,
    service_type_code: &'static str,
    service_type_name: &'static str,
    source_type: u8,
    status: u8,
    order_type: u8,
    amount_after_discount: Yuan,
    official_amount: Yuan,
    measure_id: u8,
    create_time: At,
    payment_time: Option<At>,
    currency: &'static str,
    contract_id: Option<String>,
    amount_info: AmountInfo,
    #[serde(skip_serializing_if = "Option::is_none")]
    enterprise_projects: Option<[ProjectInfo<'w>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_payment_end_time: Option<At>,
}

#[derive(Serialize)]
struct ProjectInfo<'w> {
    id: &'w str,
    name: &'w str,
}

#[derive(Serialize)]
struct AgentPay<'w> {
    paying_agent_id: &'w str,
    is_agent_pay: bool,
}

#[derive(Serialize)]
struct AmountInfo {
    discounts: Option<Vec<DiscountItem>>,
    flexipurchase_coupon_amount: Yuan,
    coupon_amount: Yuan,
    stored_card_amount: Yuan,
    commission_amount: Option<Yuan>,
    consumed_amount: Option<Yuan>,
}

#[derive(Serialize)]
struct DiscountItem {
    discount_type: String,
    discount_amount: Yuan,
}

#[derive(Serialize)]
struct LineItem {
    order_line_item_id: String,
    service_type_code: &'static str,
    service_type_name: &'static str,
    product_id: String,
    product_spec_desc: &'static str,
    period_type: u8,
    period_num: Option<u32>,
    effective_time: Option<At>,
    expire_time: Option<At>,
    subscription_num: u32,
    amount_after_discount: Yuan,
    official_amount: Yuan,
    amount_info: AmountInfo,
    currency: &'static str,
    category_code: &'static str,
    product_owner_service: &'static str,
    commercial_resource: &'static str,
    base_product_info: Option<ProductObject>,
    order_id: String,
}

#[derive(Serialize)]
struct ProductObject {
    product_id: String,
    product_spec_desc: &'static str,
    category_code: &'static str,
    product_owner_service: &'static str,
    commercial_resource: &'static str,
}

/// Where an order is shown decides which fields it has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    List,
    Details,
}

const PARAMETERS: [&str; 14] = [
    "order_id",
    "customer_id",
    "create_time_begin",
    "create_time_end",
    "service_type_code",
    "status",
    "order_type",
    "limit",
    "offset",
    "order_by",
    "payment_time_begin",
    "payment_time_end",
    "indirect_partner_id",
    "method",
];

/// `GET /v2/orders/customer-orders`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&PARAMETERS)?;
    let own = &world.accounts[call.account].domain_id;
    if query.text("customer_id").is_some_and(|id| id != own) || query.text("indirect_partner_id").is_some() {
        return Err(Refusal {
            status: 403,
            code: "CBC.0155",
            message: "Only partners may do this.".to_owned(),
        });
    }
    let created = (query.time("create_time_begin")?, query.time("create_time_end")?);
    let paid = (query.time("payment_time_begin")?, query.time("payment_time_end")?);
    for ((begin, end), name) in [(created, "create_time_end"), (paid, "payment_time_end")] {
        // A window that is open at its end ends now.
        let begin_and_end = begin.map(|begin| (begin, end.unwrap_or(call.cause.at)));
        if begin_and_end
            .is_some_and(|(begin, end)| end > a_year_after(begin) || (end < begin && end != call.cause.at))
        {
            return Err(wrong(name));
        }
    }
    let (offset, limit) = query.page(100)?;
    let filter = Filter {
        order_id: query.text("order_id").map(str::to_owned),
        created,
        paid,
        service: query.text("service_type_code").map(str::to_owned),
        status: query.number("status")?.map(|code| one_of(code, &status::FILTER, "status")).transpose()?,
        kind: query.number("order_type")?.map(|code| one_of(code, &kind::ALL, "order_type")).transpose()?,
        oldest_first: match query.text("order_by").map(str::to_ascii_lowercase).as_deref() {
            None | Some("-createtime") => false,
            Some("createtime") => true,
            Some(_) => return Err(wrong("order_by")),
        },
        offset,
        limit,
    };
    let owner = match query.text("method") {
        None | Some("oneself") => Some(call.account),
        Some("sub_customer") => world.accounts.iter().position(|a| a.custodian == Some(call.account)),
        Some(_) => return Err(wrong("method")),
    };
    let Some(owner) = owner else {
        return Answer::json(&OrderList { total_count: 0, order_infos: Vec::new() });
    };
    let (total_count, page) = world.list(owner, &filter, call.as_of);
    let order_infos = page.into_iter().map(|index| listed(world, call, owner, index)).collect();
    Answer::json(&OrderList { total_count, order_infos })
}

/// `GET /v2/orders/customer-orders/details/{order_id}`
pub(super) fn show(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["limit", "offset", "indirect_partner_id"])?;
    let (offset, limit) = call.query.page(100)?;
    let place = order_of(world, call, &call.path_parameter)?;
    let lines = world.seen_lines(place, call.as_of);
    let total_count = lines.len();
    let order_line_items =
        lines.into_iter().skip(offset).take(limit).map(|line| line_item(line, call.language)).collect();
    let order_info = whole(world, call, place, Form::Details);
    Answer::json(&OrderDetails { total_count, order_info, order_line_items })
}

fn one_of(code: i64, known: &[u8], name: &str) -> Result<u8, Refusal> {
    known
        .iter()
        .copied()
        .find(|known| i64::from(*known) == code)
        .ok_or_else(|| refuse("CBC.0100", format!("The parameter {name} is incorrect.")))
}

fn listed<'w>(world: &'w World, call: &Call<'_>, account: usize, index: u32) -> ListedOrder<'w> {
    let place = Place { account, index, sub: 0 };
    ListedOrder {
        whole: whole(world, call, place, Form::List),
        agent_pay_info: world.accounts[account].custodian.map(|master| AgentPay {
            paying_agent_id: &world.accounts[master].domain_id,
            is_agent_pay: true,
        }),
    }
}

fn whole<'w>(world: &'w World, call: &Call<'_>, place: Place, form: Form) -> WholeOrder<'w> {
    let subs: Vec<OrderInfo<'_>> =
        world.subs(place, call.as_of).into_iter().map(|sub| head_info(world, call, sub, form)).collect();
    WholeOrder {
        head: head_info(world, call, world.head(place, call.as_of), form),
        sub_order_infos: (!subs.is_empty()).then_some(subs),
    }
}

fn head_info<'w>(world: &'w World, call: &Call<'_>, head: Head, form: Form) -> OrderInfo<'w> {
    let owner = &world.accounts[head.account];
    let Project { id, name } = &owner.projects[head.project];
    OrderInfo {
        order_id: head.id,
        customer_id: &owner.domain_id,
        service_type_code: service(head.service).code,
        service_type_name: service_name(head.service, call.language),
        source_type: head.source,
        status: head.status,
        order_type: head.kind,
        amount_after_discount: Yuan(head.amounts.after),
        official_amount: Yuan(head.amounts.official),
        measure_id: 1,
        create_time: At(head.created),
        payment_time: head.paid.map(At),
        currency: "CNY",
        contract_id: head.contract,
        amount_info: amount_info(&head.amounts),
        enterprise_projects: (form == Form::List).then_some([ProjectInfo { id, name }]),
        user_name: (form == Form::Details).then(|| owner.users[head.user].as_str()),
        pending_payment_end_time: head.deadline.filter(|_| form == Form::Details).map(At),
    }
}

fn amount_info(amounts: &Amounts) -> AmountInfo {
    let discounts: Vec<DiscountItem> = amounts
        .discounts
        .iter()
        .map(|(kind, amount)| DiscountItem {
            discount_type: kind.to_string(),
            discount_amount: Yuan(*amount),
        })
        .collect();
    AmountInfo {
        discounts: (!discounts.is_empty()).then_some(discounts),
        flexipurchase_coupon_amount: Yuan(amounts.flexi),
        coupon_amount: Yuan(amounts.coupon),
        stored_card_amount: Yuan(amounts.card),
        commission_amount: amounts.kept.map(|(_, fee)| Yuan(fee)),
        consumed_amount: amounts.kept.map(|(consumed, _)| Yuan(consumed)),
    }
}

fn line_item(seen: SeenLine, language: usize) -> LineItem {
    let SeenLine { id, order_id, line, amounts, term } = seen;
    let Line { service: code, period_type, periods, quantity, .. } = line;
    let sold = service(code);
    LineItem {
        order_line_item_id: id,
        service_type_code: sold.code,
        service_type_name: service_name(code, language),
        product_id: product_id(&line),
        product_spec_desc: sold.product(line.product).names[language],
        period_type,
        period_num: periods,
        effective_time: term.map(|(from, _)| At(from)),
        expire_time: term.map(|(_, until)| At(until)),
        subscription_num: quantity,
        amount_after_discount: Yuan(amounts.after),
        official_amount: Yuan(amounts.official),
        amount_info: amount_info(&amounts),
        currency: "CNY",
        category_code: "CLOUD",
        product_owner_service: sold.code,
        commercial_resource: sold.resource_type,
        base_product_info: periods.is_none().then(|| ProductObject {
            product_id: product_id(&line),
            product_spec_desc: sold.product(line.product).names[language],
            category_code: "CLOUD",
            product_owner_service: sold.code,
            commercial_resource: sold.resource_type,
        }),
        order_id,
    }
}

pub(super) fn product_id(line: &Line) -> String {
    product_code(line.service, usize::from(line.product) % service(line.service).products.len())
}

/// The id of the product at a position of a service.
pub(super) fn product_code(service: u8, product: usize) -> String {
    format!("OFFI7405863{service:03}2815{product:02}")
}
