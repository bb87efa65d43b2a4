//! What a playbook holds.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::checks::Check;
use super::collection::ForEach;
use super::console::Page;
use super::deeds::CallName;
use super::exhibit::Exhibit;
use super::treat::Treat;
use crate::investigation::change::ChangeKind;

/// A checklist: steps with items, as read from a playbook file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playbook {
    /// Its name for `--playbook`; letters, digits and dashes.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// When to use it.
    pub description: String,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What the tags of references stand for.
    pub references: BTreeMap<String, String>,
}

impl Playbook {
    /// All items of all steps, in order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.steps.iter().flat_map(|step| &step.items)
    }
}

/// One step of a playbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its number on screens.
    pub number: u32,
    /// What it is about.
    pub title: String,
    /// What to know before beginning it.
    pub intro: String,
    /// The items, in order.
    pub items: Vec<Item>,
}

/// One thing to do, decide or look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// Its lasting id, such as `S1-05`: ticks are stored under it.
    pub id: String,
    /// What to do.
    pub title: String,
    /// Why it is there.
    pub why: String,
    /// What the responder has to decide; may be empty.
    pub decide: String,
    /// What can go wrong; may be empty.
    pub watch_out: String,
    /// By when.
    pub time_box: TimeBox,
    /// Whether it applies; `None` for always.
    pub when: Option<Condition>,
    /// The names of the chain it is about.
    pub for_each: Option<ForEach>,
    /// How it becomes true by itself.
    pub check: Option<CheckFor>,
    /// Why nothing but a person can settle it; empty where a check can.
    pub by_hand: String,
    /// What of the investigation is shown beside it.
    pub shows: Option<Exhibit>,
    /// The calls it is about: those of the chain are shown beside it, and one after it was ticked contradicts the tick.
    pub evidence: Vec<CallName>,
    /// Pages of the AWS console.
    pub console: Vec<Page>,
    /// What keytrail itself can do of it, for the names it is about.
    pub acts: Vec<ChangeKind>,
    /// The commands that go with it.
    pub commands: Vec<CommandTemplate>,
    /// The commands whose output, pasted, tells whether it is done.
    pub paste: Vec<PasteTemplate>,
    /// Where it comes from, in words.
    pub references: Vec<String>,
}

/// Whether an item applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// An expression over the names of [`CONDITIONS`](super::CONDITIONS) and the collections.
    pub expression: String,
    /// Why it does not apply where that is false.
    pub otherwise: String,
}

/// A check, and what it is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckFor {
    /// The check.
    pub check: Check,
    /// The names of the chain it looks at one by one; `None` where it looks at the investigation as a whole.
    pub for_each: Option<ForEach>,
}

/// A command line with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandTemplate {
    /// The line; `{{ user }}` stands for a name of the chain. Empty where the commands are those of each resource.
    pub run: String,
    /// Instead of a line: the commands that the catalogue has for each resource.
    pub treat: Option<Treat>,
    /// The names it is repeated for; `None` prints it once.
    pub for_each: Option<ForEach>,
    /// What to know before it is run: when, or instead of what; may be empty.
    pub note: String,
}

/// A command that only reads, and what its output must show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasteTemplate {
    /// The line, as in [`CommandTemplate`].
    pub run: String,
    /// The names it is repeated for; `None` for once.
    pub for_each: Option<ForEach>,
    /// A condition over the output, in JMESPath: true when it is done.
    pub done_if: String,
    /// What in the output must be the name that it is pasted for, in JMESPath.
    pub about: Option<String>,
    /// The words for true.
    pub yes: String,
    /// The words for false.
    pub no: String,
    /// Whether it shows only a part of what the item asks for: it cannot prove the item then.
    pub part: bool,
}

/// By when an item wants to be done, counted from the start of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
pub enum TimeBox {
    /// Within 30 minutes.
    #[serde(rename = "30 min")]
    HalfHour,
    /// Within two hours.
    #[serde(rename = "2 h")]
    TwoHours,
    /// Within four hours: containment is complete.
    #[serde(rename = "4 h")]
    FourHours,
    /// On the next business day.
    #[serde(rename = "next business day")]
    NextBusinessDay,
    /// Without a deadline.
    #[default]
    #[serde(rename = "later")]
    Later,
}

impl TimeBox {
    /// All of them, the first to be over first.
    pub const ALL: [Self; 5] = [
        Self::HalfHour,
        Self::TwoHours,
        Self::FourHours,
        Self::NextBusinessDay,
        Self::Later,
    ];

    /// The words in playbooks, on screens and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HalfHour => "30 min",
            Self::TwoHours => "2 h",
            Self::FourHours => "4 h",
            Self::NextBusinessDay => "next business day",
            Self::Later => "later",
        }
    }
}
