//! Faults on order: rules that say which call of which operation goes wrong, and how.

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Fault {
    /// It happens, and the connection closes without an answer.
    LoseAnswer,
    /// The connection closes and nothing happens.
    DropBefore,
    /// The answer comes late; `after_effect` says on which side of the effect the time passes.
    Delay {
        ms: u64,
        #[serde(default)]
        after_effect: bool,
    },
    /// This answer instead, with the effect or without it.
    Status {
        code: u16,
        #[serde(default)]
        body: serde_json::Value,
        #[serde(default)]
        effect: bool,
    },
    /// It happens, and the answer is not what it should be.
    Garbled,
    /// The gateway refuses for too many calls.
    Throttle,
    /// It happens, and the connection closes in the middle of the answer.
    CloseMidBody,
    /// It happens, and the same request arrives again later.
    DeliverTwice {
        #[serde(default)]
        after_ms: u64,
    },
    /// The connection closes, and the request arrives so much later, if its signature still lasts then.
    ArriveLate { after_ms: u64 },
    /// The answer tells what was true so long ago.
    StaleReads { seconds: i64 },
}

/// A rule as it is posted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// The catalogue's name, or `*` for all.
    operation: String,
    /// From which call on, counted from 1 since the rule was posted; every call when absent.
    #[serde(default)]
    call: Option<u64>,
    /// For how many calls; one when `call` is given, otherwise without end.
    #[serde(default)]
    times: Option<u64>,
    fault: Fault,
}

/// A rule with what it has seen.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Standing {
    #[serde(flatten)]
    rule: Rule,
    seen: u64,
    fired: u64,
}

/// The rules in force.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Standing>);

impl Faults {
    pub(crate) fn add(&mut self, rules: Vec<Rule>) {
        self.0.extend(rules.into_iter().map(|rule| Standing { rule, seen: 0, fired: 0 }));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn all(&self) -> &[Standing] {
        &self.0
    }

    /// Counts a call, and answers what goes wrong with it: the first rule that applies.
    pub(crate) fn draw(&mut self, operation: &str) -> Option<Fault> {
        let mut drawn = None;
        for standing in &mut self.0 {
            if standing.rule.operation != operation && standing.rule.operation != "*" {
                continue;
            }
            standing.seen += 1;
            let first = standing.rule.call.unwrap_or(1);
            let most = standing.rule.times.unwrap_or(if standing.rule.call.is_some() { 1 } else { u64::MAX });
            if drawn.is_none() && standing.seen >= first && standing.fired < most {
                standing.fired += 1;
                drawn = Some(standing.rule.fault.clone());
            }
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(json: &str) -> Faults {
        let mut faults = Faults::default();
        faults.add(serde_json::from_str(json).expect("rules"));
        faults
    }

    #[test]
    fn a_rule_strikes_the_call_that_it_names() {
        let mut faults = faults(r#"[{"operation":"pay_orders","call":2,"fault":{"kind":"lose_answer"}}]"#);
        assert_eq!(faults.draw("list_customer_orders"), None);
        assert_eq!(faults.draw("pay_orders"), None);
        assert_eq!(faults.draw("pay_orders"), Some(Fault::LoseAnswer));
        assert_eq!(faults.draw("pay_orders"), None);
    }

    #[test]
    fn a_rule_without_a_call_strikes_every_one_until_its_times_are_over() {
        let mut faults = faults(r#"[{"operation":"*","times":2,"fault":{"kind":"delay","ms":5}}]"#);
        assert!(faults.draw("a").is_some());
        assert!(faults.draw("b").is_some());
        assert_eq!(faults.draw("a"), None);
    }
}
