//! What the views look up, made once per state of the data and not once per frame.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::catalogue::{self, Kind};
use crate::cloudtrail::Event;
use crate::investigation::{Chain, Investigation, Link};

/// Source and name of a call.
type CallName = (Arc<str>, Arc<str>);

/// How often something was called, and how often that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    /// Calls.
    pub calls: u64,
    /// Calls among them that failed.
    pub failed: u64,
}

/// A kind of call worth knowing about at once: high or critical in the catalogue, made by the chain, successful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notable {
    /// `cloudtrail:StopLogging`
    pub call: String,
    /// `critical` or `high`.
    pub severity: &'static str,
    /// Why it matters, in one line.
    pub why: &'static str,
    /// How often.
    pub times: u64,
    /// The first time.
    pub first: DateTime<Utc>,
}

/// The look-ups.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_key: HashMap<String, usize>,
    by_principal: HashMap<String, usize>,
    deeds: Vec<Vec<(String, Tally)>>,
    notable: Vec<Notable>,
}

impl Index {
    /// Makes the look-ups: one pass over the events.
    pub(super) fn of(investigation: &Investigation) -> Self {
        let chain = investigation.chain();
        let mut index = Self::nodes(chain);
        let mut deeds: Vec<HashMap<CallName, Tally>> = vec![HashMap::new(); chain.nodes.len()];
        let mut notable: HashMap<CallName, Notable> = HashMap::new();
        for event in investigation.evidence().events() {
            let Some(node) = index.node_of(event) else { continue };
            let name = (event.source.clone(), event.name.clone());
            let tally = deeds[node].entry(name.clone()).or_default();
            tally.calls += 1;
            tally.failed += u64::from(!event.outcome.succeeded());
            // Made by a user or role of the chain: its own, whichever of its keys signed the call.
            let owner = event.identity.unique_id().and_then(|id| index.by_principal.get(id));
            if let Some(owner) = owner.filter(|owner| **owner != node) {
                let tally = deeds[*owner].entry(name.clone()).or_default();
                tally.calls += 1;
                tally.failed += u64::from(!event.outcome.succeeded());
            }
            if event.outcome.succeeded() {
                note(&mut notable, name, event);
            }
        }
        index.deeds = deeds.into_iter().map(by_frequency).collect();
        index.notable = notable.into_values().collect();
        index
            .notable
            .sort_by(|a, b| (a.severity, a.first, &a.call).cmp(&(b.severity, b.first, &b.call)));
        index
    }

    fn nodes(chain: &Chain) -> Self {
        let mut index = Self::default();
        for (at, node) in chain.nodes.iter().enumerate() {
            if node.is_key() {
                index.by_key.entry(node.id.clone()).or_insert(at);
            } else if matches!(node.kind, Kind::User | Kind::Role)
                && node.link == Link::Created
                && let Some(id) = &node.principal_id
            {
                index.by_principal.entry(id.clone()).or_insert(at);
            }
        }
        index
    }

    /// The node behind an event; the same answer as [`Chain::node_of`], without the search.
    pub(super) fn node_of(&self, event: &Event) -> Option<usize> {
        match event.identity.access_key.as_deref() {
            Some(key) => self.by_key.get(key).copied(),
            None => self.by_principal.get(event.identity.unique_id()?).copied(),
        }
    }

    /// What a node called, most often first.
    pub(super) fn deeds(&self, node: usize) -> &[(String, Tally)] {
        self.deeds.get(node).map_or(&[], Vec::as_slice)
    }

    /// The calls worth knowing at once: critical before high, then by time.
    pub(super) fn notable(&self) -> &[Notable] {
        &self.notable
    }
}

fn note(notable: &mut HashMap<CallName, Notable>, name: CallName, event: &Event) {
    if let Some(known) = notable.get_mut(&name) {
        known.times += 1;
        known.first = known.first.min(event.time());
        return;
    }
    let call = catalogue::call(&event.source, event.base_name());
    if let Some(call) = call.filter(|c| matches!(c.severity, "high" | "critical")) {
        let found = Notable {
            call: format!("{}:{}", event.service(), event.base_name()),
            severity: call.severity,
            why: call.why,
            times: 1,
            first: event.time(),
        };
        notable.insert(name, found);
    }
}

fn by_frequency(deeds: HashMap<CallName, Tally>) -> Vec<(String, Tally)> {
    let service = |source: &str| source.split('.').next().unwrap_or_default().to_owned();
    let mut deeds: Vec<(String, Tally)> = deeds
        .into_iter()
        .map(|((source, name), tally)| (format!("{}:{name}", service(&source)), tally))
        .collect();
    deeds.sort_by(|a, b| (b.1.calls, &a.0).cmp(&(a.1.calls, &b.0)));
    deeds
}
