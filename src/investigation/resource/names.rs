//! What one thing may be called: calls name it by its id, its name or its ARN, as they like.

use crate::cloudtrail::ids;

/// What a text is shown as: the name in an ARN of a plain form, else the text itself.
pub(super) fn alias(text: &str) -> &str {
    if let Some(zone) = text.strip_prefix("/hostedzone/") {
        return zone;
    }
    let Some(arn) = ids::Arn::parse(text) else { return text };
    let is_plain = arn.resource.matches(['/', ':']).count() <= 1;
    // AWS puts six characters behind a secret's name: that is none that a command takes.
    if is_plain && arn.service != "secretsmanager" || names_its_kind(arn.resource) {
        ids::resource_name(text)
    } else {
        text
    }
}

fn names_its_kind(resource: &str) -> bool {
    ["function:", "stack/", "service/"]
        .iter()
        .any(|kind| resource.starts_with(kind))
}

/// Every name that a call may mean by a text: the text, what it is shown as, of an ARN the last part, and of a secret's ARN
/// the name without what AWS put behind it.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    let last = ids::resource_name(text);
    let arn = ids::Arn::parse(text).filter(|arn| arn.service == "secretsmanager");
    let secret = arn
        .and_then(|_| last.rsplit_once('-'))
        .filter(|(_, end)| end.len() == 6);
    let all = [Some(text), Some(alias(text)), Some(last), secret.map(|(name, _)| name)];
    all.into_iter().flatten().filter(|name| !name.is_empty())
}

/// Whether two texts may name the same thing.
pub(super) fn are_same(a: &str, b: &str) -> bool {
    names(a).any(|a| names(b).any(|b| a == b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_known_by_its_id_its_name_and_its_arn() {
        for (a, b) in [
            ("arn:aws:secretsmanager:us-east-1:1:secret:db-AbCdEf", "db"),
            ("arn:aws:secretsmanager:us-east-1:1:secret:db", "db"),
            ("/hostedzone/Z1", "Z1"),
            ("arn:aws:ecs:us-east-1:1:task/c/0f1e", "0f1e"),
            ("arn:aws:ecs:us-east-1:1:task-definition/web:3", "web:3"),
            ("arn:aws:lambda:us-east-1:1:function:orders:PROD", "orders"),
            ("arn:aws:rds:us-east-1:1:snapshot:daily", "daily"),
        ] {
            assert!(are_same(a, b) && are_same(b, a), "{a} {b}");
        }
        assert!(!are_same("db-AbCdEf", "db"), "a name may end like that");
        assert!(!are_same("web", "web2"));
        let secret = "arn:aws:secretsmanager:us-east-1:1:secret:db-AbCdEf";
        assert_eq!((alias(secret), alias("/hostedzone/Z1")), (secret, "Z1"));
    }
}
