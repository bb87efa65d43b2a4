//! Marking items and writing notes.

use crate::investigation::What;
use crate::investigation::fact::{ItemMarked, ItemState};
use crate::tui::app::App;
use crate::tui::popup::{Field, Menu, Popup, Purpose};
use crate::tui::steps::Order;

impl App {
    pub(super) fn open_menu(&mut self) {
        if let Some(item) = self.steps.item(&self.settings.playbook) {
            let state = self.desk.investigation().checklist().state(&item.id);
            self.popups.push(Popup::Menu(Menu::new(item.id.clone(), state)));
        }
    }

    /// Puts the items under the steps or under the time boxes; the selected one stays selected.
    pub(super) fn switch_order(&mut self) {
        let playbook = &self.settings.playbook;
        let selected = self.steps.item(playbook).map(|item| item.id.clone());
        self.steps.order = match self.steps.order {
            Order::Steps => Order::TimeBoxes,
            Order::TimeBoxes => Order::Steps,
        };
        if let Some(id) = selected {
            self.steps.select(playbook, &id);
        }
    }

    /// Asks for the note of the selected item; its state stays.
    pub(super) fn edit_note(&mut self) {
        if let Some(item) = self.steps.item(&self.settings.playbook) {
            let id = item.id.clone();
            let state = self.desk.investigation().checklist().state(&id);
            self.ask_for_note(id, state);
        }
    }

    fn ask_for_note(&mut self, item: String, state: ItemState) {
        let note = self.note(&item);
        let purpose = Purpose::Note { item, state };
        self.popups.push(Popup::Field(Field::new(purpose, &note)));
    }

    /// Puts an item into a state. One that waits or does not apply needs a reason.
    pub(super) fn choose_state(&mut self, item: String, state: ItemState) {
        if state.needs_reason() {
            self.ask_for_note(item, state);
        } else {
            let note = self.note(&item);
            self.mark(item, state, note);
        }
    }

    pub(super) fn mark(&mut self, item: String, state: ItemState, note: String) {
        let said = if self.desk.investigation().checklist().state(&item) == state {
            format!("The note of {item} is kept")
        } else {
            format!("{item} is {}", state.as_str())
        };
        let mark = ItemMarked {
            item,
            state,
            note,
            by: self.settings.by.clone(),
        };
        if self.commit(What::ItemMarked(mark)) {
            self.say_kept(&said);
        }
    }

    fn note(&self, item: &str) -> String {
        let progress = self.investigation().checklist().progress(item);
        progress.map(|p| p.note.clone()).unwrap_or_default()
    }
}
