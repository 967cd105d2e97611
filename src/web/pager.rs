//! Keyset paging: a page starts after, or ends before, a row that the reader has seen, so that the
//! last page costs what the first does. It knows no table.

use std::{fmt, str::FromStr};

/// Rows on a page.
pub const SIZE: usize = 50;

/// A row's place in an order: its sort key as text and its id, which makes ties definite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The key, as the list's own order writes it.
    pub key: String,
    /// The row's id.
    pub id: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.key, self.id)
    }
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a list")]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (key, id) = text.rsplit_once('_').ok_or(NotACursor)?;
        if key.len() > 40 || !key.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'.') {
            return Err(NotACursor);
        }
        Ok(Self { key: key.to_owned(), id: id.parse().map_err(|_| NotACursor)? })
    }
}

/// Where a page lies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Start {
    /// At the beginning.
    #[default]
    First,
    /// After a row.
    After(Cursor),
    /// Before a row.
    Before(Cursor),
    /// At the end.
    Last,
}

impl Start {
    /// From the parameters `after` and `before`; what is no cursor is the first page.
    pub fn parse(after: Option<&str>, before: Option<&str>) -> Self {
        match (after.map(Cursor::from_str), before) {
            (Some(Ok(cursor)), _) => Self::After(cursor),
            (_, Some("end")) => Self::Last,
            (_, Some(before)) => before.parse().map_or(Self::First, Self::Before),
            _ => Self::First,
        }
    }

    /// Whether rows are fetched against the order of the list.
    pub const fn backwards(&self) -> bool {
        matches!(self, Self::Before(_) | Self::Last)
    }

    /// The row to start from.
    pub const fn cursor(&self) -> Option<&Cursor> {
        match self {
            Self::After(cursor) | Self::Before(cursor) => Some(cursor),
            Self::First | Self::Last => None,
        }
    }

    /// As a parameter of a URL: name and value.
    pub fn parameter(&self) -> Option<(&'static str, String)> {
        match self {
            Self::First => None,
            Self::After(cursor) => Some(("after", cursor.to_string())),
            Self::Before(cursor) => Some(("before", cursor.to_string())),
            Self::Last => Some(("before", "end".to_owned())),
        }
    }
}

/// One page of rows in the order of the list, and the pages beside it.
#[derive(Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The page before, if there is one.
    pub previous: Option<Start>,
    /// The page after, if there is one.
    pub next: Option<Start>,
}

impl<T> Page<T> {
    /// A page of up to [`SIZE`] + 1 rows as they were fetched from `start`; the one too many only
    /// tells that there is more.
    pub fn of(mut rows: Vec<T>, start: &Start, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = rows.len() > SIZE;
        rows.truncate(SIZE);
        if start.backwards() {
            rows.reverse();
        }
        let (before, after) = match start {
            Start::First => (false, more),
            Start::After(_) => (true, more),
            Start::Before(_) => (more, true),
            Start::Last => (more, false),
        };
        let previous = rows.first().filter(|_| before).map(|row| Start::Before(cursor(row)));
        let next = rows.last().filter(|_| after).map(|row| Start::After(cursor(row)));
        Self { rows, previous, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_url() {
        let cursor = Cursor { key: "-12.50".to_owned(), id: 7 };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for text in ["", "1", "a_1", "1_x", "1;drop_1"] {
            assert_eq!(text.parse::<Cursor>(), Err(NotACursor), "{text}");
        }
    }

    #[test]
    fn a_page_knows_its_neighbours() {
        let cursor = |n: &i64| Cursor { key: n.to_string(), id: *n };
        let many: Vec<i64> = (0..51).collect();
        let first = Page::of(many.clone(), &Start::First, cursor);
        assert_eq!(
            (first.rows.len(), first.previous, first.next),
            (50, None, Some(Start::After(cursor(&49))))
        );
        let before = Page::of(many, &Start::Before(cursor(&99)), cursor);
        assert_eq!(before.rows.first(), Some(&49), "against the order");
        assert_eq!(before.previous, Some(Start::Before(cursor(&49))));
        let last = Page::of(vec![3, 2], &Start::Last, cursor);
        assert_eq!((last.rows, last.previous, last.next), (vec![2, 3], None, None));
    }
}
