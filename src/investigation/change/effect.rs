//! Whether the account shows that a change is done. IAM needs seconds until every place knows.

use super::{Call, Object};
use crate::investigation::account::Reply;
use crate::investigation::chain::trust;

/// Whether what a call did is to be seen; `None` where that cannot be told. `made` is the key that it made.
pub fn shows(call: &Call, made: Option<&str>, object: &Object) -> Option<bool> {
    if matches!(object.about, Reply::Absent(_)) {
        return Some(call.removes() || matches!(call, Call::UpdateAccessKey { active: false, .. }));
    }
    let user = object.user();
    let keys = || user?.keys.known();
    let without = |list: &Reply<Vec<String>>, item: &str| Some(!list.known()?.iter().any(|listed| listed == item));
    match call {
        // One that is deleted after it was deactivated is not active either.
        Call::UpdateAccessKey { key, active, .. } => Some(match keys()?.iter().find(|listed| listed.id == *key) {
            Some(listed) => listed.active == *active,
            None => !active,
        }),
        Call::DeleteAccessKey { key, .. } => Some(!keys()?.iter().any(|listed| listed.id == *key)),
        Call::CreateAccessKey { .. } => Some(keys()?.iter().any(|listed| Some(listed.id.as_str()) == made)),
        Call::DeleteLoginProfile { .. } => match &user?.password {
            Reply::Known(_) => Some(false),
            Reply::Absent(_) => Some(true),
            _ => None,
        },
        Call::AttachPolicy { arn, .. } => without(&object.attached, arn).map(|is_off| !is_off),
        Call::DetachPolicy { arn, .. } => without(&object.attached, arn),
        Call::PutPolicy { policy, document, .. } => {
            let inline = object.inline.known()?;
            Some(inline.get(policy).is_some_and(|now| same_document(now, document)))
        }
        Call::DeletePolicy { policy, .. } => Some(!object.inline.known()?.contains_key(policy)),
        Call::PutBoundary { arn, .. } => Some(object.about.known()?.boundary.as_deref() == Some(arn)),
        Call::DeleteBoundary { .. } => Some(object.about.known()?.boundary.is_none()),
        Call::AddUserToGroup { group, .. } => without(&user?.groups, group).map(|is_out| !is_out),
        Call::RemoveUserFromGroup { group, .. } => without(&user?.groups, group),
        Call::DeactivateMfaDevice { serial, .. } | Call::DeleteVirtualMfaDevice { serial } => {
            without(&user?.mfa_devices, serial)
        }
        Call::DeleteSshPublicKey { id, .. } => without(&user?.ssh_keys, id),
        Call::DeleteSigningCertificate { id, .. } => without(&user?.certificates, id),
        Call::DeleteServiceSpecificCredential { id, .. } => without(&user?.service_credentials, id),
        Call::UpdateAssumeRolePolicy { document, .. } => Some(same_document(object.role()?.trust.known()?, document)),
        Call::AddRoleToInstanceProfile { profile, .. } => {
            without(&object.role()?.profiles, profile).map(|is_out| !is_out)
        }
        Call::RemoveRoleFromInstanceProfile { profile, .. } => without(&object.role()?.profiles, profile),
        Call::DeleteUser { .. } | Call::DeleteRole { .. } => object.about.known().map(|_| false),
        // Nothing tells one password from another.
        Call::UpdateLoginProfile { .. } => None,
    }
}

/// Whether two policy documents say the same. AWS writes an account that a trust policy names as its root's ARN.
pub(super) fn same_document(one: &str, other: &str) -> bool {
    let (Some(mut one), Some(mut other)) = (trust::document(one), trust::document(other)) else {
        return one == other;
    };
    if one == other {
        return true;
    }
    let principals = [&one, &other].map(|document| trust::principals(&document.to_string()));
    for document in [&mut one, &mut other] {
        let statements = document.get_mut("Statement");
        for statement in statements.and_then(|list| list.as_array_mut()).into_iter().flatten() {
            statement["Principal"] = serde_json::Value::Null;
        }
    }
    !principals[0].is_empty() && principals[0] == principals[1] && one == other
}
