//! What the answers say of a node.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Holder, LiveRole, LiveSeen, LiveUser, Made, On, holder, session_of};
use crate::catalogue::Kind;
use crate::cloudtrail::ids;
use crate::investigation::account::{LastUse, Reply};
use crate::investigation::{Link, Node};

/// The clocks of CloudTrail and IAM agree within this.
const SLACK: TimeDelta = TimeDelta::minutes(1);

/// The state of a node, as the account says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveState {
    /// A user, a role or a password: it is there.
    Exists,
    /// A long-term key that works.
    Active,
    /// A long-term key that was switched off.
    Inactive,
    /// It is not there, or another one has its name.
    Gone,
    /// It is there, and a policy denies it everything; or a session whose user or role is gone.
    CutOff,
    /// A session that had ended by itself.
    Expired,
    /// A session that nothing of this stops.
    NotCutOff,
    /// It could not be told, and why.
    Unknown(&'static str),
}

impl LiveState {
    /// The words on screens and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Gone => "gone",
            Self::CutOff => "cut off",
            Self::Expired => "expired",
            Self::NotCutOff => "not cut off",
            Self::Unknown(why) => why,
        }
    }

    /// Whether it lets nobody in.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Inactive | Self::Gone | Self::CutOff | Self::Expired)
    }

    /// Whether it is there and works.
    pub fn works(self) -> bool {
        matches!(self, Self::Exists | Self::Active)
    }
}

/// The state of a node at the time it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Live {
    /// The state.
    pub state: LiveState,
    /// When the account said so.
    pub at: DateTime<Utc>,
}

impl Live {
    /// Whether the records say that it was deleted, and the account says that it is there.
    pub fn contradicts(self, node: &Node) -> bool {
        let is_there = matches!(self.state, LiveState::Inactive) || self.state.works();
        node.ended.is_some() && is_there
    }

    /// The state in words, with what is strange about it.
    pub fn words(self, node: &Node) -> String {
        let strange = if self.contradicts(node) {
            ", though the records say it was deleted"
        } else {
            ""
        };
        format!("{}{strange}", self.state.as_str())
    }
}

impl LiveSeen {
    /// The state of a node as of the time of the answers; `None` for what was not asked.
    pub fn state(&self, nodes: &[Node], node: &Node, at: DateTime<Utc>) -> Option<LiveState> {
        // What the records say of a later time counts more.
        let ended = node.ended.as_ref().map(|ended| ended.time);
        let switched = node.switched.as_ref().map(|switched| switched.time);
        if [ended, switched].into_iter().flatten().any(|time| time > at) {
            return None;
        }
        let of: fn(&Self, &[Node], &Node) -> Option<LiveState> = match node.kind {
            Kind::User | Kind::Role | Kind::AccessKey if !node.is_of_iam() => return None,
            Kind::User => Self::user,
            Kind::Role => Self::role,
            Kind::AccessKey => Self::access_key,
            Kind::LoginProfile => Self::login_profile,
            Kind::Session if !node.may_still_work(at) => return Some(LiveState::Expired),
            Kind::Session => Self::session,
            Kind::Other(_) if is_again_there(nodes, node) => return None,
            Kind::Other(_) => Self::held,
            Kind::ConsoleLogin => return None,
        };
        match (&self.account, &node.account) {
            (Reply::Known(own), Some(account)) if own != account => None,
            (Reply::Known(_), _) => of(self, nodes, node),
            (unknown, _) => Some(not_known(unknown)),
        }
    }

    /// The last use of a long-term key, where IAM told it.
    pub fn last_use(&self, key: &str) -> Option<&LastUse> {
        self.keys.get(key)?.known()
    }

    fn named_user(&self, name: &str) -> Option<&LiveUser> {
        let is_it = |user: &&LiveUser| user.name == name || user.renamed_from.as_deref() == Some(name);
        self.users.iter().find(is_it)
    }

    fn named_role(&self, name: &str) -> Option<&LiveRole> {
        self.roles.iter().find(|role| role.name == name)
    }

    fn user(&self, _: &[Node], node: &Node) -> Option<LiveState> {
        Some(principal(&self.named_user(&node.name)?.about, node))
    }

    fn role(&self, _: &[Node], node: &Node) -> Option<LiveState> {
        Some(principal(&self.named_role(&node.name)?.about, node))
    }

    fn access_key(&self, _: &[Node], node: &Node) -> Option<LiveState> {
        let told = self.keys.get(&node.id)?;
        let by_iam = told.known().and_then(|last| last.user.as_deref());
        let Some(owner) = by_iam.or_else(|| ids::user_name(node.owner.as_deref()?)) else {
            return Some(not_known(told));
        };
        let user = self.named_user(owner)?;
        let state = match user.keys.as_ref()? {
            Reply::Known(keys) => match keys.iter().find(|key| key.id == node.id) {
                Some(key) if key.active => LiveState::Active,
                Some(_) => LiveState::Inactive,
                None => LiveState::Gone,
            },
            Reply::Absent(_) => LiveState::Gone,
            unknown => not_known(unknown),
        };
        Some(unless_denied(state, user))
    }

    fn login_profile(&self, _: &[Node], node: &Node) -> Option<LiveState> {
        let user = self.named_user(ids::user_name(node.owner.as_deref()?)?)?;
        let state = match user.password.as_ref()? {
            Reply::Known(made) if is_made_after(*made, node) => LiveState::Gone,
            Reply::Known(_) => LiveState::Exists,
            Reply::Absent(_) => LiveState::Gone,
            unknown => not_known(unknown),
        };
        Some(unless_denied(state, user))
    }

    fn held(&self, nodes: &[Node], node: &Node) -> Option<LiveState> {
        let (on, held) = holder(nodes, node)?;
        let list = match on {
            On::User(name) => self.named_user(name)?.held.get(&held)?,
            On::Role(name) => self.named_role(name)?.held.get(&held)?,
        };
        Some(match list {
            Reply::Known(list) if list.contains(&node.id) => LiveState::Exists,
            Reply::Known(_) | Reply::Absent(_) => LiveState::Gone,
            unknown => not_known(unknown),
        })
    }

    fn session(&self, _: &[Node], node: &Node) -> Option<LiveState> {
        let (about, denied_before, denied_all) = match session_of(node)? {
            Holder::Role(role) => {
                let role = self.named_role(role)?;
                (&role.about, role.denied_before.as_ref()?, None)
            }
            Holder::User(user) => {
                let user = self.named_user(user)?;
                (&user.about, user.denied_before.as_ref()?, user.denied_all.as_ref())
            }
        };
        let is_denied = match (denied_before, issued(node)) {
            (Reply::Known(before), Some(issued)) => issued < *before,
            _ => false,
        };
        if is_denied || denied_all.and_then(Reply::known) == Some(&true) || principal(about, node) == LiveState::Gone {
            return Some(LiveState::CutOff);
        }
        let unknown = [
            about.why_not(),
            denied_before.why_not().filter(|_| !is_absent(denied_before)),
        ];
        let unknown = unknown.into_iter().flatten().next();
        Some(unknown.map_or(LiveState::NotCutOff, LiveState::Unknown))
    }
}

/// Whether the chain put the same thing there again after it was taken off: what the account has is that one.
fn is_again_there(nodes: &[Node], node: &Node) -> bool {
    let is_same = |other: &Node| other.parent == node.parent && other.id == node.id && other.ended.is_none();
    node.ended.is_some() && nodes.iter().any(is_same)
}

fn not_known<T>(reply: &Reply<T>) -> LiveState {
    LiveState::Unknown(reply.why_not().unwrap_or("not known"))
}

fn is_absent<T>(reply: &Reply<T>) -> bool {
    matches!(reply, Reply::Absent(_))
}

/// Whether a principal is there that the node is, or belongs to. The same name made again is another one.
fn principal(about: &Reply<Made>, node: &Node) -> LiveState {
    let made = match about {
        Reply::Known(made) => made,
        Reply::Absent(_) => return LiveState::Gone,
        unknown => return not_known(unknown),
    };
    let is_it = match node.principal_id.as_deref().map(ids::unique_id) {
        Some(id) if ids::is_unique_id(id) => id == made.id,
        _ => node.ended.as_ref().is_none_or(|ended| made.created < ended.time),
    };
    if is_it { LiveState::Exists } else { LiveState::Gone }
}

/// Whether a password was made after the one that the node is.
fn is_made_after(made: DateTime<Utc>, node: &Node) -> bool {
    let begun = node.proof.as_ref().filter(|_| node.link == Link::Created);
    let over = node.ended.as_ref().map(|ended| ended.time);
    let latest = over.or_else(|| Some(begun?.key.time + SLACK));
    latest.is_some_and(|latest| made > latest)
}

/// AWSDenyAll on its user makes a credential useless.
fn unless_denied(state: LiveState, user: &LiveUser) -> LiveState {
    let denied = user.denied_all.as_ref().and_then(Reply::known) == Some(&true);
    if denied && state.works() {
        LiveState::CutOff
    } else {
        state
    }
}

/// When a session began, at the latest: its first call may be all that is known.
fn issued(node: &Node) -> Option<DateTime<Utc>> {
    let made = node.proof.as_ref().map(|proof| proof.key.time);
    [made, node.activity.first].into_iter().flatten().min()
}
