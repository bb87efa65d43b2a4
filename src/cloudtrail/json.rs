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
/// Members are separated by dots; `[]` after a member walks each element of a list. A member whose value is text
/// that holds JSON is not opened. Numbers and truth values are given as text. Missing members yield nothing.
pub fn path<'v>(value: &'v Value, path: &str) -> Vec<std::borrow::Cow<'v, str>> {
    let mut here = vec![value];
    for member in path.split('.').filter(|m| !m.is_empty()) {
        let (name, each) = match member.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (member, false),
        };
        here = here
            .into_iter()
            .filter_map(|v| v.get(name))
            .flat_map(|v| match v {
                Value::Array(items) if each => items.iter().collect(),
                other => vec![other],
            })
            .collect();
    }
    here.into_iter()
        .filter_map(|v| match v {
            Value::String(s) if !s.is_empty() => Some(s.as_str().into()),
            Value::Number(n) => Some(n.to_string().into()),
            Value::Bool(b) => Some(b.to_string().into()),
            _ => None,
        })
        .collect()
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
        assert!(path(&v, "a.none.id").is_empty());
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
