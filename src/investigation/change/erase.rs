//! A user or a role that goes: everything that AWS wants gone before, in its order.

use super::steps::{Step, delete_inline, deny_all, detach, last, set_active, with_reverse};
use super::{Call, DENY_ALL, Holder, Object, REVOKE, REVOKE_USER, Refusal};
use crate::investigation::account::{Reply, aws_policy};

fn known<T>(reply: &Reply<Vec<T>>) -> impl Iterator<Item = &T> {
    reply.known().into_iter().flatten()
}

/// Everything that AWS wants gone before the user goes, in the order of its documentation.
pub(super) fn delete_user(object: &Object, user: &str) -> Result<Vec<Step>, Refusal> {
    let owner = || user.to_owned();
    // Its sessions stop first, and stay stopped until it is gone.
    let first = deny_all(object, user).ok();
    let mut all: Vec<Step> = first.iter().cloned().collect();
    if let Some(parts) = object.user() {
        for key in known(&parts.keys) {
            if key.active {
                all.push(set_active(object, user, &key.id, false)?);
            }
            all.push(last(Call::DeleteAccessKey {
                user: owner(),
                key: key.id.clone(),
            }));
        }
        if parts.password.known().is_some() {
            all.push(last(Call::DeleteLoginProfile { user: owner() }));
        }
        for serial in known(&parts.mfa_devices) {
            all.push(last(Call::DeactivateMfaDevice {
                user: owner(),
                serial: serial.clone(),
            }));
            // A device of plastic has no ARN, and is not deleted.
            if serial.starts_with("arn:") {
                all.push(last(Call::DeleteVirtualMfaDevice { serial: serial.clone() }));
            }
        }
        for id in known(&parts.ssh_keys) {
            let (user, id) = (owner(), id.clone());
            all.push(last(Call::DeleteSshPublicKey { user, id }));
        }
        for id in known(&parts.certificates) {
            let (user, id) = (owner(), id.clone());
            all.push(last(Call::DeleteSigningCertificate { user, id }));
        }
        for id in known(&parts.service_credentials) {
            let (user, id) = (owner(), id.clone());
            all.push(last(Call::DeleteServiceSpecificCredential { user, id }));
        }
    }
    let holder = Holder::User(owner());
    let (allow, deny) = policies(object, &holder)?;
    all.extend(allow);
    for group in object.user().iter().flat_map(|parts| known(&parts.groups)) {
        let (user, group) = (owner(), group.clone());
        all.push(with_reverse(
            Call::RemoveUserFromGroup {
                user: user.clone(),
                group: group.clone(),
            },
            Call::AddUserToGroup { user, group },
        ));
    }
    all.extend(boundary(object, &holder));
    all.extend(deny);
    all.extend(first.and_then(|first| first.reverse).map(last));
    all.push(last(Call::DeleteUser { user: owner() }));
    Ok(all)
}

pub(super) fn delete_role(object: &Object, role: &str) -> Result<Vec<Step>, Refusal> {
    let holder = Holder::Role(role.to_owned());
    let mut all = Vec::new();
    for profile in object.role().iter().flat_map(|parts| known(&parts.profiles)) {
        let (role, profile) = (role.to_owned(), profile.clone());
        all.push(with_reverse(
            Call::RemoveRoleFromInstanceProfile {
                role: role.clone(),
                profile: profile.clone(),
            },
            Call::AddRoleToInstanceProfile { role, profile },
        ));
    }
    let (allow, deny) = policies(object, &holder)?;
    all.extend(allow);
    all.extend(boundary(object, &holder));
    all.extend(deny);
    all.push(last(Call::DeleteRole { role: role.to_owned() }));
    Ok(all)
}

/// Takes every policy off: those that allow something first, those that deny everything last. Were it the other way round,
/// a session that was cut off would work again for as long as it takes, and for good where a call is refused.
fn policies(object: &Object, holder: &Holder) -> Result<(Vec<Step>, Vec<Step>), Refusal> {
    let (mut allow, mut deny) = (Vec::new(), Vec::new());
    for arn in known(&object.attached) {
        let list = if aws_policy(arn) == Some(DENY_ALL) {
            &mut deny
        } else {
            &mut allow
        };
        list.push(detach(object, holder, arn)?);
    }
    for policy in object.inline.known().into_iter().flat_map(|inline| inline.keys()) {
        let denies = [REVOKE, REVOKE_USER].contains(&policy.as_str());
        let list = if denies { &mut deny } else { &mut allow };
        list.push(delete_inline(object, holder, policy)?);
    }
    Ok((allow, deny))
}

fn boundary(object: &Object, holder: &Holder) -> Option<Step> {
    let arn = object.about.known()?.boundary.clone()?;
    Some(with_reverse(
        Call::DeleteBoundary { holder: holder.clone() },
        Call::PutBoundary {
            holder: holder.clone(),
            arn,
        },
    ))
}
