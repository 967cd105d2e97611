//! Orders of the last days: those that wait for payment, with every peculiarity that paying has to
//! deal with, and those that wait for Huawei.

use super::super::world::{
    Kind, World,
    discounts::{ADJUSTED, COMMERCIAL, CONTRACT, Offer, PARTNER, PROMOTION, Way},
    orders::{NO_BASE, Payment, kind, status},
    place::Draft,
    resources::{Gone, Key, Resource, is_package},
    services::{CDN, DCS, DDS, ECS, EVS, OBS, RDS, VPC},
    shape::{Line, line, line as line_of},
    times::{DAY, HOUR, MINUTE, Millis},
};

const MONTH: (u8, u32) = (2, 1);
const YEAR: (u8, u32) = (3, 1);
const FULL: (u16, u8) = (0, 0);

/// An open order, told by when it must be paid.
pub(super) struct Open {
    draft: Draft,
    /// Whether it continues an earlier purchase.
    continues: bool,
    /// When Huawei is done with it.
    ends: Option<(Millis, u8)>,
}

/// The open orders of an account of this kind.
pub(super) fn drafts(account: Kind, start: Millis) -> Vec<Open> {
    let due = |left: Millis, lines| waiting(start, left, lines);
    let mut open = match account {
        Kind::Master => vec![
            due(HOUR, vec![line((ECS, 1), MONTH, 2, 0, FULL)]).with(&[(PROMOTION, Way::Ratio(90))]),
            due(DAY, vec![line((RDS, 0), YEAR, 1, 0, (605, 15))]).renewal(),
            due(6 * DAY, combined()).with(&[(COMMERCIAL, Way::Ratio(85))]),
            due(3 * DAY, vec![line((DDS, 1), YEAR, 1, 0, FULL)])
                .with(&[(ADJUSTED, Way::Price(1_280_000)), (COMMERCIAL, Way::Ratio(92))]),
            due(5 * DAY, vec![line((OBS, 1), YEAR, 1, 0, FULL), line((CDN, 0), YEAR, 2, 0, FULL)]).with(&[
                (CONTRACT, Way::Ratio(80)),
                (PROMOTION, Way::Off(20_000)),
                (PARTNER, Way::Ratio(95)),
            ]),
            due(4 * DAY, vec![line((DDS, 0), YEAR, 20, 0, FULL)]),
            due(5 * DAY + 7 * HOUR, vec![line((EVS, 1), MONTH, 3, 0, FULL)]),
            due(2 * DAY, vec![line((DCS, 0), MONTH, 1, 0, FULL)]),
            due(6 * DAY + 9 * HOUR, vec![line((ECS, 2), MONTH, 1, 0, FULL)]).change(),
            due(6 * DAY + 15 * HOUR, vec![line((VPC, 1), (2, 3), 1, 0, (700, 10))])
                .kind(kind::FROM_ON_DEMAND),
            due(6 * DAY + 20 * HOUR, (0..14).map(|n| line((ECS, n), MONTH, 1, 0, FULL)).collect())
                .with(&[(COMMERCIAL, Way::Ratio(70))]),
            elsewhere(start - 30 * HOUR, status::AWAITING_APPROVAL, vec![line((RDS, 1), YEAR, 2, 0, FULL)]),
            elsewhere(
                start - 20 * HOUR,
                status::AWAITING_CONFIRMATION,
                vec![line((VPC, 2), YEAR, 1, 0, FULL)],
            ),
            elsewhere(start - 9 * MINUTE, status::PROCESSING, vec![line((RDS, 2), MONTH, 1, 0, FULL)])
                .ends(start + 15 * MINUTE, status::COMPLETED),
            elsewhere(start - 3 * HOUR, status::AWAITING_REFUND, Vec::new())
                .kind(kind::UNSUBSCRIPTION)
                .ends(start + DAY, status::COMPLETED),
            done(start - 6 * DAY - 5 * HOUR, vec![line((ECS, 0), YEAR, 1, 0, (605, 12))]),
            done(
                start - 5 * DAY - 2 * HOUR,
                vec![line((EVS, 2), MONTH, 2, 0, FULL), line((VPC, 0), MONTH, 1, 0, FULL)],
            ),
            done(start - 3 * DAY - 3 * HOUR, combined()),
            done(start - 2 * DAY - 7 * HOUR, vec![line((DCS, 1), (2, 3), 1, 0, (700, 10))]),
            done(start - DAY - HOUR, vec![line((CDN, 1), YEAR, 1, 0, FULL)]),
            done(start - 5 * HOUR, vec![line((ECS, 3), MONTH, 1, 0, FULL)]),
        ],
        Kind::Ordinary => vec![
            due(HOUR, vec![line((ECS, 4), MONTH, 1, 0, FULL)]),
            due(DAY, vec![line((OBS, 0), (2, 3), 1, 0, FULL)]).with(&[(PROMOTION, Way::Ratio(88))]),
            due(6 * DAY, vec![line((RDS, 0), YEAR, 1, 0, FULL)]),
            done(start - 2 * DAY, vec![line((OBS, 2), MONTH, 1, 0, FULL)]),
        ],
        Kind::Member => vec![due(4 * DAY, vec![line((ECS, 0), MONTH, 1, 0, FULL)])],
    };
    open.sort_by_key(|order| order.draft.created);
    open
}

/// Places the open orders on top of the account's history.
pub(super) fn place(world: &mut World, account: usize, open: Vec<Open>, start: Millis) {
    let mut taken = 0;
    for mut order in open {
        let (kind, created, ends) = (order.draft.kind, order.draft.created, order.ends);
        let mut base = NO_BASE;
        if order.continues || kind == kind::UNSUBSCRIPTION {
            base = in_use(world, account, taken, start);
            taken += 1;
        }
        order.draft.base = base;
        let renewed = if kind == kind::RENEWAL && base != NO_BASE {
            renew_base(world, account, start, &mut order.draft)
        } else {
            Vec::new()
        };
        let index = world.place(account, order.draft);
        if kind == kind::UNSUBSCRIPTION && base != NO_BASE {
            take_lines_from_base(world, account, index);
            let gone = Gone { decided: created, at: ends.map_or(created, |(at, _)| at) };
            let lines = world.accounts[account].lines(base).len();
            let keys = (0..lines).map(|nth| (base, u16::try_from(nth).unwrap_or_default()));
            world.accounts[account].resources.leave(keys, gone);
        }
        let owner = &mut world.accounts[account];
        match kind {
            kind::RENEWAL if !renewed.is_empty() => owner.resources.will_renew(index, renewed),
            kind::CHANGE if base != NO_BASE => owner.resources.will_change(base, index),
            _ => {}
        }
        if let (Some(live), Some((at, status))) = (owner.live.get_mut(&index), ends) {
            live.status.plan(at, status);
            if kind == kind::NEW {
                let paid = created + 4 * MINUTE;
                let cash = live.lines.iter().map(|line| line.after).sum();
                let payment = Payment { at: paid, shown_from: paid, done_at: at, cash, ..Payment::default() };
                live.payment = Some(payment);
            }
        }
    }
    debug_assert!(world.accounts[account].orders.iter().all(|order| order.created_at() <= start));
}

fn take_lines_from_base(world: &mut World, account: usize, index: u32) {
    let owner = &mut world.accounts[account];
    let order = owner.orders[index as usize];
    let base = owner.orders[order.base as usize];
    let lines = super::super::world::shape::lines(&order, Some(&base));
    let amount = u32::try_from(lines.iter().map(|l| l.after).sum::<i64>()).unwrap_or(u32::MAX);
    let order = &mut owner.orders[index as usize];
    (order.official, order.after, order.service) = (amount, amount, base.service);
    if let Some(live) = owner.live.get_mut(&index) {
        live.lines = lines;
    }
}

/// Makes a renewal's lines those of what its purchase provided, and says which resources they renew.
fn renew_base(world: &World, account: usize, start: Millis, draft: &mut Draft) -> Vec<Key> {
    let Some(first) = draft.lines.first() else { return Vec::new() };
    let term = (first.period_type, first.periods.unwrap_or(1));
    let provided = world.provided_by(account, draft.base, start);
    if !provided.is_empty() {
        let renew = |resource: &Resource| {
            let line = &resource.line;
            line_of((line.service, line.product), term, line.quantity, 0, (605, 15))
        };
        draft.lines = provided.iter().map(renew).collect();
    }
    provided.iter().map(Resource::key).collect()
}

/// The nth newest purchase that is in use and that no order has continued; any complete one where there
/// are not so many.
fn in_use(world: &World, account: usize, nth: usize, start: Millis) -> u32 {
    let owner = &world.accounts[account];
    let orders = &owner.orders;
    let fits = |order: u32| {
        let bought = &orders[order as usize];
        bought.kind == kind::NEW && !bought.combined() && !is_package(bought.service)
    };
    let past = &owner.resources.past;
    let in_use = past.standing.iter().rev().filter(|old| {
        // Those that expire sooner are there to be seen expiring.
        old.expires > start + 40 * DAY && fits(old.order) && past.continued(old.order).next().is_none()
    });
    let complete = (0..owner.made()).rev().filter(|at| {
        let order = &orders[*at as usize];
        !owner.live.contains_key(at) && order.status == status::COMPLETED && fits(*at)
    });
    in_use.map(|old| old.order).chain(complete).nth(nth).unwrap_or(NO_BASE)
}

fn waiting(start: Millis, left: Millis, lines: Vec<Line>) -> Open {
    let draft = Draft { deadline: Some(start + left), ..Draft::purchase(start + left - 7 * DAY, lines) };
    Open { draft, continues: false, ends: None }
}

fn elsewhere(created: Millis, status: u8, lines: Vec<Line>) -> Open {
    Open {
        draft: Draft { status, deadline: None, ..Draft::purchase(created, lines) },
        continues: false,
        ends: None,
    }
}

/// Bought and provided in the last days.
fn done(created: Millis, lines: Vec<Line>) -> Open {
    elsewhere(created, status::COMPLETED, lines)
}

fn combined() -> Vec<Line> {
    vec![line((ECS, 1), YEAR, 2, 1, FULL), line((EVS, 0), YEAR, 2, 2, FULL), line((VPC, 0), YEAR, 1, 3, FULL)]
}

impl Open {
    fn with(mut self, offers: &[(u16, Way)]) -> Self {
        let made = self.draft.created;
        self.draft.offers = offers
            .iter()
            .map(|(kind, way)| Offer { id: format!("DC{made}{kind:03}"), kind: *kind, way: way.clone() })
            .collect();
        self
    }

    fn kind(mut self, kind: u8) -> Self {
        self.draft.kind = kind;
        self
    }

    fn renewal(mut self) -> Self {
        self.continues = true;
        self.kind(kind::RENEWAL)
    }

    fn change(mut self) -> Self {
        self.continues = true;
        self.kind(kind::CHANGE)
    }

    fn ends(mut self, at: Millis, status: u8) -> Self {
        self.ends = Some((at, status));
        self
    }
}
