//! Times as people read them, written by hand: list pages print thousands of them, and chrono's own
//! formatting costs more than the rest of a page. Amounts print themselves (`Money`).

use std::fmt;

use askama::filters::HtmlSafe;
use chrono::{DateTime, Datelike, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// `2026-11-22 14:02` in a zone.
#[derive(Debug, Clone, Copy)]
pub struct Minute(Local);

/// `2026-11-22 14:02:11` in a zone.
#[derive(Debug, Clone, Copy)]
pub struct Second(Local);

/// `2026-11-22` in a zone.
#[derive(Debug, Clone, Copy)]
pub struct Day(Local);

#[derive(Debug, Clone, Copy)]
struct Local {
    year: i32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

impl Local {
    fn new(at: DateTime<Utc>, zone: Tz) -> Self {
        let local = zone.from_utc_datetime(&at.naive_utc()).naive_local();
        Self {
            year: local.year(),
            month: local.month(),
            day: local.day(),
            hour: local.hour(),
            minute: local.minute(),
            second: local.second(),
        }
    }

    fn write_day(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = *b"0000-00-00";
        put(&mut text[0..4], self.year.unsigned_abs());
        put(&mut text[5..7], self.month);
        put(&mut text[8..10], self.day);
        write_ascii(f, &text)
    }

    fn write_minute(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_day(f)?;
        let mut text = *b" 00:00";
        put(&mut text[1..3], self.hour);
        put(&mut text[4..6], self.minute);
        write_ascii(f, &text)
    }
}

/// `at` to the minute, in `zone`.
pub fn minute(at: DateTime<Utc>, zone: Tz) -> Minute {
    Minute(Local::new(at, zone))
}

/// `at` to the second, in `zone`.
pub fn second(at: DateTime<Utc>, zone: Tz) -> Second {
    Second(Local::new(at, zone))
}

/// The day of `at`, in `zone`.
pub fn day(at: DateTime<Utc>, zone: Tz) -> Day {
    Day(Local::new(at, zone))
}

/// How long `seconds` are, in the one of `words` that fits: a moment, seconds, minutes, hours, days.
/// `static/app.js` says it in the same steps.
pub fn distance(words: &str, seconds: u64) -> String {
    let (step, n) = match seconds {
        0..10 => (0, 0),
        10..60 => (1, seconds),
        60..3_600 => (2, seconds / 60),
        3_600..172_800 => (3, seconds / 3_600),
        _ => (4, seconds / 86_400),
    };
    words.split('|').nth(step).unwrap_or_default().replace("{n}", &n.to_string())
}

/// A number with thousands separators.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn put(digits: &mut [u8], mut number: u32) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

fn write_ascii(f: &mut fmt::Formatter<'_>, text: &[u8]) -> fmt::Result {
    f.write_str(std::str::from_utf8(text).unwrap_or_default())
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_minute(f)
    }
}

impl fmt::Display for Second {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_minute(f)?;
        let mut text = *b":00";
        put(&mut text[1..3], self.0.second);
        write_ascii(f, &text)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_day(f)
    }
}

/// Digits and punctuation only.
impl HtmlSafe for Minute {}
impl HtmlSafe for Second {}
impl HtmlSafe for Day {}

#[cfg(test)]
mod tests {
    use chrono_tz::{America::New_York, Asia::Shanghai};

    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, -1_234_567].map(grouped), ["0", "999", "1,000", "-1,234,567"]);
    }

    #[test]
    fn a_distance_is_said_in_the_largest_unit_that_fits() {
        let said = |seconds| distance("now|{n} s|{n} min|{n} h|{n} d", seconds);
        let all = [0, 9, 10, 59, 60, 3_599, 3_600, 172_799, 172_800].map(said);
        assert_eq!(all, ["now", "now", "10 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 d"]);
    }

    #[test]
    fn times_are_written_as_chrono_would() {
        for seconds in [0_i64, 951_782_399, 1_795_363_331, 4_102_444_799, -1] {
            let at = DateTime::from_timestamp(seconds, 0).expect("in range");
            for zone in [Tz::UTC, Shanghai, New_York] {
                let local = at.with_timezone(&zone);
                assert_eq!(minute(at, zone).to_string(), local.format("%Y-%m-%d %H:%M").to_string());
                assert_eq!(second(at, zone).to_string(), local.format("%Y-%m-%d %H:%M:%S").to_string());
                assert_eq!(day(at, zone).to_string(), local.format("%Y-%m-%d").to_string());
            }
        }
    }
}
