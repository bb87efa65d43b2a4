//! The calls that write. No other file of the program makes one; a test holds it to that.

use std::fmt;

use aws_sdk_iam::config::retry::RetryConfig;
use aws_sdk_iam::types::StatusType;

use crate::account::client::Client;
use crate::account::reply::reply;
use crate::investigation::account::Reply;
use crate::investigation::change::{Call, Holder};

/// A key that was made, with its secret.
#[derive(Debug)]
pub struct NewKey {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: Secret,
}

/// The secret of a new key. It is shown once; nothing writes it, not even into a message for debugging.
pub struct Secret(String);

impl Secret {
    /// The secret, for the one place that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Makes a call. Gives the key that it made, if it made one.
#[expect(clippy::too_many_lines, reason = "one arm a call, and nothing else")]
pub(super) async fn perform(client: &Client, call: &Call) -> Reply<Option<NewKey>> {
    use Holder::{Role, User};
    let iam = &client.iam;
    match call {
        Call::CreateAccessKey { user } => return create_key(client, user).await,
        Call::UpdateAccessKey { user, key, active } => {
            let status = if *active {
                StatusType::Active
            } else {
                StatusType::Inactive
            };
            let call = iam
                .update_access_key()
                .user_name(user)
                .access_key_id(key)
                .status(status);
            done(reply(call.send().await))
        }
        Call::DeleteAccessKey { user, key } => done(reply(
            iam.delete_access_key().user_name(user).access_key_id(key).send().await,
        )),
        Call::UpdateLoginProfile { user } => {
            let Some(password) = password() else {
                return Reply::Failed("no random password could be made on this machine".to_owned());
            };
            let call = iam.update_login_profile().user_name(user).password(password);
            done(reply(call.send().await))
        }
        Call::DeleteLoginProfile { user } => done(reply(iam.delete_login_profile().user_name(user).send().await)),
        Call::AttachPolicy {
            holder: User(name),
            arn,
        } => done(reply(
            iam.attach_user_policy().user_name(name).policy_arn(arn).send().await,
        )),
        Call::AttachPolicy {
            holder: Role(name),
            arn,
        } => done(reply(
            iam.attach_role_policy().role_name(name).policy_arn(arn).send().await,
        )),
        Call::DetachPolicy {
            holder: User(name),
            arn,
        } => done(reply(
            iam.detach_user_policy().user_name(name).policy_arn(arn).send().await,
        )),
        Call::DetachPolicy {
            holder: Role(name),
            arn,
        } => done(reply(
            iam.detach_role_policy().role_name(name).policy_arn(arn).send().await,
        )),
        Call::PutPolicy {
            holder: User(name),
            policy,
            document,
        } => {
            let call = iam.put_user_policy().user_name(name).policy_name(policy);
            done(reply(call.policy_document(document).send().await))
        }
        Call::PutPolicy {
            holder: Role(name),
            policy,
            document,
        } => {
            let call = iam.put_role_policy().role_name(name).policy_name(policy);
            done(reply(call.policy_document(document).send().await))
        }
        Call::DeletePolicy {
            holder: User(name),
            policy,
        } => done(reply(
            iam.delete_user_policy()
                .user_name(name)
                .policy_name(policy)
                .send()
                .await,
        )),
        Call::DeletePolicy {
            holder: Role(name),
            policy,
        } => done(reply(
            iam.delete_role_policy()
                .role_name(name)
                .policy_name(policy)
                .send()
                .await,
        )),
        Call::PutBoundary {
            holder: User(name),
            arn,
        } => {
            let call = iam.put_user_permissions_boundary().user_name(name);
            done(reply(call.permissions_boundary(arn).send().await))
        }
        Call::PutBoundary {
            holder: Role(name),
            arn,
        } => {
            let call = iam.put_role_permissions_boundary().role_name(name);
            done(reply(call.permissions_boundary(arn).send().await))
        }
        Call::DeleteBoundary { holder: User(name) } => done(reply(
            iam.delete_user_permissions_boundary().user_name(name).send().await,
        )),
        Call::DeleteBoundary { holder: Role(name) } => done(reply(
            iam.delete_role_permissions_boundary().role_name(name).send().await,
        )),
        Call::AddUserToGroup { user, group } => done(reply(
            iam.add_user_to_group().user_name(user).group_name(group).send().await,
        )),
        Call::RemoveUserFromGroup { user, group } => done(reply(
            iam.remove_user_from_group()
                .user_name(user)
                .group_name(group)
                .send()
                .await,
        )),
        Call::DeactivateMfaDevice { user, serial } => done(reply(
            iam.deactivate_mfa_device()
                .user_name(user)
                .serial_number(serial)
                .send()
                .await,
        )),
        Call::DeleteVirtualMfaDevice { serial } => done(reply(
            iam.delete_virtual_mfa_device().serial_number(serial).send().await,
        )),
        Call::DeleteSshPublicKey { user, id } => done(reply(
            iam.delete_ssh_public_key()
                .user_name(user)
                .ssh_public_key_id(id)
                .send()
                .await,
        )),
        Call::DeleteSigningCertificate { user, id } => done(reply(
            iam.delete_signing_certificate()
                .user_name(user)
                .certificate_id(id)
                .send()
                .await,
        )),
        Call::DeleteServiceSpecificCredential { user, id } => {
            let call = iam.delete_service_specific_credential().user_name(user);
            done(reply(call.service_specific_credential_id(id).send().await))
        }
        Call::DeleteUser { user } => done(reply(iam.delete_user().user_name(user).send().await)),
        Call::UpdateAssumeRolePolicy { role, document } => {
            let call = iam.update_assume_role_policy().role_name(role);
            done(reply(call.policy_document(document).send().await))
        }
        Call::AddRoleToInstanceProfile { role, profile } => {
            let call = iam.add_role_to_instance_profile().role_name(role);
            done(reply(call.instance_profile_name(profile).send().await))
        }
        Call::RemoveRoleFromInstanceProfile { role, profile } => {
            let call = iam.remove_role_from_instance_profile().role_name(role);
            done(reply(call.instance_profile_name(profile).send().await))
        }
        Call::DeleteRole { role } => done(reply(iam.delete_role().role_name(role).send().await)),
    }
}

fn done<T>(answer: Reply<T>) -> Reply<Option<NewKey>> {
    answer.map(|_| None)
}

/// Sent once: were an answer lost on its way, a second try would make a second key, whose secret nobody has.
async fn create_key(client: &Client, user: &str) -> Reply<Option<NewKey>> {
    let once = aws_sdk_iam::config::Builder::new().retry_config(RetryConfig::disabled());
    let call = client.iam.create_access_key().user_name(user);
    let answer = reply(call.customize().config_override(once).send().await);
    answer.and_then(|answer| match answer.access_key {
        Some(key) => Reply::Known(Some(NewKey {
            id: key.access_key_id,
            secret: Secret(key.secret_access_key),
        })),
        None => Reply::Failed("the answer names no key".to_owned()),
    })
}

/// A password that nobody knows and that keeps the rules of any account: long, with letters, digits and signs.
fn password() -> Option<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(format!("aA1!{}", hex::encode(bytes)))
}
