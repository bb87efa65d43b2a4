//! Which calls can be part of a chain.

use std::collections::{HashMap, HashSet};

use crate::cloudtrail::event::without_api_date;
use crate::cloudtrail::terms;

/// The calls that can make, change or hand on a credential: candidates for the chain. Everything else matters only by
/// the identifiers in it.
#[derive(Debug, Clone, Default)]
pub struct CandidateCalls {
    sources: HashSet<String>,
    calls: HashMap<String, HashSet<String>>,
    /// One bit for each value of a hash of a source's name: most calls are told by it.
    filter: [u64; FILTER],
}

/// Words of the filter.
const FILTER: usize = 32;

impl CandidateCalls {
    /// All calls of `sources` (such as `iam.amazonaws.com`), and single calls by source and name without API date (such
    /// as `CreateFunction` for `CreateFunction20150331`).
    pub fn new<'a>(
        sources: impl IntoIterator<Item = &'a str>,
        calls: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut by_source: HashMap<String, HashSet<String>> = HashMap::new();
        for (source, name) in calls {
            by_source.entry(source.to_owned()).or_default().insert(name.to_owned());
        }
        let sources: HashSet<String> = sources.into_iter().map(str::to_owned).collect();
        let mut filter = [0; FILTER];
        for source in sources.iter().chain(by_source.keys()) {
            let (word, bit) = place(source);
            filter[word] |= bit;
        }
        Self {
            sources,
            calls: by_source,
            filter,
        }
    }

    /// Whether a call is a candidate; `name` may carry an API date.
    pub fn contains(&self, source: &str, name: &str) -> bool {
        let (word, bit) = place(source);
        if self.filter[word] & bit == 0 {
            return false;
        }
        let named = |names: &HashSet<String>| names.contains(without_api_date(name));
        self.sources.contains(source) || self.calls.get(source).is_some_and(named)
    }
}

fn place(source: &str) -> (usize, u64) {
    let hash = terms::hash(source.as_bytes());
    (hash as usize / 64 % FILTER, 1 << (hash % 64))
}
