//! Whether the texts of policies allow an action, in a small way: `Allow` and `Deny`, actions and resources with their
//! wildcards. Conditions are noticed, not evaluated.

use std::collections::BTreeSet;

use serde_json::Value;

use super::extent::{About, Extent};
use super::statements;
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
    about: About,
    has_condition: bool,
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
            let matching = self.statements.iter().filter(move |s| s.is_allow == is_allow);
            matching.map(|s| s.answer(action)).max().unwrap_or(Answer::No)
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
            let actions = &statement.about.actions;
            if actions.is_but {
                services.insert("*".to_owned());
                continue;
            }
            for action in &actions.patterns {
                let service = action.split(':').next().unwrap_or_default().to_ascii_lowercase();
                let is_any = service.chars().all(|c| matches!(c, '*' | '?'));
                let service = if is_any { "*" } else { &*service };
                // What is denied as a whole, or left out by the boundary, is not within reach.
                let mut denials = self.statements.iter().filter(|s| !s.is_allow);
                let is_denied = denials.any(|s| s.answer(action) == Answer::Yes);
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
    /// Whether it allows, or denies, an action on everything.
    fn answer(&self, action: &str) -> Answer {
        // A denial that leaves something out is not whole.
        let enough = if self.is_allow { Extent::Most } else { Extent::All };
        match self.about.extent(action) {
            Extent::Nothing => Answer::No,
            extent if extent >= enough && !self.has_condition => Answer::Yes,
            _ => Answer::Limited,
        }
    }
}

fn statement(value: &Value) -> Option<Statement> {
    let is_allow = match value["Effect"].as_str()? {
        "Allow" => true,
        "Deny" => false,
        _ => return None,
    };
    let conditions = value.get("Condition").and_then(Value::as_object);
    Some(Statement {
        is_allow,
        about: About::read(value),
        has_condition: conditions.is_some_and(|conditions| !conditions.is_empty()),
    })
}
