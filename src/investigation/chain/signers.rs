//! Who of the chain is behind a call, found without a search: views and rules ask it of every event.

use std::collections::HashMap;

use super::{Link, Node};
use crate::catalogue::Kind;
use crate::cloudtrail::Event;

/// The nodes that calls are known by: keys, and the users and roles of the chain. Of several the first counts.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Signers {
    by_key: HashMap<String, usize>,
    by_principal: HashMap<String, usize>,
}

impl Signers {
    pub(super) fn of(nodes: &[Node]) -> Self {
        let mut signers = Self::default();
        for (at, node) in nodes.iter().enumerate() {
            if node.is_key() {
                signers.by_key.entry(node.id.clone()).or_insert(at);
            } else if matches!(node.kind, Kind::User | Kind::Role)
                && node.link == Link::Created
                && let Some(id) = &node.principal_id
            {
                signers.by_principal.entry(id.clone()).or_insert(at);
            }
        }
        signers
    }

    pub(super) fn key(&self, id: &str) -> Option<usize> {
        self.by_key.get(id).copied()
    }

    pub(super) fn principal(&self, event: &Event) -> Option<usize> {
        self.by_principal.get(event.identity.unique_id()?).copied()
    }
}
