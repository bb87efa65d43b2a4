//! What the chain made or changed outside IAM, each thing once, and whether it is still there as far as the records say.
//!
//! | file | one idea |
//! |---|---|
//! | `mod` | a resource |
//! | `lives` | the calls of the catalogue, replayed: what was made, changed, set and ended |
//! | `names` | what one thing may be called |
//! | `leads` | what to look up for what became of them |
//! | `whose` | whose each seems to be |
//! | `named` | what only a name in a record tells of: calls that the catalogue does not know |

mod leads;
mod lives;
mod named;
mod names;
mod whose;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::chain::Ended;
use super::{Chain, Evidence};
use crate::catalogue::ResourceKind;
use crate::cloudtrail::{Event, EventKey};

pub use leads::leads;
pub(super) use leads::{Read, note};
pub use whose::Whose;
pub(super) use whose::derive as whose;

/// One resource and what was done to it by the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own; together they give the state"
)]
pub struct Resource {
    /// What it is; `None` where the catalogue does not know the calls that name it.
    pub kind: Option<&'static ResourceKind>,
    /// The service, such as `ec2`.
    pub service: String,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// ARN, id or name: as commands name it.
    pub id: String,
    /// Every name that calls gave it: id, name and ARN.
    pub names: Vec<String>,
    /// What it is part of (the security group of an opening, the cluster of a service); may be empty.
    pub within: String,
    /// Whether the chain made it. What is only set or changed was there before.
    pub is_made: bool,
    /// Whether what counts is a setting: who sets it next takes its place.
    pub is_set: bool,
    /// The first call.
    pub first: DateTime<Utc>,
    /// The last call.
    pub last: DateTime<Utc>,
    /// The calls of the chain, by name, with how often.
    pub calls: BTreeMap<String, u64>,
    /// These calls and the one that ended it, earliest first: where they stand in [`Evidence::events`].
    pub events: Vec<usize>,
    /// The `node` that touched it first.
    pub by: String,
    /// How it ended, if the records show it.
    pub ended: Option<Ended>,
    /// Whether the chain itself ended it.
    pub is_ended_by_chain: bool,
    /// Whether it was looked up who ended it. Until then it is only known that the chain did not.
    pub is_looked_up: bool,
    /// The sources of the chain's calls: address and program.
    pub sources: Vec<String>,
    /// Whose it seems to be, as these are judged.
    pub whose: Whose,
}

/// Where a resource stands, as far as the records say. Services are not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Made by the chain, and nobody ended it.
    There,
    /// A setting of the chain that nobody took back.
    InForce,
    /// Made or set by the chain; whether anybody else ended it was not looked up.
    NotLookedUp,
    /// There before, and changed.
    Changed,
    /// Named by a call that the catalogue does not know.
    Named,
    /// There before, and ended by the chain.
    Destroyed,
    /// Made or set by the chain, and ended since.
    Gone,
}

impl State {
    /// The words on screens and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::There => "still there",
            Self::InForce => "in force",
            Self::NotLookedUp => "not looked up",
            Self::Changed => "changed",
            Self::Named => "named by a call",
            Self::Destroyed => "ended by the chain",
            Self::Gone => "gone",
        }
    }

    /// Whether there is still something to be treated.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Destroyed | Self::Gone)
    }
}

impl Resource {
    /// Where it stands.
    pub fn state(&self) -> State {
        match &self.ended {
            Some(_) if self.is_made || self.is_set => State::Gone,
            Some(_) => State::Destroyed,
            None if self.kind.is_none() => State::Named,
            None if (self.is_made || self.is_set) && !self.is_looked_up => State::NotLookedUp,
            None if self.is_made => State::There,
            None if self.is_set => State::InForce,
            None => State::Changed,
        }
    }

    /// What it is, in words for people.
    pub fn label(&self) -> &'static str {
        self.kind.map_or("not in the catalogue", |kind| kind.label)
    }

    /// What it may cost or expose; empty where that is not known.
    pub fn risk(&self) -> &'static str {
        self.kind.map_or("", |kind| kind.risk)
    }

    /// The part of the review it belongs to.
    pub fn area(&self) -> &'static str {
        self.kind.map_or("other", |kind| kind.area)
    }

    /// What it is called together with what it is part of.
    pub fn title(&self) -> String {
        match &*self.within {
            "" => self.id.clone(),
            within if within == self.id => self.id.clone(),
            within => format!("{within} {}", self.id),
        }
    }

    /// A new one, of which one call is known.
    fn of(kind: Option<&'static ResourceKind>, event: &Event, by: &str) -> Self {
        Self {
            kind,
            service: kind.map_or(event.service(), |kind| kind.service).to_owned(),
            account: event.account().to_owned(),
            region: event.region.to_string(),
            id: String::new(),
            names: Vec::new(),
            within: String::new(),
            is_made: false,
            is_set: false,
            first: event.time(),
            last: event.time(),
            calls: BTreeMap::new(),
            events: Vec::new(),
            by: by.to_owned(),
            ended: None,
            is_ended_by_chain: false,
            is_looked_up: true,
            sources: Vec::new(),
            whose: Whose::default(),
        }
    }

    /// Counts a call of the chain.
    fn count(&mut self, event: &Event, at: usize) {
        self.first = self.first.min(event.time());
        self.last = self.last.max(event.time());
        // One call may name a thing twice.
        if self.events.last() != Some(&at) {
            self.events.push(at);
            *self.calls.entry(event.name.to_string()).or_default() += 1;
        }
    }
}

/// Every resource that a successful call of the chain made, changed, set or ended: in the order in which they can be
/// removed, then by service, region and id.
pub(super) fn derive(evidence: &Evidence, chain: &Chain) -> Vec<Resource> {
    let callers = Callers::of(chain);
    let mut found = lives::replay(evidence, &callers);
    named::add(&mut found, evidence, &callers);
    for resource in &mut found {
        resource.events.sort_by_key(|at| &evidence.events()[*at].key);
    }
    found.sort_by(|a, b| {
        let place = |r: &Resource| (r.service.clone(), r.region.clone(), r.account.clone(), r.id.clone());
        let order = |r: &Resource| r.kind.map_or((u8::MAX, ""), |kind| (kind.order, kind.word));
        (order(a), place(a), &a.within, a.first).cmp(&(order(b), place(b), &b.within, b.first))
    });
    found
}

/// Who of the chain made a call.
struct Callers<'a> {
    chain: &'a Chain,
    /// The calls that prove a node, whoever signed them: an Auto Scaling group starts its instances itself.
    proofs: HashMap<&'a EventKey, usize>,
}

impl<'a> Callers<'a> {
    fn of(chain: &'a Chain) -> Self {
        let nodes = || chain.nodes.iter().enumerate();
        let proofs = nodes().filter_map(|(at, node)| Some((&node.proof.as_ref()?.key, node.parent.unwrap_or(at))));
        Self {
            chain,
            proofs: proofs.collect(),
        }
    }

    /// The `node` behind a call: the one that signed or made it, else the one that it came of.
    fn node(&self, event: &Event) -> Option<&'a str> {
        let own = self.chain.node_of(event);
        let at = own.or_else(|| self.proofs.get(&event.key).copied())?;
        Some(&self.chain.nodes[at].node)
    }
}
