//! The first call of a stranger.

use super::Given;
use crate::cloudtrail::Event;
use crate::investigation::actor::{Actor, actor_id};
use crate::investigation::triage;

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
