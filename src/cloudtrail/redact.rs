//! Live secrets in records become short hashes, so that nothing usable reaches disk, screen or log.
//!
//! CloudTrail logs session tokens (quirk Q28), and imported files may have been edited by anybody.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Members whose text is a secret, by their names in small letters without signs.
const SECRET_MEMBERS: [&str; 20] = [
    "sessiontoken",
    "awssessiontoken",
    "secretaccesskey",
    "awssecretaccesskey",
    "password",
    "oldpassword",
    "newpassword",
    "masteruserpassword",
    "servicepassword",
    "clientsecret",
    "secretstring",
    "secretbinary",
    "privatekey",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "webidentitytoken",
    "samlassertion",
    "authorizationtoken",
    "signintoken",
];
/// Members whose text is a secret when it is long: short ones mark pages and requests.
const TOKEN_MEMBERS: [&str; 2] = ["token", "tokenvalue"];
/// The longest text, in characters, that anybody could guess: its hash would give it away.
const GUESSABLE: usize = 16;
/// What replaces a secret that could be guessed.
const PLAIN_MARK: &str = "[redacted]";
const MARK: &str = "[redacted:sha256:";
/// Parameters of presigned URLs that let anybody repeat the call.
const URL_PARAMETERS: [&str; 3] = ["X-Amz-Security-Token=", "X-Amz-Signature=", "X-Amz-Credential="];

/// The mark that replaces a secret: equal long secrets give equal marks, so a responder can still match them.
pub fn mark(secret: &str) -> String {
    if secret.chars().count() <= GUESSABLE {
        return PLAIN_MARK.to_owned();
    }
    let digest = Sha256::digest(secret.as_bytes());
    format!("{MARK}{}]", hex::encode(&digest[..6]))
}

fn is_mark(text: &str) -> bool {
    text == PLAIN_MARK
        || text
            .strip_prefix(MARK)
            .and_then(|rest| rest.strip_suffix(']'))
            .is_some_and(|hash| hash.len() == 12 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Replaces every secret in a record. Returns whether anything was replaced.
pub fn redact(record: &mut Value) -> bool {
    let mut replaced = false;
    walk(record, None, &mut replaced);
    replaced
}

fn walk(value: &mut Value, member: Option<&str>, replaced: &mut bool) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                walk(inner, Some(name), replaced);
            }
        }
        Value::Array(items) => {
            for item in items {
                walk(item, member, replaced);
            }
        }
        Value::String(text) => {
            if let Some(safe) = redact_text(member, text) {
                *text = safe;
                *replaced = true;
            }
        }
        _ => {}
    }
}

fn redact_text(member: Option<&str>, text: &str) -> Option<String> {
    if is_mark(text) {
        return None;
    }
    if member.is_some_and(|name| holds_secret(name, text)) {
        return Some(mark(text));
    }
    if URL_PARAMETERS.iter().any(|p| text.contains(p)) {
        return Some(redact_url(text));
    }
    redact_nested_json(text)
}

fn holds_secret(member: &str, text: &str) -> bool {
    // AWS's own masks say more than ours would.
    let masked = text.is_empty() || text.starts_with("HIDDEN_DUE_TO") || text.chars().all(|c| c == '*');
    let name: String = member
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    let long = text.chars().count() > GUESSABLE;
    !masked && (SECRET_MEMBERS.contains(&&*name) || (long && TOKEN_MEMBERS.contains(&&*name)))
}

/// Some members hold JSON as text (a Lake map, a policy, an attacker's own payload): look inside.
fn redact_nested_json(text: &str) -> Option<String> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut inner: Value = serde_json::from_str(text).ok()?;
    redact(&mut inner).then(|| inner.to_string())
}

fn redact_url(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, parameter)) = URL_PARAMETERS
        .iter()
        .filter_map(|p| rest.find(p).map(|at| (at, p)))
        .min()
    {
        let start = at + parameter.len();
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(['&', '"', ' ', '\'', '<']).unwrap_or(rest.len());
        if is_mark(&rest[..end]) {
            out.push_str(&rest[..end]);
        } else {
            out.push_str(&mark(&rest[..end]));
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tokens_are_replaced_wherever_they_stand_and_equal_ones_stay_equal() {
        let secret = "IQoJb3JpZ2luX2VjEXAMPLETOKEN";
        let mut record = json!({
            "responseElements": {"credentials": {"accessKeyId": "ASIAX", "sessionToken": secret}},
            "requestParameters": {"tokens": [{"SessionToken": secret}], "token": "short"},
            "lake": format!("{{\"sessionToken\":\"{secret}\"}}"),
            "url": format!("https://b.s3.amazonaws.com/k?X-Amz-Security-Token={secret}&X-Amz-Date=1"),
        });
        assert!(redact(&mut record));
        let text = record.to_string();
        assert!(!text.contains(secret), "{text}");
        assert_eq!(text.matches(&mark(secret)).count(), 4);
        assert!(text.contains("ASIAX") && text.contains("\"short\"") && text.contains("&X-Amz-Date=1"));
    }

    #[test]
    fn every_kind_of_secret_goes_and_what_is_none_stays() {
        let mut record = json!({
            "requestParameters": {
                "password": "Tr0ub4dor&3", "newPassword": "Tr0ub4dor&3", "clientSecret": "s3cr3t", "secretString": "{}x",
                "environment": {"variables": {"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}},
                "masterUserPassword": "****", "nextToken": "AAIAAUCZLcGdOTmfTz2Vwy7qCVgVq6KN", "token": "page-2",
                "passwordResetRequired": true, "userName": "password"
            },
            "responseElements": {"authorizationToken": "abc", "credentials": {"sessionToken": "short"}}
        });
        redact(&mut record);
        let text = record.to_string();
        for secret in ["Tr0ub4dor", "s3cr3t", "{}x", "wJalr", "\"abc\"", "\"short\""] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        for kept in [
            "****",
            "AAIAAUCZLcGdOTmfTz2Vwy7qCVgVq6KN",
            "page-2",
            "\"userName\":\"password\"",
        ] {
            assert!(text.contains(kept), "{kept} not in {text}");
        }
        // A hash of a guessable secret would give it away.
        assert_eq!(record["requestParameters"]["password"], "[redacted]");
    }

    #[test]
    fn redacting_twice_changes_nothing() {
        let mut record = json!({"sessionToken": "IQoJb3JpZ2luX2VjEXAMPLETOKEN",
            "u": "x?X-Amz-Signature=0123456789abcdef0123"});
        assert!(redact(&mut record));
        let once = record.clone();
        redact(&mut record);
        assert_eq!(record, once);
    }
}
