//! What is kept of a history that failed: its evidence, to be judged again, and its story in order of time, for people.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::Result;

use crate::{check::Violation, evidence::Evidence, figures::name};

/// What happened in a history, from all sources, in order of time.
pub fn story(evidence: &Evidence) -> String {
    let mut lines: Vec<(chrono::DateTime<chrono::Utc>, String)> = vec![
        (evidence.began_at, "── begins".to_owned()),
        (evidence.healed_at, "── healed".to_owned()),
        (evidence.ended_at, "── nothing is open".to_owned()),
    ];
    for one in &evidence.submissions {
        let key = one.form_key.get(..8).unwrap_or_default();
        let (person, kind, order) = (&one.person, &one.kind, &one.subject);
        lines.push((
            one.at,
            format!("{person} sends {kind} {order} form {key} to portal {}: {:?}", one.replica, one.answer),
        ));
    }
    for act in &evidence.acts {
        let about =
            act.operation.map(|id| id.to_string()).or_else(|| act.subject.clone()).unwrap_or_default();
        lines.push((act.at, format!("{} {} {about}: {:?}", act.person, act.what, act.status)));
    }
    for view in &evidence.views {
        lines.push((view.at, format!("{} sees {} {}", view.person, view.operation, view.state)));
    }
    for effect in &evidence.ledger {
        let (operation, subject, amount, actor) =
            (&effect.operation, &effect.subject, effect.amount, &effect.actor);
        lines.push((effect.at, format!("EFFECT {} {operation} {subject} {amount} by {actor}", effect.seq)));
    }
    for sent in &evidence.requests {
        let (signed, twice) =
            (sent.x_sdk_date.format("%H:%M:%S"), if sent.duplicate { " (again)" } else { "" });
        let (status, effect) = (sent.status, sent.effect);
        lines.push((
            sent.at,
            format!("ARRIVED {} signed {signed}{twice}: {status:?}, effect {effect:?}", sent.operation),
        ));
    }
    for operation in &evidence.operations {
        for event in &operation.events {
            let from = event.from.as_deref().unwrap_or("·");
            lines.push((event.at, format!("{} {from} → {} ({})", operation.id, event.to, event.note)));
        }
        for attempt in &operation.attempts {
            let (no, step, class) =
                (attempt.attempt_no, &attempt.step, attempt.class.as_deref().unwrap_or("·"));
            lines.push((
                attempt.armed_at,
                format!("{} armed {step} {no}, became {class} {:?}", operation.id, attempt.outcome),
            ));
        }
    }
    for kill in &evidence.kills {
        lines.push((kill.at, format!("HARM {:?} {:?}", kill.replica, kill.how)));
    }
    lines.sort_by_key(|(at, _)| *at);
    let mut text = String::new();
    for (at, line) in lines {
        let _ = writeln!(text, "{} {line}", at.format("%H:%M:%S%.3f"));
    }
    text
}

/// Saves what is needed to judge a history again, and to understand it.
pub fn save(
    directory: &Path,
    evidence: &Evidence,
    plan: &str,
    words: &str,
    violations: &[Violation],
) -> Result<()> {
    fs::create_dir_all(directory)?;
    let base = format!("{}-{}", name(evidence.mode), evidence.seed);
    fs::write(directory.join(format!("{base}.json")), serde_json::to_vec_pretty(evidence)?)?;
    let mut text = plan.to_owned();
    for violation in violations {
        let _ = writeln!(text, "VIOLATION {}: {}", violation.invariant, violation.what);
    }
    let _ = write!(text, "{}{words}", story(evidence));
    Ok(fs::write(directory.join(format!("{base}.txt")), text)?)
}
