//! A table, and the forms it is written in.

use std::fmt;
use std::io::{self, Write};

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use super::{cell, text};

/// The form of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people: aligned columns, the most telling ones only.
    #[default]
    Text,
    /// A list of objects with the columns as members; missing values are `null`.
    Json,
    /// RFC 4180: a header, CRLF, UTF-8 without a mark; every cell made safe for spreadsheets.
    Csv,
}

/// Rows under named columns. The rows are made while they are written.
pub struct Table<'a> {
    columns: &'static [&'static str],
    /// The columns of the text form.
    brief: &'static [&'static str],
    rows: Box<dyn Iterator<Item = Vec<Value>> + 'a>,
}

impl<'a> Table<'a> {
    /// A table; that rows are as wide as the header is checked when it is compiled.
    pub fn new<const N: usize>(
        columns: &'static [&'static str; N],
        brief: &'static [&'static str],
        rows: impl Iterator<Item = [Value; N]> + 'a,
    ) -> Self {
        Self {
            columns,
            brief,
            rows: Box::new(rows.map(Vec::from)),
        }
    }

    /// The columns, in order.
    pub fn columns(&self) -> &'static [&'static str] {
        self.columns
    }

    /// Writes the table. Rows are streamed, except as text, where the widths have to be known first.
    pub fn write(self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Text => self.write_text(out),
            Format::Json => self.write_json(out),
            Format::Csv => self.write_csv(out),
        }
    }

    /// The most telling columns of each row as `column: value`, to be read aloud; what is empty is left out.
    pub fn entries(self) -> impl Iterator<Item = Vec<String>> {
        let Self { columns, brief, rows } = self;
        rows.map(move |row| {
            let told = brief.iter().filter_map(|brief| {
                let value = plain(&row[columns.iter().position(|column| column == brief)?]);
                (!value.is_empty()).then(|| format!("{brief}: {value}"))
            });
            told.collect()
        })
    }

    fn write_csv(self, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        writer.write_record(self.columns).map_err(io_error)?;
        for row in self.rows {
            for value in &row {
                writer.write_field(cell::cell(value).as_bytes()).map_err(io_error)?;
            }
            writer.write_record(None::<&[u8]>).map_err(io_error)?;
        }
        writer.flush()
    }

    fn write_json(self, out: &mut dyn Write) -> io::Result<()> {
        let mut before = "[\n";
        for row in self.rows {
            let members = self.columns.iter().map(ToString::to_string).zip(row);
            let object = Value::Object(members.collect::<Map<_, _>>()).to_string();
            write!(out, "{before}{}", text::safe_json(&object))?;
            before = ",\n";
        }
        out.write_all(if before == "[\n" { b"[]\n" } else { b"\n]\n" })
    }

    fn write_text(self, out: &mut dyn Write) -> io::Result<()> {
        let chosen: Vec<usize> = self
            .brief
            .iter()
            .filter_map(|brief| self.columns.iter().position(|column| column == brief))
            .collect();
        let header = chosen.iter().map(|at| self.columns[*at].to_owned()).collect();
        let rows = self.rows.map(|row| chosen.iter().map(|at| plain(&row[*at])).collect());
        let lines: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].width()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..chosen.len()).map(width).collect();
        for line in &lines {
            let mut written = String::new();
            for (cell, width) in line.iter().zip(&widths) {
                written.push_str(cell);
                written.push_str(&" ".repeat(width - cell.width() + 2));
            }
            writeln!(out, "{}", written.trim_end())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(value) => text::safe(value).into_owned(),
        other => other.to_string(),
    }
}

/// The error of the file below, so that a full disk is known for one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const COLUMNS: [&str; 3] = ["Name", "Calls", "Note"];

    fn written(format: Format, rows: Vec<[Value; 3]>) -> String {
        let mut out = Vec::new();
        Table::new(&COLUMNS, &["Note", "Name"], rows.into_iter())
            .write(format, &mut out)
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn csv_is_quoted_and_can_be_read_back() {
        let text = written(
            Format::Csv,
            vec![
                [json!("a,b\"c\""), json!(2), Value::Null],
                [json!("=1+1;\r\n"), json!(0), json!("\u{202e}é\0")],
            ],
        );
        assert_eq!(text.matches("\r\n").count(), 3);
        assert!(text.starts_with("Name,Calls,Note\r\n\"a,b\"\"c\"\"\",2,\r\n"), "{text}");
        let rows: Vec<Vec<String>> = csv::Reader::from_reader(text.as_bytes())
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        assert_eq!(
            rows,
            [["a,b\"c\"", "2", ""], ["'=1+1;\\u{d}\\u{a}", "0", "\\u{202e}é\\u{0}"]]
        );
    }

    #[test]
    fn json_keeps_the_values() {
        let text = written(Format::Json, vec![[json!("=1\u{202e}"), json!(2), Value::Null]]);
        assert!(text.contains("\\u202e"));
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value, json!([{"Name": "=1\u{202e}", "Calls": 2, "Note": null}]));
        assert_eq!(written(Format::Json, Vec::new()), "[]\n");
    }

    #[test]
    fn text_is_aligned_by_what_is_seen() {
        let rows = vec![
            [json!("日本"), json!(2), json!("x")],
            [json!("\u{1b}[2J"), json!(3), json!("long")],
        ];
        assert_eq!(
            written(Format::Text, rows),
            "Note  Name\nx     日本\nlong  \\u{1b}[2J\n"
        );
    }
}
