//! Placing orders: what the seed, the control plane and the console do before anything is paid.

use super::{
    Doer, Fen, World,
    dice::mix,
    discounts::Offer,
    orders::{COMBINED, Live, NO_BASE, Order, Payment, Truth, kind, status},
    shape::Line,
    times::{DAY, MINUTE, Millis, Versions},
};

/// An order to be placed.
pub(crate) struct Draft {
    pub(crate) created: Millis,
    pub(crate) kind: u8,
    pub(crate) base: u32,
    pub(crate) lines: Vec<Line>,
    pub(crate) offers: Vec<Offer>,
    /// Where it stands at first.
    pub(crate) status: u8,
    pub(crate) deadline: Option<Millis>,
    /// Who placed it; nothing where that is left to chance.
    pub(crate) by: Option<Doer>,
}

impl Draft {
    /// A purchase that waits seven days for its payment.
    pub(crate) fn purchase(created: Millis, lines: Vec<Line>) -> Self {
        Self {
            created,
            kind: kind::NEW,
            base: NO_BASE,
            lines,
            offers: Vec::new(),
            status: status::AWAITING_PAYMENT,
            deadline: Some(created + 7 * DAY),
            by: None,
        }
    }
}

impl World {
    /// Places an order; it must not be older than the newest one. Answers its position.
    pub(crate) fn place(&mut self, account: usize, draft: Draft) -> u32 {
        let owner = &mut self.accounts[account];
        let index = owner.orders.len() as u32;
        let newest = owner.orders.last().map_or(0, |order| order.created);
        let created = u32::try_from(draft.created / 1_000).unwrap_or(u32::MAX).max(newest);
        let sum =
            |of: fn(&Line) -> Fen| u32::try_from(draft.lines.iter().map(of).sum::<Fen>()).unwrap_or(u32::MAX);
        let combined = draft.lines.iter().any(|line| line.sub != 0);
        owner.orders.push(Order {
            created,
            salt: mix(self.seed ^ (u64::from(index) << 8) ^ account as u64) as u32,
            base: draft.base,
            official: sum(|line| line.official),
            after: sum(|line| line.after),
            kind: draft.kind,
            service: draft.lines.first().map_or(0, |line| line.service),
            status: draft.status,
            flags: if combined { COMBINED } else { 0 },
        });
        let price = draft.lines.iter().map(|line| line.after).sum();
        let mut shown = Versions::new(draft.created, draft.status);
        let open = draft.status == status::AWAITING_PAYMENT;
        if let Some(deadline) = draft.deadline.filter(|_| open) {
            shown.plan(deadline, status::CANCELLED);
        }
        owner.live.insert(
            index,
            Live {
                status: shown,
                truth: match draft.status {
                    status::AWAITING_PAYMENT => Truth::Open,
                    status::COMPLETED => Truth::Paid,
                    _ => Truth::Elsewhere,
                },
                deadline: draft.deadline,
                by: draft.by,
                lines: draft.lines,
                offers: draft.offers,
                payment: (draft.status == status::COMPLETED).then(|| paid_in_full(draft.created, price)),
            },
        );
        index
    }
}

/// The payment of an order that is placed as complete: minutes after ordering, without coupons.
fn paid_in_full(created: Millis, price: Fen) -> Payment {
    let at = created + 4 * MINUTE;
    Payment { at, shown_from: at, done_at: at + MINUTE, cash: price, ..Payment::default() }
}
