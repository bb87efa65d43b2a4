//! What matters in the calls of the chain, and what does not: each finding in a story in which it is true, and in one that
//! comes near it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod quiet;
mod rows;
mod stories;
#[path = "../support/mod.rs"]
mod support;

use keytrail::catalogue::Severity;
use keytrail::investigation::fact::Judged;
use keytrail::investigation::{Fact, Finding, Investigation, Verdict, What};
use serde_json::json;
use support::incident::*;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The same call from another source.
fn from(call: Call, address: &str, agent: &str) -> Call {
    call.with("sourceIPAddress", json!(address))
        .with("userAgent", json!(agent))
}

/// Id and weight of each finding.
fn found(investigation: &Investigation) -> Vec<(String, &'static str)> {
    let findings = investigation.findings().iter();
    findings
        .map(|finding| (finding.id(), finding.severity.as_str()))
        .collect()
}

fn ids(investigation: &Investigation) -> Vec<String> {
    found(investigation).into_iter().map(|(id, _)| id).collect()
}

fn finding<'i>(investigation: &'i Investigation, id: &str) -> &'i Finding {
    let all = ids(investigation);
    let mut findings = investigation.findings().iter();
    findings
        .find(|finding| finding.id() == id)
        .unwrap_or_else(|| panic!("no {id} in {all:?}"))
}

/// Those that somebody has to act on.
fn loud(investigation: &Investigation) -> Vec<&Finding> {
    let findings = investigation.findings().iter();
    findings.filter(|finding| finding.severity > Severity::Low).collect()
}

fn judge(investigation: &mut Investigation, subject: &str, verdict: Verdict) {
    let judged = Judged {
        subject: subject.to_owned(),
        verdict,
        by: "alex".to_owned(),
    };
    investigation.apply(&Fact {
        at: at(0),
        what: What::Judged(judged),
    });
    investigation.settle();
}
