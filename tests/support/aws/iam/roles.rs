//! Roles and groups, and what the account has in all.

use serde_json::{Value, json};

use super::super::answer::{Failure, Outcome};
use super::super::request::Request;
use super::super::state::{Group, Identities, Role, User};
use super::users::now;
use super::{conflict, date, encoded, missing, page};

pub(super) fn answer(identities: &mut Identities, request: &Request) -> Option<Outcome> {
    Some(match request.action.as_str() {
        "GetRole" => role(identities, request).map(|role| json!({"Role": description(identities, role)})),
        "CreateRole" => create_role(identities, request),
        "UpdateAssumeRolePolicy" => update_trust(identities, request),
        "DeleteRole" => change(identities, request, |role| deletable(role)).inspect(|_| {
            identities.roles.remove(request.text("RoleName").unwrap_or_default());
        }),
        "DeleteRolePermissionsBoundary" => change(identities, request, |role| {
            role.grants.boundary = None;
            Ok(json!(null))
        }),
        "ListInstanceProfilesForRole" => role(identities, request).map(|role| profiles(identities, role, request)),
        "AddRoleToInstanceProfile" => change(identities, request, |role| {
            role.profiles
                .extend(request.text("InstanceProfileName").map(str::to_owned));
            Ok(json!(null))
        }),
        "RemoveRoleFromInstanceProfile" => change(identities, request, |role| {
            role.profiles
                .retain(|name| Some(name.as_str()) != request.text("InstanceProfileName"));
            Ok(json!(null))
        }),
        "CreateGroup" => Ok(create_group(identities, request)),
        "AddUserToGroup" => member(identities, request).map(|(user, group)| {
            user.groups.push(group);
            json!(null)
        }),
        "RemoveUserFromGroup" => member(identities, request).map(|(user, group)| {
            user.groups.retain(|name| *name != group);
            json!(null)
        }),
        "ListGroupsForUser" => groups_of_user(identities, request),
        "GetAccountSummary" => Ok(summary(identities)),
        _ => return None,
    })
}

fn role<'i>(identities: &'i Identities, request: &Request) -> Result<&'i Role, Failure> {
    let name = request.text("RoleName").unwrap_or_default();
    let role = identities.roles.get(name);
    role.ok_or_else(|| missing(format!("The role with name {name} cannot be found.")))
}

fn description(identities: &Identities, role: &Role) -> Value {
    let mut described = json!({
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": identities.arn("role", &role.path, &role.name),
        "CreateDate": date(role.created),
        "AssumeRolePolicyDocument": encoded(&role.trust),
        "MaxSessionDuration": 3600,
        "RoleLastUsed": {},
    });
    if let Some((at, region)) = &role.last_used {
        described["RoleLastUsed"] = json!({"LastUsedDate": date(*at), "Region": region});
    }
    if let Some(arn) = &role.grants.boundary {
        described["PermissionsBoundary"] = json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn});
    }
    described
}

fn create_role(identities: &mut Identities, request: &Request) -> Outcome {
    let name = request.text("RoleName").unwrap_or_default();
    if identities.roles.contains_key(name) {
        let message = format!("Role with name {name} already exists.");
        return Err(conflict("EntityAlreadyExists", message));
    }
    let mut role = Role::new(name).trust(request.text("AssumeRolePolicyDocument").unwrap_or_default());
    role.created = now();
    let described = description(identities, &role);
    identities.roles.insert(name.to_owned(), role);
    Ok(json!({"Role": described}))
}

fn change(identities: &mut Identities, request: &Request, change: impl FnOnce(&mut Role) -> Outcome) -> Outcome {
    let name = role(identities, request)?.name.clone();
    identities.roles.get_mut(&name).map_or(Ok(json!(null)), change)
}

/// A role goes only when nothing hangs on it.
fn deletable(role: &Role) -> Outcome {
    let in_the_way = [
        (!role.profiles.is_empty(), "remove roles from instance profile"),
        (!role.grants.attached.is_empty(), "detach all policies"),
        (!role.grants.inline.is_empty(), "delete policies"),
    ];
    match in_the_way.iter().find(|(stands, _)| *stands) {
        Some((_, first)) => Err(conflict(
            "DeleteConflict",
            format!("Cannot delete entity, must {first} first."),
        )),
        None => Ok(json!(null)),
    }
}

fn profiles(identities: &Identities, role: &Role, request: &Request) -> Value {
    let listed = role.profiles.iter().map(|name| {
        json!({
            "Path": "/",
            "InstanceProfileName": name,
            "InstanceProfileId": format!("AIPA{:Z>17}", name.to_uppercase()),
            "Arn": identities.arn("instance-profile", "/", name),
            "CreateDate": date(role.created),
            "Roles": [description(identities, role)],
        })
    });
    page(request, "InstanceProfiles", listed)
}

fn update_trust(identities: &mut Identities, request: &Request) -> Outcome {
    let name = role(identities, request)?.name.clone();
    let trust = request.text("PolicyDocument").unwrap_or_default();
    if let Some(role) = identities.roles.get_mut(&name) {
        trust.clone_into(&mut role.trust);
    }
    Ok(json!(null))
}

fn group_description(identities: &Identities, group: &Group) -> Value {
    json!({
        "Path": "/",
        "GroupName": group.name,
        "GroupId": format!("AGPA{:Z>17}", group.name.to_uppercase()),
        "Arn": identities.arn("group", "/", &group.name),
        "CreateDate": date(group.created),
    })
}

fn create_group(identities: &mut Identities, request: &Request) -> Value {
    let name = request.text("GroupName").unwrap_or_default();
    let mut group = Group::new(name);
    group.created = now();
    let described = group_description(identities, &group);
    identities.groups.insert(name.to_owned(), group);
    json!({"Group": described})
}

/// A user and the name of a group, both of which are there.
fn member<'i>(identities: &'i mut Identities, request: &Request) -> Result<(&'i mut User, String), Failure> {
    let group = request.text("GroupName").unwrap_or_default();
    if !identities.groups.contains_key(group) {
        return Err(missing(format!("The group with name {group} cannot be found.")));
    }
    let name = request.text("UserName").unwrap_or_default();
    let user = identities.users.get_mut(name);
    user.map(|user| (user, group.to_owned()))
        .ok_or_else(|| missing(format!("The user with name {name} cannot be found.")))
}

fn groups_of_user(identities: &Identities, request: &Request) -> Outcome {
    let name = request.text("UserName").unwrap_or_default();
    let user = identities.users.get(name);
    let user = user.ok_or_else(|| missing(format!("The user with name {name} cannot be found.")))?;
    let groups = user.groups.iter().filter_map(|name| identities.groups.get(name));
    let listed = groups.map(|group| group_description(identities, group));
    Ok(page(request, "Groups", listed))
}

/// The part of the summary that tells something about an incident. Maps are lists of entries in this protocol.
fn summary(identities: &Identities) -> Value {
    let numbers = [
        ("Users", identities.users.len()),
        ("Roles", identities.roles.len()),
        ("Groups", identities.groups.len()),
        ("Policies", identities.policies.len()),
        ("MFADevices", identities.users.values().map(|user| user.mfa.len()).sum()),
        ("AccountMFAEnabled", 0),
        ("AccountAccessKeysPresent", identities.root_keys.len().min(1)),
    ];
    let entries = numbers.map(|(key, value)| json!({"key": key, "value": value}));
    json!({"SummaryMap": {"entry": entries}})
}
