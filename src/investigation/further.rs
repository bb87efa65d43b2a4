//! Further seeds: keys that are not of the chain, but the next question.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::actor::Actor;
use super::fact::Verdict;
use super::lead::{Attribute, Lead};
use super::{Chain, Evidence, Investigation};

/// A key to look at next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FurtherSeed {
    /// The key id.
    pub key: String,
    /// Why it is offered, as what is said of it: `was used from ...`.
    pub why: String,
    /// Calls signed with it, among those kept.
    pub events: u64,
}

/// Why an address is taken for the attacker's; the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Judged,
    LooksForeign,
}

/// Keys to look at next: the seed's siblings of one sign-in, and other keys used from an address of the attacker. Found
/// among the events kept.
pub(super) fn derive(
    evidence: &Evidence,
    chain: &Chain,
    actors: &[Actor],
    verdict: impl Fn(&str) -> Verdict,
) -> Vec<FurtherSeed> {
    let ours = chain.key_ids();
    let mut found: BTreeMap<&str, String> = shared_addresses(evidence, &ours, &addresses(actors, verdict));
    for key in siblings(evidence, chain).filter(|key| !ours.contains(key)) {
        found.insert(key, "belongs to the same console session as the seed".to_owned());
    }
    let mut calls: BTreeMap<&str, u64> = BTreeMap::new();
    for key in evidence
        .events()
        .iter()
        .filter_map(|e| e.identity.access_key.as_deref())
    {
        if found.contains_key(key) {
            *calls.entry(key).or_default() += 1;
        }
    }
    found
        .into_iter()
        .map(|(key, why)| FurtherSeed {
            key: key.to_owned(),
            why,
            events: calls.get(key).copied().unwrap_or_default(),
        })
        .collect()
}

/// Keys of the console session that a seed belongs to.
fn siblings<'e>(evidence: &'e Evidence, chain: &Chain) -> impl Iterator<Item = &'e str> {
    let seeds: BTreeSet<&str> = chain.roots().map(|root| &*chain.nodes[root].id).collect();
    let callers = || evidence.callers().map(|(identity, _)| identity);
    let sessions: BTreeSet<_> = callers()
        .filter(|i| i.access_key.as_deref().is_some_and(|key| seeds.contains(key)))
        .filter_map(|i| Some((i.principal_id.as_deref()?, i.session_created?)))
        .collect();
    callers().filter(|i| i.invoked_by.is_none()).filter_map(move |i| {
        let session = (i.principal_id.as_deref()?, i.session_created?);
        i.access_key.as_deref().filter(|_| sessions.contains(&session))
    })
}

/// The addresses of the attacker, as far as they are judged or look like it.
fn addresses(actors: &[Actor], verdict: impl Fn(&str) -> Verdict) -> BTreeMap<&str, Why> {
    let mut addresses = BTreeMap::new();
    for actor in actors.iter().filter(|actor| actor.is_somebody()) {
        let why = match verdict(&actor.id) {
            Verdict::Malicious => Why::Judged,
            Verdict::Unknown if actor.looks_foreign() => Why::LooksForeign,
            _ => continue,
        };
        let known = addresses.entry(&*actor.address).or_insert(why);
        *known = why.min(*known);
    }
    addresses
}

fn shared_addresses<'e>(
    evidence: &'e Evidence,
    ours: &HashSet<&str>,
    addresses: &BTreeMap<&str, Why>,
) -> BTreeMap<&'e str, String> {
    let mut shared: BTreeMap<&str, (Why, &str)> = BTreeMap::new();
    for event in evidence.events().iter().filter(|e| e.identity.invoked_by.is_none()) {
        let (Some(key), Some(address)) = (event.identity.access_key.as_deref(), event.source_ip.as_deref()) else {
            continue;
        };
        if let Some(why) = addresses.get(address).filter(|_| !ours.contains(key)) {
            // Of several addresses always the same one, in whatever order the events came.
            let named = shared.entry(key).or_insert((*why, address));
            *named = (*why, address).min(*named);
        }
    }
    let said = |(why, address)| match why {
        Why::Judged => format!("was used from {address}, which is the attacker's"),
        Why::LooksForeign => format!("was used from {address}, which looks foreign"),
    };
    shared.into_iter().map(|(key, found)| (key, said(found))).collect()
}

/// The addresses that archives are searched for: those that the notice names, and those of actors judged malicious. Not
/// those that only look foreign: behind one address there may be a whole company.
pub fn leads(investigation: &Investigation) -> BTreeSet<Lead> {
    let notice = investigation.notice().into_iter().flat_map(|notice| &notice.mentions);
    let named = notice.filter_map(|mention| Some(mention.address?.to_string()));
    let actors = investigation.actors().iter().filter(|actor| actor.is_somebody());
    let judged = actors.filter(|actor| investigation.verdict(&actor.id) == Verdict::Malicious);
    named
        .chain(judged.map(|actor| actor.address.clone()))
        .map(|address| Lead::new(Attribute::SourceAddress, address))
        .collect()
}

/// How far other keys were looked for, for a person.
pub fn how_far(investigation: &Investigation) -> &'static str {
    if investigation.coverage().history().is_empty() {
        "archives are searched whole for addresses that the notice names or that are judged malicious before they are \
         read; for others, what was read for the chain"
    } else {
        "event history cannot be searched by address: only what was read of it for the chain"
    }
}
