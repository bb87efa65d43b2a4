//! The reply to AWS Support and the incident report: what they say, and that nothing in them is alive.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod browser;
mod demo;
mod hostile;
mod markup;
mod says;
#[allow(
    dead_code,
    reason = "shared with the tests of the checks; each uses the part it needs"
)]
#[path = "../checks/story.rs"]
mod story;
#[path = "../support/mod.rs"]
mod support;

use chrono::{DateTime, Utc};
use keytrail::export::Journal;
use keytrail::investigation::Investigation;
use keytrail::playbook::{Names, Playbook, Standings};
use keytrail::report::{Format, Given, report};
use support::screens::builtin;

const FORMATS: [Format; 3] = [Format::CaseReply, Format::Markdown, Format::Html];

/// A report on an investigation at a moment, with the built-in playbook.
fn written(investigation: &Investigation, now: DateTime<Utc>, format: Format) -> String {
    let [text] = in_forms(&builtin(), investigation, "whole", now, [format]);
    text
}

/// The same in several forms.
fn in_forms<const N: usize>(
    playbook: &Playbook,
    investigation: &Investigation,
    integrity: &str,
    now: DateTime<Utc>,
    formats: [Format; N],
) -> [String; N] {
    let standings = Standings::of(playbook, investigation, &Names::of(investigation, now), now);
    let journal = Journal {
        head: "ab".repeat(32),
        facts: 5,
        integrity: integrity.to_owned(),
    };
    let given = Given {
        investigation,
        playbook,
        standings: &standings,
        journal: &journal,
        now,
    };
    formats.map(|format| report(&given, format))
}
