//! What people do in a history, drawn as a value: who does what when, to which of its orders and resources. Nothing
//! is done here.

use rand::{RngExt as _, rngs::StdRng};

/// Something that somebody does.
#[derive(Debug, Clone)]
pub struct Scene {
    /// When, in milliseconds from the beginning.
    pub at: u64,
    /// Which portal is asked first.
    pub replica: usize,
    /// What.
    pub deed: Deed,
}

/// An order or a resource, as a number into the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// An order.
    Order(usize),
    /// A resource.
    Resource(usize),
}

/// What is to happen at the expiry of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// It is renewed by itself.
    AutoRenewal,
    /// It is not renewed by itself any more.
    NoAutoRenewal,
    /// It becomes pay-per-use.
    PayPerUse,
    /// It does not become pay-per-use any more.
    NoPayPerUse,
}

/// What somebody does. People are numbers into the company, as orders and resources are into the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are called what they are")]
pub enum Deed {
    /// Pays: each tab is a form of its own, each sent so many times at once.
    Pay { maker: usize, order: usize, tabs: usize, clicks: usize, coupon: bool, later: u64 },
    /// Cancels: one form, sent so many times at once.
    Cancel { maker: usize, orders: Vec<usize>, clicks: usize },
    /// Renews by a plan, which pays the orders that it makes or leaves them; then the order of the first one may be
    /// paid by hand.
    Renew { maker: usize, resources: Vec<usize>, pays: bool, tabs: usize, clicks: usize, by_hand: bool },
    /// Sets what happens at expiry.
    Set { maker: usize, resources: Vec<usize>, to: Setting, clicks: usize },
    /// Unsubscribes, and perhaps takes that back as soon as others have agreed, while it waits.
    Leave { maker: usize, resources: Vec<usize>, clicks: usize, regrets: bool },
    /// Makes them pay-per-use at once, and perhaps takes that back in the same way.
    Convert { maker: usize, resources: Vec<usize>, clicks: usize, regrets: bool },
    /// Sets the account's day of deduction.
    Day { maker: usize, days: u8, clicks: usize },
    /// Stops the plans that renew a resource.
    Stop { maker: usize, resource: usize },
    /// Looks for what waits for approval, and decides.
    Decide { approver: usize, agrees: bool },
    /// Its maker takes back what was asked for about something.
    Withdraw { about: Thing },
    /// Presses "check now".
    Check { maker: usize, about: Thing },
    /// Looks at the list, or at the operations about something.
    Look { viewer: usize, about: Option<Thing>, fragment: bool },
    /// Somebody of another account tries what is not theirs.
    Trespass { order: usize },
    /// Somebody pays an order in Huawei's console.
    ConsolePay { order: usize },
    /// Somebody cancels an order in Huawei's console.
    ConsoleCancel { order: usize },
    /// Somebody renews a resource in Huawei's console, and pays.
    ConsoleRenew { resource: usize },
    /// Somebody unsubscribes a resource in Huawei's console.
    ConsoleLeave { resource: usize },
    /// Somebody spends a coupon in Huawei's console.
    ConsoleCoupon,
}

/// The deeds of a history with so many orders and resources, in order.
pub fn scenes(chance: &mut StdRng, (orders, resources): (usize, usize), span: u64) -> Vec<Scene> {
    let mut deeds: Vec<(u64, Deed)> = Vec::new();
    for order in 0..orders {
        on_order(chance, (order, orders), span, &mut deeds);
    }
    for resource in 0..resources {
        on_resource(chance, (resource, resources), span, &mut deeds);
    }
    if resources > 0 && chance.random_bool(0.3) {
        let (maker, days, clicks) =
            (chance.random_range(0..2), chance.random_range(2..=7), chance.random_range(1..=2));
        deeds.push((chance.random_range(0..span), Deed::Day { maker, days, clicks }));
    }
    for _ in 0..if resources > 0 { 5 } else { 3 } {
        let (approver, agrees) = (chance.random_range(0..2), chance.random_bool(0.85));
        deeds.push((chance.random_range(300..span), Deed::Decide { approver, agrees }));
    }
    let (viewer, fragment) = (chance.random_range(0..2), chance.random_bool(0.5));
    deeds.push((chance.random_range(0..span), Deed::Look { viewer, about: None, fragment }));
    if chance.random_bool(0.35) {
        let order = chance.random_range(0..orders);
        deeds.push((chance.random_range(span / 2..span + 500), Deed::Trespass { order }));
    }
    if chance.random_bool(0.15) {
        deeds.push((chance.random_range(0..span), Deed::ConsoleCoupon));
    }
    deeds.sort_by_key(|(at, _)| *at);
    deeds.into_iter().map(|(at, deed)| Scene { at, replica: chance.random_range(0..2), deed }).collect()
}

fn on_order(chance: &mut StdRng, (order, of): (usize, usize), span: u64, deeds: &mut Vec<(u64, Deed)>) {
    let first = chance.random_range(0..span * 2 / 3);
    let tries = if chance.random_bool(0.4) { 2 } else { 1 };
    for turn in 0..tries {
        let at = if turn == 0 || chance.random_bool(0.5) { first } else { chance.random_range(0..span) };
        let maker = chance.random_range(0..2);
        let clicks = clicks(chance);
        let deed = if chance.random_bool(0.8) {
            let (tabs, coupon) = (if chance.random_bool(0.25) { 2 } else { 1 }, chance.random_bool(0.25));
            let later = if chance.random_bool(0.3) { chance.random_range(0..1_500) } else { 0 };
            Deed::Pay { maker, order, tabs, clicks, coupon, later }
        } else {
            Deed::Cancel { maker, orders: with_another(chance, (order, of), 0.4), clicks }
        };
        deeds.push((at, deed));
    }
    if chance.random_bool(0.15) {
        let pays = chance.random_bool(0.6);
        let deed = if pays { Deed::ConsolePay { order } } else { Deed::ConsoleCancel { order } };
        deeds.push((chance.random_range(first..span), deed));
    }
    glances(chance, Thing::Order(order), (first, span, 2), deeds);
}

fn on_resource(chance: &mut StdRng, (resource, of): (usize, usize), span: u64, deeds: &mut Vec<(u64, Deed)>) {
    let first = chance.random_range(0..span * 2 / 3);
    let tries = if chance.random_bool(0.5) { 2 } else { 1 };
    for turn in 0..tries {
        // At the same moment as the first, or after it.
        let at = if turn == 0 || chance.random_bool(0.3) { first } else { chance.random_range(first..span) };
        let (maker, clicks) = (chance.random_range(0..2), clicks(chance));
        let resources = with_another(chance, (resource, of), 0.35);
        let regrets = chance.random_bool(0.35);
        let deed = match chance.random_range(0..20) {
            0..=6 => {
                let (pays, tabs) = (chance.random_bool(0.7), if chance.random_bool(0.2) { 2 } else { 1 });
                let by_hand = !pays && chance.random_bool(0.6);
                Deed::Renew { maker, resources, pays, tabs, clicks, by_hand }
            }
            7..=13 => {
                use Setting::{AutoRenewal, NoAutoRenewal, NoPayPerUse, PayPerUse};
                let all = [AutoRenewal, PayPerUse, NoAutoRenewal, NoPayPerUse];
                // Nothing is set at the beginning, so at first there is nothing to switch off.
                let to = all[chance.random_range(0..if turn == 0 { 2 } else { 4 })];
                Deed::Set { maker, resources, to, clicks }
            }
            14..=17 => Deed::Leave { maker, resources, clicks, regrets },
            _ => Deed::Convert { maker, resources, clicks, regrets },
        };
        deeds.push((at, deed));
    }
    if chance.random_bool(0.12) {
        let renews = chance.random_bool(0.5);
        let deed = if renews { Deed::ConsoleRenew { resource } } else { Deed::ConsoleLeave { resource } };
        deeds.push((chance.random_range(first..span), deed));
    }
    if chance.random_bool(0.08) {
        let maker = chance.random_range(0..2);
        deeds.push((chance.random_range(first..span), Deed::Stop { maker, resource }));
    }
    glances(chance, Thing::Resource(resource), (first, span, 1), deeds);
}

fn clicks(chance: &mut StdRng) -> usize {
    [1, 1, 2, 2, 3][chance.random_range(0..5)]
}

/// The `one` of so many, perhaps together with another.
fn with_another(chance: &mut StdRng, (one, of): (usize, usize), likely: f64) -> Vec<usize> {
    let other = chance.random_range(0..of);
    if other != one && chance.random_bool(likely) { vec![one, other] } else { vec![one] }
}

/// What people do who only look, or have second thoughts.
fn glances(
    chance: &mut StdRng,
    about: Thing,
    (first, span, looks): (u64, u64, usize),
    deeds: &mut Vec<(u64, Deed)>,
) {
    if chance.random_bool(0.1) {
        deeds.push((chance.random_range(first..span), Deed::Withdraw { about }));
    }
    for _ in 0..looks {
        let at = chance.random_range(first..span + 1_000);
        let (viewer, fragment) = (chance.random_range(0..2), chance.random_bool(0.5));
        deeds.push((at, Deed::Look { viewer, about: Some(about), fragment }));
    }
    if chance.random_bool(0.3) {
        let maker = chance.random_range(0..2);
        deeds.push((chance.random_range(first..span + 500), Deed::Check { maker, about }));
    }
}
