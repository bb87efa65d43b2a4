//! Conditions on a record, as the rules write them.
//!
//! Conditions stand side by side, and all must hold: `path` (there is something), `!path` (there is nothing),
//! `path=pattern`, `path!=pattern` (there is something, and it is not that). A pattern may hold `*` for any text, and several
//! may stand for one (`a*|b`).

use serde_json::Value;

use crate::cloudtrail::json;

/// Whether all conditions hold of a record; none always hold.
pub(super) fn holds(conditions: &str, record: &Value) -> bool {
    conditions
        .split_whitespace()
        .all(|condition| holds_one(condition, record))
}

fn holds_one(condition: &str, record: &Value) -> bool {
    if let Some((path, pattern)) = condition.split_once("!=") {
        return json::exists(record, path) && !json::path(record, path).iter().any(|text| one_of(pattern, text));
    }
    if let Some((path, pattern)) = condition.split_once('=') {
        return json::path(record, path).iter().any(|text| one_of(pattern, text));
    }
    match condition.strip_prefix('!') {
        Some(path) => !json::exists(record, path),
        None => json::exists(record, condition),
    }
}

fn one_of(patterns: &str, text: &str) -> bool {
    patterns.split('|').any(|pattern| matches(pattern, text))
}

/// Whether a text fits a pattern, in which `*` stands for any text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match text.split_once(piece) {
            Some((_, after)) => text = after,
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, fits) in [
            ("AWSSSO_*_DO_NOT_DELETE", "AWSSSO_1234_DO_NOT_DELETE", true),
            ("AWSSSO_*_DO_NOT_DELETE", "AWSSSO_1234", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("ab*b", "ab", false),
            ("*", "", true),
            ("Active", "active", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn conditions_ask_for_members_and_values() {
        let record = json!({"requestParameters": {"userData": {}, "status": "Active", "a": {"b": 1}, "on": true}});
        for (conditions, hold) in [
            ("", true),
            ("requestParameters.a", true),
            ("requestParameters.userData", false),
            ("!requestParameters.userData", true),
            ("requestParameters.none|requestParameters.a", true),
            ("requestParameters.status=Active requestParameters.on=true", true),
            ("requestParameters.status!=Active", false),
            ("requestParameters.status!=Inactive", true),
            ("requestParameters.status=Off|Act*", true),
            ("requestParameters.none!=Inactive", false),
        ] {
            assert_eq!(holds(conditions, &record), hold, "{conditions}");
        }
    }
}
