//! A value as a cell of a CSV file that a spreadsheet will open.
//!
//! Spreadsheets run a cell that begins like a formula, and most of what stands in an event was written by the attacker.
//! Such a cell gets an apostrophe in front, which spreadsheets take for "this is text". What hides is made visible, so a
//! cell never holds a line break. Key ids and ARNs stay as they are, and missing values stay empty.

use std::borrow::Cow;

use serde_json::Value;

use super::text;

/// The text of a cell. Quoting is left to the CSV writer.
pub(super) fn cell(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => inert(text),
        other => Cow::Owned(other.to_string()),
    }
}

fn inert(text: &str) -> Cow<'_, str> {
    let safe = text::safe(text);
    if begins_like_a_formula(text) {
        Cow::Owned(format!("'{safe}"))
    } else {
        safe
    }
}

/// Spreadsheets skip blanks, and some of them invisible characters, before they look for a formula; and they take
/// full-width signs for the plain ones.
fn begins_like_a_formula(text: &str) -> bool {
    const SIGNS: [char; 9] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\u{2212}'];
    text.starts_with(['\t', '\r'])
        || text
            .trim_start_matches(|c: char| c.is_whitespace() || text::hides(c))
            .starts_with(SIGNS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn formulas_become_text() {
        for (hostile, shown) in [
            (
                "=HYPERLINK(\"https://example.com\",\"x\")",
                "'=HYPERLINK(\"https://example.com\",\"x\")",
            ),
            ("+1", "'+1"),
            ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
            ("@SUM(1)", "'@SUM(1)"),
            ("\t=1", "'\\u{9}=1"),
            ("\tx", "'\\u{9}x"),
            ("\r=1", "'\\u{d}=1"),
            ("\n=1", "'\\u{a}=1"),
            ("  =1", "'  =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("\u{feff}=1", "'\\u{feff}=1"),
            ("＝1", "'＝1"),
            ("\u{2212}1", "'\u{2212}1"),
        ] {
            assert_eq!(cell(&json!(hostile)), shown);
        }
    }

    #[test]
    fn what_people_search_for_is_unchanged_and_nothing_is_empty() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "arn:aws:iam::111122223333:user/a+b=c@d",
            "",
            "2026-01-01T00:00:00Z",
            "a-b",
        ] {
            assert_eq!(cell(&json!(text)), text);
        }
        assert_eq!(cell(&Value::Null), "");
        assert_eq!(cell(&json!(true)), "true");
        assert_eq!(cell(&json!(12)), "12");
    }

    #[test]
    fn control_characters_and_marks_are_shown() {
        assert_eq!(
            cell(&json!("a\0b\u{202e}c\r\n\u{1b}[2J")),
            "a\\u{0}b\\u{202e}c\\u{d}\\u{a}\\u{1b}[2J"
        );
    }
}
