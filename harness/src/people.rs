//! What people do on the pages, as people do it: they open them, fill in the forms that stand there, press twice,
//! press again at the other portal when no answer comes, and look.

use std::time::Duration;

use chrono::Utc;
use futures_util::future::join_all;
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    browser::{Browser, Form, Page},
    diary::Diary,
    evidence::{Answered, PlacedOrder, Submission},
    stage::Crowd,
};

/// How long somebody waits before pressing again what got no answer.
const AGAIN: Duration = Duration::from_millis(350);

/// Everybody, on one stage, with the orders that they deal with.
pub struct People<'a> {
    /// Their browsers.
    pub crowd: &'a Crowd,
    /// The history's orders.
    pub orders: &'a [PlacedOrder],
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

impl People<'_> {
    /// Somebody pays an order.
    pub async fn pay(&self, portal: usize, paying: &Paying) {
        let maker = &self.crowd.makers[paying.maker];
        let order = self.orders[paying.order].id.as_str();
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
            forms.extend(filled(&page));
        }
        if let Some(form) = forms.first() {
            self.diary.write(|entries| entries.forms.insert(order.to_owned(), form.clone()));
        }
        sleep(paying.later).await;
        let presses = forms.iter().flat_map(|form| (0..paying.clicks).map(move |click| (form, click)));
        let about = [order];
        let press = |(form, click)| self.press(maker, portal + click, form, &about, "pay_order");
        let pages = join_all(presses.map(press)).await;
        // Who is shown what changed, and still wants it, confirms that.
        if let Some(Some(again)) =
            pages.into_iter().flatten().find(|page| page.status == 422).map(|page| filled(&page))
        {
            self.press(maker, portal, &again, &about, "pay_order").await;
        }
    }

    /// Somebody cancels orders.
    pub async fn cancel(&self, portal: usize, maker: usize, orders: &[usize], clicks: usize) {
        let maker = &self.crowd.makers[maker];
        let ids: Vec<&str> = orders.iter().map(|order| self.orders[*order].id.as_str()).collect();
        let query: Vec<String> = ids.iter().map(|id| format!("order={id}")).collect();
        let path = format!("/orders/cancel?{}", query.join("&"));
        let Some(page) = maker.insist(portal, &path, false).await else { return };
        let Some(mut form) = page.form("cancel") else { return };
        if form.value("typed").is_some() {
            // How many are to be cancelled is asked for as a number.
            let typed =
                page.text.split("data-confirm-text=\"").nth(1).and_then(|rest| rest.split('"').next());
            form = form.with("typed", typed.unwrap_or_default());
        }
        let form = form.with("reason", "not needed");
        let press = |click| self.press(maker, portal + click, &form, &ids, "cancel_order");
        join_all((0..clicks).map(press)).await;
    }

    /// Sends a form until there is an answer, at one portal after the other.
    async fn press(
        &self,
        maker: &Browser,
        portal: usize,
        form: &Form,
        orders: &[&str],
        kind: &str,
    ) -> Option<Page> {
        for turn in 0..5 {
            let (at, replica) = (Utc::now(), (portal + turn) % 2);
            let page = maker.post(replica, form).await;
            let answer = page.as_ref().map_or(Answered::Lost, answered);
            for order in orders {
                if let Answered::Operation(operation) = answer {
                    self.diary.learn(order, operation, &maker.who.username);
                }
                let submission = Submission {
                    at,
                    person: maker.who.username.clone(),
                    form_key: form.value("form_key").unwrap_or_default().to_owned(),
                    order_id: (*order).to_owned(),
                    kind: kind.to_owned(),
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

    /// The makers of the operations about an order take them back.
    pub async fn withdraw(&self, portal: usize, order: usize) {
        for (operation, maker) in self.diary.about(&self.orders[order].id) {
            if let Some(maker) = self.crowd.makers.iter().find(|one| one.who.username == maker) {
                self.do_on_page(maker, portal, operation, "cancel", |form| form).await;
            }
        }
    }

    /// Somebody has the operations about an order looked at now.
    pub async fn check(&self, portal: usize, maker: usize, order: usize) {
        for (operation, _) in self.diary.about(&self.orders[order].id) {
            self.do_on_page(&self.crowd.makers[maker], portal, operation, "check", |form| form).await;
        }
    }

    /// Somebody looks at the list, or at the operations about an order.
    pub async fn look(&self, portal: usize, viewer: usize, order: Option<usize>, fragment: bool) {
        let viewer = &self.crowd.viewers[viewer];
        let Some(order) = order else {
            let page = viewer.get(portal, "/activity", fragment).await;
            return page.iter().for_each(|page| self.diary.saw_list(viewer, page, fragment));
        };
        for (operation, _) in self.diary.about(&self.orders[order].id) {
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

    /// Opens the page of an operation and, if the button is there, presses it.
    async fn do_on_page(
        &self,
        who: &Browser,
        portal: usize,
        id: Uuid,
        act: &str,
        fill: impl Fn(Form) -> Form,
    ) {
        let Some(page) = who.insist(portal, &format!("/activity/{id}"), false).await else { return };
        self.diary.saw(who, id, &page, false);
        let Some(form) = page.form_to(act) else { return };
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
                return;
            }
            sleep(AGAIN).await;
        }
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

/// The payment form of a page as somebody fills it in, if it is there.
fn filled(page: &Page) -> Option<Form> {
    let form = page.form("pay")?;
    let form = form.with("reason", "for the audit");
    if form.value("typed").is_none() {
        return Some(form);
    }
    // The amount to be typed stands last in the words beside the field.
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
    match (page.status, page.operation()) {
        (303, Some(operation)) => Answered::Operation(operation),
        (303, None) if page.location.as_deref() == Some("/activity") => Answered::Accepted,
        (409, _) => page.operations().first().map_or(Answered::Refused(409), |id| Answered::Busy(*id)),
        (status, _) => Answered::Refused(status),
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
        assert_eq!(page(409, None, &format!("<a href=\"/activity/{id}\">")), Answered::Busy(uuid));
        assert_eq!(page(422, None, ""), Answered::Refused(422));
    }
}
