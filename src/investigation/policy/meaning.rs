//! What a policy says, in words: who may do what.

use serde_json::Value;

use super::extent::{About, Extent};
use super::list;
use crate::investigation::chain::trust::{self, Principal};

/// Actions with which one changes what somebody may do: on whomever, they lead to more rights.
const WRITES_RIGHTS: [&str; 11] = [
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
];
/// Actions with which one gets the rights of somebody else: harmless on what is named, such as oneself or one role.
const TAKES_RIGHTS: [&str; 7] = [
    "iam:PassRole",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:UpdateLoginProfile",
    "sts:AssumeRole",
    "organizations:DetachPolicy",
    "sso:CreateAccountAssignment",
];
/// Who may do so many of the first on everything is an administrator, whatever was left out to look like less.
const MOST_WRITES: usize = 6;

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

/// How far the statements that allow something reach together. Denials and conditions are not counted: they may be there
/// to look like less.
pub(in crate::investigation) fn reach(policy: &Value) -> Reach {
    let allowed = statements(policy).filter(Statement::allows);
    reach_of(&allowed.map(|statement| About::read(statement.0)).collect::<Vec<_>>())
}

fn reach_of(allowed: &[About]) -> Reach {
    let extent = |action: &str| allowed.iter().map(|about| about.extent(action)).max();
    let count = |actions: &[&str], least| actions.iter().filter(|action| extent(action) >= Some(least)).count();
    // All but something is more than anybody listed.
    let all_but = |about: &About| about.actions.is_but && about.extent("ec2:RunInstances") >= Extent::Most;
    if count(&WRITES_RIGHTS, Extent::Most) >= MOST_WRITES {
        Reach::Administrator
    } else if count(&WRITES_RIGHTS, Extent::Named) + count(&TAKES_RIGHTS, Extent::Pattern) > 0
        || allowed.iter().any(all_but)
    {
        Reach::Escalates
    } else {
        Reach::Ordinary
    }
}

/// Each statement, in words. What an attacker wrote is in them.
pub(in crate::investigation) fn words(policy: &Value) -> Vec<String> {
    statements(policy).map(|statement| statement.words()).collect()
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

    fn words(&self) -> String {
        let who = trust::allowed(&serde_json::json!({"Statement": [with_effect(self.0)]}));
        let who = match self.0.get("Principal").or_else(|| self.0.get("NotPrincipal")) {
            Some(_) => format!("{} ", listed(who.iter().map(whom))),
            None => String::new(),
        };
        let verb = if self.allows() { "may" } else { "may not" };
        let means_all = |texts: &[&str]| texts.iter().any(|text| text.chars().all(|c| matches!(c, '*' | ':')));
        let what = match (self.texts("Action"), self.texts("NotAction")) {
            (actions, _) if means_all(&actions) => "do everything".to_owned(),
            (actions, _) if !actions.is_empty() => listed(actions.into_iter().map(in_words)),
            (_, excepted) => format!("do everything but {}", listed(excepted.into_iter().map(str::to_owned))),
        };
        let on = match (self.texts("Resource"), self.texts("NotResource")) {
            (resources, _) if means_all(&resources) => " on everything".to_owned(),
            (resources, _) if !resources.is_empty() => {
                format!(" on {}", listed(resources.into_iter().map(str::to_owned)))
            }
            (_, excepted) if !excepted.is_empty() => {
                format!(" on everything but {}", listed(excepted.into_iter().map(str::to_owned)))
            }
            _ => String::new(),
        };
        let power = match (self.allows(), reach_of(&[About::read(self.0)])) {
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
    fn how_far_a_policy_reaches_does_not_depend_on_how_it_is_written() {
        let account = "arn:aws:iam::111122223333";
        for (statement, expected) in [
            (json!({"Action": "*", "Resource": "arn:aws:*"}), Reach::Administrator),
            (json!({"Action": "**", "Resource": "**"}), Reach::Administrator),
            (
                json!({"Action": ["?*:*"], "Resource": ["x", "arn:*"]}),
                Reach::Administrator,
            ),
            (
                json!({"Action": "IAM:*", "Resource": [format!("{account}:*")]}),
                Reach::Administrator,
            ),
            (
                json!({"Action": ["iam:A*", "iam:P*"], "Resource": "*"}),
                Reach::Administrator,
            ),
            (
                json!({"NotAction": "iam:DeleteUser", "Resource": "*"}),
                Reach::Administrator,
            ),
            (
                json!({"Action": "*", "NotResource": "arn:aws:s3:::b"}),
                Reach::Administrator,
            ),
            (
                json!({"Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
                Reach::Administrator,
            ),
            (
                json!({"Action": "iam:PutUserPolicy", "Resource": format!("{account}:user/app")}),
                Reach::Escalates,
            ),
            (
                json!({"Action": ["iam:PassRole", "lambda:*"], "Resource": format!("{account}:role/*")}),
                Reach::Escalates,
            ),
            (
                json!({"Action": "iam:P?ssRole", "Resource": format!("{account}:role/a*")}),
                Reach::Escalates,
            ),
            (
                json!({"NotAction": ["iam:*", "sts:*", "organizations:*", "sso:*"], "Resource": "*"}),
                Reach::Escalates,
            ),
            (
                json!({"Action": "iam:CreateAccessKey", "Resource": format!("{account}:user/${{aws:username}}")}),
                Reach::Ordinary,
            ),
            (json!({"Action": "*", "Resource": "arn:aws:s3:::b/*"}), Reach::Ordinary),
            (
                json!({"NotAction": "s3:*", "Resource": "arn:aws:s3:::b/*"}),
                Reach::Ordinary,
            ),
        ] {
            let mut statement = statement;
            statement["Effect"] = json!("Allow");
            assert_eq!(super::reach(&one(&statement)), expected, "{statement}");
        }
        // Nor on how it is cut into statements, nor on what is denied beside it.
        let policy = one(&json!([
            {"Effect": "Allow", "Action": "iam:A*", "Resource": "*"},
            {"Effect": "Allow", "Action": ["iam:Put*"], "Resource": "arn:aws:iam::*"},
            {"Effect": "Deny", "Action": "iam:PutUserPolicy", "Resource": "*"},
        ]));
        assert_eq!(super::reach(&policy), Reach::Administrator);
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
