//! Plans, as a correct portal carries them on: an order for each resource, and then its payment.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Making, World, ms};
use crate::evidence::{Answered, PlanStep, RenewalPlan};

impl World {
    /// Somebody renews resources with one form, and has the orders paid at once or left.
    pub(in super::super) fn plan(&mut self, resources: &[String], pays: bool, at: DateTime<Utc>) -> usize {
        let (id, form_key) = (Uuid::from_u128(self.number()), Uuid::from_u128(self.number() << 64));
        for resource in resources {
            self.form("li.na", ("renew", resource, form_key), at, Answered::Plan(id));
            self.evidence.submissions.last_mut().expect("the form").pays = pays;
        }
        let steps = (1..).zip(resources).map(|(no, resource)| PlanStep {
            no,
            resources: vec![resource.clone()],
            confirmed: pays.then(|| "10.00".parse().expect("an amount")),
            order_form_key: Uuid::from_u128(self.number() << 64),
            pay_form_key: Uuid::from_u128(self.number() << 64),
            state: "open".to_owned(),
            order_id: None,
            why: String::new(),
        });
        let steps = steps.collect();
        let (requester, created_at) = ("li.na".to_owned(), at + ms(10));
        let (stopped_at, closed_at) = (None, None);
        self.evidence.plans.push(RenewalPlan {
            id,
            requester,
            form_key,
            created_at,
            stopped_at,
            closed_at,
            steps,
        });
        self.evidence.plans.len() - 1
    }

    /// An operation of a step: the order, or the payment of the order that came of it.
    fn part(&mut self, (plan, step): (usize, usize), at: DateTime<Utc>) -> Making {
        let RenewalPlan { id, steps, .. } = self.evidence.plans[plan].clone();
        let PlanStep { resources, order_id, order_form_key, pay_form_key, .. } = steps[step].clone();
        let (kind, subject, key) = match order_id {
            None => ("renew", resources[0].clone(), order_form_key),
            Some(order) => ("pay_order", order, pay_form_key),
        };
        let making = self.submit(("li.na", kind), &subject, at);
        self.evidence.submissions.pop();
        let row = self.row(making);
        (row.plan, row.form_key) = (Some(id), key);
        making
    }

    /// A step goes as it should; answers when that is over.
    pub(in super::super) fn step(&mut self, of: (usize, usize), at: DateTime<Utc>) -> DateTime<Utc> {
        let mut order = self.part(of, at);
        self.arm(&mut order);
        self.succeeds(&mut order);
        let made = self.row(order).upstream_order_id.clone();
        let step = &mut self.evidence.plans[of.0].steps[of.1];
        step.order_id = made;
        let pays: Option<Decimal> = step.confirmed;
        let (mut now, mut state) = (order.now, "ordered");
        if pays.is_some() {
            let mut payment = self.part(of, order.now + ms(100));
            self.arm(&mut payment);
            self.succeeds(&mut payment);
            (now, state) = (payment.now, "paid");
        }
        state.clone_into(&mut self.evidence.plans[of.0].steps[of.1].state);
        now
    }

    /// A step whose order is not made, since its resource is not as it was.
    pub(in super::super) fn stale_step(&mut self, of: (usize, usize), at: DateTime<Utc>) -> DateTime<Utc> {
        let mut order = self.part(of, at);
        self.note(&mut order, "STALE", "facts_changed");
        let step = &mut self.evidence.plans[of.0].steps[of.1];
        (step.state, step.why) = ("not_ordered".to_owned(), "stale".to_owned());
        order.now
    }

    /// All of its steps have ended.
    pub(in super::super) fn close(&mut self, plan: usize, at: DateTime<Utc>) {
        self.evidence.plans[plan].closed_at = Some(at);
    }
}
