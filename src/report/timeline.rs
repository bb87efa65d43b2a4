//! Attack and response, side by side: key moments only.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Given;
use super::document::{Cell, Document, Look};
use super::findings::Finding;
use super::text::{note, when};
use super::theirs::first_foreign;
use super::{changes, moments};
use crate::catalogue::Kind;
use crate::cloudtrail::{Event, EventKey};
use crate::investigation::{Link, Node};

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
    /// The event, where a record tells it.
    event: String,
}

/// The section.
pub(super) fn write(document: &mut Document, given: &Given<'_>, moments: &moments::Moments, findings: &[Finding<'_>]) {
    document.heading("Timeline");
    document.paragraph(
        "What grew the chain, what stands out, and what was done about it; times in UTC. Each call is in events.csv.",
    );
    let mut all = attack(given, findings);
    all.extend(response(given, moments));
    all.sort_by(|a, b| (a.at, a.side, &a.event).cmp(&(b.at, b.side, &b.event)));
    let rows = all.into_iter().map(|moment| {
        let side = match moment.side {
            Side::Attack => Cell::new(Look::Bad, "attack"),
            Side::Response => Cell::new(Look::Good, "response"),
        };
        vec![
            Cell::from(when(moment.at)),
            side,
            Cell::from(moment.what),
            Cell::id(moment.event),
        ]
    });
    document.table(&["When", "Side", "What", "Event"], rows.collect(), MOST, "events.csv");
}

fn attack(given: &Given<'_>, findings: &[Finding<'_>]) -> Vec<Moment> {
    let mut told: BTreeSet<&EventKey> = BTreeSet::new();
    let mut all = Vec::new();
    let moment = |event: &Event, what: String| Moment {
        at: event.time(),
        side: Side::Attack,
        what,
        event: event.id().to_owned(),
    };
    let nodes = &given.investigation.chain().nodes;
    for (at, node) in nodes.iter().enumerate() {
        let Some(proof) = node.proof.as_ref().filter(|_| !given.is_ours(at) && grows(nodes, node)) else {
            continue;
        };
        if told.insert(&proof.key) {
            all.push(Moment {
                at: proof.key.time,
                side: Side::Attack,
                what: format!(
                    "{}: {} {} {}",
                    proof.name,
                    node.kind.label(),
                    node.id,
                    node.link.as_str().replace('_', " ")
                ),
                event: proof.key.id.to_string(),
            });
        }
    }
    for finding in findings.iter().filter(|finding| finding.worked > 0) {
        if told.insert(&finding.first.key) {
            let times = match finding.worked {
                1 => String::new(),
                n => format!(", the first of {n}"),
            };
            let on: Vec<&str> = finding
                .first
                .resources
                .iter()
                .take(2)
                .map(|resource| &**resource)
                .collect();
            let on = if on.is_empty() {
                String::new()
            } else {
                format!(" on {}", on.join(", "))
            };
            all.push(moment(finding.first, format!("{}{on}{times}", finding.call)));
        }
    }
    if let Some((event, actor)) = first_foreign(given)
        && told.insert(&event.key)
    {
        all.push(moment(
            event,
            format!("{}: the first foreign call, from {}", event.name, actor.id),
        ));
    }
    all
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
    let mut add = |at: DateTime<Utc>, what: String, event: &str| {
        all.push(Moment {
            at,
            side: Side::Response,
            what,
            event: event.to_owned(),
        });
    };
    if let Ok(noticed) = &moments.noticed {
        add(noticed.at, format!("Noticed: {}", noticed.source), "");
    }
    if let Some((at, started)) = investigation.started() {
        add(
            *at,
            format!("Investigation started with {}", started.seeds.join(", ")),
            "",
        );
    }
    if let Some((at, pass)) = investigation.last_pass() {
        let end = pass
            .cut_short
            .as_ref()
            .map_or("to the end".to_owned(), |why| format!("in part: {why}"));
        add(*at, format!("Records read {end}"), "");
    }
    if let Some((at, _)) = investigation.live_seen() {
        add(*at, "IAM asked what there is of the chain now".to_owned(), "");
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
            add(
                at,
                format!("Judged {}: {named}", investigation.verdict(subject).as_str()),
                "",
            );
        }
    }
    let items = given.playbook.items();
    for (item, mark) in items.filter_map(|item| Some((item, investigation.checklist().progress(&item.id)?))) {
        let said = note(&mark.note);
        let said = if said.is_empty() { said } else { format!(": {said}") };
        add(
            mark.at,
            format!(
                "{} {}: {} by {}{said}",
                item.id,
                item.title,
                mark.state.as_str(),
                mark.by
            ),
            "",
        );
    }
    for (at, snapshot) in investigation.snapshots() {
        add(*at, format!("Evidence kept: {}", snapshot.of), "");
    }
    for deed in investigation.deeds().all() {
        let at = deed.end.map_or(deed.at, |(at, _)| at);
        add(
            at,
            format!("{} by {}: {}", changes::title(deed), deed.approved.by, deed.words()),
            "",
        );
    }
    let chain_keys = investigation.chain().key_ids();
    for node in nodes {
        if let Some(ended) = &node.ended
            && !chain_keys.contains(&*ended.by)
        {
            let what = format!("{} {} removed by {}", node.kind.label(), node.id, ended.by);
            add(ended.time, what, &ended.event_id);
        }
    }
    for (name, moment) in [("Contained", &moments.contained), ("Recovered", &moments.recovered)] {
        if let Ok(moment) = moment {
            add(moment.at, format!("{name}: {}", moment.source), "");
        }
    }
    all
}
