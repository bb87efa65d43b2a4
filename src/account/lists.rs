//! What IAM lists of a user, a role or a group.

use aws_sdk_iam::types::{AccessKeyMetadata, AttachedPolicy, StatusType};

use super::client::{Client, moment};
use super::reply::reply;
use crate::investigation::account::{KeyStatus, Reply};

impl Client {
    pub(super) async fn keys_of(&self, user: &str) -> Reply<Vec<KeyStatus>> {
        let pages = self.iam.list_access_keys().user_name(user).into_paginator().items();
        reply(pages.send().try_collect().await).map(|keys| keys.into_iter().filter_map(key_status).collect())
    }

    pub(super) async fn attached_to_user(&self, user: &str) -> Reply<Vec<String>> {
        let pages = self.iam.list_attached_user_policies().user_name(user).into_paginator();
        reply(pages.items().send().try_collect().await).map(arns)
    }

    pub(super) async fn inline_of_user(&self, user: &str) -> Reply<Vec<String>> {
        let pages = self.iam.list_user_policies().user_name(user).into_paginator();
        reply(pages.items().send().try_collect().await)
    }

    pub(super) async fn groups_of(&self, user: &str) -> Reply<Vec<String>> {
        let pages = self.iam.list_groups_for_user().user_name(user).into_paginator();
        reply(pages.items().send().try_collect().await)
            .map(|groups| groups.into_iter().map(|group| group.group_name).collect())
    }

    pub(super) async fn attached_to_group(&self, group: &str) -> Reply<Vec<String>> {
        let pages = self
            .iam
            .list_attached_group_policies()
            .group_name(group)
            .into_paginator();
        reply(pages.items().send().try_collect().await).map(arns)
    }

    pub(super) async fn attached_to_role(&self, role: &str) -> Reply<Vec<String>> {
        let pages = self.iam.list_attached_role_policies().role_name(role).into_paginator();
        reply(pages.items().send().try_collect().await).map(arns)
    }

    pub(super) async fn inline_of_role(&self, role: &str) -> Reply<Vec<String>> {
        let pages = self.iam.list_role_policies().role_name(role).into_paginator();
        reply(pages.items().send().try_collect().await)
    }

    pub(super) async fn mfa_devices(&self, user: &str) -> Reply<Vec<String>> {
        let pages = self.iam.list_mfa_devices().user_name(user).into_paginator();
        let listed: Reply<Vec<_>> = reply(pages.items().send().try_collect().await);
        listed.map(|devices| devices.into_iter().map(|device| device.serial_number).collect())
    }

    pub(super) async fn ssh_keys(&self, user: &str) -> Reply<Vec<String>> {
        let pages = self.iam.list_ssh_public_keys().user_name(user).into_paginator();
        let listed: Reply<Vec<_>> = reply(pages.items().send().try_collect().await);
        listed.map(|keys| keys.into_iter().map(|key| key.ssh_public_key_id).collect())
    }

    pub(super) async fn certificates(&self, user: &str) -> Reply<Vec<String>> {
        let pages = self.iam.list_signing_certificates().user_name(user).into_paginator();
        let listed: Reply<Vec<_>> = reply(pages.items().send().try_collect().await);
        listed.map(|all| all.into_iter().map(|certificate| certificate.certificate_id).collect())
    }

    pub(super) async fn service_credentials(&self, user: &str) -> Reply<Vec<String>> {
        let listed = reply(
            self.iam
                .list_service_specific_credentials()
                .user_name(user)
                .send()
                .await,
        );
        listed.map(|answer| {
            let all = answer.service_specific_credentials.unwrap_or_default().into_iter();
            all.map(|credential| credential.service_specific_credential_id)
                .collect()
        })
    }
}

fn arns(policies: Vec<AttachedPolicy>) -> Vec<String> {
    policies.into_iter().filter_map(|policy| policy.policy_arn).collect()
}

fn key_status(key: AccessKeyMetadata) -> Option<KeyStatus> {
    Some(KeyStatus {
        id: key.access_key_id?,
        active: key.status == Some(StatusType::Active),
        created: key.create_date.and_then(moment),
    })
}
