//! What the chain made or changed outside IAM, as a table: with the commands to look at it and to be rid of it.

use super::table::Table;
use super::tables::{joined, moment, optional, text};
use crate::investigation::Investigation;
use crate::playbook::{Treat, Treatment};

const COLUMNS: [&str; 21] = [
    "Service",
    "Region",
    "Id",
    "FirstSeen",
    "LastSeen",
    "Calls",
    "Node",
    "Kind",
    "Within",
    "Account",
    "State",
    "Made",
    "Ended",
    "EndedBy",
    "EndedEventId",
    "Risk",
    "Order",
    "Look",
    "Remove",
    "Source",
    "Whose",
];

/// One row for each thing, in the order in which they can be removed.
pub fn resources(investigation: &Investigation) -> Table<'_> {
    const BRIEF: [&str; 8] = ["State", "Whose", "Kind", "Id", "Within", "Region", "FirstSeen", "Risk"];
    let treatment = Treatment::default();
    let rows = (1u64..).zip(investigation.resources()).map(move |(order, resource)| {
        let calls = resource.calls.iter().map(|(name, times)| match times {
            1 => name.clone(),
            times => format!("{name} ({times})"),
        });
        let ended = resource.ended.as_ref();
        let commands = |treat| text(&treatment.in_one_line(treat, resource));
        [
            text(&resource.service),
            text(&resource.region),
            text(&resource.id),
            moment(Some(resource.first)),
            moment(Some(resource.last)),
            joined(calls),
            text(&resource.by),
            text(resource.label()),
            text(&resource.within),
            text(&resource.account),
            text(resource.state().as_str()),
            moment(Some(resource.first).filter(|_| resource.is_made)),
            moment(ended.map(|ended| ended.time)),
            optional(ended.map(|ended| &*ended.by)),
            optional(ended.map(|ended| &*ended.event_id)),
            text(resource.risk()),
            order.into(),
            commands(Treat::Look),
            commands(Treat::Remove),
            joined(resource.sources.iter().cloned()),
            text(resource.whose.as_str()),
        ]
    });
    Table::new(&COLUMNS, &BRIEF, rows)
}
