//! What is no identity: which calls make, change and end which kind of resource, what it may cost or expose, and how to
//! look at it and to be rid of it.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::lineage::{self, Calls};
use super::{guard, opening};
use crate::cloudtrail::{Event, json};

/// What one row of `resource_kinds.csv` says of a kind. Commands are templates of the playbook's language.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceKind {
    /// The word of the data.
    pub word: &'static str,
    /// The service it belongs to, as event sources spell it.
    pub service: &'static str,
    /// The part of the review it belongs to: `machine`, `network`, `storage`, ...
    pub area: &'static str,
    /// The words for people.
    pub label: &'static str,
    /// What goes first when things are removed.
    pub order: u8,
    /// What it may cost or expose.
    pub risk: &'static str,
    /// What is lost by removing it or putting it back, where that is more than the attacker's; may be empty.
    pub caution: &'static str,
    /// How commands name it.
    pub id_form: IdForm,
    look: &'static str,
    remove: &'static str,
    put_back: &'static str,
}

/// How commands name a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdForm {
    /// By its name or id, also where a record has the ARN.
    Name,
    /// As the record has it, by the ARN if any record has that.
    Arn,
    /// By its name, which nobody else in the world can have.
    Global,
}

impl ResourceKind {
    /// The commands that show it.
    pub fn look(&self) -> impl Iterator<Item = &'static str> {
        commands(self.look)
    }

    /// The commands that remove it.
    pub fn remove(&self) -> impl Iterator<Item = &'static str> {
        commands(self.remove)
    }

    /// The names of the calls that end one, take it back, or take the place of a setting.
    pub fn endings(&'static self) -> impl Iterator<Item = &'static str> {
        let ends = move |call: &ResourceCall| call.kind == self && call.is_ending();
        let calls = CALLS.values().flatten();
        calls
            .filter(move |(_, calls)| calls.iter().any(ends))
            .map(|(name, _)| *name)
    }

    /// The commands that undo the change where it was there before.
    pub fn put_back(&self) -> impl Iterator<Item = &'static str> {
        commands(self.put_back)
    }
}

fn commands(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split(" && ").filter(|command| !command.is_empty())
}

/// What a call does to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceEffect {
    /// It was not there before.
    Makes,
    /// It was there before, and something about it is different.
    Changes,
    /// A setting of which there is one: whoever sets it next takes the place of the one before.
    Sets,
    /// It is there no more.
    Ends,
    /// What was set or shared is taken back. Where nothing was, that is nothing.
    Undoes,
}

/// One row of `resource_calls.csv`.
#[derive(Debug)]
struct ResourceCall {
    kind: &'static ResourceKind,
    effect: ResourceEffect,
    id_path: &'static str,
    also: &'static str,
    within_path: &'static str,
    only_if: &'static str,
    unless: &'static str,
}

/// What one call did to one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// The kind of resource.
    pub kind: &'static ResourceKind,
    /// What was done to it.
    pub effect: ResourceEffect,
    /// Its id; empty for everything of the kind `within` something.
    pub id: String,
    /// What else the call names it by, where it names one only: its ARN beside its name, its id.
    pub also: Vec<String>,
    /// What it is part of (a group, a cluster, a rule); may be empty.
    pub within: String,
    /// What it was started by, where a service started it: an Auto Scaling group, a fleet.
    pub started_by: Vec<String>,
}

static KINDS: LazyLock<HashMap<&'static str, ResourceKind>> = LazyLock::new(|| {
    let rows = include_str!("resource_kinds.csv").lines().skip(1);
    rows.filter_map(kind).map(|kind| (kind.word, kind)).collect()
});

/// Only the last cell may hold commas.
fn kind(line: &'static str) -> Option<ResourceKind> {
    let mut cells = line.splitn(11, ',');
    let mut next = || cells.next();
    Some(ResourceKind {
        word: next()?,
        service: next()?,
        area: next()?,
        label: next()?,
        order: next()?.parse().ok()?,
        risk: next()?,
        caution: next()?,
        id_form: match next()? {
            "name" => IdForm::Name,
            "arn" => IdForm::Arn,
            "global" => IdForm::Global,
            _ => return None,
        },
        look: next()?,
        remove: next()?,
        put_back: next()?,
    })
}

static CALLS: LazyLock<Calls<Vec<ResourceCall>>> = LazyLock::new(|| {
    let mut calls: Calls<Vec<ResourceCall>> = Calls::new();
    for line in include_str!("resource_calls.csv").lines().skip(1) {
        let cells: Vec<&'static str> = line.split(',').collect();
        if let [source, name, kind, effect, id_path, also, within_path, only_if, unless] = cells[..]
            && let (Some(kind), Some(effect)) = (KINDS.get(kind), effect_of(effect))
        {
            let of_call = calls.entry(source).or_default().entry(name).or_default();
            of_call.push(ResourceCall {
                kind,
                effect,
                id_path,
                also,
                within_path,
                only_if,
                unless,
            });
        }
    }
    calls
});

fn effect_of(word: &str) -> Option<ResourceEffect> {
    Some(match word {
        "makes" => ResourceEffect::Makes,
        "changes" => ResourceEffect::Changes,
        "sets" => ResourceEffect::Sets,
        "ends" => ResourceEffect::Ends,
        "undoes" => ResourceEffect::Undoes,
        _ => return None,
    })
}

/// Every kind.
pub fn resource_kinds() -> impl Iterator<Item = &'static ResourceKind> {
    KINDS.values()
}

/// The calls, by source and name, that end a resource or take the place of a setting, whoever signed them.
pub(super) fn resource_endings() -> impl Iterator<Item = (&'static str, &'static str)> {
    CALLS.iter().flat_map(|(source, names)| {
        let ending = names
            .iter()
            .filter(|(_, calls)| calls.iter().any(ResourceCall::is_ending));
        ending.map(move |(name, _)| (*source, *name))
    })
}

/// What a call did to which resources; empty where it failed, is not in the data, or its record does not say.
pub fn touches(event: &Event, body: &Value) -> Vec<Touch> {
    let Some(names) = CALLS.get(&*event.source).filter(|_| event.outcome.succeeded()) else {
        return Vec::new();
    };
    // `*` stands for every other call of the service that writes.
    let any_other = || names.get("*").filter(|_| event.is_write());
    let calls = names.get(event.base_name()).or_else(any_other);
    calls
        .into_iter()
        .flatten()
        .flat_map(|call| call.read(event, body))
        .collect()
}

impl ResourceCall {
    fn is_ending(&self) -> bool {
        !matches!(self.effect, ResourceEffect::Makes | ResourceEffect::Changes)
    }

    fn read(&self, event: &Event, body: &Value) -> Vec<Touch> {
        let applies = guard::holds(self.only_if, body) && (self.unless.is_empty() || !guard::holds(self.unless, body));
        if !applies {
            return Vec::new();
        }
        let within = json::first(body, self.within_path).unwrap_or_default().into_owned();
        let ids: Vec<String> = match self.id_path {
            // All of them, of what the path leads to.
            "" if within.is_empty() => Vec::new(),
            "" => vec![String::new()],
            "account" => vec![event.account().to_owned()],
            "openings" => opening::openings(body),
            path => json::path(body, path).into_iter().map(Into::into).collect(),
        };
        let also = self.also.split(' ').flat_map(|path| json::path(body, path));
        let also: Vec<String> = also.filter(|_| ids.len() == 1).map(Into::into).collect();
        let joins = lineage::joins(&event.source, event.base_name()).iter();
        let started_by: Vec<String> = match self.effect {
            ResourceEffect::Makes => joins
                .flat_map(|join| json::path(body, join.path))
                .map(Into::into)
                .collect(),
            _ => Vec::new(),
        };
        let touch = |id| Touch {
            kind: self.kind,
            effect: self.effect,
            id,
            also: also.clone(),
            within: within.clone(),
            started_by: started_by.clone(),
        };
        ids.into_iter().map(touch).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_row_is_read_and_every_kind_has_a_call() {
        let rows = |file: &'static str| file.lines().skip(1).count();
        let (kinds, calls) = (include_str!("resource_kinds.csv"), include_str!("resource_calls.csv"));
        assert_eq!(KINDS.len(), rows(kinds));
        let all: Vec<&ResourceCall> = CALLS.values().flat_map(HashMap::values).flatten().collect();
        assert_eq!(all.len(), rows(calls));
        let used: HashSet<&str> = all.iter().map(|call| call.kind.word).collect();
        let without: Vec<_> = KINDS.keys().filter(|word| !used.contains(**word)).collect();
        assert!(without.is_empty(), "{without:?}");
        assert!(!kinds.contains('"') && !calls.contains('"'));
    }

    #[test]
    fn a_kind_can_be_looked_at_and_what_costs_can_be_removed() {
        for kind in resource_kinds() {
            assert!(
                kind.look().count() > 0 && !kind.label.is_empty() && !kind.risk.is_empty(),
                "{kind:?}"
            );
            let lasts = kind.area == "commitment" || matches!(kind.area, "logging" | "mail" | "model" | "secret");
            assert!(lasts || kind.remove().count() + kind.put_back().count() > 0, "{kind:?}");
        }
    }
}
