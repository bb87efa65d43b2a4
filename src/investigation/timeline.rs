//! The events in order of time, filtered.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::Investigation;
use super::actor::actor_id;
use crate::cloudtrail::{Event, EventKey};

/// What the timeline shows. Every part that is set must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only events of this node (by its `node` id): signed with it, made by it, or the one that proves it.
    pub node: Option<String>,
    /// Only these events, whoever made them.
    pub only: Option<Only>,
    /// Only calls of this actor, by its id.
    pub actor: Option<String>,
    /// Only events behind this finding, by its id.
    pub finding: Option<String>,
    /// Only this region.
    pub region: Option<String>,
    /// Only this service (`iam`, `sts`).
    pub service: Option<String>,
    /// Only calls that change something.
    pub writes_only: bool,
    /// Only calls that failed.
    pub failures_only: bool,
    /// Only events whose name, source, caller, address, key, resources or error hold this text, whatever the case.
    pub text: String,
    /// Also events that only name a node of the chain (other people's calls).
    pub with_context: bool,
    /// Only events before or at this time.
    pub until: Option<DateTime<Utc>>,
}

/// Some events and what they are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Only {
    /// What they are about. The attacker may have named it.
    pub what: String,
    /// Where they stand in the evidence.
    pub events: Vec<usize>,
}

/// The indices of the events that pass a filter, earliest first; equal times in order of their ids.
pub fn select(investigation: &Investigation, filter: &Filter) -> Vec<u32> {
    let (evidence, chain) = (investigation.evidence(), investigation.chain());
    let behind = filter.finding.as_deref().map(|id| behind(investigation, id));
    let keys = chain.key_ids();
    let proofs: HashSet<_> = chain
        .nodes
        .iter()
        .filter_map(|n| n.proof.as_ref())
        .map(|p| &p.key)
        .collect();
    let node = filter
        .node
        .as_deref()
        .and_then(|n| chain.find(n))
        .map(|i| &chain.nodes[i]);
    let only: Option<HashSet<usize>> = filter.only.as_ref().map(|only| only.events.iter().copied().collect());
    let needle = filter.text.to_lowercase();
    let in_chain = |event: &Event| {
        let signed = event.identity.access_key.as_deref().is_some_and(|k| keys.contains(k));
        signed || proofs.contains(&event.key) || (event.identity.access_key.is_none() && chain.node_of(event).is_some())
    };
    let passes = |event: &Event| {
        node.is_none_or(|n| belongs(event, n))
            && filter.region.as_deref().is_none_or(|r| &*event.region == r)
            && filter.service.as_deref().is_none_or(|s| event.service() == s)
            && (!filter.writes_only || event.is_write())
            && (!filter.failures_only || !event.outcome.succeeded())
            && filter.until.is_none_or(|t| event.time() <= t)
            && behind.as_ref().is_none_or(|keys| keys.contains(&event.key))
            && (filter.with_context || node.is_some() || filter.only.is_some() || behind.is_some() || in_chain(event))
            && (needle.is_empty() || mentions(event, &needle))
            && filter.actor.as_deref().is_none_or(|actor| actor_id(event) == actor)
    };
    let mut chosen: Vec<u32> = (0u32..)
        .zip(evidence.events())
        .filter(|(at, _)| only.as_ref().is_none_or(|only| only.contains(&(*at as usize))))
        .filter(|(_, e)| passes(e))
        .map(|(i, _)| i)
        .collect();
    chosen.sort_by(|a, b| {
        evidence.events()[*a as usize]
            .key
            .cmp(&evidence.events()[*b as usize].key)
    });
    chosen
}

/// The events behind a finding.
fn behind<'i>(investigation: &'i Investigation, id: &str) -> HashSet<&'i EventKey> {
    let finding = investigation.findings().iter().find(|finding| finding.id() == id);
    finding.map_or_else(HashSet::new, |finding| finding.events.iter().collect())
}

/// Whether an event is a node's: signed with it, made by it, or its proof.
pub fn belongs(event: &Event, node: &super::Node) -> bool {
    let proves = node.proof.as_ref().is_some_and(|p| p.key == event.key);
    proves
        || if node.is_key() {
            event.identity.access_key.as_deref() == Some(&*node.id)
        } else {
            node.principal_id.is_some() && event.identity.unique_id() == node.principal_id.as_deref()
        }
}

fn mentions(event: &Event, needle: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(needle);
    has(&event.name)
        || has(&event.source)
        || has(&event.region)
        || has(event.id())
        || has(&event.identity.label())
        || [
            &event.identity.access_key,
            &event.identity.arn,
            &event.source_ip,
            &event.user_agent,
        ]
        .into_iter()
        .flatten()
        .any(|text| has(text))
        || event.resources.iter().any(|r| has(r))
        || event.outcome.error_code().is_some_and(has)
        || event.outcome.error_message().is_some_and(has)
}
