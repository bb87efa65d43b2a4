//! Users, their keys, passwords and MFA devices.

use chrono::{DurationRound, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::answer::{Failure, Outcome, refused};
use super::super::caller::{Caller, denied};
use super::super::request::Request;
use super::super::state::{Identities, Key, User};
use super::{conflict, date, missing, page};

/// Every user has at most this many keys.
const MOST_KEYS: usize = 2;

pub(super) fn answer(identities: &mut Identities, caller: &Caller, request: &Request) -> Option<Outcome> {
    Some(match request.action.as_str() {
        "GetUser" => user(identities, caller, request).map(|u| json!({"User": description(identities, u)})),
        "ListAccessKeys" => user(identities, caller, request).map(|u| list_keys(u, request)),
        "GetAccessKeyLastUsed" => key_last_used(identities, caller, request),
        "GetLoginProfile" => user(identities, caller, request).and_then(login_profile),
        "ListMFADevices" => user(identities, caller, request).map(|u| list_mfa(u, request)),
        "CreateUser" => create_user(identities, request),
        "DeleteUser" => change(identities, caller, request, |_, user| deletable(user)).inspect(|_| {
            identities.users.remove(request.text("UserName").unwrap_or_default());
        }),
        "CreateAccessKey" => create_key(identities, caller, request),
        "UpdateAccessKey" => change(identities, caller, request, |request, user| {
            key(request, user)?.active = request.text("Status") == Some("Active");
            Ok(json!(null))
        }),
        "DeleteAccessKey" => change(identities, caller, request, |request, user| {
            let id = key(request, user)?.id.clone();
            user.keys.retain(|key| key.id != id);
            Ok(json!(null))
        }),
        "CreateLoginProfile" => change(identities, caller, request, |_, user| {
            if user.password.is_some() {
                let message = format!("Login Profile for user {} already exists.", user.name);
                return Err(conflict("EntityAlreadyExists", message));
            }
            user.password = Some(now());
            login_profile(user)
        }),
        "DeleteLoginProfile" => change(identities, caller, request, |_, user| {
            login_profile(user)?;
            user.password = None;
            Ok(json!(null))
        }),
        "UpdateLoginProfile" => change(identities, caller, request, |_, user| {
            login_profile(user)?;
            Ok(json!(null))
        }),
        "DeleteUserPermissionsBoundary" => change(identities, caller, request, |_, user| {
            user.grants.boundary = None;
            Ok(json!(null))
        }),
        "PutUserPermissionsBoundary" => change(identities, caller, request, |request, user| {
            user.grants.boundary = request.text("PermissionsBoundary").map(str::to_owned);
            Ok(json!(null))
        }),
        _ => return None,
    })
}

/// Now, in whole seconds as IAM keeps times.
pub(super) fn now() -> chrono::DateTime<Utc> {
    let now = Utc::now();
    now.duration_trunc(TimeDelta::seconds(1)).unwrap_or(now)
}

/// The name given, or the caller's.
fn name<'r>(caller: &'r Caller, request: &'r Request) -> Result<&'r str, Failure> {
    let message = "Must specify userName when calling with non-User credentials";
    request
        .text("UserName")
        .or(caller.user())
        .ok_or_else(|| refused("ValidationError", message))
}

fn user<'i>(identities: &'i Identities, caller: &Caller, request: &Request) -> Result<&'i User, Failure> {
    let name = name(caller, request)?;
    let user = identities.users.get(name);
    user.ok_or_else(|| missing(format!("The user with name {name} cannot be found.")))
}

fn change(
    identities: &mut Identities,
    caller: &Caller,
    request: &Request,
    change: impl FnOnce(&Request, &mut User) -> Outcome,
) -> Outcome {
    let name = user(identities, caller, request)?.name.clone();
    identities
        .users
        .get_mut(&name)
        .map_or(Ok(json!(null)), |user| change(request, user))
}

fn key<'u>(request: &Request, user: &'u mut User) -> Result<&'u mut Key, Failure> {
    let id = request.text("AccessKeyId").unwrap_or_default();
    let key = user.keys.iter_mut().find(|key| key.id == id);
    key.ok_or_else(|| missing(format!("The Access Key with id {id} cannot be found.")))
}

fn description(identities: &Identities, user: &User) -> Value {
    let mut described = json!({
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": identities.arn("user", &user.path, &user.name),
        "CreateDate": date(user.created),
    });
    if let Some(arn) = &user.grants.boundary {
        described["PermissionsBoundary"] = json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn});
    }
    described
}

fn list_keys(user: &User, request: &Request) -> Value {
    let keys = user.keys.iter().map(|key| key_description(user, key));
    page(request, "AccessKeyMetadata", keys)
}

fn key_description(user: &User, key: &Key) -> Value {
    let status = if key.active { "Active" } else { "Inactive" };
    json!({"UserName": user.name, "AccessKeyId": key.id, "Status": status, "CreateDate": date(key.created)})
}

/// A key that the account does not have is denied: AWS does not tell what others have.
fn key_last_used(identities: &Identities, caller: &Caller, request: &Request) -> Outcome {
    let id = request.text("AccessKeyId").unwrap_or_default();
    let found = identities
        .users
        .values()
        .flat_map(|user| user.keys.iter().map(move |key| (user, key)))
        .find(|(_, key)| key.id == id);
    let (owner, key) = found.ok_or_else(|| denied(caller, request, ""))?;
    let used = match &key.last_used {
        Some((at, service, region)) => {
            json!({"LastUsedDate": date(*at), "ServiceName": service, "Region": region})
        }
        None => json!({"ServiceName": "N/A", "Region": "N/A"}),
    };
    Ok(json!({"UserName": owner.name, "AccessKeyLastUsed": used}))
}

fn login_profile(user: &User) -> Outcome {
    let missing = || missing(format!("Login Profile for User {} cannot be found.", user.name));
    let made = user.password.ok_or_else(missing)?;
    Ok(json!({"LoginProfile": {"UserName": user.name, "CreateDate": date(made), "PasswordResetRequired": false}}))
}

fn list_mfa(user: &User, request: &Request) -> Value {
    let devices = user.mfa.iter();
    let listed =
        devices.map(|serial| json!({"UserName": user.name, "SerialNumber": serial, "EnableDate": date(user.created)}));
    page(request, "MFADevices", listed)
}

fn create_user(identities: &mut Identities, request: &Request) -> Outcome {
    let name = request.text("UserName").unwrap_or_default();
    if identities.users.contains_key(name) {
        let message = format!("User with name {name} already exists.");
        return Err(conflict("EntityAlreadyExists", message));
    }
    let mut user = User::new(name).path(request.text("Path").unwrap_or("/"));
    user.created = now();
    let described = description(identities, &user);
    identities.users.insert(name.to_owned(), user);
    Ok(json!({"User": described}))
}

/// A user goes only when nothing hangs on it.
fn deletable(user: &User) -> Outcome {
    let in_the_way = [
        (!user.grants.attached.is_empty(), "detach all policies"),
        (!user.grants.inline.is_empty(), "delete policies"),
        (!user.keys.is_empty(), "delete access keys"),
        (user.password.is_some(), "delete login profile"),
        (!user.groups.is_empty(), "remove users from group"),
        (!user.mfa.is_empty(), "delete MFA device"),
        (!user.ssh_keys.is_empty(), "delete SSH public keys"),
        (!user.certificates.is_empty(), "delete signing certificates"),
        (
            !user.service_credentials.is_empty(),
            "delete service specific credentials",
        ),
    ];
    match in_the_way.iter().find(|(stands, _)| *stands) {
        Some((_, first)) => {
            let message = format!("Cannot delete entity, must {first} first.");
            Err(conflict("DeleteConflict", message))
        }
        None => Ok(json!(null)),
    }
}

fn create_key(identities: &mut Identities, caller: &Caller, request: &Request) -> Outcome {
    let id = identities.new_id("AKIA");
    change(identities, caller, request, |_, user| {
        if user.keys.len() >= MOST_KEYS {
            let message = format!("Cannot exceed quota for AccessKeysPerUser: {MOST_KEYS}");
            return Err(conflict("LimitExceeded", message));
        }
        let key = Key::new(&id).created(now());
        let mut described = key_description(user, &key);
        described["SecretAccessKey"] = json!(super::super::SECRET);
        user.keys.push(key);
        Ok(json!({"AccessKey": described}))
    })
}
