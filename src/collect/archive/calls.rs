//! Which calls can be part of a chain.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::cloudtrail::event::without_api_date;
use crate::cloudtrail::terms::{self, Term};

/// The calls that can make, change or hand on a credential: candidates for the chain. Everything else matters only by
/// the identifiers in it.
#[derive(Debug, Clone)]
pub struct CandidateCalls {
    sources: HashSet<String>,
    calls: HashMap<String, HashSet<String>>,
    /// One bit for each value of a hash of a source's name, for the sources of which all calls are meant, and of a source's
    /// and a call's, for the others: nearly all calls are told by them.
    filter: [u64; FILTER],
    pairs: [u64; FILTER],
}

/// Words of each filter: few enough to stay in the fastest memory, with room for some hundred calls.
const FILTER: usize = 256;

impl Default for CandidateCalls {
    fn default() -> Self {
        Self::new([], [])
    }
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
        let sources: HashSet<String> = sources.into_iter().map(str::to_owned).collect();
        let (mut filter, mut pairs) = ([0; FILTER], [0; FILTER]);
        for source in &sources {
            let (word, bit) = place(hash(source));
            filter[word] |= bit;
        }
        for (source, names) in &by_source {
            for name in names {
                let (word, bit) = place(pair(hash(source), name));
                pairs[word] |= bit;
            }
        }
        Self {
            sources,
            calls: by_source,
            filter,
            pairs,
        }
    }

    /// The sources of which all calls are candidates, in order.
    pub fn sources(&self) -> BTreeSet<&str> {
        self.sources.iter().map(String::as_str).collect()
    }

    /// The single calls of other sources: source and name without API date, in order.
    pub fn calls(&self) -> BTreeSet<(&str, &str)> {
        let calls = self.calls.iter();
        calls
            .flat_map(|(source, names)| names.iter().map(move |name| (source.as_str(), name.as_str())))
            .collect()
    }

    /// Every source that has candidates, in order.
    pub fn all_sources(&self) -> BTreeSet<&str> {
        let mut all = self.sources();
        all.extend(self.calls.keys().map(String::as_str));
        all
    }

    /// Whether a call is a candidate; `name` may carry an API date.
    pub fn contains(&self, source: &str, name: &str) -> bool {
        let of_source = hash(source);
        let (word, bit) = place(of_source);
        if self.filter[word] & bit != 0 && self.sources.contains(source) {
            return true;
        }
        let name = without_api_date(name);
        let (word, bit) = place(pair(of_source, name));
        self.pairs[word] & bit != 0 && self.calls.get(source).is_some_and(|names| names.contains(name))
    }
}

fn hash(text: &str) -> Term {
    terms::hash(text.as_bytes())
}

fn pair(source: Term, name: &str) -> Term {
    source.rotate_left(16) ^ hash(name)
}

fn place(hash: Term) -> (usize, u64) {
    (hash as usize / 64 % FILTER, 1 << (hash % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_calls_of_some_sources_and_single_calls_of_others_are_candidates() {
        let calls = CandidateCalls::new(
            ["iam.amazonaws.com"],
            [
                ("lambda.amazonaws.com", "CreateFunction"),
                ("ec2.amazonaws.com", "RunInstances"),
            ],
        );
        assert!(calls.contains("iam.amazonaws.com", "Anything"));
        assert!(calls.contains("lambda.amazonaws.com", "CreateFunction20150331"));
        assert!(!calls.contains("lambda.amazonaws.com", "RunInstances"));
        assert!(!calls.contains("ec2.amazonaws.com", "DescribeInstances"));
        assert!(!calls.contains("s3.amazonaws.com", "GetObject"));
    }
}
