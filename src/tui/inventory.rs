//! What the resources screen remembers: what there is, which of it is shown, and where one is.

use super::widgets::scroll::{Move, Scroll};
use crate::investigation::Investigation;
use crate::investigation::resource::Resource;

/// A line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// The heading of a service in a region: the first of its resources stands for it, and how many there are.
    Place {
        /// The first of them.
        first: usize,
        /// How many are shown.
        shown: usize,
    },
    /// A resource, by its place among all.
    Resource(usize),
}

/// What the resources screen remembers.
#[derive(Debug, Default)]
pub(super) struct InventoryState {
    /// Everything, by service and region, in each in the order of removal.
    pub all: Vec<Resource>,
    /// What is shown.
    pub rows: Vec<Row>,
    /// The selected line; never a heading.
    pub scroll: Scroll,
    /// The details beside the list.
    pub details: Scroll,
    /// Whether the details have the focus.
    pub in_details: bool,
    /// Only what is still there.
    pub is_open_only: bool,
}

impl InventoryState {
    /// Takes over what the investigation knows; the selection stays on the same resource.
    pub(super) fn refresh(&mut self, investigation: &Investigation) {
        let selected = self.resource().map(identity);
        self.all = investigation.resources().to_vec();
        // Stable: in one place the order of removal holds.
        self.all.sort_by(|a, b| place(a).cmp(&place(b)));
        self.choose(selected.as_ref());
    }

    /// Shows what is still there only, or everything.
    pub(super) fn switch(&mut self) {
        let selected = self.resource().map(identity);
        self.is_open_only ^= true;
        self.choose(selected.as_ref());
    }

    fn choose(&mut self, selected: Option<&[String; 5]>) {
        let is_shown = |at: &usize| !self.is_open_only || self.all[*at].state().is_open();
        let shown: Vec<usize> = (0..self.all.len()).filter(is_shown).collect();
        self.rows.clear();
        for together in shown.chunk_by(|a, b| place(&self.all[*a]) == place(&self.all[*b])) {
            let (first, shown) = (together[0], together.len());
            self.rows.push(Row::Place { first, shown });
            self.rows.extend(together.iter().copied().map(Row::Resource));
        }
        let is_it = |row: &Row| match row {
            Row::Resource(at) => selected == Some(&identity(&self.all[*at])),
            Row::Place { .. } => false,
        };
        match self.rows.iter().position(is_it) {
            Some(at) => self.scroll.select(at),
            None => self.go(Move::Top),
        }
    }

    /// The selected resource.
    pub(super) fn resource(&self) -> Option<&Resource> {
        match self.rows.get(self.scroll.at())? {
            Row::Resource(at) => self.all.get(*at),
            Row::Place { .. } => None,
        }
    }

    /// How many are still there.
    pub(super) fn open(&self) -> u64 {
        self.all.iter().filter(|resource| resource.state().is_open()).count() as u64
    }

    /// Moves, passing over headings.
    pub(super) fn go(&self, to: Move) {
        self.scroll.go(to, self.rows.len());
        let at = self.scroll.at();
        if matches!(self.rows.get(at), Some(Row::Place { .. })) {
            // Above the first heading there is nothing; below each there is something.
            let up = matches!(to, Move::Up | Move::PageUp) && at > 0;
            self.scroll.select(if up { at - 1 } else { at + 1 });
        }
        self.details.select(0);
    }
}

fn place(resource: &Resource) -> (&str, &str, &str) {
    (&resource.service, &resource.region, &resource.account)
}

/// What makes it the same after the data changed.
fn identity(resource: &Resource) -> [String; 5] {
    let kind = resource.kind.map_or("", |kind| kind.word);
    [
        kind,
        &resource.region,
        &resource.id,
        &resource.within,
        &resource.first.to_rfc3339(),
    ]
    .map(str::to_owned)
}
