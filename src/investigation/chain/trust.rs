//! Whom a trust policy lets in.

use serde_json::Value;

use crate::cloudtrail::{Identity, IdentityType, ids, json};

/// One principal of an `Allow` statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// `*`: anybody.
    Anybody,
    /// A whole account, by its id or its root ARN.
    Account(String),
    /// One user, role or session, by ARN.
    Arn(String),
    /// An AWS service.
    Service(String),
    /// An identity provider, by ARN or host name.
    Federated(String),
}

impl Principal {
    /// Whether a caller got its session of a role in `role_account` through this principal. Services are not asked: they
    /// act for their own account's users.
    pub(super) fn admits(&self, caller: &Identity, body: &Value, role_account: &str) -> bool {
        if caller.kind == IdentityType::AwsService {
            return false;
        }
        let account = caller.account.as_deref().unwrap_or_default();
        match self {
            Self::Anybody => account != role_account || caller.access_key.is_none(),
            Self::Account(id) => account == id && account != role_account,
            Self::Arn(arn) => {
                let named = caller.arn.as_deref() == Some(arn) || caller.issuer_arn.as_deref() == Some(arn);
                // From another account the log shows no ARN, only the account and the unique id.
                let same_account = ids::Arn::parse(arn).is_some_and(|a| a.account == account);
                named || (same_account && account != role_account && caller.kind == IdentityType::AwsAccount)
            }
            Self::Federated(provider) => [
                "requestParameters.principalArn",
                "responseElements.provider",
                "requestParameters.providerId",
            ]
            .iter()
            .any(|path| {
                json::first(body, path).is_some_and(|p| p.ends_with(provider.as_str()) || provider.ends_with(&*p))
            }),
            Self::Service(_) => false,
        }
    }

    /// The account this principal belongs to, if it is one outside of `role_account` (or anybody).
    pub fn outside(&self, role_account: &str) -> Option<String> {
        match self {
            Self::Anybody => Some("*".to_owned()),
            Self::Account(id) if id != role_account => Some(id.clone()),
            Self::Arn(arn) => ids::Arn::parse(arn)
                .filter(|a| !a.account.is_empty() && a.account != role_account)
                .map(|a| a.account.to_owned()),
            Self::Federated(provider) => Some(provider.clone()),
            _ => None,
        }
    }
}

/// Those outside of an account whom a trust policy lets in; `*` for anybody.
pub fn outsiders(text: &str, role_account: &str) -> Vec<String> {
    outside(&principals(text), role_account)
}

pub(super) fn outside(principals: &[Principal], role_account: &str) -> Vec<String> {
    let mut found: Vec<String> = principals.iter().filter_map(|p| p.outside(role_account)).collect();
    found.dedup();
    found
}

/// Decodes a policy document: plain JSON, or URL-encoded as in the answer of CreateRole (quirk Q30).
pub fn document(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    serde_json::from_str(&percent_decode(text)?).ok()
}

/// Undoes the encoding of URLs.
pub(super) fn percent_decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let pair = [bytes.next()?, bytes.next()?];
            out.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

/// The principals that the `Allow` statements of a trust policy name. Empty where the document cannot be read.
pub fn principals(text: &str) -> Vec<Principal> {
    document(text).map(|policy| allowed(&policy)).unwrap_or_default()
}

/// Whom a call gives access to a resource: the principals of a policy, or those named one by one. `None` where the record
/// does not say, or nobody can tell from it.
pub fn grantees(record: &Value, path: &str) -> Option<Vec<Principal>> {
    let mut found = Vec::new();
    for value in json::values(record, path) {
        for value in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
            match value {
                Value::Object(_) => found.push(allowed(value)),
                Value::String(text) => found.push(match document(text) {
                    Some(policy) if policy.is_object() => allowed(&policy),
                    _ => vec![named(text)?],
                }),
                _ => return None,
            }
        }
    }
    (!found.is_empty()).then(|| found.concat())
}

/// A principal that stands alone: an account, an ARN, a service, or everybody.
fn named(text: &str) -> Option<Principal> {
    let is_account = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    if text.ends_with(".amazonaws.com") {
        Some(Principal::Service(text.to_owned()))
    } else if text == "*" || is_account || text.starts_with("arn:") {
        Some(principal("AWS", text))
    } else {
        None
    }
}

/// The principals that the `Allow` statements of a policy name.
pub fn allowed(policy: &Value) -> Vec<Principal> {
    let statements = match policy.get("Statement") {
        Some(Value::Array(list)) => list.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let mut found = Vec::new();
    for statement in statements
        .iter()
        .filter(|s| s.get("Effect").and_then(Value::as_str) == Some("Allow"))
    {
        match statement.get("Principal") {
            Some(Value::String(star)) if star == "*" => found.push(Principal::Anybody),
            Some(Value::Object(kinds)) => {
                for (kind, values) in kinds {
                    found.extend(texts(values).into_iter().map(|value| principal(kind, value)));
                }
            }
            // Everybody but somebody is everybody.
            None if statement.get("NotPrincipal").is_some() => found.push(Principal::Anybody),
            _ => {}
        }
    }
    found.sort();
    found.dedup();
    found
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    }
}

fn principal(kind: &str, value: &str) -> Principal {
    match kind {
        "Service" => Principal::Service(value.to_owned()),
        "Federated" => Principal::Federated(value.to_owned()),
        _ if value == "*" => Principal::Anybody,
        _ => match ids::Arn::parse(value) {
            Some(arn) if arn.resource == "root" => Principal::Account(arn.account.to_owned()),
            Some(_) => Principal::Arn(value.to_owned()),
            None => Principal::Account(value.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_plain_or_url_encoded() {
        let plain = r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":["444455556666","arn:aws:iam::111122223333:root"],"Service":"ec2.amazonaws.com"}}}"#;
        let encoded: String = plain
            .replace('{', "%7B")
            .replace('"', "%22")
            .replace(' ', "%20")
            .replace('}', "%7D");
        let expected = vec![
            Principal::Account("111122223333".into()),
            Principal::Account("444455556666".into()),
            Principal::Service("ec2.amazonaws.com".into()),
        ];
        assert_eq!(principals(plain), expected);
        assert_eq!(principals(&encoded), expected);
        assert_eq!(principals("not a policy %zz"), Vec::new());
    }

    #[test]
    fn a_denial_lets_nobody_in_and_a_star_lets_in_all() {
        assert_eq!(
            principals(r#"{"Statement":[{"Effect":"Deny","Principal":"*"}]}"#),
            Vec::new()
        );
        for open in [
            r#""Principal":"*""#,
            r#""Principal":{"AWS":"*"}"#,
            r#""NotPrincipal":{"AWS":"1"}"#,
        ] {
            let text = format!(r#"{{"Statement":[{{"Effect":"Allow",{open}}}]}}"#);
            assert_eq!(principals(&text), vec![Principal::Anybody], "{text}");
        }
    }

    #[test]
    fn a_grant_is_read_from_a_policy_of_either_form_or_from_names() {
        let policy = serde_json::json!({"Statement": [{"Effect": "Allow", "Principal": "*"}]});
        let record = serde_json::json!({"a": policy, "b": policy.to_string(), "c": ["444455556666", "sns.amazonaws.com"],
            "d": "NONE", "e": {"Statement": []}});
        let of = |path| grantees(&record, path);
        assert_eq!(of("a"), Some(vec![Principal::Anybody]));
        assert_eq!(of("b"), of("a"));
        let named = vec![
            Principal::Account("444455556666".into()),
            Principal::Service("sns.amazonaws.com".into()),
        ];
        assert_eq!(of("c[]"), Some(named.clone()));
        assert_eq!(of("c"), Some(named));
        assert_eq!((of("d"), of("none")), (None, None));
        assert_eq!(of("e"), Some(Vec::new()));
    }

    #[test]
    fn only_principals_of_other_accounts_are_outside() {
        let outside = |p: Principal| p.outside("111122223333");
        assert_eq!(outside(Principal::Account("111122223333".into())), None);
        assert_eq!(
            outside(Principal::Arn("arn:aws:iam::444455556666:user/x".into())),
            Some("444455556666".into())
        );
        assert_eq!(outside(Principal::Service("ec2.amazonaws.com".into())), None);
        assert_eq!(outside(Principal::Anybody), Some("*".into()));
    }
}
