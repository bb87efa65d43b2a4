//! Whether an event passes a filter.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{Filter, Part, Term};
use crate::catalogue::matches;
use crate::cloudtrail::{Event, EventKey};
use crate::investigation::actor::actor_id;
use crate::investigation::{Chain, Investigation, Node};

/// A filter made ready for many events.
#[derive(Debug)]
pub struct Sieve<'i> {
    events: &'i [Event],
    chain: &'i Chain,
    proofs: HashSet<&'i EventKey>,
    only: Option<HashSet<usize>>,
    behind: Option<HashSet<&'i EventKey>>,
    tests: Vec<Test<'i>>,
    /// Whether calls that are not of the chain pass as well.
    is_wide: bool,
}

/// A term made ready.
#[derive(Debug)]
struct Test<'i> {
    part: Part,
    is_not: bool,
    text: Text,
    nodes: Vec<&'i Node>,
    time: Option<DateTime<Utc>>,
}

/// A text to be looked for, whatever the case.
#[derive(Debug)]
enum Text {
    Exact(String),
    Pattern(String),
    Within(String),
}

impl Text {
    fn of(term: &Term) -> Self {
        let value = term.value.to_lowercase();
        if term.is_exact {
            Self::Exact(value)
        } else if value.contains('*') {
            Self::Pattern(value)
        } else {
            Self::Within(value)
        }
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Within(needle) => contains(text, needle),
            Self::Exact(wanted) => text.len() == wanted.len() && contains(text, wanted),
            Self::Pattern(pattern) => matches(pattern, &text.to_lowercase()),
        }
    }
}

impl<'i> Sieve<'i> {
    /// Makes a filter ready.
    pub fn of(investigation: &'i Investigation, filter: &Filter) -> Self {
        let chain = investigation.chain();
        let nodes = || chain.nodes.iter();
        let tests: Vec<Test<'i>> = filter
            .terms
            .iter()
            .filter(|term| term.problem().is_none())
            .map(|term| Test::of(term, chain))
            .collect();
        // Who asks for a node, or for certain events, means them whoever made them.
        let names_events = |test: &Test<'_>| matches!(test.part, Part::Node | Part::Others) && !test.is_not;
        let is_wide = filter.only.is_some() || filter.finding.is_some() || tests.iter().any(names_events);
        Self {
            events: investigation.evidence().events(),
            chain,
            proofs: nodes().filter_map(|node| Some(&node.proof.as_ref()?.key)).collect(),
            only: filter.only.as_ref().map(|only| only.events.iter().copied().collect()),
            behind: filter.finding.as_deref().map(|id| behind(investigation, id)),
            tests,
            is_wide,
        }
    }

    /// Whether the event at this place in the evidence passes.
    pub fn passes(&self, at: usize) -> bool {
        let Some(event) = self.events.get(at) else { return false };
        self.only.as_ref().is_none_or(|only| only.contains(&at))
            && self.behind.as_ref().is_none_or(|keys| keys.contains(&event.key))
            && (self.is_wide || self.is_of_chain(event))
            && self.tests.iter().all(|test| test.holds(event) != test.is_not)
    }

    fn is_of_chain(&self, event: &Event) -> bool {
        self.chain.node_of(event).is_some() || self.proofs.contains(&event.key)
    }
}

impl<'i> Test<'i> {
    fn of(term: &Term, chain: &'i Chain) -> Self {
        let text = Text::of(term);
        let mut nodes: Vec<&Node> = Vec::new();
        if term.part == Part::Node {
            nodes.extend(chain.find(&term.value).map(|at| &chain.nodes[at]));
            if nodes.is_empty() {
                let fits = |node: &&Node| [&node.node, &node.id, &node.name].into_iter().any(|own| text.fits(own));
                nodes.extend(chain.nodes.iter().filter(fits));
            }
        }
        Self {
            part: term.part,
            is_not: term.is_not,
            text,
            nodes,
            time: term.time(),
        }
    }

    fn holds(&self, event: &Event) -> bool {
        let text = &self.text;
        match self.part {
            Part::Anything => mentions(event, text),
            Part::Service => text.fits(event.service()),
            Part::Name => text.fits(&event.name),
            Part::Region => text.fits(&event.region),
            Part::Ip => text.fits(event.source_ip.as_deref().unwrap_or_default()),
            Part::Actor => text.fits(&actor_id(event)),
            Part::Node => self.nodes.iter().any(|node| belongs(event, node)),
            Part::Error => {
                let said = [event.outcome.error_code(), event.outcome.error_message()];
                said.into_iter().flatten().any(|said| text.fits(said))
            }
            Part::Since => self.time.is_none_or(|time| event.time() >= time),
            Part::Until => self.time.is_none_or(|time| event.time() <= time),
            Part::Write => event.is_write(),
            Part::Others => true,
        }
    }
}

/// The events behind a finding.
fn behind<'i>(investigation: &'i Investigation, id: &str) -> HashSet<&'i EventKey> {
    let finding = investigation.findings().iter().find(|finding| finding.id() == id);
    finding.map_or_else(HashSet::new, |finding| finding.events.iter().collect())
}

/// Whether an event is a node's: signed with it, made by it, or its proof.
pub fn belongs(event: &Event, node: &Node) -> bool {
    let proves = node.proof.as_ref().is_some_and(|p| p.key == event.key);
    proves
        || if node.is_key() {
            event.identity.access_key.as_deref() == Some(&*node.id)
        } else {
            node.principal_id.is_some() && event.identity.unique_id() == node.principal_id.as_deref()
        }
}

fn mentions(event: &Event, text: &Text) -> bool {
    let identity = &event.identity;
    let own = [&*event.name, &*event.source, &*event.region, event.id()];
    let maybe = [&identity.access_key, &identity.arn, &event.source_ip, &event.user_agent];
    own.into_iter().any(|own| text.fits(own))
        || maybe.into_iter().flatten().any(|own| text.fits(own))
        || event.resources.iter().any(|resource| text.fits(resource))
        || event.outcome.error_code().is_some_and(|said| text.fits(said))
        || event.outcome.error_message().is_some_and(|said| text.fits(said))
        || text.fits(&identity.label())
}

/// Whether a text contains another that is in lower case, whatever its own case. Most texts are ASCII and need no copy.
fn contains(text: &str, needle: &str) -> bool {
    if !text.is_ascii() || !needle.is_ascii() {
        return text.to_lowercase().contains(needle);
    }
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    let Some((first, rest)) = needle.split_first() else {
        return true;
    };
    let Some(last) = text.len().checked_sub(needle.len()) else {
        return false;
    };
    let either = [*first, first.to_ascii_uppercase()];
    let mut from = 0;
    while let Some(at) = text[from..=last].iter().position(|byte| either.contains(byte)) {
        let start = from + at;
        if text[start + 1..start + needle.len()].eq_ignore_ascii_case(rest) {
            return true;
        }
        from = start + 1;
        if from > last {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::contains;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_is_found_whatever_its_case(text in "[a-cA-CéÉ]{0,12}", needle in "[a-cé]{0,3}") {
            prop_assert_eq!(contains(&text, &needle), text.to_lowercase().contains(&needle));
        }
    }
}
