//! Records, help, choices, questions, text fields.

use std::cell::Cell;

use serde_json::Value;
use tui_input::Input;

use super::Effect;
use crate::cloudtrail::EventKey;
use crate::export::text::safe_json;
use crate::investigation::fact::ItemState;
use crate::investigation::timeline::suggestions;
use crate::store::StoredRecord;
use crate::tui::action::Screen;
use crate::tui::app::App;
use crate::tui::popup::{Field, Popup, Purpose, Question, Record};
use crate::tui::widgets::scroll::Scroll;
use crate::tui::widgets::text::safe;

/// So many ways to finish a term are offered.
const MOST_SUGGESTIONS: usize = 8;

impl App {
    /// Closes what lies on top. A search that is not accepted goes back to what it was.
    pub(super) fn close_popup(&mut self) -> bool {
        match self.popups.pop() {
            Some(Popup::Field(field)) => {
                if field.purpose.is_live() {
                    self.use_text(&field.purpose, &field.before);
                }
                true
            }
            Some(_) => true,
            None => false,
        }
    }

    /// Shows the record behind the selected line.
    pub(super) fn open_record(&mut self) {
        let key = match self.screen {
            Screen::Timeline => self.event().map(|event| event.key.clone()),
            Screen::Chain => self
                .tree
                .node()
                .and_then(|at| self.investigation().chain().nodes.get(at)?.proof.as_ref())
                .map(|proof| proof.key.clone()),
            _ => None,
        };
        let Some(key) = key else { return };
        match self.desk.record(&key) {
            Ok(Some(stored)) => {
                let record = self.lay_out(&key, &stored);
                self.popups.push(Popup::Record(Box::new(record)));
            }
            Ok(None) => self.complain("The file holds no record of this event"),
            Err(error) => self.complain(format!("{error}; {}", error.hint())),
        }
    }

    fn lay_out(&self, key: &EventKey, stored: &StoredRecord) -> Record {
        let body: Value = serde_json::from_str(&stored.json).unwrap_or(Value::Null);
        let pretty = serde_json::to_string_pretty(&body).unwrap_or_else(|_| stored.json.clone());
        let events = self.investigation().evidence();
        let name = events.find(key).map_or_else(String::new, |at| {
            let event = &events.events()[at];
            format!("{}:{} · ", event.service(), event.name)
        });
        let mut origin = vec![("read from", safe(&stored.origin).into_owned())];
        origin.extend(stored.origin_sha256.clone().map(|sha| ("file SHA-256", sha)));
        origin.push(("record SHA-256", stored.sha256.clone()));
        Record {
            title: format!(
                "{}{} {}",
                safe(&name),
                self.zone.full(key.time),
                self.zone.name(key.time)
            ),
            origin,
            json: safe_json(&pretty).lines().map(str::to_owned).collect(),
            width: Cell::default(),
            scroll: Scroll::default(),
        }
    }

    pub(super) fn search_help(&mut self) {
        if let Some(Popup::Help(help)) = self.popups.last() {
            let field = Field::new(Purpose::SearchHelp, &help.search);
            self.popups.push(Popup::Field(field));
        }
    }

    /// The text field on top, if there is one.
    pub(super) fn input(&mut self) -> Option<&mut Input> {
        match self.popups.last_mut() {
            Some(Popup::Field(field)) => Some(&mut field.input),
            Some(Popup::Palette(palette)) => Some(&mut palette.input),
            Some(Popup::Proposal(proposal)) if !proposal.is_read_only() => Some(&mut proposal.input),
            _ => None,
        }
    }

    /// Uses a text while it is typed.
    pub(super) fn typed(&mut self) {
        if let Some(Popup::Proposal(proposal)) = self.popups.last_mut() {
            proposal.complaint = None;
        }
        if let Some(Popup::Field(field)) = self.popups.last_mut() {
            field.complaint = None;
            if field.purpose.is_live() {
                let (purpose, text) = (field.purpose.clone(), field.input.value().to_owned());
                self.use_text(&purpose, &text);
            }
        }
        self.suggest();
        if let Some(Popup::Palette(palette)) = self.popups.last_mut() {
            palette.choose();
        }
    }

    /// Looks what the text that is being typed may become.
    pub(super) fn suggest(&mut self) {
        let Some(Popup::Field(field)) = self.popups.last_mut() else {
            return;
        };
        if field.purpose == Purpose::FilterEvents {
            let typed = field.input.value();
            field.suggestions = suggestions(self.desk.investigation(), typed, MOST_SUGGESTIONS);
        }
    }

    /// Takes the likeliest of them.
    pub(super) fn complete(&mut self) {
        let Some(Popup::Field(field)) = self.popups.last_mut() else {
            return;
        };
        let Some(first) = field.suggestions.first() else { return };
        // A part still needs its value; all else is a whole term.
        let end = if first.ends_with(':') { "" } else { " " };
        field.input = Input::new(format!("{first}{end}"));
        self.typed();
    }

    fn use_text(&mut self, purpose: &Purpose, text: &str) {
        match purpose {
            Purpose::SearchTree => self.search_tree(text),
            Purpose::FilterEvents => self.filter_events(text),
            Purpose::SearchHelp => {
                for popup in &mut self.popups {
                    if let Popup::Help(help) = popup {
                        text.clone_into(&mut help.search);
                        help.scroll.select(0);
                    }
                }
            }
            Purpose::SearchEvents
            | Purpose::SearchList
            | Purpose::JumpToTime
            | Purpose::Export
            | Purpose::Note { .. } => {}
        }
    }

    /// Takes what is chosen or typed.
    pub(super) fn accept(&mut self) -> Option<Effect> {
        match self.popups.pop() {
            Some(Popup::Menu(menu)) => {
                if let Some(state) = ItemState::ALL.get(menu.scroll.at()) {
                    self.choose_state(menu.item, *state);
                }
            }
            Some(Popup::Field(field)) => return self.accept_text(field),
            Some(Popup::Palette(palette)) => match palette.selected() {
                Some(entry) if entry.is_live => return self.act(entry.action),
                Some(entry) => self.say(format!("\"{}\" cannot be done here and now", entry.action.label())),
                None => self.popups.push(Popup::Palette(palette)),
            },
            Some(Popup::Asked(asked)) => {
                let selected = asked.selected();
                // It stays below: there may be more to paste.
                self.popups.push(Popup::Asked(asked));
                return self.ask_for(selected);
            }
            Some(Popup::Paste(paste)) => self.check_paste(paste),
            Some(Popup::Offers(offers)) => return self.choose(&offers),
            Some(Popup::Proposal(proposal)) => return self.approve(proposal),
            Some(other) => self.popups.push(other),
            None => {}
        }
        None
    }

    fn accept_text(&mut self, mut field: Field) -> Option<Effect> {
        let text = field.input.value().trim().to_owned();
        let complaint = match &field.purpose {
            Purpose::JumpToTime => self.jump_to(&text),
            Purpose::Export if text.is_empty() => Some("a folder is needed".to_owned()),
            Purpose::Export => return Some(Effect::Export(text)),
            Purpose::Note { state, .. } if text.is_empty() && state.needs_reason() => {
                Some(format!("an item that is {} needs a reason", state.as_str()))
            }
            Purpose::Note { item, state } => {
                self.mark(item.clone(), *state, text);
                None
            }
            Purpose::SearchList => {
                self.search_list(&text);
                None
            }
            Purpose::SearchEvents => {
                self.search_events(&text);
                None
            }
            Purpose::SearchTree | Purpose::FilterEvents | Purpose::SearchHelp => None,
        };
        if complaint.is_some() {
            field.complaint = complaint;
            self.popups.push(Popup::Field(field));
        }
        None
    }

    /// Asks for the folder that evidence is written to. Next to nothing is typed where the name offered will do.
    pub(super) fn ask_for_folder(&mut self) {
        let seed = self.investigation().seeds().first().map_or("", String::as_str);
        let name: String = seed.chars().filter(char::is_ascii_alphanumeric).collect();
        let field = Field::new(Purpose::Export, &format!("evidence-{name}"));
        self.popups.push(Popup::Field(field));
    }

    /// Does what was asked about.
    pub(super) fn yes(&mut self) -> Option<Effect> {
        match self.popups.pop() {
            Some(Popup::Question(Question::Quit(exit))) => Some(Effect::Leave(exit)),
            Some(Popup::Question(Question::Cancel)) => Some(Effect::StopReading),
            // The responder has the secret of the new key: it is forgotten here.
            Some(Popup::NewKey(_)) | None => None,
            Some(other) => {
                self.popups.push(other);
                None
            }
        }
    }
}
