//! From yearly/monthly to pay-per-use: at expiry, or at once.

use super::{
    super::{
        Cause, Kind, Refusal, World,
        orders::{Payment, Truth, kind, status},
        place::Draft,
        refuse,
        shape::Line,
        times::Millis,
    },
    Gone, Policy,
    judge::{Failed, Group, Obstacle},
    policy, state,
};

/// What became of a resource that was to be pay-per-use at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// By this order.
    Done(String),
    /// This order waits for a review.
    UnderReview(String),
    Failed(Refusal),
}

impl World {
    /// Has resources become pay-per-use when they expire, or not any more; answers for which not.
    pub(crate) fn set_to_pay_per_use(
        &mut self,
        cause: &Cause,
        account: usize,
        ids: &[String],
        wanted: bool,
    ) -> Vec<Failed> {
        let mut failed = Vec::new();
        for id in ids {
            match self.convertible(account, id, cause.at) {
                Ok(group) => {
                    let is = group.main.policy.code == policy::TO_PAY_PER_USE;
                    if is != wanted {
                        let code = if wanted { policy::TO_PAY_PER_USE } else { policy::GRACE };
                        let policy = Policy { code, ..Policy::default() };
                        self.set_policy(account, group.main.key(), cause.at, policy);
                        self.record(cause, account, "update_period_to_on_demand", id);
                    }
                }
                Err(why) => failed.push(Failed { resource_id: id.clone(), why }),
            }
        }
        failed
    }

    /// Makes resources pay-per-use at once. A member's conversion waits for its master's review.
    pub(crate) fn convert(
        &mut self,
        cause: &Cause,
        account: usize,
        ids: &[String],
    ) -> Vec<(String, Conversion)> {
        let mut convert = |id: &String| {
            let what = match self.convertible(account, id, cause.at) {
                Ok(group) => self.order_conversion(cause, account, &group),
                Err(why) => Conversion::Failed(why),
            };
            (id.clone(), what)
        };
        ids.iter().map(&mut convert).collect()
    }

    fn convertible(&self, account: usize, id: &str, at: Millis) -> Result<Group, Refusal> {
        let group = self.group(account, id, at).map_err(|obstacle| match obstacle {
            Obstacle::Unknown | Obstacle::Gone => refuse("CBC.99003012", "The resource does not exist."),
            Obstacle::Attached(_) => {
                refuse("CBC.99003609", "A resource of this type cannot be changed to pay-per-use.")
            }
            Obstacle::Unpaid | Obstacle::Leaving | Obstacle::Running => {
                refuse("CBC.99003623", "A transaction of the resource is in progress.")
            }
        })?;
        if group.main.is_package() {
            return Err(refuse("CBC.99003611", "A package cannot be changed to pay-per-use."));
        }
        if group.main.status != state::IN_USE {
            return Err(refuse("CBC.99003610", "The resource is in its grace or retention period."));
        }
        Ok(group)
    }

    fn order_conversion(&mut self, cause: &Cause, account: usize, group: &Group) -> Conversion {
        let at = cause.at;
        let reviewed = self.accounts[account].kind == Kind::Member;
        let lines: Vec<Line> = group
            .all()
            .map(|r| Line { sub: 0, periods: None, official: 0, after: 0, discount: 0, ..r.line.clone() })
            .collect();
        let draft = Draft {
            kind: kind::TO_ON_DEMAND,
            base: group.main.order,
            status: if reviewed { status::AWAITING_APPROVAL } else { status::PROCESSING },
            deadline: None,
            by: Some(cause.actor),
            ..Draft::purchase(at, lines)
        };
        let index = self.place(account, draft);
        let id = self.order_id(account, index, 0);
        let owner = &mut self.accounts[account];
        if !reviewed {
            let done_at = at + self.settings.visible_after_ms + self.settings.provision_ms;
            if let Some(live) = owner.live.get_mut(&index) {
                live.truth = Truth::Elsewhere;
                live.status.plan(done_at, status::COMPLETED);
                live.payment = Some(Payment { at, shown_from: done_at, done_at, ..Payment::default() });
            }
            owner.resources.leave(group.keys(), Gone { decided: at, at: done_at });
        }
        self.record(cause, account, "update_period_to_on_demand_instantly", &id);
        if reviewed { Conversion::UnderReview(id) } else { Conversion::Done(id) }
    }
}
