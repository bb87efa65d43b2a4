//! Whom a policy lets in from outside of its account.
//!
//! Everybody counts as everybody unless a condition says whom it means: an operator that is not negated, and a value that
//! names somebody. What it names is outside too, unless it is sure to be the account itself: an organization, a network or a
//! repository may be the attacker's.

use std::net::IpAddr;

use serde_json::Value;

use super::{list, statements};
use crate::cloudtrail::ids;
use crate::investigation::chain::trust::{self, Principal};

/// Somebody outside of the account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::investigation) enum Outsider {
    /// Everybody.
    Anybody,
    /// Somebody, in words. May be what an attacker wrote.
    Named(String),
}

/// Operators that hold for the values they name.
const NAMING: [&str; 6] = [
    "stringequals",
    "stringequalsignorecase",
    "stringlike",
    "arnequals",
    "arnlike",
    "ipaddress",
];

/// Identity providers that serve everybody: being their user says nothing.
const PUBLIC: [&str; 14] = [
    "accounts.google.com",
    "agent.buildkite.com",
    "api.bitbucket.org",
    "app.terraform.io",
    "cognito-identity.amazonaws.com",
    "gitlab.com",
    "graph.facebook.com",
    "login.microsoftonline.com",
    "oidc.circleci.com",
    "oidc.vercel.com",
    "sts.windows.net",
    "token.actions.githubusercontent.com",
    "vstoken.dev.azure.com",
    "www.amazon.com",
];

/// Who so large a part of all addresses is open to: everybody.
const MANY_ADDRESSES: f64 = 1.0 / 256.0;

/// Those outside of an account whom a policy lets in.
pub(in crate::investigation) fn let_in(policy: &Value, account: &str) -> Vec<Outsider> {
    let mut outside = Vec::new();
    for statement in statements(policy) {
        let principals = trust::allowed(&serde_json::json!({"Statement": [statement]}));
        for principal in principals {
            outside.extend(admitted(&principal, statement, account));
        }
    }
    outside.sort();
    outside.dedup();
    outside
}

/// Those outside of an account whom a principal means that stands alone.
pub(in crate::investigation) fn named(principal: &Principal, account: &str) -> Vec<Outsider> {
    admitted(principal, &Value::Null, account)
}

fn admitted(principal: &Principal, statement: &Value, account: &str) -> Vec<Outsider> {
    let said = || vec![Outsider::Named(super::meaning::whom(principal))];
    match principal {
        Principal::Service(_) => Vec::new(),
        Principal::Federated(provider) => match provider_of(provider, account) {
            Provider::Own => Vec::new(),
            Provider::Foreign => said(),
            Provider::Public(host) => narrowed(statement, |key, values| {
                let claim = key.strip_prefix(&host)?.strip_prefix(':')?;
                // Some providers give this audience to everybody.
                let is_for_all = |text: &str| claim == "aud" && text == "sts.amazonaws.com";
                let names = |value: &&Value| value.as_str().is_some_and(|text| !is_open(text) && !is_for_all(text));
                Some(if values.iter().all(names) {
                    said()
                } else {
                    vec![Outsider::Anybody]
                })
            }),
        },
        _ if is_anybody(principal) => narrowed(statement, |key, values| by_condition(key, values, account)),
        Principal::Anybody | Principal::Account(_) | Principal::Arn(_) => match principal.outside(account) {
            Some(_) => said(),
            None => Vec::new(),
        },
    }
}

fn is_anybody(principal: &Principal) -> bool {
    match principal {
        Principal::Anybody => true,
        Principal::Account(id) => id.contains(['*', '?']),
        Principal::Arn(arn) => ids::Arn::parse(arn).is_some_and(|arn| arn.account.contains(['*', '?'])),
        Principal::Service(_) | Principal::Federated(_) => false,
    }
}

/// Everybody, as far as the conditions of a statement narrow that down: all must hold, so the narrowest counts. `judge` says
/// whom the values of a key mean, and `None` where the key says nothing of that.
fn narrowed(statement: &Value, judge: impl Fn(&str, &[&Value]) -> Option<Vec<Outsider>>) -> Vec<Outsider> {
    let mut left = vec![Outsider::Anybody];
    let operators = statement.get("Condition").and_then(Value::as_object);
    for (operator, keys) in operators.into_iter().flatten() {
        let operator = operator.to_ascii_lowercase();
        let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
        if !NAMING.contains(&operator) {
            continue;
        }
        for (key, values) in keys.as_object().into_iter().flatten() {
            let values: Vec<&Value> = list(values).collect();
            match judge(&key.to_ascii_lowercase(), &values) {
                Some(found) if found.is_empty() => return found,
                Some(found) if left.contains(&Outsider::Anybody) => left = found,
                _ => {}
            }
        }
    }
    left
}

/// Whom the values of a condition mean, of which one must hold.
fn by_condition(key: &str, values: &[&Value], account: &str) -> Option<Vec<Outsider>> {
    let by: fn(&str, &str) -> Option<Outsider> = match key {
        "aws:sourceip" => return Some(by_address(values)),
        "aws:principalaccount"
        | "aws:sourceaccount"
        | "aws:sourceowner"
        | "kms:calleraccount"
        | "s3:dataaccesspointaccount" => by_account,
        "aws:principalarn" | "aws:sourcearn" => by_arn,
        "aws:principalorgid" | "aws:principalorgpaths" | "aws:sourceorgid" | "aws:sourceorgpaths" => {
            |text, _| Some(unless_open(text, format!("organization {text}")))
        }
        "aws:sourcevpc" | "aws:sourcevpce" => {
            |text, _| Some(unless_open(text, format!("whoever comes through {text}")))
        }
        "sts:externalid" => |text, _| Some(unless_open(text, "whoever knows the external id".to_owned())),
        _ => return None,
    };
    let each = values.iter().filter_map(|value| match value {
        Value::String(text) => by(text, account),
        Value::Number(number) => by(&number.to_string(), account),
        _ => Some(Outsider::Anybody),
    });
    Some(each.collect())
}

fn by_account(text: &str, account: &str) -> Option<Outsider> {
    let said = || {
        if text.contains(['*', '?', '$']) {
            Outsider::Anybody
        } else {
            Outsider::Named(format!("account {text}"))
        }
    };
    (text != account).then(said)
}

fn by_arn(text: &str, account: &str) -> Option<Outsider> {
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    match fields[..] {
        [_, _, _, _, id, _] if id == account => None,
        // A bucket has a name that only one account can have.
        [_, _, "s3", _, _, bucket] => Some(unless_open(bucket, text.to_owned())),
        [_, _, _, _, id, _] if !id.contains(['*', '?', '$']) => Some(Outsider::Named(text.to_owned())),
        _ => Some(Outsider::Anybody),
    }
}

/// Those at public addresses. An address that is no public one is reached from inside only.
fn by_address(values: &[&Value]) -> Vec<Outsider> {
    let mut share = 0.0;
    let mut found = Vec::new();
    for value in values {
        let text = value.as_str().unwrap_or_default();
        let (address, bits) = text.split_once('/').unwrap_or((text, "128"));
        let (Ok(address), Ok(bits)) = (address.parse::<IpAddr>(), bits.parse::<i32>()) else {
            return vec![Outsider::Anybody];
        };
        let is_private = match address {
            IpAddr::V4(v4) => v4.is_private() && bits >= 8,
            IpAddr::V6(v6) => v6.is_unique_local() && bits >= 7,
        };
        if !is_private {
            share += 0.5_f64.powi(bits);
            found.push(Outsider::Named(format!("whoever calls from {text}")));
        }
    }
    if share >= MANY_ADDRESSES {
        return vec![Outsider::Anybody];
    }
    found
}

fn unless_open(text: &str, said: String) -> Outsider {
    if is_open(text) {
        Outsider::Anybody
    } else {
        Outsider::Named(said)
    }
}

/// Whether a value names nobody: what stands before its first wildcard is a kind at the most, such as `repo:` or `o-`.
fn is_open(text: &str) -> bool {
    let Some(wild) = text.find(['*', '?', '$']) else {
        return false;
    };
    let kind_and_name = text[..wild].split_once([':', '-']);
    kind_and_name.is_none_or(|(_, name)| name.is_empty())
}

enum Provider {
    /// One of the account, for its own users.
    Own,
    /// One of another account.
    Foreign,
    /// One that serves everybody, by its host.
    Public(String),
}

fn provider_of(provider: &str, account: &str) -> Provider {
    let host = match ids::Arn::parse(provider) {
        Some(arn) if arn.account != account => return Provider::Foreign,
        Some(arn) => match arn.resource.strip_prefix("oidc-provider/") {
            Some(host) => host.to_ascii_lowercase(),
            None => return Provider::Own,
        },
        None => provider.to_ascii_lowercase(),
    };
    let is_at = |known: &str| {
        host.strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if PUBLIC.iter().any(|known| is_at(known)) {
        Provider::Public(host)
    } else if host.contains(['*', '?']) {
        Provider::Foreign
    } else {
        Provider::Own
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const OWN: &str = "111122223333";

    /// `everybody`, who else, or nobody.
    fn of(principal: &Value, condition: &Value) -> String {
        let policy = json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "s3:*", "Condition": condition}]});
        let found = let_in(&policy, OWN).into_iter().map(|outsider| match outsider {
            Outsider::Anybody => "everybody".to_owned(),
            Outsider::Named(who) => who,
        });
        found.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn everybody_is_narrowed_only_by_a_condition_that_names_somebody() {
        for (condition, expected) in [
            (json!({}), "everybody"),
            (json!({"Bool": {"aws:SecureTransport": "true"}}), "everybody"),
            (json!({"StringEquals": {"AWS:PrincipalAccount": OWN}}), ""),
            (
                json!({"StringEquals": {"aws:PrincipalAccount": "999988887777"}}),
                "account 999988887777",
            ),
            (
                json!({"StringEquals": {"aws:PrincipalAccount": [OWN, 999_988_887_777_u64]}}),
                "account 999988887777",
            ),
            (json!({"StringLike": {"aws:PrincipalAccount": "*"}}), "everybody"),
            (
                json!({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}}),
                "everybody",
            ),
            (
                json!({"StringNotEquals": {"aws:PrincipalAccount": "999988887777"}}),
                "everybody",
            ),
            (
                json!({"StringEqualsIfExists": {"aws:PrincipalAccount": OWN}}),
                "everybody",
            ),
            (
                json!({"ForAllValues:StringEquals": {"aws:PrincipalAccount": OWN}}),
                "everybody",
            ),
            (
                json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
                "organization o-1",
            ),
            (json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}), "everybody"),
            (json!({"StringLike": {"aws:PrincipalOrgID": "o-*"}}), "everybody"),
            (
                json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-1/*"]}}),
                "organization o-1/*",
            ),
            (
                json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:*"}}),
                "everybody",
            ),
            (
                json!({"ArnLike": {"aws:PrincipalArn": format!("arn:aws:iam::{OWN}:role/*")}}),
                "",
            ),
            (
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:bucket"}}),
                "arn:aws:s3:*:*:bucket",
            ),
            (json!({"StringEquals": {"aws:PrincipalTag/team": "x"}}), "everybody"),
            (json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), "everybody"),
            (
                json!({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}),
                "everybody",
            ),
            (
                json!({"IpAddress": {"aws:SourceIp": "203.0.113.9/32"}}),
                "whoever calls from 203.0.113.9/32",
            ),
            (json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.9/32"}}), "everybody"),
            (json!({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}), ""),
            (
                json!({"StringEquals": {"sts:ExternalId": "x"}}),
                "whoever knows the external id",
            ),
            (json!({"StringLike": {"sts:ExternalId": "*"}}), "everybody"),
            (
                json!({"StringEquals": {"sts:ExternalId": "x", "aws:PrincipalAccount": OWN}}),
                "",
            ),
            (json!({"StringEquals": {"aws:PrincipalAccount": {"x": 1}}}), "everybody"),
            (json!([1]), "everybody"),
        ] {
            for principal in [json!("*"), json!({"AWS": "*"}), json!({"AWS": ["*"]})] {
                assert_eq!(of(&principal, &condition), expected, "{condition}");
            }
        }
    }

    #[test]
    fn users_of_a_provider_are_outside_unless_it_is_the_accounts_own() {
        let own = |resource: &str| format!("arn:aws:iam::{OWN}:{resource}");
        let github = own("oidc-provider/token.actions.githubusercontent.com");
        let claim = |operator: &str, claim: &str, value: &str| json!({operator: {format!("token.actions.githubusercontent.com:{claim}"): value}});
        let of_github = &*format!("users of {github}");
        for (provider, condition, expected) in [
            (&*own("saml-provider/x"), json!({}), ""),
            (
                &*own("oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/1"),
                json!({}),
                "",
            ),
            (
                "arn:aws:iam::999988887777:saml-provider/x",
                json!({}),
                "users of arn:aws:iam::999988887777:saml-provider/x",
            ),
            ("accounts.google.com", json!({}), "everybody"),
            ("Accounts.Google.com", json!({}), "everybody"),
            (
                "accounts.google.com",
                json!({"StringEquals": {"accounts.google.com:aud": "app"}}),
                "users of accounts.google.com",
            ),
            (&*github, json!({}), "everybody"),
            (&*github, claim("StringEquals", "aud", "sts.amazonaws.com"), "everybody"),
            (&*github, claim("StringLike", "sub", "repo:*"), "everybody"),
            (&*github, claim("StringNotLike", "sub", "repo:org/*"), "everybody"),
            (&*github, claim("StringLike", "sub", "repo:org/*"), of_github),
        ] {
            assert_eq!(
                of(&json!({"Federated": provider}), &condition),
                expected,
                "{provider} {condition}"
            );
        }
    }

    #[test]
    fn another_account_is_outside_under_whatever_condition() {
        let condition = json!({"StringEquals": {"aws:PrincipalAccount": OWN}});
        assert_eq!(of(&json!({"AWS": "444455556666"}), &condition), "account 444455556666");
        assert_eq!(of(&json!({"AWS": format!("arn:aws:iam::{OWN}:root")}), &json!({})), "");
        assert_eq!(of(&json!({"AWS": "arn:aws:iam::*:root"}), &json!({})), "everybody");
        assert_eq!(of(&json!({"Service": "ec2.amazonaws.com"}), &json!({})), "");
    }
}
