//! The texts of policies, which an attacker may have written: what they say, and what they allow.
//!
//! | file | one idea |
//! |---|---|
//! | `meaning` | what a policy says, in words: who may do what |
//! | `outside` | whom a policy lets in from outside, under its conditions |
//! | `allow` | whether the texts that hold for an identity allow an action |
//! | `extent` | on how much a statement bears |

pub(super) mod allow;
mod extent;
pub(super) mod meaning;
pub(super) mod outside;

use serde_json::Value;

/// The statements of a policy, which may be one or a list.
fn statements(policy: &Value) -> impl Iterator<Item = &Value> {
    list(&policy["Statement"])
}

/// A value, or each of a list.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
    .iter()
}

/// Whether an action fits a pattern, without regard to case: `*` for any text, `?` for one character.
fn fits(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.as_bytes(), action.as_bytes());
    let (mut p, mut a) = (0, 0);
    // Where the last star stood, and how much of the action it has taken.
    let mut star: Option<(usize, usize)> = None;
    while a < action.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, a));
                p += 1;
            }
            Some(c) if *c == b'?' || c.eq_ignore_ascii_case(&action[a]) => {
                p += 1;
                a += 1;
            }
            _ => match &mut star {
                Some((at, taken)) => {
                    *taken += 1;
                    (p, a) = (*at + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_of_actions_are_read_as_iam_reads_them() {
        for (pattern, action, expected) in [
            ("*", "iam:CreateUser", true),
            ("iam:*", "s3:GetObject", false),
            ("IAM:create*", "iam:CreateUser", true),
            ("iam:*User", "iam:CreateUserUser", true),
            ("iam:?reateUser", "iam:CreateUser", true),
            ("iam:CreateUser?", "iam:CreateUser", false),
            ("iam:*Access*", "iam:CreateAccessKey", true),
            ("", "iam:CreateUser", false),
        ] {
            assert_eq!(fits(pattern, action), expected, "{pattern} {action}");
        }
    }
}
