//! One call of the API: its parameters, and the call that takes it back.

use serde::{Deserialize, Serialize};

use super::{Change, Holder};

/// A call to IAM that changes something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names and parameters of the API")]
pub enum Call {
    UpdateAccessKey {
        user: String,
        key: String,
        active: bool,
    },
    DeleteAccessKey {
        user: String,
        key: String,
    },
    CreateAccessKey {
        user: String,
    },
    UpdateLoginProfile {
        user: String,
    },
    DeleteLoginProfile {
        user: String,
    },
    AttachPolicy {
        holder: Holder,
        arn: String,
    },
    DetachPolicy {
        holder: Holder,
        arn: String,
    },
    PutPolicy {
        holder: Holder,
        policy: String,
        document: String,
    },
    DeletePolicy {
        holder: Holder,
        policy: String,
    },
    PutBoundary {
        holder: Holder,
        arn: String,
    },
    DeleteBoundary {
        holder: Holder,
    },
    AddUserToGroup {
        user: String,
        group: String,
    },
    RemoveUserFromGroup {
        user: String,
        group: String,
    },
    DeactivateMfaDevice {
        user: String,
        serial: String,
    },
    DeleteVirtualMfaDevice {
        serial: String,
    },
    DeleteSshPublicKey {
        user: String,
        id: String,
    },
    DeleteSigningCertificate {
        user: String,
        id: String,
    },
    DeleteServiceSpecificCredential {
        user: String,
        id: String,
    },
    DeleteUser {
        user: String,
    },
    UpdateAssumeRolePolicy {
        role: String,
        document: String,
    },
    AddRoleToInstanceProfile {
        role: String,
        profile: String,
    },
    RemoveRoleFromInstanceProfile {
        role: String,
        profile: String,
    },
    DeleteRole {
        role: String,
    },
}

impl Call {
    /// The change that this call alone is, where there is one: what it breaks is told of changes.
    pub fn change(&self) -> Option<Change> {
        Some(match self.clone() {
            Self::UpdateAccessKey {
                user,
                key,
                active: true,
            } => Change::ReactivateKey { user, key },
            Self::UpdateAccessKey { user, key, .. } => Change::DeactivateKey { user, key },
            Self::DeleteAccessKey { user, key } => Change::DeleteKey { user, key },
            Self::DetachPolicy { holder, arn } => Change::DetachPolicy { holder, arn },
            Self::DeletePolicy { holder, policy } => Change::DeleteInlinePolicy { holder, policy },
            Self::UpdateAssumeRolePolicy { role, document } => Change::RestoreTrust {
                role,
                document,
                from: "before the change".to_owned(),
            },
            _ => return None,
        })
    }

    /// The name of the action, as in a policy without `iam:`.
    pub fn action(&self) -> &'static str {
        use Holder::{Role, User};
        match self {
            Self::UpdateAccessKey { .. } => "UpdateAccessKey",
            Self::DeleteAccessKey { .. } => "DeleteAccessKey",
            Self::CreateAccessKey { .. } => "CreateAccessKey",
            Self::UpdateLoginProfile { .. } => "UpdateLoginProfile",
            Self::DeleteLoginProfile { .. } => "DeleteLoginProfile",
            Self::AttachPolicy { holder: User(_), .. } => "AttachUserPolicy",
            Self::AttachPolicy { holder: Role(_), .. } => "AttachRolePolicy",
            Self::DetachPolicy { holder: User(_), .. } => "DetachUserPolicy",
            Self::DetachPolicy { holder: Role(_), .. } => "DetachRolePolicy",
            Self::PutPolicy { holder: User(_), .. } => "PutUserPolicy",
            Self::PutPolicy { holder: Role(_), .. } => "PutRolePolicy",
            Self::DeletePolicy { holder: User(_), .. } => "DeleteUserPolicy",
            Self::DeletePolicy { holder: Role(_), .. } => "DeleteRolePolicy",
            Self::PutBoundary { holder: User(_), .. } => "PutUserPermissionsBoundary",
            Self::PutBoundary { holder: Role(_), .. } => "PutRolePermissionsBoundary",
            Self::DeleteBoundary { holder: User(_) } => "DeleteUserPermissionsBoundary",
            Self::DeleteBoundary { holder: Role(_) } => "DeleteRolePermissionsBoundary",
            Self::AddUserToGroup { .. } => "AddUserToGroup",
            Self::RemoveUserFromGroup { .. } => "RemoveUserFromGroup",
            Self::DeactivateMfaDevice { .. } => "DeactivateMFADevice",
            Self::DeleteVirtualMfaDevice { .. } => "DeleteVirtualMFADevice",
            Self::DeleteSshPublicKey { .. } => "DeleteSSHPublicKey",
            Self::DeleteSigningCertificate { .. } => "DeleteSigningCertificate",
            Self::DeleteServiceSpecificCredential { .. } => "DeleteServiceSpecificCredential",
            Self::DeleteUser { .. } => "DeleteUser",
            Self::UpdateAssumeRolePolicy { .. } => "UpdateAssumeRolePolicy",
            Self::AddRoleToInstanceProfile { .. } => "AddRoleToInstanceProfile",
            Self::RemoveRoleFromInstanceProfile { .. } => "RemoveRoleFromInstanceProfile",
            Self::DeleteRole { .. } => "DeleteRole",
        }
    }

    /// Its parameters in the order of the API. A password is made when the call is, and stands nowhere.
    pub fn parameters(&self) -> Vec<(&'static str, &str)> {
        let named = |holder: &Holder| match holder {
            Holder::User(_) => "UserName",
            Holder::Role(_) => "RoleName",
        };
        let one = |name: &'static str, value| (name, value);
        match self {
            Self::UpdateAccessKey { user, key, active } => vec![
                one("UserName", user.as_str()),
                ("AccessKeyId", key),
                ("Status", if *active { "Active" } else { "Inactive" }),
            ],
            Self::DeleteAccessKey { user, key } => vec![("UserName", user), ("AccessKeyId", key)],
            Self::CreateAccessKey { user }
            | Self::UpdateLoginProfile { user }
            | Self::DeleteLoginProfile { user }
            | Self::DeleteUser { user } => vec![("UserName", user)],
            Self::AttachPolicy { holder, arn } | Self::DetachPolicy { holder, arn } => {
                vec![(named(holder), holder.name()), ("PolicyArn", arn)]
            }
            Self::PutPolicy {
                holder,
                policy,
                document,
            } => vec![
                (named(holder), holder.name()),
                ("PolicyName", policy),
                ("PolicyDocument", document),
            ],
            Self::DeletePolicy { holder, policy } => vec![(named(holder), holder.name()), ("PolicyName", policy)],
            Self::PutBoundary { holder, arn } => vec![(named(holder), holder.name()), ("PermissionsBoundary", arn)],
            Self::DeleteBoundary { holder } => vec![(named(holder), holder.name())],
            Self::AddUserToGroup { user, group } | Self::RemoveUserFromGroup { user, group } => {
                vec![("GroupName", group), ("UserName", user)]
            }
            Self::DeactivateMfaDevice { user, serial } => vec![("UserName", user), ("SerialNumber", serial)],
            Self::DeleteVirtualMfaDevice { serial } => vec![("SerialNumber", serial)],
            Self::DeleteSshPublicKey { user, id } => vec![("UserName", user), ("SSHPublicKeyId", id)],
            Self::DeleteSigningCertificate { user, id } => vec![("UserName", user), ("CertificateId", id)],
            Self::DeleteServiceSpecificCredential { user, id } => {
                vec![("UserName", user), ("ServiceSpecificCredentialId", id)]
            }
            Self::UpdateAssumeRolePolicy { role, document } => vec![("RoleName", role), ("PolicyDocument", document)],
            Self::AddRoleToInstanceProfile { role, profile }
            | Self::RemoveRoleFromInstanceProfile { role, profile } => {
                vec![("InstanceProfileName", profile), ("RoleName", role)]
            }
            Self::DeleteRole { role } => vec![("RoleName", role)],
        }
    }

    /// Whether it takes something away: where that is gone already, there is nothing left to do.
    pub fn removes(&self) -> bool {
        let action = self.action();
        ["Delete", "Detach", "Remove", "Deactivate"]
            .iter()
            .any(|verb| action.starts_with(verb))
    }
}
