//! What was read, and what was not, as a table.

use chrono::DateTime;
use serde_json::Value;

use super::table::Table;
use super::tables::{joined, moment, text};
use super::text::plural;
use crate::cloudtrail::time;
use crate::investigation::coverage::{HistoryCoverage, RegionCoverage, TableCoverage, Unread};
use crate::investigation::fact::FileOutcome;
use crate::investigation::{Investigation, accounts, unseen};

type Row = [Value; COVERAGE.len()];

const COVERAGE: [&str; 9] = [
    "Source", "Account", "Region", "From", "To", "Records", "Files", "Status", "Note",
];

/// What was read of each account's regions; then one row for each file that was not read whole, and one for each trail that
/// was verified.
pub fn coverage(investigation: &Investigation) -> Table<'_> {
    let coverage = investigation.coverage();
    let own = investigation.asked_account().unwrap_or_default();
    let not_shown = investigation.not_shown();
    let regions = coverage
        .regions()
        .iter()
        .map(|((account, region), read)| archived(account, region, read));
    let history = coverage.history().iter();
    let history = history.map(move |((account, region), history)| {
        let account = if account.is_empty() { own } else { account };
        asked(account, region, history, not_shown)
    });
    let source = if coverage.history().is_empty() {
        "archive"
    } else {
        "event history"
    };
    let entered = accounts::entered(investigation).into_iter();
    let closed = entered.filter(|entered| !entered.is_read).map(move |entered| {
        [
            text(source),
            text(entered.account),
            Value::Null,
            Value::Null,
            Value::Null,
            0.into(),
            Value::Null,
            text("not read"),
            text(&format!("the chain entered it by {}; {}", entered.by, entered.how)),
        ]
    });
    let tables = coverage.tables().iter().map(|(name, table)| queried(name, table));
    let unread = coverage.unread().iter().map(lost);
    let verified = investigation.verified().iter().map(|(at, verified)| {
        let spans = || verified.found.whole().map(|(_, span)| span);
        let at = time::format_seconds(*at);
        [
            text(&format!("digests of {}", verified.place)),
            Value::Null,
            Value::Null,
            moment(spans().map(|span| span.from).min()),
            moment(spans().map(|span| span.until).max()),
            Value::Null,
            verified.found.files.len().into(),
            text(verified.found.worst().as_str()),
            text(&format!("verified at {at} with {}: {}", verified.keys, verified.line())),
        ]
    });
    let rows = regions
        .chain(history)
        .chain(closed)
        .chain(tables)
        .chain(unread)
        .chain(verified);
    Table::new(&COVERAGE, &COVERAGE, rows)
}

fn archived(account: &str, region: &str, read: &RegionCoverage) -> Row {
    [
        text("archive"),
        text(account),
        text(region),
        moment(read.first),
        moment(read.last),
        read.records.into(),
        read.files.into(),
        text("read"),
        text("From and To are the first and last event; an archive does not say what it lacks"),
    ]
}

fn asked(account: &str, region: &str, history: &HistoryCoverage, not_shown: &[String]) -> Row {
    let at = |second| moment(DateTime::from_timestamp(second, 0));
    let (from, until) = history
        .window()
        .map_or((Value::Null, Value::Null), |(from, until)| (at(from), at(until)));
    let mut notes = vec![format!(
        "{} questions, {} pages, {} refused for their rate",
        history.questions.len(),
        history.pages,
        history.throttled
    )];
    notes.extend(history.why().map(str::to_owned));
    notes.push("event history shows no data events, and nothing older than 90 days".to_owned());
    if !not_shown.is_empty() {
        notes.push(format!("{}: {}", unseen::WHY, not_shown.join(", ")));
    }
    [
        text("event history"),
        text(account),
        text(region),
        from,
        until,
        history.events.into(),
        Value::Null,
        text(history.state().as_str()),
        joined(notes.into_iter()),
    ]
}

fn queried(name: &str, table: &TableCoverage) -> Row {
    let at = |second| moment(DateTime::from_timestamp(second, 0));
    let (from, until) = table
        .window
        .map_or((Value::Null, Value::Null), |(from, until)| (at(from), at(until)));
    let mut notes = vec![format!(
        "{} rounds of questions, {} queries, {} bytes scanned",
        table.rounds, table.queries, table.scanned
    )];
    notes.extend(table.stopped.clone());
    notes.push("rows that several rounds brought count each time; a table does not say what it lacks".to_owned());
    [
        text(name),
        Value::Null,
        Value::Null,
        from,
        until,
        table.rows.into(),
        Value::Null,
        text(table.state()),
        joined(notes.into_iter()),
    ]
}

fn lost(file: &Unread) -> Row {
    let mut notes: Vec<String> = file
        .problems
        .iter()
        .map(|p| format!("{}: {}", p.place, p.reason))
        .collect();
    if file.broken > 0 {
        notes.push(format!(
            "at least {} {} lost",
            file.broken,
            plural(file.broken, "record")
        ));
    }
    [
        text(&file.path),
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
        u64::from(!matches!(file.outcome, FileOutcome::Missing | FileOutcome::Nothing)).into(),
        text(outcome(file.outcome)),
        joined(notes.into_iter()),
    ]
}

fn outcome(outcome: FileOutcome) -> &'static str {
    match outcome {
        FileOutcome::Read | FileOutcome::Partial => "partial",
        FileOutcome::PassedOver => "passed over",
        FileOutcome::NotCloudTrail => "not CloudTrail",
        FileOutcome::Failed => "failed",
        FileOutcome::Missing => "missing",
        FileOutcome::Nothing => "nothing read",
    }
}
