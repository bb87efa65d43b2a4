//! What a responder must know before a change is made.

use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::uses::principal_words;
use super::{Call, Change, Holder, Object, Refusal, Step, steps};
use crate::catalogue::Kind;
use crate::cloudtrail::{ids, time};
use crate::investigation::chain::trust;
use crate::investigation::{Investigation, Link, Node, Verdict};

/// A key that was used within this is in use, by something that may run once in a quarter.
const IN_USE: TimeDelta = TimeDelta::days(90);

/// A change as it would be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The change.
    pub change: Change,
    /// The unique id of the user or role it is about.
    pub principal: String,
    /// The calls, in their order.
    pub steps: Vec<Step>,
    /// What it breaks, and what it does not do.
    pub breaks: Vec<String>,
    /// How it is taken back.
    pub undo: &'static str,
    /// What has to be typed.
    pub name: String,
    /// What has to be confirmed a second time.
    pub doubts: Vec<String>,
}

/// Plans a change of what there is, by the user or role `caller`.
pub fn plan(
    change: &Change,
    object: &Object,
    investigation: &Investigation,
    caller: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    let around = Around {
        object,
        investigation,
        now,
    };
    // Who it is comes before what it has: of another one nothing must be said or done.
    around.is_the_one()?;
    let steps = steps(change, object)?;
    let mut doubts = around.doubts(change);
    if let Some(who) = caller.filter(|caller| around.is_self(change, caller)) {
        doubts.push(format!(
            "You are signed in as {who} yourself: afterwards you cannot undo it."
        ));
    }
    Ok(Plan {
        principal: object.about.known().map(|about| about.id.clone()).unwrap_or_default(),
        steps,
        breaks: around.breaks(change),
        undo: undo(change),
        name: change.name(),
        doubts,
        change: change.clone(),
    })
}

impl Plan {
    /// The plan with sessions ended up to a later moment: the one of its approval.
    pub fn approved_at(mut self, now: DateTime<Utc>) -> Self {
        if let Change::RevokeSessions { before, .. } = &mut self.change {
            let (shown, now_words) = (time::format_seconds(*before), time::format_seconds(now));
            *before = now.trunc_subsecs(0);
            for step in &mut self.steps {
                if let Call::PutPolicy { document, .. } = &mut step.call {
                    *document = document.replace(&shown, &now_words);
                }
            }
        }
        self
    }
}

fn undo(change: &Change) -> &'static str {
    match change {
        Change::DeactivateKey { .. } => "the key can be activated again at any time",
        Change::ReactivateKey { .. } => "the key can be deactivated again at any time",
        Change::ReplaceKey { .. } => "the new key can be deleted",
        Change::DenyAll { .. } => "the policy can be detached again",
        Change::RevokeSessions { .. } => {
            "the policy can be deleted again; sessions that are not over yet work again then"
        }
        Change::RestoreTrust { .. } => "the trust policy of now can be put back",
        Change::DetachPolicy { .. } => "the policy can be attached again",
        Change::DeleteInlinePolicy { .. } => "the policy can be written again, from its document",
        Change::DeleteKey { .. } => "not at all: a deleted key cannot be brought back. Deactivating it can be undone",
        Change::DeletePassword { .. } | Change::LockPassword { .. } => {
            "not at all: nobody knows the password. The owner needs a new one"
        }
        Change::DeleteUser { .. } | Change::DeleteRole { .. } => {
            "not at all: one made again under this name has another id"
        }
    }
}

/// What a change is judged by.
pub(super) struct Around<'a> {
    pub(super) object: &'a Object,
    pub(super) investigation: &'a Investigation,
    now: DateTime<Utc>,
}

impl Around<'_> {
    /// The nodes that are the user or role, or belong to it.
    fn nodes(&self) -> impl Iterator<Item = &Node> {
        let nodes = self.investigation.chain().nodes.iter();
        nodes.filter(|node| is_of(node, &self.object.holder))
    }

    /// Refuses another account's, and another one of the same name.
    fn is_the_one(&self) -> Result<(), Refusal> {
        let Some(about) = self.object.about.known() else {
            return Ok(());
        };
        let who = self.object.holder.words();
        let own = ids::Arn::parse(&about.arn).map_or("", |arn| arn.account);
        let mut accounts: BTreeSet<&str> = self.nodes().filter_map(|node| node.account.as_deref()).collect();
        if accounts.is_empty() {
            accounts.extend(self.investigation.account());
        }
        if !own.is_empty() && !accounts.is_empty() && !accounts.contains(own) {
            return Err(Refusal::OtherAccount {
                who,
                own: own.to_owned(),
                other: accounts.into_iter().next().unwrap_or_default().to_owned(),
            });
        }
        let ids = self.nodes().filter_map(|node| node.principal_id.as_deref());
        let ids: BTreeSet<&str> = ids.map(ids::unique_id).filter(|id| ids::is_unique_id(id)).collect();
        if !ids.is_empty() && !ids.contains(about.id.as_str()) {
            return Err(Refusal::Another {
                who,
                is: about.id.clone(),
                was: ids.into_iter().collect::<Vec<_>>().join(", "),
            });
        }
        Ok(())
    }

    /// Whether the chain made the user or role itself.
    fn is_made_by_chain(&self) -> bool {
        self.nodes()
            .any(|node| matches!(node.kind, Kind::User | Kind::Role) && node.link == Link::Created)
    }

    fn is_self(&self, change: &Change, caller: &str) -> bool {
        let stops = matches!(
            change,
            Change::DeactivateKey { .. }
                | Change::DeleteKey { .. }
                | Change::DenyAll { .. }
                | Change::RevokeSessions { .. }
                | Change::RestoreTrust { .. }
                | Change::DetachPolicy { .. }
                | Change::DeleteInlinePolicy { .. }
                | Change::DeleteUser { .. }
                | Change::DeleteRole { .. }
        );
        stops
            && match &self.object.holder {
                Holder::User(name) => ids::user_name(caller) == Some(name),
                Holder::Role(name) => ids::role_name(caller) == Some(name),
            }
    }

    /// Whether the responder judged it expected, or only those who are made it.
    fn is_ours(&self) -> bool {
        let nodes = self.investigation.chain().nodes.iter().enumerate();
        let mut named = nodes.filter(|(_, node)| matches!(node.kind, Kind::User | Kind::Role));
        named.any(|(at, node)| {
            is_of(node, &self.object.holder)
                && (self.investigation.is_ours(at) || self.investigation.verdict(&node.node) == Verdict::Expected)
        })
    }

    fn doubts(&self, change: &Change) -> Vec<String> {
        let mut doubts = Vec::new();
        if change.erases() && self.is_ours() {
            let who = self.object.holder.words();
            doubts.push(format!(
                "You judged {who} expected, or what made it: it is not the attacker's."
            ));
        }
        match change {
            Change::DeleteKey { user, key } if self.is_only_key_in_use(key) => doubts.push(format!(
                "{key} is the only active key of user {user}, and it is in use ({}). The application that uses it stops \
                 for good. Create a replacement key and move the application first; or deactivate, which can be undone.",
                self.last_use(key).unwrap_or_else(|| "its last use is not known".to_owned())
            )),
            Change::DeleteUser { user } if !self.is_made_by_chain() => doubts.push(format!(
                "User {user} was there before: no call of the chain made it. Whoever else uses it loses it for good."
            )),
            Change::DeleteRole { role } if !self.is_made_by_chain() => doubts.push(format!(
                "Role {role} was there before: no call of the chain made it. Whatever else uses it stops for good."
            )),
            _ => {}
        }
        doubts
    }

    /// Whether a key is all that an application has. Where it cannot be told, it is.
    fn is_only_key_in_use(&self, key: &str) -> bool {
        let nodes = &self.investigation.chain().nodes;
        // A second key that the chain made is the attacker's, and no application has it.
        let made = |id: &str| {
            nodes
                .iter()
                .any(|n| n.id == id && matches!(n.link, Link::Created | Link::Minted))
        };
        let keys = self.object.user().and_then(|parts| parts.keys.known());
        let is_only = keys.is_none_or(|keys| {
            let active = |id: &dyn Fn(&str) -> bool| keys.iter().any(|listed| listed.active && id(&listed.id));
            active(&|id| id == key) && !active(&|id| id != key && !made(id))
        });
        let used = self.object.user().and_then(|parts| parts.last_use.get(key)?.known());
        // IAM is late: what the records show counts as well.
        let seen = nodes
            .iter()
            .find(|node| node.id == key)
            .and_then(|node| node.activity.last);
        let in_use = used.is_none_or(|used| [used.at, seen].into_iter().flatten().any(|at| at + IN_USE > self.now));
        is_only && in_use && !made(key) && !self.is_made_by_chain()
    }

    fn breaks(&self, change: &Change) -> Vec<String> {
        let mut said = Vec::new();
        match change {
            Change::DeactivateKey { key, .. } => {
                said.extend(self.users_of_key(key));
                said.push("Whatever uses this key gets errors until it has another one.".to_owned());
                said.push("Sessions made with the key go on: end them too.".to_owned());
            }
            Change::ReactivateKey { .. } => {
                said.push("The key is open to the attacker again, too.".to_owned());
            }
            Change::DeleteKey { key, .. } => {
                said.extend(self.users_of_key(key));
                said.push("Whatever uses this key stops for good.".to_owned());
            }
            Change::ReplaceKey { .. } => {
                said.push(
                    "Nothing breaks. Its secret is shown once, here, and kept nowhere: have the place ready."
                        .to_owned(),
                );
                said.push("If it is not known how the first key leaked, the new one may leak the same way.".to_owned());
            }
            Change::DeletePassword { .. } | Change::LockPassword { .. } => {
                said.push("The user cannot sign in to the console any more.".to_owned());
                said.push("Console sessions that run go on: deny the user everything to end them.".to_owned());
            }
            Change::DenyAll { .. } => {
                said.push(
                    "Every key, session and sign-in of this user stops at once, the application's too.".to_owned(),
                );
                let keys = self.object.user().and_then(|parts| parts.keys.known());
                for key in keys.into_iter().flatten().filter(|key| key.active) {
                    said.extend(self.users_of_key(&key.id));
                }
            }
            Change::RevokeSessions { holder, .. } => said.extend(self.sessions_end(holder)),
            Change::RestoreTrust { document, from, .. } => said.extend(self.trust_changes(document, from)),
            Change::DetachPolicy { .. } | Change::DeleteInlinePolicy { .. } => {
                said.push("What this policy allows is allowed no more, unless another one does.".to_owned());
            }
            Change::DeleteUser { .. } => {
                said.push("Every key, password and session of this user stops for good.".to_owned());
                let keys = self.object.user().and_then(|parts| parts.keys.known());
                for key in keys.into_iter().flatten() {
                    said.extend(self.users_of_key(&key.id));
                }
                said.extend(self.unseen());
            }
            Change::DeleteRole { role } => {
                said.push("Every session of this role loses all it may do, for good.".to_owned());
                said.extend(self.users_of_role(role));
                said.extend(self.unseen());
            }
        }
        let is_done = self.investigation.last_pass().is_some_and(|(_, pass)| pass.fixed_point);
        if change.erases() && !is_done {
            said.push("The reading is not finished: better delete nothing before the chain is known.".to_owned());
        }
        said
    }

    fn sessions_end(&self, holder: &Holder) -> Vec<String> {
        match holder {
            Holder::Role(role) => {
                let mut said = vec!["Every session of this role that began until now is denied everything.".to_owned()];
                said.extend(self.users_of_role(role));
                said.push("Instances and functions fetch new sessions by themselves.".to_owned());
                said.push("Of no use while the attacker can assume the role again: mend its trust too.".to_owned());
                said
            }
            Holder::User(_) => vec![
                "Every temporary session of this user that began until now is denied everything.".to_owned(),
                "Its access keys go on: they carry no time of issue.".to_owned(),
            ],
        }
    }

    fn trust_changes(&self, document: &str, from: &str) -> Vec<String> {
        let mut said = vec![format!("The trust policy comes from {from}")];
        let now = self.object.role().and_then(|parts| parts.trust.known());
        let now: BTreeSet<_> = now
            .map(|now| trust::principals(now))
            .unwrap_or_default()
            .into_iter()
            .collect();
        let then: BTreeSet<_> = trust::principals(document).into_iter().collect();
        let words = |list: Vec<&trust::Principal>| list.into_iter().map(principal_words).collect::<Vec<_>>().join(", ");
        let out: Vec<_> = now.difference(&then).collect();
        let back: Vec<_> = then.difference(&now).collect();
        if !out.is_empty() {
            said.push(format!("Not trusted any more: {}", words(out)));
        }
        if !back.is_empty() {
            said.push(format!("Trusted again: {}", words(back)));
        }
        said.push("Sessions that run go on: end them too.".to_owned());
        said
    }

    fn unseen(&self) -> Option<String> {
        let unseen = self.object.unseen();
        (!unseen.is_empty()).then(|| {
            format!(
                "Could not be read: {}. Where there are any, AWS refuses the deletion at its end.",
                unseen.join(", ")
            )
        })
    }
}

/// Whether a node is a user or role, or a credential of it.
pub(super) fn is_of(node: &Node, holder: &Holder) -> bool {
    let owner = node.owner.as_deref();
    match holder {
        Holder::User(name) => {
            (node.kind == Kind::User && node.name == *name)
                || (node.kind != Kind::Session && owner.and_then(ids::user_name) == Some(name))
        }
        Holder::Role(name) => {
            (node.kind == Kind::Role && node.name == *name) || owner.and_then(ids::role_name) == Some(name)
        }
    }
}
