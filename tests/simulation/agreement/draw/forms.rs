//! Draws what people ask for: forms, new ones and used ones.

use std::time::Duration;

use bss_portal::{
    identity::access::Permission,
    money::Money,
    operations::{Confirmed, Intent, OperationId, Planned, State, Target},
};
use chrono::TimeDelta;
use serde::Serialize;
use uuid::Uuid;

use super::{ACCOUNTS, Dice, Game, SECOND};
use crate::journal::rules;

const ORDERS: [&str; 4] = ["CS1", "cs1", "CS2", "CS3"];

impl Game {
    pub(super) fn planned(&mut self, dice: &mut Dice) -> Planned {
        let fresh = u128::try_from(self.forms.len()).unwrap_or_default() + 1;
        let again = if dice.one_in(6) { dice.pick(&self.forms) } else { None };
        let mut planned = match again {
            Some(mut planned) => {
                if dice.one_in(2) {
                    "{\"other\":true}".clone_into(&mut planned.intent.payload);
                }
                planned
            }
            None => self.new_form(dice, fresh),
        };
        planned.id = OperationId(Uuid::from_u128(fresh));
        if dice.one_in(40) {
            planned.id = self.some(dice, State::Ready).0;
        }
        planned.intent.until = match dice.below(30) {
            0 => Some(self.now),
            1 => Some(self.now + TimeDelta::microseconds(1)),
            2 => Some(self.now + TimeDelta::minutes(10) + TimeDelta::nanoseconds(1_999)),
            3 => Some(self.now + TimeDelta::days(3)),
            _ => None,
        };
        self.forms.push(planned.clone());
        planned
    }

    fn new_form(&self, dice: &mut Dice, fresh: u128) -> Planned {
        // One that was paid already, if that can be had: paying it again must be refused.
        let is_paid = |order: &&'static str| {
            let mut sent = self.journal.operations().flat_map(|row| &row.requests);
            sent.any(|request| request.attempt.is_live() && request.pays.as_deref() == Some(*order))
        };
        let paid: Vec<&str> = ORDERS.iter().copied().filter(is_paid).collect();
        let paid = if dice.one_in(2) { dice.pick(&paid) } else { None };
        let is_new = paid.is_none();
        let order = paid.unwrap_or_else(|| dice.of(ORDERS));
        let mut intent = Intent::new(dice.of(ACCOUNTS), Uuid::from_u128(0xF0_0000 + fresh), &Form(order));
        if is_new && dice.one_in(3) {
            (intent.kind, intent.step, intent.pays_order) = ("cancel_order", "cancel", None);
        } else if is_new {
            intent.amount = dice.of([
                None,
                Some(Money::from_fen(10_000)),
                Some(Money::from_fen(100_000)),
                Some(Money::from_fen(100_001)),
                Some(Money::from_fen(5_000_001)),
            ]);
        }
        if dice.one_in(12) {
            intent.targets.push(dice.of([
                Target::Order(order.to_owned()),
                Target::Order(order.to_lowercase()),
                Target::Resource("r1".to_owned()),
                Target::Account("d1".to_owned()),
            ]));
        }
        match dice.below(30) {
            0 => intent.kind = "refund",
            1 => intent.step = "dance",
            2 => intent.pays_order = None,
            3..6 => intent.step = dice.of(rules::STEPS),
            6 => intent.kind = dice.of(rules::KINDS),
            7 => intent.kind = "unsubscribe",
            _ => {}
        }
        let (requester_id, requester_name) = dice.person();
        Planned {
            id: OperationId(Uuid::from_u128(fresh)),
            intent,
            requester_id,
            requester_name,
            trans_id: Uuid::from_u128(0x7_0000 + fresh),
            approve_within: dice.of([3600 * SECOND, 24 * 3600 * SECOND]),
            hold: dice.of([
                None,
                None,
                None,
                Some(Duration::ZERO),
                Some(2 * 60 * SECOND),
                Some(3600 * SECOND),
                Some(3600 * SECOND + Duration::from_millis(1)),
            ]),
            send_within: dice.of([1800 * SECOND, 24 * 3600 * SECOND, 24 * 3600 * SECOND]),
        }
    }
}

/// A payment of an order.
#[derive(Serialize)]
struct Form(&'static str);

impl Confirmed for Form {
    const KIND: &'static str = "pay_order";
    const STEP: &'static str = "pay";
    const NEEDS: Permission = Permission::PayOrders;

    fn subject(&self) -> &str {
        self.0
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target::Order(self.0.to_owned())]
    }

    fn pays_order(&self) -> Option<&str> {
        Some(self.0)
    }
}
