//! What has to be asked for a chain, and no more.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Held, Holder, On, holder, session_of};
use crate::catalogue::Kind;
use crate::cloudtrail::ids;
use crate::investigation::{Chain, Node};

/// Users, roles and keys, by name and id. Those of other accounts are among them: who asks knows which account it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subjects {
    /// Long-term keys, by id.
    pub keys: BTreeMap<String, KeySubject>,
    /// Users, by account and name; the account is empty where it is not known.
    pub users: BTreeMap<(String, String), UserSubject>,
    /// Roles, likewise.
    pub roles: BTreeMap<(String, String), RoleSubject>,
}

/// A long-term key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeySubject {
    /// Its account; empty where it is not known.
    pub account: String,
    /// The user it belongs to, as the records say.
    pub owner: Option<String>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserSubject {
    /// The name the records know it by, where they show that it was renamed.
    pub renamed_from: Option<String>,
    /// Whether the chain has access keys of it.
    pub keys: bool,
    /// Whether the chain has a password of it.
    pub password: bool,
    /// Whether a session of it may still run.
    pub sessions: bool,
    /// What the chain hung on it.
    pub held: BTreeSet<Held>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoleSubject {
    /// Whether a session of it may still run.
    pub sessions: bool,
    /// What the chain hung on it.
    pub held: BTreeSet<Held>,
}

/// What to ask for a chain at a moment.
pub fn subjects(chain: &Chain, now: DateTime<Utc>) -> Subjects {
    let mut subjects = Subjects::default();
    for node in &chain.nodes {
        let account = node.account.clone().unwrap_or_default();
        let owner = node.owner.as_deref();
        match node.kind {
            Kind::User | Kind::Role | Kind::AccessKey if !node.is_of_iam() => {}
            Kind::User => drop(subjects.user(chain, account, &node.name)),
            Kind::Role => drop(subjects.role(account, &node.name)),
            Kind::AccessKey => {
                let owner = owner.and_then(ids::user_name).map(|name| present_name(chain, name));
                subjects.keys.insert(node.id.clone(), KeySubject { account, owner });
            }
            Kind::LoginProfile => {
                if let Some(name) = owner.and_then(ids::user_name) {
                    subjects.user(chain, account, name).password = true;
                }
            }
            Kind::Session if node.may_still_work(now) => subjects.session(chain, node, account),
            _ => match holder(&chain.nodes, node) {
                Some((On::User(name), held)) => drop(subjects.user(chain, account, name).held.insert(held)),
                Some((On::Role(name), held)) => drop(subjects.role(account, name).held.insert(held)),
                None => {}
            },
        }
    }
    subjects
}

impl Subjects {
    fn user(&mut self, chain: &Chain, account: String, name: &str) -> &mut UserSubject {
        let present = present_name(chain, name);
        let renamed_from = (present != name).then(|| name.to_owned());
        let user = self.users.entry((account, present)).or_default();
        user.renamed_from = user.renamed_from.take().or(renamed_from);
        user
    }

    fn role(&mut self, account: String, name: &str) -> &mut RoleSubject {
        self.roles.entry((account, name.to_owned())).or_default()
    }

    fn session(&mut self, chain: &Chain, node: &Node, account: String) {
        match session_of(node) {
            Some(Holder::Role(role)) => self.role(account, role).sessions = true,
            Some(Holder::User(user)) => self.user(chain, account, user).sessions = true,
            None => {}
        }
    }
}

/// The name that a user has by now, as far as the chain renamed it.
fn present_name(chain: &Chain, name: &str) -> String {
    let mut present = name.to_owned();
    // In the order of time: a user may be renamed several times, and back.
    let mut renamed: Vec<_> = chain.changes.iter().collect();
    renamed.retain(|change| change.relation == "renames_principal" && !change.detail.is_empty());
    renamed.sort_by_key(|change| change.event.time);
    for change in renamed {
        if ids::user_name(&change.target) == Some(&present) {
            present.clone_from(&change.detail);
        }
    }
    present
}
