//! Whether the texts of policies allow an action, in a small way: `Allow` and `Deny`, `Action` and `NotAction` with their
//! wildcards, `Resource` for everything or for something. Conditions are noticed, not evaluated.

use std::collections::BTreeSet;

use serde_json::Value;

/// Whether an action is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// It is not.
    No,
    /// On some resources, or under conditions.
    Limited,
    /// On everything.
    Yes,
}

#[derive(Debug)]
struct Statement {
    is_allow: bool,
    actions: Vec<String>,
    /// All actions but those listed.
    is_not_action: bool,
    /// On every resource, without a condition.
    is_plain: bool,
}

/// The texts that hold for an identity.
#[derive(Debug, Default)]
pub(super) struct Policies {
    statements: Vec<Statement>,
    /// So many texts were no policy.
    broken: usize,
    boundary: Option<Box<Policies>>,
}

impl Policies {
    pub(super) fn read<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut policies = Self::default();
        for text in texts {
            match super::document(text) {
                Some(document) => policies
                    .statements
                    .extend(list(&document["Statement"]).filter_map(statement)),
                None => policies.broken += 1,
            }
        }
        policies
    }

    /// Limited by a boundary: only what both allow is allowed.
    pub(super) fn within(self, boundary: Option<Self>) -> Self {
        Self {
            boundary: boundary.map(Box::new),
            ..self
        }
    }

    /// Whether an action is allowed: a `Deny` wins.
    pub(super) fn allow(&self, action: &str) -> Answer {
        let of = |is_allow| {
            let matching = self
                .statements
                .iter()
                .filter(move |s| s.is_allow == is_allow && s.covers(action));
            let answer = |s: &Statement| if s.is_plain { Answer::Yes } else { Answer::Limited };
            matching.map(answer).max().unwrap_or(Answer::No)
        };
        let own = match (of(true), of(false)) {
            (_, Answer::Yes) => Answer::No,
            (Answer::Yes, Answer::Limited) => Answer::Limited,
            (allowed, _) => allowed,
        };
        let boundary = self
            .boundary
            .as_ref()
            .map_or(Answer::Yes, |boundary| boundary.allow(action));
        own.min(boundary)
    }

    /// The services that statements allow something of; `*` for all.
    pub(super) fn services(&self) -> BTreeSet<String> {
        let allowing = self.statements.iter().filter(|statement| statement.is_allow);
        let mut services: BTreeSet<String> = BTreeSet::new();
        for statement in allowing {
            if statement.is_not_action {
                services.insert("*".to_owned());
                continue;
            }
            for action in &statement.actions {
                let service = action.split(':').next().unwrap_or_default();
                // What is denied as a whole, or left out by the boundary, is not within reach.
                let is_denied = self
                    .statements
                    .iter()
                    .any(|s| !s.is_allow && s.is_plain && s.covers(action));
                if !is_denied && self.boundary.as_ref().is_none_or(|b| b.reaches(service)) {
                    services.insert(service.to_owned());
                }
            }
        }
        if services.contains("*")
            && let Some(boundary) = &self.boundary
        {
            return boundary.services();
        }
        services
    }

    fn reaches(&self, service: &str) -> bool {
        let services = self.services();
        service == "*" || services.contains("*") || services.contains(service)
    }

    /// What could not be read, in words.
    pub(super) fn unread(&self) -> Option<String> {
        let broken = self.broken + self.boundary.as_ref().map_or(0, |boundary| boundary.broken);
        (broken > 0).then(|| format!("{broken} texts that are no policy"))
    }
}

impl Statement {
    fn covers(&self, action: &str) -> bool {
        let is_listed = self
            .actions
            .iter()
            .any(|pattern| fits(pattern.as_bytes(), action.as_bytes()));
        is_listed != self.is_not_action
    }
}

fn statement(value: &Value) -> Option<Statement> {
    let is_allow = match value["Effect"].as_str()? {
        "Allow" => true,
        "Deny" => false,
        _ => return None,
    };
    let is_not_action = value.get("NotAction").is_some();
    let named = if is_not_action {
        &value["NotAction"]
    } else {
        &value["Action"]
    };
    let actions: Vec<String> = list(named)
        .filter_map(Value::as_str)
        .map(str::to_ascii_lowercase)
        .collect();
    let has_condition = value
        .get("Condition")
        .and_then(Value::as_object)
        .is_some_and(|c| !c.is_empty());
    let on_everything = list(&value["Resource"]).any(|resource| resource == "*");
    Some(Statement {
        is_allow,
        actions,
        is_not_action,
        is_plain: on_everything && !has_condition,
    })
}

/// A value, or each of a list.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
    .iter()
}

/// Whether an action fits a pattern, without regard to case: `*` for any text, `?` for one character.
fn fits(pattern: &[u8], action: &[u8]) -> bool {
    let (mut p, mut a) = (0, 0);
    // Where the last star stood, and how much of the action it has taken.
    let mut star: Option<(usize, usize)> = None;
    while a < action.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, a));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == action[a].to_ascii_lowercase() => {
                p += 1;
                a += 1;
            }
            _ => match &mut star {
                Some((at, taken)) => {
                    *taken += 1;
                    (p, a) = (*at + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}
