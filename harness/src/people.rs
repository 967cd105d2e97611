//! What people do on the pages, as people do it: they open them, fill in the forms that stand there, press twice,
//! press again at the other portal when no answer comes, and look.

use std::time::Duration;

use chrono::Utc;
use futures_util::future::join_all;
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    browser::{Browser, Form, Page},
    deeds::Thing,
    diary::Diary,
    evidence::{Answered, PlacedOrder, PlacedResource, Submission},
    stage::Crowd,
};

/// How long somebody waits before pressing again what got no answer.
const AGAIN: Duration = Duration::from_millis(350);

/// Everybody, on one stage, with the orders and resources that they deal with.
pub struct People<'a> {
    /// Their browsers.
    pub crowd: &'a Crowd,
    /// The history's orders.
    pub orders: &'a [PlacedOrder],
    /// The history's resources.
    pub resources: &'a [PlacedResource],
    /// What the account is called.
    pub account: &'a str,
    /// Where it is written down.
    pub diary: &'a Diary,
}

/// How somebody pays.
pub struct Paying {
    /// Which maker.
    pub maker: usize,
    /// Which order.
    pub order: usize,
    /// How many forms.
    pub tabs: usize,
    /// How often each is sent at once.
    pub clicks: usize,
    /// Whether a coupon is ticked.
    pub coupon: bool,
    /// How long the page is looked at.
    pub later: Duration,
}

/// What a form asks for.
#[derive(Debug, Clone)]
pub struct Asking<'a> {
    /// The kind of operation.
    pub kind: &'a str,
    /// What it is about.
    pub subjects: Vec<&'a str>,
    /// Whether a renewal is to be paid, too.
    pub pays: bool,
}

impl<'a> Asking<'a> {
    /// One that pays nothing that it makes.
    pub fn of(kind: &'a str, subjects: Vec<&'a str>) -> Self {
        Self { kind, subjects, pays: false }
    }
}

impl<'a> People<'a> {
    /// The id of an order or resource.
    pub fn id(&self, thing: Thing) -> &'a str {
        match thing {
            Thing::Order(order) => &self.orders[order].id,
            Thing::Resource(resource) => &self.resources[resource].id,
        }
    }

    /// Somebody pays an order.
    pub async fn pay(&self, portal: usize, paying: &Paying) {
        self.pay_order(portal, paying, self.id(Thing::Order(paying.order))).await;
    }

    /// Somebody pays an order of this id.
    pub async fn pay_order(&self, portal: usize, paying: &Paying, order: &str) {
        let maker = &self.crowd.makers[paying.maker];
        let path = format!("/orders/{order}/pay");
        let mut forms = Vec::new();
        for tab in 0..paying.tabs {
            let Some(mut page) = maker.insist(portal + tab, &path, false).await else { continue };
            if paying.coupon
                && let Some(coupon) = page.choices("coupon").first()
                && let Some(chosen) = maker.insist(portal, &format!("{path}?coupon={coupon}"), false).await
            {
                page = chosen;
            }
            forms.extend(filled(&page, "pay"));
        }
        if let Some(form) = forms.first() {
            self.diary.write(|entries| entries.forms.insert(order.to_owned(), form.clone()));
        }
        sleep(paying.later).await;
        let asking = Asking::of("pay_order", vec![order]);
        self.confirm((portal, maker), (&forms, "pay"), paying.clicks, &asking).await;
    }

    /// Somebody cancels orders.
    pub async fn cancel(&self, portal: usize, maker: usize, orders: &[usize], clicks: usize) {
        let maker = &self.crowd.makers[maker];
        let ids: Vec<&str> = orders.iter().map(|order| self.id(Thing::Order(*order))).collect();
        let query: Vec<String> = ids.iter().map(|id| format!("order={id}")).collect();
        let path = format!("/orders/cancel?{}", query.join("&"));
        let Some(page) = maker.insist(portal, &path, false).await else { return };
        let Some(form) = filled(&page, "cancel") else { return };
        let asking = Asking::of("cancel_order", ids);
        let press = |click| self.press(maker, portal + click, &form, &asking);
        join_all((0..clicks).map(press)).await;
    }

    /// Sends each form so many times at once. Who is shown what changed, and still wants it, confirms that.
    pub async fn confirm(
        &self,
        (portal, maker): (usize, &Browser),
        (forms, id): (&[Form], &str),
        clicks: usize,
        asking: &Asking<'_>,
    ) -> Vec<Page> {
        let presses = forms.iter().flat_map(|form| (0..clicks).map(move |click| (form, click)));
        let press = |(form, click)| self.press(maker, portal + click, form, asking);
        let mut pages: Vec<Page> = join_all(presses.map(press)).await.into_iter().flatten().collect();
        let again = pages.iter().find(|page| page.status == 422).and_then(|page| filled(page, id));
        if let Some(again) = again {
            pages.extend(self.press(maker, portal, &again, asking).await);
        }
        pages
    }

    /// Sends a form until there is an answer, at one portal after the other.
    async fn press(&self, maker: &Browser, portal: usize, form: &Form, asking: &Asking<'_>) -> Option<Page> {
        for turn in 0..5 {
            let (at, replica) = (Utc::now(), (portal + turn) % 2);
            let page = maker.post(replica, form).await;
            let answer = page.as_ref().map_or(Answered::Lost, answered);
            for subject in &asking.subjects {
                if let Answered::Operation(operation) = answer {
                    self.diary.learn(subject, operation, &maker.who.username);
                }
                let submission = Submission {
                    at,
                    person: maker.who.username.clone(),
                    form_key: form.value("form_key").unwrap_or_default().to_owned(),
                    subject: (*subject).to_owned(),
                    kind: asking.kind.to_owned(),
                    pays: asking.pays,
                    replica,
                    answer: answer.clone(),
                };
                self.diary.write(|entries| entries.submissions.push(submission));
            }
            match answer {
                Answered::Lost | Answered::Refused(500..) => sleep(AGAIN).await,
                _ => return page,
            }
        }
        None
    }

    /// Somebody looks for what waits for approval, and decides.
    pub async fn decide(&self, portal: usize, approver: usize, agrees: bool) {
        let approver = &self.crowd.approvers[approver];
        let Some(list) = approver.insist(portal, "/activity?state=PENDING_APPROVAL", false).await else {
            return;
        };
        self.diary.saw_list(approver, &list, false);
        for operation in list.operations() {
            let act = if agrees { "approve" } else { "reject" };
            self.do_on_page(approver, portal, operation, act, |form| form.with("reason", "no")).await;
        }
    }

    /// The makers of the operations about something take them back.
    pub async fn withdraw(&self, portal: usize, about: Thing) {
        for (operation, maker) in self.diary.about(self.id(about)) {
            if let Some(maker) = self.crowd.makers.iter().find(|one| one.who.username == maker) {
                self.do_on_page(maker, portal, operation, "cancel", |form| form).await;
            }
        }
    }

    /// Somebody has the operations about something looked at now.
    pub async fn check(&self, portal: usize, maker: usize, about: Thing) {
        for (operation, _) in self.diary.about(self.id(about)) {
            self.do_on_page(&self.crowd.makers[maker], portal, operation, "check", |form| form).await;
        }
    }

    /// Somebody looks at the list, or at the operations about something.
    pub async fn look(&self, portal: usize, viewer: usize, about: Option<Thing>, fragment: bool) {
        let viewer = &self.crowd.viewers[viewer];
        let Some(about) = about else {
            let page = viewer.get(portal, "/activity", fragment).await;
            return page.iter().for_each(|page| self.diary.saw_list(viewer, page, fragment));
        };
        for (operation, _) in self.diary.about(self.id(about)) {
            self.look_at(viewer, portal, operation, fragment).await;
        }
    }

    /// Somebody looks at one operation.
    pub async fn look_at(&self, viewer: &Browser, portal: usize, operation: Uuid, fragment: bool) {
        if let Some(page) = viewer.get(portal, &format!("/activity/{operation}"), fragment).await {
            self.diary.saw(viewer, operation, &page, fragment);
        }
    }

    /// Somebody concludes what became of an operation that reading could not settle.
    pub async fn judge(&self, reviewer: &Browser, operation: Uuid, executed: bool) {
        let verdict = if executed { "executed" } else { "not_executed" };
        self.do_on_page(reviewer, 0, operation, "judge", |form| {
            form.with("verdict", verdict).with("reason", "seen in the console")
        })
        .await;
    }

    /// Opens the page of an operation and, if the button is there, presses it. The page, if it could be opened.
    pub async fn do_on_page(
        &self,
        who: &Browser,
        portal: usize,
        id: Uuid,
        act: &str,
        fill: impl Fn(Form) -> Form,
    ) -> Option<Page> {
        let page = who.insist(portal, &format!("/activity/{id}"), false).await?;
        self.diary.saw(who, id, &page, false);
        let Some(form) = page.form_to(act) else { return Some(page) };
        let form = fill(form);
        let what = match (act, form.value("verdict")) {
            ("judge", Some(verdict)) => format!("review_{verdict}"),
            ("cancel", _) => "withdraw".to_owned(),
            ("check", _) => "check_now".to_owned(),
            _ => act.to_owned(),
        };
        for turn in 0..3 {
            let at = Utc::now();
            let answer = who.post(portal + turn, &form).await;
            let status = answer.as_ref().map(|page| page.status);
            self.diary.act(at, &who.who.username, &what, (Some(id), None), status);
            if status.is_some_and(|status| status < 500) {
                break;
            }
            sleep(AGAIN).await;
        }
        Some(page)
    }

    /// An administrator lets accounts send again that were stopped.
    pub async fn resume(&self) {
        let Some(page) = self.crowd.admin.insist(0, "/activity", false).await else { return };
        for form in page.forms().into_iter().filter(|form| form.action.ends_with("/resume")) {
            let status = self.crowd.admin.post(0, &form).await.map(|page| page.status);
            self.diary.act(Utc::now(), &self.crowd.admin.who.username, "resume", (None, None), status);
        }
    }
}

/// The form of this id as somebody fills it in, if it is on the page.
pub fn filled(page: &Page, id: &str) -> Option<Form> {
    let form = page.form(id)?.with("reason", "for the audit");
    if form.value("typed").is_none() {
        return Some(form);
    }
    // A word or number to be typed stands beside the field; an amount stands last in the words below it.
    let word = page.text.split("data-confirm-text=\"").nth(1).and_then(|rest| rest.split('"').next());
    if let Some(word) = word {
        return Some(form.with("typed", word));
    }
    let words = page.part("typed-help").map(|(_, words)| words).unwrap_or_default();
    Some(form.with("typed", last_amount(&words)))
}

/// The last amount in a sentence.
fn last_amount(words: &str) -> &str {
    let is_part = |c: char| c.is_ascii_digit() || c == ',' || c == '.';
    words
        .rsplit(|c: char| !is_part(c))
        .find(|part| part.contains(|c: char| c.is_ascii_digit()))
        .unwrap_or_default()
}

/// What an answer to a form says.
fn answered(page: &Page) -> Answered {
    match (page.status, page.operation(), page.plan()) {
        (303, Some(operation), _) => Answered::Operation(operation),
        (303, None, Some(plan)) => Answered::Plan(plan),
        (303, None, None) if page.location.as_deref() == Some("/activity") => Answered::Accepted,
        (409, ..) => page.operations().first().map_or(Answered::Refused(409), |id| Answered::Busy(*id)),
        (status, ..) => Answered::Refused(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_amount_to_type_is_found_in_both_languages() {
        assert_eq!(last_amount("Needed above ¥10,000.00: 12,345.67"), "12,345.67");
        assert_eq!(last_amount("超过 ¥10,000.00 时需要输入：12,345.67"), "12,345.67");
        assert_eq!(last_amount("nothing"), "");
    }

    #[test]
    fn answers_say_what_became_of_a_form() {
        let id = "018f0000-0000-7000-8000-000000000001";
        let at = Utc::now();
        let page = |status, location: Option<&str>, text: &str| {
            let (location, text) = (location.map(str::to_owned), text.to_owned());
            answered(&Page { status, location, text, asked_at: at, at })
        };
        let uuid: Uuid = id.parse().unwrap();
        assert_eq!(page(303, Some(&format!("/activity/{id}")), ""), Answered::Operation(uuid));
        assert_eq!(page(303, Some("/activity"), ""), Answered::Accepted);
        assert_eq!(page(303, Some(&format!("/resources/plans/{id}?first=1")), ""), Answered::Plan(uuid));
        assert_eq!(page(409, None, &format!("<a href=\"/activity/{id}\">")), Answered::Busy(uuid));
        assert_eq!(page(422, None, ""), Answered::Refused(422));
    }
}
