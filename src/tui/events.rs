//! What the timeline remembers: the filter, the events that pass it, and where one is.

use super::widgets::density::Density;
use super::widgets::scroll::Scroll;
use crate::cloudtrail::Event;
use crate::investigation::Investigation;
use crate::investigation::timeline::{self, Filter};

/// What the timeline screen remembers.
#[derive(Debug, Default)]
pub(super) struct EventsState {
    /// What is shown.
    pub filter: Filter,
    /// The events that pass, by their place in the evidence, earliest first.
    pub rows: Vec<u32>,
    /// When they happened.
    pub density: Density,
    /// Which of them is selected.
    pub scroll: Scroll,
    /// Whether the rows are older than the data or the filter.
    stale: bool,
}

impl EventsState {
    /// Says that the data or the filter changed. The work is done when the screen is next looked at.
    pub(super) fn touch(&mut self) {
        self.stale = true;
    }

    /// Chooses the events anew if something changed; the selection stays on the same event.
    pub(super) fn refresh(&mut self, investigation: &Investigation) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        let evidence = investigation.evidence();
        let selected = self.selected();
        self.rows = timeline::select(investigation, &self.filter);
        let times: Vec<_> = self
            .rows
            .iter()
            .filter_map(|at| evidence.events().get(*at as usize))
            .map(Event::time)
            .collect();
        self.density = Density::of(&times);
        let place = selected.and_then(|at| self.rows.iter().position(|row| *row as usize == at));
        self.scroll
            .select(place.unwrap_or_else(|| self.scroll.at().min(self.rows.len().saturating_sub(1))));
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

    /// Whether some events are left out.
    pub(super) fn is_filtered(&self) -> bool {
        self.filter != Filter::default()
    }
}
