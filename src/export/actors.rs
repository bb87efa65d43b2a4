//! The table of the sources of the chain's calls, and what is thought of each.

use super::table::Table;
use super::tables::{joined, moment, optional, text};
use crate::investigation::Investigation;
use crate::investigation::actor::Reason;
use crate::investigation::evidence::Activity;

const ACTORS: [&str; 15] = [
    "Actor",
    "Address",
    "Program",
    "Events",
    "Failed",
    "FirstSeen",
    "LastSeen",
    "Regions",
    "Keys",
    "Verdict",
    "Why",
    "Suspicion",
    "Signs",
    "SignEvents",
    "Proposal",
];

/// The sources of the chain's calls, busiest first.
pub fn actors(investigation: &Investigation) -> Table<'_> {
    const BRIEF: [&str; 8] = [
        "Actor",
        "Events",
        "Failed",
        "FirstSeen",
        "LastSeen",
        "Verdict",
        "Suspicion",
        "Proposal",
    ];
    let rows = investigation.actors().iter().map(|actor| {
        let Activity {
            events,
            failed,
            first,
            last,
            regions,
            ..
        } = &actor.activity;
        [
            text(&actor.id),
            text(&actor.address),
            text(&actor.program),
            (*events).into(),
            (*failed).into(),
            moment(*first),
            moment(*last),
            joined(regions.keys().map(ToString::to_string)),
            joined(actor.keys.keys().cloned()),
            text(investigation.verdict(&actor.id).as_str()),
            optional(investigation.why_judged(&actor.id)),
            // Inferred, whatever the verdict says: the columns stay what they are when somebody judges.
            optional(match (actor.looks_foreign(), actor.suspicion.is_empty()) {
                (true, _) => Some("foreign"),
                (false, false) => Some("unusual"),
                (false, true) => None,
            }),
            joined(actor.suspicion.iter().map(Reason::words)),
            joined(actor.suspicion.iter().map(|reason| reason.event.id.to_string())),
            optional(match (actor.is_responder, &actor.proposal) {
                (true, _) => Some("responder"),
                (false, Some(_)) => Some("application"),
                (false, None) => None,
            }),
        ]
    });
    Table::new(&ACTORS, &BRIEF, rows)
}
