//! The chain: the tree of credentials and principals reached from the seed.
//!
//! [`derive`] is a pure function of the set of events: whatever order they arrive in, in whatever pages, with whatever
//! copies, the same events give the same chain. It is derived anew when events arrive, from the few calls that can
//! extend it, so it is never patched.
//!
//! | file | one idea |
//! |---|---|
//! | `mod` | nodes, links, changes, attempts |
//! | `subject` | what one call makes or touches |
//! | `reader` | how that is read from its record, kind by kind |
//! | `lifeline` | which incarnation of a name existed when |
//! | `signers` | who of it is behind a call |
//! | `soil` | the evidence, indexed by what growth asks for |
//! | `grow` | from the seed outwards, earliest cause first |
//! | `branches` | what each kind of node leads to |
//! | `console` | sign-ins, switches of role, and their keys |
//! | `sessions` | sessions that others obtained |
//! | `joined` | what belongs to a node though no key of the chain signed it |
//! | `look_up` | what a record gives to look up next |
//! | `trust` | whom a policy lets in |
//! | `unseen` | what event history cannot show of it |
//! | `decorate` | policies, groups and outside parties on the nodes that have them |
//! | `derive` | everything together, with attempts, changes, counts and warnings |
//! | `leads` | what each node gives to look up next |

mod branches;
mod console;
mod decorate;
mod derive;
mod grow;
mod joined;
mod later;
mod leads;
mod lifeline;
mod look_up;
mod reader;
mod sessions;
mod signers;
mod soil;
mod subject;
pub mod trust;

use std::collections::HashSet;

use chrono::{DateTime, Utc};

pub use derive::derive;
pub use leads::{leads, leads_of};
pub(super) use lifeline::ender;

use signers::Signers;

use super::evidence::Activity;
use super::lead::Lead;
use crate::catalogue::{Basis, Kind, Strength};
use crate::cloudtrail::{Event, EventKey};

/// Why a node hangs under its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// The start of the chain.
    Seed,
    /// Core: an IAM object made by a call signed with the parent key.
    Created,
    /// Core: a password set anew on a user that was there.
    Modified,
    /// Core: a key found in the answer to a call signed with the parent key.
    Minted,
    /// Core: a session of a role of the chain, obtained by somebody else, often a service.
    RoleSession,
    /// Core: a sign-in with a password of the chain.
    ConsoleLogin,
    /// Core: a key seen in use by a user of the chain, with no record of its making.
    UsedByCreatedUser,
    /// Core: a key seen in use by a role of the chain, with no record of its making.
    UsedByCreatedRole,
    /// Something that was there before and was changed.
    Changed,
    /// A session that an opened trust policy let in.
    LetIn,
    /// Something made that is no core kind (a policy, an SSH key, an MFA device), or a credential whose id no record shows.
    Made,
    /// Something that was there before and was read: a secret, a parameter, the password of a machine.
    Exposed,
    /// A policy put on a user, role or group of the chain.
    Attached,
    /// A group that a user of the chain was put into.
    Member,
    /// Compute that can use a role, and the sessions it gets.
    CarriesRole,
    /// An outside party that a role of the chain trusts.
    Trusts,
    /// A console session opened by a switch of role or from API credentials, and its keys.
    ConsoleSession,
}

impl Link {
    /// The word of the chain JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seed => "seed",
            Self::Created => "created",
            Self::Modified => "modified",
            Self::Minted => "minted",
            Self::RoleSession => "role_session",
            Self::ConsoleLogin => "console_login",
            Self::UsedByCreatedUser => "used_by_created_user",
            Self::UsedByCreatedRole => "used_by_created_role",
            Self::Changed => "changed",
            Self::LetIn => "let_in",
            Self::Made => "made",
            Self::Exposed => "exposed",
            Self::Attached => "attached",
            Self::Member => "member",
            Self::CarriesRole => "carries_role",
            Self::Trusts => "trusts",
            Self::ConsoleSession => "console_session",
        }
    }

    /// Whether this is one of the seven core links, whose nodes enter the counts.
    pub fn is_core(self) -> bool {
        matches!(
            self,
            Self::Created
                | Self::Modified
                | Self::Minted
                | Self::RoleSession
                | Self::ConsoleLogin
                | Self::UsedByCreatedUser
                | Self::UsedByCreatedRole
        )
    }
}

/// By what a node is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownBy {
    /// Its own id, as the service gives it.
    Id,
    /// A name, where the record holds no id.
    Name,
    /// The event alone: the record says neither.
    Event,
}

/// The event that proves a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Which event.
    pub key: EventKey,
    /// Its name.
    pub name: String,
    /// Its source.
    pub source: String,
    /// Its region.
    pub region: String,
}

impl Proof {
    /// The proof an event is.
    pub fn of(event: &Event) -> Self {
        Self {
            key: event.key.clone(),
            name: event.name.to_string(),
            source: event.source.to_string(),
            region: event.region.to_string(),
        }
    }
}

/// The end of a node: a deletion that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub time: DateTime<Utc>,
    /// The event that ended it.
    pub event_id: String,
    /// The key that signed that event, else who made it.
    pub by: String,
}

impl Ended {
    fn by(event: &Event) -> Self {
        Self {
            time: event.time(),
            event_id: event.id().to_owned(),
            by: lifeline::ender(event),
        }
    }
}

/// The latest call that switched a key on or off, whoever made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switched {
    /// Whether it was switched on.
    pub is_on: bool,
    /// When.
    pub time: DateTime<Utc>,
    /// The event that did it.
    pub event_id: String,
}

/// A credential or principal in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Unique in the chain: the key id, else the id of the event that made it.
    pub node: String,
    /// Index of the parent in [`Chain::nodes`]; parents stand before their children.
    pub parent: Option<usize>,
    /// Indices of the children, earliest first.
    pub children: Vec<usize>,
    /// What it is.
    pub kind: Kind,
    /// What people know it by: key id, ARN, `ACCOUNT:USER@TIME`, event id.
    pub id: String,
    /// What that is.
    pub known_by: KnownBy,
    /// A short name.
    pub name: String,
    /// `AIDA...`, `AROA...`, `AROA...:session`, where the record has it.
    pub principal_id: Option<String>,
    /// Its account, where the record has it.
    pub account: Option<String>,
    /// For keys and passwords: the user or role they belong to.
    pub owner: Option<String>,
    /// Why it hangs under its parent.
    pub link: Link,
    /// How sure that is.
    pub strength: Strength,
    /// On what the rule rests that made the link; `None` where none did.
    pub basis: Option<Basis>,
    /// The reason for the link, as a sentence.
    pub reason: String,
    /// What its record gives to look up next, beside what its kind does.
    pub look_ups: Vec<Lead>,
    /// The event that proves it; `None` for a seed.
    pub proof: Option<Proof>,
    /// Calls signed with it (keys, sessions), made by it in any way (users, roles), or sign-ins with it and what their
    /// sessions did (passwords).
    pub activity: Activity,
    /// How it ended, if the records show it.
    pub ended: Option<Ended>,
    /// Whether a long-term key was switched off or on, if the records show it.
    pub switched: Option<Switched>,
    /// When a temporary credential expires by itself, where the record says.
    pub expires: Option<DateTime<Utc>>,
}

impl Node {
    /// Whether calls are signed with this node's id.
    pub fn is_key(&self) -> bool {
        matches!(self.kind, Kind::AccessKey | Kind::Session) && self.known_by == KnownBy::Id
    }

    /// Whether IAM itself keeps it under this id: not a permission set, a bucket's key, or what is known by the event alone.
    pub fn is_of_iam(&self) -> bool {
        let of_another = |proof: &Proof| matches!(&*proof.source, "sso.amazonaws.com" | "lightsail.amazonaws.com");
        self.known_by == KnownBy::Id && !self.proof.as_ref().is_some_and(of_another)
    }

    /// Whether it lets somebody in by itself.
    pub fn is_credential(&self) -> bool {
        match self.kind {
            Kind::AccessKey | Kind::Session | Kind::LoginProfile => true,
            Kind::Other("service_credential" | "ssh_key" | "signing_certificate" | "certificate" | "api_key") => {
                self.link != Link::Exposed
            }
            Kind::Other("transfer_user" | "identity_center_user" | "identity_provider" | "trust_anchor") => {
                self.link != Link::Changed
            }
            _ => false,
        }
    }

    /// Whether the credential may still work at a time, as far as the records say. `false` for what is no credential.
    pub fn may_still_work(&self, now: DateTime<Utc>) -> bool {
        let expired = self.expires_by().is_some_and(|expires| expires <= now);
        self.is_credential() && self.ended.is_none() && !self.is_off() && !expired
    }

    /// Whether it is a long-term key that was switched off, as far as the records say.
    pub fn is_off(&self) -> bool {
        self.switched.as_ref().is_some_and(|switched| !switched.is_on)
    }

    /// When a temporary credential is over by itself at the latest.
    pub fn expires_by(&self) -> Option<DateTime<Utc>> {
        // A session whose record gives no expiry lives at most 36 hours (GetFederationToken's limit).
        let longest = || {
            let seen = self.activity.last.or(self.proof.as_ref().map(|p| p.key.time));
            seen.map(|seen| seen + chrono::Duration::hours(36))
        };
        match self.kind {
            Kind::Session => self.expires.or_else(longest),
            _ => self.expires,
        }
    }
}

/// A successful call of the chain that changed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The event.
    pub event: EventKey,
    /// Its name.
    pub name: String,
    /// The relation of its rule.
    pub relation: &'static str,
    /// The `node` that made it.
    pub by: String,
    /// What it touched: an ARN, a name, an id.
    pub target: String,
    /// What was done to it: a policy, a group; may be empty.
    pub detail: String,
}

/// A failed call of the chain that would have made a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The event.
    pub event: EventKey,
    /// Its name.
    pub name: String,
    /// The error code.
    pub error: String,
    /// What the error message says about the target; a hint only (quirk Q15).
    pub hint: String,
    /// The `node` that tried.
    pub by: String,
}

/// Counts over the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Records read, copies included.
    pub read: u64,
    /// Copies left out among the events kept.
    pub duplicates: u64,
    /// Events signed with the seeds.
    pub seed: u64,
    /// Events signed with the seeds or any key that core links alone lead to.
    pub chain: u64,
    /// Events of `chain` that carry an error.
    pub failed: u64,
}

/// The tree, and what belongs to it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chain {
    /// The nodes; seeds first, parents before children.
    pub nodes: Vec<Node>,
    /// Successful calls of the chain that changed something.
    pub changes: Vec<Change>,
    /// Failed calls of the chain that would have made a node.
    pub attempts: Vec<Attempt>,
    /// The call that minted the first seed, if it is in the evidence.
    pub seed_minted_by: Option<Proof>,
    /// What a responder must know about this result, in sentences.
    pub warnings: Vec<String>,
    /// Counts.
    pub counts: Counts,
    signers: Signers,
}

impl Chain {
    /// The index of a node by its `node` id.
    pub fn find(&self, node: &str) -> Option<usize> {
        self.nodes.iter().position(|n| n.node == node)
    }

    /// The credentials that sign calls.
    pub fn keys(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.is_key())
    }

    /// Their key ids.
    pub fn key_ids(&self) -> HashSet<&str> {
        self.keys().map(|node| &*node.id).collect()
    }

    /// How many nodes a branch has: the node and everything below it.
    pub fn size(&self, at: usize) -> u64 {
        1 + self.nodes[at]
            .children
            .iter()
            .map(|child| self.size(*child))
            .sum::<u64>()
    }

    /// The indices of the roots (the seeds).
    pub fn roots(&self) -> impl Iterator<Item = usize> {
        self.nodes
            .iter()
            .enumerate()
            .filter(|(_, n)| n.parent.is_none())
            .map(|(i, _)| i)
    }

    /// The node that signed an event or, for a call without a key, the user or role of the chain that made it.
    pub fn node_of(&self, event: &Event) -> Option<usize> {
        match event.identity.access_key.as_deref() {
            Some(key) => self.signers.key(key),
            None => self.signers.principal(event),
        }
    }

    /// The user or role of the chain that made a call, whichever of its keys signed it.
    pub fn principal_of(&self, event: &Event) -> Option<usize> {
        self.signers.principal(event)
    }
}
