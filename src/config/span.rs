//! Spans of time as people write them: `500ms`, `30s`, `5m`, `2h`, `3d`.

use std::{str::FromStr, time::Duration};

/// A span of time in a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(Duration);

const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// The text is no span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a span of time as a number and ms, s, m, h or d, such as 5m")]
pub struct NotASpan;

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, NotASpan> {
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or(NotASpan)?;
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| NotASpan)?;
        let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(NotASpan)?;
        number.checked_mul(*millis).map(|millis| Self(Duration::from_millis(millis))).ok_or(NotASpan)
    }
}

/// A span that is not longer than an hour.
pub(super) fn up_to_an_hour(text: &str) -> Result<Span, String> {
    let span: Span = text.parse().map_err(|error: NotASpan| error.to_string())?;
    if span.0 > Duration::from_hours(1) { Err("write a span of at most 1h".to_owned()) } else { Ok(span) }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        span.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_number_and_a_unit() {
        for (text, seconds) in
            [("500ms", 0.5), ("30s", 30.0), ("5m", 300.0), ("2h", 7200.0), ("3d", 259_200.0)]
        {
            let span: Duration = text.parse::<Span>().expect("a span").into();
            assert!((span.as_secs_f64() - seconds).abs() < 1e-9, "{text}");
        }
        for text in ["", "5", "m", "-5m", "5 m", "1.5h", "99999999999999999999s", "18446744073709551615d"] {
            assert_eq!(text.parse::<Span>(), Err(NotASpan), "{text}");
        }
    }

    #[test]
    fn what_waits_waits_for_an_hour_at_most() {
        for (text, is_allowed) in
            [("0s", true), ("1h", true), ("60m", true), ("3600001ms", false), ("5", false)]
        {
            assert_eq!(up_to_an_hour(text).is_ok(), is_allowed, "{text}");
        }
    }
}
