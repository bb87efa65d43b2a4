//! Attack and response, side by side: key moments only.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Given;
use super::document::{Cell, Document, Look};
use super::text::note;
use super::theirs::first_foreign;
use super::{changes, moments};
use crate::catalogue::Kind;
use crate::cloudtrail::EventKey;
use crate::investigation::actor::actor_id;
use crate::investigation::{Finding, Link, Manner, Node};

/// How many moments are listed.
const MOST: usize = 200;

/// Whose moment it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Attack,
    Response,
}

/// One moment.
struct Moment {
    at: DateTime<Utc>,
    side: Side,
    what: String,
    /// The source of a call, or the person.
    by: String,
    /// The event, where a record tells it.
    event: String,
}

/// The section.
pub(super) fn write(document: &mut Document, given: &Given<'_>, moments: &moments::Moments, findings: &[&Finding]) {
    document.heading("Timeline");
    document
        .paragraph("What grew the chain, what stands out, and what was done about it. Every call is in events.csv.");
    let mut all = attack(given, findings);
    all.extend(response(given, moments));
    all.sort_by(|a, b| (a.at, a.side, &a.event).cmp(&(b.at, b.side, &b.event)));
    let rows = all.into_iter().map(|moment| {
        let side = match moment.side {
            Side::Attack => Cell::new(Look::Bad, "attack"),
            Side::Response => Cell::new(Look::Good, "response"),
        };
        vec![
            Cell::from(moment.at),
            side,
            Cell::from(moment.what),
            Cell::from(moment.by),
            Cell::id(moment.event),
        ]
    });
    document.table(
        &["When (UTC)", "Side", "What", "By", "Event"],
        rows.collect(),
        MOST,
        "events.csv",
    );
}

fn attack(given: &Given<'_>, findings: &[&Finding]) -> Vec<Moment> {
    let mut told: BTreeMap<&EventKey, String> = BTreeMap::new();
    if let Some((event, _)) = first_foreign(given) {
        told.insert(&event.key, format!("{}, the first foreign call", event.name));
    }
    let nodes = &given.investigation.chain().nodes;
    for (at, node) in nodes.iter().enumerate() {
        let Some(proof) = node.proof.as_ref().filter(|_| !given.is_ours(at) && grows(nodes, node)) else {
            continue;
        };
        let (kind, link) = (node.kind.label(), node.link.as_str().replace('_', " "));
        let link = if link == kind {
            String::new()
        } else {
            format!(" ({link})")
        };
        let made = format!("{kind} {}{link}", node.id);
        // One call may make several things.
        told.entry(&proof.key)
            .and_modify(|what| *what = format!("{what}, {made}"))
            .or_insert_with(|| format!("{}: {made}", proof.name));
    }
    let done = findings.iter().filter(|finding| finding.manner == Manner::Done);
    for (finding, first) in done.filter_map(|finding| Some((finding, finding.events.first()?))) {
        let times = match finding.events.len() {
            1 => String::new(),
            n => format!(", the first of {n}"),
        };
        let on = finding.details.first().map(|detail| format!(": {detail}"));
        let title = finding.kind.title;
        told.entry(first)
            .or_insert_with(|| format!("{title}{}{times}", on.unwrap_or_default()));
    }
    let evidence = given.investigation.evidence();
    let moment = |(key, what): (&EventKey, String)| Moment {
        at: key.time,
        side: Side::Attack,
        what,
        by: evidence
            .find(key)
            .map(|at| actor_id(&evidence.events()[at]))
            .unwrap_or_default(),
        event: key.id.to_string(),
    };
    told.into_iter().map(moment).collect()
}

/// Whether a node is told of: of the sessions under one node only the first, and none that merely shows one more key of a
/// sign-in.
fn grows(nodes: &[Node], node: &Node) -> bool {
    match (node.kind, node.parent) {
        (Kind::Session, _)
            if matches!(
                node.link,
                Link::UsedByCreatedUser | Link::UsedByCreatedRole | Link::ConsoleSession
            ) =>
        {
            false
        }
        (Kind::Session, Some(parent)) => {
            let mut siblings = nodes[parent].children.iter().map(|at| &nodes[*at]);
            siblings
                .find(|sibling| sibling.kind == Kind::Session)
                .is_none_or(|first| first.node == node.node)
        }
        _ => true,
    }
}

fn response(given: &Given<'_>, moments: &moments::Moments) -> Vec<Moment> {
    let investigation = given.investigation;
    let mut all = Vec::new();
    let mut add = |at: DateTime<Utc>, what: String, by: &str, event: &str| {
        all.push(Moment {
            at,
            side: Side::Response,
            what,
            by: by.to_owned(),
            event: event.to_owned(),
        });
    };
    let started = investigation.started().map(|(at, _)| *at);
    if let Ok(noticed) = &moments.noticed
        && Some(noticed.at) != started
    {
        add(noticed.at, format!("Noticed: {}", noticed.source), "", "");
    }
    if let Some(at) = started {
        add(
            at,
            format!("Investigation started with {}", investigation.seeds().join(", ")),
            "",
            "",
        );
    }
    if let Some((at, pass)) = investigation.last_pass() {
        let how_far = pass.cut_short.as_ref();
        let how_far = how_far.map_or("to the end".to_owned(), |why| format!("in part: {why}"));
        add(*at, format!("Records read {how_far}"), "keytrail", "");
    }
    if let Some((at, _)) = investigation.live_seen() {
        add(
            *at,
            "IAM asked what there is of the chain now".to_owned(),
            "keytrail",
            "",
        );
    }
    let nodes = &investigation.chain().nodes;
    let subjects = nodes
        .iter()
        .map(|node| (&node.node, format!("{} {}", node.kind.label(), node.id)));
    let actors = investigation
        .actors()
        .iter()
        .map(|actor| (&actor.id, format!("calls from {}", actor.id)));
    for (subject, named) in subjects.chain(actors) {
        if let Some(at) = investigation.judged_at(subject) {
            let verdict = investigation.verdict(subject);
            add(at, format!("Judged {}: {named}", verdict.as_str()), "", "");
        }
    }
    for item in given.playbook.items() {
        let Some(mark) = investigation.checklist().progress(&item.id) else {
            continue;
        };
        let said = note(&mark.note);
        let said = if said.is_empty() { said } else { format!(" ({said})") };
        add(
            mark.at,
            format!("{} {}: {}{said}", item.id, item.title, mark.state.as_str()),
            &mark.by,
            "",
        );
    }
    for (at, snapshot) in investigation.snapshots() {
        add(*at, format!("Evidence kept: {}", snapshot.of), "keytrail", "");
    }
    for deed in investigation.deeds().all() {
        let at = deed.end.map_or(deed.at, |(at, _)| at);
        add(
            at,
            format!("{}: {}", changes::title(deed), deed.words()),
            &deed.approved.by,
            "",
        );
    }
    let chain_keys = investigation.chain().key_ids();
    let ended = nodes.iter().filter_map(|node| Some((node, node.ended.as_ref()?)));
    for (node, ended) in ended.filter(|(_, ended)| !chain_keys.contains(&*ended.by)) {
        let what = format!("{} {} removed", node.kind.label(), node.id);
        add(ended.time, what, &ended.by, &ended.event_id);
    }
    for (name, moment) in [("Contained", &moments.contained), ("Recovered", &moments.recovered)] {
        if let Ok(moment) = moment {
            add(moment.at, format!("{name}: {}", moment.source), "", "");
        }
    }
    all
}
