//! A document, whatever the form it is written in.

use chrono::{DateTime, Utc};

use crate::export::TreeLine;

/// A title and what stands below it.
#[derive(Debug, Clone, Default)]
pub(super) struct Document {
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// A part of a document. Every text may quote what an attacker wrote: the forms make it harmless.
#[derive(Debug, Clone)]
pub(super) enum Block {
    Heading(String),
    Subheading(String),
    Paragraph(String),
    List(Vec<String>),
    /// Labels and what they stand for.
    Facts(Vec<(&'static str, String)>),
    Table(Table),
    Tree(Vec<TreeLine>),
}

/// Rows under a header, each as wide as that.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) head: &'static [&'static str],
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) look: Look,
}

/// What a cell holds, for forms that can show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    /// Words.
    Words,
    /// An id or a name.
    Id,
    /// A moment.
    When,
    /// A state: nothing more to do.
    Good,
    /// A state: something is left to do.
    Open,
    /// A state: something is wrong.
    Bad,
}

impl Cell {
    pub(super) fn new(look: Look, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            look,
        }
    }

    pub(super) fn id(text: impl Into<String>) -> Self {
        Self::new(Look::Id, text)
    }
}

/// A moment in UTC, as the head of its column says.
impl From<DateTime<Utc>> for Cell {
    fn from(time: DateTime<Utc>) -> Self {
        Self::new(Look::When, time.format("%Y-%m-%d %H:%M:%S").to_string())
    }
}

impl From<Option<DateTime<Utc>>> for Cell {
    fn from(time: Option<DateTime<Utc>>) -> Self {
        time.map_or_else(|| Self::new(Look::When, ""), Self::from)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::new(Look::Words, text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(Look::Words, text)
    }
}

impl Document {
    pub(super) fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            blocks: Vec::new(),
        }
    }

    pub(super) fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    pub(super) fn subheading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Subheading(text.into()));
    }

    pub(super) fn paragraph(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    pub(super) fn facts(&mut self, facts: Vec<(&'static str, String)>) {
        self.blocks.push(Block::Facts(facts));
    }

    pub(super) fn tree(&mut self, lines: Vec<TreeLine>) {
        self.blocks.push(Block::Tree(lines));
    }

    /// A list of at most so many; of the rest, how many there are and where they stand.
    pub(super) fn list(&mut self, mut items: Vec<String>, most: usize, rest_in: &str) {
        if let Some(more) = left_off(items.len(), most, rest_in) {
            items.truncate(most);
            items.push(more);
        }
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    /// A table, with as many rows as a list has items.
    pub(super) fn table(
        &mut self,
        head: &'static [&'static str],
        mut rows: Vec<Vec<Cell>>,
        most: usize,
        rest_in: &str,
    ) {
        let more = left_off(rows.len(), most, rest_in);
        rows.truncate(most);
        if !rows.is_empty() {
            self.blocks.push(Block::Table(Table { head, rows }));
        }
        if let Some(more) = more {
            self.paragraph(more);
        }
    }
}

fn left_off(there_are: usize, most: usize, rest_in: &str) -> Option<String> {
    (there_are > most).then(|| format!("... and {} more: see {rest_in}", there_are - most))
}
