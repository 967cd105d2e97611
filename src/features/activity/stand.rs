//! Where an operation stands, as the box on top of its page says it: a headline, what it means for the
//! reader, and the few facts that matter in that state. It decides nothing.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::{
    evidence::{self, Changed},
    payload::Asked,
    words,
};
use crate::{
    bss::explain::explain,
    money::Money,
    operations::{Attempt, Event, Note, Operation, State, Story},
    web::{Ui, chip},
};

/// The box that says where it stands.
pub(super) struct Stand {
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) word: Cow<'static, str>,
    pub(super) head: String,
    pub(super) text: Vec<String>,
    pub(super) facts: Vec<(&'static str, Fact)>,
    pub(super) changed: Vec<Changed>,
}

/// A fact as the page shows it.
pub(super) enum Fact {
    /// Words of the portal or of a person.
    Words(String),
    /// Huawei's code, and what it means.
    Code(String, String),
    /// Something that was.
    At(DateTime<Utc>),
    /// Something that is still to come.
    Ahead(DateTime<Utc>),
    /// Something that comes so soon that seconds count.
    Countdown(DateTime<Utc>),
    /// An order.
    Order(String),
    /// An amount, and how it was paid.
    Amount(Money, String),
}

use Fact::{Ahead, Amount, At, Code, Countdown, Order, Words};

/// What is known apart from the story.
pub(super) struct Around<'a> {
    pub(super) ui: &'a Ui,
    pub(super) asked: Option<&'a Asked>,
    /// Whether the reader asked for the operation.
    pub(super) mine: bool,
    /// Until when nothing is sent because the database was recovered.
    pub(super) quarantine: Option<DateTime<Utc>>,
}

/// Where `story` stands.
pub(super) fn stand(story: &Story, around: &Around<'_>) -> Stand {
    let operation = &story.operation;
    let look = chip::operation(operation.state, around.ui.locale);
    let said = Saying { story, around, t: Texts(around.ui.locale), w: words::Texts(around.ui.locale) };
    let (head, text, facts) = match operation.state {
        State::PendingApproval => said.pending(),
        State::Ready => said.ready(),
        State::Sending => said.sending(),
        State::Unknown => said.unknown(),
        State::Confirming => said.confirming(),
        State::NeedsReview => said.needs_review(),
        State::Succeeded => said.succeeded(),
        State::Failed | State::Stale | State::Rejected | State::Expired | State::Cancelled => said.without(),
    };
    let ended_without = operation.state.is_final() && operation.state != State::Succeeded;
    let changed =
        if ended_without { evidence::differences(&operation.detail, around.ui) } else { Vec::new() };
    Stand { tone: look.tone, icon: look.icon, word: look.word, head, text, facts, changed }
}

/// Why the story is where it is. That one person concluded is not why people are asked.
pub(super) fn why(story: &Story) -> Option<Note> {
    let why = story.operation.why();
    if story.operation.state != State::NeedsReview {
        return why;
    }
    evidence::asked_people(story).map_or(why, Event::why)
}

/// Until when the story waits so that it can be taken back, if it does now.
pub(super) fn waits_until(story: &Story, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let operation = &story.operation;
    operation.held_until.filter(|until| operation.state == State::Ready && *until > now)
}

/// When the outcome is known at the latest, if Huawei answers: two readings after nothing that was sent
/// can take effect any more, a twentieth of that span apart.
pub(super) fn known_by(story: &Story) -> Option<DateTime<Utc>> {
    let by = |attempt: &Attempt| attempt.settles_at + (attempt.settles_at - attempt.x_sdk_date) / 10;
    story.attempts.iter().filter(|attempt| attempt.is_live()).map(by).max()
}

/// A request that was not accepted, in Huawei's words and ours.
pub(super) fn refusal(operation: &Operation, ui: &Ui) -> Option<(String, String)> {
    let code = operation.result_code.as_deref()?;
    let text = operation.result_text.as_deref();
    let words = explain(code, text, ui.locale).map_or_else(
        || text.unwrap_or_default().to_owned(),
        |known| format!("{} {}", known.meaning, known.next),
    );
    Some((code.to_owned(), words))
}

type Said = (String, Vec<String>, Vec<(&'static str, Fact)>);

struct Saying<'a> {
    story: &'a Story,
    around: &'a Around<'a>,
    t: Texts,
    w: words::Texts,
}

impl Saying<'_> {
    fn operation(&self) -> &Operation {
        &self.story.operation
    }

    fn pays(&self) -> bool {
        self.operation().kind == "pay_order"
    }

    fn reason(&self) -> String {
        let note = why(self.story);
        note.map_or_else(|| self.operation().note.clone(), |note| self.w.reason(note).to_owned())
    }

    fn last_sent(&self) -> Option<&Attempt> {
        self.story.attempts.iter().max_by_key(|attempt| attempt.x_sdk_date)
    }

    fn pending(&self) -> Said {
        let operation = self.operation();
        let agreed: Vec<&str> = (self.story.approvals.iter())
            .filter(|approval| approval.decision == "approve")
            .map(|approval| approval.approver_name.as_str())
            .collect();
        let missing = i64::from(operation.needs_approvals) - i64::try_from(agreed.len()).unwrap_or_default();
        let text = if self.around.mine { self.t.text_pending_mine() } else { self.t.text_pending() };
        let mut facts = vec![(self.t.approve_until(), Ahead(operation.approve_by))];
        if !agreed.is_empty() {
            facts.push((self.t.agreed(), Words(agreed.join(", "))));
        }
        (self.t.head_pending(missing), vec![text.to_owned()], facts)
    }

    fn ready(&self) -> Said {
        let operation = self.operation();
        let (t, now) = (self.t, self.around.ui.now);
        let sent_before = !self.story.attempts.is_empty();
        let held = waits_until(self.story, now);
        let title = match held {
            Some(_) => t.head_held(),
            None if sent_before => t.head_ready_again(),
            None => t.head_ready(),
        };
        let mut facts: Vec<_> = held.map(|until| (t.sent_after(), Countdown(until))).into_iter().collect();
        let mut next = (operation.next_at > now).then_some(operation.next_at);
        if let Some(stop) = &self.story.stop {
            facts.push((t.waits_because(), Words(self.w.held_stopped().to_owned())));
            if let Some(code) = &stop.error_code {
                let meaning = explain(code, stop.error_msg.as_deref(), self.around.ui.locale).map_or_else(
                    || stop.error_msg.clone().unwrap_or_default(),
                    |known| known.meaning.into_owned(),
                );
                facts.push((t.huawei(), Code(code.clone(), meaning)));
            }
            facts.push((t.next_try(), Words(t.once_resumed().to_owned())));
            next = None;
        } else if let Some(until) = self.around.quarantine {
            facts.push((t.waits_because(), Words(self.w.held_recovery().to_owned())));
            next = Some(until);
        } else if held.is_some() {
            // That it waits is said already.
        } else if matches!(operation.why(), Some(Note::Requested | Note::Approved)) {
            facts.push((t.waits_because(), Words(t.queued().to_owned())));
        } else {
            facts.push((t.waits_because(), Words(self.reason())));
        }
        if let Some(at) = next {
            facts.push((t.next_try(), Ahead(at)));
        }
        facts.push((t.tried_until(), Ahead(operation.deadline_at)));
        let text = match (held, self.around.mine) {
            (Some(_), true) => t.text_held_mine(),
            (Some(_), false) => t.text_held(),
            (None, true) => t.text_ready_mine(),
            (None, false) => t.text_ready(),
        };
        (title.to_owned(), vec![text.to_owned()], facts)
    }

    fn do_not_repeat(&self) -> &'static str {
        if self.pays() { self.t.do_not_pay_again() } else { self.t.do_not_repeat() }
    }

    fn sending(&self) -> Said {
        let mut facts = Vec::new();
        if let Some(sent) = self.last_sent() {
            facts.push((self.t.sent(), At(sent.armed_at)));
        }
        if let Some(by) = known_by(self.story) {
            facts.push((self.t.known_by(), Ahead(by)));
        }
        let text = vec![self.t.text_sending().to_owned()];
        (self.t.head_sending(self.do_not_repeat()), text, facts)
    }

    fn unknown(&self) -> Said {
        let (t, operation) = (self.t, self.operation());
        let mut facts = vec![(t.why_unknown(), Words(self.reason()))];
        if let Some((code, words)) = refusal(operation, self.around.ui) {
            facts.push((t.huawei(), Code(code, words)));
        }
        facts.push((t.next_check(), Ahead(operation.next_at)));
        let text = match known_by(self.story) {
            Some(by) if by > self.around.ui.now => {
                facts.push((t.known_by(), Ahead(by)));
                t.text_unknown()
            }
            _ => t.text_unknown_late(),
        };
        (t.head_unknown(self.do_not_repeat()), vec![text.to_owned()], facts)
    }

    fn confirming(&self) -> Said {
        let (t, operation) = (self.t, self.operation());
        let mut facts = Vec::new();
        if let Some(at) = self.last_sent().and_then(|sent| sent.answered_at) {
            facts.push((t.accepted_at(), At(at)));
        }
        facts.push((t.next_check(), Ahead(operation.next_at)));
        if operation.why() == Some(Note::UnderWay) {
            return (t.head_under_way().to_owned(), vec![t.text_under_way(self.do_not_repeat())], facts);
        }
        (t.head_confirming().to_owned(), vec![t.text_confirming(self.do_not_repeat())], facts)
    }

    fn needs_review(&self) -> Said {
        let facts = vec![
            (self.t.why_review(), Words(self.reason())),
            (self.t.since(), At(self.operation().state_since)),
        ];
        let text = vec![self.t.text_review(self.do_not_repeat())];
        (self.t.head_review().to_owned(), text, facts)
    }

    fn succeeded(&self) -> Said {
        let (t, operation) = (self.t, self.operation());
        let note = operation.why();
        let elsewhere = note == Some(Note::DoneElsewhere);
        let mut facts = Vec::new();
        if matches!(operation.kind.as_str(), "pay_order" | "cancel_order") {
            facts.push((t.order(), Order(operation.subject.clone())));
        } else {
            facts.extend(operation.made_orders().map(|made| (t.order(), Order(made.clone()))));
        }
        if let (Some(amount), false) = (operation.money(), elsewhere) {
            facts.push((t.amount(), Amount(amount, self.split())));
        }
        facts.push((t.seen_at(), At(operation.state_since)));
        let answered = self.story.attempts.iter().any(|attempt| attempt.class.as_deref() == Some("S"));
        let source = match note {
            _ if elsewhere => t.source_elsewhere(),
            Some(Note::JudgedDone) => t.source_people(),
            _ if answered => t.source_answer(),
            _ => t.source_read(),
        };
        facts.push((t.source(), Words(source.to_owned())));
        let head = match (operation.kind.as_str(), operation.money()) {
            ("pay_order", _) if elsewhere => t.head_paid_elsewhere().to_owned(),
            (_, _) if elsewhere => t.head_done_elsewhere().to_owned(),
            ("pay_order", Some(amount)) => t.head_paid(&amount.to_string()),
            ("cancel_order", _) => t.head_cancelled_order().to_owned(),
            _ => t.head_done().to_owned(),
        };
        let text = if elsewhere && self.pays() { vec![t.not_by_this().to_owned()] } else { Vec::new() };
        (head, text, facts)
    }

    /// How the amount was to be paid, when not from the balance alone.
    fn split(&self) -> String {
        let Some(expected) = self.around.asked.and_then(|asked| asked.expected.as_ref()) else {
            return String::new();
        };
        let Some(payable) = expected.payable.filter(|payable| *payable != expected.from_balance) else {
            return String::new();
        };
        self.t.split(&(payable - expected.from_balance).to_string(), &expected.from_balance.to_string())
    }

    /// Ended without an effect.
    fn without(&self) -> Said {
        let (t, operation) = (self.t, self.operation());
        let pays = self.pays();
        let head = match operation.state {
            State::Rejected if pays => t.head_rejected_charged(),
            State::Rejected => t.head_rejected(),
            State::Cancelled if pays => t.head_withdrawn_charged(),
            State::Cancelled => t.head_withdrawn(),
            State::Expired if self.story.attempts.is_empty() && pays => t.head_expired_charged(),
            State::Expired if self.story.attempts.is_empty() => t.head_expired(),
            State::Stale if pays => t.head_stale_charged(),
            State::Stale => t.head_stale(),
            _ if pays => t.head_not_charged(),
            _ => t.head_not_changed(),
        };
        let mut facts = Vec::new();
        let no = self.story.approvals.iter().find(|approval| approval.decision == "reject");
        match (operation.state, no) {
            (State::Rejected, Some(no)) => {
                facts.push((t.rejected_by(), Words(no.approver_name.clone())));
                let reason = if no.reason.is_empty() { t.no_reason().to_owned() } else { no.reason.clone() };
                facts.push((t.why(), Words(reason)));
            }
            (State::Cancelled, _) => facts.push((t.withdrawn_by(), Words(operation.requester_name.clone()))),
            _ => facts.push((t.why(), Words(self.reason()))),
        }
        if let Some((code, words)) = refusal(operation, self.around.ui) {
            facts.push((t.huawei(), Code(code, words)));
        }
        (head.to_owned(), Vec::new(), facts)
    }
}

crate::texts! {
    /// What is said of each state (`operations.md` §1.10).
    pub struct Texts {
        do_not_pay_again: "不要在这里或华为云控制台重复支付", "do not repeat it here or in the Huawei console";
        do_not_repeat: "不要在这里或华为云控制台重复", "do not repeat it here or in the Huawei console";

        head_pending(n: i64): "等 {n} 人审批", "Approvals still needed: {n}";
        text_pending: "期限内没有审批就过期，不会发送。提交人不能审批自己的操作。", "If nobody decides in time, it expires and is not sent. Who asked cannot approve.";
        text_pending_mine: "期限内没有审批就过期，不会发送。您不能审批自己的操作，但可以撤回。", "If nobody decides in time, it expires and is not sent. You cannot approve it yourself, but you can withdraw it.";
        approve_until: "审批截止", "Approval until";
        agreed: "已同意", "Agreed";

        head_ready: "已提交，还没有发送", "Accepted, not sent yet";
        head_ready_again: "已提交，还没有执行，会再次发送", "Accepted, not carried out yet; it will be sent again";
        text_ready: "发送前，提交人可以撤回。", "Until it is sent, who asked can withdraw it.";
        text_ready_mine: "发送前，您可以撤回。", "Until it is sent, you can withdraw it.";
        head_held: "还没有发送，现在还可以撤回", "Not sent yet: it can still be taken back";
        text_held: "这个操作发送后不能撤销，所以先等一会儿；到时会再核对一次当前情况，然后发送。在此之前，提交人可以撤回。", "Once sent it cannot be undone, so it waits a little; then things are compared once more and it is sent. Until then, who asked can withdraw it.";
        text_held_mine: "这个操作发送后不能撤销，所以先等一会儿；到时会再核对一次当前情况，然后发送。在此之前，您可以撤回。", "Once sent it cannot be undone, so it waits a little; then things are compared once more and it is sent. Until then, you can withdraw it.";
        sent_after: "多久后发送", "Sent in";
        waits_because: "等待原因", "Why it waits";
        queued: "排队等候发送", "It waits for its turn";
        next_try: "下次尝试", "Next try";
        once_resumed: "管理员检查凭证并恢复发送之后", "Once an administrator has checked the credentials and resumes sending";
        tried_until: "最晚发送", "Tried until";

        head_sending(warning: &str): "正在发送：{warning}", "Being sent: {warning}";
        text_sending: "请求已经登记，正在等华为云的答复。发送中的操作不能撤回。", "The request is recorded; Huawei Cloud's answer is awaited. What is being sent cannot be withdrawn.";
        sent: "发出时间", "Sent";
        known_by: "最晚知道结果", "You will know by";

        head_unknown(warning: &str): "结果还不知道：{warning}", "Result not known yet: {warning}";
        text_unknown: "系统会反复核对，直到看到结果，或证明没有执行。华为云应答时，最晚在下面的时间知道。", "It is checked again and again until the result shows, or is proved absent. If Huawei Cloud answers, you will know by the time below.";
        text_unknown_late: "比预计的久：华为云还没有给出可用的回答。系统会继续核对；72 小时仍无结果时，请人来核对。", "This takes longer than it should: Huawei Cloud has not given a usable answer yet. Checking goes on; after 72 hours without a result, people are asked.";
        why_unknown: "为什么不知道", "Why it is not known";
        next_check: "下次核对", "Next check";

        head_confirming: "华为云已接受，等订单显示结果", "Huawei Cloud accepted it; waiting to see it on the order";
        text_confirming(warning: &str): "答复是肯定的；订单通常在一分钟内显示。请{warning}。", "The answer was positive; the order usually shows it within a minute. Please {warning}.";
        head_under_way: "华为云正在审核", "Huawei Cloud is reviewing it";
        text_under_way(warning: &str): "华为云接受了申请，由其人员审核，可能需要几天。系统会继续查看；72 小时仍无结果时，请人来核对。请{warning}。", "Huawei Cloud took it up, and people there review it, which may take days. Checking goes on; after 72 hours without a result, people here are asked. Please {warning}.";
        accepted_at: "接受时间", "Accepted";

        head_review: "需要人工核对", "A person must look";
        text_review(warning: &str): "请按下面的证据核对。两个人各自写明理由、结论一致后才会关闭；在此之前请{warning}。", "Judge it by the evidence below. It is closed when two people conclude the same, each with a reason; until then, {warning}.";
        why_review: "为什么需要人", "Why people are needed";
        since: "开始时间", "Since";

        head_paid(amount: &str): "已支付 ¥{amount}", "Paid ¥{amount}";
        head_paid_elsewhere: "订单已经支付，但不是由这次操作支付的", "The order is paid, but not by this operation";
        head_done_elsewhere: "已经完成，但不是由这次操作完成的", "It is done, but not by this operation";
        not_by_this: "这次请求没有扣款。", "Nothing was charged by this request.";
        head_cancelled_order: "订单已取消", "The order is cancelled";
        head_done: "已完成", "Done";
        order: "订单", "Order";
        amount: "金额", "Amount";
        split(coupons: &str, balance: &str): "券 ¥{coupons} + 余额 ¥{balance}", "¥{coupons} by coupons, ¥{balance} from the balance";
        seen_at: "看到结果", "Seen at";
        source: "依据", "Source";
        source_answer: "华为云的答复，并读回确认", "Huawei Cloud's answer, confirmed by reading back";
        source_read: "读回确认", "Reading back";
        source_elsewhere: "读回时发现已在别处完成", "Reading back: it was done elsewhere";
        source_people: "两人核对", "Two people judged it";

        head_not_charged: "这次请求没有扣款", "Nothing was charged by this request";
        head_not_changed: "这次请求没有改变任何内容", "Nothing was changed by this request";
        head_stale_charged: "这次请求没有扣款：情况已变", "Nothing was charged by this request: things had changed";
        head_stale: "这次请求没有改变任何内容：情况已变", "Nothing was changed by this request: things had changed";
        head_expired_charged: "没有发送，没有扣款", "Not sent; nothing was charged";
        head_expired: "没有发送，没有改变任何内容", "Not sent; nothing was changed";
        head_rejected_charged: "已被驳回，没有扣款", "Rejected; nothing was charged";
        head_rejected: "已被驳回，没有改变任何内容", "Rejected; nothing was changed";
        head_withdrawn_charged: "已撤回，没有扣款", "Withdrawn; nothing was charged";
        head_withdrawn: "已撤回，没有改变任何内容", "Withdrawn; nothing was changed";
        why: "原因", "Why";
        huawei: "华为云答复", "Huawei's answer";
        rejected_by: "驳回人", "Rejected by";
        withdrawn_by: "撤回人", "Withdrawn by";
        no_reason: "没有写明理由", "No reason was given";
    }
}
