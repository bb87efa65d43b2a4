//! The keys of the chain, known to every region.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use memchr::memmem;

/// A key id: four letters and sixteen more.
const LENGTH: usize = 20;

/// The keys of the chain, as far as they were asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys(Arc<RwLock<HashSet<String>>>);

impl Keys {
    pub(super) fn add(&self, key: &str) {
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.to_owned());
    }

    /// Whether a record names one of them: as the one that signed, or as what the call is about.
    pub(super) fn are_named_in(&self, record: &str) -> bool {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = ["AKIA", "ASIA"].into_iter().flat_map(|prefix| {
            let places = memmem::find_iter(record.as_bytes(), prefix);
            places.filter_map(|at| record.get(at..at + LENGTH))
        });
        let mut named = found.filter(|key| keys.contains(*key));
        named.next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_names_a_key_anywhere_is_of_the_chain() {
        let keys = Keys::default();
        keys.add("AKIAZZSEED0000000001");
        assert!(keys.are_named_in(r#"{"userIdentity":{"accessKeyId":"AKIAZZSEED0000000001"}}"#));
        assert!(
            keys.are_named_in("AKIAAKIAZZSEED0000000001"),
            "also behind what looks like the start of one"
        );
        assert!(!keys.are_named_in(r#"{"accessKeyId":"AKIAZZSEED0000000002"}, AKIAZZSEED"#));
    }
}
