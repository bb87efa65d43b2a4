//! What a watch has seen: how long it was quiet, and what is new.

use chrono::TimeDelta;

use super::Investigation;
use super::actor::actor_id;
use super::fact::Verdict;
use crate::cloudtrail::Event;

impl Investigation {
    /// How long no credential of the chain was seen in use, as of the last round of a watch.
    pub fn quiet(&self) -> Option<TimeDelta> {
        let last = self.chain().keys().filter_map(|node| node.activity.last).max()?;
        Some((self.watched()?.until - last).max(TimeDelta::zero()))
    }

    /// The calls of the chain's credentials that came after so many events were known. Not those of actors judged expected,
    /// nor the responder's own: the real application goes on.
    pub fn new_calls(&self, known: usize) -> Vec<&Event> {
        let keys = self.chain().key_ids();
        let new = self.evidence().events().iter().skip(known);
        let is_foreign = |event: &&Event| {
            let signs = event
                .identity
                .access_key
                .as_deref()
                .is_some_and(|key| keys.contains(key));
            signs && self.verdict(&actor_id(event)) != Verdict::Expected && !self.is_responders(event)
        };
        new.filter(is_foreign).collect()
    }
}
