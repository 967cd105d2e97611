//! What people do with yearly/monthly resources on the pages: they renew by plans, set what happens at expiry,
//! unsubscribe, convert, take that back while it waits, and stop plans.

use std::time::Duration;

use chrono::Utc;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::{
    browser::{Browser, Form, Page},
    deeds::{Setting, Thing},
    evidence::Answered,
    people::{Asking, Paying, People, filled},
};

/// How long somebody looks again and again at what they asked for.
const WATCHES: Duration = Duration::from_secs(4);
/// How often.
const LOOKS: Duration = Duration::from_millis(250);

/// How somebody renews.
pub struct Renewing {
    /// Which maker.
    pub maker: usize,
    /// Which resources.
    pub resources: Vec<usize>,
    /// Whether the plan pays the orders that it makes.
    pub pays: bool,
    /// How many forms.
    pub tabs: usize,
    /// How often each is sent at once.
    pub clicks: usize,
    /// Whether the first order is paid by hand once it is there.
    pub by_hand: bool,
}

/// Somebody acts on resources with one form.
pub struct Acting<'a> {
    /// Which maker.
    pub maker: usize,
    /// Which resources.
    pub resources: &'a [usize],
    /// How often the form is sent at once.
    pub clicks: usize,
    /// Whether what it asks for is taken back while it waits.
    pub regrets: bool,
}

impl Setting {
    /// The page on which it is set, and the kind of operation that it becomes.
    const fn page(self) -> (&'static str, &'static str) {
        match self {
            Self::AutoRenewal => ("auto-renewal?to=on", "auto_renew_on"),
            Self::NoAutoRenewal => ("auto-renewal?to=off", "auto_renew_off"),
            Self::PayPerUse => ("at-expiry?to=on", "at_expiry_on"),
            Self::NoPayPerUse => ("at-expiry?to=off", "at_expiry_off"),
        }
    }
}

impl<'a> People<'a> {
    fn ids(&self, resources: &[usize]) -> Vec<&'a str> {
        resources.iter().map(|resource| self.id(Thing::Resource(*resource))).collect()
    }

    /// Somebody renews resources by a plan, and perhaps pays an order of it by hand.
    pub async fn renew(&self, portal: usize, how: &Renewing) {
        let maker = &self.crowd.makers[how.maker];
        let ids = self.ids(&how.resources);
        let pay = if how.pays { "balance" } else { "order" };
        let path = format!("/resources/renew?term=m1&pay={pay}&{}", query(&ids));
        let mut forms = Vec::new();
        for tab in 0..how.tabs {
            let page = maker.insist(portal + tab, &path, false).await;
            forms.extend(page.and_then(|page| filled(&page, "renew")));
        }
        let asking = Asking { pays: how.pays, ..Asking::of("renew", ids.clone()) };
        let pages = self.confirm((portal, maker), (&forms, "renew"), how.clicks, &asking).await;
        let Some(plan) = pages.iter().find_map(Page::plan) else { return };
        let order = self.follow((portal, maker), plan, &ids, how.by_hand).await;
        if let Some(order) = order.filter(|_| how.by_hand) {
            let later = Duration::ZERO;
            let (maker, tabs, clicks) = (how.maker, 1, how.clicks);
            self.pay_order(portal, &Paying { maker, order: 0, tabs, clicks, coupon: false, later }, &order)
                .await;
        }
    }

    /// Looks at a plan until it has ended, or until it shows an order if that is what is waited for.
    async fn follow(
        &self,
        (portal, maker): (usize, &Browser),
        plan: Uuid,
        resources: &[&str],
        until_order: bool,
    ) -> Option<String> {
        let begun = Instant::now();
        let mut turn = 0;
        while begun.elapsed() < WATCHES {
            let page = maker.get(portal + turn, &format!("/resources/plans/{plan}"), false).await;
            turn += 1;
            if let Some(page) = page.filter(|page| page.status == 200) {
                for id in page.operations() {
                    for resource in resources {
                        self.diary.learn(resource, id, &maker.who.username);
                    }
                }
                let order = page.order();
                if page.text.contains("data-closed=\"true\"") || (until_order && order.is_some()) {
                    return order;
                }
            }
            sleep(LOOKS).await;
        }
        None
    }

    /// Somebody stops the plans for a resource.
    pub async fn stop(&self, portal: usize, maker: usize, resource: usize) {
        let maker = &self.crowd.makers[maker];
        let resource = self.id(Thing::Resource(resource));
        let plan_of = |answer: &Answered| match answer {
            Answered::Plan(plan) => Some(*plan),
            _ => None,
        };
        let mut plans: Vec<Uuid> = self.diary.write(|entries| {
            let about = entries.submissions.iter().filter(|one| one.subject == resource);
            about.filter_map(|one| plan_of(&one.answer)).collect()
        });
        plans.sort_unstable();
        plans.dedup();
        for plan in plans {
            let at = Utc::now();
            let form = Form::to(&format!("/resources/plans/{plan}/stop"), &[]);
            let status = maker.post(portal, &form).await.map(|page| page.status);
            let about = (None, Some(plan.to_string()));
            self.diary.act(at, &maker.who.username, "stop_plan", (about.0, about.1.as_deref()), status);
        }
    }

    /// Somebody sets what happens at the expiry of resources.
    pub async fn set(&self, portal: usize, to: Setting, acting: &Acting<'_>) {
        let (page, kind) = to.page();
        let path = format!("/resources/{page}&{}", query(&self.ids(acting.resources)));
        self.act_on(portal, (&path, "policy", kind), acting).await;
    }

    /// Somebody unsubscribes resources.
    pub async fn leave(&self, portal: usize, acting: &Acting<'_>) {
        let path = format!("/resources/unsubscribe?{}", query(&self.ids(acting.resources)));
        self.act_on(portal, (&path, "leave", "unsubscribe"), acting).await;
    }

    /// Somebody makes resources pay-per-use at once.
    pub async fn convert(&self, portal: usize, acting: &Acting<'_>) {
        let path = format!("/resources/convert?{}", query(&self.ids(acting.resources)));
        self.act_on(portal, (&path, "policy", "convert"), acting).await;
    }

    async fn act_on(&self, portal: usize, (path, form, kind): (&str, &str, &str), acting: &Acting<'_>) {
        let maker = &self.crowd.makers[acting.maker];
        let Some(page) = maker.insist(portal, path, false).await else { return };
        let Some(filled) = filled(&page, form) else { return };
        // Only what the page has found fit is asked for; it says so beside the form.
        let fit: Vec<&str> = self
            .ids(acting.resources)
            .into_iter()
            .filter(|id| filled.value("seen").is_some_and(|seen| seen.contains(*id)))
            .collect();
        let asking = Asking::of(kind, fit);
        let pages = self.confirm((portal, maker), (&[filled], form), acting.clicks, &asking).await;
        if acting.regrets
            && let Some(operation) = pages.iter().find_map(Page::operation)
        {
            self.regret((portal, maker), operation).await;
        }
    }

    /// Takes back what waits to be sent, as soon as others have agreed to it.
    async fn regret(&self, (portal, maker): (usize, &Browser), operation: Uuid) {
        let begun = Instant::now();
        let mut turn = 0;
        while begun.elapsed() < WATCHES {
            let page = maker.get(portal + turn, &format!("/activity/{operation}"), false).await;
            turn += 1;
            let state = page.and_then(|page| {
                self.diary.saw(maker, operation, &page, false);
                page.part("operation")?.0
            });
            match state.as_deref() {
                Some("READY") => {
                    self.do_on_page(maker, portal + turn, operation, "cancel", |form| form).await;
                    return;
                }
                Some("PENDING_APPROVAL") | None => sleep(LOOKS).await,
                Some(_) => return,
            }
        }
    }

    /// Somebody sets the day on which automatic renewals are first charged.
    pub async fn set_day(&self, portal: usize, maker: usize, days: u8, clicks: usize) {
        let maker = &self.crowd.makers[maker];
        let Some(page) = maker.insist(portal, "/resources/days", false).await else { return };
        // The page is about one account; another one is chosen in a list beside the form.
        let Some(account) = page.option("account", self.account) else { return };
        let path = format!("/resources/days?account={account}");
        let Some(page) = maker.insist(portal, &path, false).await else { return };
        let Some(form) = filled(&page, "deduction") else { return };
        let form = form.with("day", &days.to_string());
        let asking = Asking::of("renewal_day", vec![self.account]);
        self.confirm((portal, maker), (&[form], "deduction"), clicks, &asking).await;
    }

    /// What the page of a resource is about is read from Huawei again.
    pub async fn refresh(&self, portal: usize, resource: &str) {
        let path = format!("/resources/of/{resource}/refresh");
        self.crowd.makers[0].post(portal, &Form::to(&path, &[])).await;
    }
}

fn query(ids: &[&str]) -> String {
    ids.iter().map(|id| format!("resource={id}")).collect::<Vec<_>>().join("&")
}
