//! What a playbook holds.

use std::fmt;

use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its lasting id, such as `S1-05`: ticks are stored under it.
    pub id: String,
    /// What to do.
    pub title: String,
    /// Why, and what to watch out for.
    pub why: String,
    /// By when.
    pub time_box: TimeBox,
    /// The commands that go with it.
    pub commands: Vec<CommandTemplate>,
}

/// A command line with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandTemplate {
    /// The line; `{{ user }}` stands for a name of the chain.
    pub run: String,
    /// The names it is repeated for; `None` prints it once.
    pub for_each: Option<ForEach>,
    /// What to know before it is run: when, or instead of what; may be empty.
    pub note: String,
}

/// By when an item wants to be done, counted from the start of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
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
    #[serde(rename = "later")]
    Later,
}

impl TimeBox {
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

/// The names of the chain a command is repeated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForEach {
    /// The users that own the seeds.
    SeedUser,
    /// The users the chain made.
    CreatedUser,
    /// Every user of the chain: owners of seeds, made and changed ones.
    User,
    /// The long-term keys the investigation started from.
    SeedKey,
    /// Every long-term key of the chain, seeds included.
    AccessKey,
    /// Every temporary key of the chain.
    Session,
    /// Every console password the chain made or set anew.
    LoginProfile,
    /// The roles the chain made.
    CreatedRole,
    /// Every role of the chain: made, changed and assumed ones.
    Role,
    /// Every MFA device the chain made or enabled.
    MfaDevice,
    /// Every service-specific credential the chain made.
    ServiceCredential,
    /// Every SSH key the chain uploaded.
    SshKey,
    /// Every signing certificate the chain uploaded.
    SigningCertificate,
    /// Every instance the chain started.
    Instance,
    /// Every function the chain made or changed.
    Function,
    /// Every trail the chain stopped, changed or deleted.
    Trail,
    /// Every region the chain was active in.
    Region,
}

/// A playbook as its file says it, before names and templates are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPlaybook {
    #[serde(rename = "format")]
    _format: String,
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    pub(super) description: String,
    #[serde(rename = "step")]
    pub(super) steps: Vec<RawStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    pub(super) number: Spanned<u32>,
    pub(super) title: String,
    pub(super) intro: String,
    #[serde(rename = "item")]
    pub(super) items: Vec<RawItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawItem {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    pub(super) why: String,
    pub(super) time_box: TimeBox,
    pub(super) for_each: Option<ForEach>,
    #[serde(default)]
    pub(super) commands: Vec<Spanned<RawCommand>>,
}

/// A command: a text, or a table where it has a note or is repeated for other names than its item.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandTable {
    run: String,
    for_each: Option<ForEach>,
    #[serde(default)]
    note: String,
}

pub(super) struct RawCommand {
    pub(super) run: String,
    pub(super) for_each: Option<ForEach>,
    pub(super) note: String,
}

// By hand, because serde's untagged enums forget where in the file a value stands.
impl<'de> Deserialize<'de> for RawCommand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrTable;

        impl<'de> de::Visitor<'de> for TextOrTable {
            type Value = RawCommand;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a command line, or a table with `run`, `for_each` and `note`")
            }

            fn visit_str<E: de::Error>(self, run: &str) -> Result<RawCommand, E> {
                Ok(RawCommand {
                    run: run.to_owned(),
                    for_each: None,
                    note: String::new(),
                })
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<RawCommand, A::Error> {
                let table = CommandTable::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(RawCommand {
                    run: table.run,
                    for_each: table.for_each,
                    note: table.note,
                })
            }
        }

        deserializer.deserialize_any(TextOrTable)
    }
}
