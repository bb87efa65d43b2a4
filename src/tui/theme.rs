//! The roles that text plays on screen, and how each looks.
//!
//! Only the terminal's own colours: its default foreground and background and the 16 ANSI names, so a light and a dark
//! background both work without asking the terminal. Colour never carries a meaning alone; a word or a sign goes with it.

use ratatui::style::{Color, Modifier, Style};

use crate::investigation::Verdict;
use crate::investigation::triage::Standing;
use crate::playbook::State;

/// Which theme is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    /// The terminal's own colours.
    #[default]
    Colour,
    /// No colours: bold, reverse and the like.
    Monochrome,
}

impl ThemeName {
    pub(super) fn theme(self) -> Theme {
        match self {
            Self::Colour => Theme::colour(),
            Self::Monochrome => Theme::monochrome(),
        }
    }

    /// Colours that were asked for in so many words go before `NO_COLOR`, which crossterm reads by itself.
    pub(super) fn tell_terminal(self) {
        if self == Self::Colour {
            crossterm::style::force_color_output(true);
        }
    }
}

/// How each role looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Theme {
    /// What stands back: labels, lines of the tree, separators.
    pub dim: Style,
    /// What is to be read first in its place: names, totals.
    pub strong: Style,
    /// Titles, keys to press, the pane that has the focus.
    pub accent: Style,
    /// The selected row of the pane that has the focus.
    pub selected: Style,
    /// The selected row of another pane.
    pub marked: Style,
    /// Good: done, expected, read.
    pub ok: Style,
    /// To be looked at: inferred, changed, partly read.
    pub notice: Style,
    /// Bad: malicious, failed, critical.
    pub danger: Style,
    /// A small label on its own ground.
    pub badge: Style,
    /// A place where a search matched.
    pub hit: Style,
}

impl Theme {
    /// Colours by their ANSI names.
    ///
    /// Magenta, not yellow, for what is to be looked at: yellow cannot be read on a light background.
    pub(super) fn colour() -> Self {
        let plain = Style::new();
        Self {
            dim: plain.add_modifier(Modifier::DIM),
            strong: plain.add_modifier(Modifier::BOLD),
            accent: plain.fg(Color::Cyan),
            selected: Style::reset().add_modifier(Modifier::REVERSED),
            marked: plain.add_modifier(Modifier::BOLD),
            ok: plain.fg(Color::Green),
            notice: plain.fg(Color::Magenta),
            danger: plain.fg(Color::Red).add_modifier(Modifier::BOLD),
            badge: plain
                .fg(Color::Green)
                .add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
            hit: plain.add_modifier(Modifier::UNDERLINED.union(Modifier::BOLD)),
        }
    }

    /// Modifiers only, for `NO_COLOR` and for terminals without colours.
    ///
    /// crossterm writes a full reset for every colour under `NO_COLOR`, which also ends reverse and bold; a theme
    /// without colours never asks for one.
    pub(super) fn monochrome() -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        Self {
            accent: bold,
            ok: plain,
            notice: plain.add_modifier(Modifier::UNDERLINED),
            danger: bold,
            badge: plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
            selected: plain
                .add_modifier(Modifier::REVERSED)
                .remove_modifier(Modifier::DIM.union(Modifier::UNDERLINED)),
            ..Self::colour()
        }
    }

    /// The look of a verdict.
    pub(super) fn verdict(&self, verdict: Verdict) -> Style {
        match verdict {
            Verdict::Unknown => self.dim,
            Verdict::Malicious => self.danger,
            Verdict::Expected => self.ok,
        }
    }

    /// The sign and the look of what is thought of an actor. What is inferred has a sign of its own.
    pub(super) fn standing(&self, standing: Standing<'_>) -> (&'static str, Style) {
        match standing {
            Standing::Judged(verdict) => (verdict_sign(verdict), self.verdict(verdict)),
            Standing::Named(_) => (verdict_sign(Verdict::Malicious), self.danger),
            Standing::Own => ("=", self.ok),
            Standing::Foreign(_) => ("?", self.danger),
            Standing::Unusual(_) => ("?", self.notice),
            Standing::Application(_) => ("~", self.ok),
            Standing::Open => (" ", self.dim),
        }
    }

    /// The look of a checklist item's state.
    pub(super) fn item_state(&self, state: State) -> Style {
        match state {
            State::Open => Style::new(),
            State::InProgress => self.accent,
            State::DoneByHand | State::Proved | State::NothingFound => self.ok,
            State::Blocked | State::Contradicted => self.danger,
            State::NotApplicable => self.dim,
        }
    }

    /// The look of a severity word of the catalogue.
    pub(super) fn severity(&self, word: &str) -> Style {
        match word {
            "critical" => self.danger,
            "high" => self.notice,
            _ => self.dim,
        }
    }
}

/// The sign that goes with a verdict, for those who do not see the colour.
pub(super) fn verdict_sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Unknown => "?",
        Verdict::Malicious => "!",
        Verdict::Expected => "+",
    }
}

/// The sign that goes with an item's state.
pub(super) fn item_sign(state: State) -> &'static str {
    match state {
        State::Open => "[ ]",
        State::InProgress => "[~]",
        State::DoneByHand => "[x]",
        State::Proved => "[+]",
        State::NothingFound => "[0]",
        State::Blocked => "[!]",
        State::NotApplicable => "[-]",
        State::Contradicted => "[?]",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styles(theme: &Theme) -> [Style; 10] {
        let Theme {
            dim,
            strong,
            accent,
            selected,
            marked,
            ok,
            notice,
            danger,
            badge,
            hit,
        } = *theme;
        [dim, strong, accent, selected, marked, ok, notice, danger, badge, hit]
    }

    #[test]
    fn the_monochrome_theme_never_asks_for_a_colour() {
        for style in styles(&Theme::monochrome()) {
            assert_eq!((style.fg, style.bg), (None, None), "{style:?}");
        }
    }

    #[test]
    fn colours_are_the_terminals_own() {
        for style in styles(&Theme::colour()) {
            for colour in [style.fg, style.bg].into_iter().flatten() {
                assert!(!matches!(colour, Color::Rgb(..) | Color::Indexed(_)), "{style:?}");
            }
        }
    }
}
