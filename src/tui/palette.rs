//! The palette: every action of the place one is in, by name, with its key.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};
use tui_input::Input;

use super::action::Action;
use super::app::App;
use super::keys;
use super::widgets::scroll::Scroll;

/// An action that can be chosen.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) action: Action,
    /// Its keys, as they stand in the help.
    pub(super) keys: String,
    /// Whether it can be done right now.
    pub(super) is_live: bool,
}

/// The palette.
#[derive(Debug)]
pub(super) struct Palette {
    pub(super) input: Input,
    /// Every action, in the order of the help.
    pub(super) entries: Vec<Entry>,
    /// Those that fit what is typed, the best first.
    pub(super) shown: Vec<usize>,
    pub(super) scroll: Scroll,
}

impl Palette {
    /// What can be done where one is.
    pub(super) fn of(app: &App) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for binding in keys::bindings(app) {
            let is_live = (binding.enabled)(app);
            match entries.iter_mut().find(|entry| entry.action == binding.action) {
                Some(known) => known.is_live |= is_live,
                None if binding.action == Action::Palette => {}
                None => entries.push(Entry {
                    action: binding.action,
                    keys: binding
                        .keys
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                        .join(" "),
                    is_live,
                }),
            }
        }
        let mut palette = Self {
            input: Input::default(),
            entries,
            shown: Vec::new(),
            scroll: Scroll::default(),
        };
        palette.choose();
        palette
    }

    /// Looks what fits: letters in this order, whatever is between them. What can be done goes first.
    pub(super) fn choose(&mut self) {
        let typed = self.input.value();
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        let words = typed.to_lowercase();
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut score = |entry: &Entry| {
            let mut of = |text: &str| pattern.score(nucleo_matcher::Utf32Str::new(text, &mut letters), &mut matcher);
            // The name goes before the sentence, in which words have to stand as they are typed. Nobody is to leave because
            // of a sentence.
            let leaves = matches!(
                entry.action,
                Action::Quit | Action::QuitShown | Action::Interrupt | Action::Suspend
            );
            let about = entry.action.about().to_lowercase();
            let is_said = !leaves && about.contains(words.trim());
            of(entry.action.label())
                .map(|score| score + 1000)
                .or(is_said.then_some(0))
        };
        let scored = self
            .entries
            .iter()
            .enumerate()
            .filter_map(|(at, entry)| Some((at, score(entry)?)));
        let mut scored: Vec<(usize, u32)> = scored.collect();
        scored.sort_by_key(|(at, score)| (!self.entries[*at].is_live, std::cmp::Reverse(*score), *at));
        self.shown = scored.into_iter().map(|(at, _)| at).collect();
        self.scroll.select(0);
    }

    /// The selected action.
    pub(super) fn selected(&self) -> Option<&Entry> {
        self.entries.get(*self.shown.get(self.scroll.at())?)
    }
}
