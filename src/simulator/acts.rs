//! What changes the world: calls of the interface, the control plane's requests, and how each
//! happens. An act that is written down happens again in the same way; none reads a clock.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    faces::{self, Call, Operation, Query},
    gates::{Elsewhere, Permissions},
    world::{
        Cause, Doer, Mode, Refusal, World,
        discounts::{Offer, Way},
        enterprise::identity::RealName,
        orders::{NO_BASE, kind, status},
        pay::Wish,
        place::Draft,
        services::SERVICES,
        shape::Line,
        times::{DAY, Millis, SECOND},
    },
};
use crate::money::Money;

/// Something that changed the world, with the moment at which it did.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Act {
    /// A signed request that had an effect; `ledger` is how many effects there were then.
    Call {
        at: Millis,
        request_id: String,
        account: usize,
        operation: String,
        /// The parameter in the path, where the operation has one.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        path: String,
        body: String,
        ledger: usize,
    },
    /// Somebody in Huawei's console.
    Console { at: Millis, request_id: String, body: Console, ledger: usize },
    /// New orders.
    Orders { at: Millis, body: NewOrders },
    /// Time was advanced by so many milliseconds.
    Clock { by: Millis },
    /// Repeated payments are judged otherwise.
    Mode { mode: Mode },
    /// Settings were changed.
    Settings {
        #[serde(default)]
        at: Millis,
        body: SettingsBody,
    },
    /// Permissions of an account's key were taken or given back.
    Permissions { body: Permissions },
    /// An account went to the other site, or came back.
    Site { body: Elsewhere },
}

/// What cannot be asked of the control plane: status and words.
#[derive(Debug)]
pub(crate) struct Wrong(pub(crate) StatusCode, pub(crate) String);

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

impl From<Refusal> for Wrong {
    fn from(refusal: Refusal) -> Self {
        Self(StatusCode::CONFLICT, format!("{} {}", refusal.code, refusal.message))
    }
}

impl From<std::io::Error> for Wrong {
    fn from(error: std::io::Error) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

pub(crate) fn bad(text: impl Into<String>) -> Wrong {
    Wrong(StatusCode::BAD_REQUEST, text.into())
}

/// Settings to change, by name; the others stay.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct SettingsBody(serde_json::Map<String, serde_json::Value>);

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Pay,
    Cancel,
    Renew,
    Unsubscribe,
    SpendCoupon,
    RealName,
    TopUp,
}

/// What somebody does in Huawei's console.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Console {
    action: Action,
    account: Option<String>,
    order_id: Option<String>,
    resource_id: Option<String>,
    coupon_id: Option<String>,
    amount: Option<String>,
    verified_status: Option<i8>,
    verified_type: Option<u8>,
}

/// Orders to place.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrders {
    account: Option<String>,
    amount: Option<String>,
    #[serde(default = "one")]
    count: u32,
    #[serde(default = "a_week")]
    deadline_seconds: i64,
    service_type_code: Option<String>,
    order_type: Option<u8>,
    #[serde(default)]
    discounts: Vec<NewDiscount>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDiscount {
    discount_type: u16,
    /// Hundredths of the price that are left.
    ratio: u8,
}

fn one() -> u32 {
    1
}

fn a_week() -> i64 {
    7 * DAY / SECOND
}

impl Act {
    /// Lets a written act happen again, and answers by how much it advances time. Nothing when it
    /// does not end as it did the first time.
    pub(crate) fn again(self, world: &mut World) -> Option<Millis> {
        match self {
            Self::Call { at, request_id, account, operation, path, body, ledger } => {
                let operation = faces::named(&operation)?;
                world.accounts.get(account)?;
                let call = Call {
                    account,
                    path_parameter: path,
                    query: Query::default(),
                    body: body.as_bytes(),
                    language: 0,
                    as_of: at,
                    cause: Cause { at, request_id, actor: Doer::Api },
                };
                world.catch_up(at);
                operation.answer(world, &call);
                (world.ledger.len() == ledger).then_some(0)
            }
            Self::Console { at, request_id, body, ledger } => {
                world.catch_up(at);
                // A refusal may have had effects before it.
                let _ = body.happen(world, &Cause { at, request_id, actor: Doer::Console });
                (world.ledger.len() == ledger).then_some(0)
            }
            Self::Orders { at, body } => {
                world.catch_up(at);
                body.happen(world, at).ok().map(|_| 0)
            }
            Self::Clock { by } => Some(by),
            Self::Mode { mode } => {
                world.mode = mode;
                Some(0)
            }
            Self::Settings { at, body } => {
                world.catch_up(at);
                body.happen(world).ok().map(|()| 0)
            }
            Self::Permissions { body } => body.happen(world).ok().map(|()| 0),
            Self::Site { body } => body.happen(world).ok().map(|()| 0),
        }
    }
}

impl Call<'_> {
    /// The act that this call was; only those without a query have effects.
    pub(crate) fn written(&self, operation: &Operation, ledger: usize) -> Act {
        Act::Call {
            at: self.cause.at,
            request_id: self.cause.request_id.clone(),
            account: self.account,
            operation: operation.id.to_owned(),
            path: self.path_parameter.clone(),
            body: faces::written_body(operation, self.body),
            ledger,
        }
    }
}

impl SettingsBody {
    /// Changes all of them, or none where one is unknown or not of its type.
    pub(crate) fn happen(&self, world: &mut World) -> Result<(), Wrong> {
        let mut settings = json!(world.settings);
        for (name, value) in &self.0 {
            settings[name.as_str()] = value.clone();
        }
        world.settings = serde_json::from_value(settings).map_err(|error| bad(error.to_string()))?;
        Ok(())
    }
}

impl Console {
    /// Does it; answers the id of the order that it made.
    pub(crate) fn happen(&self, world: &mut World, cause: &Cause) -> Result<Option<String>, Wrong> {
        let owner_of_order =
            self.order_id.as_deref().and_then(|id| world.find(id)).map(|place| place.account);
        let account = match &self.account {
            Some(name) => world.account(name).ok_or_else(|| bad("no such account"))?,
            None => owner_of_order.ok_or_else(|| bad("which account?"))?,
        };
        let order_id = self.order_id.clone().unwrap_or_default();
        let thing = self.resource_id.as_ref().unwrap_or(&order_id);
        match self.action {
            Action::Pay => {
                world.pay(cause, account, &Wish { order_id, ..Wish::default() })?;
                Ok(None)
            }
            Action::Cancel => {
                world.cancel(cause, account, &order_id)?;
                Ok(None)
            }
            Action::Renew => {
                let base = world.purchase_of(account, thing)?;
                Ok(Some(world.renew_in_console(cause, account, base)?))
            }
            Action::Unsubscribe => {
                let base = world.purchase_of(account, thing)?;
                Ok(Some(world.unsubscribe_in_console(cause, account, base)?))
            }
            Action::SpendCoupon => {
                let amount = self.amount.as_deref().map(fen).transpose()?;
                world.spend_coupon(cause, account, self.coupon_id.as_deref().unwrap_or_default(), amount)?;
                Ok(None)
            }
            Action::RealName => {
                let status = self.verified_status.ok_or_else(|| bad("which status?"))?;
                world.set_real_name(cause, account, RealName { status, kind: self.verified_type })?;
                Ok(None)
            }
            Action::TopUp => {
                let amount = fen(self.amount.as_deref().unwrap_or_default())?;
                if amount <= 0 {
                    return Err(bad("no such amount"));
                }
                world.top_up(cause, account, amount);
                Ok(None)
            }
        }
    }
}

impl NewOrders {
    /// Places them; answers their ids.
    pub(crate) fn happen(&self, world: &mut World, now: Millis) -> Result<Vec<String>, Wrong> {
        let name = self.account.as_deref().unwrap_or_default();
        let account = if name.is_empty() { Some(0) } else { world.account(name) };
        let account = account.ok_or_else(|| bad("no such account"))?;
        let price = self.amount.as_deref().map_or(Ok(10_000), fen)?;
        let service = match &self.service_type_code {
            None => 0,
            Some(code) => {
                SERVICES.iter().position(|s| s.code == code).ok_or_else(|| bad("no such service"))?
            }
        };
        if !(0..=i64::from(u32::MAX)).contains(&price) {
            return Err(bad("no such amount"));
        }
        let line = Line {
            service: u8::try_from(service).unwrap_or_default(),
            product: 0,
            sub: 0,
            period_type: 2,
            periods: Some(1),
            quantity: 1,
            official: price,
            after: price,
            discount: 0,
        };
        let offers = self.discounts.iter().map(|discount| Offer {
            id: format!("DC{now}{:03}", discount.discount_type),
            kind: discount.discount_type,
            way: Way::Ratio(discount.ratio.min(100)),
        });
        let offers: Vec<Offer> = offers.collect();
        let place = |_| {
            let draft = Draft {
                created: now,
                kind: self.order_type.unwrap_or(kind::NEW),
                base: NO_BASE,
                lines: vec![line.clone()],
                offers: offers.clone(),
                status: status::AWAITING_PAYMENT,
                deadline: Some(now + self.deadline_seconds * SECOND),
                by: None,
            };
            let index = world.place(account, draft);
            world.order_id(account, index, 0)
        };
        Ok((0..self.count).map(place).collect())
    }
}

fn fen(text: &str) -> Result<i64, Wrong> {
    let money: Money = text.parse().map_err(|_| bad("not an amount"))?;
    let hundredths = money.decimal() * rust_decimal::Decimal::ONE_HUNDRED;
    i64::try_from(hundredths.trunc().mantissa()).map_err(|_| bad("not an amount"))
}
