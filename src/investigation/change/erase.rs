//! A user or a role that goes: everything that AWS wants gone before, in its order.

use super::steps::{Step, delete_inline, detach, last, set_active, with_reverse};
use super::{Call, Holder, Object, Refusal};
use crate::investigation::account::Reply;

fn known<T>(reply: &Reply<Vec<T>>) -> impl Iterator<Item = &T> {
    reply.known().into_iter().flatten()
}

/// Everything that AWS wants gone before the user goes, in the order of its documentation.
pub(super) fn delete_user(object: &Object, user: &str) -> Result<Vec<Step>, Refusal> {
    let owner = || user.to_owned();
    let mut all = Vec::new();
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
    all.extend(policies(object, &holder)?);
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
    all.extend(policies(object, &holder)?);
    all.extend(boundary(object, &holder));
    all.push(last(Call::DeleteRole { role: role.to_owned() }));
    Ok(all)
}

fn policies(object: &Object, holder: &Holder) -> Result<Vec<Step>, Refusal> {
    let inline = object.inline.known().into_iter().flat_map(|inline| inline.keys());
    let inline = inline.map(|policy| delete_inline(object, holder, policy));
    let attached = known(&object.attached).map(|arn| detach(object, holder, arn));
    inline.chain(attached).collect()
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
