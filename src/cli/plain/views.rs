//! The tree, the timeline and the other views in words: entries, each of one or more lines.

use crate::cloudtrail::{Event, time};
use crate::export::text::plural;
use crate::export::{self, Table};
use crate::investigation::timeline::{self, Filter};
use crate::investigation::{Finding, Investigation};

/// The tree, a node an entry, and what belongs to it.
pub(super) fn tree(investigation: &Investigation) -> Vec<Vec<String>> {
    let outline = export::outline(investigation);
    outline.lines().map(|line| vec![line.to_owned()]).collect()
}

/// The calls of the chain, of those only the ones that hold a text.
pub(super) fn timeline(investigation: &Investigation, text: &str) -> Vec<Vec<String>> {
    let filter = Filter {
        terms: timeline::parse(text),
        ..Filter::default()
    };
    let chosen = timeline::select(investigation, &filter);
    let events = investigation.evidence().events();
    let count = chosen.len() as u64;
    let with = if text.is_empty() { "" } else { " with that text" };
    let head = format!(
        "{count} {}{with}, the earliest first. Times are UTC.",
        plural(count, "call")
    );
    let calls = chosen.into_iter().map(|at| call(&events[at as usize]));
    std::iter::once(head).chain(calls).map(|line| vec![line]).collect()
}

fn call(event: &Event) -> String {
    let from = event.source_ip.as_deref();
    let parts = [
        Some(format!(
            "{} {} {} in {}",
            time::format(event.time()),
            event.service(),
            event.name,
            event.region
        )),
        Some(format!("by {}", event.identity.label())),
        from.map(|from| format!("from {from}")),
        event.outcome.error_code().map(|code| format!("failed: {code}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What the chain made or changed outside IAM.
pub(super) fn resources(investigation: &Investigation) -> Vec<Vec<String>> {
    numbered(
        "Resource",
        export::resources(investigation),
        "Nothing outside IAM was made or changed, in what was read.",
    )
}

/// What was read, and what was not.
pub(super) fn coverage(investigation: &Investigation) -> Vec<Vec<String>> {
    numbered("Part", export::coverage(investigation), "Nothing was read.")
}

/// The rows of a table, one after the other.
fn numbered(what: &str, table: Table<'_>, none: &str) -> Vec<Vec<String>> {
    let told: Vec<Vec<String>> = (1..)
        .zip(table.entries())
        .map(|(n, entry)| vec![format!("{what} {n}. {}", entry.join(", "))])
        .collect();
    if told.is_empty() {
        vec![vec![none.to_owned()]]
    } else {
        told
    }
}

/// What matters in the calls, what weighs most first.
pub(super) fn findings(investigation: &Investigation) -> Vec<Vec<String>> {
    let all = investigation.findings();
    let count = all.len() as u64;
    let head = format!("{count} {}, what weighs most first.", plural(count, "finding"));
    let told = (1..).zip(all).map(|(n, finding)| finding_in_words(n, finding));
    std::iter::once(vec![head]).chain(told).collect()
}

fn finding_in_words(n: usize, finding: &Finding) -> Vec<String> {
    let calls = finding.events.len() as u64;
    let since = finding.first().map(|first| format!(" since {}", time::format(first)));
    let mut lines = vec![format!(
        "Finding {n}, {}: {}, {calls} {}{}",
        finding.severity.as_str(),
        finding.title(),
        plural(calls, "call"),
        since.unwrap_or_default()
    )];
    let details = export::details(finding);
    if !details.is_empty() {
        lines.push(format!("  About: {}", details.join("; ")));
    }
    lines.push(format!("  Why it matters: {}", finding.why()));
    lines.push(format!("  What to do: {} ({})", finding.kind.todo, finding.kind.item));
    lines
}
