//! What stands out: calls that weigh heavily in an attacker's hands, counted by name.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Cell, Document, Look};
use crate::catalogue;
use crate::cloudtrail::Event;
use crate::investigation::actor::actor_id;

/// How many kinds of calls are listed.
const MOST: usize = 40;

/// One kind of call.
pub(super) struct Finding<'a> {
    /// `iam:CreateUser`
    pub(super) call: String,
    meaning: catalogue::Call,
    /// How often it succeeded.
    pub(super) worked: usize,
    failed: usize,
    /// The first that succeeded, else the first.
    pub(super) first: &'a Event,
    sources: BTreeSet<String>,
}

impl Finding<'_> {
    fn times(&self) -> String {
        match (self.worked, self.failed) {
            (worked, 0) => worked.to_string(),
            (0, failed) => format!("{failed} failed"),
            (worked, failed) => format!("{worked}, and {failed} failed"),
        }
    }

    /// Why it matters, with the ATT&CK technique.
    fn why(&self) -> String {
        match (self.meaning.why, self.meaning.technique) {
            (why, "") => why.to_owned(),
            (why, technique) => format!("{why} ({technique})"),
        }
    }
}

/// The calls of high and critical weight: critical ones first, each kind by its first call.
pub(super) fn of<'a>(theirs: &[&'a Event]) -> Vec<Finding<'a>> {
    let mut found: BTreeMap<String, Finding<'a>> = BTreeMap::new();
    for event in theirs {
        let Some(meaning) = catalogue::call(&event.source, event.base_name())
            .filter(|call| matches!(call.severity, "high" | "critical"))
        else {
            continue;
        };
        let call = format!("{}:{}", event.service(), event.base_name());
        let finding = found.entry(call.clone()).or_insert_with(|| Finding {
            call,
            meaning,
            worked: 0,
            failed: 0,
            first: event,
            sources: BTreeSet::new(),
        });
        if event.outcome.succeeded() {
            if finding.worked == 0 {
                finding.first = event;
            }
            finding.worked += 1;
        } else {
            finding.failed += 1;
        }
        finding.sources.insert(actor_id(event));
    }
    let mut found: Vec<Finding> = found.into_values().collect();
    // `critical` stands before `high` in the alphabet too.
    found.sort_by_key(|finding| (finding.meaning.severity, finding.worked == 0, finding.first.time()));
    found
}

/// The section.
pub(super) fn write(document: &mut Document, findings: &[Finding<'_>]) {
    document.heading("What stands out");
    if findings.is_empty() {
        return document
            .paragraph("No call of high or critical weight was made by anybody but the application and you.");
    }
    document.paragraph(
        "Calls that weigh heavily in an attacker's hands, without those of the real application and of the responder. The \
         weight is that of the call, not a judgement of this one.",
    );
    let rows = findings.iter().map(|finding| {
        let look = match finding.meaning.severity {
            "critical" => Look::Bad,
            _ => Look::Open,
        };
        vec![
            Cell::new(look, finding.meaning.severity),
            Cell::id(&finding.call),
            Cell::from(finding.times()),
            Cell::from(finding.first.time()),
            Cell::id(finding.first.id()),
            Cell::from(finding.sources.iter().cloned().collect::<Vec<_>>().join(", ")),
            Cell::from(finding.why()),
        ]
    });
    document.table(
        &[
            "Weight",
            "Call",
            "Times",
            "First (UTC)",
            "Event",
            "Sources",
            "Why it matters",
        ],
        rows.collect(),
        MOST,
        "events.csv",
    );
}
