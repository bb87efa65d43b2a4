//! What the chain made or changed outside IAM, as far as the records name it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Chain, Evidence};

/// One resource and what was done to it by the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The service, such as `ec2`.
    pub service: String,
    /// The region.
    pub region: String,
    /// ARN, id or name, as the record gives it.
    pub id: String,
    /// The first call.
    pub first: DateTime<Utc>,
    /// The last call.
    pub last: DateTime<Utc>,
    /// The calls, by name, with how often.
    pub calls: BTreeMap<String, u64>,
    /// The `node` that touched it first.
    pub by: String,
}

/// Every resource named by a successful write of the chain, by service, region and id.
pub fn derive(evidence: &Evidence, chain: &Chain) -> Vec<Resource> {
    let mut found: BTreeMap<(String, String, String), Resource> = BTreeMap::new();
    let mut events: Vec<_> = evidence.events().iter().collect();
    events.sort_by(|a, b| a.key.cmp(&b.key));
    for event in events {
        // Identities are the chain's business.
        let identity_service = matches!(event.service(), "iam" | "sts" | "signin");
        if identity_service || !event.is_write() || !event.outcome.succeeded() {
            continue;
        }
        let Some(node) = chain.node_of(event) else { continue };
        for id in &event.resources {
            let key = (event.service().to_owned(), event.region.to_string(), id.to_string());
            let resource = found.entry(key).or_insert_with(|| Resource {
                service: event.service().to_owned(),
                region: event.region.to_string(),
                id: id.to_string(),
                first: event.time(),
                last: event.time(),
                calls: BTreeMap::new(),
                by: chain.nodes[node].node.clone(),
            });
            resource.last = event.time();
            *resource.calls.entry(event.name.to_string()).or_default() += 1;
        }
    }
    found.into_values().collect()
}
