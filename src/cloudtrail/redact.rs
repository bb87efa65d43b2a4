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
/// How the parameters of presigned URLs begin.
const URL_PREFIX: &str = "X-Amz-";
/// Those that let anybody repeat the call.
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
    let name = plain(member);
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
    while let Some(at) = rest.find(URL_PREFIX) {
        let parameter = URL_PARAMETERS.iter().find(|p| rest[at..].starts_with(*p));
        let start = at + parameter.map_or(URL_PREFIX.len(), |p| p.len());
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        if parameter.is_none() {
            continue;
        }
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

/// The length of a secret access key.
const SECRET_KEY: usize = 40;
/// How session tokens begin, and from which length on.
const TOKEN_STARTS: [&str; 4] = ["IQoJ", "FwoG", "FQoG", "FwoD"];
const SHORTEST_TOKEN: usize = 100;

/// Replaces every secret in a text that people wrote or pasted, JSON or not. Returns the text and whether anything was
/// replaced. JSON that holds secrets is written anew, so it may be laid out differently.
pub fn redact_prose(text: &str) -> (String, bool) {
    let mut replaced = false;
    let mut kept = match serde_json::from_str::<Value>(text) {
        Ok(mut document) => {
            replaced |= redact(&mut document);
            if replaced {
                format!("{document:#}")
            } else {
                text.to_owned()
            }
        }
        Err(_) => text
            .split_inclusive('\n')
            .map(|line| redact_line(line, &mut replaced))
            .collect(),
    };
    if URL_PARAMETERS.iter().any(|parameter| kept.contains(parameter)) {
        let safe = redact_url(&kept);
        replaced |= safe != kept;
        kept = safe;
    }
    let safe = redact_runs(&kept);
    replaced |= safe != kept;
    (safe, replaced)
}

/// What the name of a member holds that may hold a secret of somebody's own, in small letters without signs.
const PERHAPS_SECRET: [&str; 8] = [
    "apikey",
    "connectionstring",
    "passphrase",
    "password",
    "privatekey",
    "secret",
    "token",
    "userdata",
];
/// Members all of whose texts may be: people put passwords into the environment of functions and containers.
const ENVIRONMENTS: [&str; 2] = ["environment", "variables"];

/// Replaces what may be a secret in the output of a command, which can hold more than records do: rather too much than
/// too little. Returns whether anything was replaced.
pub fn redact_output(output: &mut Value) -> bool {
    let mut replaced = redact(output);
    guess(output, false, &mut replaced);
    replaced
}

fn guess(value: &mut Value, is_secret: bool, replaced: &mut bool) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let name = plain(name);
                let named = PERHAPS_SECRET.iter().any(|word| name.contains(word));
                let is_secret = is_secret || named || ENVIRONMENTS.contains(&&*name);
                guess(inner, is_secret, replaced);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| guess(item, is_secret, replaced)),
        Value::String(text) if is_secret && !text.is_empty() && !is_mark(text) => {
            *text = mark(text);
            *replaced = true;
        }
        _ => {}
    }
}

/// The name of a member in small letters without signs.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.collect::<String>().to_ascii_lowercase()
}

/// A line such as `aws_secret_access_key = ...` or `Password: ...`.
fn redact_line(line: &str, replaced: &mut bool) -> String {
    let Some(at) = line.find([':', '=']) else {
        return line.to_owned();
    };
    let (label, rest) = line.split_at(at + 1);
    let value = rest.trim();
    if is_mark(value) || !holds_secret(label, value) {
        return line.to_owned();
    }
    *replaced = true;
    format!("{label}{}", rest.replacen(value, &mark(value), 1))
}

/// Secret access keys and session tokens by their form alone, wherever they stand.
fn redact_runs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_base64) {
        let end = rest[start..]
            .find(|c| !is_base64(c))
            .map_or(rest.len(), |end| start + end);
        let run = &rest[start..end];
        out.push_str(&rest[..start]);
        if is_secret_run(run) {
            out.push_str(&mark(run));
        } else {
            out.push_str(run);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/')
}

fn is_secret_run(run: &str) -> bool {
    let has = |test: fn(&u8) -> bool| run.as_bytes().iter().any(test);
    // Hashes have small letters only.
    let is_key = run.len() == SECRET_KEY && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    is_key || (run.len() >= SHORTEST_TOKEN && TOKEN_STARTS.iter().any(|start| run.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pasted_text_keeps_everything_but_its_secrets() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let token = format!("IQoJb3JpZ2luX2Vj{}", "Ab9/".repeat(40));
        for text in [
            format!("key AKIAIOSFODNN7EXAMPLE secret {secret}, sha da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            format!("AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_SESSION_TOKEN={token}\nAKIAIOSFODNN7EXAMPLE"),
            format!("{{\"id\": \"AKIAIOSFODNN7EXAMPLE\", \"SecretAccessKey\": \"{secret}\"}}"),
            "AKIAIOSFODNN7EXAMPLE\nPassword: wJalr and a horse\n".to_owned(),
        ] {
            let (kept, replaced) = redact_prose(&text);
            assert!(replaced && !kept.contains("wJalr") && !kept.contains(&token), "{kept}");
            assert!(kept.contains("AKIAIOSFODNN7EXAMPLE"), "{kept}");
            assert_eq!(redact_prose(&kept), (kept, false));
        }
        let plain = "commit da39a3ee5e6b4b0d3255bfef95601890afd80709 of app/config/prod/settings";
        assert_eq!(redact_prose(plain), (plain.to_owned(), false));
    }

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
