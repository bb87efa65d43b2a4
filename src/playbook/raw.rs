//! A playbook as its file says it, before names, templates and expressions are checked.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use super::checks::Check;
use super::collection::ForEach;
use super::console::Page;
use super::exhibit::Exhibit;
use super::format::TimeBox;
use super::treat::Treat;
use crate::investigation::change::ChangeKind;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPlaybook {
    #[serde(rename = "format")]
    _format: String,
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) extends: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) leave_out: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) references: BTreeMap<String, String>,
    #[serde(rename = "step", default)]
    pub(super) steps: Vec<RawStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    pub(super) number: Spanned<u32>,
    pub(super) title: String,
    pub(super) intro: String,
    #[serde(rename = "item", default)]
    pub(super) items: Vec<RawItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawItem {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    pub(super) why: String,
    #[serde(default)]
    pub(super) decide: String,
    #[serde(default)]
    pub(super) watch_out: String,
    pub(super) time_box: TimeBox,
    pub(super) when: Option<Spanned<String>>,
    pub(super) otherwise: Option<Spanned<String>>,
    pub(super) for_each: Option<ForEach>,
    pub(super) check: Option<Spanned<RawCheck>>,
    #[serde(default)]
    pub(super) by_hand: String,
    pub(super) shows: Option<Exhibit>,
    #[serde(default)]
    pub(super) evidence: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) console: Vec<Page>,
    #[serde(default)]
    pub(super) acts: Vec<Spanned<ChangeKind>>,
    #[serde(default)]
    pub(super) commands: Vec<Spanned<RawCommand>>,
    #[serde(default)]
    pub(super) paste: Vec<RawPaste>,
    #[serde(default)]
    pub(super) references: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPaste {
    pub(super) run: Spanned<String>,
    pub(super) for_each: Option<ForEach>,
    pub(super) done_if: Spanned<String>,
    pub(super) about: Option<Spanned<String>>,
    pub(super) yes: String,
    pub(super) no: String,
    #[serde(default)]
    pub(super) part: bool,
}

/// A text, or a table where there is more to say. By hand, because serde's untagged enums forget where in the file a value
/// stands.
trait TextOrTable<'de>: Sized {
    const EXPECTED: &'static str;
    type Table: Deserialize<'de>;
    fn of_text<E: de::Error>(text: &str) -> Result<Self, E>;
    fn of_table(table: Self::Table) -> Self;
}

struct Visitor<T>(std::marker::PhantomData<T>);

impl<'de, T: TextOrTable<'de>> de::Visitor<'de> for Visitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::of_text(text)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::Table::deserialize(de::value::MapAccessDeserializer::new(map)).map(T::of_table)
    }
}

fn text_or_table<'de, T: TextOrTable<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Visitor(std::marker::PhantomData))
}

pub(super) struct RawCommand {
    pub(super) run: Option<String>,
    pub(super) treat: Option<Treat>,
    pub(super) for_each: Option<ForEach>,
    pub(super) note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommandTable {
    run: Option<String>,
    treat: Option<Treat>,
    for_each: Option<ForEach>,
    #[serde(default)]
    note: String,
}

impl TextOrTable<'_> for RawCommand {
    const EXPECTED: &'static str = "a command line, or a table with `run` or `treat`, `for_each` and `note`";
    type Table = CommandTable;

    fn of_text<E: de::Error>(run: &str) -> Result<Self, E> {
        Ok(Self {
            run: Some(run.to_owned()),
            treat: None,
            for_each: None,
            note: String::new(),
        })
    }

    fn of_table(table: CommandTable) -> Self {
        Self {
            run: table.run,
            treat: table.treat,
            for_each: table.for_each,
            note: table.note,
        }
    }
}

impl<'de> Deserialize<'de> for RawCommand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_table(deserializer)
    }
}

#[derive(Clone, Copy)]
pub(super) struct RawCheck {
    pub(super) is: Check,
    pub(super) for_each: Option<ForEach>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckTable {
    is: Check,
    for_each: Option<ForEach>,
}

impl TextOrTable<'_> for RawCheck {
    const EXPECTED: &'static str = "the name of a check, or a table with `is` and `for_each`";
    type Table = CheckTable;

    fn of_text<E: de::Error>(name: &str) -> Result<Self, E> {
        let is = Check::deserialize(de::value::StrDeserializer::new(name))?;
        Ok(Self { is, for_each: None })
    }

    fn of_table(table: CheckTable) -> Self {
        Self {
            is: table.is,
            for_each: table.for_each,
        }
    }
}

impl<'de> Deserialize<'de> for RawCheck {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_table(deserializer)
    }
}
