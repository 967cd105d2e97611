//! Yearly/monthly resources: listed, renewed, converted, unsubscribed. How it is asked and told; the
//! rules are the world's.

use serde::Serialize;
use serde_json::Value;

use super::{Answer, At, Call, Operation, orders::product_id, wrong};
use crate::simulator::world::{
    Refusal, World, refuse,
    resources::{
        Resource,
        convert::Conversion,
        describe::{resource_name, size, spec_code},
        judge::{Failed, Made},
        list::{Filter, internal_id},
        renew::Renewal,
        state,
        unsubscribe::What,
    },
    services::service,
    times::parse,
    view::service_name,
};

const fn post(
    id: &'static str,
    path: &'static str,
    answer: fn(&mut World, &Call<'_>) -> Result<Answer, Refusal>,
) -> Operation {
    Operation { id, method: "POST", path, rate: 10, answer }
}

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    post("list_pay_per_use_customer_resources", "/v2/orders/suscriptions/resources/query", list),
    post("renewal_resources", "/v2/orders/subscriptions/resources/renew", renew),
    post("cancel_resources_subscription", "/v2/orders/subscriptions/resources/unsubscribe", unsubscribe),
    post(
        "auto_renewal_resources",
        "/v2/orders/subscriptions/resources/autorenew/{resource_id}",
        set_auto_renewal,
    ),
    Operation {
        id: "cancel_auto_renewal_resources",
        method: "DELETE",
        path: "/v2/orders/subscriptions/resources/autorenew/{resource_id}",
        rate: 10,
        answer: cancel_auto_renewal,
    },
    post("set_resources_renew_config", "/v2/orders/subscriptions/resources/renew/config", set_day),
    post("update_period_to_on_demand", "/v2/orders/subscriptions/resources/to-on-demand", set_to_on_demand),
    post(
        "update_period_to_on_demand_instantly",
        "/v2/orders/subscriptions/resources/to-on-demand/instantly",
        convert,
    ),
];

/// A body's fields: numbers may come as strings, and `null` is told from absence where that matters.
struct Body(serde_json::Map<String, Value>);

impl Body {
    fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        match serde_json::from_slice(call.body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            _ => Err(wrong("body")),
        }
    }

    fn only(self, known: &[&str]) -> Result<Self, Refusal> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(refuse("CBC.0101", format!("Invalid parameter: {name}."))),
            None => Ok(self),
        }
    }

    /// What is there and not `null`.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| wrong(name))).transpose()
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.get(name).map(|value| number_of(value).ok_or_else(|| wrong(name))).transpose()
    }

    /// A mandatory list of 1 to `most` different ids.
    fn ids(&self, most: usize) -> Result<Vec<String>, Refusal> {
        let name = "resource_ids";
        let list = required(name, self.get(name))?.as_array().ok_or_else(|| wrong(name))?;
        if list.is_empty() || list.len() > most {
            return Err(wrong(name));
        }
        let mut ids: Vec<String> = Vec::new();
        for id in list {
            let id = id.as_str().filter(|id| (1..=64).contains(&id.len())).ok_or_else(|| wrong(name))?;
            if ids.iter().any(|known| known == id) {
                return Err(wrong(name));
            }
            ids.push(id.to_owned());
        }
        Ok(ids)
    }
}

fn required<T>(name: &str, value: Option<T>) -> Result<T, Refusal> {
    value.ok_or_else(|| refuse("CBC.0101", format!("The parameter {name} is mandatory.")))
}

fn number_of(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

#[derive(Serialize)]
struct Listed<'w> {
    data: Vec<Row<'w>>,
    total_count: usize,
}

#[derive(Serialize)]
struct Row<'w> {
    id: String,
    resource_id: String,
    resource_name: String,
    region_code: &'static str,
    service_type_code: &'static str,
    resource_type_code: &'static str,
    resource_type_name: &'static str,
    service_type_name: &'static str,
    resource_spec_code: &'static str,
    project_id: String,
    product_id: String,
    parent_resource_id: Option<String>,
    is_main_resource: u8,
    status: u8,
    effective_time: At,
    expire_time: At,
    expire_policy: u8,
    product_spec_desc: &'static str,
    spec_size: Option<u32>,
    spec_size_measure_id: Option<u8>,
    update_time: At,
    enterprise_project: ProjectInfo<'w>,
}

#[derive(Serialize)]
struct ProjectInfo<'w> {
    id: &'w str,
    name: &'w str,
}

const QUERY: [&str; 10] = [
    "resource_ids",
    "order_id",
    "only_main_resource",
    "status_list",
    "offset",
    "limit",
    "expire_time_begin",
    "expire_time_end",
    "service_type_code",
    "customer_id",
];

/// `POST /v2/orders/suscriptions/resources/query`
fn list(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = Body::read(call)?.only(&QUERY)?;
    let filter = filter_of(&body)?;
    let (total_count, found) = world.list_resources(call.account, &filter, call.as_of);
    let data = found.iter().map(|resource| row(world, call, resource)).collect();
    Answer::json(&Listed { data, total_count })
}

fn filter_of(body: &Body) -> Result<Filter, Refusal> {
    // An empty list filters nothing; `null` is not supported here, unlike elsewhere.
    let named = body.0.get("resource_ids").is_some_and(|ids| ids != &Value::Array(Vec::new()));
    if body.0.get("resource_ids").is_some_and(Value::is_null) {
        return Err(wrong("resource_ids"));
    }
    let only_main = match body.number("only_main_resource")? {
        None | Some(0) => false,
        Some(1) => true,
        Some(_) => return Err(wrong("only_main_resource")),
    };
    let states = body.get("status_list").map_or(Some(Vec::new()), |list| {
        let known = [state::IN_USE, state::CLOSED, state::FROZEN, state::EXPIRED];
        let code = |value| u8::try_from(number_of(value)?).ok().filter(|code| known.contains(code));
        list.as_array()?.iter().map(code).collect()
    });
    // Empty is as good as absent for these two and the order, says the interface.
    let time = |name| match body.text(name)?.filter(|text| !text.is_empty()) {
        Some(text) => parse(text).map(Some).ok_or_else(|| wrong(name)),
        None => Ok(None),
    };
    let service = body.text("service_type_code")?;
    if service.is_some_and(str::is_empty) {
        return Err(wrong("service_type_code"));
    }
    if body.text("customer_id")?.is_some_and(|id| id.len() > 64) {
        return Err(wrong("customer_id"));
    }
    let limit = body.number("limit")?.unwrap_or(10);
    if !(1..=500).contains(&limit) {
        return Err(wrong("limit"));
    }
    Ok(Filter {
        ids: if named { body.ids(50)? } else { Vec::new() },
        order_id: body.text("order_id")?.filter(|id| !id.is_empty()).map(str::to_owned),
        only_main,
        states: states.ok_or_else(|| wrong("status_list"))?,
        expires: (time("expire_time_begin")?, time("expire_time_end")?),
        service: service.map(str::to_owned),
        offset: usize::try_from(body.number("offset")?.unwrap_or(0)).map_err(|_| wrong("offset"))?,
        limit: usize::try_from(limit).map_err(|_| wrong("limit"))?,
    })
}

fn row<'w>(world: &'w World, call: &Call<'_>, resource: &Resource) -> Row<'w> {
    let owner = &world.accounts[resource.account];
    let sold = service(resource.line.service);
    let project = &owner.projects[resource.project];
    let (spec_size, spec_size_measure_id) = size(&resource.line).unzip();
    Row {
        id: internal_id(world.seed, resource),
        resource_id: resource.id.clone(),
        resource_name: resource_name(owner, resource.account, resource.key(), sold.code),
        region_code: resource.region,
        service_type_code: sold.code,
        resource_type_code: sold.resource_type,
        resource_type_name: sold.resource_names[call.language],
        service_type_name: service_name(resource.line.service, call.language),
        resource_spec_code: spec_code(&resource.line),
        project_id: world.project_in(resource.account, resource.region),
        product_id: product_id(&resource.line),
        parent_resource_id: resource.parent.clone(),
        is_main_resource: u8::from(resource.parent.is_none()),
        status: resource.status,
        effective_time: At(resource.effective),
        expire_time: At(resource.expires),
        expire_policy: resource.policy.code,
        product_spec_desc: sold.product(resource.line.product).names[call.language],
        spec_size,
        spec_size_measure_id,
        update_time: At(resource.updated),
        enterprise_project: ProjectInfo { id: &project.id, name: &project.name },
    }
}

#[derive(Serialize)]
struct MadeOrders {
    order_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_resource_infos: Option<Vec<Failure>>,
}

#[derive(Serialize)]
struct Failure {
    error_code: &'static str,
    error_msg: String,
    resource_id: String,
}

impl From<Failed> for Failure {
    fn from(Failed { resource_id, why }: Failed) -> Self {
        Self { error_code: why.code, error_msg: why.message, resource_id }
    }
}

fn made(Made { order_ids, failed }: Made) -> Result<Answer, Refusal> {
    let failed: Vec<Failure> = failed.into_iter().map(Failure::from).collect();
    Answer::json(&MadeOrders { order_ids, fail_resource_infos: (!failed.is_empty()).then_some(failed) })
}

/// `POST /v2/orders/subscriptions/resources/renew`
fn renew(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    // The policy was mandatory once and is without effect.
    let body = Body::read(call)?.only(&[
        "resource_ids",
        "period_type",
        "period_num",
        "is_auto_pay",
        "expire_policy",
    ])?;
    let resource_ids = body.ids(10)?;
    let unit = required("period_type", body.number("period_type")?)?;
    let number = required("period_num", body.number("period_num")?)?;
    let most = match unit {
        2 => 11,
        3 => 3,
        _ => return Err(wrong("period_type")),
    };
    let periods = u32::try_from(number).ok().filter(|n| (1..=most).contains(n));
    let pay = match body.number("is_auto_pay")? {
        None | Some(0) => false,
        Some(1) => true,
        Some(_) => return Err(wrong("is_auto_pay")),
    };
    let term = (if unit == 3 { 3 } else { 2 }, periods.ok_or_else(|| wrong("period_num"))?);
    made(world.renew(&call.cause, call.account, &Renewal { resource_ids, term, pay })?)
}

/// `POST /v2/orders/subscriptions/resources/unsubscribe`
fn unsubscribe(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = Body::read(call)?.only(&[
        "resource_ids",
        "unsubscribe_type",
        "unsubscribe_reason_type",
        "unsubscribe_reason",
    ])?;
    let ids = body.ids(10)?;
    let what = match required("unsubscribe_type", body.number("unsubscribe_type")?)? {
        1 => What::Resource,
        2 => What::UnstartedTerms,
        _ => return Err(wrong("unsubscribe_type")),
    };
    if body.number("unsubscribe_reason_type")?.is_some_and(|reason| !(1..=5).contains(&reason)) {
        return Err(wrong("unsubscribe_reason_type"));
    }
    body.text("unsubscribe_reason")?;
    made(world.unsubscribe(&call.cause, call.account, &ids, what)?)
}

/// `POST /v2/orders/subscriptions/resources/autorenew/{resource_id}`
fn set_auto_renewal(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = if call.body.is_empty() { Body(serde_json::Map::new()) } else { Body::read(call)? };
    let body = body.only(&["auto_renew_times", "period_type"])?;
    let times = body.number("auto_renew_times")?.map(|times| {
        u8::try_from(times).ok().filter(|times| *times <= 99).ok_or_else(|| wrong("auto_renew_times"))
    });
    let unit = match body.text("period_type")? {
        None => None,
        Some("MONTH") => Some(2),
        Some("YEAR") => Some(3),
        Some(_) => return Err(wrong("period_type")),
    };
    let chosen = (times.transpose()?, unit);
    world.set_auto_renewal(&call.cause, call.account, &call.path_parameter, chosen)?;
    Ok(Answer::empty())
}

/// `DELETE /v2/orders/subscriptions/resources/autorenew/{resource_id}`
fn cancel_auto_renewal(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&[])?;
    world.cancel_auto_renewal(&call.cause, call.account, &call.path_parameter)?;
    Ok(Answer::empty())
}

#[derive(Serialize)]
struct Done {
    error_code: &'static str,
    error_msg: &'static str,
}

/// `POST /v2/orders/subscriptions/resources/renew/config`
fn set_day(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = Body::read(call)?.only(&["config_name", "config_value"])?;
    let name = required("config_name", body.text("config_name")?)?;
    let value = required("config_value", body.number("config_value")?)?;
    match (name, i8::try_from(value)) {
        ("DEDUCTION_DATE", Ok(days @ 2..=7)) => {
            world.set_deduction_day(&call.cause, call.account, days.unsigned_abs());
        }
        ("EXPIRE_DATE", Ok(day @ (1..=28 | -1))) => world.set_expiry_day(&call.cause, call.account, day),
        ("DEDUCTION_DATE" | "EXPIRE_DATE", _) => return Err(wrong("config_value")),
        _ => return Err(wrong("config_name")),
    }
    Answer::json(&Done { error_code: "CBC.0000", error_msg: "Success." })
}

#[derive(Serialize)]
struct NotSet {
    error_details: Vec<Detail>,
}

#[derive(Serialize)]
struct Detail {
    error_code: &'static str,
    error_msg: String,
    id: String,
}

/// `POST /v2/orders/subscriptions/resources/to-on-demand`
fn set_to_on_demand(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = Body::read(call)?.only(&["operation", "resource_ids"])?;
    let wanted = match required("operation", body.text("operation")?)? {
        "SET_UP" => true,
        "CANCEL" => false,
        _ => return Err(wrong("operation")),
    };
    let ids = body.ids(100)?;
    let failed = world.set_to_pay_per_use(&call.cause, call.account, &ids, wanted);
    let detail = |Failed { resource_id, why }: Failed| Detail {
        error_code: why.code,
        error_msg: why.message,
        id: resource_id,
    };
    Answer::json(&NotSet { error_details: failed.into_iter().map(detail).collect() })
}

#[derive(Serialize)]
struct Converted {
    to_ondemand_service_results: Vec<ConversionRow>,
}

#[derive(Serialize)]
struct ConversionRow {
    resource_id: String,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_msg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
}

/// `POST /v2/orders/subscriptions/resources/to-on-demand/instantly`
fn convert(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let ids = Body::read(call)?.only(&["resource_ids"])?.ids(10)?;
    let result = |(resource_id, what): (String, Conversion)| {
        let (result, why, order_id) = match what {
            Conversion::Done(order) => ("SUCCESS", None, Some(order)),
            Conversion::UnderReview(order) => ("AUDIT", None, Some(order)),
            Conversion::Failed(why) => ("FAIL", Some(why), None),
        };
        let (error_code, error_msg) = why.map(|why| (why.code, why.message)).unzip();
        ConversionRow { resource_id, result, error_code, error_msg, order_id }
    };
    let results = world.convert(&call.cause, call.account, &ids);
    let to_ondemand_service_results = results.into_iter().map(result).collect();
    Answer::json(&Converted { to_ondemand_service_results })
}
