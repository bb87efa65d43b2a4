//! What the steps screen remembers, and the order of its lines.

use super::widgets::scroll::{Move, Scroll};
use crate::playbook::{Item, Playbook, Standings, Step, TimeBox};

/// A line of the list.
#[derive(Debug, Clone, Copy)]
pub(super) enum Line<'a> {
    /// The heading of a step.
    Step(&'a Step),
    /// The heading of a time box.
    TimeBox(TimeBox),
    /// An item of it.
    Item(&'a Item),
}

/// What the items are put under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Order {
    /// The steps.
    #[default]
    Steps,
    /// By when they are to be done.
    TimeBoxes,
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
    /// What the items are put under.
    pub order: Order,
}

impl StepsState {
    /// Stands on the first item.
    pub(super) fn new() -> Self {
        let state = Self {
            scroll: Scroll::default(),
            details: Scroll::default(),
            in_details: false,
            order: Order::default(),
        };
        // Line 0 is the first heading.
        state.scroll.select(1);
        state
    }

    /// The selected item.
    pub(super) fn item<'a>(&self, playbook: &'a Playbook) -> Option<&'a Item> {
        match lines(playbook, self.order).get(self.scroll.at()) {
            Some(Line::Item(item)) => Some(*item),
            _ => None,
        }
    }

    /// Selects an item by its id.
    pub(super) fn select(&self, playbook: &Playbook, id: &str) {
        let at = lines(playbook, self.order)
            .iter()
            .position(|line| matches!(line, Line::Item(item) if item.id == id));
        if let Some(at) = at {
            self.scroll.select(at);
            self.details.select(0);
        }
    }

    /// Moves, passing over headings.
    pub(super) fn go(&self, to: Move, playbook: &Playbook) {
        let all = lines(playbook, self.order);
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

/// The lines of the list: each heading and the items under it.
pub(super) fn lines(playbook: &Playbook, order: Order) -> Vec<Line<'_>> {
    match order {
        Order::Steps => {
            let steps = playbook.steps.iter();
            let lines = |step| std::iter::once(Line::Step(step)).chain(step.items.iter().map(Line::Item));
            steps.flat_map(lines).collect()
        }
        Order::TimeBoxes => {
            let boxes = TimeBox::ALL
                .into_iter()
                .filter(|time_box| in_box(playbook, *time_box).next().is_some());
            let lines = |time_box| {
                let items = in_box(playbook, time_box).map(Line::Item);
                std::iter::once(Line::TimeBox(time_box)).chain(items)
            };
            boxes.flat_map(lines).collect()
        }
    }
}

/// The items of one time box, in the order of the steps.
pub(super) fn in_box(playbook: &Playbook, time_box: TimeBox) -> impl Iterator<Item = &Item> {
    playbook.items().filter(move |item| item.time_box == time_box)
}

/// How many items need nothing more, and how many there are.
pub(super) fn progress<'a>(standings: &Standings, items: impl IntoIterator<Item = &'a Item>) -> (usize, usize) {
    let (mut settled, mut all) = (0, 0);
    for item in items {
        settled += usize::from(standings.state(&item.id).is_settled());
        all += 1;
    }
    (settled, all)
}
