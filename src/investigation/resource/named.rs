//! What only a name in a record tells of: successful writes of the chain that the catalogue does not know.

use std::collections::{BTreeMap, HashMap};

use super::names::alias;
use super::{Callers, Resource};
use crate::investigation::Evidence;

/// Whether the name of a call says that something is there after it, which may run, cost or let somebody in.
fn makes(name: &str) -> bool {
    const VERBS: [&str; 8] = [
        "Create", "Run", "Purchase", "Request", "Allocate", "Register", "Launch", "Import",
    ];
    VERBS.iter().any(|verb| name.starts_with(verb))
}

/// Adds what such calls name, by service, place and name. What the catalogue knows already is only counted.
pub(super) fn add(found: &mut Vec<Resource>, evidence: &Evidence, callers: &Callers<'_>) {
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    for (at, resource) in found.iter().enumerate() {
        let place = format!("{} {} {}", resource.service, resource.account, resource.region);
        let place = (place, alias(&resource.id).to_owned());
        known.entry(place).or_insert(at);
    }
    let mut named: BTreeMap<(String, String), Resource> = BTreeMap::new();
    let events = evidence.events().iter().enumerate().filter_map(|(at, event)| {
        // Identities are the chain's business.
        let identity_service = matches!(event.service(), "iam" | "sts" | "signin");
        let is_write = event.is_write() && event.outcome.succeeded();
        let is_named = !event.resources.is_empty() || makes(&event.name);
        let is_named = is_write && !identity_service && is_named && !evidence.is_touch(&event.key);
        is_named.then(|| Some((at, event, callers.node(event)?))).flatten()
    });
    let mut events: Vec<_> = events.collect();
    events.sort_by(|(_, a, _), (_, b, _)| a.key.cmp(&b.key));
    for (at, event, by) in events {
        // Where the record names nothing, the call stands for what it made.
        let call = [event.name.clone()];
        let ids: &[_] = if event.resources.is_empty() {
            &call
        } else {
            &event.resources
        };
        for id in ids {
            let place = format!("{} {} {}", event.service(), event.account(), event.region);
            let place = (place, alias(id).to_owned());
            if let Some(known) = known.get(&place) {
                found[*known].count(event, at);
                continue;
            }
            let resource = named.entry(place).or_insert_with(|| Resource::of(None, event, by));
            // One and the same, by ARN and by name: the ARN says more.
            if id.len() > resource.id.len() {
                resource.id = id.to_string();
            }
            resource.count(event, at);
        }
    }
    found.extend(named.into_values());
}
