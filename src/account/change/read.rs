//! A user or a role with all that hangs on it.

use std::collections::BTreeMap;

use aws_sdk_iam::types::{AttachedPermissionsBoundary, Tag};
use futures_util::stream::{self, StreamExt};

use crate::account::client::{Client, Of, moment};
use crate::account::reply::reply;
use crate::investigation::account::{LastUse, Reply};
use crate::investigation::chain::trust;
use crate::investigation::change::{About, Holder, Object, Parts, RoleParts, UserParts};

/// So many calls at once: IAM answers some twenty a second, to everybody together.
const AT_ONCE: usize = 4;

/// Reads it. What may not be asked stays unknown.
pub(super) async fn object(client: &Client, holder: &Holder) -> Object {
    let name = holder.name();
    let (about, attached, inline, parts) = match holder {
        Holder::User(_) => {
            let (about, attached, names, parts) = tokio::join!(
                about_user(client, name),
                client.attached_to_user(name),
                client.inline_of_user(name),
                user_parts(client, name),
            );
            let inline = documents(client, Of::User, name, names).await;
            (about, attached, inline, Parts::User(Box::new(parts)))
        }
        Holder::Role(_) => {
            let (role, attached, names, profiles) = tokio::join!(
                about_role(client, name),
                client.attached_to_role(name),
                client.inline_of_role(name),
                profiles_of(client, name),
            );
            let inline = documents(client, Of::Role, name, names).await;
            let last_used = role.known().and_then(|(_, _, last_used)| *last_used);
            let trust = role.clone().map(|(_, trust, _)| trust);
            let parts = RoleParts {
                trust,
                profiles,
                last_used,
            };
            (
                role.map(|(about, ..)| about),
                attached,
                inline,
                Parts::Role(Box::new(parts)),
            )
        }
    };
    Object {
        holder: holder.clone(),
        about,
        attached,
        inline,
        parts,
    }
}

async fn user_parts(client: &Client, name: &str) -> UserParts {
    let keys = client.keys_of(name).await;
    let ids: Vec<String> = keys.known().into_iter().flatten().map(|key| key.id.clone()).collect();
    let last_use: BTreeMap<String, Reply<LastUse>> = stream::iter(ids)
        .map(|id| async move {
            let used = client.last_use(&id).await;
            (id, used)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    UserParts {
        keys,
        last_use,
        password: client.password(name).await,
        groups: client.groups_of(name).await,
        mfa_devices: client.mfa_devices(name).await,
        ssh_keys: client.ssh_keys(name).await,
        certificates: client.certificates(name).await,
        service_credentials: client.service_credentials(name).await,
    }
}

fn tags(tags: Option<Vec<Tag>>) -> BTreeMap<String, String> {
    tags.unwrap_or_default()
        .into_iter()
        .map(|tag| (tag.key, tag.value))
        .collect()
}

fn boundary(attachment: Option<AttachedPermissionsBoundary>) -> Option<String> {
    attachment.and_then(|boundary| boundary.permissions_boundary_arn)
}

async fn about_user(client: &Client, name: &str) -> Reply<About> {
    let answer = reply(client.iam.get_user().user_name(name).send().await);
    answer.and_then(|answer| match answer.user {
        Some(user) => Reply::Known(About {
            arn: user.arn,
            id: user.user_id,
            created: moment(user.create_date),
            boundary: boundary(user.permissions_boundary),
            tags: tags(user.tags),
        }),
        None => Reply::Failed("the answer names no user".to_owned()),
    })
}

type RoleSeen = (About, String, Option<chrono::DateTime<chrono::Utc>>);

async fn about_role(client: &Client, name: &str) -> Reply<RoleSeen> {
    let answer = reply(client.iam.get_role().role_name(name).send().await);
    answer.and_then(|answer| match answer.role {
        Some(role) => {
            let about = About {
                arn: role.arn,
                id: role.role_id,
                created: moment(role.create_date),
                boundary: boundary(role.permissions_boundary),
                tags: tags(role.tags),
            };
            let last_used = role
                .role_last_used
                .and_then(|used| used.last_used_date)
                .and_then(moment);
            Reply::Known((
                about,
                plain(role.assume_role_policy_document.unwrap_or_default()),
                last_used,
            ))
        }
        None => Reply::Failed("the answer names no role".to_owned()),
    })
}

/// IAM gives documents encoded as in a URL, and takes them plain.
fn plain(document: String) -> String {
    trust::document(&document).map_or(document, |value| value.to_string())
}

async fn documents(client: &Client, of: Of, name: &str, names: Reply<Vec<String>>) -> Reply<BTreeMap<String, String>> {
    let names = match names {
        Reply::Known(names) => names,
        unknown => return unknown.map(|_| BTreeMap::new()),
    };
    let read: Vec<(String, Reply<String>)> = stream::iter(names)
        .map(|policy| async move {
            let document = client.inline_policy(of, name, &policy).await;
            (policy, document)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut documents = BTreeMap::new();
    for (policy, document) in read {
        match document {
            Reply::Known(document) => drop(documents.insert(policy, plain(document))),
            // Of one that cannot be read nothing can be kept: then the list is not known.
            unknown => return unknown.map(|_| BTreeMap::new()),
        }
    }
    Reply::Known(documents)
}

async fn profiles_of(client: &Client, role: &str) -> Reply<Vec<String>> {
    let pages = client
        .iam
        .list_instance_profiles_for_role()
        .role_name(role)
        .into_paginator();
    let listed: Reply<Vec<_>> = reply(pages.items().send().try_collect().await);
    listed.map(|profiles| {
        profiles
            .into_iter()
            .map(|profile| profile.instance_profile_name)
            .collect()
    })
}
