//! What of the investigation is shown beside an item, so that a decision is taken with its evidence in sight.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::cloudtrail::time;
use crate::investigation::actor::Actor;
use crate::investigation::{Investigation, Link, Verdict};

/// Something to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exhibit {
    /// From where the seeds were used: who is a stranger, and what would break.
    Sources,
}

impl Exhibit {
    /// Its lines. They hold text that the attacker may have written.
    pub(super) fn lines(self, investigation: &Investigation) -> Vec<String> {
        match self {
            Self::Sources => sources(investigation),
        }
    }
}

fn sources(investigation: &Investigation) -> Vec<String> {
    let nodes = investigation.chain().nodes.iter();
    let seeds: Vec<&str> = nodes
        .filter(|node| node.link == Link::Seed)
        .map(|node| &*node.id)
        .collect();
    let uses_a_seed = |actor: &&Actor| seeds.iter().any(|seed| actor.keys.contains_key(*seed));
    let actors = investigation.actors().iter().filter(uses_a_seed);
    let lines = actors.map(|actor| {
        let verdict = match (investigation.verdict(&actor.id), investigation.why_judged(&actor.id)) {
            (Verdict::Unknown, _) => "not judged".to_owned(),
            (verdict, Some(why)) => format!("{}, {why}", verdict.as_str()),
            (verdict, None) => verdict.as_str().to_owned(),
        };
        let calls = actor
            .keys
            .iter()
            .filter(|(key, _)| seeds.contains(&key.as_str()))
            .map(|(_, calls)| calls);
        let used = match (actor.activity.first, actor.activity.last) {
            (Some(first), Some(last)) => used(first, last, actor.activity.events),
            _ => String::new(),
        };
        format!(
            "{} ({verdict}): {} calls with the leaked key{used}",
            actor.id,
            calls.sum::<u64>()
        )
    });
    lines.collect()
}

fn used(first: DateTime<Utc>, last: DateTime<Utc>, calls: u64) -> String {
    let span = last - first;
    let rate = if span >= TimeDelta::hours(1) {
        let an_hour = calls / span.num_hours().unsigned_abs().max(1);
        format!(", about {an_hour} an hour")
    } else {
        String::new()
    };
    format!(", {} to {}{rate}", time::format(first), time::format(last))
}
