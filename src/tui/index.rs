//! What the views look up, made once per state of the data and not once per frame.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveTime, Utc};

use super::whose::Whose;
use super::widgets::density::{Density, level};
use crate::investigation::reach::{self, Holder, Reach};
use crate::investigation::{Chain, Investigation, Node};

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

/// The look-ups.
#[derive(Debug, Default)]
pub(super) struct Index {
    deeds: Vec<Vec<(String, Tally)>>,
    pulses: Vec<[u32; PULSE]>,
    regions: BTreeMap<Arc<str>, Density>,
    reach: HashMap<Holder, Reach>,
}

/// So many columns has the activity of a node.
pub(super) const PULSE: usize = 8;

impl Index {
    /// Makes the look-ups: one pass over the events.
    pub(super) fn of(investigation: &Investigation) -> Self {
        let chain = investigation.chain();
        let mut index = Self::default();
        let mut deeds: Vec<HashMap<CallName, Tally>> = vec![HashMap::new(); chain.nodes.len()];
        let times = Span::of(chain);
        index.pulses = vec![[0; PULSE]; chain.nodes.len()];
        let mut whose = Whose::of(investigation);
        for event in investigation.evidence().events() {
            let Some(node) = chain.node_of(event) else { continue };
            index.pulses[node][times.density.place(event.time(), PULSE)] += 1;
            let region = index.regions.entry(event.region.clone());
            let region = region.or_insert_with(|| times.days.clone());
            region.add(event.time(), whose.tell(event));
            let name = (event.source.clone(), event.name.clone());
            let tally = deeds[node].entry(name.clone()).or_default();
            tally.calls += 1;
            tally.failed += u64::from(!event.outcome.succeeded());
            // Made by a user or role of the chain: its own, whichever of its keys signed the call.
            if let Some(owner) = chain.principal_of(event).filter(|owner| *owner != node) {
                index.pulses[owner][times.density.place(event.time(), PULSE)] += 1;
                let tally = deeds[owner].entry(name).or_default();
                tally.calls += 1;
                tally.failed += u64::from(!event.outcome.succeeded());
            }
        }
        index.deeds = deeds.into_iter().map(by_frequency).collect();
        index.reach = reach::all(investigation).into_iter().collect();
        index
    }

    /// How active a node was over the time of the chain: a column is as high as its share of the busiest one of the node.
    pub(super) fn pulse(&self, node: usize) -> [usize; PULSE] {
        let counts = self.pulses.get(node).copied().unwrap_or_default();
        let most = counts.into_iter().max().unwrap_or_default();
        counts.map(|count| level(count, most))
    }

    /// The calls of the chain in each region.
    pub(super) fn regions(&self) -> &BTreeMap<Arc<str>, Density> {
        &self.regions
    }

    /// What a node called, most often first.
    pub(super) fn deeds(&self, node: usize) -> &[(String, Tally)] {
        self.deeds.get(node).map_or(&[], Vec::as_slice)
    }

    /// How far a node could reach, where anything tells.
    pub(super) fn reach(&self, node: &Node) -> Option<&Reach> {
        self.reach.get(&Holder::of(node)?)
    }
}

/// The time of the chain.
struct Span {
    /// From its first call to its last.
    density: Density,
    /// The whole days of these.
    days: Density,
}

impl Span {
    fn of(chain: &Chain) -> Self {
        let activities = || chain.nodes.iter().map(|node| &node.activity);
        let first = activities().filter_map(|activity| activity.first).min();
        let last = activities().filter_map(|activity| activity.last).max();
        let bounds = first.zip(last);
        let midnight = |time: DateTime<Utc>| time.date_naive().and_time(NaiveTime::MIN).and_utc();
        let days = bounds.map(|(first, last)| (midnight(first), midnight(last) + Duration::days(1)));
        Self {
            density: Density::within(bounds),
            days: Density::within(days),
        }
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
