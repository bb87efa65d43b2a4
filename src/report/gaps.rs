//! What was read, what was not, and what cannot be seen at all.

use chrono::DateTime;

use super::Given;
use super::document::{Cell, Document, Look};
use super::text::{counted, when};
use crate::investigation::accounts;
use crate::investigation::coverage::{HistoryState, place};
use crate::investigation::fact::FileOutcome;
use crate::investigation::live::LiveState;

/// How many files and regions are named one by one.
const MOST: usize = 60;

/// What was not read, though it was asked for: one sentence each.
pub(super) fn gaps(given: &Given<'_>) -> Vec<String> {
    let investigation = given.investigation;
    let coverage = investigation.coverage();
    let mut gaps = Vec::new();
    match investigation.last_pass() {
        None => gaps.push("nothing was read".to_owned()),
        Some((_, pass)) => {
            gaps.extend(
                pass.cut_short
                    .iter()
                    .map(|why| format!("the reading is not complete: {why}")),
            );
            if !pass.fixed_point && pass.cut_short.is_none() {
                gaps.push("the chain was not followed to its end".to_owned());
            }
        }
    }
    for ((account, region), history) in coverage.history() {
        let state = history.state();
        if history.is_unread() {
            let why = history.why().map(|why| format!(" ({why})")).unwrap_or_default();
            let place = place(account, region);
            gaps.push(format!("event history of {place}: {}{why}", state.as_str()));
        }
    }
    for (name, table) in coverage.tables() {
        if let Some(why) = &table.stopped {
            gaps.push(format!("{name} was not read to its end: {why}"));
        }
    }
    let entered = accounts::entered(investigation).into_iter();
    gaps.extend(
        entered
            .filter(|entered| !entered.is_read)
            .map(|entered| entered.words()),
    );
    gaps.extend(investigation.narrowed());
    for file in coverage
        .unread()
        .iter()
        .filter(|file| file.outcome != FileOutcome::NotCloudTrail)
    {
        let why = file
            .problems
            .first()
            .map(|p| format!(" ({}: {})", p.place, p.reason))
            .unwrap_or_default();
        gaps.push(match file.outcome {
            FileOutcome::Missing => format!("{}: log files are missing{why}", file.path),
            FileOutcome::Nothing => format!("{}: nothing was read{why}", file.path),
            _ => format!("{} was not read whole{why}", file.path),
        });
    }
    if coverage.broken() > 0 {
        let records = usize::try_from(coverage.broken()).unwrap_or(usize::MAX);
        gaps.push(format!("at least {} could not be read", counted(records, "record")));
    }
    gaps
}

/// What the sources can never show, and what was not asked.
pub(super) fn limits(given: &Given<'_>) -> Vec<String> {
    let investigation = given.investigation;
    let coverage = investigation.coverage();
    let mut limits = Vec::new();
    if coverage.history().is_empty() {
        limits.push(
            "an archive does not say what it lacks, and shows data events only where the trail logs them".to_owned(),
        );
    } else {
        limits.push(
            "event history shows no data events (S3 objects, Lambda invocations, most model calls) and nothing older than \
             90 days"
                .to_owned(),
        );
    }
    match investigation.live_seen() {
        None => limits.push("IAM was not asked what there is of the chain now".to_owned()),
        Some((at, _)) => {
            let nodes = investigation.chain().nodes.iter();
            let unknown = nodes.filter_map(|node| investigation.live(node));
            let unknown = unknown.filter(|live| matches!(live.state, LiveState::Unknown(_)));
            match unknown.count() {
                0 => {}
                n => limits.push(format!(
                    "IAM, asked {}, did not tell the state of {}",
                    when(*at),
                    counted(n, "node")
                )),
            }
        }
    }
    limits
}

/// The section: each region with what was read of it, then the gaps.
pub(super) fn write(document: &mut Document, given: &Given<'_>) {
    document.heading("Coverage and its gaps");
    let coverage = given.investigation.coverage();
    let second = |second: Option<i64>| Cell::from(second.and_then(|second| DateTime::from_timestamp(second, 0)));
    let archive = coverage.regions().iter().map(|((account, region), read)| {
        vec![
            Cell::from("archive"),
            Cell::id(&**account),
            Cell::id(&**region),
            Cell::from(read.first),
            Cell::from(read.last),
            Cell::from(read.records.to_string()),
            Cell::from("read; what is missing between is not known"),
        ]
    });
    let own = given.investigation.asked_account().unwrap_or_default();
    let history = coverage.history().iter().map(|((account, region), history)| {
        let (from, until) = history.window().unzip();
        let look = match history.state() {
            HistoryState::Complete | HistoryState::Disabled => Look::Good,
            HistoryState::Partial => Look::Open,
            HistoryState::Denied | HistoryState::Failed => Look::Bad,
        };
        vec![
            Cell::from("event history"),
            Cell::id(if account.is_empty() { own } else { account }),
            Cell::id(region),
            second(from),
            second(until),
            Cell::from(history.events.to_string()),
            Cell::new(look, history.state().as_str()),
        ]
    });
    let tables = coverage.tables().iter().map(|(name, table)| {
        let (from, until) = table.window.unzip();
        let look = if table.stopped.is_some() {
            Look::Open
        } else {
            Look::Good
        };
        vec![
            Cell::from(name.as_str()),
            Cell::from(""),
            Cell::from(""),
            second(from),
            second(until),
            Cell::from(table.rows.to_string()),
            Cell::new(look, table.state()),
        ]
    });
    let rows = archive.chain(history).chain(tables).collect();
    document.table(
        &[
            "Source",
            "Account",
            "Region",
            "From (UTC)",
            "To (UTC)",
            "Events",
            "State",
        ],
        rows,
        MOST,
        "coverage.csv",
    );
    let gaps = gaps(given);
    document.subheading("Not read");
    if gaps.is_empty() {
        document.paragraph("Everything that was asked for was read.");
    }
    document.list(gaps, MOST, "coverage.csv");
    document.subheading("Not visible");
    document.list(limits(given), MOST, "coverage.csv");
}
