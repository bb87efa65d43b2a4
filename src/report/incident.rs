//! The incident report.

use super::Given;
use super::document::{Cell, Document, Look};
use super::ends::Ends;
use super::moments::Moments;
use super::text::{counted, when};
use super::theirs::first_foreign;
use super::{changes, findings, gaps, objects, steps, timeline};
use crate::export;
use crate::investigation::actor::Reason;
use crate::investigation::reach::{self, Holder, Reach};
use crate::investigation::triage;
use crate::investigation::triage::Standing;

/// How many rows a table of names has.
const MOST: usize = 100;
/// How many lines the tree has.
const MOST_LINES: usize = 400;
/// How many files are named with their hashes.
const MOST_FILES: usize = 60;

/// The whole report.
pub(super) fn document(given: &Given<'_>) -> Document {
    let investigation = given.investigation;
    let ends = Ends::of(given);
    let moments = Moments::of(given, &ends);
    let findings = findings::of(investigation);
    let mut document = Document::new(format!("Incident report: {}", investigation.seeds().join(", ")));
    summary(&mut document, given, &ends, &moments);
    times(&mut document, &moments);
    open(&mut document, &ends);
    timeline::write(&mut document, given, &moments, &findings);
    chain(&mut document, given, &ends);
    reach(&mut document, given);
    actors(&mut document, given);
    findings::write(&mut document, investigation, &findings);
    document.heading("Resources outside IAM");
    objects::write_resources(&mut document, given, &ends, MOST);
    gaps::write(&mut document, given);
    steps::write(&mut document, given);
    changes::write(&mut document, given);
    integrity(&mut document, given);
    document
}

fn summary(document: &mut Document, given: &Given<'_>, ends: &Ends<'_>, moments: &Moments) {
    let investigation = given.investigation;
    let triage = triage(investigation);
    document.facts(about(given));
    document.heading("Summary");
    let first = first_foreign(given).map(|(event, actor)| {
        format!(
            " The first foreign call seen is {} from {}, {} (event {}).",
            event.name,
            actor.id,
            when(event.time()),
            event.id()
        )
    });
    let left = match ends.open_ways().len() {
        0 => "Nothing of the chain may still let anybody in, as far as is known.".to_owned(),
        n => format!("{} of the chain may still let somebody in.", counted(n, "thing")),
    };
    let gaps = match gaps::gaps(given).len() {
        0 => "All that was asked for was read.".to_owned(),
        n => format!("Not everything was read: {}.", counted(n, "gap")),
    };
    let [_, contain, recover] = moments.measures();
    document.paragraph(format!(
        "{}.{} Among what was read, the key led to: {}. {left} Time to contain: {}. Time to recover: {}. {gaps}",
        triage.headline(),
        first.unwrap_or_default(),
        objects::led_to(given),
        contain.took,
        recover.took,
    ));
}

/// What it is about, for the head of either document.
pub(super) fn about(given: &Given<'_>) -> Vec<(&'static str, String)> {
    let investigation = given.investigation;
    let notice = investigation.notice();
    let mut facts = Vec::new();
    let mut add = |label, text: Option<String>| facts.extend(text.map(|text| (label, text)));
    let broken = Some(&given.journal.integrity).filter(|integrity| *integrity != "whole");
    add(
        "Mind",
        broken.map(|broken| format!("the journal of the saved file is {broken}; do not rely on this")),
    );
    add("Support case", notice.and_then(|notice| notice.case_id.clone()));
    add("Account", investigation.account().map(str::to_owned));
    let chain = investigation.chain();
    let keys = chain.roots().map(|root| {
        let node = &chain.nodes[root];
        let whose = node
            .owner
            .as_ref()
            .map(|owner| format!(" of {owner}"))
            .unwrap_or_default();
        format!("{}{whose}", node.id)
    });
    add("Exposed key", Some(keys.collect::<Vec<_>>().join(", ")));
    add("Notice", notice.map(|notice| notice.headline(when)));
    add("Finding", notice.and_then(|notice| notice.finding_id.clone()));
    add("Health event", notice.and_then(|notice| notice.event_arn.clone()));
    add("Investigated since", investigation.started().map(|(at, _)| when(*at)));
    add("As of", Some(when(given.now)));
    facts
}

/// How wide to look.
fn reach(document: &mut Document, given: &Given<'_>) {
    let found = reach::all(given.investigation);
    if found.is_empty() {
        return;
    }
    document.heading("What the users and roles of the chain could do");
    let said = |(holder, reach): (Holder, Reach)| format!("{} {}: {}", holder.kind(), holder.name(), reach.line());
    document.list(found.into_iter().map(said).collect(), MOST, "chain.json");
}

fn times(document: &mut Document, moments: &Moments) {
    document.heading("Times");
    let rows = moments.measures().map(|measure| {
        let look = if measure.is_known { Look::Good } else { Look::Open };
        vec![
            Cell::from(measure.name),
            Cell::new(look, measure.took),
            Cell::from(measure.from),
            Cell::from(measure.to),
            Cell::from(measure.means),
        ]
    });
    document.table(&["Measure", "Took", "From", "To", "Means"], rows.into(), usize::MAX, "");
}

fn open(document: &mut Document, ends: &Ends<'_>) {
    let ways = ends.open_ways();
    document.heading("What may still let somebody in");
    if ways.is_empty() {
        return document.paragraph("Nothing of the chain, as far as the records and the account tell.");
    }
    let rows = ways.iter().map(|way| {
        let live = way.live.map_or("the account was not asked".to_owned(), |live| {
            format!("AWS says: {}, {}", live.words(way.node), when(live.at))
        });
        vec![
            Cell::id(format!("{} {}", way.node.kind.label(), way.node.id)),
            Cell::from(way.how.words()),
            Cell::new(Look::Open, live),
        ]
    });
    document.table(&["What", "How", "State"], rows.collect(), MOST, "chain.csv");
}

fn chain(document: &mut Document, given: &Given<'_>, ends: &Ends<'_>) {
    document.heading("The chain");
    document.paragraph("Each node hangs under what it came from; the time and the call prove it.");
    let mut lines = export::tree_lines(given.investigation);
    let more = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    document.tree(lines);
    if more > 0 {
        document.paragraph(format!("... and {more} more: see chain.csv"));
    }
    document.subheading("Made and changed in IAM");
    objects::write_iam(document, given, ends, MOST);
    let attempts = given.investigation.chain().attempts.iter().map(|attempt| {
        vec![
            Cell::from(attempt.event.time),
            Cell::id(&attempt.name),
            Cell::from(attempt.error.as_str()),
            Cell::id(&*attempt.event.id),
        ]
    });
    let attempts: Vec<Vec<Cell>> = attempts.collect();
    if !attempts.is_empty() {
        document.subheading("Tried and failed");
        document.table(&["When (UTC)", "Call", "Error", "Event"], attempts, MOST, "chain.json");
    }
    let warnings = given.investigation.chain().warnings.clone();
    if !warnings.is_empty() {
        document.subheading("Mind");
        document.list(warnings, MOST, "chain.json");
    }
}

fn actors(document: &mut Document, given: &Given<'_>) {
    let investigation = given.investigation;
    document.heading("Actors");
    document.paragraph(
        "Calls are grouped by source: address and program. What is not judged is inferred. Each sign names an event behind it.",
    );
    let rows = investigation.actors().iter().map(|actor| {
        let standing = investigation.standing(actor);
        let look = match standing {
            Standing::Judged(crate::investigation::Verdict::Malicious) | Standing::Named(_) | Standing::Foreign(_) => {
                Look::Bad
            }
            Standing::Judged(_) | Standing::Own | Standing::Application(_) => Look::Good,
            Standing::Unusual(_) | Standing::Open => Look::Open,
        };
        let sign = |reason: &Reason| format!("{} (event {})", reason.words(), reason.event.id);
        let why: Vec<String> = if actor.suspicion.is_empty() {
            vec![standing.words()]
        } else {
            actor.suspicion.iter().map(sign).collect()
        };
        let brief = match standing.brief() {
            "" => "not known",
            brief => brief,
        };
        vec![
            Cell::id(&actor.id),
            Cell::new(look, brief),
            Cell::from(actor.activity.events.to_string()),
            Cell::from(actor.activity.failed.to_string()),
            Cell::from(actor.activity.first),
            Cell::from(actor.activity.last),
            Cell::from(why.join("; ")),
        ]
    });
    document.table(
        &[
            "Source",
            "Taken for",
            "Calls",
            "Failed",
            "First (UTC)",
            "Last (UTC)",
            "Why",
        ],
        rows.collect(),
        MOST,
        "actors.csv",
    );
}

fn integrity(document: &mut Document, given: &Given<'_>) {
    let coverage = given.investigation.coverage();
    let journal = given.journal;
    document.heading("Integrity");
    document.paragraph(
        "The saved file is a journal in which each fact holds the hash of the one before. Who noted its head elsewhere can \
         tell that nothing was changed. events.csv names the SHA-256 of every record.",
    );
    for (at, verified) in given.investigation.verified() {
        document.paragraph(format!(
            "The log files in {} were verified by CloudTrail's digests {} with {}: {}.",
            verified.place,
            when(*at),
            verified.keys,
            verified.line()
        ));
    }
    document.facts(vec![
        ("Journal", journal.integrity.clone()),
        ("Head", journal.head.clone()),
        ("Facts", journal.facts.to_string()),
        ("Records read", coverage.records().to_string()),
        (
            "Records kept",
            given.investigation.evidence().events().len().to_string(),
        ),
        ("Playbook", given.playbook.id.clone()),
        ("Made by", format!("keytrail {}", env!("CARGO_PKG_VERSION"))),
    ]);
    let mut files: Vec<(&str, &str)> = coverage.files().iter().map(|(path, hash)| (&**path, &**hash)).collect();
    files.sort_unstable();
    let rows = files
        .into_iter()
        .map(|(path, hash)| vec![Cell::id(path), Cell::id(hash)]);
    document.table(&["File read", "SHA-256"], rows.collect(), MOST_FILES, "files.csv");
}
