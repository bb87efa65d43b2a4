//! Live secrets in records become short hashes, so that nothing usable reaches disk, screen or log.
//!
//! CloudTrail logs session tokens (quirk Q28), and imported files may have been edited by anybody.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Members whose text is a secret when it is longer than [`SHORTEST_SECRET`] characters.
const SECRET_MEMBERS: [&str; 6] = [
    "sessionToken",
    "secretAccessKey",
    "password",
    "token",
    "tokenValue",
    "masterUserPassword",
];
const SHORTEST_SECRET: usize = 16;
const MARK: &str = "[redacted:sha256:";
/// Parameters of presigned URLs that let anybody repeat the call.
const URL_PARAMETERS: [&str; 3] = ["X-Amz-Security-Token=", "X-Amz-Signature=", "X-Amz-Credential="];

/// The mark that replaces a secret: equal secrets give equal marks, so a responder can still match them.
pub fn mark(secret: &str) -> String {
    let digest = Sha256::digest(secret.as_bytes());
    format!("{MARK}{}]", hex::encode(&digest[..6]))
}

fn is_mark(text: &str) -> bool {
    text.strip_prefix(MARK)
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
    let secret_name = member.is_some_and(|m| SECRET_MEMBERS.iter().any(|s| s.eq_ignore_ascii_case(m)));
    if secret_name && text.chars().count() > SHORTEST_SECRET {
        return Some(mark(text));
    }
    if URL_PARAMETERS.iter().any(|p| text.contains(p)) {
        return Some(redact_url(text));
    }
    redact_nested_json(text)
}

/// Some members hold JSON as text (a Lake map, a policy, an attacker's own payload): look inside those that name a secret.
fn redact_nested_json(text: &str) -> Option<String> {
    if !text.starts_with(['{', '[']) || !SECRET_MEMBERS.iter().any(|s| text.contains(s)) {
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
    fn redacting_twice_changes_nothing() {
        let mut record = json!({"sessionToken": "IQoJb3JpZ2luX2VjEXAMPLETOKEN",
            "u": "x?X-Amz-Signature=0123456789abcdef0123"});
        assert!(redact(&mut record));
        let once = record.clone();
        redact(&mut record);
        assert_eq!(record, once);
    }
}
