//! One item of the steps in words.

use chrono::{DateTime, Utc};

use super::super::first_minute;
use crate::cloudtrail::time;
use crate::investigation::Investigation;
use crate::playbook::{Clock, Exhibit, Item, Names, Playbook, Standing, Standings, asks, evidence_words, script};

/// So many names of the chain are listed with an item.
const MOST_LISTED: usize = 50;

/// What an item is told from.
pub(super) struct Given<'a> {
    pub(super) investigation: &'a Investigation,
    pub(super) playbook: &'a Playbook,
    pub(super) names: &'a Names,
    pub(super) standings: &'a Standings,
    pub(super) now: DateTime<Utc>,
}

/// What it is, how it stands, why it is there, what to decide, and its commands.
pub(super) fn lines(given: &Given<'_>, item: &Item) -> Vec<String> {
    let mut lines = head(given, item);
    let standing = given.standings.get(&item.id);
    if item.shows == Some(Exhibit::Sources) {
        lines.extend(first_minute::grounds(given.investigation));
    }
    let paragraphs = [
        ("Why: ", &item.why),
        ("Decide: ", &item.decide),
        ("Watch out: ", &item.watch_out),
        ("By hand: ", &item.by_hand),
        (
            "In the records: ",
            &standing
                .map(|standing| evidence_words(&standing.seen))
                .unwrap_or_default(),
        ),
    ];
    // A paragraph of a playbook may go over several lines of its file.
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let paragraphs = paragraphs.into_iter().filter(|(_, text)| !text.is_empty());
    lines.extend(paragraphs.map(|(label, text)| format!("{label}{}", joined(text))));
    lines.extend(standing.into_iter().flat_map(subjects));
    let commands = script(item, given.names);
    if !commands.is_empty() {
        lines.push("Commands:".to_owned());
        lines.extend(commands);
    }
    let asks = asks(item, given.names);
    if !asks.is_empty() {
        lines.push(format!(
            "What these print proves it, or shows that it is not done: COMMAND | keytrail checklist FILE --paste {}",
            item.id
        ));
        lines.extend(asks.into_iter().take(MOST_LISTED).map(|ask| ask.command));
    }
    let pages = standing.into_iter().flat_map(|standing| &standing.links);
    lines.extend(
        pages
            .take(MOST_LISTED)
            .map(|link| format!("In the console: {}", link.url)),
    );
    if !item.references.is_empty() {
        lines.push(format!("From: {}", item.references.join("; ")));
    }
    lines
}

fn head(given: &Given<'_>, item: &Item) -> Vec<String> {
    let all = given.playbook.items().count();
    let place = given.playbook.items().position(|other| other.id == item.id);
    let step = given
        .playbook
        .steps
        .iter()
        .find(|step| step.items.iter().any(|other| other.id == item.id));
    let step = step.map(|step| format!(", in step {}: {}", step.number, step.title));
    let state = given.standings.state(&item.id);
    let within = if state.is_settled() {
        format!("within {}", item.time_box.as_str())
    } else {
        Clock::of(given.investigation).due_words(item.time_box, given.now)
    };
    let mut lines = vec![
        format!("{}: {}", item.id, item.title),
        format!(
            "Item {} of {all}{}",
            place.map_or(1, |place| place + 1),
            step.unwrap_or_default()
        ),
        format!("State: {}. {within}", state.as_str()),
    ];
    if let Some(standing) = given
        .standings
        .get(&item.id)
        .filter(|standing| !standing.why.is_empty())
    {
        let at = standing
            .at
            .map(|at| format!(" ({})", time::format(at)))
            .unwrap_or_default();
        lines.push(format!("Because: {}{at}", standing.why));
    }
    if let Some(progress) = given.investigation.checklist().progress(&item.id) {
        let (state, by, at) = (progress.state.as_str(), &progress.by, time::format(progress.at));
        lines.push(format!("Marked {state} by {by} at {at}"));
        if !progress.note.is_empty() {
            lines.push(format!("Note: {}", progress.note));
        }
    }
    lines
}

/// A line for each name of the chain it is about, with what was found.
fn subjects(standing: &Standing) -> Vec<String> {
    let told = standing.lines.iter().take(MOST_LISTED).map(|line| {
        let found = line.found.as_ref().map(|found| format!(": {}", found.words()));
        format!("  {}{}", line.subject, found.unwrap_or_default())
    });
    let more = standing.lines.len().saturating_sub(MOST_LISTED);
    let more = (more > 0).then(|| format!("  and {more} more"));
    let lines: Vec<String> = told.chain(more).collect();
    let label = (!lines.is_empty()).then(|| "It is about:".to_owned());
    label.into_iter().chain(lines).collect()
}
