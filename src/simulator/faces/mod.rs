//! The simulated BSS as HTTP and JSON: which path is which operation, how parameters are read, and
//! the forms of answers. The rules are in the world; here is only how they are asked and told.

use rust_decimal::Decimal;
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

pub(crate) use self::iam::{LOG_IN, is_iam};
use super::world::{Cause, Fen, Refusal, World, refuse, times::Millis};

mod account;
mod balances;
mod bills;
mod config;
mod costs;
mod coupons;
mod enterprise;
mod iam;
mod identity;
mod order_promotions;
mod orders;
mod packages;
mod payment;
mod prices;
mod products;
mod refunds;
mod resources;
mod usage;

/// An operation of the catalogue.
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// Calls in a second that the gateway lets through.
    pub(crate) rate: u32,
    answer: fn(&mut World, &Call<'_>) -> Result<Answer, Refusal>,
}

/// What the simulator can be asked, a list for each face.
static FACES: [&[Operation]; 18] = [
    account::OPERATIONS,
    balances::OPERATIONS,
    bills::OPERATIONS,
    config::OPERATIONS,
    costs::OPERATIONS,
    coupons::OPERATIONS,
    enterprise::OPERATIONS,
    iam::OPERATIONS,
    identity::OPERATIONS,
    order_promotions::OPERATIONS,
    orders::OPERATIONS,
    packages::OPERATIONS,
    payment::OPERATIONS,
    prices::OPERATIONS,
    products::OPERATIONS,
    refunds::OPERATIONS,
    resources::OPERATIONS,
    usage::OPERATIONS,
];

/// All of it.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation> {
    FACES.into_iter().flatten()
}

/// A request whose sender is known.
pub(crate) struct Call<'r> {
    pub(crate) account: usize,
    /// The parameter in the path, decoded.
    pub(crate) path_parameter: String,
    pub(crate) query: Query,
    pub(crate) body: &'r [u8],
    /// 0 for Chinese names, 1 for English ones.
    pub(crate) language: usize,
    /// The moment whose facts readers see.
    pub(crate) as_of: Millis,
    pub(crate) cause: Cause,
}

/// An answer as it will be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// A header of its own, as IAM has one.
    pub(crate) header: Option<(&'static str, String)>,
}

impl Answer {
    fn json(value: &impl Serialize) -> Result<Self, Refusal> {
        let body = serde_json::to_string(value).map_err(|_| Refusal {
            status: 500,
            code: "CBC.0999",
            message: "Other errors.".to_owned(),
        })?;
        Ok(Self::plain(200, body))
    }

    fn empty() -> Self {
        Self::plain(204, String::new())
    }

    /// An answer without a header of its own.
    pub(crate) fn plain(status: u16, body: String) -> Self {
        Self { status, body, header: None }
    }
}

/// The operation at a path, with the parameter in the path.
pub(crate) fn operation(method: &str, path: &str) -> Option<(&'static Operation, String)> {
    operations().filter(|operation| operation.method == method).find_map(|operation| {
        match operation.path.split_once('{') {
            None => (operation.path == path).then(|| (operation, String::new())),
            Some((before, _)) => {
                let parameter =
                    path.strip_prefix(before).filter(|rest| !rest.is_empty() && !rest.contains('/'))?;
                let decoded = percent_encoding::percent_decode_str(parameter).decode_utf8_lossy();
                Some((operation, decoded.into_owned()))
            }
        }
    })
}

/// The operation with this name in the catalogue.
pub(crate) fn named(id: &str) -> Option<&'static Operation> {
    operations().find(|operation| operation.id == id)
}

/// The body of a call as it is written down, without what nobody may read there.
pub(crate) fn written_body(operation: &Operation, body: &[u8]) -> String {
    match operation.id {
        "create_sub_enterprise_account" => enterprise::without_password(body),
        _ => String::from_utf8_lossy(body).into_owned(),
    }
}

impl Operation {
    /// Does what is asked.
    pub(crate) fn answer(&self, world: &mut World, call: &Call<'_>) -> Answer {
        (self.answer)(world, call).unwrap_or_else(|refusal| refused(&refusal))
    }
}

/// BSS's own form of a refusal.
pub(crate) fn refused(refusal: &Refusal) -> Answer {
    let body = serde_json::json!({"error_code": refusal.code, "error_msg": refusal.message});
    Answer::plain(refusal.status, body.to_string())
}

/// The parameters of a query.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// Refuses parameters that the interface does not have.
    fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(refuse("CBC.0101", format!("Invalid parameter: {name}."))),
            None => Ok(()),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| refuse("CBC.0101", format!("The parameter {name} is mandatory.")))
    }

    /// A number; an empty one is wrong, not absent.
    fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.text(name).map(|value| value.parse().map_err(|_| wrong(name))).transpose()
    }

    fn time(&self, name: &str) -> Result<Option<Millis>, Refusal> {
        self.text(name).map(|value| super::world::times::parse(value).ok_or_else(|| wrong(name))).transpose()
    }

    /// `offset` and `limit`, the latter of 1 to `most`.
    fn page(&self, most: i64) -> Result<(usize, usize), Refusal> {
        let limit = self.number("limit")?.unwrap_or(10);
        let offset = self.number("offset")?.unwrap_or(0);
        if !(1..=most).contains(&limit) {
            return Err(wrong("limit"));
        }
        let offset = usize::try_from(offset).map_err(|_| wrong("offset"))?;
        Ok((offset, usize::try_from(limit).map_err(|_| wrong("limit"))?))
    }
}

fn wrong(name: &str) -> Refusal {
    refuse("CBC.0100", format!("The parameter {name} is incorrect."))
}

/// The order that is asked about, which must belong to the caller or to a member it pays for.
fn order_of(world: &World, call: &Call<'_>, id: &str) -> Result<super::world::ids::Place, Refusal> {
    world
        .find_for(call.account, id)
        .filter(|place| {
            let owner = &world.accounts[place.account];
            owner.orders[place.index as usize].created_at() <= call.as_of
        })
        .ok_or_else(|| refuse("CBC.30000010", "The order does not exist or cannot be operated."))
}

/// An amount as a JSON number of yuan.
#[derive(Debug, Clone, Copy)]
struct Yuan(Fen);

impl Serialize for Yuan {
    #[expect(
        clippy::cast_precision_loss,
        reason = "far below 2^53; the shortest form of the quotient has two decimals"
    )]
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        if self.0 % 100 == 0 {
            out.serialize_i64(self.0 / 100)
        } else {
            out.serialize_f64(self.0 as f64 / 100.0)
        }
    }
}

/// An amount as a JSON string of yuan with two decimals.
#[derive(Debug, Clone, Copy)]
struct YuanText(Fen);

impl Serialize for YuanText {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        out.collect_str(&format_args!("{sign}{}.{:02}", fen / 100, fen % 100))
    }
}

/// A number with every digit that it has, without passing through binary floating point.
#[derive(Debug, Clone, Copy)]
struct Exact(Decimal);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let token = RawValue::from_string(self.0.normalize().to_string()).map_err(S::Error::custom)?;
        token.serialize(out)
    }
}

/// The same as a JSON string.
#[derive(Debug, Clone, Copy)]
struct ExactText(Decimal);

impl Serialize for ExactText {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&self.0.normalize())
    }
}

/// An instant as BSS writes it.
#[derive(Debug, Clone, Copy)]
struct At(Millis);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&super::world::times::wire(self.0))
    }
}
