//! Orders: the few bytes that an ended order needs, and what an open one has besides. What is not
//! stored is derived from the order's salt, always the same way.

use super::{
    Account, Doer, Fen, World,
    discounts::Offer,
    ids::Place,
    shape::{self, Line},
    times::{MINUTE, Millis, Versions},
};

/// Order types of the wire.
pub(crate) mod kind {
    pub(crate) const NEW: u8 = 1;
    pub(crate) const RENEWAL: u8 = 2;
    pub(crate) const CHANGE: u8 = 3;
    pub(crate) const UNSUBSCRIPTION: u8 = 4;
    pub(crate) const TO_ON_DEMAND: u8 = 10;
    pub(crate) const FROM_ON_DEMAND: u8 = 11;
    /// Every type that the filter knows.
    pub(crate) const ALL: [u8; 9] = [1, 2, 3, 4, 10, 11, 13, 14, 15];
}

/// Order states of the wire.
pub(crate) mod status {
    pub(crate) const AWAITING_APPROVAL: u8 = 1;
    pub(crate) const AWAITING_REFUND: u8 = 2;
    pub(crate) const PROCESSING: u8 = 3;
    pub(crate) const CANCELLED: u8 = 4;
    pub(crate) const COMPLETED: u8 = 5;
    pub(crate) const AWAITING_PAYMENT: u8 = 6;
    pub(crate) const AWAITING_CONFIRMATION: u8 = 9;
    /// What the list can be filtered by.
    pub(crate) const FILTER: [u8; 6] = [1, 3, 4, 5, 6, 9];
}

/// An order of several services with an order for each.
pub(crate) const COMBINED: u8 = 1;
/// A change to something cheaper: it refunds.
pub(crate) const DOWNGRADE: u8 = 2;
/// An unsubscription by the rule of five days: everything came back.
pub(crate) const WITHIN_FIVE_DAYS: u8 = 4;
/// There is no order that this one continues.
pub(crate) const NO_BASE: u32 = u32::MAX;

/// What is stored of every order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order {
    /// Seconds since 1970.
    pub(crate) created: u32,
    pub(crate) salt: u32,
    /// Position of the purchase that this order renews, changes or ends.
    pub(crate) base: u32,
    pub(crate) official: u32,
    pub(crate) after: u32,
    pub(crate) kind: u8,
    pub(crate) service: u8,
    /// Where it ended; open orders have their status in [`Live`].
    pub(crate) status: u8,
    pub(crate) flags: u8,
}

impl Order {
    pub(crate) fn created_at(&self) -> Millis {
        Millis::from(self.created) * 1_000
    }

    pub(crate) fn combined(&self) -> bool {
        self.flags & COMBINED != 0
    }

    /// Whether money comes back by it.
    pub(crate) fn refunds(&self) -> bool {
        self.kind == kind::UNSUBSCRIPTION || self.flags & DOWNGRADE != 0
    }

    /// When an order that ended before the start was paid.
    pub(crate) fn paid_at(&self) -> Option<Millis> {
        let delay = Millis::from(self.salt % 5_400) * 1_000;
        (self.status == status::COMPLETED).then(|| self.created_at() + MINUTE + delay)
    }
}

/// What really is with an open order, whatever readers are shown yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Truth {
    /// Waits for its payment.
    Open,
    Paid,
    Cancelled,
    /// Waits for Huawei: approval, confirmation, provisioning or refund.
    Elsewhere,
}

/// What can change about an order that was open at the start or made later.
pub(crate) struct Live {
    /// As readers see it.
    pub(crate) status: Versions<u8>,
    pub(crate) truth: Truth,
    pub(crate) deadline: Option<Millis>,
    /// Who placed it, if that is known.
    pub(crate) by: Option<Doer>,
    pub(crate) lines: Vec<Line>,
    pub(crate) offers: Vec<Offer>,
    pub(crate) payment: Option<Payment>,
}

/// How an order was paid, by line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Payment {
    pub(crate) at: Millis,
    /// When readers see it.
    pub(crate) shown_from: Millis,
    /// When what was bought is there.
    pub(crate) done_at: Millis,
    /// Type of the discount in `amount_info`, and what it takes off.
    pub(crate) discount: Option<(u16, Vec<Fen>)>,
    /// What a discount coupon takes off.
    pub(crate) ratio_coupon: Option<Vec<Fen>>,
    pub(crate) vouchers: Vec<Fen>,
    pub(crate) flexi: Vec<Fen>,
    /// What stored-value cards pay.
    pub(crate) cards: Vec<Fen>,
    pub(crate) cash: Fen,
    pub(crate) credit: Fen,
    /// Coupons, and cards behind them, with what each paid.
    pub(crate) coupons: Vec<(String, Fen)>,
}

impl Account {
    /// The lines of an order.
    pub(crate) fn lines(&self, index: u32) -> Vec<Line> {
        if let Some(live) = self.live.get(&index) {
            return live.lines.clone();
        }
        let order = &self.orders[index as usize];
        let base = self.orders.get(order.base as usize);
        shape::lines(order, base)
    }

    /// The status that readers see at a moment.
    pub(crate) fn status(&self, index: u32, at: Millis) -> u8 {
        self.live.get(&index).map_or_else(|| self.orders[index as usize].status, |live| *live.status.at(at))
    }

    /// The payment that readers see at a moment.
    pub(crate) fn payment(&self, index: u32, at: Millis) -> Option<&Payment> {
        self.live.get(&index)?.payment.as_ref().filter(|payment| payment.shown_from <= at)
    }

    /// When the order was paid, as readers see it at a moment.
    pub(crate) fn paid_at(&self, index: u32, at: Millis) -> Option<Millis> {
        match self.live.get(&index) {
            Some(live) => live.payment.as_ref().filter(|p| p.shown_from <= at).map(|p| p.at),
            None => self.orders[index as usize].paid_at(),
        }
    }

    /// When what an order buys or renews was there, if readers see that at a moment.
    pub(crate) fn provided_at(&self, index: u32, at: Millis) -> Option<Millis> {
        if self.status(index, at) != status::COMPLETED {
            return None;
        }
        let moment = if self.live.contains_key(&index) {
            self.payment(index, at).map(|payment| payment.done_at)
        } else {
            self.orders[index as usize].paid_at()
        };
        moment.filter(|moment| *moment <= at)
    }

    /// How many orders there are.
    pub(crate) fn made(&self) -> u32 {
        self.orders.len() as u32
    }

    /// How many orders had been made at a moment.
    pub(crate) fn made_by(&self, at: Millis) -> u32 {
        self.orders.partition_point(|order| order.created_at() <= at) as u32
    }
}

impl World {
    /// Where the order with this id is, in whatever case the id is written.
    pub(crate) fn find(&self, id: &str) -> Option<Place> {
        let id = id.to_ascii_uppercase();
        let place = self.ids.place(&id)?;
        let order = self.accounts.get(place.account)?.orders.get(place.index as usize)?;
        (self.ids.id(place, order.created_at()) == id).then_some(place)
    }

    /// The same, among the orders of one account, or of the members that it pays for.
    pub(crate) fn find_for(&self, account: usize, id: &str) -> Option<Place> {
        self.find(id).filter(|place| {
            place.account == account || self.accounts[place.account].custodian == Some(account)
        })
    }

    pub(crate) fn order_id(&self, account: usize, index: u32, sub: u8) -> String {
        let created = self.accounts[account].orders[index as usize].created_at();
        self.ids.id(Place { account, index, sub }, created)
    }
}
