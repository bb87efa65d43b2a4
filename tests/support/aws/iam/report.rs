//! AWS's own lists of all there is: the credential report and the account authorization details.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::answer::Outcome;
use super::super::request::Request;
use super::super::state::{Grants, Identities};
use super::{date, encoded, page};

pub(super) fn answer(identities: &Identities, request: &Request) -> Option<Outcome> {
    Some(match request.action.as_str() {
        "GenerateCredentialReport" => Ok(json!({"State": "COMPLETE"})),
        "GetCredentialReport" => Ok(json!({
            "Content": base64(credential_report(identities).as_bytes()),
            "ReportFormat": "text/csv",
            "GeneratedTime": date(chrono::Utc::now()),
        })),
        "GetAccountAuthorizationDetails" => Ok(details(identities, request)),
        _ => return None,
    })
}

/// The columns that tests look at.
fn credential_report(identities: &Identities) -> String {
    let mut report = "user,arn,password_enabled,access_key_1_active,access_key_2_active".to_owned();
    for user in identities.users.values() {
        let active = |n: usize| user.keys.get(n).is_some_and(|key| key.active);
        let arn = identities.arn("user", &user.path, &user.name);
        let password = user.password.is_some();
        let _ = write!(report, "\n{},{arn},{password},{},{}", user.name, active(0), active(1));
    }
    report
}

fn inline(grants: &Grants) -> Vec<Value> {
    let policies = grants.inline.iter();
    let one = |(name, document): (&String, &String)| json!({"PolicyName": name, "PolicyDocument": encoded(document)});
    policies.map(one).collect()
}

fn attached(grants: &Grants) -> Vec<Value> {
    let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
    let policies = grants.attached.iter();
    policies
        .map(|arn| json!({"PolicyName": name(arn), "PolicyArn": arn}))
        .collect()
}

/// Everything on one page, but for users, which come as many as are asked for.
fn details(identities: &Identities, request: &Request) -> Value {
    let users = identities.users.values().map(|user| {
        json!({
            "Path": user.path, "UserName": user.name, "UserId": user.id,
            "Arn": identities.arn("user", &user.path, &user.name), "CreateDate": date(user.created),
            "UserPolicyList": inline(&user.grants), "GroupList": user.groups,
            "AttachedManagedPolicies": attached(&user.grants), "Tags": [],
        })
    });
    let roles = identities.roles.values().map(|role| {
        json!({
            "Path": role.path, "RoleName": role.name, "RoleId": role.id,
            "Arn": identities.arn("role", &role.path, &role.name), "CreateDate": date(role.created),
            "AssumeRolePolicyDocument": encoded(&role.trust), "InstanceProfileList": [],
            "RolePolicyList": inline(&role.grants), "AttachedManagedPolicies": attached(&role.grants), "Tags": [],
        })
    });
    let mut answer = page(request, "UserDetailList", users);
    answer["RoleDetailList"] = roles.collect();
    answer["GroupDetailList"] = json!([]);
    answer["Policies"] = json!([]);
    answer
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = (0..3).fold(0, |n, at| n << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let letter = LETTERS[(number >> (18 - 6 * at) & 63) as usize];
            text.push(if at > chunk.len() { '=' } else { letter.into() });
        }
    }
    text
}
