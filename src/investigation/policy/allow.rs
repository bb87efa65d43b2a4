//! Whether the texts of policies allow an action, in a small way: `Allow` and `Deny`, `Action` and `NotAction` with their
//! wildcards, `Resource` for everything or for something. Conditions are noticed, not evaluated.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{fits, list, statements};
use crate::investigation::chain::trust;

/// Whether an action is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::investigation) enum Answer {
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
pub(in crate::investigation) struct Policies {
    statements: Vec<Statement>,
    /// So many texts were no policy.
    broken: usize,
    boundary: Option<Box<Policies>>,
}

impl Policies {
    pub(in crate::investigation) fn read<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut policies = Self::default();
        for text in texts {
            match trust::document(text) {
                Some(document) => policies.statements.extend(statements(&document).filter_map(statement)),
                None => policies.broken += 1,
            }
        }
        policies
    }

    /// Limited by a boundary: only what both allow is allowed.
    pub(in crate::investigation) fn within(self, boundary: Option<Self>) -> Self {
        Self {
            boundary: boundary.map(Box::new),
            ..self
        }
    }

    /// Whether an action is allowed: a `Deny` wins.
    pub(in crate::investigation) fn allow(&self, action: &str) -> Answer {
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
    pub(in crate::investigation) fn services(&self) -> BTreeSet<String> {
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
    pub(in crate::investigation) fn unread(&self) -> Option<String> {
        let broken = self.broken + self.boundary.as_ref().map_or(0, |boundary| boundary.broken);
        (broken > 0).then(|| format!("{broken} texts that are no policy"))
    }
}

impl Statement {
    fn covers(&self, action: &str) -> bool {
        let is_listed = self.actions.iter().any(|pattern| fits(pattern, action));
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
