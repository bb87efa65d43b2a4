//! What the sources cannot show of what the chain did: data events, which event history never holds.

use std::collections::BTreeMap;

use super::{Chain, Evidence};
use crate::catalogue;

/// So many data events of a service are named.
const MOST: usize = 4;

/// What is said before the list.
pub const WHY: &str = "Data events are never in event history, and in other sources only where a trail recorded them. \
                       Of these services, which the chain called, none was read";

/// The services that the chain called and of whose data events none was read, each with those that cannot be seen.
pub(super) fn derive(evidence: &Evidence, chain: &Chain) -> Vec<String> {
    let keys = chain.key_ids();
    // By service: whether one of its data events was read.
    let mut services: BTreeMap<&str, bool> = BTreeMap::new();
    let by_chain = |key: Option<&str>| key.is_some_and(|key| keys.contains(key));
    let called = evidence
        .events()
        .iter()
        .filter(|e| by_chain(e.identity.access_key.as_deref()));
    for event in called {
        let is_read = services.entry(&event.source).or_default();
        *is_read = *is_read || catalogue::call(&event.source, event.base_name()).is_some_and(|call| call.data_event);
    }
    let hidden = services.into_iter().filter(|(_, is_read)| !is_read);
    hidden
        .filter_map(|(source, _)| {
            let names = catalogue::data_events(source);
            let more = if names.len() > MOST { ", ..." } else { "" };
            let some = names.get(..MOST).unwrap_or(&names).join(", ");
            let service = source.split('.').next().unwrap_or(source);
            (!names.is_empty()).then(|| format!("{service} ({some}{more})"))
        })
        .collect()
}
