//! What a call was done to: things that were there before, or that the chain itself had made.

use std::collections::HashMap;

use chrono::Duration;

use super::whose::{Callers, Whose};
use crate::cloudtrail::Event;
use crate::investigation::actor::Actor;
use crate::investigation::resource::Resource;
use crate::investigation::{Evidence, Investigation};

/// What was asked for and cancelled within so long started next to nothing.
const AT_ONCE: Duration = Duration::minutes(10);

/// The account, the service and the name of a thing.
type Name<'r> = (&'r str, &'r str, &'r str);

/// The resources that the chain made, changed and ended.
pub(super) struct Things<'i> {
    resources: &'i [Resource],
    by_event: HashMap<usize, Vec<usize>>,
}

impl<'i> Things<'i> {
    pub(super) fn of(investigation: &'i Investigation) -> Self {
        let resources = investigation.resources();
        let mut by_event: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, resource) in resources.iter().enumerate() {
            for event in &resource.events {
                by_event.entry(*event).or_default().push(at);
            }
        }
        Self { resources, by_event }
    }

    fn touched(&self, event: usize) -> impl Iterator<Item = &Resource> {
        let touched = self.by_event.get(&event).into_iter().flatten();
        touched.map(|at| &self.resources[*at])
    }

    /// Whether a call asked for what was cancelled at once.
    pub(super) fn is_cancelled(&self, event: usize) -> bool {
        let mut touched = self.touched(event).peekable();
        let is_over = |resource: &Resource| {
            let ended = resource.ended.as_ref();
            resource.is_made && ended.is_some_and(|ended| ended.time - resource.first < AT_ONCE)
        };
        touched.peek().is_some() && touched.all(is_over)
    }
}

/// What a call was done to.
#[derive(Default)]
pub(super) struct Upon<'r> {
    /// What was there before, by name.
    pub(super) existing: Vec<&'r str>,
    /// How many things the attacker had made.
    pub(super) own: usize,
}

/// The things that the chain made, by their names: a setting of a thing has its name too.
pub(super) struct Made<'r> {
    things: &'r Things<'r>,
    by_name: HashMap<Name<'r>, Vec<&'r Resource>>,
}

impl<'r> Made<'r> {
    pub(super) fn of(things: &'r Things) -> Self {
        let mut by_name: HashMap<Name<'r>, Vec<&Resource>> = HashMap::new();
        for made in things.resources.iter().filter(|resource| resource.is_made) {
            by_name.entry(name(made)).or_default().push(made);
        }
        Self { things, by_name }
    }

    /// What a call was done to; `None` where nothing is known of that.
    pub(super) fn upon<'a>(&self, at: usize, evidence: &'a Evidence, callers: &mut Callers<'a>) -> Option<Upon<'r>> {
        let event = &evidence.events()[at];
        let mut touched = self.things.touched(at).peekable();
        touched.peek()?;
        let mut upon = Upon::default();
        for thing in touched {
            let maker = self.maker(thing, event).and_then(|at| evidence.events().get(at));
            if maker.is_some_and(|maker| is_own(maker, event, callers)) {
                upon.own += 1;
            } else {
                upon.existing.push(&thing.id);
            }
        }
        Some(upon)
    }

    /// The call by which the chain made a thing, before another.
    fn maker(&self, thing: &Resource, event: &Event) -> Option<usize> {
        let same = self.by_name.get(&name(thing))?;
        let was_there = |made: &&&Resource| {
            let is_gone = made.ended.as_ref().is_some_and(|ended| ended.time < event.time());
            made.region == thing.region && made.first <= event.time() && !is_gone
        };
        same.iter().find(was_there)?.events.first().copied()
    }
}

fn name(resource: &Resource) -> Name<'_> {
    (&resource.account, &resource.service, &resource.id)
}

/// Whether what one call made is the attacker's own who made another. The leaked key also did honest work: what that
/// made, somebody misses.
fn is_own<'a>(maker: &'a Event, event: &'a Event, callers: &mut Callers<'a>) -> bool {
    match callers.whose(maker) {
        Whose::Foreign => return true,
        Whose::Ours => return false,
        _ => {}
    }
    let is_of_seed = callers.signer(maker).is_none_or(|at| callers.is_of_seed(at));
    let source = |actor: Option<(&Actor, Whose)>| actor.map(|(actor, _)| actor.id.clone());
    let (made_from, from) = (source(callers.actor(maker)), source(callers.actor(event)));
    !is_of_seed || (made_from.is_some() && made_from == from)
}
