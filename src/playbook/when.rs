//! Conditions: whether an item applies, as an expression over what is known.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Environment, UndefinedBehavior, Value};

use super::collection::ForEach;
use super::format::Condition;
use super::subject::Names;
use crate::cloudtrail::ids;
use crate::investigation::account::Reply;
use crate::investigation::coverage::HistoryState;
use crate::investigation::{Investigation, Link};

/// What a condition may name besides the collections, and what it stands for.
pub const CONDITIONS: [(&str, &str); 11] = [
    ("long_term_key", "a seed is a long-term key (AKIA)"),
    ("temporary_key", "a seed is a temporary key (ASIA)"),
    ("root_key", "a seed belongs to the root user"),
    (
        "ses_user",
        "the owner of a seed can only send mail (SES), as its policies' names tell",
    ),
    ("foreign_key", "a seed belongs to another account than the responder's"),
    (
        "responder_denied",
        "AWS denied the responder something that was asked for",
    ),
    ("notice", "the investigation began with a notice"),
    ("support_case", "the notice names a support case"),
    ("unread", "something that should have been read was not"),
    ("seen", "how many calls of the item's evidence the chain made"),
    ("tried", "the same, with those that failed"),
];

/// What only the records tell: while they are not read whole, its absence says nothing.
const FROM_RECORDS: [&str; 2] = ["seen", "tried"];

/// What is known, by the names of conditions.
#[derive(Debug)]
pub(super) struct Situation {
    values: BTreeMap<&'static str, Value>,
    /// Whether everything was read that was asked for.
    is_read: bool,
}

/// What a condition comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Applies {
    Yes,
    No,
    /// As far as was read it does not, but not everything was read.
    NotSoFar,
}

impl Situation {
    pub(super) fn of(investigation: &Investigation, names: &Names) -> Self {
        let mut values: BTreeMap<&'static str, Value> = BTreeMap::new();
        for (each, word) in ForEach::ALL {
            let count = names.subjects.iter().filter(|subject| each.takes(subject)).count();
            values.insert(word, Value::from(count));
        }
        let notice = investigation.notice();
        let seeds = investigation.seeds();
        for (name, holds) in [
            ("long_term_key", seeds.iter().any(|key| !ids::is_temporary(key))),
            ("temporary_key", seeds.iter().any(|key| ids::is_temporary(key))),
            ("root_key", is_root_key(investigation)),
            ("ses_user", is_ses_user(investigation)),
            ("foreign_key", is_foreign_key(investigation)),
            ("responder_denied", is_responder_denied(investigation)),
            ("notice", notice.is_some()),
            ("support_case", notice.is_some_and(|notice| notice.case_id.is_some())),
            ("unread", investigation.coverage().is_partial()),
        ] {
            values.insert(name, Value::from(holds));
        }
        Self {
            values,
            is_read: investigation.is_read(),
        }
    }
}

/// Whether a seed belongs to the root user: its calls, AWS or the notice say so.
pub(super) fn is_root_key(investigation: &Investigation) -> bool {
    let mut seeds = investigation
        .chain()
        .nodes
        .iter()
        .filter(|node| node.link == Link::Seed);
    let by_calls = seeds.any(|seed| seed.owner.as_deref().is_some_and(|owner| owner.ends_with(":root")));
    let caller = investigation.account_seen().and_then(|(_, seen)| seen.caller.known());
    let by_use = caller.is_some_and(|caller| {
        let signs = caller
            .key
            .as_ref()
            .is_some_and(|key| investigation.seeds().contains(key));
        signs && caller.arn.ends_with(":root")
    });
    let root = ["root", "<root>", "<root_account>", "root user"];
    let mut named = investigation.notice().into_iter().flat_map(|notice| &notice.mentions);
    let by_notice = named.any(|mention| {
        let user = mention.user.as_deref().map(str::trim).unwrap_or_default();
        root.contains(&user.to_lowercase().as_str()) || user.ends_with(":root")
    });
    by_calls || by_use || by_notice
}

/// Whether the owner of a seed can do nothing but send mail, as far as the names of its policies tell.
pub(super) fn is_ses_user(investigation: &Investigation) -> bool {
    let seen = investigation
        .account_seen()
        .into_iter()
        .flat_map(|(_, seen)| &seen.keys);
    let mut users = seen.filter_map(|key| key.user.as_ref());
    users.any(crate::investigation::account::UserSeen::is_ses_only)
}

fn is_foreign_key(investigation: &Investigation) -> bool {
    let Some((_, seen)) = investigation.account_seen() else {
        return false;
    };
    let own = seen.caller.known().map(|caller| &caller.account);
    let mut accounts = seen.keys.iter().filter_map(|key| key.account.known());
    accounts.any(|account| account.told_by_aws && own.is_some_and(|own| own != &account.id))
}

fn is_responder_denied(investigation: &Investigation) -> bool {
    let mut regions = investigation.coverage().history().values();
    let of_events = regions.any(|region| region.state() == HistoryState::Denied);
    let of_account = investigation.account_seen().is_some_and(|(_, seen)| {
        let mut keys = seen.keys.iter();
        matches!(seen.caller, Reply::Denied(_))
            || keys.any(|key| matches!(key.account, Reply::Denied(_)) || matches!(key.last_use, Some(Reply::Denied(_))))
    });
    of_events || of_account
}

/// Evaluates conditions. Holds the engine, so that one is built for many.
pub(super) struct Judge(Environment<'static>);

impl Judge {
    pub(super) fn new() -> Self {
        // Empty: comparisons, `and`, `or` and `not` belong to the language; of its functions none is needed.
        let mut engine = Environment::empty();
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        Self(engine)
    }

    /// What is wrong with an expression: byte offset and message.
    pub(super) fn mistakes(&self, expression: &str) -> Vec<(usize, String)> {
        let compiled = match self.0.compile_expression(expression) {
            Ok(compiled) => compiled,
            Err(error) => return vec![(0, format!("this condition cannot be read: {}", reason(&error)))],
        };
        let known = |name: &str| names().any(|known| known == name);
        let unknown: Vec<String> = compiled
            .undeclared_variables(false)
            .into_iter()
            .filter(|n| !known(n))
            .collect();
        let mut mistakes: Vec<(usize, String)> = unknown
            .iter()
            .map(|name| (word_at(expression, name), unknown_condition(name)))
            .collect();
        // What only shows when it is evaluated, such as an unknown filter.
        let sample: BTreeMap<&str, Value> = names().map(|name| (name, Value::from(0))).collect();
        if mistakes.is_empty()
            && let Err(error) = compiled.eval(sample)
        {
            mistakes.push((0, format!("this condition cannot be evaluated: {}", reason(&error))));
        }
        mistakes.sort();
        mistakes
    }

    /// Whether an item applies, whose evidence the chain called so often.
    pub(super) fn applies(&self, condition: &Condition, situation: &Situation, seen: u64, tried: u64) -> Applies {
        // Only a condition that was never checked can fail; then the item is shown.
        let Ok(compiled) = self.0.compile_expression(&condition.expression) else {
            return Applies::Yes;
        };
        let mut values = situation.values.clone();
        values.insert("seen", Value::from(seen));
        values.insert("tried", Value::from(tried));
        if compiled.eval(values).map_or(true, |value| value.is_true()) {
            return Applies::Yes;
        }
        let by_records =
            |name: &str| FROM_RECORDS.contains(&name) || ForEach::ALL.iter().any(|(_, word)| *word == name);
        let used: BTreeSet<String> = compiled.undeclared_variables(false).into_iter().collect();
        if !situation.is_read && used.iter().any(|name| by_records(name)) {
            Applies::NotSoFar
        } else {
            Applies::No
        }
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    let collections = ForEach::ALL.iter().map(|(_, word)| *word);
    CONDITIONS.iter().map(|(name, _)| *name).chain(collections)
}

fn unknown_condition(name: &str) -> String {
    let known: Vec<&str> = names().collect();
    format!("unknown condition `{name}`; known are {}", known.join(", "))
}

/// Where a word stands in a text by itself.
fn word_at(text: &str, word: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let alone = |at: &usize| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    };
    text.match_indices(word).map(|(at, _)| at).find(alone).unwrap_or(0)
}

/// The engine's words without its place, which is counted from the start of the expression and not of the file.
fn reason(error: &minijinja::Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}
