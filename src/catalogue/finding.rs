//! The findings as data: what each means, which calls show it, and where a call writes a policy.
//!
//! | file | one row each for |
//! |---|---|
//! | `findings.csv` | a finding: how it weighs, why it matters, what to do |
//! | `finding_calls.csv` | a call that shows one |
//! | `policies.csv` | a call that writes a policy |

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::cells::cells;
use super::guard;
use super::lineage::Calls;
use crate::cloudtrail::json;

/// How much something weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// To know, not to act on.
    Low,
    /// To be looked at.
    Medium,
    /// To be acted on today.
    High,
    /// To be acted on now.
    Critical,
}

impl Severity {
    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "low" => Self::Low,
            "medium" => Self::Medium,
            "high" => Self::High,
            "critical" => Self::Critical,
            _ => return None,
        })
    }

    /// The word of the data files, screens and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// Whose everyday work may look like the finding. It weighs little then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routine {
    /// Nobody's.
    Never,
    /// That of a source which looks like the real application.
    Source,
    /// Also that of a program in steady use by the same caller from this network: a deployment, if it does the like on
    /// several days, or beside its usual work.
    Program,
    /// The same, but only if it does this very thing on several days.
    Habit,
}

/// A kind of finding: one row of `findings.csv`.
#[derive(Debug, PartialEq, Eq)]
pub struct FindingKind {
    /// Its id, which stays.
    pub id: &'static str,
    /// How it weighs.
    pub severity: Severity,
    /// How it weighs if it was only tried; `None` where that does not matter.
    pub attempt: Option<Severity>,
    /// ATT&CK technique, version 19 numbering.
    pub technique: &'static str,
    /// Whose everyday work may look like it.
    pub routine: Routine,
    /// The item of the built-in playbooks that deals with it.
    pub item: &'static str,
    /// What was found.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub todo: &'static str,
}

/// Upon whom a call must have been made to show a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Whomever; the chain made the call.
    Any,
    /// A user who was there before the chain, and is not the caller.
    Existing,
    /// The caller itself.
    Oneself,
    /// A thing: what the chain itself had made is said apart.
    Resource,
    /// Whomever; anybody may have made the call, also somebody without a key.
    Anybody,
}

/// A call that shows a finding: one row of `finding_calls.csv`.
#[derive(Debug)]
pub struct Shows {
    /// What it shows.
    pub kind: &'static FindingKind,
    /// Upon whom.
    pub whom: Whom,
    only_if: &'static str,
    detail: &'static str,
}

impl Shows {
    /// Whether a record meets the conditions.
    pub fn applies(&self, record: Option<&Value>) -> bool {
        self.only_if.is_empty() || record.is_some_and(|record| guard::holds(self.only_if, record))
    }

    /// What it was about, as the record says it; empty where it does not. May be what an attacker wrote.
    pub fn detail(&self, record: &Value) -> String {
        let each = self.detail.split_whitespace().flat_map(|path| json::path(record, path));
        each.collect::<Vec<_>>().join(", ")
    }

    fn needs_record(&self) -> bool {
        !self.only_if.is_empty() || !self.detail.is_empty() || matches!(self.whom, Whom::Existing | Whom::Oneself)
    }
}

/// What kind of policy a call writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// What somebody may do.
    Identity,
    /// Who may use a role.
    Trust,
    /// Who may use a resource.
    Resource,
}

/// Where a call writes a policy: one row of `policies.csv`.
#[derive(Debug, Clone, Copy)]
pub struct PolicyAt {
    /// What kind.
    pub kind: PolicyKind,
    /// Path to the policy, or to those whom it names.
    pub policy: &'static str,
    /// Path to what it is put on.
    pub target: &'static str,
}

static KINDS: LazyLock<HashMap<&'static str, FindingKind>> = LazyLock::new(|| {
    let kinds = include_str!("findings.csv").lines().skip(1).filter_map(kind);
    kinds.map(|kind| (kind.id, kind)).collect()
});

fn kind(line: &'static str) -> Option<FindingKind> {
    let [id, severity, attempt, technique, routine, item, title, why, todo] = *cells(line) else {
        return None;
    };
    Some(FindingKind {
        id,
        severity: Severity::from_word(severity)?,
        attempt: Severity::from_word(attempt),
        technique,
        routine: match routine {
            "never" => Routine::Never,
            "source" => Routine::Source,
            "program" => Routine::Program,
            "habit" => Routine::Habit,
            _ => return None,
        },
        item,
        title,
        why,
        todo,
    })
}

static SHOWS: LazyLock<Calls<Vec<Shows>>> = LazyLock::new(|| {
    let mut calls: Calls<Vec<Shows>> = Calls::new();
    for (source, name, shows) in include_str!("finding_calls.csv").lines().skip(1).filter_map(shows) {
        calls.entry(source).or_default().entry(name).or_default().push(shows);
    }
    calls
});

fn shows(line: &'static str) -> Option<(&'static str, &'static str, Shows)> {
    let [id, source, name, whom, only_if, detail] = *cells(line) else {
        return None;
    };
    let whom = match whom {
        "" => Whom::Any,
        "existing" => Whom::Existing,
        "resource" => Whom::Resource,
        "oneself" => Whom::Oneself,
        "anybody" => Whom::Anybody,
        _ => return None,
    };
    let shows = Shows {
        kind: KINDS.get(id)?,
        whom,
        only_if,
        detail,
    };
    Some((source, name, shows))
}

static POLICIES: LazyLock<Calls<PolicyAt>> =
    LazyLock::new(|| super::lineage::by_call(include_str!("policies.csv").lines().skip(1).filter_map(policy)));

fn policy(line: &'static str) -> Option<(&'static str, &'static str, PolicyAt)> {
    let [source, name, kind, policy, target] = *cells(line) else {
        return None;
    };
    let kind = match kind {
        "identity" => PolicyKind::Identity,
        "trust" => PolicyKind::Trust,
        "resource" => PolicyKind::Resource,
        _ => return None,
    };
    Some((source, name, PolicyAt { kind, policy, target }))
}

/// Calls whose request says how many instances of which type are started.
const FLEETS: [&str; 5] = [
    "RunInstances",
    "RequestSpotInstances",
    "RequestSpotFleet",
    "CreateFleet",
    "CreateAutoScalingGroup",
];

/// The kind of finding with this id.
pub fn finding_kind(id: &str) -> Option<&'static FindingKind> {
    KINDS.get(id)
}

/// What a call may show, by its source and its name without an API date.
pub fn shown_by(source: &str, name: &str) -> &'static [Shows] {
    let shown = SHOWS.get(source).and_then(|names| names.get(name));
    shown.map_or(&[], Vec::as_slice)
}

/// The calls, by source and name, that show something whoever made them.
pub fn shown_by_anybody() -> impl Iterator<Item = (&'static str, &'static str)> {
    let calls = SHOWS
        .iter()
        .flat_map(|(source, names)| names.iter().map(move |call| (*source, call)));
    let by_anybody = calls.filter(|(_, (_, shown))| shown.iter().any(|shows| shows.whom == Whom::Anybody));
    by_anybody.map(|(source, (name, _))| (source, *name))
}

/// Where a call writes a policy, if it writes one.
pub fn policy_at(source: &str, name: &str) -> Option<PolicyAt> {
    POLICIES.get(source)?.get(name).copied()
}

/// Whether a call starts instances.
pub fn starts_instances(source: &str, name: &str) -> bool {
    matches!(source, "ec2.amazonaws.com" | "autoscaling.amazonaws.com") && FLEETS.contains(&name)
}

/// Whether findings need the request and response of this call.
pub fn is_finding_call(source: &str, name: &str) -> bool {
    shown_by(source, name).iter().any(Shows::needs_record)
        || policy_at(source, name).is_some()
        || starts_instances(source, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        let rows = |file: &'static str| file.lines().count() - 1;
        assert_eq!(KINDS.len(), rows(include_str!("findings.csv")));
        let shows: usize = SHOWS.values().flat_map(HashMap::values).map(Vec::len).sum();
        assert_eq!(shows, rows(include_str!("finding_calls.csv")));
        let policies: usize = POLICIES.values().map(HashMap::len).sum();
        assert_eq!(policies, rows(include_str!("policies.csv")));
    }

    #[test]
    fn every_call_is_in_the_catalogue() {
        let shown = SHOWS
            .iter()
            .flat_map(|(source, names)| names.keys().map(move |name| (source, name)));
        let policies = POLICIES
            .iter()
            .flat_map(|(source, names)| names.keys().map(move |name| (source, name)));
        for (source, name) in shown.chain(policies) {
            assert!(super::super::call(source, name).is_some(), "{source} {name}");
        }
    }

    #[test]
    fn a_finding_says_what_it_is_why_it_matters_and_what_to_do() {
        for kind in KINDS.values() {
            assert!(kind.technique.starts_with('T'), "{kind:?}");
            assert!(kind.title.len() <= 60 && !kind.title.ends_with('.'), "{kind:?}");
            assert!(kind.why.ends_with('.') && kind.todo.ends_with('.'), "{kind:?}");
            assert!(!kind.item.is_empty(), "{kind:?}");
            assert!(kind.attempt.is_none_or(|attempt| attempt <= kind.severity), "{kind:?}");
        }
    }
}
