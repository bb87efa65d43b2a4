//! Where one has been, as in a browser.

use super::action::Screen;
use crate::investigation::timeline::Filter;

/// So many places are remembered.
const MOST: usize = 50;

/// Where one is: enough to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) screen: Screen,
    /// The selected node, by its `node` id.
    pub(super) node: Option<String>,
    /// What the timeline shows, and which event of it is selected, by its place in the evidence.
    pub(super) filter: Filter,
    pub(super) event: Option<usize>,
    /// The selected item.
    pub(super) item: Option<String>,
}

/// The places before and after the one that one is at.
#[derive(Debug, Default)]
pub(super) struct Places {
    past: Vec<Place>,
    future: Vec<Place>,
}

impl Places {
    /// One goes somewhere from here.
    pub(super) fn leave(&mut self, here: Place) {
        if self.past.last() != Some(&here) {
            self.past.push(here);
        }
        if self.past.len() > MOST {
            self.past.remove(0);
        }
        self.future.clear();
    }

    /// The place before, or after; `here` is remembered on the other side.
    pub(super) fn step(&mut self, back: bool, here: Place) -> Option<Place> {
        let (from, to) = if back {
            (&mut self.past, &mut self.future)
        } else {
            (&mut self.future, &mut self.past)
        };
        let place = from.pop()?;
        to.push(here);
        Some(place)
    }

    pub(super) fn has_past(&self) -> bool {
        !self.past.is_empty()
    }

    pub(super) fn has_future(&self) -> bool {
        !self.future.is_empty()
    }
}
