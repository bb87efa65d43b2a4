//! The findings: a table, and a member of the chain JSON.

use serde_json::{Value, json};

use super::table::Table;
use super::tables::{joined, moment, text};
use crate::cloudtrail::{EventKey, time};
use crate::investigation::{Finding, Investigation};

const FINDINGS: [&str; 13] = [
    "Finding",
    "Severity",
    "Title",
    "Technique",
    "Calls",
    "FirstSeen",
    "LastSeen",
    "Details",
    "Why",
    "WhatToDo",
    "Item",
    "Nodes",
    "EventIds",
];

/// So many events stand in a cell; programs that show tables take no more. The chain JSON has all.
const MOST_EVENTS: usize = 200;

/// What matters in the calls of the chain, what weighs most first.
pub fn findings(investigation: &Investigation) -> Table<'_> {
    const BRIEF: [&str; 6] = ["Severity", "Title", "Calls", "FirstSeen", "Technique", "Details"];
    let rows = investigation.findings().iter().map(|finding| {
        [
            text(&finding.id()),
            text(finding.severity.as_str()),
            text(&finding.title()),
            text(finding.kind.technique),
            finding.events.len().into(),
            moment(finding.first()),
            moment(finding.last()),
            joined(details(finding).into_iter()),
            text(&finding.why()),
            text(finding.kind.todo),
            text(finding.kind.item),
            joined(finding.nodes.iter().cloned()),
            joined(few(&finding.events)),
        ]
    });
    Table::new(&FINDINGS, &BRIEF, rows)
}

/// What a finding was about, and how much more there was.
pub fn details(finding: &Finding) -> Vec<String> {
    let more = match finding.more_details {
        0 => None,
        more => Some(format!("and {more} more")),
    };
    finding.details.iter().cloned().chain(more).collect()
}

fn few(events: &[EventKey]) -> impl Iterator<Item = String> {
    let more = events.len().saturating_sub(MOST_EVENTS);
    let more = (more > 0).then(|| format!("and {more} more"));
    let ids = events.iter().take(MOST_EVENTS).map(|key| key.id.to_string());
    ids.chain(more)
}

/// A finding for the chain JSON.
pub(super) fn finding_json(finding: &Finding) -> Value {
    json!({
        "finding": finding.id(),
        "severity": finding.severity.as_str(),
        "title": finding.title(),
        "technique": finding.kind.technique,
        "first_seen": finding.first().map(time::format),
        "last_seen": finding.last().map(time::format),
        "details": details(finding),
        "why": finding.why(),
        "what_to_do": finding.kind.todo,
        "item": finding.kind.item,
        "nodes": finding.nodes,
        "event_ids": finding.events.iter().map(|key| &*key.id).collect::<Vec<_>>(),
    })
}
