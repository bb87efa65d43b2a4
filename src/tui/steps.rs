//! What the steps screen remembers, and the order of its lines.

use super::widgets::scroll::{Move, Scroll};
use crate::investigation::Investigation;
use crate::investigation::fact::ItemState;
use crate::playbook::{Item, Playbook, Step};

/// A line of the list.
#[derive(Debug, Clone, Copy)]
pub(super) enum Line<'a> {
    /// The heading of a step.
    Step(&'a Step),
    /// An item of it.
    Item(&'a Item),
}

/// What the steps screen remembers.
#[derive(Debug)]
pub(super) struct StepsState {
    /// The selected line; never a heading.
    pub scroll: Scroll,
    /// The details beside the list.
    pub details: Scroll,
    /// Whether the details have the focus.
    pub in_details: bool,
}

impl StepsState {
    /// Stands on the first item.
    pub(super) fn new() -> Self {
        let state = Self {
            scroll: Scroll::default(),
            details: Scroll::default(),
            in_details: false,
        };
        // Line 0 is the heading of the first step.
        state.scroll.select(1);
        state
    }

    /// The selected item.
    pub(super) fn item<'a>(&self, playbook: &'a Playbook) -> Option<&'a Item> {
        match lines(playbook).nth(self.scroll.at()) {
            Some(Line::Item(item)) => Some(item),
            _ => None,
        }
    }

    /// Selects an item by its id.
    pub(super) fn select(&self, playbook: &Playbook, id: &str) {
        let at = lines(playbook).position(|line| matches!(line, Line::Item(item) if item.id == id));
        if let Some(at) = at {
            self.scroll.select(at);
            self.details.select(0);
        }
    }

    /// Moves, passing over headings.
    pub(super) fn go(&self, to: Move, playbook: &Playbook) {
        let all: Vec<Line<'_>> = lines(playbook).collect();
        let from = self.scroll.at();
        self.scroll.go(to, all.len());
        let is_item = |at: &usize| matches!(all.get(*at), Some(Line::Item(_)));
        let at = self.scroll.at();
        let down = (at..all.len()).find(is_item);
        let up = (0..=at).rev().find(is_item);
        let upwards = matches!(to, Move::Up | Move::PageUp);
        let place = if upwards { up.or(down) } else { down.or(up) };
        self.scroll.select(place.unwrap_or(from));
        self.details.select(0);
    }
}

/// The lines of the list: each step's heading and its items.
pub(super) fn lines(playbook: &Playbook) -> impl Iterator<Item = Line<'_>> {
    playbook
        .steps
        .iter()
        .flat_map(|step| std::iter::once(Line::Step(step)).chain(step.items.iter().map(Line::Item)))
}

/// How many items of a step need nothing more, and how many there are.
pub(super) fn progress<'a>(investigation: &Investigation, items: impl IntoIterator<Item = &'a Item>) -> (usize, usize) {
    let (mut settled, mut all) = (0, 0);
    for item in items {
        let state = investigation.checklist().state(&item.id);
        settled += usize::from(matches!(state, ItemState::Done | ItemState::NotApplicable));
        all += 1;
    }
    (settled, all)
}

/// The one thing to do next: the first item that is open or being worked on.
pub(super) fn next<'a>(investigation: &Investigation, playbook: &'a Playbook) -> Option<&'a Item> {
    playbook.items().find(|item| {
        matches!(
            investigation.checklist().state(&item.id),
            ItemState::Open | ItemState::InProgress
        )
    })
}
