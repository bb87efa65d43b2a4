//! What only a name in a record tells of: successful writes of the chain that the catalogue does not know.

use std::collections::{BTreeMap, HashMap};

use super::{Callers, Resource, alias};
use crate::investigation::Evidence;

/// Adds what such calls name, by service, place and name. What the catalogue knows already is only counted.
pub(super) fn add(found: &mut Vec<Resource>, evidence: &Evidence, callers: &Callers<'_>) {
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    for (at, resource) in found.iter().enumerate() {
        let place = format!("{} {} {}", resource.service, resource.account, resource.region);
        let place = (place, alias(&resource.id).to_owned());
        known.entry(place).or_insert(at);
    }
    let mut named: BTreeMap<(String, String), Resource> = BTreeMap::new();
    let mut events: Vec<_> = evidence.events().iter().enumerate().collect();
    events.sort_by(|(_, a), (_, b)| a.key.cmp(&b.key));
    for (at, event) in events {
        // Identities are the chain's business.
        let identity_service = matches!(event.service(), "iam" | "sts" | "signin");
        let is_told =
            identity_service || !event.is_write() || !event.outcome.succeeded() || evidence.is_touch(&event.key);
        if is_told || event.resources.is_empty() {
            continue;
        }
        let Some(by) = callers.node(event) else { continue };
        for id in &event.resources {
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
