//! What stands out: the findings that are not somebody's everyday work.

use super::document::{Cell, Document, Look};
use super::text::counted;
use crate::catalogue::Severity;
use crate::export;
use crate::investigation::{Finding, Investigation, Manner};

/// How many findings are listed.
const MOST: usize = 60;
/// How much is said of what one was about.
const MOST_SAID: usize = 400;

/// Those findings, what weighs most first.
pub(super) fn of(investigation: &Investigation) -> Vec<&Finding> {
    let findings = investigation.findings().iter();
    findings.filter(|finding| finding.manner != Manner::Everyday).collect()
}

/// The section.
pub(super) fn write(document: &mut Document, investigation: &Investigation, findings: &[&Finding]) {
    document.heading("What stands out");
    let everyday = investigation.findings().len() - findings.len();
    let everyday = match everyday {
        0 => String::new(),
        n => format!(
            " {} more look like the everyday work of an application or a deployment: findings.csv.",
            counted(n, "finding")
        ),
    };
    if findings.is_empty() {
        return document.paragraph(format!(
            "Nothing in the calls of the chain stands out, without those of the responder and of sources judged expected.{everyday}"
        ));
    }
    document.paragraph(format!(
        "What matters in the calls of the chain, without those of the responder and of sources judged expected.{everyday}"
    ));
    let rows = findings.iter().map(|finding| {
        let look = match finding.severity {
            Severity::Critical => Look::Bad,
            Severity::High => Look::Open,
            Severity::Medium | Severity::Low => Look::Words,
        };
        let event = finding.events.first().map_or("", |key| &key.id);
        vec![
            Cell::new(look, finding.severity.as_str()),
            Cell::from(finding.title()),
            Cell::from(finding.events.len().to_string()),
            Cell::from(finding.first()),
            Cell::id(event),
            Cell::from(said(finding)),
            Cell::from(format!("{} ({})", finding.why(), finding.kind.technique)),
            Cell::from(format!("{} {}", finding.kind.item, finding.kind.todo)),
        ]
    });
    document.table(
        &[
            "Weight",
            "Finding",
            "Calls",
            "First (UTC)",
            "First event",
            "What",
            "Why it matters",
            "What to do",
        ],
        rows.collect(),
        MOST,
        "findings.csv",
    );
}

fn said(finding: &Finding) -> String {
    let said = export::details(finding).join("; ");
    match said.char_indices().nth(MOST_SAID) {
        Some((cut, _)) => format!("{}…", &said[..cut]),
        None => said,
    }
}
