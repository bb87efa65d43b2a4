//! Pasting what a command of an item printed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Effect;
use crate::investigation::What;
use crate::playbook::{Item, asks};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::paste::{Asked, PasteBox};
use crate::tui::popup::Popup;
use crate::tui::widgets::text::safe;

impl App {
    /// Asks for the output that shows the selected item, or which of several.
    pub(super) fn open_paste(&mut self) -> Option<Effect> {
        let item = self.steps.item(&self.settings.playbook)?;
        let asked = Asked::new(&item.id, &asks(item, &self.names));
        match &*asked.list {
            [] => {
                let said = format!(
                    "Nothing to ask about: the chain has nothing so far that {} is about",
                    item.id
                );
                self.say(said);
                None
            }
            [_] => self.ask_for(asked.selected()),
            _ => {
                self.popups.push(Popup::Asked(asked));
                None
            }
        }
    }

    /// Asks for an output; its command goes to the clipboard.
    pub(super) fn ask_for(&mut self, paste: Option<PasteBox>) -> Option<Effect> {
        let paste = paste?;
        let copied = safe(&paste.command).into_owned();
        self.popups.push(Popup::Paste(Box::new(paste)));
        Some(Effect::Copy(copied))
    }

    /// Types into what is pasted, where the terminal types it.
    pub(super) fn type_into_paste(&mut self, event: KeyEvent) {
        let Some(Popup::Paste(paste)) = self.popups.last_mut() else {
            return;
        };
        match event.code {
            KeyCode::Char(c) if !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                paste.add(c.encode_utf8(&mut [0; 4]));
            }
            KeyCode::Tab => paste.add("\t"),
            KeyCode::Backspace => paste.take_back(),
            _ => {}
        }
    }

    /// Looks at what was pasted, and keeps it where it can be used.
    pub(super) fn check_paste(&mut self, mut paste: Box<PasteBox>) {
        if paste.is_open() {
            paste.add("\n");
            self.popups.push(Popup::Paste(paste));
            return;
        }
        let taken = self.item_by_id(&paste.item).and_then(|item| {
            let asks = asks(item, &self.names);
            let ask = asks.iter().find(|ask| ask.command == paste.command)?;
            Some(ask.take(paste.text(), &self.settings.by))
        });
        match taken {
            // The names changed while it was pasted.
            None => {
                let key = self.key_of(Action::Paste);
                self.complain(format!(
                    "{} does not ask for this any more; press {key} again",
                    paste.item
                ));
            }
            Some(Err(unusable)) => {
                paste.clear();
                paste.complaint = Some(format!("Not taken: {unusable}. {}", unusable.hint()));
                self.popups.push(Popup::Paste(paste));
            }
            Some(Ok(pasted)) => {
                let said = format!("{}, {}: {}", paste.item, safe(&paste.about), pasted.words);
                let shows = pasted.shows;
                if self.commit(What::Pasted(pasted)) {
                    if shows {
                        self.say_kept(&said);
                    } else {
                        self.complain(said);
                    }
                }
            }
        }
    }

    fn item_by_id(&self, id: &str) -> Option<&Item> {
        self.settings.playbook.items().find(|item| item.id == id)
    }
}
