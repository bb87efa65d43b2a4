//! The lineage rules as data: which call makes, changes or ends which kind of node, what it hangs on whom, and which calls
//! that no key of the chain signed belong to a node all the same.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::Kind;
use super::resource::resource_endings;
use super::rule::{Basis, Effect, LookUp, Relation, Rule, Strength};

/// A call that ends nodes: one row of `endings.csv`.
#[derive(Debug, Clone)]
pub struct Ending {
    /// The kind of node it ends.
    pub kind: Kind,
    /// Path to the names or ids of what it ends; paths joined by `+` tell it together. Where the record has none, the
    /// caller is meant.
    pub id_path: &'static str,
}

/// Something that a call puts on what it touches: one row of `attachments.csv`.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// What is put on.
    pub kind: Kind,
    /// `attached` or `member`.
    pub is_member: bool,
    /// Path to what it is put on.
    pub target_path: &'static str,
    /// Path to what is put on.
    pub what_path: &'static str,
    /// What was done, as the reason says it.
    pub verb: &'static str,
    /// The call of the same service that takes it off again.
    pub undone_by: &'static str,
}

/// A call that belongs to a node though no key of the chain signed it: one row of `joins.csv`.
#[derive(Debug, Clone)]
pub struct Join {
    /// The kind of the node.
    pub kind: Kind,
    /// Where the call names the node.
    pub path: &'static str,
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
    by_call(rows(include_str!("lineage.csv")).filter_map(|row| {
        let rule = parse(&row)?;
        Some((rule.source, rule.name, rule))
    }))
});

fn parse(row: &[&'static str]) -> Option<Rule> {
    let [
        source,
        name,
        relation,
        kind,
        id_path,
        name_path,
        strength,
        technique,
        evidence,
        effect,
        only_if,
        unless,
        role_path,
        session,
        life_path,
        look_up,
        look_up_path,
        look_up_value,
        used_in,
    ] = *row
    else {
        return None;
    };
    let basis = Basis::from_word(evidence);
    Some(Rule {
        source,
        name,
        relation: Relation::from_word(relation),
        kind: Kind::from_word(kind),
        id_path,
        name_path,
        strength: Strength::of(basis, strength),
        technique,
        basis,
        effect: Effect::from_word(effect)?,
        only_if,
        unless,
        role_path,
        session,
        life_path,
        look_up: LookUp::from_word(look_up)?,
        look_up_path,
        look_up_value,
        used_in,
    })
}

static ENDINGS: LazyLock<Calls<Ending>> = LazyLock::new(|| {
    by_call(rows(include_str!("endings.csv")).filter_map(|row| match row[..] {
        [source, name, kind, id_path] => {
            let kind = Kind::from_word(kind);
            Some((source, name, Ending { kind, id_path }))
        }
        _ => None,
    }))
});

static ATTACHMENTS: LazyLock<Calls<Attachment>> = LazyLock::new(|| {
    by_call(rows(include_str!("attachments.csv")).filter_map(|row| match row[..] {
        [source, name, kind, link, target_path, what_path, verb, undone_by] => {
            let attachment = Attachment {
                kind: Kind::from_word(kind),
                is_member: link == "member",
                target_path,
                what_path,
                verb,
                undone_by,
            };
            Some((source, name, attachment))
        }
        _ => None,
    }))
});

static JOINS: LazyLock<Calls<Vec<Join>>> = LazyLock::new(|| {
    let mut joins: Calls<Vec<Join>> = Calls::new();
    for row in rows(include_str!("joins.csv")) {
        if let [kind, source, name, path] = row[..] {
            let kind = Kind::from_word(kind);
            let of_call = joins.entry(source).or_default().entry(name).or_default();
            of_call.push(Join { kind, path });
        }
    }
    joins
});

/// What an attachment put on, by the call that takes it off again.
static DETACHMENTS: LazyLock<Calls<Vec<&'static Attachment>>> = LazyLock::new(|| {
    let mut calls: Calls<Vec<&'static Attachment>> = Calls::new();
    for (source, names) in ATTACHMENTS.iter() {
        for attachment in names.values() {
            let of_call = calls
                .entry(source)
                .or_default()
                .entry(attachment.undone_by)
                .or_default();
            of_call.push(attachment);
        }
    }
    calls
});

static NEEDED: LazyLock<HashSet<(&'static str, &'static str)>> =
    LazyLock::new(|| names(&RULES).chain(found_for_nodes()).collect());

fn names<T>(calls: &'static Calls<T>) -> impl Iterator<Item = (&'static str, &'static str)> {
    let each = |(source, names): (&'static &'static str, &'static HashMap<&'static str, T>)| {
        names.keys().map(move |name| (*source, *name))
    };
    calls.iter().flat_map(each)
}

/// The rule for a call, by its source and its name without an API date.
pub fn rule(source: &str, name: &str) -> Option<&'static Rule> {
    RULES.get(source)?.get(name)
}

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.values().flat_map(HashMap::values)
}

/// What a call ends, if it ends something.
pub fn ending(source: &str, name: &str) -> Option<&'static Ending> {
    ENDINGS.get(source)?.get(name)
}

/// What a call puts on what it touches.
pub fn attachment(source: &str, name: &str) -> Option<&'static Attachment> {
    ATTACHMENTS.get(source)?.get(name)
}

/// What a call takes off again that an attachment put on.
pub fn detachments(source: &str, name: &str) -> &'static [&'static Attachment] {
    let found = DETACHMENTS.get(source).and_then(|names| names.get(name));
    found.map_or(&[], Vec::as_slice)
}

/// The nodes that a call may belong to though no key of the chain signed it.
pub fn joins(source: &str, name: &str) -> &'static [Join] {
    let joins = JOINS.get(source).and_then(|names| names.get(name));
    joins.map_or(&[], Vec::as_slice)
}

/// Whether the chain needs the request and response of this call.
pub fn is_lineage_call(source: &str, name: &str) -> bool {
    NEEDED.contains(&(source, name))
}

/// The calls, by source and name, that the chain needs whoever signed them: what ends a node or makes another of its
/// name, what belongs to a node by what it names, and what ends a resource. Any other call matters only with a key of the chain on it.
pub fn found_by_name() -> impl Iterator<Item = (&'static str, &'static str)> {
    found_for_nodes().chain(resource_endings())
}

fn found_for_nodes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lasting = |rule: &&Rule| matches!(rule.effect, Effect::Makes | Effect::Binds | Effect::Changes);
    let made = rules().filter(lasting).map(|rule| (rule.source, rule.name));
    let ends = names(&ENDINGS).chain(names(&DETACHMENTS));
    made.chain(ends).chain(names(&JOINS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_rule_files_is_read_and_unique() {
        let count = |calls: usize, file: &'static str, columns| {
            assert!(!file.contains('"'));
            assert!(rows(file).all(|row| row.len() == columns));
            assert_eq!(rows(file).count(), calls);
        };
        count(rules().count(), include_str!("lineage.csv"), 19);
        count(names(&ENDINGS).count(), include_str!("endings.csv"), 4);
        count(names(&ATTACHMENTS).count(), include_str!("attachments.csv"), 8);
        let joins = JOINS.values().flat_map(HashMap::values).map(Vec::len).sum();
        count(joins, include_str!("joins.csv"), 4);
    }

    #[test]
    fn a_path_holds_only_what_paths_may_hold() {
        let may = |c: char| c.is_ascii_alphanumeric() || "_.:[]-=|+".contains(c);
        for rule in rules() {
            let paths = [
                rule.id_path,
                rule.name_path,
                rule.role_path,
                rule.life_path,
                rule.look_up_path,
            ];
            assert!(paths.iter().all(|path| path.chars().all(may)), "{rule:?}");
        }
    }

    #[test]
    fn the_source_counts_as_well_as_the_name() {
        assert_eq!(
            rule("iam.amazonaws.com", "CreateUser").map(|r| r.kind),
            Some(Kind::User)
        );
        assert_ne!(
            rule("transfer.amazonaws.com", "CreateUser").map(|r| r.kind),
            Some(Kind::User)
        );
        assert!(rule("workmail.amazonaws.com", "CreateUser").is_none());
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

    #[test]
    fn calls_that_programs_make_all_day_are_looked_at_only_with_a_key_of_the_chain_on_them() {
        let candidates: HashSet<_> = found_by_name().collect();
        for (source, name) in [
            ("ssm.amazonaws.com", "GetParameter"),
            ("secretsmanager.amazonaws.com", "GetSecretValue"),
            ("kms.amazonaws.com", "CreateGrant"),
            ("eks-auth.amazonaws.com", "AssumeRoleForPodIdentity"),
            ("cognito-identity.amazonaws.com", "GetCredentialsForIdentity"),
        ] {
            assert!(
                is_lineage_call(source, name) && !candidates.contains(&(source, name)),
                "{name}"
            );
        }
    }
}
