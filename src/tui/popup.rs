//! What can lie over a screen: a record, the help, a choice, a question, a text field.

use std::cell::Cell;

use tui_input::{Input, InputRequest};

use super::Exit;
use super::change::{Offers, Outcome, Proposal};
use super::explain::Explanation;
use super::keys::Context;
use super::palette::Palette;
use super::paste::{Asked, PasteBox};
use super::widgets::scroll::Scroll;
use crate::account::change::NewKey;
use crate::investigation::fact::ItemState;

/// Something over the screen. It takes all keys but the few that work everywhere.
#[derive(Debug)]
pub(super) enum Popup {
    Help(Help),
    Palette(Box<Palette>),
    Record(Box<Record>),
    /// The findings; which of them is selected.
    Findings(Scroll),
    Explanation(Box<Explanation>),
    Menu(Menu),
    Question(Question),
    Field(Field),
    /// The outputs that an item asks for.
    Asked(Asked),
    /// An output being pasted.
    Paste(Box<PasteBox>),
    /// What can be done about a node.
    Offers(Offers),
    /// A change, to be confirmed or copied.
    Proposal(Box<Proposal>),
    /// What became of a change.
    Outcome(Outcome),
    /// A key that was made, with its secret. It is here only, and gone when this is closed.
    NewKey(NewKey),
}

impl Popup {
    /// Where one is while it is open.
    pub(super) fn contexts(&self) -> &'static [Context] {
        match self {
            Self::Help(_) => &[Context::InHelp, Context::Moving, Context::Always],
            Self::Palette(_) => &[Context::InPalette, Context::Always],
            Self::Record(_) | Self::Outcome(_) => &[Context::InRecord, Context::Moving, Context::Always],
            Self::Findings(_) => &[Context::InFindings, Context::Moving, Context::Always],
            Self::Explanation(_) => &[Context::InExplanation, Context::Moving, Context::Always],
            Self::Menu(_) | Self::Offers(_) | Self::Asked(_) => &[Context::InMenu, Context::Moving, Context::Always],
            Self::Question(_) => &[Context::InQuestion, Context::Always],
            Self::Field(_) => &[Context::InField, Context::Always],
            Self::Paste(_) => &[Context::InPaste, Context::Always],
            Self::Proposal(proposal) if proposal.is_read_only() => {
                &[Context::InCommands, Context::Moving, Context::Always]
            }
            Self::Proposal(_) => &[Context::InChange, Context::Always],
            Self::NewKey(_) => &[Context::InSecret, Context::Always],
        }
    }

    /// The list in it, if it has one to choose from.
    pub(super) fn list(&self) -> Option<&Scroll> {
        match self {
            Self::Findings(scroll) => Some(scroll),
            Self::Menu(menu) => Some(&menu.scroll),
            Self::Asked(asked) => Some(&asked.scroll),
            Self::Offers(offers) => Some(&offers.scroll),
            _ => None,
        }
    }
}

/// The help, searchable.
#[derive(Debug, Default)]
pub(super) struct Help {
    pub(super) search: String,
    pub(super) scroll: Scroll,
}

/// One CloudTrail record.
#[derive(Debug)]
pub(super) struct Record {
    /// `iam:CreateUser · 2026-01-31 23:59:59 UTC`
    pub(super) title: String,
    /// Label and value: where it came from, its hashes.
    pub(super) origin: Vec<(&'static str, String)>,
    /// The JSON, line by line, safe to draw.
    pub(super) json: Vec<String>,
    /// How wide it was drawn.
    pub(super) width: Cell<usize>,
    pub(super) scroll: Scroll,
}

/// The states an item can be put into.
#[derive(Debug)]
pub(super) struct Menu {
    pub(super) item: String,
    pub(super) scroll: Scroll,
}

impl Menu {
    /// Stands on the state an item is most likely put into next.
    pub(super) fn new(item: String, now: ItemState) -> Self {
        let likely = match now {
            ItemState::Open => 1,
            ItemState::InProgress | ItemState::Blocked => 2,
            ItemState::Done | ItemState::NotApplicable => 0,
        };
        let scroll = Scroll::default();
        scroll.select(likely);
        Self { item, scroll }
    }
}

/// Something that must not happen by accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Leave while reading is going on.
    Quit(Exit),
    /// Stop the reading.
    Cancel,
}

/// How a time may be typed.
pub(super) const TIME_FORMS: &str = "2026-01-31 14:05, 2026-01-31 or 14:05:30";

/// What a text is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    SearchTree,
    FilterEvents,
    SearchEvents,
    SearchList,
    SearchHelp,
    JumpToTime,
    /// The folder that evidence is written to.
    Export,
    /// A note, and the state that goes with it.
    Note {
        item: String,
        state: ItemState,
    },
}

impl Purpose {
    /// Whether it is typed in the line at the bottom, where it hides nothing.
    pub(super) fn is_prompt(&self) -> bool {
        self.is_live() || matches!(self, Self::SearchEvents | Self::SearchList)
    }

    /// Whether the text is used while it is typed.
    pub(super) fn is_live(&self) -> bool {
        matches!(self, Self::SearchTree | Self::FilterEvents | Self::SearchHelp)
    }
}

/// A text being typed.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) purpose: Purpose,
    pub(super) input: Input,
    /// What stood there before, for Esc.
    pub(super) before: String,
    /// Why it was not accepted.
    pub(super) complaint: Option<String>,
    /// What the text may become, the likeliest first.
    pub(super) suggestions: Vec<String>,
}

impl Field {
    pub(super) fn new(purpose: Purpose, before: &str) -> Self {
        Self {
            purpose,
            input: Input::new(before.to_owned()),
            before: before.to_owned(),
            complaint: None,
            suggestions: Vec::new(),
        }
    }
}

/// Takes pasted text into a field. Line breaks become blanks: a field is one line.
pub(super) fn paste(input: &mut Input, text: &str) {
    for c in text.chars() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if !c.is_control() {
            input.handle(InputRequest::InsertChar(c));
        }
    }
}
