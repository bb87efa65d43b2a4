//! What a record gives to look up next: the values that its rule names, and the sessions that a service will obtain for
//! what it made.

use serde_json::Value;

use super::subject::{Subject, carried_role};
use crate::catalogue::{LookUp, Rule};
use crate::cloudtrail::{Event, ids, json};
use crate::investigation::lead::{Attribute, Lead};

/// The sessions of some compute: by which service, and under which name; `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sessions {
    pub(super) service: String,
    pub(super) name: String,
}

impl Sessions {
    /// Whether they are those of a machine, whose name is an id of its own.
    pub(super) fn is_machine(&self) -> bool {
        self.service == "ec2.amazonaws.com"
    }

    /// Whether any session of the service may be meant: then the role has to tell.
    pub(super) fn is_vague(&self) -> bool {
        self.name.contains('*')
    }
}

/// The sessions that a service obtains for what a call made, as its rule says.
pub(super) fn sessions(rule: &Rule, body: &Value, id: &str, name: &str) -> Vec<Sessions> {
    let each = rule.session.split_whitespace().filter_map(|template| {
        let (service, template) = template.split_once(':')?;
        let name = match template.split_once('{') {
            None => template.to_owned(),
            Some((head, rest)) => {
                let value = match rest.strip_suffix('}')? {
                    "id" => id.to_owned(),
                    "name" => name.to_owned(),
                    "last" => id.rsplit(['/', ':']).next()?.to_owned(),
                    path => json::first(body, path)?.into_owned(),
                };
                format!("{head}{value}")
            }
        };
        let service = format!("{service}.amazonaws.com");
        Some(Sessions { service, name })
    });
    each.collect()
}

/// What to look up because of a subject, beside what its kind gives.
pub(super) fn look_ups(rule: &Rule, event: &Event, body: &Value, subject: &Subject) -> Vec<Lead> {
    let attribute = match rule.look_up {
        LookUp::AccessKeyId | LookUp::Nothing => return Vec::new(),
        LookUp::Username => Attribute::Username,
        LookUp::ResourceName => Attribute::ResourceName,
        LookUp::EventName => Attribute::EventName,
    };
    let mut found = Vec::new();
    if rule.look_up_path == rule.id_path {
        found.push(Lead::new(attribute, &*subject.id));
    } else {
        let values = json::path(body, rule.look_up_path).into_iter();
        found.extend(values.map(|value| Lead::new(attribute, value)));
    }
    if !rule.look_up_value.is_empty() {
        found.push(Lead::new(attribute, rule.look_up_value));
    }
    for sessions in sessions(rule, body, &subject.id, &subject.name) {
        if !sessions.is_vague() {
            found.push(Lead::new(Attribute::Username, sessions.name));
        } else if let Some(role) = carried_role(rule, body) {
            // Whoever assumes the role names it.
            found.push(Lead::new(Attribute::ResourceName, role));
        }
    }
    // A session of the console is filed under the name of who opened it.
    if found.is_empty() && attribute == Attribute::Username {
        let session = event
            .identity
            .arn
            .as_deref()
            .filter(|arn| ids::assumed_role_name(arn).is_some());
        let session = session.and_then(|arn| arn.rsplit('/').next());
        let name = session.or(event.identity.user_name.as_deref());
        found.extend(name.map(|name| Lead::new(attribute, name)));
    }
    found.retain(|lead| !lead.value.is_empty());
    found.sort();
    found.dedup();
    found
}
