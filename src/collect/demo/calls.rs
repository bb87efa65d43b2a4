//! Calls and callers that several scenes need.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::cast::{
    ATTACKER, ATTACKER_LATER, SCRIPT, assumed_role_arn, at_command_line, role_arn, role_id, user, user_arn, user_id,
};
use super::record::{ACCOUNT, Call, Hand, credentials, key_id, response_date};

/// Everything is allowed.
pub(super) fn administrator_policy() -> Value {
    json!("arn:aws:iam::aws:policy/AdministratorAccess")
}

/// The key made for the attacker's own user.
pub(super) fn billing_sync() -> Hand {
    let key = key_id("billing-sync");
    at_command_line(user("billing-sync", &user_id("billing-sync"), &key), ATTACKER)
}

/// The second key of `deploy-bot`, made by the attacker.
pub(super) fn deploy_bot() -> Hand {
    let identity = user("deploy-bot", &user_id("deploy-bot"), &key_id("deploy-bot 2"));
    Hand {
        agent: SCRIPT,
        ..at_command_line(identity, ATTACKER_LATER)
    }
}

pub(super) fn create_user(by: &Hand, time: DateTime<Utc>, name: &str, id: &str) -> Call {
    by.call(time, "iam:CreateUser").asks(json!({"userName": name})).answers(
        json!({"user": {"path": "/", "arn": user_arn(name), "userName": name, "userId": id,
                                 "createDate": response_date(time)}}),
    )
}

pub(super) fn create_key(by: &Hand, time: DateTime<Utc>, name: &str, key: &str) -> Call {
    by.call(time, "iam:CreateAccessKey")
        .asks(json!({"userName": name}))
        .answers(
            json!({"accessKey": {"userName": name, "accessKeyId": key, "status": "Active",
                                      "createDate": response_date(time)}}),
        )
}

/// Assumes a role for some hours.
pub(super) fn assume_role(by: &Hand, time: DateTime<Utc>, role: &str, session: &str, key: &str, hours: i64) -> Call {
    by.call(time, "sts:AssumeRole")
        .asks(json!({"roleArn": role_arn(role), "roleSessionName": session, "durationSeconds": hours * 3600}))
        .answers(json!({
            "credentials": credentials(key, time + TimeDelta::hours(hours)),
            "assumedRoleUser": {"assumedRoleId": format!("{}:{session}", role_id(role)),
                                "arn": assumed_role_arn(role, session)},
        }))
        .with(
            "resources",
            json!([{"accountId": ACCOUNT, "type": "AWS::IAM::Role", "ARN": role_arn(role)}]),
        )
}

/// Policy documents in IAM's responses are URL-encoded.
pub(super) fn url_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([byte]));
        }
    }
    out
}
