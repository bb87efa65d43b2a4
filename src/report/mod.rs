//! What is handed to others when it is over, or while it goes on: the reply to AWS Support and the incident report.
//!
//! Pure: an investigation, a playbook and a moment go in, a [`Document`](document::Document) comes out, and each form writes
//! that document. What is said stands in one place, how it is written in another.
//!
//! | file | one idea |
//! |---|---|
//! | `document` | headings, paragraphs, lists, tables, the tree: whatever the form |
//! | `text` | text and times as they stand in every form |
//! | `plain`, `markdown`, `html` | the three forms, each with its one escape |
//! | `ends` | what of the chain is over, since when, and what proves it |
//! | `moments` | how long it took to detect, to contain, to recover |
//! | `objects` | what the chain made and changed, and what became of it |
//! | `theirs` | the first call of a stranger |
//! | `findings` | what stands out |
//! | `gaps` | what was not read, and what cannot be seen |
//! | `steps` | where the items stand, in sentences |
//! | `timeline` | attack and response, side by side |
//! | `changes` | what keytrail changed in the account |
//! | `reply` | the reply to AWS Support |
//! | `incident` | the incident report |

mod changes;
mod document;
mod ends;
mod findings;
mod gaps;
mod html;
mod incident;
mod markdown;
mod moments;
mod objects;
mod plain;
mod reply;
mod steps;
mod text;
mod theirs;
mod timeline;

use chrono::{DateTime, Utc};

use crate::export::Journal;
use crate::investigation::Investigation;
use crate::playbook::{Playbook, Standings};

/// What a report is made from.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// What the facts add up to, settled.
    pub investigation: &'a Investigation,
    /// The steps.
    pub playbook: &'a Playbook,
    /// Where their items stand.
    pub standings: &'a Standings,
    /// The state of the file.
    pub journal: &'a Journal,
    /// As of when.
    pub now: DateTime<Utc>,
}

/// What to write, and in which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The reply to AWS Support, as plain text to paste into the case.
    CaseReply,
    /// The incident report in Markdown.
    Markdown,
    /// The incident report as one HTML page that loads nothing and runs nothing.
    Html,
}

/// The whole text.
pub fn report(given: &Given<'_>, format: Format) -> String {
    match format {
        Format::CaseReply => plain::write(&reply::document(given)),
        Format::Markdown => markdown::write(&incident::document(given)),
        Format::Html => html::write(&incident::document(given)),
    }
}
