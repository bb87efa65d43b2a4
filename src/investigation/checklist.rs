//! The state of the steps: what was marked, by whom, when.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::fact::{ItemMarked, ItemState};

/// One item's progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Its state.
    pub state: ItemState,
    /// The latest note; may be empty.
    pub note: String,
    /// Who marked it last.
    pub by: String,
    /// When it was marked last.
    pub at: DateTime<Utc>,
}

/// The progress of every item that was ever marked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checklist {
    items: BTreeMap<String, Progress>,
}

impl Checklist {
    pub(super) fn mark(&mut self, at: DateTime<Utc>, mark: &ItemMarked) {
        let progress = Progress {
            state: mark.state,
            note: mark.note.clone(),
            by: mark.by.clone(),
            at,
        };
        self.items.insert(mark.item.clone(), progress);
    }

    /// The progress of an item; `None` while it is untouched.
    pub fn progress(&self, item: &str) -> Option<&Progress> {
        self.items.get(item)
    }

    /// The state of an item; open while untouched.
    pub fn state(&self, item: &str) -> ItemState {
        self.progress(item).map_or(ItemState::Open, |p| p.state)
    }
}
