//! `show_multi_account_transfer_amount`, `list_enterprise_multi_account`, and the two that move money.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    super::{Answer, At, Call, Query, Yuan, wrong},
    MOST, mandatory, optional, trans_id,
};
use crate::simulator::world::{
    Fen, Refusal, World,
    enterprise::{
        Side,
        money::{Move, Purse},
    },
    times::parse,
};

#[derive(Serialize)]
struct Amounts<T> {
    total_count: usize,
    amount_infos: Vec<T>,
}

#[derive(Serialize)]
struct Amount {
    /// One of the two: what can be handed out, or taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    avail_transfer_amount: Option<Yuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avail_retrieve_amount: Option<Yuan>,
    measure_id: u8,
    currency: &'static str,
    #[serde(flatten)]
    credit: Option<Credit>,
}

/// What only credit has.
#[derive(Serialize)]
struct Credit {
    amount: Yuan,
    credit_amount: Yuan,
    expire_time: Option<At>,
}

#[derive(Deserialize)]
struct MoneyBody {
    customer_id: Option<Value>,
    amount: Option<Value>,
    trans_id: Option<Value>,
    balance_type: Option<Value>,
    expire_time: Option<Value>,
}

/// `GET /v2/enterprises/multi-accounts/transfer-amount`
pub(super) fn transferable(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["balance_type", "offset", "limit"])?;
    let credit = is_credit(call.query.required("balance_type")?)?;
    world.master_only(call.account)?;
    amounts(world, call, Side::Master, credit)
}

/// `GET /v2/enterprises/multi-accounts/retrieve-amount`
pub(super) fn recoverable(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&["sub_customer_id", "balance_type", "offset", "limit"])?;
    let id = query.required("sub_customer_id")?;
    let credit = is_credit(query.required("balance_type")?)?;
    world.master_only(call.account)?;
    let member = world.member(call.as_of, id, "sub_customer_id")?;
    amounts(world, call, Side::Member(member), credit)
}

/// `POST /v2/enterprises/multi-accounts/transfer-amount`
pub(super) fn hand_out(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let wish = wish(call)?;
    world.hand_out_money(&call.cause, call.account, &wish)?;
    Ok(Answer::empty())
}

/// `POST /v2/enterprises/multi-accounts/retrieve-amount`
pub(super) fn take_back(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let wish = wish(call)?;
    world.take_back_money(&call.cause, call.account, &wish)?;
    Ok(Answer::empty())
}

fn amounts(world: &World, call: &Call<'_>, side: Side, credit: bool) -> Result<Answer, Refusal> {
    let row = |available: Fen, credit: Option<Credit>| {
        let (handed_out, taken_back) = match side {
            Side::Master => (Some(Yuan(available)), None),
            Side::Member(_) => (None, Some(Yuan(available))),
        };
        Amount {
            avail_transfer_amount: handed_out,
            avail_retrieve_amount: taken_back,
            measure_id: 1,
            currency: "CNY",
            credit,
        }
    };
    if !credit {
        // Cash is one row, whatever page is asked for.
        let rows = vec![row(world.movable_cash(side, call.as_of), None)];
        return Answer::json(&Amounts { total_count: 1, amount_infos: rows });
    }
    let (offset, limit) = page(&call.query)?;
    let parts = world.credit_rows(side, call.as_of);
    let rows = parts.iter().skip(offset).take(limit).map(|part| {
        let available = if side == Side::Master { part.left } else { part.line };
        let credit = Credit {
            amount: Yuan(part.left),
            credit_amount: Yuan(part.line),
            expire_time: part.expires.map(At),
        };
        row(available, Some(credit))
    });
    Answer::json(&Amounts { total_count: parts.len(), amount_infos: rows.collect() })
}

fn page(query: &Query) -> Result<(usize, usize), Refusal> {
    query.page(MOST)
}

fn is_credit(balance_type: &str) -> Result<bool, Refusal> {
    match balance_type {
        "BALANCE_TYPE_DEBIT" => Ok(false),
        "BALANCE_TYPE_CREDIT" => Ok(true),
        _ => Err(wrong("balance_type")),
    }
}

fn wish(call: &Call<'_>) -> Result<Move, Refusal> {
    let body: MoneyBody = serde_json::from_slice(call.body).map_err(|_| wrong("body"))?;
    let credit = optional(body.balance_type.as_ref(), "balance_type")?
        .map_or(Ok(false), |balance_type| is_credit(&balance_type))?;
    let purse = match optional(body.expire_time.as_ref(), "expire_time")? {
        _ if !credit => Purse::Cash,
        None => Purse::Credit { expires: None },
        Some(text) => Purse::Credit { expires: Some(parse(&text).ok_or_else(|| wrong("expire_time"))?) },
    };
    Ok(Move {
        customer_id: mandatory(body.customer_id.as_ref(), "customer_id")?,
        amount: amount(body.amount.as_ref())?,
        trans_id: trans_id(body.trans_id.as_ref())?,
        purse,
    })
}

/// An amount above zero with exactly two decimals; a number may leave zeros out.
pub(super) fn amount(value: Option<&Value>) -> Result<Fen, Refusal> {
    let text = mandatory(value, "amount")?;
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exact = decimals.len() == 2 || (decimals.len() < 2 && matches!(value, Some(Value::Number(_))));
    if whole.is_empty() || !exact || !digits(whole) || !digits(decimals) {
        return Err(wrong("amount"));
    }
    let fen: Fen = format!("{whole}{decimals:0<2}").parse().map_err(|_| wrong("amount"))?;
    // Far more than anybody has, and far less than what sums could not hold.
    if !(1..=1_000_000_000_000_000).contains(&fen) {
        return Err(wrong("amount"));
    }
    Ok(fen)
}
