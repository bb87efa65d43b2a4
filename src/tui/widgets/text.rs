//! Text that fits its place. What comes from a record is made harmless first, by [`safe`].

use std::borrow::Cow;
use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub(crate) use crate::export::text::safe;

/// The width of a text in columns.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Shortens an id in the middle, so that its beginning and its end stay readable.
pub(crate) fn middle(text: &str, most: usize) -> Cow<'_, str> {
    if text.width() <= most {
        return Cow::Borrowed(text);
    }
    let Some(room) = most.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let tail = room / 2;
    let head = take(text, room - tail);
    let mut used = 0;
    let mut end = text.len();
    for (at, c) in text.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used > tail {
            break;
        }
        end = at;
    }
    Cow::Owned(format!("{head}…{}", &text[end..]))
}

/// Cuts a text at the end, with a sign that it was cut.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.width() <= most {
        return Cow::Borrowed(text);
    }
    match most.checked_sub(1) {
        Some(room) => Cow::Owned(format!("{}…", take(text, room))),
        None => Cow::Borrowed(""),
    }
}

/// A cell of exactly `columns`: cut or filled up.
pub(crate) fn cell(text: &str, columns: usize) -> String {
    filled(&cut(text, columns), columns)
}

/// A cell of exactly `columns`, shortened in the middle where it is too long.
pub(crate) fn id_cell(text: &str, columns: usize) -> String {
    filled(&middle(text, columns), columns)
}

fn filled(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// The longest beginning that fits.
fn take(text: &str, most: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > most {
            return &text[..at];
        }
    }
    text
}

/// Breaks a text into lines of at most `columns`, between words where it can.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let mut pieces = fold(word, columns).into_iter();
        line.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            lines.push(std::mem::replace(&mut line, piece.to_owned()));
        }
    }
    lines.push(line);
    lines
}

/// Breaks a text into pieces of at most `columns`, anywhere: for JSON and commands, where blanks count.
pub(crate) fn fold(text: &str, columns: usize) -> Vec<&str> {
    let columns = columns.max(2);
    let mut pieces = Vec::new();
    let mut rest = text;
    // Only as far as a piece reaches: a pasted text may be one line of a megabyte.
    loop {
        let head = take(rest, columns);
        if head.len() == rest.len() {
            break;
        }
        pieces.push(head);
        rest = &rest[head.len()..];
    }
    pieces.push(rest);
    pieces
}

/// Breaks a shell command into lines that can be pasted as they stand: at blanks outside quotes, with a backslash at the
/// end. A word longer than a line is broken anywhere; nothing else can be done with it.
pub(crate) fn fold_command(command: &str, columns: usize) -> Vec<String> {
    let room = columns.saturating_sub(2).max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in shell_words(command) {
        if !line.is_empty() && line.width() + 1 + word.width() > room {
            line.push_str(" \\");
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
        .iter()
        .flat_map(|line| fold(line, columns))
        .map(str::to_owned)
        .collect()
}

/// The words of a command as they are written, quotes and all.
fn shell_words(command: &str) -> Vec<&str> {
    let (mut words, mut from) = (Vec::new(), 0);
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in command.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (None | Some('"'), '\\') => escaped = true,
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, ' ') => {
                words.push(&command[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    words.push(&command[from..]);
    words
}

/// A number with separators: `1,234,567`.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A span of time in one unit: `40 s`, `12 min`, `3 h`.
pub(crate) fn duration(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

/// A number and its unit: `1 call`, `2,104 calls`.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_shortened_in_the_middle() {
        assert_eq!(middle("AKIAEXAMPLEKEY000001", 11), "AKIAE…00001");
        assert_eq!(middle("short", 11), "short");
        assert_eq!(middle("日本語日本語", 7), "日…語");
        assert_eq!(middle("abc", 1), "…");
    }

    #[test]
    fn cells_have_the_width_they_promise() {
        for text in ["", "abc", "abcdefghijkl", "日本語日本語", "a日b本c語"] {
            for columns in 0..12 {
                assert_eq!(width(&cell(text, columns)), columns, "{text} {columns}");
                assert_eq!(width(&id_cell(text, columns)), columns, "{text} {columns}");
            }
        }
    }

    #[test]
    fn wrapping_loses_nothing_and_fits() {
        let text = "a responder under pressure reads averyveryverylongwordwithoutblanks 日本語日本語";
        for columns in 2..40 {
            let lines = wrap(text, columns);
            assert!(lines.iter().all(|l| width(l) <= columns), "{lines:?}");
            let squeeze = |s: &str| s.replace(' ', "");
            assert_eq!(squeeze(&lines.concat()), squeeze(text));
            assert_eq!(fold(text, columns).concat(), text);
        }
    }

    #[test]
    fn commands_break_only_where_a_shell_allows_it() {
        let command = r#"aws iam get-user --user-name='a b' --q "c d" e\ f"#;
        assert_eq!(
            fold_command(command, 25),
            ["aws iam get-user \\", "--user-name='a b' --q \\", r#""c d" e\ f"#]
        );
        assert_eq!(fold_command(command, 200), [command]);
    }

    #[test]
    fn numbers_carry_separators() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(counted(1, "call", "calls"), "1 call");
        let spans = [0, 119, 150, 7_300].map(|seconds| duration(Duration::from_secs(seconds)));
        assert_eq!(spans, ["0 s", "119 s", "2 min", "2 h"]);
    }
}
