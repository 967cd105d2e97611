//! What was shown of orders that are to be cancelled, as the form carries it sealed. Short, since it is
//! of up to two hundred orders. It asks nobody.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Able, CancelPage, Unable};
use crate::{
    bss::codes::OrderStatus,
    features::orders::{standing::Found, words},
    identity::access::{AccountId, Actor},
    money::Money,
    state::App,
    web::{Ui, sentence::Sentence, shown::ReadAt},
};

/// What was shown.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Facts {
    at: DateTime<Utc>,
    accounts: Vec<AccountId>,
    able: Vec<Row>,
    /// Order, what stands in its way, and more about that.
    unable: Vec<(String, String, String)>,
}

/// An order that can be cancelled: its id, which of the accounts, what was bought, since when and until
/// when in milliseconds, and what it costs.
type Row = (String, usize, String, i64, Option<i64>, Money);

impl ReadAt for Facts {
    fn read_at(&self) -> DateTime<Utc> {
        self.at
    }
}

impl Facts {
    /// Of a page.
    pub(super) fn of(page: &CancelPage<'_>) -> Self {
        let mut accounts: Vec<AccountId> = Vec::new();
        let mut number = |account: AccountId| {
            accounts.iter().position(|known| *known == account).unwrap_or_else(|| {
                accounts.push(account);
                accounts.len() - 1
            })
        };
        let row = |able: &Able| {
            let (id, account) = (able.found.order_id.clone(), number(able.found.account));
            let until = able.pay_until.map(|at| at.timestamp_millis());
            (id, account, able.service.clone(), able.created_at.timestamp_millis(), until, able.payable)
        };
        let able = page.able.iter().map(row).collect();
        let left =
            page.unable.iter().map(|one| (one.id.clone(), one.why.title.clone(), one.why.text.clone()));
        Self { at: page.at, able, unable: left.collect(), accounts }
    }

    /// The same again for the orders with these ids, if all of them were shown and are still for this
    /// person to act on.
    pub(super) fn again(
        self,
        app: &App,
        actor: &Actor,
        ids: &[String],
        ui: &Ui,
    ) -> Option<(Vec<Able>, Vec<Unable>, DateTime<Utc>)> {
        let Self { at, accounts, able, unable } = self;
        let is_shown = |id: &String| {
            able.iter().any(|(able, ..)| able == id) || unable.iter().any(|(left_out, ..)| left_out == id)
        };
        if !ids.iter().all(is_shown) {
            return None;
        }
        let is_wanted = |id: &String| ids.contains(id);
        let waits = i16::try_from(OrderStatus::AwaitingPayment.code()).unwrap_or_default();
        let row = |(order_id, account, service, created_at, pay_until, payable): Row| {
            let account = *accounts.get(account)?;
            let is_theirs = actor.all_accounts.contains(account) && app.readers.get(account).is_some();
            let account_name = app.readers.name(account).filter(|_| is_theirs)?.to_owned();
            Some(Able {
                found: Found { order_id, account, account_name, service: service.clone() },
                chip: words::status(waits, ui.locale),
                service,
                created_at: DateTime::from_timestamp_millis(created_at)?,
                pay_until: pay_until.and_then(DateTime::from_timestamp_millis),
                payable,
            })
        };
        let able = able.into_iter().filter(|(id, ..)| is_wanted(id)).map(row).collect::<Option<_>>()?;
        let why = |title, text| Sentence { tone: "decision", icon: "info", title, text, link: None };
        let unable = unable.into_iter().filter(|(id, ..)| is_wanted(id));
        let unable = unable.map(|(id, title, text)| Unable { id, why: why(title, text) }).collect();
        Some((able, unable, at))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::operations::{Seals, TransKey};

    #[test]
    fn as_many_orders_as_one_form_may_cancel_fit_into_it() {
        let row = |n: i64| {
            let service = "分布式消息服务RabbitMQ版 等 12 项".to_owned();
            let at = 1_763_870_000_000 + n;
            (format!("CS{n:015}"), 0, service, at, Some(at), Money::from_fen(n * 123_457))
        };
        let facts = Facts {
            at: DateTime::UNIX_EPOCH,
            accounts: vec![AccountId(Uuid::nil())],
            able: (0..200).map(row).collect(),
            unable: Vec::new(),
        };
        let seals = Seals::of(&TransKey([1; 32]));
        let sealed = seals.seal(&[], &facts).expect("small enough");
        let again: Facts = seals.open(&[], &sealed).expect("ours");
        assert_eq!((again.able, again.accounts, again.at), (facts.able, facts.accounts, facts.at));
    }
}
