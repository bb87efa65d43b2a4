//! Actors: calls of the chain clustered by source (address and program).

use std::collections::BTreeMap;

use super::Chain;
use super::evidence::{Activity, Evidence};
use crate::cloudtrail::Event;

/// Calls by one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Its id: the address and the program, `203.0.113.66 aws-cli`.
    pub id: String,
    /// The address, or the name of the service.
    pub address: String,
    /// The program, by the first word of the user agent.
    pub program: String,
    /// What it did.
    pub activity: Activity,
    /// The keys it used, with the number of calls.
    pub keys: BTreeMap<String, u64>,
}

/// The id of the actor behind an event.
pub fn actor_id(event: &Event) -> String {
    let (address, program) = source(event);
    format!("{address} {program}").trim().to_owned()
}

/// The address in the id of an actor.
pub fn address(id: &str) -> &str {
    id.split(' ').next().unwrap_or(id)
}

fn source(event: &Event) -> (&str, &str) {
    let address = event.source_ip.as_deref().unwrap_or("no address");
    // The product before the first slash, space or bracket: versions change, programs do not.
    let agent = event.user_agent.as_deref().unwrap_or_default().trim_start_matches('[');
    let program = agent.split(['/', ' ', ',', ';', ']']).next().unwrap_or_default();
    (address, if program == address { "" } else { program })
}

/// The actors behind the calls of the chain, busiest first.
pub fn derive(evidence: &Evidence, chain: &Chain) -> Vec<Actor> {
    let keys: std::collections::HashSet<&str> = chain.nodes.iter().filter(|n| n.is_key()).map(|n| &*n.id).collect();
    let mut actors: BTreeMap<(&str, &str), Actor> = BTreeMap::new();
    for event in evidence.events() {
        let Some(key) = event.identity.access_key.as_deref().filter(|k| keys.contains(k)) else {
            continue;
        };
        let (address, program) = source(event);
        let actor = actors.entry((address, program)).or_insert_with(|| Actor {
            id: actor_id(event),
            address: address.to_owned(),
            program: program.to_owned(),
            activity: Activity::default(),
            keys: BTreeMap::new(),
        });
        actor.activity.add(event);
        *actor.keys.entry(key.to_owned()).or_default() += 1;
    }
    let mut actors: Vec<Actor> = actors.into_values().collect();
    actors.sort_by_key(|a| std::cmp::Reverse(a.activity.events));
    actors
}
