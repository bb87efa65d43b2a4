//! Event history: every region's events, newest first under each attribute.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::index::Event;

/// What all events of a region are filed under.
const ALL: (&str, &str) = ("", "");

/// A question to one region.
#[derive(Debug, Clone)]
pub struct Query {
    pub region: String,
    pub insight: bool,
    /// Key and value.
    pub attribute: Option<(String, String)>,
    /// Both ends belong to the range.
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub at_most: usize,
}

/// The place in an answer where the next page begins: after this event.
pub type Place = (DateTime<Utc>, String);

/// All events there are.
#[derive(Debug, Default)]
pub struct History {
    files: HashMap<(String, bool), Files>,
}

type Files = HashMap<(String, String), Vec<Arc<Event>>>;

impl Extend<Event> for History {
    fn extend<T: IntoIterator<Item = Event>>(&mut self, events: T) {
        let mut events: Vec<Event> = events.into_iter().collect();
        // In their final order each goes to the end of its files, which is quick.
        events.sort_by(|a, b| a.position().cmp(&b.position()));
        for event in events {
            self.add(event);
        }
    }
}

impl FromIterator<Event> for History {
    fn from_iter<T: IntoIterator<Item = Event>>(events: T) -> Self {
        let mut history = Self::default();
        history.extend(events);
        history
    }
}

impl History {
    fn add(&mut self, event: Event) {
        let event = Arc::new(event);
        let files = self.files.entry((event.region.clone(), event.insight)).or_default();
        let attributes = event.attributes();
        let everything = [(ALL.0, ALL.1.to_owned())];
        for (key, value) in attributes.into_iter().chain(everything) {
            let file = files.entry((key.to_owned(), value)).or_default();
            let place = file.partition_point(|other| other.position() < event.position());
            let known = file
                .get(place)
                .is_some_and(|other| other.position() == event.position());
            if !known {
                file.insert(place, Arc::clone(&event));
            }
        }
    }

    /// One page, and where the next one begins if there is more. `repeated` begins with the event at the place itself.
    pub fn page(
        &self,
        query: &Query,
        place: Option<&Place>,
        repeated: bool,
        now: f64,
    ) -> (Vec<Arc<Event>>, Option<Place>) {
        let file = self.file(&query.region, query.insight, query.attribute.as_ref());
        let begin = place.map_or(0, |(time, id)| {
            let place = (std::cmp::Reverse(*time), id.as_str());
            file.partition_point(|event| event.position() < place || (!repeated && event.position() == place))
        });
        let mut found: Vec<_> = file[begin..]
            .iter()
            .skip_while(|event| event.time > query.to)
            .take_while(|event| event.time >= query.from)
            .filter(|event| event.visible_from <= now)
            .take(query.at_most + 1)
            .cloned()
            .collect();
        let more = found.len() > query.at_most;
        found.truncate(query.at_most);
        let next = found.last().filter(|_| more).map(|last| (last.time, last.id.clone()));
        (found, next)
    }

    /// The ids of everything an attribute finds, in every region.
    pub fn ids(&self, key: &str, value: &str) -> BTreeSet<String> {
        let attribute = (key.to_owned(), value.to_owned());
        let files = self.files.iter().filter(|((_, insight), _)| !insight);
        files
            .filter_map(|(_, files)| files.get(&attribute))
            .flatten()
            .map(|event| event.id.clone())
            .collect()
    }

    /// How many events an attribute finds in each region.
    pub fn counts(&self, key: &str, value: &str) -> BTreeMap<String, usize> {
        let attribute = (key.to_owned(), value.to_owned());
        let files = self.files.iter().filter(|((_, insight), _)| !insight);
        files
            .filter_map(|((region, _), files)| Some((region.clone(), files.get(&attribute)?.len())))
            .collect()
    }

    fn file(&self, region: &str, insight: bool, attribute: Option<&(String, String)>) -> &[Arc<Event>] {
        let all = (ALL.0.to_owned(), ALL.1.to_owned());
        self.files
            .get(&(region.to_owned(), insight))
            .and_then(|files| files.get(attribute.unwrap_or(&all)))
            .map_or(&[], Vec::as_slice)
    }
}
