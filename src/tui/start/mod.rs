//! The start screen: a place to paste a key id or a whole notice, what was understood of it, and the saved investigations.
//!
//! While the field is empty, keys choose among the saved investigations; as soon as something stands in it, they are typed.

mod run;
mod view;

use std::path::PathBuf;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::clock::Zone;
use super::picture::Picture;
use super::preferences::Preferences;
use super::theme::Theme;
use super::widgets::scroll::{Move, Scroll};
use crate::cloudtrail::notice::{self, Notice};
use crate::store::Glance;
pub(super) use run::run;
pub use view::draw;

/// A saved investigation in the list.
#[derive(Debug, Clone)]
pub struct Recent {
    /// Its file.
    pub path: PathBuf,
    /// What it holds; `None` where it cannot be read.
    pub glance: Option<Glance>,
}

/// What the user wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Leave.
    Leave,
    /// Leave at once: Ctrl-C or a signal.
    Interrupt,
    /// Stop until `fg`.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// Go on with a saved investigation.
    Open(PathBuf),
    /// Investigate the keys of the text.
    Investigate(Box<Notice>),
}

/// The state of the start screen.
#[derive(Debug)]
pub struct Start {
    input: Input,
    notice: Notice,
    recent: Vec<Recent>,
    list: Scroll,
    complaint: Vec<String>,
    theme: Theme,
    pub(super) picture: Picture,
    zone: Zone,
}

impl Start {
    /// The screen with these investigations, the newest first.
    pub fn new(recent: Vec<Recent>, preferences: &Preferences) -> Self {
        preferences.theme.tell_terminal();
        Self {
            input: Input::default(),
            notice: Notice::default(),
            recent,
            list: Scroll::default(),
            complaint: Vec::new(),
            picture: Picture::of(preferences),
            theme: preferences.theme.theme(),
            zone: preferences.zone,
        }
    }

    /// Says what went wrong and what to do about it, until the next key.
    pub fn complain(&mut self, said: &str) {
        self.complaint = said.lines().map(str::to_owned).collect();
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) -> Option<Wanted> {
        self.complaint.clear();
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            match key.code {
                KeyCode::Char('c') => return Some(Wanted::Interrupt),
                KeyCode::Char('z') => return Some(Wanted::Suspend),
                KeyCode::Char('l') => return Some(Wanted::Redraw),
                _ => {}
            }
        }
        match key.code {
            KeyCode::Enter => return self.accept(),
            KeyCode::Esc | KeyCode::Char('q') if self.is_empty() => return Some(Wanted::Leave),
            KeyCode::Esc => self.put(Input::default()),
            KeyCode::Up if self.is_empty() => self.list.go(Move::Up, self.recent.len()),
            KeyCode::Down if self.is_empty() => self.list.go(Move::Down, self.recent.len()),
            _ => {
                let change = self.input.handle_event(&Event::Key(key));
                if change.is_some_and(|change| change.value) {
                    self.understand();
                }
            }
        }
        None
    }

    /// Takes pasted text, however many lines it has, where the cursor stands.
    pub fn paste(&mut self, text: &str) {
        self.complaint.clear();
        // Terminals send the ends of lines as the Enter key does.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let value = self.input.value();
        let at = value
            .char_indices()
            .nth(self.input.cursor())
            .map_or(value.len(), |(at, _)| at);
        // One byte more than is read, so that it can be said that the rest was left out.
        let room = (notice::LONGEST + 1).saturating_sub(value.len());
        let text = &text[..text.floor_char_boundary(room)];
        let cursor = self.input.cursor() + text.chars().count();
        let whole = format!("{}{text}{}", &value[..at], &value[at..]);
        self.put(Input::new(whole).with_cursor(cursor));
    }

    fn accept(&mut self) -> Option<Wanted> {
        if self.is_empty() {
            let chosen = self.recent.get(self.list.at())?;
            return Some(Wanted::Open(chosen.path.clone()));
        }
        if self.notice.keys().next().is_none() {
            let said = "There is no whole key id in it yet: type or paste it too (AKIA or ASIA and 16 more characters)";
            self.complain(said);
            return None;
        }
        Some(Wanted::Investigate(Box::new(self.notice.clone())))
    }

    fn put(&mut self, input: Input) {
        self.input = input;
        self.understand();
    }

    fn understand(&mut self) {
        self.notice = notice::parse(self.input.value());
    }

    fn is_empty(&self) -> bool {
        self.input.value().is_empty()
    }
}
