//! A run without screens and without questions: progress on standard error, summary on standard output.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use tokio::runtime::Runtime;

use super::drive::{self, Progress};
use super::failure::{Exit, Failure};
use super::{account, first_minute, playbooks, print, session};
use crate::account::regions;
use crate::catalogue::Severity;
use crate::cloudtrail::time;
use crate::collect::sql;
use crate::collect::work::Work;
use crate::export::text::{plural, safe, tallied};
use crate::investigation::coverage::{HistoryState, place};
use crate::investigation::fact::FileOutcome;
use crate::investigation::{Finding, How, Investigation, Way, accounts, alive, further, tally};
use crate::store::CaseFile;

/// How many single things a list of the summary names.
pub(super) const MOST_LISTED: usize = 10;

/// Runs the hunt to its end.
pub(super) fn run(
    runtime: &Runtime,
    mut case: CaseFile,
    mut work: Work,
    export: Option<&Path>,
) -> Result<Exit, Failure> {
    let interrupted = runtime.block_on(drive::drive(&mut case, &mut work, &Progress::on_standard_error()))?;
    if let Some(failure) = drive::failure(&case, &work) {
        return Err(failure);
    }
    // Whatever the sources remember is given back while the evidence is written.
    drop(work);
    print(&summary(&case))?;
    if let Some(dir) = export.filter(|_| !interrupted) {
        print(&super::export::write(&case, dir)?)?;
    }
    Ok(if interrupted { Exit::Interrupted } else { exit_of(&case) })
}

/// 0, or 3 where something that should have been read was not.
fn exit_of(case: &CaseFile) -> Exit {
    let investigation = case.investigation();
    let cut_short = investigation.last_pass().is_none_or(|(_, pass)| !pass.fixed_point);
    if cut_short || investigation.coverage().is_partial() {
        Exit::Partial
    } else {
        Exit::Done
    }
}

/// What was found, in a few lines.
pub(super) fn summary(case: &CaseFile) -> String {
    let investigation = case.investigation();
    let mut out = String::new();
    heading(&mut out, investigation);
    if let Some(notice) = investigation.notice() {
        line(&mut out, "Notice", &notice.headline(minute));
        if let Some(question) = notice.question() {
            line(&mut out, "Note", &question);
        }
    }
    for (label, text) in first_minute::lines(investigation) {
        line(&mut out, &label, &text);
    }
    account::summary(&mut out, investigation);
    line(&mut out, "Playbook", &playbooks::chosen(investigation));
    read(&mut out, investigation);
    for entered in accounts::entered(investigation) {
        line(&mut out, "Entered", &entered.words());
    }
    chain(&mut out, investigation);
    stands_out(&mut out, investigation);
    may_still_work(&mut out, investigation, Utc::now());
    account::contradicted(&mut out, investigation);
    not_read(&mut out, investigation);
    for warning in &investigation.chain().warnings {
        line(&mut out, "Note", warning);
    }
    if let Some(path) = case.path() {
        let path = path.display().to_string();
        line(&mut out, "Saved", &path);
        line(
            &mut out,
            "Journal",
            &format!("{} facts, head {}", case.facts_count(), case.head()),
        );
        line(&mut out, "Next", &session::open_command(&path));
    }
    out
}

/// `2026-01-31 23:59 UTC`
pub(super) fn minute(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// `1 file`, `3 files`, `2 copies`.
fn count(n: u64, thing: &str) -> String {
    format!("{n} {}", plural(n, thing))
}

pub(super) fn line(out: &mut String, label: &str, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{label:<16}{}", safe(text));
}

fn heading(out: &mut String, investigation: &Investigation) {
    let seeds = investigation.seeds().join(", ");
    line(out, "Key", &seeds);
    if let Some(seed) = investigation.chain().nodes.first() {
        let whose = seed.owner.clone().unwrap_or_else(|| "not seen".to_owned());
        line(out, "Belongs to", &whose);
        if let (Some(first), Some(last)) = (seed.activity.first, seed.activity.last) {
            let calls = count(seed.activity.events, "call");
            let text = format!("{} to {}, {calls}", time::format(first), time::format(last));
            line(out, "In use", &text);
        } else {
            let pass = investigation.passes().last().map(|(_, pass)| pass);
            let place = match pass {
                Some(pass) if pass.since.is_some() || pass.until.is_some() => {
                    "in the period asked for with --since and --until"
                }
                _ => "in what was read",
            };
            let text = format!("the key never appears {place}; check the id, the account and the period");
            line(out, "In use", &text);
        }
    }
}

fn read(out: &mut String, investigation: &Investigation) {
    let coverage = investigation.coverage();
    let first = coverage.regions().values().filter_map(|r| r.first).min();
    let last = coverage.regions().values().filter_map(|r| r.last).max();
    let window = match (first, last) {
        (Some(first), Some(last)) => format!(", {} to {}", time::format(first), time::format(last)),
        _ => String::new(),
    };
    if !coverage.history().is_empty() {
        history(out, investigation);
        let passes = investigation.passes().iter();
        let mut named = passes.rev().filter_map(|(_, pass)| pass.regions());
        if let Some(regions) = named.next() {
            let without_home = if regions.iter().any(|region| regions::is_home(region)) {
                ""
            } else {
                "; IAM's own calls are logged in none of them"
            };
            let said = format!("these regions, as asked for: {}{without_home}", regions.join(", "));
            line(out, "Only", &said);
        }
        return;
    }
    for (name, table) in coverage.tables() {
        let window = table.window.and_then(|(from, until)| {
            let at = |second| DateTime::from_timestamp(second, 0).map(time::format);
            Some(format!(", {} to {}", at(from)?, at(until)?))
        });
        line(
            out,
            "Read",
            &format!(
                "{} of {name} ({}){}; scanned {}",
                count(table.rows, "row"),
                count(table.rounds, "round"),
                window.unwrap_or_default(),
                sql::price(table.scanned)
            ),
        );
    }
    if coverage.files().is_empty() && !coverage.tables().is_empty() {
        return;
    }
    // What a file held is known at its end only.
    let to_the_end = match investigation.last_pass() {
        Some((_, pass)) if !pass.fixed_point => " read to the end",
        _ => "",
    };
    line(
        out,
        "Read",
        &format!(
            "{} in {}{to_the_end}{window}; {} left out",
            count(coverage.records(), "record"),
            count(coverage.files().len() as u64, "file"),
            count(investigation.chain().counts.duplicates, "copy")
        ),
    );
}

/// What was asked of AWS, and what was not answered.
fn history(out: &mut String, investigation: &Investigation) {
    let coverage = investigation.coverage();
    let regions = coverage.history();
    let in_state = |state: HistoryState| regions.values().filter(|region| region.state() == state).count();
    let accounts: BTreeSet<&String> = regions.keys().map(|(account, _)| account).collect();
    let mut where_read = count(regions.len() as u64, "region");
    if accounts.len() > 1 {
        where_read = format!("{where_read} of {} accounts", accounts.len());
    }
    line(
        out,
        "Read",
        &format!(
            "{} of AWS event history ({} with repeats) in {}, {} of them complete",
            count(investigation.evidence().events().len() as u64, "event"),
            coverage.records(),
            where_read,
            in_state(HistoryState::Complete)
        ),
    );
    for state in [
        HistoryState::Disabled,
        HistoryState::Partial,
        HistoryState::Denied,
        HistoryState::Failed,
    ] {
        let in_state = || regions.iter().filter(|(_, region)| region.state() == state);
        let named: Vec<String> = in_state()
            .map(|((account, region), _)| place(account, region))
            .collect();
        if let Some((_, first)) = in_state().next() {
            let why = first.why().map(|why| format!(" ({why})")).unwrap_or_default();
            line(
                out,
                "Not read",
                &format!("{}: {}{why}", state.as_str(), named.join(", ")),
            );
        }
    }
    line(
        out,
        "Not visible",
        "data events (S3 objects, Lambda invocations, ...) and anything older than 90 days: event history has neither",
    );
}

fn chain(out: &mut String, investigation: &Investigation) {
    let chain = investigation.chain();
    let kinds: Vec<String> = tally(chain)
        .into_iter()
        .map(|(kind, tally)| tallied(kind, tally))
        .collect();
    let nodes = if kinds.is_empty() {
        "nothing was made or changed with the key".to_owned()
    } else {
        kinds.join(", ")
    };
    line(out, "Led to", &nodes);
    let counts = chain.counts;
    line(
        out,
        "Calls",
        &format!(
            "{} by the chain, {} of them failed; {}, {}",
            count(counts.chain, "call"),
            counts.failed,
            count(chain.changes.len() as u64, "change"),
            count(chain.attempts.len() as u64, "attempt")
        ),
    );
    if let Some(minted) = &chain.seed_minted_by {
        line(
            out,
            "Minted by",
            &format!(
                "{} at {} ({})",
                minted.name,
                time::format(minted.key.time),
                minted.key.id
            ),
        );
    }
    let further = investigation.further_seeds();
    for seed in further.iter().take(MOST_LISTED) {
        line(out, "Look at", &format!("{}: it {}", seed.key, seed.why));
    }
    if further.len() > MOST_LISTED {
        line(
            out,
            "Look at",
            &format!("and {} more keys", further.len() - MOST_LISTED),
        );
    }
    if !further.is_empty() {
        line(out, "Looked how far", further::how_far(investigation));
    }
    if investigation.ours() > 0 {
        let text = format!("{} made by expected actors", count(investigation.ours(), "node"));
        line(out, "Folded", &text);
    }
}

fn stands_out(out: &mut String, investigation: &Investigation) {
    let findings = investigation.findings();
    let (loud, low): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| finding.severity > Severity::Low);
    for finding in loud.iter().take(MOST_LISTED) {
        let calls = count(finding.events.len() as u64, "call");
        let since = finding.first().map(|first| format!(" since {}", time::format(first)));
        let text = format!(
            "{}: {}, {calls}{}",
            finding.severity.as_str(),
            finding.title(),
            since.unwrap_or_default()
        );
        line(out, "Stands out", &text);
    }
    let more = loud.len().saturating_sub(MOST_LISTED);
    let rest: Vec<String> = [(more, "more"), (low.len(), "of low weight")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{n} {what}"))
        .collect();
    if !rest.is_empty() {
        let text = format!("{}; `keytrail findings` lists them", rest.join(", "));
        line(out, "Stands out", &text);
    }
}

fn may_still_work(out: &mut String, investigation: &Investigation, now: DateTime<Utc>) {
    let alive = alive(investigation, now);
    for Way { node, how, live } in alive.ways.iter().take(MOST_LISTED) {
        let owner = node.owner.as_deref().map(|o| format!(" of {o}")).unwrap_or_default();
        let how = match how {
            How::Credential => String::new(),
            how => format!(", {}", how.words()),
        };
        let now = live.map(|live| format!(", {} at {}", live.words(node), time::format(live.at)));
        let now = now.unwrap_or_default();
        line(
            out,
            "May still work",
            &format!("{} {}{owner}{how}{now}", node.kind.label(), node.id),
        );
    }
    if alive.ways.len() > MOST_LISTED {
        let more = alive.ways.len() - MOST_LISTED;
        line(out, "May still work", &format!("and {more} more"));
    }
    if alive.expected > 0 {
        let text = format!("judged expected: {} not listed", alive.expected);
        line(out, "May still work", &text);
    }
}

fn not_read(out: &mut String, investigation: &Investigation) {
    let coverage = investigation.coverage();
    if let Some((_, pass)) = investigation.last_pass()
        && let Some(why) = &pass.cut_short
    {
        line(out, "Incomplete", why);
    }
    for (name, table) in coverage.tables() {
        if let Some(why) = &table.stopped {
            line(out, "Not read", &format!("{name}: {why}"));
        }
    }
    let (strange, unread): (Vec<_>, Vec<_>) = coverage
        .unread()
        .iter()
        .partition(|u| u.outcome == FileOutcome::NotCloudTrail);
    if let Some(first) = strange.first() {
        let files = count(strange.len() as u64, "file");
        line(
            out,
            "Passed over",
            &format!("{files} without CloudTrail records, such as {}", first.path),
        );
    }
    for file in unread.iter().take(MOST_LISTED) {
        let why = file
            .problems
            .first()
            .map(|p| format!("{}: {}", p.place, p.reason))
            .unwrap_or_default();
        line(out, "Not read", &format!("{} ({why})", file.path));
    }
    if unread.len() > MOST_LISTED {
        line(
            out,
            "Not read",
            &format!(
                "and {} more files; `keytrail coverage` lists them",
                unread.len() - MOST_LISTED
            ),
        );
    }
    if coverage.broken() > 0 {
        // What a file that was cut off held after that, nobody knows.
        let lost = count(coverage.broken(), "record");
        line(out, "Lost", &format!("at least {lost} could not be read"));
    }
}
