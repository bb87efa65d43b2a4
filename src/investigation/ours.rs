//! Which nodes only expected actors made: nothing to worry about, folded away and counted.

use std::collections::BTreeSet;

use super::actor::{Actor, actor_id};
use super::fact::Verdict;
use super::{Chain, Evidence};
use crate::cloudtrail::EventKey;

/// For each node whether it and everything below it was made by actors judged expected, and neither changed nor used by
/// anybody else.
pub(super) fn derive(
    evidence: &Evidence,
    chain: &Chain,
    actors: &[Actor],
    verdict: impl Fn(&str) -> Verdict,
) -> Vec<bool> {
    let is_expected = |event: &EventKey| {
        let event = evidence.find(event).map(|at| &evidence.events()[at]);
        event.is_some_and(|event| verdict(&actor_id(event)) == Verdict::Expected)
    };
    let others = actors
        .iter()
        .filter(|a| a.is_somebody() && verdict(&a.id) != Verdict::Expected);
    let used_by_others: BTreeSet<&str> = others.flat_map(|actor| actor.keys.keys()).map(String::as_str).collect();
    let changed_by_others: BTreeSet<&str> = chain
        .changes
        .iter()
        .filter(|change| !is_expected(&change.event))
        .map(|change| &*change.target)
        .collect();
    let mut ours: Vec<bool> = chain
        .nodes
        .iter()
        .map(|node| {
            let by_expected = node.proof.as_ref().is_some_and(|proof| is_expected(&proof.key));
            let is_used = node.is_key() && used_by_others.contains(&*node.id);
            let is_changed = [&*node.id, &*node.name].iter().any(|id| changed_by_others.contains(id));
            let others = is_used || is_changed || verdict(&node.node) == Verdict::Malicious;
            by_expected && !others
        })
        .collect();
    // Parents stand before their children, so going backwards every child has been decided.
    for at in (0..ours.len()).rev() {
        if let Some(parent) = chain.nodes[at].parent.filter(|_| !ours[at]) {
            ours[parent] = false;
        }
    }
    ours
}
