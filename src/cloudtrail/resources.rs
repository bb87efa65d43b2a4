//! The resources a record names.

use serde_json::Value;

use super::json;

/// How many resources of one record are kept: a launch of a thousand instances is told by its count, not by this list.
const MOST: usize = 100;
/// Members of a request or answer that hold the name of one resource.
const NAMING: [&str; 13] = [
    "bucketName",
    "functionName",
    "queueName",
    "queueUrl",
    "tableName",
    "keyId",
    "secretId",
    "clusterName",
    "repositoryName",
    "dBInstanceIdentifier",
    "dBSnapshotIdentifier",
    "stackName",
    "trailName",
];

/// What the record lists under `resources`; for a call that changes something also the ARNs, ids and names in its request
/// and answer, since most services list nothing.
pub(super) fn of(body: &Value, is_write: bool) -> Vec<String> {
    let mut found = Vec::new();
    for item in body.get("resources").and_then(Value::as_array).into_iter().flatten() {
        let listed = ["ARN", "arn", "resourceName", "ResourceName"]
            .iter()
            .find_map(|key| json::text(item, key));
        keep(&mut found, listed);
    }
    if is_write {
        for part in ["responseElements", "requestParameters"] {
            if let Some(value) = body.get(part) {
                // Deeper down, a `name` is a state, a profile, a filter.
                keep(&mut found, json::text(value, "name"));
                walk(value, "", &mut found);
            }
        }
    }
    found
}

fn keep(found: &mut Vec<String>, text: Option<&str>) {
    if let Some(text) = text
        && found.len() < MOST
        && !found.iter().any(|known| known == text)
    {
        found.push(text.to_owned());
    }
}

fn walk(value: &Value, member: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, inner)| walk(inner, name, found)),
        Value::Array(items) => items.iter().for_each(|item| walk(item, member, found)),
        Value::String(text) => {
            let named = NAMING.contains(&member) && !text.is_empty() && text.len() <= 256;
            if named || is_arn(text) || is_resource_id(text) {
                keep(found, Some(text));
            }
        }
        _ => {}
    }
}

/// An ARN and nothing else: a policy document quotes some, but is none. Users and roles are no resources here.
fn is_arn(text: &str) -> bool {
    let identity = text
        .split(':')
        .nth(2)
        .is_some_and(|service| matches!(service, "iam" | "sts"));
    text.starts_with("arn:") && !identity && text.len() <= 512 && !text.contains(char::is_whitespace)
}

/// Ids such as `i-0123456789abcdef0`, `vol-...`, `sg-...`: letters, a dash, 8 or 17 hexadecimal digits. Images and
/// reservations are what a launch uses, not what it makes.
pub fn is_resource_id(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(prefix, digits)| {
        matches!(digits.len(), 8 | 17)
            && digits.bytes().all(|b| b.is_ascii_hexdigit())
            && !matches!(prefix, "" | "ami" | "r")
            && prefix.len() <= 12
            && prefix.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_launch_names_its_instances_and_a_reading_call_names_only_what_is_listed() {
        let body = json!({
            "resources": [{"ARN": "arn:aws:s3:::listed"}],
            "requestParameters": {"name": "trail-1", "policy": "{\"Resource\": \"arn:aws:s3:::x\"}"},
            "responseElements": {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0", "imageId": "ami-12345678",
                "instanceState": {"name": "pending"}, "iamInstanceProfile": {"arn": "arn:aws:iam::1:instance-profile/p"}}]}},
        });
        assert_eq!(
            of(&body, true),
            ["arn:aws:s3:::listed", "i-0123456789abcdef0", "trail-1"]
        );
        assert_eq!(of(&body, false), ["arn:aws:s3:::listed"]);
    }

    #[test]
    fn words_with_dashes_are_not_ids() {
        for text in [
            "us-east-1",
            "my-application",
            "2026-05-21",
            "x-deadbee",
            "i-0123456789ABCDEF0Z",
        ] {
            assert!(!is_resource_id(text), "{text}");
        }
    }
}
