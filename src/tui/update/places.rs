//! Going back to where one was.

use crate::tui::action::Screen;
use crate::tui::app::App;
use crate::tui::places::Place;

impl App {
    /// Where one is.
    fn here(&self) -> Place {
        let nodes = &self.investigation().chain().nodes;
        Place {
            screen: self.screen,
            node: self
                .tree
                .node()
                .and_then(|at| nodes.get(at))
                .map(|node| node.node.clone()),
            filter: self.events.filter.clone(),
            event: self.events.selected(),
            item: self.steps.item(&self.settings.playbook).map(|item| item.id.clone()),
        }
    }

    /// Goes to a screen; where one was is remembered.
    pub(super) fn jump(&mut self, screen: Screen) {
        if self.screen != screen {
            self.remember();
        }
        self.show(screen);
    }

    /// Remembers where one is, before something else is shown.
    pub(super) fn remember(&mut self) {
        let here = self.here();
        self.places.leave(here);
    }

    /// Goes to the place before, or after.
    pub(super) fn travel(&mut self, back: bool) {
        let here = self.here();
        let Some(place) = self.places.step(back, here) else {
            return;
        };
        self.popups.clear();
        if let Some(node) = place.node.and_then(|node| self.investigation().chain().find(&node)) {
            self.tree.reveal(self.desk.investigation(), node);
        }
        if let Some(item) = &place.item {
            self.steps.select(&self.settings.playbook, item);
        }
        if self.events.filter != place.filter {
            self.events.set(place.filter);
        }
        self.show(place.screen);
        if let Some(event) = place.event.filter(|_| place.screen == Screen::Timeline) {
            self.events.finish(self.desk.investigation());
            self.events.select(event);
        }
    }
}
