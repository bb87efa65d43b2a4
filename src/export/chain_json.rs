//! The chain as JSON, for other programs: the format `keytrail-chain/1`.
//!
//! A contract. Members may be added; to change or remove one, the format gets another name.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::findings::finding_json;
use super::tables::maker;
use crate::catalogue::Basis;
use crate::cloudtrail::time;
use crate::investigation::Investigation;
use crate::investigation::chain::{Attempt, Change, Node, Proof};
use crate::investigation::live::Live;
use crate::investigation::reach::{self, Holder, Reach};

/// The name of the format.
const FORMAT: &str = "keytrail-chain/1";

/// The chain of a settled investigation.
pub fn chain_json(investigation: &Investigation) -> Value {
    let chain = investigation.chain();
    let counts = chain.counts;
    let mut users: HashMap<&str, Vec<&str>> = HashMap::new();
    for actor in investigation.actors() {
        for key in actor.keys.keys() {
            users.entry(key).or_default().push(&actor.id);
        }
    }
    let node = |n: &Node| node(investigation, n, users.get(&*n.id).filter(|_| n.is_key()));
    let further_seeds = investigation
        .further_seeds()
        .iter()
        .map(|seed| json!({"key": seed.key, "why": seed.why, "events": seed.events}));
    json!({
        "format": FORMAT,
        "seed": investigation.seeds().first(),
        "seeds": investigation.seeds(),
        "account": investigation.account(),
        "seed_minted_by": chain.seed_minted_by.as_ref().map(|proof| seed_minted_by(investigation, proof)),
        "events": {
            "read": counts.read,
            "duplicates": counts.duplicates,
            "seed": counts.seed,
            "chain": counts.chain,
            "failed": counts.failed,
        },
        "nodes": chain.nodes.iter().map(node).collect::<Vec<_>>(),
        "changes": chain.changes.iter().map(change).collect::<Vec<_>>(),
        "attempts": chain.attempts.iter().map(attempt).collect::<Vec<_>>(),
        "findings": investigation.findings().iter().map(finding_json).collect::<Vec<_>>(),
        "further_seeds": further_seeds.collect::<Vec<_>>(),
        "warnings": chain.warnings,
        "reach": reach::all(investigation).iter().map(|(holder, found)| reach(holder, found)).collect::<Vec<_>>(),
        "not_shown": investigation.not_shown(),
    })
}

fn reach(holder: &Holder, reach: &Reach) -> Value {
    json!({
        holder.kind(): holder.name(),
        "basis": reach.basis.as_str(),
        "administrator": reach.is_administrator,
        "services": reach.services,
        "escalations": reach.escalations,
        "unsure": reach.unsure,
    })
}

fn node(investigation: &Investigation, node: &Node, used_by: Option<&Vec<&str>>) -> Value {
    let parent = node.parent.map(|parent| &investigation.chain().nodes[parent]);
    let ended = node
        .ended
        .as_ref()
        .map(|ended| json!({"time": time::format(ended.time), "event_id": ended.event_id, "by": ended.by}));
    json!({
        "node": node.node,
        "parent_node": parent.map(|parent| &parent.node),
        "kind": node.kind.as_str(),
        "id": node.id,
        "name": node.name,
        "principal_id": node.principal_id,
        "parent": parent.map(|parent| &parent.id),
        "link": node.link.as_str(),
        // Who made it; who uses it is another question, and has several answers.
        "actor": maker(investigation, node),
        "used_by": used_by,
        "verdict": investigation.verdict(&node.node).as_str(),
        "event": node.proof.as_ref().map(proof),
        "events": node.activity.events,
        "failed": node.activity.failed,
        "first_seen": node.activity.first.map(time::format),
        "last_seen": node.activity.last.map(time::format),
        "deleted": ended,
        "expires": node.expires.map(time::format),
        "live": investigation.live(node).map(|live| live_json(investigation, node, live)),
        "account": node.account,
        "owner": node.owner,
        "strength": node.strength.as_str(),
        "evidence": node.basis.map(Basis::as_str),
        "reason": node.reason,
    })
}

/// What the account said, and when.
fn live_json(investigation: &Investigation, node: &Node, live: Live) -> Value {
    let used = investigation.live_seen().and_then(|(_, seen)| seen.last_use(&node.id));
    json!({
        "state": live.state.as_str(),
        "asked": time::format_seconds(live.at),
        "contradicts_records": live.contradicts(node),
        "last_used": used.and_then(|used| used.at).map(time::format),
    })
}

fn proof(proof: &Proof) -> Value {
    json!({
        "id": &*proof.key.id,
        "name": proof.name,
        "source": proof.source,
        "region": proof.region,
        "time": time::format(proof.key.time),
    })
}

/// With the key that signed the call, else the caller's name.
fn seed_minted_by(investigation: &Investigation, minted: &Proof) -> Value {
    let evidence = investigation.evidence();
    let by = evidence.find(&minted.key).map(|at| {
        let identity = &evidence.events()[at].identity;
        identity
            .access_key
            .as_deref()
            .map_or_else(|| identity.label(), str::to_owned)
    });
    let mut value = proof(minted);
    value["by"] = by.into();
    value
}

fn change(change: &Change) -> Value {
    json!({
        "event_id": &*change.event.id,
        "name": change.name,
        "relation": change.relation,
        "by": change.by,
        "target": change.target,
        "time": time::format(change.event.time),
        "detail": change.detail,
    })
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "event_id": &*attempt.event.id,
        "name": attempt.name,
        "error": attempt.error,
        "by": attempt.by,
        "time": time::format(attempt.event.time),
        "hint": attempt.hint,
    })
}
