//! What a policy says, in words: who may do what.

use serde_json::Value;

use super::{fits, list};
use crate::catalogue::matches;
use crate::investigation::chain::trust::{self, Principal};

/// Actions with which one gets more rights than one has.
const ESCALATING: [&str; 18] = [
    "iam:PassRole",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:UpdateLoginProfile",
    "iam:AttachUserPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachGroupPolicy",
    "iam:PutUserPolicy",
    "iam:PutRolePolicy",
    "iam:PutGroupPolicy",
    "iam:CreatePolicyVersion",
    "iam:SetDefaultPolicyVersion",
    "iam:AddUserToGroup",
    "iam:UpdateAssumeRolePolicy",
    "iam:DeleteUserPermissionsBoundary",
    "sts:AssumeRole",
    "organizations:DetachPolicy",
    "sso:CreateAccountAssignment",
];

/// Conditions that narrow down who is let in. Others, such as encryption in transit, do not.
const NARROWING: [&str; 15] = [
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceip",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principaltag/*",
    "kms:calleraccount",
    "kms:viaservice",
    "s3:dataaccesspointaccount",
    "*:sub",
];

/// How many actions, resources or principals are named.
const MOST: usize = 4;

/// How far a policy reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::investigation) enum Reach {
    /// Some actions on some things.
    Ordinary,
    /// To more rights.
    Escalates,
    /// Everything.
    Administrator,
}

/// What a statement of a policy says.
struct Statement<'p>(&'p Value);

/// Reads a policy: text, plain or URL-encoded, or JSON as it is.
pub(in crate::investigation) fn read(value: &Value) -> Option<Value> {
    let policy = match value {
        Value::String(text) => trust::document(text)?,
        other => other.clone(),
    };
    policy.get("Statement").is_some().then_some(policy)
}

fn statements(policy: &Value) -> impl Iterator<Item = Statement<'_>> {
    super::statements(policy).map(Statement)
}

/// How far the statements that allow something reach, at the farthest.
pub(in crate::investigation) fn reach(policy: &Value) -> Reach {
    let allowed = statements(policy).filter(Statement::allows);
    allowed
        .map(|statement| statement.reach())
        .max()
        .unwrap_or(Reach::Ordinary)
}

/// Each statement, in words. What an attacker wrote is in them.
pub(in crate::investigation) fn words(policy: &Value) -> Vec<String> {
    statements(policy).map(|statement| statement.words()).collect()
}

/// Those outside of an account whom the policy lets in; everybody only without a condition that narrows them down.
pub(in crate::investigation) fn let_in(policy: &Value, account: &str) -> Vec<Principal> {
    let mut outside = Vec::new();
    for statement in statements(policy).filter(Statement::allows) {
        let narrowed = statement.is_narrowed();
        let named = trust::allowed(&serde_json::json!({"Statement": [statement.0]})).into_iter();
        let counts = |principal: &Principal| *principal != Principal::Anybody || !narrowed;
        outside.extend(named.filter(|principal| is_outside(principal, account) && counts(principal)));
    }
    outside.sort();
    outside.dedup();
    outside
}

/// Whether a principal is somebody outside of an account. Its own identity providers are not.
pub(in crate::investigation) fn is_outside(principal: &Principal, account: &str) -> bool {
    !matches!(principal, Principal::Federated(_)) && principal.outside(account).is_some()
}

/// Whom a principal means, in words.
pub(in crate::investigation) fn whom(principal: &Principal) -> String {
    match principal {
        Principal::Anybody => "everybody".to_owned(),
        Principal::Account(id) => format!("account {id}"),
        Principal::Arn(arn) => arn.clone(),
        Principal::Service(service) => format!("the service {service}"),
        Principal::Federated(provider) => format!("users of {provider}"),
    }
}

impl Statement<'_> {
    fn allows(&self) -> bool {
        self.0.get("Effect").and_then(Value::as_str) == Some("Allow")
    }

    fn texts(&self, member: &str) -> Vec<&str> {
        list(&self.0[member]).filter_map(Value::as_str).collect()
    }

    fn is_narrowed(&self) -> bool {
        let operators = self.0.get("Condition").and_then(Value::as_object);
        let mut keys = operators
            .into_iter()
            .flat_map(|all| all.values())
            .filter_map(Value::as_object);
        keys.any(|keys| keys.iter().any(|(key, value)| narrows(key, value)))
    }

    /// Whether the statement is about everything: `*`, or all but something.
    fn is_on_everything(&self) -> bool {
        self.texts("Resource").contains(&"*") || self.0.get("NotResource").is_some()
    }

    fn reach(&self) -> Reach {
        if !self.is_on_everything() {
            return Reach::Ordinary;
        }
        let actions = self.texts("Action");
        let is = |wanted: &str| actions.iter().any(|action| action.eq_ignore_ascii_case(wanted));
        if is("*") || is("*:*") || is("iam:*") {
            return Reach::Administrator;
        }
        // Everything but a service or two.
        let excepted = self.texts("NotAction");
        if !excepted.is_empty() {
            let without_iam = excepted.iter().any(|action| action.to_lowercase().starts_with("iam:"));
            return if without_iam {
                Reach::Escalates
            } else {
                Reach::Administrator
            };
        }
        let escalates = |action: &&str| ESCALATING.iter().any(|known| fits(action, known));
        if actions.iter().any(escalates) {
            Reach::Escalates
        } else {
            Reach::Ordinary
        }
    }

    fn words(&self) -> String {
        let who = trust::allowed(&serde_json::json!({"Statement": [with_effect(self.0)]}));
        let who = match self.0.get("Principal").or_else(|| self.0.get("NotPrincipal")) {
            Some(_) => format!("{} ", listed(who.iter().map(whom))),
            None => String::new(),
        };
        let verb = if self.allows() { "may" } else { "may not" };
        let what = match (self.texts("Action"), self.texts("NotAction")) {
            (actions, _) if actions.iter().any(|a| matches!(*a, "*" | "*:*")) => "do everything".to_owned(),
            (actions, _) if !actions.is_empty() => listed(actions.into_iter().map(in_words)),
            (_, excepted) => format!("do everything but {}", listed(excepted.into_iter().map(str::to_owned))),
        };
        let on = match (self.texts("Resource"), self.texts("NotResource")) {
            (resources, _) if resources.contains(&"*") => " on everything".to_owned(),
            (resources, _) if !resources.is_empty() => {
                format!(" on {}", listed(resources.into_iter().map(str::to_owned)))
            }
            (_, excepted) if !excepted.is_empty() => {
                format!(" on everything but {}", listed(excepted.into_iter().map(str::to_owned)))
            }
            _ => String::new(),
        };
        let power = match (self.allows(), self.reach()) {
            (true, Reach::Administrator) => ": administrator",
            (true, Reach::Escalates) => ": leads to more rights",
            _ => "",
        };
        let condition = if self.0.get("Condition").is_some() {
            ", on conditions"
        } else {
            ""
        };
        format!("{who}{verb} {what}{on}{condition}{power}")
    }
}

/// The statement as one that allows: whom it is about is read the same way.
fn with_effect(statement: &Value) -> Value {
    let mut statement = statement.clone();
    if let Some(members) = statement.as_object_mut() {
        members.insert("Effect".to_owned(), "Allow".into());
    }
    statement
}

fn narrows(key: &str, value: &Value) -> bool {
    let key = key.to_lowercase();
    let open = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| matches!(text, "*" | "0.0.0.0/0" | "::/0"))
    };
    let is_open = open(value) || value.as_array().is_some_and(|all| all.iter().any(open));
    !is_open && NARROWING.iter().any(|known| matches(known, &key))
}

/// An action that few know by its name.
fn in_words(action: &str) -> String {
    match action.to_lowercase().as_str() {
        "iam:passrole" => "hand roles to services (iam:PassRole)".to_owned(),
        "sts:assumerole" => "take on roles (sts:AssumeRole)".to_owned(),
        _ => action.to_owned(),
    }
}

fn listed(all: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = all.collect();
    match all.len().checked_sub(MOST) {
        Some(more) if more > 0 => format!("{} and {more} more", all[..MOST].join(", ")),
        _ => all.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(statement: &Value) -> Value {
        json!({"Version": "2012-10-17", "Statement": statement})
    }

    #[test]
    fn a_policy_is_said_in_words() {
        for (statement, words, reach) in [
            (
                json!({"Effect": "Allow", "Action": "*", "Resource": "*"}),
                "may do everything on everything: administrator",
                Reach::Administrator,
            ),
            (
                json!({"Effect": "Allow", "Action": ["iam:PassRole"], "Resource": "*"}),
                "may hand roles to services (iam:PassRole) on everything: leads to more rights",
                Reach::Escalates,
            ),
            (
                json!({"Effect": "Allow", "Action": "iam:Put*", "Resource": ["*"]}),
                "may iam:Put* on everything: leads to more rights",
                Reach::Escalates,
            ),
            (
                json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::1:role/app"}),
                "may hand roles to services (iam:PassRole) on arn:aws:iam::1:role/app",
                Reach::Ordinary,
            ),
            (
                json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
                "may do everything but iam:* on everything: leads to more rights",
                Reach::Escalates,
            ),
            (
                json!({"Effect": "Deny", "Action": "*", "Resource": "*"}),
                "may not do everything on everything",
                Reach::Ordinary,
            ),
            (
                json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}),
                "everybody may s3:GetObject on arn:aws:s3:::b/*",
                Reach::Ordinary,
            ),
            (
                json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": "x"}}}),
                "account 444455556666 may take on roles (sts:AssumeRole), on conditions",
                Reach::Ordinary,
            ),
        ] {
            let policy = one(&statement);
            assert_eq!(super::words(&policy), [words]);
            assert_eq!(super::reach(&policy), reach, "{words}");
        }
    }

    #[test]
    fn a_condition_closes_a_policy_only_if_it_narrows_who() {
        let with = |condition: Value| {
            let policy = one(&json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Condition": condition}]));
            let_in(&policy, "111122223333").len()
        };
        assert_eq!(with(json!({})), 1);
        assert_eq!(with(json!({"Bool": {"aws:SecureTransport": "true"}})), 1);
        assert_eq!(with(json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})), 1);
        assert_eq!(with(json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}})), 0);
        assert_eq!(
            with(json!({"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::1:distribution/E"}})),
            0
        );
    }

    #[test]
    fn only_what_is_a_policy_is_read() {
        let text = r#"{"Statement":[]}"#;
        assert!(read(&json!(text)).is_some() && read(&json!("%7B%22Statement%22%3A%5B%5D%7D")).is_some());
        for other in [
            json!("x"),
            json!(null),
            json!({}),
            json!([1]),
            json!("%zz"),
            json!("[1]"),
        ] {
            assert_eq!(read(&other), None);
        }
    }
}
