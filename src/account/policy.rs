//! The calls this program makes, and the smallest policy that allows them.

use serde_json::{Value, json};

/// The call that reads event history.
pub(super) const LOOKUP_EVENTS: &str = "cloudtrail:LookupEvents";
/// The call that lists the regions.
pub(super) const LIST_REGIONS: &str = "account:ListRegions";

/// Every call this program makes: its permission, and what it gives.
pub const CALLS: [(&str, &str); 15] = [
    (LOOKUP_EVENTS, "the calls of the key and of all it led to"),
    (LIST_REGIONS, "which regions there are to read"),
    ("sts:GetCallerIdentity", "who you are"),
    ("sts:GetAccessKeyInfo", "the account of a key"),
    ("iam:GetAccessKeyLastUsed", "whose key it is, and its last use"),
    ("iam:ListAccessKeys", "whether the key is active, and its age"),
    ("iam:GetUser", "whether a user still exists, its age and boundary"),
    (
        "iam:ListAttachedUserPolicies",
        "what the owner may do, and whether AWS put it in quarantine",
    ),
    ("iam:ListUserPolicies", "the owner's inline policies"),
    ("iam:ListGroupsForUser", "the owner's groups"),
    ("iam:ListAttachedGroupPolicies", "what the owner may do through groups"),
    ("iam:GetLoginProfile", "whether a console password still exists"),
    ("iam:GetRole", "whether a role still exists"),
    ("iam:GetUserPolicy", "whether a user's sessions are cut off"),
    ("iam:GetRolePolicy", "whether a role's sessions are cut off"),
];

/// What a call gives.
pub(super) fn gives(action: &str) -> &'static str {
    CALLS
        .iter()
        .find(|(name, _)| *name == action)
        .map_or("", |(_, gives)| gives)
}

/// The smallest policy that allows every call, as AWS wants it written.
pub fn smallest() -> Value {
    let statement = |sid: &str, services: &[&str]| {
        let of = |action: &&str| services.iter().any(|service| action.starts_with(service));
        let actions: Vec<&str> = CALLS.iter().map(|(action, _)| *action).filter(of).collect();
        json!({"Sid": sid, "Effect": "Allow", "Resource": "*", "Action": actions})
    };
    json!({
        "Version": "2012-10-17",
        "Statement": [
            statement("EventHistory", &["cloudtrail:"]),
            statement("Regions", &["account:"]),
            statement("Identities", &["sts:", "iam:"]),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_every_call_once_and_nothing_that_writes() {
        let policy = smallest();
        let statements = policy["Statement"].as_array().unwrap();
        let actions: Vec<&str> = statements
            .iter()
            .flat_map(|statement| statement["Action"].as_array().unwrap())
            .map(|action| action.as_str().unwrap())
            .collect();
        assert_eq!(actions, CALLS.map(|(action, _)| action));
        for action in actions {
            let (_, call) = action.split_once(':').unwrap();
            assert!(
                ["Get", "List", "Lookup"].iter().any(|start| call.starts_with(start)),
                "{action}"
            );
            assert!(!action.contains('*'), "{action}");
        }
    }
}
