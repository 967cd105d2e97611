//! What people want, and the forms that pages show for it: each carries what was true a moment ago.

use bss_portal::{
    bss::{Term, Unsubscribed, codes::ExpirePolicy},
    features::{
        orders::cancel_order::CancelOrder,
        resources::{
            self, ChosenResource, SeenResource,
            policy::{
                convert_now::ConvertNow,
                renewal_day::{Day, SetRenewalDay},
                set_policy::{Setting, Wanted},
            },
            renew::Renew,
            unsubscribe::Unsubscribe,
        },
    },
    money::Money,
    operations::Intent,
    payments::pay_order::{Expected, PayOrder, Shown},
};
use uuid::Uuid;

use crate::{
    engine::SECOND,
    expiry::WHOLE_ACCOUNT,
    people::Pace,
    portal::{ACCOUNT, World},
    upstream::{expires, yuan},
    wire::lock,
};

/// Resources of which values are set, and which are renewed and given back together.
pub(crate) const OTHERS: [&str; 3] = ["ecs-3", "ecs-4", "ecs-5"];

/// What somebody wants.
#[derive(Debug, Clone)]
pub(crate) enum Wish {
    Pay(String),
    Cancel(String),
    Renew(Vec<&'static str>),
    Unsubscribe(Vec<&'static str>),
    Convert(&'static str),
    Set(&'static str, Wanted),
    Day(u8),
}

impl World {
    /// A wish about the other resources, or about the account.
    pub(crate) fn wish_of_others(&self) -> Wish {
        let sim = &self.sim;
        let (one, other) = (sim.pick(&OTHERS), sim.pick(&OTHERS));
        let both = if one == other { vec![one] } else { vec![one, other] };
        match sim.draw(0..=19) {
            0..=10 => Wish::Set(one, sim.pick(&Wanted::ALL)),
            11..=13 => Wish::Renew(both),
            14 | 15 => Wish::Unsubscribe(both),
            16 | 17 => Wish::Convert(one),
            _ => Wish::Day(u8::try_from(sim.draw(2..=7)).unwrap_or(7)),
        }
    }

    /// The form that a page shows for a wish, if it offers it. Pages show what was true a moment ago.
    pub(crate) fn form(&self, wish: &Wish, pace: Pace, key: Uuid) -> Option<Intent> {
        let sim = &self.sim;
        let lag = if pace == Pace::Hurried { 0 } else { sim.draw(0..=90 * SECOND) };
        let then = sim.now().saturating_sub(lag);
        let reason = String::new();
        Some(match wish {
            Wish::Pay(order_id) | Wish::Cancel(order_id) => {
                return self.form_of_order(wish, order_id, key, then);
            }
            Wish::Renew(ids) => {
                let (resources, term) = (self.chosen(ids, then)?, Term::Months(1));
                Intent::new(ACCOUNT, key, &Renew { resources, term, reason })
            }
            Wish::Unsubscribe(ids) => {
                let (resources, what) = (self.chosen(ids, then)?, Unsubscribed::Resource);
                let unsubscribe = Unsubscribe { resources, what, told: None, estimate: None, reason };
                Intent::new(ACCOUNT, key, &unsubscribe)
            }
            Wish::Convert(id) => {
                Intent::new(ACCOUNT, key, &ConvertNow { resources: self.chosen(&[id], then)?, reason })
            }
            Wish::Set(id, wanted) => {
                let ChosenResource { id, expire_time, shown, .. } = self.chosen(&[id], then)?.remove(0);
                let policy = lock(&self.upstream).resources[&id].policy(then).into();
                if wanted.holds(ExpirePolicy::from_code(policy)) {
                    return None;
                }
                let (times, period) = ((*wanted == Wanted::AutoRenewal).then_some(0), None);
                let resource = SeenResource { id, expire_time };
                wanted.intent(ACCOUNT, key, Setting { resource, policy, times, period, shown, reason })
            }
            Wish::Day(days) => {
                let (day, before) = (Day::Deduction(*days), None);
                let account_name = WHOLE_ACCOUNT.to_owned();
                Intent::new(
                    ACCOUNT,
                    key,
                    &SetRenewalDay { account: ACCOUNT, account_name, day, before, reason },
                )
            }
        })
    }

    /// These resources as a page showed them, if all of them were there.
    fn chosen(&self, ids: &[&str], then: u64) -> Option<Vec<ChosenResource>> {
        let upstream = lock(&self.upstream);
        let one = |id: &&str| {
            let resource = upstream.resources.get(*id).filter(|resource| resource.is_listed(then))?;
            let text = String::new;
            Some(ChosenResource {
                id: (*id).to_owned(),
                expire_time: expires(self.sim.utc_at(0), resource.term(then)),
                attached: Vec::new(),
                shown: resources::Shown { name: text(), service: text(), region: text() },
                amount: None,
            })
        };
        ids.iter().map(one).collect()
    }

    fn form_of_order(&self, wish: &Wish, order_id: &str, key: Uuid, then: u64) -> Option<Intent> {
        let (sim, upstream) = (&self.sim, lock(&self.upstream));
        let order = upstream.orders.get(&order_id.to_uppercase())?;
        if order.status(then).0 != 6 {
            return None;
        }
        let price: Money = yuan(order.price(then)).parse().expect("an amount");
        let shown = Shown {
            service: "ECS".to_owned(),
            created_at: sim.utc_at(order.created),
            pay_until: order.pay_until.map(|until| sim.utc_at(until)),
        };
        let (order_id, reason) = (order_id.to_owned(), String::new());
        Some(match wish {
            Wish::Pay(_) => {
                let expected =
                    Expected { official: price, after_discount: price, payable: price, from_balance: price };
                let coupons = Vec::new();
                let pay = PayOrder { order_id, coupons, discount: None, expected, shown, reason };
                Intent::new(ACCOUNT, key, &pay)
            }
            _ => Intent::new(ACCOUNT, key, &CancelOrder { order_id, after_discount: price, shown, reason }),
        })
    }
}
