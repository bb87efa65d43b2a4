//! Text that cannot harm where it is read: on a terminal, in a table, in a file somebody opens.

use std::borrow::Cow;
use std::fmt::Write;

pub use crate::cloudtrail::text::hides;

use crate::catalogue::Kind;
use crate::investigation::Tally;

/// Makes characters visible that would hide, reorder or steer text: `\u{202e}` instead of the character. Line breaks and
/// tabs too: a value from a record is one piece on one line.
pub fn safe(text: &str) -> Cow<'_, str> {
    // Nearly every text is plain: the rest of this is slow.
    if is_plain(text) || !text.chars().any(hides) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hides(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// The same for a JSON document, in JSON's own escapes: the document means what it meant.
pub fn safe_json(json: &str) -> Cow<'_, str> {
    // Between the values of a document there may be line breaks; inside them JSON has escaped all control characters
    // below U+0020 already.
    let unsafe_here = |c: char| c >= '\u{7f}' && hides(c);
    // Below U+0080 only DEL is unsafe here.
    let plain = json.bytes().all(|byte| byte < 0x7f);
    if plain || !json.chars().any(unsafe_here) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if unsafe_here(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// A word for so many things: `file`, `files`, `copies`.
pub fn plural(n: u64, thing: &str) -> String {
    match (n, thing.strip_suffix('y')) {
        (1, _) => thing.to_owned(),
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{thing}s"),
    }
}

/// How many of a kind there are, what was only changed apart: `3 users created and 2 changed`.
pub fn tallied(kind: Kind, tally: Tally) -> String {
    let label = kind.label();
    let Tally {
        made, changed, read, ..
    } = tally;
    let mut said = Vec::new();
    // What was made needs a word only beside what was not.
    let verbs = if changed + read > 0 { " created" } else { "" };
    for (count, verb) in [(made, verbs), (changed, " changed"), (read, " read")] {
        match (count, said.is_empty()) {
            (0, _) => {}
            (_, true) => said.push(format!("{count} {}{verb}", plural(count, &label))),
            (_, false) => said.push(format!("{count}{verb}")),
        }
    }
    said.join(" and ")
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn what_hides_is_shown() {
        assert_eq!(
            safe("arn:aws:iam::111122223333:user/é 日本"),
            "arn:aws:iam::111122223333:user/é 日本"
        );
        assert_eq!(safe("a\u{1b}[31mb\u{9b}c\0"), "a\\u{1b}[31mb\\u{9b}c\\u{0}");
        assert_eq!(safe("x\r\ny\tz"), "x\\u{d}\\u{a}y\\u{9}z");
        assert_eq!(safe("ab\u{202e}c\u{200b}\u{e0041}"), "ab\\u{202e}c\\u{200b}\\u{e0041}");
    }

    #[test]
    fn what_was_changed_is_not_counted_as_made() {
        let words = |made, changed| {
            let ended = 0;
            let read = 0;
            tallied(
                Kind::User,
                Tally {
                    made,
                    changed,
                    read,
                    ended,
                },
            )
        };
        assert_eq!(words(1, 0), "1 user");
        assert_eq!(words(3, 2), "3 users created and 2 changed");
        assert_eq!(words(0, 1), "1 user changed");
        let read = Tally {
            read: 2,
            ..Tally::default()
        };
        assert_eq!(tallied(Kind::Other("secret"), read), "2 secrets read");
    }

    #[test]
    fn a_safe_document_means_the_same() {
        let value = serde_json::json!({"a\u{202e}": ["\u{9b}31m", "\u{e0041}", "\u{7f}", "é\n\"\\"], "b": 1});
        let text = serde_json::to_string_pretty(&value).unwrap();
        let safe = safe_json(&text);
        assert!(!safe.chars().any(|c| c != '\n' && hides(c)), "{safe}");
        assert_eq!(serde_json::from_str::<Value>(&safe).unwrap(), value);
    }
}
