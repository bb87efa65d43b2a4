//! A document as plain text, to paste where nothing is formatted.

use std::fmt::{self, Write};

use super::document::{Block, Document, Table};
use super::text::harmless;

/// The document as lines; whatever a text holds, it stays on its line.
pub(super) fn write(document: &Document) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_all(&mut out, document);
    out
}

fn write_all(out: &mut String, document: &Document) -> fmt::Result {
    underlined(out, &document.title, '=')?;
    for block in &document.blocks {
        writeln!(out)?;
        match block {
            Block::Heading(text) => underlined(out, text, '-')?,
            Block::Subheading(text) | Block::Paragraph(text) => writeln!(out, "{}", harmless(text))?,
            Block::List(items) => items
                .iter()
                .try_for_each(|item| writeln!(out, "- {}", harmless(item)))?,
            Block::Facts(facts) => facts
                .iter()
                .try_for_each(|(label, text)| writeln!(out, "{label}: {}", harmless(text)))?,
            Block::Table(table) => rows(out, table)?,
            Block::Tree(lines) => lines
                .iter()
                .try_for_each(|line| writeln!(out, "{}{}", line.stem, harmless(&line.text)))?,
        }
    }
    Ok(())
}

fn underlined(out: &mut String, text: &str, line: char) -> fmt::Result {
    let text = harmless(text);
    writeln!(out, "{text}\n{}", line.to_string().repeat(text.chars().count()))
}

/// `When (UTC)` in the middle of a sentence.
fn lower(label: &str) -> String {
    let mut letters = label.chars();
    let first = letters.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// The columns of plain text end with the font: each row is a sentence instead.
fn rows(out: &mut String, table: &Table) -> fmt::Result {
    for row in &table.rows {
        let said = table.head.iter().zip(row).filter(|(_, cell)| !cell.text.is_empty());
        for (n, (label, cell)) in said.enumerate() {
            let text = harmless(&cell.text);
            match n {
                0 => write!(out, "- {text}")?,
                _ => write!(out, "; {}: {text}", lower(label))?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
