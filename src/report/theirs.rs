//! The calls that are not known to be ours: those of the chain's credentials, without the responder's and those of sources
//! that are judged expected or look like the real application.

use std::collections::HashSet;

use super::Given;
use crate::cloudtrail::Event;
use crate::investigation::actor::{Actor, actor_id};
use crate::investigation::{Verdict, triage};

/// Those calls, earliest first.
pub(super) fn calls<'a>(given: &Given<'a>) -> Vec<&'a Event> {
    let investigation = given.investigation;
    let triage = triage(investigation);
    let ours: HashSet<&str> = triage.application.iter().map(|actor| &*actor.id).collect();
    let chain = investigation.chain();
    let expected = |key: &&str| investigation.verdict(key) != Verdict::Expected;
    let keys: HashSet<&str> = chain.key_ids().into_iter().filter(expected).collect();
    let mut calls: Vec<&Event> = investigation.evidence().events().iter().collect();
    calls.retain(|event| {
        let signed = event
            .identity
            .access_key
            .as_deref()
            .is_some_and(|key| keys.contains(key));
        signed && !ours.contains(&*actor_id(event)) && !investigation.is_responders(event)
    });
    calls.sort_unstable_by_key(|event| &event.key);
    calls
}

/// The first call of a source that is malicious or looks foreign.
pub(super) fn first_foreign<'a>(given: &Given<'a>) -> Option<(&'a Event, &'a Actor)> {
    let investigation = given.investigation;
    let foreign = triage(investigation).foreign;
    let first = foreign.iter().filter_map(|actor| actor.activity.first).min()?;
    let events = investigation.evidence().events().iter();
    let of = |event: &'a Event| {
        let id = actor_id(event);
        let actor = foreign.iter().find(|actor| actor.id == id)?;
        Some((event, *actor))
    };
    let at_first = events.filter(|event| event.time() == first).filter_map(of);
    at_first.min_by_key(|(event, _)| &event.key)
}
