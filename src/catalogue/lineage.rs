//! The lineage rules: which call makes, changes or ends which kind of node, and where in the record its id stands.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Kind;

/// What a call does to an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// A new credential.
    MintsCredential,
    /// A new user, role or account.
    CreatesPrincipal,
    /// A sign-in to the console.
    OpensConsole,
    /// Any other relation, by its word: a change.
    Change(&'static str),
}

impl Relation {
    fn from_word(word: &'static str) -> Self {
        match word {
            "mints_credential" => Self::MintsCredential,
            "creates_principal" => Self::CreatesPrincipal,
            "opens_console" => Self::OpensConsole,
            other => Self::Change(other),
        }
    }

    /// The word of the rules and of the chain JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MintsCredential => "mints_credential",
            Self::CreatesPrincipal => "creates_principal",
            Self::OpensConsole => "opens_console",
            Self::Change(word) => word,
        }
    }
}

/// How sure a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// An identifier in the record proves it.
    Exact,
    /// It follows from names or structure.
    Derived,
    /// It rests on inference: shown as such.
    Inferred,
}

impl Strength {
    /// The word on screens and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Derived => "derived",
            Self::Inferred => "inferred",
        }
    }
}

/// One rule: one row of `lineage.csv`.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `eventSource`.
    pub source: &'static str,
    /// `eventName` without an API date.
    pub name: &'static str,
    /// What the call does.
    pub relation: Relation,
    /// The kind of node it makes or touches.
    pub kind: Kind,
    /// Path to the id of that node.
    pub id_path: &'static str,
    /// Path to its name, or to what was done to it (a policy, a group); may be empty.
    pub name_path: &'static str,
    /// How sure a link by this rule is.
    pub strength: Strength,
    /// ATT&CK technique, version 19 numbering.
    pub technique: &'static str,
    /// Where the rule was seen: `real-log`, `aws-doc`, `api-model`, `inferred`, ...
    pub evidence: &'static str,
}

impl Rule {
    /// Whether the call makes something new, as against changing what was there.
    pub fn makes(&self) -> bool {
        const MAKING: [&str; 5] = ["Create", "Upload", "Run", "Enable", "Import"];
        match self.relation {
            Relation::MintsCredential | Relation::CreatesPrincipal => true,
            Relation::OpensConsole => false,
            Relation::Change(_) => {
                MAKING.iter().any(|verb| self.name.starts_with(verb)) && !self.name.ends_with("Version")
            }
        }
    }

    /// Whether the call returns a credential or makes a principal: its failure is an attempt.
    pub fn is_attempt_when_failed(&self) -> bool {
        matches!(self.relation, Relation::MintsCredential | Relation::CreatesPrincipal)
    }
}

/// A call that ends nodes: one row of `endings.csv`.
#[derive(Debug, Clone)]
pub struct Ending {
    /// The kind of node it ends.
    pub kind: Kind,
    /// Path to the names or ids of what it ends. Where the record has none, the caller is meant.
    pub id_path: &'static str,
}

/// By source, then by name.
pub(super) type Calls<T> = HashMap<&'static str, HashMap<&'static str, T>>;

pub(super) fn by_call<T>(entries: impl Iterator<Item = (&'static str, &'static str, T)>) -> Calls<T> {
    let mut calls = Calls::new();
    for (source, name, entry) in entries {
        calls.entry(source).or_default().insert(name, entry);
    }
    calls
}

fn rows(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    // The files are ours and hold no quoted cells; a test keeps it so.
    file.lines().skip(1).map(|line| line.split(',').collect())
}

static RULES: LazyLock<Calls<Rule>> = LazyLock::new(|| {
    by_call(rows(include_str!("lineage.csv")).filter_map(|row| match row[..] {
        [
            source,
            name,
            relation,
            kind,
            id_path,
            name_path,
            strength,
            technique,
            evidence,
        ] => {
            let strength = match (evidence, strength) {
                ("inferred" | "api-model", _) => Strength::Inferred,
                (_, "exact") => Strength::Exact,
                _ => Strength::Derived,
            };
            let rule = Rule {
                source,
                name,
                relation: Relation::from_word(relation),
                kind: Kind::from_word(kind),
                id_path,
                name_path,
                strength,
                technique,
                evidence,
            };
            Some((source, name, rule))
        }
        _ => None,
    }))
});

static ENDINGS: LazyLock<Calls<Ending>> = LazyLock::new(|| {
    by_call(rows(include_str!("endings.csv")).filter_map(|row| match row[..] {
        [source, name, kind, id_path] => Some((
            source,
            name,
            Ending {
                kind: Kind::from_word(kind),
                id_path,
            },
        )),
        _ => None,
    }))
});

/// Calls that take something away that a lineage call gave, beside those of `endings.csv`.
const UNDOING: [&str; 8] = [
    "DetachUserPolicy",
    "DetachRolePolicy",
    "DetachGroupPolicy",
    "DeleteUserPolicy",
    "DeleteRolePolicy",
    "DeleteGroupPolicy",
    "RemoveUserFromGroup",
    "RemoveRoleFromInstanceProfile",
];

/// The rule for a call, by its source and its name without an API date.
pub fn rule(source: &str, name: &str) -> Option<&'static Rule> {
    RULES.get(source)?.get(name)
}

/// What a call ends, if it ends something.
pub fn ending(source: &str, name: &str) -> Option<&'static Ending> {
    ENDINGS.get(source)?.get(name)
}

/// Whether the chain needs the request and response of this call.
pub fn is_lineage_call(source: &str, name: &str) -> bool {
    rule(source, name).is_some()
        || ending(source, name).is_some()
        || (source == "iam.amazonaws.com" && UNDOING.contains(&name))
}

/// Every (source, name) for which [`is_lineage_call`] holds.
pub fn lineage_calls() -> impl Iterator<Item = (&'static str, &'static str)> {
    let undoing = UNDOING.iter().map(|name| ("iam.amazonaws.com", *name));
    let rules = RULES
        .iter()
        .flat_map(|(source, names)| names.keys().map(move |name| (*source, *name)));
    let endings = ENDINGS
        .iter()
        .flat_map(|(source, names)| names.keys().map(move |name| (*source, *name)));
    rules.chain(endings).chain(undoing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_rule_files_is_read_and_unique() {
        for (file, columns, read) in [
            (
                include_str!("lineage.csv"),
                9,
                RULES.values().map(HashMap::len).sum::<usize>(),
            ),
            (include_str!("endings.csv"), 4, ENDINGS.values().map(HashMap::len).sum()),
        ] {
            assert!(!file.contains('"'));
            assert!(rows(file).all(|row| row.len() == columns));
            assert_eq!(rows(file).count(), read);
        }
    }

    #[test]
    fn the_source_counts_as_well_as_the_name() {
        assert!(rule("iam.amazonaws.com", "CreateUser").is_some());
        assert!(rule("transfer.amazonaws.com", "CreateUser").is_none());
    }

    #[test]
    fn a_rule_known_only_from_the_api_model_is_inferred() {
        let strength = |name| rule("iam.amazonaws.com", name).map(|r| r.strength);
        assert_eq!(strength("UploadSSHPublicKey"), Some(Strength::Inferred));
        assert_eq!(strength("CreateAccessKey"), Some(Strength::Exact));
    }

    #[test]
    fn only_making_calls_make() {
        let makes = |name| rule("iam.amazonaws.com", name).map(Rule::makes);
        assert_eq!(makes("CreatePolicy"), Some(true));
        assert_eq!(makes("CreatePolicyVersion"), Some(false));
        assert_eq!(makes("AttachUserPolicy"), Some(false));
        assert_eq!(makes("UpdateLoginProfile"), Some(true));
    }
}
