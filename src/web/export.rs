//! Lists as files: CSV for programs and spreadsheets, XLSX for people. Ids stay text, amounts stay
//! exact, and no cell can become a formula. It knows no list.

use std::io::{self, Seek as _};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::fmt;
use crate::money::Money;

/// The rows that one sheet of a workbook holds, its header included.
const SHEET_ROWS: u32 = 1_048_576;

/// A cell.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'a> {
    /// Text, also ids and codes.
    Text(&'a str),
    /// An amount.
    Money(Money),
    /// A quantity, whose unit another column tells.
    Number(Decimal),
    /// A time, written in the portal's zone.
    Time(Option<DateTime<Utc>>),
}

/// A part of a CSV file: rows in, bytes out.
pub struct Csv {
    writer: csv::Writer<Vec<u8>>,
    zone: Tz,
}

impl Csv {
    /// The beginning of a file: the mark that makes Excel read UTF-8, and the header.
    pub fn beginning(header: &[String]) -> io::Result<Bytes> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        writer.write_record(header.iter().map(|name| guarded(name).into_owned()))?;
        let mut bytes = "\u{feff}".as_bytes().to_vec();
        bytes.extend(writer.into_inner().map_err(csv::IntoInnerError::into_error)?);
        Ok(bytes.into())
    }

    /// A part that writes times in `zone`.
    pub fn part(zone: Tz) -> Self {
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        Self { writer, zone }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for cell in cells {
            match cell {
                Cell::Text(text) => self.writer.write_field(guarded(text).as_bytes())?,
                Cell::Money(amount) => self.writer.write_field(amount.decimal().to_string())?,
                Cell::Number(number) => self.writer.write_field(number.to_string())?,
                Cell::Time(Some(at)) => self.writer.write_field(fmt::second(*at, self.zone).to_string())?,
                Cell::Time(None) => self.writer.write_field("")?,
            }
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// The bytes of the rows.
    pub fn into_bytes(self) -> io::Result<Bytes> {
        Ok(self.writer.into_inner().map_err(csv::IntoInnerError::into_error)?.into())
    }
}

/// Text that no spreadsheet takes for a formula. Amounts are written by themselves, so a minus sign
/// at the beginning of a text is never a number of ours.
fn guarded(text: &str) -> std::borrow::Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

/// A workbook that is written row by row and keeps none in memory.
pub struct Xlsx {
    workbook: Workbook,
    title: String,
    header: Vec<String>,
    sheet: usize,
    row: u32,
    formats: Formats,
    zone: Tz,
}

struct Formats {
    header: Format,
    money: Format,
    number: Format,
    time: Format,
}

impl Xlsx {
    /// An empty workbook whose sheets are called `title`.
    pub fn new(title: &str, header: Vec<String>, zone: Tz) -> Result<Self, XlsxError> {
        let formats = Formats {
            header: Format::new().set_bold(),
            money: Format::new().set_num_format("#,##0.00######"),
            number: Format::new(),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        };
        let mut xlsx = Self {
            workbook: Workbook::new(),
            title: title.to_owned(),
            header,
            sheet: 0,
            row: 0,
            formats,
            zone,
        };
        xlsx.next_sheet()?;
        Ok(xlsx)
    }

    fn next_sheet(&mut self) -> Result<(), XlsxError> {
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        self.sheet += 1;
        sheet.set_name(sheet_name(&self.title, self.sheet))?;
        sheet.set_freeze_panes(1, 1)?;
        for (column, name) in (0..).zip(&self.header) {
            sheet.set_column_width(column, 20)?;
            sheet.write_string_with_format(0, column, name, &self.formats.header)?;
        }
        self.row = 1;
        Ok(())
    }

    /// Adds a row; a full sheet is followed by another.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        if self.row >= SHEET_ROWS {
            self.next_sheet()?;
        }
        let (row, zone) = (self.row, self.zone);
        let sheet = self.workbook.worksheet_from_index(self.sheet - 1)?;
        for (column, cell) in (0..).zip(cells) {
            put(sheet, (row, column), cell, &self.formats, zone)?;
        }
        self.row += 1;
        Ok(())
    }

    /// The finished file, open at its beginning; it is gone when it is closed.
    pub fn finish(mut self) -> anyhow::Result<std::fs::File> {
        let mut file = tempfile::tempfile()?;
        self.workbook.save_to_writer(&mut file)?;
        file.rewind()?;
        Ok(file)
    }
}

/// The name of a workbook's sheet: spreadsheets take at most 31 characters, and none of `/ \ ? * [ ] :`.
fn sheet_name(title: &str, number: usize) -> String {
    let number = if number == 1 { String::new() } else { format!(" {number}") };
    let taken = title.chars().map(|c| if "/\\?*[]:".contains(c) { '-' } else { c });
    taken.take(31 - number.len()).collect::<String>() + &number
}

fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell<'_>,
    formats: &Formats,
    zone: Tz,
) -> Result<(), XlsxError> {
    match cell {
        // Written as text, which no reader takes for a number or a formula.
        Cell::Text(text) => sheet.write_string(row, column, *text)?,
        Cell::Money(amount) => sheet.write_with_format(row, column, amount.decimal(), &formats.money)?,
        Cell::Number(number) => sheet.write_with_format(row, column, *number, &formats.number)?,
        Cell::Time(Some(at)) => {
            let local = at.with_timezone(&zone).naive_local();
            sheet.write_datetime_with_format(row, column, local, &formats.time)?
        }
        Cell::Time(None) => sheet,
    };
    Ok(())
}

/// A file to keep, under a name of ASCII letters.
pub fn attachment(name: &str, kind: &'static str, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn written(cells: &[Cell<'_>]) -> String {
        let mut part = Csv::part(ZONE);
        part.row(cells).expect("writes");
        String::from_utf8(part.into_bytes().expect("ends").to_vec()).expect("text")
    }

    #[test]
    fn no_text_becomes_a_formula_and_no_amount_becomes_text() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+86", "'+86"),
            ("-1", "'-1"),
            ("@a", "'@a"),
            ("＝1", "'＝1"),
            ("弹性云服务器", "弹性云服务器"),
            ("", "\"\""),
        ] {
            assert_eq!(written(&[Cell::Text(text)]), format!("{cell}\r\n"), "{text}");
        }
        assert_eq!(written(&[Cell::Text("\tx")]), "'\tx\r\n");
        assert_eq!(written(&[Cell::Text("a,\"b\"\n")]), "\"a,\"\"b\"\"\n\"\r\n");
        assert_eq!(written(&[Cell::Money(Money::from_fen(-123_450)), Cell::Text("x")]), "-1234.50,x\r\n");
    }

    #[test]
    fn times_are_in_the_portals_zone() {
        let at = DateTime::from_timestamp(1_795_363_331, 0);
        assert_eq!(written(&[Cell::Time(at), Cell::Time(None)]), "2026-11-23 00:02:11,\r\n");
    }

    #[test]
    fn a_file_begins_with_the_mark_that_excel_wants() {
        let beginning = Csv::beginning(&["订单号".to_owned(), "=x".to_owned()]).expect("writes");
        assert_eq!(beginning, "\u{feff}订单号,'=x\r\n".as_bytes());
    }

    #[test]
    fn every_title_makes_a_name_that_spreadsheets_take() {
        assert_eq!(sheet_name("订单", 1), "订单");
        assert_eq!(sheet_name("Yearly/monthly [all]: a?b*c\\d", 12), "Yearly-monthly -all-- a-b-c- 12");
        for title in ["", "a title that goes on for far too many words"] {
            assert!(sheet_name(title, 1_000).chars().count() <= 31);
        }
    }

    #[test]
    fn a_workbook_is_a_zip_that_holds_ids_as_text() {
        let mut xlsx = Xlsx::new("订单", vec!["订单号".to_owned(), "应付".to_owned()], ZONE).expect("begins");
        for cells in
            [[Cell::Text("=1+1"), Cell::Money(Money::from_fen(150))], [Cell::Text("0012"), Cell::Time(None)]]
        {
            xlsx.row(&cells).expect("writes");
        }
        let mut file = xlsx.finish().expect("ends");
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut file, &mut bytes).expect("reads");
        assert_eq!(&bytes[..4], b"PK\x03\x04");
        assert!(bytes.len() > 1_000);
    }
}
