//! Which calls can be part of a chain.

use std::collections::{HashMap, HashSet};

use crate::cloudtrail::event::without_api_date;

/// The calls that can make, change or hand on a credential: candidates for the chain. Everything else matters only by
/// the identifiers in it.
#[derive(Debug, Clone, Default)]
pub struct CandidateCalls {
    sources: HashSet<String>,
    calls: HashMap<String, HashSet<String>>,
}

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
        Self {
            sources: sources.into_iter().map(str::to_owned).collect(),
            calls: by_source,
        }
    }

    /// Whether a call is a candidate; `name` may carry an API date.
    pub fn contains(&self, source: &str, name: &str) -> bool {
        self.sources.contains(source)
            || self
                .calls
                .get(source)
                .is_some_and(|names| names.contains(without_api_date(name)))
    }
}
