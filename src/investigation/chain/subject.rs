//! What one call makes or touches, read from its record.
//!
//! The rules say where ids stand; this file says only what a path cannot: who is meant when nobody is named, what an id
//! looks like to people, and where else to look when a record is thin (console CSV, old service calls).

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::KnownBy;
use super::lifeline::Name;
use super::look_up::look_ups;
use super::reader::Reader;
use super::trust;
use crate::catalogue::{Basis, Effect, Kind, Relation, Rule, Strength};
use crate::cloudtrail::{Event, IdentityType, ids, json};
use crate::investigation::lead::Lead;

/// CloudTrail's word for a value it hides; never a name (quirk Q35).
pub(super) const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// A credential, a principal or a thing, as one record describes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Subject {
    pub(super) kind: Kind,
    /// What people know it by, and what that is.
    pub(super) id: String,
    pub(super) known_by: KnownBy,
    /// A short name.
    pub(super) name: String,
    /// What its lifeline is known by: what its deletion will name.
    pub(super) life: Name,
    pub(super) principal_id: Option<String>,
    pub(super) account: String,
    /// The user or role a credential belongs to, by name.
    pub(super) owner: Option<String>,
    pub(super) expires: Option<DateTime<Utc>>,
    /// What was done to it (a policy, a group), or the role that it carries.
    pub(super) detail: String,
    pub(super) strength: Strength,
    pub(super) basis: Option<Basis>,
    pub(super) look_ups: Vec<Lead>,
}

impl Subject {
    /// A subject of an account that is known by its id, and of which nothing more is known.
    pub(super) fn new(kind: Kind, id: &str, name: &str, account: &str, strength: Strength) -> Self {
        Self {
            kind,
            id: id.to_owned(),
            known_by: KnownBy::Id,
            name: name.to_owned(),
            life: Name::new(kind, account, "", id),
            principal_id: None,
            account: account.to_owned(),
            owner: None,
            expires: None,
            detail: String::new(),
            strength,
            basis: None,
            look_ups: Vec::new(),
        }
    }

    /// Whether calls are signed with its id.
    pub(super) fn is_key(&self) -> bool {
        matches!(self.kind, Kind::AccessKey | Kind::Session) && self.known_by == KnownBy::Id
    }
}

/// What a successful call makes or touches; empty where the record meets no condition of the rule, or does not say.
pub(super) fn subjects(rule: &Rule, event: &Event, body: &Value) -> Vec<Subject> {
    if !rule.applies(body) || shares_inside_only(rule, event, body) {
        return Vec::new();
    }
    let read = Reader { rule, event, body };
    let of_iam = rule.source == "iam.amazonaws.com";
    let mut found: Vec<Subject> = match rule.kind {
        Kind::User | Kind::Role if of_iam && rule.makes() => read.principal().into_iter().collect(),
        Kind::User | Kind::Role if of_iam => read.touched_principal().into_iter().collect(),
        Kind::AccessKey => vec![read.access_key()],
        Kind::Session => vec![read.session()],
        Kind::LoginProfile => read.login_profile().into_iter().collect(),
        Kind::ConsoleLogin => vec![read.console_login()],
        Kind::Other("lambda_function") if rule.effect != Effect::Issues => vec![read.function()],
        _ => read.others(),
    };
    for subject in &mut found {
        subject.life = read.life(subject);
        subject.look_ups = look_ups(rule, event, body, subject);
    }
    found
}

/// The path to whom a call gives access, for a call that shares something.
pub(super) fn grantee_path(rule: &Rule) -> Option<&'static str> {
    (rule.relation == Relation::Change("shares_resource")).then_some(rule.name_path)
}

/// Whether a call that may share something says whom with, and all of them are of its own account.
fn shares_inside_only(rule: &Rule, event: &Event, body: &Value) -> bool {
    let grantees = grantee_path(rule).and_then(|path| trust::grantees(body, path));
    grantees.is_some_and(|all| all.iter().all(|one| one.outside(event.account()).is_none()))
}

/// The user named by the request, else the caller: IAM calls without a name mean oneself (quirk Q16). A record without
/// request and answer (console CSV) lists the user among its resources.
pub(super) fn named_user(event: &Event, body: &Value) -> Option<String> {
    let named = [
        "requestParameters.userName",
        "responseElements.accessKey.userName",
        "responseElements.loginProfile.userName",
    ]
    .iter()
    .find_map(|path| json::first(body, path));
    match named {
        Some(name) if name != HIDDEN => Some(name.into_owned()),
        Some(_) => None,
        None => listed(body, "AWS::IAM::User")
            .or_else(|| event.identity.user_name.as_deref().map(str::to_owned))
            // A session of AssumeRoot sets the password of the root user of its account.
            .or_else(|| (event.identity.kind == IdentityType::Root).then(|| "root".to_owned())),
    }
}

/// The name among the resources of a type that a record lists: not the ARN, not the unique id.
pub(super) fn listed(body: &Value, resource_type: &str) -> Option<String> {
    let resources = body.get("resources")?.as_array()?;
    resources
        .iter()
        .filter(|r| json::text(r, "resourceType") == Some(resource_type))
        .filter_map(|r| json::text(r, "resourceName"))
        .find(|name| !name.contains(':') && !ids::is_unique_id(name))
        .map(str::to_owned)
}

/// The role an AssumeRole call is about: its ARN, else its name from the answer.
pub(super) fn assumed_role(event: &Event, body: &Value) -> Option<String> {
    json::first(body, "requestParameters.roleArn")
        .map(std::borrow::Cow::into_owned)
        .or_else(|| {
            event
                .resources
                .iter()
                .find(|r| r.contains(":role/"))
                .map(ToString::to_string)
        })
}

/// The role of an instance profile, a function, a task: an ARN or a name, as the record has it.
pub(super) fn carried_role(rule: &Rule, body: &Value) -> Option<String> {
    json::first(body, rule.role_path).map(std::borrow::Cow::into_owned)
}
