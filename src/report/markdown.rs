//! A document as Markdown: CommonMark with GitHub's tables.

use std::fmt::{self, Write};

use super::document::{Block, Document, Table};
use super::text::harmless;

/// The document. No text in it becomes markup.
pub(super) fn write(document: &Document) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_all(&mut out, document);
    out
}

fn write_all(out: &mut String, document: &Document) -> fmt::Result {
    writeln!(out, "# {}", escape(&document.title))?;
    for block in &document.blocks {
        writeln!(out)?;
        match block {
            Block::Heading(text) => writeln!(out, "## {}", escape(text))?,
            Block::Subheading(text) => writeln!(out, "### {}", escape(text))?,
            Block::Paragraph(text) => writeln!(out, "{}", escape(text))?,
            Block::List(items) => items.iter().try_for_each(|item| writeln!(out, "- {}", escape(item)))?,
            Block::Facts(facts) => facts
                .iter()
                .try_for_each(|(label, text)| writeln!(out, "- **{label}**: {}", escape(text)))?,
            Block::Table(table) => rows(out, table)?,
            Block::Tree(lines) => {
                // Inside a block of code nothing is markup; every line begins with what we write, so none ends it.
                writeln!(out, "~~~text")?;
                for line in lines {
                    writeln!(out, "{}{}", line.stem, harmless(&line.text))?;
                }
                writeln!(out, "~~~")?;
            }
        }
    }
    Ok(())
}

fn rows(out: &mut String, table: &Table) -> fmt::Result {
    writeln!(out, "| {} |", table.head.join(" | "))?;
    writeln!(out, "|{}", " --- |".repeat(table.head.len()))?;
    for row in &table.rows {
        write!(out, "|")?;
        for cell in row {
            write!(out, " {} |", escape(&cell.text))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The one place where text becomes Markdown: shown as it is, and nothing else.
fn escape(text: &str) -> String {
    let text = harmless(text);
    // Space at the beginning makes a block of code, at the end a line break.
    let text = text.trim();
    let mut out = String::with_capacity(text.len() + 16);
    // What begins a list, a heading, an underline, a quotation: only where the line begins.
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let is_markup = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '&' | '~' | '$' | '^' | '{' | '}' => true,
            // In the middle of a name it means nothing.
            '_' => !before.is_alphanumeric() || !text[at + 1..].starts_with(char::is_alphanumeric),
            '#' | '+' | '-' | '=' | ':' => at == 0,
            '.' | ')' if at == digits => at > 0 && !text[at + 1..].starts_with(|next: char| !next.is_whitespace()),
            // `www.` and `https://` are links on some sites without any markup.
            '.' => text[..at].to_ascii_lowercase().ends_with("www"),
            '/' => before == ':',
            _ => false,
        };
        if is_markup {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn names_stay_readable_and_markup_is_shown() {
        assert_eq!(
            escape("arn:aws:iam::111122223333:user/a_b-c.d"),
            "arn:aws:iam::111122223333:user/a_b-c.d"
        );
        assert_eq!(escape("# 1. a"), "\\# 1. a");
        assert_eq!(escape("12. a"), "12\\. a");
        assert_eq!(escape("203.0.113.66 aws-cli"), "203.0.113.66 aws-cli");
        assert_eq!(
            escape("- _a_ [b](https://c) www.d"),
            "\\- \\_a\\_ \\[b\\](https:\\//c) www\\.d"
        );
        assert_eq!(escape("a\n|<b>"), "a\\\\u\\{a\\}\\|\\<b\\>");
    }
}
