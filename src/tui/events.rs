//! What the timeline remembers: the filter, the events that pass it, and where one is.

use std::cell::Cell;

use chrono::{DateTime, Utc};

use super::whose::Whose;
use super::widgets::density::{Density, Who};
use super::widgets::scroll::Scroll;
use crate::cloudtrail::Event;
use crate::investigation::Investigation;
use crate::investigation::timeline::{self, Filter, Sieve};

/// How many events are looked at between two frames: a few milliseconds of work, so that typing never waits.
#[derive(Debug)]
struct Slice(usize);

impl Default for Slice {
    fn default() -> Self {
        Self(100_000)
    }
}

/// What the timeline screen remembers.
#[derive(Debug, Default)]
pub(super) struct EventsState {
    /// What is shown.
    pub filter: Filter,
    /// The events that pass, by their place in the evidence, earliest first.
    pub rows: Vec<u32>,
    /// When they happened, and whose they seem to be.
    pub density: Density,
    /// How wide the bar was drawn.
    pub columns: Cell<usize>,
    /// What `n` goes to.
    pub search: String,
    /// Which of them is selected.
    pub scroll: Scroll,
    /// All events, earliest first.
    order: Vec<u32>,
    slice: Slice,
    /// The event that was selected last, where a filter hides all.
    anchor: Option<usize>,
    is_data_stale: bool,
    is_filter_stale: bool,
    sifting: Option<Sifting>,
}

/// A choice of events under way.
#[derive(Debug)]
struct Sifting {
    /// How many of all have been looked at.
    looked_at: usize,
    rows: Vec<u32>,
    calls: Vec<(DateTime<Utc>, Who)>,
    /// The event to be selected at the end.
    selected: Option<usize>,
}

impl EventsState {
    /// Says that the data changed. The work is done when the screen is next looked at.
    pub(super) fn touch(&mut self) {
        self.is_data_stale = true;
    }

    /// Shows something else; the selection stays on the same event if it is still shown.
    pub(super) fn set(&mut self, filter: Filter) {
        self.filter = filter;
        self.is_filter_stale = true;
    }

    /// Shows something else, from its first event.
    pub(super) fn show(&mut self, filter: Filter) {
        self.rows.clear();
        self.anchor = None;
        self.sifting = None;
        self.scroll.select(0);
        self.set(filter);
    }

    /// How much of a choice that is under way has been looked at, in percent.
    pub(super) fn progress(&self) -> Option<usize> {
        let sifting = self.sifting.as_ref()?;
        Some(sifting.looked_at * 100 / self.order.len().max(1))
    }

    /// Goes on choosing events, if something changed: a slice of them. What was chosen before is shown until the end.
    pub(super) fn refresh(&mut self, investigation: &Investigation) {
        let is_new = std::mem::take(&mut self.is_filter_stale);
        // With new data a choice goes on, or it would never come to its end while much is read.
        if is_new || (self.is_data_stale && self.sifting.is_none()) {
            let before = self.sifting.take().and_then(|sifting| sifting.selected);
            if std::mem::take(&mut self.is_data_stale) || self.order.is_empty() {
                self.order = timeline::in_order(investigation.evidence());
            }
            self.sifting = Some(Sifting {
                looked_at: 0,
                rows: Vec::new(),
                calls: Vec::new(),
                selected: before.or(self.selected()).or(self.anchor),
            });
        }
        let Some(mut sifting) = self.sifting.take() else { return };
        let until = (sifting.looked_at + self.slice.0).min(self.order.len());
        sifting.look_at(investigation, &self.filter, &self.order[sifting.looked_at..until]);
        sifting.looked_at = until;
        if until < self.order.len() {
            self.sifting = Some(sifting);
            return;
        }
        self.density = Density::of(&sifting.calls);
        self.anchor = sifting.selected;
        self.rows = sifting.rows;
        let place = sifting
            .selected
            .and_then(|at| self.rows.iter().position(|row| *row as usize == at));
        let last = self.rows.len().saturating_sub(1);
        self.scroll.select(place.unwrap_or_else(|| self.scroll.at().min(last)));
    }

    /// Chooses to the end.
    pub(super) fn finish(&mut self, investigation: &Investigation) {
        self.refresh(investigation);
        while self.sifting.is_some() {
            self.refresh(investigation);
        }
    }

    /// The selected event, by its place in the evidence.
    pub(super) fn selected(&self) -> Option<usize> {
        self.rows.get(self.scroll.at()).map(|at| *at as usize)
    }

    /// Selects an event by its place in the evidence, if it is shown.
    pub(super) fn select(&self, event: usize) {
        if let Some(place) = self.rows.iter().position(|row| *row as usize == event) {
            self.scroll.select(place);
        }
    }

    /// Selects the first event of the next column of the bar that is not empty, or of the one before.
    pub(super) fn leap(&self, events: &[Event], later: bool) {
        let time = |at: u32| events.get(at as usize).map(Event::time);
        let Some(from) = self.selected().and_then(|at| events.get(at)).map(Event::time) else {
            return;
        };
        let to = self.density.next(from, self.columns.get(), later);
        let place = to.map(|to| self.rows.partition_point(|at| time(*at).is_some_and(|time| time < to)));
        if let Some(place) = place {
            self.scroll.select(place.min(self.rows.len().saturating_sub(1)));
        }
    }

    /// Whether some events are left out.
    pub(super) fn is_filtered(&self) -> bool {
        self.filter != Filter::default()
    }
}

impl Sifting {
    fn look_at(&mut self, investigation: &Investigation, filter: &Filter, places: &[u32]) {
        let sieve = Sieve::of(investigation, filter);
        let events = investigation.evidence().events();
        let mut whose = Whose::of(investigation);
        for at in places.iter().filter(|at| sieve.passes(**at as usize)) {
            let event = &events[*at as usize];
            self.rows.push(*at);
            self.calls.push((event.time(), whose.tell(event)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::cloudtrail::{Interner, Record};
    use crate::investigation::fact::{Page, Started};
    use crate::investigation::timeline::{parse, select};
    use crate::investigation::{Fact, What};
    use serde_json::json;

    const KEY: &str = "AKIAZZSLICE000000001";

    fn investigation() -> Investigation {
        let record = |at: u64| {
            let body = json!({"eventID": format!("e{at:02}"), "eventTime": format!("2026-01-01T00:{:02}:00Z", (at * 7) % 50),
                "eventSource": "ec2.amazonaws.com", "awsRegion": "us-east-1", "recipientAccountId": "111122223333",
                "eventName": if at.is_multiple_of(3) { "RunInstances" } else { "DescribeInstances" },
                "sourceIPAddress": "203.0.113.1", "userAgent": "x", "readOnly": !at.is_multiple_of(3),
                "userIdentity": {"type": "IAMUser", "accessKeyId": KEY, "accountId": "111122223333"}});
            Record::parse(body.to_string().as_bytes(), &mut Interner::default()).expect("a record")
        };
        let started = Started {
            seeds: vec![KEY.to_owned()],
            tool_version: String::new(),
            playbook_text: None,
            notice: None,
            playbook: String::new(),
        };
        let page = Page {
            origin: Arc::from("test"),
            records: (0..50).map(record).collect(),
        };
        let mut investigation = Investigation::default();
        for what in [What::Started(started), What::Page(page)] {
            let at = DateTime::UNIX_EPOCH;
            investigation.apply(&Fact { at, what });
        }
        investigation.settle();
        investigation
    }

    #[test]
    fn a_choice_in_slices_ends_with_the_same_rows_and_on_the_same_event() {
        let investigation = investigation();
        let mut state = EventsState {
            slice: Slice(7),
            ..EventsState::default()
        };
        state.touch();
        state.finish(&investigation);
        assert_eq!(state.rows.len(), 50);
        state.scroll.select(30);
        let selected = state.selected();
        let before = state.rows.clone();
        state.set(Filter {
            terms: parse("-name:Never"),
            ..Filter::default()
        });
        state.refresh(&investigation);
        // What was there stays until the end, and it is said how far it is.
        assert_eq!((state.progress(), &state.rows), (Some(14), &before));
        // Typed on: the choice begins again.
        let filter = Filter {
            terms: parse("write"),
            ..Filter::default()
        };
        state.set(filter.clone());
        state.finish(&investigation);
        assert_eq!(
            (state.progress(), &state.rows),
            (None, &select(&investigation, &filter))
        );
        state.set(Filter::default());
        state.finish(&investigation);
        state.select(selected.expect("an event"));
        state.set(Filter::default());
        state.touch();
        state.finish(&investigation);
        assert_eq!(state.selected(), selected);
    }
}
