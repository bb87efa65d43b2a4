//! How many of each kind the key led to: what was made and what was only changed are never one number.

use std::collections::BTreeMap;

use super::{Chain, Link};
use crate::catalogue::Kind;

/// How many nodes of one kind there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Made with the chain, or found in use by it.
    pub made: u64,
    /// There before, and changed by the chain.
    pub changed: u64,
    /// There before, and read by the chain.
    pub read: u64,
    /// Deleted since, of any.
    pub ended: u64,
}

/// Counts the nodes of a chain by kind, the seeds left out.
pub fn tally(chain: &Chain) -> BTreeMap<Kind, Tally> {
    let mut kinds: BTreeMap<Kind, Tally> = BTreeMap::new();
    for node in chain.nodes.iter().filter(|n| n.link != Link::Seed) {
        let tally = kinds.entry(node.kind).or_default();
        match node.link {
            Link::Changed | Link::Modified => tally.changed += 1,
            Link::Exposed => tally.read += 1,
            _ => tally.made += 1,
        }
        tally.ended += u64::from(node.ended.is_some());
    }
    kinds
}
