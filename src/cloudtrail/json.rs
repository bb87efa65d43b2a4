//! Reading values out of a record, with CloudTrail's habits: `{}` and `""` mean "absent" (quirks Q02, Q07).

use serde_json::Value;

/// The text at `key`, unless it is missing, empty or not text.
pub fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str().filter(|s| !s.is_empty())
}

/// The object at `key`, unless it is missing or empty.
pub fn object<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value.get(key).filter(|v| v.as_object().is_some_and(|o| !o.is_empty()))
}

/// A truth value written as `true`, `"true"` or `"True"` (quirks Q13, Q32).
pub fn truth(value: &Value, key: &str) -> Option<bool> {
    match value.get(key)? {
        Value::Bool(b) => Some(*b),
        Value::String(s) if s.eq_ignore_ascii_case("true") => Some(true),
        Value::String(s) if s.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Every text found by a path such as `responseElements.instancesSet.items[].instanceId`.
///
/// Members are separated by dots, `*` stands for every member; `[]` after a member walks each element of a list, `[key=x]` those whose `key` is `x`.
/// `a.b|a.c` names alternatives: the first that yields something counts. A member whose value is text that holds JSON is
/// not opened. Numbers and truth values are given as text. Missing members yield nothing.
pub fn path<'v>(value: &'v Value, path: &str) -> Vec<std::borrow::Cow<'v, str>> {
    let mut alternatives = path.split('|').map(|path| {
        let texts = values(value, path).into_iter().filter_map(|v| match v {
            Value::String(s) if !s.is_empty() => Some(s.as_str().into()),
            Value::Number(n) => Some(n.to_string().into()),
            Value::Bool(b) => Some(b.to_string().into()),
            _ => None,
        });
        texts.collect::<Vec<_>>()
    });
    alternatives.find(|texts| !texts.is_empty()).unwrap_or_default()
}

/// Whether a path (or one of its alternatives) leads to something that is not empty.
pub fn exists(value: &Value, path: &str) -> bool {
    let is_there = |v: &&Value| match v {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    path.split('|').any(|path| values(value, path).iter().any(is_there))
}

/// Every value found by a path without alternatives; see [`path`].
pub fn values<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut here = vec![value];
    for member in path.split('.').filter(|m| !m.is_empty()) {
        let (name, each) = match member.strip_suffix(']').and_then(|m| m.split_once('[')) {
            Some((name, only)) => (name, Some(only)),
            None => (member, None),
        };
        let is_wanted = |item: &&Value| match each.and_then(|only| only.split_once('=')) {
            Some((key, wanted)) => text(item, key) == Some(wanted),
            None => true,
        };
        here = here
            .into_iter()
            .flat_map(|v| {
                let every = if name == "*" { v.as_object() } else { None };
                every.into_iter().flat_map(serde_json::Map::values).chain(v.get(name))
            })
            .flat_map(|v| match v {
                Value::Array(items) if each.is_some() => items.iter().filter(is_wanted).collect(),
                other => vec![other],
            })
            .collect();
    }
    // An empty path leads nowhere, not to the whole.
    if path.is_empty() { Vec::new() } else { here }
}

/// The first text found by a path; see [`path`].
pub fn first<'v>(value: &'v Value, at: &str) -> Option<std::borrow::Cow<'v, str>> {
    path(value, at).into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_walks_lists_and_members_with_colons() {
        let v = json!({"a": {"items": [{"id": "i-1"}, {"id": "i-2"}, {}]}, "x": {"b:c": 7}});
        assert_eq!(path(&v, "a.items[].id"), ["i-1", "i-2"]);
        assert_eq!(path(&v, "x.b:c"), ["7"]);
        assert_eq!(path(&v, "*.b:c"), ["7"]);
        assert!(path(&v, "a.none.id").is_empty() && path(&v, "x.*.*").is_empty());
        assert!(path(&v, "").is_empty());
    }

    #[test]
    fn a_path_takes_the_first_alternative_and_the_elements_asked_for() {
        let v = json!({"tags": [{"key": "aws:a", "value": "1"}, {"key": "b", "value": "2"}], "n": {"m": {}}});
        assert_eq!(path(&v, "tags[key=aws:a].value"), ["1"]);
        assert_eq!(path(&v, "none.x|tags[key=b].value|tags[].value"), ["2"]);
        assert!(exists(&v, "n") && !exists(&v, "n.m") && exists(&v, "none|tags[key=b]"));
    }

    #[test]
    fn empty_text_and_empty_objects_are_absent() {
        let v = json!({"accessKeyId": "", "sessionIssuer": {}, "t": "True", "n": 1});
        assert_eq!(text(&v, "accessKeyId"), None);
        assert_eq!(object(&v, "sessionIssuer"), None);
        assert_eq!(truth(&v, "t"), Some(true));
        assert_eq!(truth(&v, "n"), None);
    }
}
