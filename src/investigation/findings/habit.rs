//! What is done again and again: only what somebody did before, or does beside its usual work, is everyday work.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::network::Network;
use super::whose::{Callers, Whose, caller};
use super::{Sighting, Thing};
use crate::catalogue::Routine;
use crate::cloudtrail::Event;
use crate::investigation::actor::Actor;

/// Use is steady if it was seen on so many days, over so many.
const STEADY_DAYS: usize = 3;
const STEADY_SPAN: i64 = 7;
/// So many kinds of calls that are habits, on the same day from the same source: it is at its usual work.
const AT_WORK: usize = 3;

/// The days on which something was done.
#[derive(Default)]
struct Days(BTreeSet<i64>);

impl Days {
    fn are_steady(&self) -> bool {
        let span = self.0.last().zip(self.0.first()).map(|(last, first)| last - first);
        self.0.len() >= STEADY_DAYS && span >= Some(STEADY_SPAN)
    }
}

fn day(event: &Event) -> i64 {
    event.time().timestamp().div_euclid(24 * 3600)
}

/// A call as a habit: the caller and the program, what is called, and where.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Deed<'a> {
    caller: &'a str,
    program: &'a str,
    source: &'a str,
    name: &'a str,
    region: &'a str,
}

impl<'a> Deed<'a> {
    fn of(event: &'a Event, actor: &'a Actor) -> Self {
        Self {
            caller: caller(event),
            program: &actor.program,
            source: &event.source,
            name: event.base_name(),
            region: &event.region,
        }
    }
}

/// What the callers of the chain do again and again, from sources that nothing speaks against.
#[derive(Default)]
pub(super) struct Habits<'a> {
    networks: HashMap<(&'a str, &'a str, Option<Network>), Days>,
    deeds: HashMap<Deed<'a>, usize>,
    days: Vec<Days>,
    /// The deeds of each source on each day.
    work: HashMap<(&'a str, i64), HashSet<usize>>,
}

impl<'a> Habits<'a> {
    pub(super) fn note(&mut self, event: &'a Event, actor: &'a Actor) {
        let day = day(event);
        let network = (caller(event), &*actor.program, Network::of(&actor.address));
        self.networks.entry(network).or_default().0.insert(day);
        let new = self.days.len();
        let deed = *self.deeds.entry(Deed::of(event, actor)).or_insert(new);
        if deed == new {
            self.days.push(Days::default());
        }
        self.days[deed].0.insert(day);
        self.work.entry((&actor.id, day)).or_default().insert(deed);
    }

    /// Whether the caller uses this program from this network steadily.
    pub(super) fn is_steady(&self, event: &Event, actor: &Actor) -> bool {
        let network = (caller(event), &*actor.program, Network::of(&actor.address));
        self.networks.get(&network).is_some_and(Days::are_steady)
    }

    /// Whether the source made several calls that day which are habits.
    fn is_at_work(&self, event: &Event, actor: &Actor) -> bool {
        let deeds = self.work.get(&(&*actor.id, day(event))).into_iter().flatten();
        deeds.filter(|deed| self.days[**deed].are_steady()).count() >= AT_WORK
    }
}

/// What is a habit: the finding and the call, and what it was about where only the very same counts.
type Habit<'a> = (&'static str, Deed<'a>, Option<String>);

/// Takes back that sightings are everyday work, where nothing of the kind was done before.
pub(super) fn confirm<'a>(found: &mut [Sighting], events: &'a [Event], callers: &mut Callers<'a>) {
    let mut habits: HashMap<Habit<'a>, Days> = HashMap::new();
    let doubted = |sighting: &Sighting| sighting.is_everyday && sighting.thing != Thing::Own && !sighting.is_pattern;
    for sighting in found.iter().filter(|sighting| doubted(sighting)) {
        let event = &events[sighting.at];
        if let Some(habit) = habit(sighting, event, callers) {
            habits.entry(habit).or_default().0.insert(day(event));
        }
    }
    for sighting in found.iter_mut().filter(|sighting| doubted(sighting)) {
        let event = &events[sighting.at];
        let habit = habit(sighting, event, callers);
        let is_habit = habit.is_some_and(|habit| habits[&habit].are_steady());
        sighting.is_everyday = is_habit
            || match (sighting.kind.routine, callers.whose(event)) {
                (Routine::Habit, _) => false,
                // The application is always at its usual work: whoever broke into it destroys from there.
                (_, Whose::Application) => sighting.thing != Thing::Existing,
                _ => match callers.actor(event) {
                    Some((actor, _)) => callers.habits.is_at_work(event, actor),
                    None => false,
                },
            };
    }
}

fn habit<'a>(sighting: &Sighting, event: &'a Event, callers: &mut Callers<'a>) -> Option<Habit<'a>> {
    let (actor, _) = callers.actor(event)?;
    let is_same = sighting.kind.routine == Routine::Habit;
    let about = is_same.then(|| sighting.detail.clone());
    Some((sighting.kind.id, Deed::of(event, actor), about))
}
