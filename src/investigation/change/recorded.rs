//! A user or a role as far as the records alone tell: for commands where AWS was not asked.

use std::collections::BTreeMap;

use super::plan::is_of;
use super::{About, Holder, Object, Parts, RoleParts, UserParts};
use crate::catalogue::Kind;
use crate::cloudtrail::ids;
use crate::investigation::account::{KeyStatus, Reply};
use crate::investigation::live::LiveState;
use crate::investigation::{Investigation, Node};

/// What the chain knows of a user or role. What was deleted since is left out.
pub fn recorded(investigation: &Investigation, holder: &Holder) -> Object {
    let chain = investigation.chain();
    let is_there = |node: &&Node| match investigation.live(node) {
        Some(live) => live.state != LiveState::Gone,
        None => node.ended.is_none(),
    };
    let own: Vec<&Node> = chain
        .nodes
        .iter()
        .filter(|node| is_of(node, holder))
        .filter(is_there)
        .collect();
    let under = |word: &'static str| {
        let below = chain.nodes.iter().filter(is_there).filter(move |node| {
            let parent = node.parent.and_then(|at| chain.nodes.get(at));
            let is_on = parent.is_some_and(|parent| !parent.is_key() && is_of(parent, holder));
            node.kind == Kind::Other(word) && is_on
        });
        below.map(|node| node.id.clone()).collect::<Vec<_>>()
    };
    let ids_of = |word| {
        let mine = own.iter().filter(|node| node.kind == Kind::Other(word));
        mine.map(|node| node.id.clone()).collect::<Vec<_>>()
    };
    let (attached, inline): (Vec<_>, Vec<_>) = under("policy").into_iter().partition(|id| id.starts_with("arn:"));
    let parts = match holder {
        Holder::User(_) => {
            let keys = own.iter().filter(|node| node.kind == Kind::AccessKey);
            let key = |node: &&Node| KeyStatus {
                id: node.id.clone(),
                active: investigation
                    .live(node)
                    .is_none_or(|live| live.state != LiveState::Inactive),
                created: None,
            };
            let password = own.iter().find(|node| node.kind == Kind::LoginProfile);
            let made = password.and_then(|node| node.proof.as_ref());
            Parts::User(Box::new(UserParts {
                keys: Reply::Known(keys.map(key).collect()),
                last_use: BTreeMap::new(),
                password: made.map_or_else(not_asked, |proof| Reply::Known(proof.key.time)),
                groups: Reply::Known(under("group")),
                mfa_devices: Reply::Known(ids_of("mfa_device")),
                ssh_keys: Reply::Known(ids_of("ssh_key")),
                certificates: Reply::Known(ids_of("signing_certificate")),
                service_credentials: Reply::Known(ids_of("service_credential")),
            }))
        }
        Holder::Role(_) => Parts::Role(Box::new(RoleParts {
            trust: not_asked(),
            profiles: Reply::Known(under("instance_profile")),
            last_used: None,
        })),
    };
    Object {
        about: Reply::Known(about(investigation, holder, &own)),
        attached: Reply::Known(attached),
        inline: Reply::Known(inline.into_iter().map(|name| (name, String::new())).collect()),
        holder: holder.clone(),
        parts,
    }
}

fn not_asked<T>() -> Reply<T> {
    Reply::Failed("AWS was not asked".to_owned())
}

fn about(investigation: &Investigation, holder: &Holder, own: &[&Node]) -> About {
    let itself = own.iter().find(|node| matches!(node.kind, Kind::User | Kind::Role));
    let by_owner = own
        .iter()
        .find_map(|node| node.owner.clone().filter(|owner| owner.starts_with("arn:")));
    let arn = itself.map(|node| node.id.clone()).or(by_owner).unwrap_or_else(|| {
        let account = investigation.account().unwrap_or_default();
        format!("arn:aws:iam::{account}:{}/{}", holder.kind(), holder.name())
    });
    let id = own
        .iter()
        .find_map(|node| node.principal_id.as_deref().map(ids::unique_id));
    About {
        arn,
        id: id.unwrap_or_default().to_owned(),
        created: None,
        boundary: None,
        tags: BTreeMap::new(),
    }
}
