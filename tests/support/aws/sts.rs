//! STS: who is it, whose key is it, and temporary credentials.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::answer::{Failure, Outcome, refused};
use super::caller::{Caller, CallerKind, denied};
use super::request::Request;
use super::state::{Identities, Session};

/// The code that every MFA device shows.
pub const MFA_CODE: &str = "123456";

pub fn answer(identities: &mut Identities, caller: &Caller, request: &Request) -> Outcome {
    match request.action.as_str() {
        "GetCallerIdentity" => Ok(json!({"Arn": caller.arn, "UserId": caller.id, "Account": identities.account})),
        "GetAccessKeyInfo" => access_key_info(identities, request),
        "GetSessionToken" => session_token(identities, caller, request),
        other => Err(Failure::UnknownAction(other.to_owned())),
    }
}

/// The account of any key. What AWS says to a key that nobody has is not known; this is a guess.
fn access_key_info(identities: &Identities, request: &Request) -> Outcome {
    let key = request.text("AccessKeyId").unwrap_or_default();
    let own = identities
        .users
        .values()
        .any(|user| user.keys.iter().any(|k| k.id == key))
        || identities.root_keys.iter().any(|k| k.id == key)
        || identities.sessions.iter().any(|s| s.key == key);
    let foreign = identities.foreign_keys.get(key);
    let account = own.then_some(&identities.account).or(foreign);
    account
        .map(|account| json!({"Account": account}))
        .ok_or_else(|| refused("ValidationError", "Invalid Access Key"))
}

/// Hands out a session of a role under a key that nothing has had before, to a caller of this or another account.
pub fn assume_role(identities: &mut Identities, caller: &Caller, request: &Request, key: &str) -> Outcome {
    let arn = request.text("RoleArn").unwrap_or_default().to_owned();
    let name = request.text("RoleSessionName").unwrap_or_default().to_owned();
    let roles = identities.roles.values();
    let role = roles
        .clone()
        .find(|role| identities.arn("role", &role.path, &role.name) == arn);
    // AWS does not tell whether a role is missing or closed.
    let Some(role) = role.filter(|_| caller.kind != CallerKind::Root).cloned() else {
        return Err(denied(caller, request, ""));
    };
    let code = code(identities, caller, request)?;
    if role.wants_mfa && !code {
        return Err(denied(caller, request, ""));
    }
    let session = Session::of_role(&role.name, &name, key);
    let credentials = credentials(&session, request);
    identities.sessions.push(session);
    Ok(json!({
        "AssumedRoleUser": {
            "AssumedRoleId": format!("{}:{name}", role.id),
            "Arn": format!("arn:aws:sts::{}:assumed-role/{}/{name}", identities.account, role.name),
        },
        "Credentials": credentials,
        "PackedPolicySize": 6,
    }))
}

fn session_token(identities: &mut Identities, caller: &Caller, request: &Request) -> Outcome {
    let CallerKind::User(name) = &caller.kind else {
        return Err(Failure::Denied(
            "Cannot call GetSessionToken with session credentials".to_owned(),
        ));
    };
    code(identities, caller, request)?;
    let session = Session::of_user(name, &identities.new_id("ASIA"));
    let credentials = credentials(&session, request);
    identities.sessions.push(session);
    Ok(json!({"Credentials": credentials}))
}

/// Whether a right MFA code came along. A wrong one is refused.
fn code(identities: &Identities, caller: &Caller, request: &Request) -> Result<bool, Failure> {
    let Some(serial) = request.text("SerialNumber") else {
        return Ok(false);
    };
    let owner = caller.user().and_then(|name| identities.users.get(name));
    let has_device = owner.is_some_and(|user| user.mfa.iter().any(|device| device == serial));
    if has_device && request.text("TokenCode") == Some(MFA_CODE) {
        return Ok(true);
    }
    let reason = "MultiFactorAuthentication failed with invalid MFA one time pass code.";
    Err(Failure::Denied(reason.to_owned()))
}

fn credentials(session: &Session, request: &Request) -> Value {
    let seconds = request.text("DurationSeconds").and_then(|s| s.parse().ok());
    let ends = Utc::now() + TimeDelta::seconds(seconds.unwrap_or(3600));
    json!({
        "AccessKeyId": session.key,
        "SecretAccessKey": super::SECRET,
        "SessionToken": session.token,
        "Expiration": ends.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    })
}

impl Identities {
    /// An id that nothing has had before.
    pub fn new_id(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}ZZMADE{:0>10}", self.made)
    }
}
