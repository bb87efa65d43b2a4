//! The calls this program makes, and the smallest policies that allow them: one to read, one more to change.

use serde_json::{Value, json};

/// The call that reads event history.
pub(super) const LOOKUP_EVENTS: &str = "cloudtrail:LookupEvents";
/// The call that lists the regions.
pub(super) const LIST_REGIONS: &str = "account:ListRegions";

/// Every call an investigation makes: its permission, and what it gives.
pub const CALLS: [(&str, &str); 26] = [
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
    ("iam:GetRole", "whether a role still exists, and whom it trusts"),
    ("iam:GetUserPolicy", "whether a user's sessions are cut off"),
    ("iam:GetRolePolicy", "whether a role's sessions are cut off"),
    ("iam:ListAttachedRolePolicies", "whether a policy is still on a role"),
    ("iam:ListRolePolicies", "whether an inline policy is still on a role"),
    ("iam:ListMFADevices", "whether an MFA device is still a user's"),
    ("iam:ListSSHPublicKeys", "whether an SSH key is still a user's"),
    ("iam:ListSigningCertificates", "whether a certificate is still a user's"),
    (
        "iam:ListServiceSpecificCredentials",
        "whether a credential for one service is still a user's",
    ),
    ("iam:ListGroupPolicies", "the inline policies of the owner's groups"),
    ("iam:GetGroupPolicy", "what they say"),
    ("iam:GetPolicy", "which version of a policy is in force"),
    ("iam:GetPolicyVersion", "what it says: how far the owner could reach"),
    ("iam:SimulatePrincipalPolicy", "the same, by AWS's own estimate"),
];

/// What is read of a user or a role before it is changed, and of the account before something is erased.
pub const LOOKS: [&str; 4] = [
    "iam:ListInstanceProfilesForRole",
    "iam:GenerateCredentialReport",
    "iam:GetCredentialReport",
    "iam:GetAccountAuthorizationDetails",
];

/// What reading a trail's bucket needs, and finding it (`keytrail trails`). KMS where the log files are encrypted by a key.
pub const TRAILS: [&str; 8] = [
    "cloudtrail:ListTrails",
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:GetEventSelectors",
    "cloudtrail:ListEventDataStores",
    "s3:ListBucket",
    "s3:GetObject",
    "kms:Decrypt",
];

/// Every call that changes something, made only with `--allow-changes`.
pub const CHANGES: [&str; 29] = [
    "iam:UpdateAccessKey",
    "iam:CreateAccessKey",
    "iam:DeleteAccessKey",
    "iam:UpdateLoginProfile",
    "iam:DeleteLoginProfile",
    "iam:AttachUserPolicy",
    "iam:DetachUserPolicy",
    "iam:PutUserPolicy",
    "iam:DeleteUserPolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:AddUserToGroup",
    "iam:RemoveUserFromGroup",
    "iam:DeactivateMFADevice",
    "iam:DeleteVirtualMFADevice",
    "iam:DeleteSSHPublicKey",
    "iam:DeleteSigningCertificate",
    "iam:DeleteServiceSpecificCredential",
    "iam:DeleteUser",
    "iam:UpdateAssumeRolePolicy",
    "iam:AttachRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:DeleteRolePermissionsBoundary",
    "iam:AddRoleToInstanceProfile",
    "iam:RemoveRoleFromInstanceProfile",
    "iam:DeleteRole",
];

/// What acting on a node needs besides: to look, and to change.
pub fn for_changes() -> Value {
    let statement =
        |sid: &str, actions: &[&str]| json!({"Sid": sid, "Effect": "Allow", "Resource": "*", "Action": actions});
    // AWS wants this to put a role into an instance profile again.
    let pass = json!({
        "Sid": "UndoInstanceProfiles", "Effect": "Allow", "Resource": "*", "Action": ["iam:PassRole"],
        "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
    });
    json!({
        "Version": "2012-10-17",
        "Statement": [statement("LookBefore", &LOOKS), statement("Change", &CHANGES), pass],
    })
}

/// What reading a trail's bucket needs besides.
pub fn for_trails() -> Value {
    let statement = json!({"Sid": "Trails", "Effect": "Allow", "Resource": "*", "Action": TRAILS});
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

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
                ["Get", "List", "Lookup", "Simulate"]
                    .iter()
                    .any(|start| call.starts_with(start)),
                "{action}"
            );
            assert!(!action.contains('*'), "{action}");
        }
    }
}
