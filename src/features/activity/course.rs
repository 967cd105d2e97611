//! The course of an operation: one line for each change, oldest first, with what belongs to it.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{
    evidence::{Changed, differences},
    words,
};
use crate::{
    bss::explain::explain,
    operations::{Event, State, Story},
    web::{Ui, chip},
};

/// One line of the course.
pub(super) struct Moment {
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) what: String,
    pub(super) at: DateTime<Utc>,
    pub(super) current: bool,
    /// In words, for people.
    pub(super) words: String,
    /// As it came: a code of Huawei's, or what a program said.
    pub(super) code: String,
    pub(super) differences: Vec<Changed>,
}

/// The whole course.
pub(super) fn course(story: &Story, ui: &Ui) -> Vec<Moment> {
    let last = story.events.len().saturating_sub(1);
    let moment = |(n, event): (usize, &Event)| moment(event, n == last, ui);
    story.events.iter().enumerate().map(moment).collect()
}

fn moment(event: &Event, current: bool, ui: &Ui) -> Moment {
    let (t, w) = (Texts(ui.locale), words::Texts(ui.locale));
    let look = chip::operation(event.to_state, ui.locale);
    let (tone, icon) = if current { (look.tone, look.icon) } else { ("done", "check") };
    let reason = event.why().map_or(event.note.as_str(), |note| w.reason(note));
    let who = event.actor_name.as_deref().map(|name| format!("{reason} · {name}"));
    let text = |key: &str| event.detail.get(key).and_then(Value::as_str).unwrap_or_default();
    let explained =
        explain(text("error_code"), Some(text("error_msg")).filter(|said| !said.is_empty()), ui.locale);
    let said =
        explained.map_or_else(|| text("error_msg").to_owned(), |explained| explained.meaning.into_owned());
    let opinion = match text("verdict") {
        "executed" => t.executed(text("reason")),
        "not_executed" => t.not_executed(text("reason")),
        _ => text("reason").to_owned(),
    };
    let own = match text("why") {
        "own_limit" => t.own_limit(),
        _ => "",
    };
    let words = [said, opinion, own.to_owned()].into_iter().find(|words| !words.is_empty());
    let code = [text("error_code"), text("broken"), if own.is_empty() { text("why") } else { "" }];
    // What the box on top says already is not said again below.
    let said_above = current && event.to_state.is_final() && event.to_state != State::Succeeded;
    Moment {
        tone,
        icon,
        what: who.unwrap_or_else(|| reason.to_owned()),
        at: event.at,
        current,
        words: words.unwrap_or_default(),
        code: code.into_iter().find(|code| !code.is_empty()).unwrap_or_default().to_owned(),
        differences: if said_above { Vec::new() } else { differences(&event.detail, ui) },
    }
}

crate::texts! {
    /// What the course says beside the reasons.
    pub struct Texts {
        own_limit: "本系统自己的限速", "The portal's own limit";
        executed(reason: &str): "认为已执行：{reason}", "Says that it happened: {reason}";
        not_executed(reason: &str): "认为没有执行：{reason}", "Says that it did not happen: {reason}";
    }
}
