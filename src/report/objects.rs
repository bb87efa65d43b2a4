//! What the chain made and changed, in IAM and outside of it, and what became of it.

use std::collections::BTreeMap;

use super::Given;
use super::document::{Cell, Document, Look};
use super::ends::{End, Ends};
use super::text::{counted, when};
use crate::catalogue::Kind;
use crate::export::text::tallied;
use crate::investigation::resource::{Resource, State};
use crate::investigation::{Link, Node, Tally, Verdict};

impl Given<'_> {
    /// Whether the responder judged a node expected, or only expected actors made it.
    pub(super) fn is_ours(&self, at: usize) -> bool {
        let node = &self.investigation.chain().nodes[at];
        let judged = self.investigation.verdict(&node.node);
        self.investigation.is_ours(at) || judged == Verdict::Expected
    }
}

/// The nodes that are not known to be ours.
fn theirs<'a>(given: &Given<'a>) -> impl Iterator<Item = &'a Node> {
    let given = *given;
    let nodes = given.investigation.chain().nodes.iter().enumerate();
    nodes.filter(move |(at, _)| !given.is_ours(*at)).map(|(_, node)| node)
}

/// What the chain made or changed in IAM; sessions and sign-ins, which pass, left out.
fn in_iam<'a>(given: &Given<'a>) -> impl Iterator<Item = &'a Node> {
    let is_iam = |node: &Node| {
        let by_iam = node
            .proof
            .as_ref()
            .is_some_and(|proof| proof.source.starts_with("iam."));
        by_iam && node.link != Link::Seed && !is_passing(node) && node.link != Link::CarriesRole
    };
    theirs(given).filter(move |node| is_iam(node))
}

/// What of it was not there before: it has to go.
pub(super) fn made_in_iam<'a>(given: &Given<'a>) -> impl Iterator<Item = &'a Node> {
    in_iam(given).filter(|node| !matches!(node.link, Link::Changed | Link::Modified))
}

/// Sessions and sign-ins: many, and each ends by itself.
fn is_passing(node: &Node) -> bool {
    matches!(node.kind, Kind::Session | Kind::ConsoleLogin)
}

/// The exposed keys and where each stands.
pub(super) fn seeds(given: &Given<'_>, ends: &Ends<'_>) -> Vec<String> {
    let chain = given.investigation.chain();
    let said = |node: &Node| {
        let whose = node
            .owner
            .as_ref()
            .map(|owner| format!(" of {owner}"))
            .unwrap_or_default();
        format!(
            "{} {}{whose}: {}",
            node.kind.label(),
            node.id,
            state(given, ends, node).text
        )
    };
    chain.roots().map(|root| said(&chain.nodes[root])).collect()
}

/// What was made and changed in IAM, a row each; then the sessions, counted.
pub(super) fn write_iam(document: &mut Document, given: &Given<'_>, ends: &Ends<'_>, most: usize) {
    let nodes = &given.investigation.chain().nodes;
    let rows: Vec<Vec<Cell>> = in_iam(given)
        .map(|node| {
            let on = node
                .parent
                .map(|at| &nodes[at])
                .filter(|_| node.link == Link::Attached || node.link == Link::Member);
            let on = on.map(|on| format!(" to {}", on.name)).unwrap_or_default();
            let proof = node.proof.as_ref();
            vec![
                Cell::id(format!("{} {}", node.kind.label(), node.id)),
                Cell::from(format!("{}{on}", node.link.as_str().replace('_', " "))),
                Cell::from(proof.map(|proof| proof.key.time)),
                Cell::id(
                    proof
                        .map(|proof| format!("{} {}", proof.name, proof.key.id))
                        .unwrap_or_default(),
                ),
                state(given, ends, node),
            ]
        })
        .collect();
    if rows.is_empty() {
        document.paragraph("Nothing was made or changed in IAM with the chain's credentials, as far as was read.");
    }
    document.table(
        &["What", "How", "When (UTC)", "By event", "Now"],
        rows,
        most,
        "chain.csv",
    );
    let passing: Vec<&Node> = theirs(given).filter(|node| is_passing(node)).collect();
    if !passing.is_empty() {
        document.paragraph(sessions(ends, &passing));
    }
}

fn sessions(ends: &Ends<'_>, passing: &[&Node]) -> String {
    let sessions: Vec<&&Node> = passing.iter().filter(|node| node.kind == Kind::Session).collect();
    let open = sessions.iter().filter(|node| ends.of_node(node).is_none()).count();
    let still = match open {
        0 => "all of them are expired or cut off".to_owned(),
        open => format!("{open} of them may still work"),
    };
    let sign_ins = passing.len() - sessions.len();
    let sign_ins = match sign_ins {
        0 => String::new(),
        n => format!(" {} with passwords of the chain.", counted(n, "console sign-in")),
    };
    if sessions.is_empty() {
        return sign_ins.trim().to_owned();
    }
    format!(
        "{} came of the chain; {still} (each in chain.csv).{sign_ins}",
        counted(sessions.len(), "temporary session")
    )
}

/// Where a node stands now, with what says so.
fn state(given: &Given<'_>, ends: &Ends<'_>, node: &Node) -> Cell {
    let live = given.investigation.live(node);
    match (ends.of_node(node), live) {
        (Some(end), _) => {
            let what = if end.is_gone { "removed" } else { "no longer works" };
            Cell::new(
                Look::Good,
                format!("{what}{}{}", since(&end), by_the_chain(given, node)),
            )
        }
        (None, Some(live)) => {
            let look = if live.contradicts(node) { Look::Bad } else { Look::Open };
            Cell::new(look, format!("AWS says: {}, {}", live.words(node), when(live.at)))
        }
        (None, None) if node.link == Link::Changed => Cell::from("was there before"),
        (None, None) if node.is_credential() => Cell::new(Look::Open, "may still work: the account was not asked"),
        (None, None) => Cell::new(Look::Open, "no record shows that it was removed"),
    }
}

/// Since when, and what says so.
fn since(end: &End) -> String {
    let at = end.at.map(|at| format!(", {}", when(at))).unwrap_or_default();
    format!("{at} ({})", end.by)
}

/// An attacker removes things too, to hide them.
fn by_the_chain(given: &Given<'_>, node: &Node) -> &'static str {
    let keys = given.investigation.chain().key_ids();
    match &node.ended {
        Some(ended) if keys.contains(&*ended.by) => ", with a key of the chain itself",
        _ => "",
    }
}

/// What was made or changed outside IAM, by region.
pub(super) fn write_resources(document: &mut Document, given: &Given<'_>, ends: &Ends<'_>, most: usize) {
    let found = given.investigation.resources();
    if found.is_empty() {
        return document
            .paragraph("No resource outside IAM is named by a call of the chain that wrote, as far as was read.");
    }
    let mut by_region: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    for resource in found {
        by_region.entry(&resource.region).or_default().push(resource);
    }
    for (region, resources) in by_region {
        let region = if region.is_empty() { "no region named" } else { region };
        document.subheading(format!("{region}: {}", counted(resources.len(), "resource")));
        let rows = resources.iter().map(|resource| {
            let calls = resource.calls.iter().map(|(name, times)| match times {
                1 => name.clone(),
                times => format!("{name} {times} times"),
            });
            vec![
                Cell::id(format!(
                    "{} {}: {}",
                    resource.service,
                    resource.label(),
                    resource.title()
                )),
                Cell::from(resource.risk().to_owned()),
                Cell::from(calls.collect::<Vec<_>>().join(", ")),
                Cell::from(resource.first),
                standing(given, ends, resource),
            ]
        });
        document.table(
            &["Resource", "Costs or exposes", "Calls", "First (UTC)", "Now"],
            rows.collect(),
            most,
            "resources.csv",
        );
    }
}

/// Services are not asked: only a record can say that something is gone.
fn standing(given: &Given<'_>, ends: &Ends<'_>, resource: &Resource) -> Cell {
    let nodes = &given.investigation.chain().nodes;
    let end = nodes
        .iter()
        .find(|node| node.id == resource.id)
        .and_then(|node| ends.of_node(node));
    match (&resource.ended, resource.state(), end) {
        (Some(ended), State::Destroyed, _) => {
            let text = format!("was there before; ended by the chain, {}", when(ended.time));
            Cell::new(Look::Bad, text)
        }
        (Some(ended), _, _) => {
            let by = if resource.is_ended_by_chain {
                "the chain itself"
            } else {
                &*ended.by
            };
            let text = format!("gone, {} (by {by}, event {})", when(ended.time), ended.event_id);
            Cell::new(Look::Good, text)
        }
        (None, _, Some(end)) => Cell::new(Look::Good, format!("removed{}", since(&end))),
        (None, State::NotLookedUp, None) => {
            let text = "not looked up: what others did with it was not read".to_owned();
            Cell::new(Look::Open, text)
        }
        (None, state, None) => {
            let text = format!("{}: no record shows that it was removed or put back", state.as_str());
            Cell::new(Look::Open, text)
        }
    }
}

/// How many of each kind the chain led to.
pub(super) fn led_to(given: &Given<'_>) -> String {
    let mut kinds: BTreeMap<Kind, Tally> = BTreeMap::new();
    for node in theirs(given).filter(|node| node.link != Link::Seed) {
        let tally = kinds.entry(node.kind).or_default();
        match node.link {
            Link::Changed | Link::Modified => tally.changed += 1,
            _ => tally.made += 1,
        }
    }
    let words: Vec<String> = kinds.into_iter().map(|(kind, tally)| tallied(kind, tally)).collect();
    if words.is_empty() {
        return "nothing was made or changed with it".to_owned();
    }
    words.join(", ")
}
