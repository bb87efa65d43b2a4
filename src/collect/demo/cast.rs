//! Who takes part in the incident, and from where.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::record::{ACCOUNT, Hand, record_date, session_key_id, unique_id};

/// The leaked key of the user `invoice-app`.
pub(super) const LEAKED_KEY: &str = "AKIAI7INVOICEEXAMPLE";
/// The account the attacker comes back from.
pub(super) const OUTSIDE_ACCOUNT: &str = "444455556666";

/// The server of the real application.
pub(super) const APPLICATION: &str = "198.51.100.10";
/// The build server that uses the own key of `deploy-bot`.
pub(super) const BUILD_SERVER: &str = "198.51.100.20";
/// The responder's office.
pub(super) const OFFICE: &str = "198.51.100.77";
/// Where the attacker begins.
pub(super) const ATTACKER: &str = "203.0.113.66";
/// Where the attacker's browser and second machine are.
pub(super) const ATTACKER_LATER: &str = "192.0.2.201";
/// The public address of the first miner.
pub(super) const MINER: &str = "203.0.113.140";
/// Where the attacker's function calls from.
pub(super) const FUNCTION: &str = "203.0.113.171";

pub(super) const JAVA: &str = "aws-sdk-java/2.25.31 Linux/5.10.215-203.850.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.11+9 \
                               Java/17.0.11 io/sync http/Apache cfg/retry-mode/legacy";
pub(super) const TERRAFORM: &str = "APN/1.0 HashiCorp/1.0 Terraform/1.8.4 (+https://www.terraform.io) \
                                    terraform-provider-aws/5.50.0 aws-sdk-go-v2/1.26.1 os/linux lang/go#1.22.2";
pub(super) const CLI: &str = "aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/linux#6.8.11-amd64 md/arch#x86_64 \
                              lang/python#3.11.8 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off \
                              md/command#";
pub(super) const SCRIPT: &str = "Boto3/1.34.100 md/Botocore#1.34.100 ua/2.0 os/linux#6.1.0-21-amd64 md/arch#x86_64 \
                                 lang/python#3.11.2 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.100";
pub(super) const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0";

/// The ARN of a user of the account.
pub(super) fn user_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/{name}")
}

/// The ARN of a role of the account.
pub(super) fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// The unique id of a user that was made only once under its name.
pub(super) fn user_id(name: &str) -> String {
    unique_id("AIDA", name)
}

/// The unique id of a role.
pub(super) fn role_id(name: &str) -> String {
    unique_id("AROA", name)
}

/// A user with a long-term key.
pub(super) fn user(name: &str, id: &str, key: &str) -> Value {
    json!({"type": "IAMUser", "principalId": id, "arn": user_arn(name), "accountId": ACCOUNT, "accessKeyId": key,
           "userName": name})
}

/// A user with temporary credentials: of the console, or from GetSessionToken.
pub(super) fn user_session(name: &str, key: &str, created: DateTime<Utc>) -> Value {
    let mut identity = user(name, &user_id(name), key);
    identity["sessionContext"] = json!({"attributes": attributes(created)});
    identity
}

/// A session of a role.
pub(super) fn role_session(role: &str, session: &str, key: &str, created: DateTime<Utc>) -> Value {
    json!({
        "type": "AssumedRole",
        "principalId": format!("{}:{session}", role_id(role)),
        "arn": assumed_role_arn(role, session),
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "principalId": role_id(role), "arn": role_arn(role), "accountId": ACCOUNT,
                              "userName": role},
            "attributes": attributes(created),
        },
    })
}

/// The ARN of a role's session.
pub(super) fn assumed_role_arn(role: &str, session: &str) -> String {
    format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}")
}

/// A session from GetFederationToken.
pub(super) fn federated(name: &str, by_user: &str, key: &str, created: DateTime<Utc>) -> Value {
    json!({
        "type": "FederatedUser",
        "principalId": format!("{ACCOUNT}:{name}"),
        "arn": format!("arn:aws:sts::{ACCOUNT}:federated-user/{name}"),
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {"type": "IAMUser", "principalId": user_id(by_user), "arn": user_arn(by_user),
                              "accountId": ACCOUNT, "userName": by_user},
            "attributes": attributes(created),
        },
    })
}

fn attributes(created: DateTime<Utc>) -> Value {
    json!({"creationDate": record_date(created), "mfaAuthenticated": "false"})
}

/// An AWS service that calls for itself.
pub(super) fn service(name: &'static str) -> Hand {
    Hand {
        identity: json!({"type": "AWSService", "invokedBy": name}),
        address: name,
        agent: name,
    }
}

/// Somebody with the command line.
pub(super) fn at_command_line(identity: Value, address: &'static str) -> Hand {
    Hand {
        identity,
        address,
        agent: CLI,
    }
}

/// The leaked key in the attacker's hands.
pub(super) fn thief() -> Hand {
    at_command_line(user("invoice-app", &user_id("invoice-app"), LEAKED_KEY), ATTACKER)
}

/// One of the keys behind the console session that began at `created`.
pub(super) fn browser(number: usize, created: DateTime<Utc>) -> Hand {
    let key = session_key_id(&format!("console {number}"));
    Hand {
        identity: user_session("billing-sync", &key, created),
        address: ATTACKER_LATER,
        agent: BROWSER,
    }
}
