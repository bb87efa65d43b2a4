//! What is remembered while a node is acted on: the choice, the change to be confirmed, what became of it.

use tui_input::Input;

use super::widgets::scroll::Scroll;
use crate::investigation::change::{ANYWAY, Change, Holder, Plan};

/// What can be done about a node.
#[derive(Debug)]
pub(super) struct Offers {
    /// The node, in words.
    pub(super) title: String,
    pub(super) list: Vec<Offer>,
    pub(super) scroll: Scroll,
}

/// One thing that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Offer {
    Change(Change),
    /// Keep evidence of the account, and of whom the node is about.
    Evidence(Option<Holder>),
}

impl Offer {
    /// What it does, as a request.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Change(change) => change.title(),
            Self::Evidence(None) => "Save evidence of the account".to_owned(),
            Self::Evidence(Some(holder)) => format!("Save evidence of the account and of {}", holder.words()),
        }
    }
}

/// How far a proposal has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It is shown to be copied.
    ReadOnly,
    /// The name has to be typed.
    Name,
    /// What stands against it has to be confirmed.
    Doubts,
}

/// A change, to be confirmed or copied.
#[derive(Debug)]
pub(super) struct Proposal {
    pub(super) plan: Plan,
    /// The calls as lines for a shell.
    pub(super) commands: Vec<String>,
    /// What the responder must know of how this was made: from the records alone, what evidence there is.
    pub(super) notes: Vec<String>,
    pub(super) stage: Stage,
    pub(super) input: Input,
    /// Why what was typed is not it.
    pub(super) complaint: Option<String>,
    pub(super) scroll: Scroll,
}

impl Proposal {
    pub(super) fn is_read_only(&self) -> bool {
        self.stage == Stage::ReadOnly
    }

    /// What has to be typed now.
    pub(super) fn wanted(&self) -> &str {
        match self.stage {
            Stage::Doubts => ANYWAY,
            Stage::Name | Stage::ReadOnly => &self.plan.name,
        }
    }
}

/// What became of a change.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Its number.
    pub(super) id: u64,
    pub(super) scroll: Scroll,
}
