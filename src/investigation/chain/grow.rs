//! From the seed outwards, earliest cause first.
//!
//! Every node found offers what it leads to; offers are taken in order of time, so that what an offer depends on (is the
//! caller of the chain? which password was in force?) has been decided before. The order is total, so the result depends
//! on the events alone. A credential enters once: cycles in anonymised data end here (quirk Q27).

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::lifeline::{LifeId, Lifelines, Name};
use super::soil::{Call, Soil};
use super::subject::Subject;
use super::{KnownBy, Link, Node, Proof, branches};
use crate::catalogue::{Effect, Kind, Strength};
use crate::cloudtrail::EventKey;
use crate::investigation::evidence::Activity;

/// What makes two nodes the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Sameness {
    /// A key is its id.
    Key(String),
    /// What an event made: the event and, where it made several, the id.
    Made(EventKey, String),
    /// What was there before, in one of its lives.
    Touched(Touched),
}

/// What was there before: its life, else its name where no record tells of its lives.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Touched {
    Life(LifeId),
    Name(Name),
}

impl Touched {
    /// What a call touched.
    pub(super) fn by(lifelines: &Lifelines, call: Call<'_>, subject: &Subject) -> Self {
        match lifelines.at(&subject.life, call.event.time()) {
            Some((life, _)) => Self::Life(life),
            None => Self::Name(subject.life.clone()),
        }
    }
}

/// Something that may become a node.
#[derive(Debug, Clone)]
pub(super) struct Offer<'e> {
    /// When and by which event; orders the offers.
    pub(super) at: EventKey,
    /// Inside one moment, causes before effects; see the constants of [`rank`].
    pub(super) rank: u8,
    pub(super) parent: usize,
    pub(super) link: Link,
    pub(super) subject: Subject,
    pub(super) reason: String,
    pub(super) sameness: Sameness,
    /// The call that proves it; `None` for a key that was only seen in use.
    pub(super) call: Option<Call<'e>>,
}

/// Inside one second: keys and principals before what uses them, a found cause before a guessed one.
pub(super) mod rank {
    pub(in super::super) const MADE: u8 = 0;
    pub(in super::super) const SIGN_IN: u8 = 1;
    pub(in super::super) const USED: u8 = 2;
    /// Made by a call that shows no key: another record of the same call may show one.
    pub(in super::super) const KEYLESS: u8 = 3;
    pub(in super::super) const ROLE_SESSION: u8 = 4;
    /// Obtained with a key, which may itself be a session of a role of the chain.
    pub(in super::super) const ROLE_SESSION_BY_KEY: u8 = 5;
    pub(in super::super) const CHANGED: u8 = 6;
    pub(in super::super) const BEYOND: u8 = 7;
}

impl<'e> Offer<'e> {
    /// What a call of somebody made, touched or opened.
    pub(super) fn of_call(
        lifelines: &Lifelines,
        parent: usize,
        (link, rank): (Link, u8),
        call: Call<'e>,
        subject: Subject,
        reason: String,
    ) -> Self {
        let event = &call.event.key;
        let sameness = match call.rule.effect {
            _ if subject.is_key() => Sameness::Key(subject.id.clone()),
            Effect::Changes | Effect::Exposes | Effect::Gives => {
                Sameness::Touched(Touched::by(lifelines, call, &subject))
            }
            Effect::Makes | Effect::Issues | Effect::Binds => Sameness::Made(event.clone(), subject.id.clone()),
        };
        Self {
            at: event.clone(),
            rank,
            parent,
            link,
            subject,
            reason,
            sameness,
            call: Some(call),
        }
    }

    fn order(&self) -> (&EventKey, u8, &Sameness, Reverse<usize>) {
        // Of two parents for the same thing the later one is nearer to it (the last sign-in before a switch of role).
        (&self.at, self.rank, &self.sameness, Reverse(self.parent))
    }
}

impl PartialEq for Offer<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Offer<'_> {}

impl PartialOrd for Offer<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Offer<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.order(), other.order());
        // The rank counts before the event id: only the second of an event means something, not its id.
        (a.0.time, a.1, &a.0.id, &a.0.account, a.2, a.3).cmp(&(b.0.time, b.1, &b.0.id, &b.0.account, b.2, b.3))
    }
}

/// The growing tree.
#[derive(Debug)]
pub(super) struct Garden<'e> {
    pub(super) soil: &'e Soil<'e>,
    pub(super) nodes: Vec<Node>,
    pub(super) known: HashMap<Sameness, usize>,
    pub(super) calls: Vec<Option<Call<'e>>>,
    /// The nodes of passwords, by user name.
    pub(super) passwords: HashMap<String, Vec<usize>>,
    pub(super) node_ids: HashSet<String>,
    /// The events that prove nodes.
    pub(super) proved: HashSet<EventKey>,
    offers: BinaryHeap<Reverse<Offer<'e>>>,
}

impl<'e> Garden<'e> {
    /// Grows the whole tree.
    pub(super) fn grow(soil: &'e Soil<'e>, seeds: &[String]) -> Self {
        let mut garden = Self {
            soil,
            nodes: Vec::new(),
            known: HashMap::new(),
            calls: Vec::new(),
            passwords: HashMap::new(),
            node_ids: HashSet::new(),
            proved: HashSet::new(),
            offers: BinaryHeap::new(),
        };
        for seed in seeds {
            garden.plant(seed);
        }
        while let Some(Reverse(offer)) = garden.offers.pop() {
            if let Some(offer) = branches::settle(&garden, offer) {
                garden.accept(offer);
            }
        }
        garden
    }

    pub(super) fn offer(&mut self, offer: Offer<'e>) {
        if !self.known.contains_key(&offer.sameness) {
            self.offers.push(Reverse(offer));
        }
    }

    fn plant(&mut self, seed: &str) {
        if self.known.contains_key(&Sameness::Key(seed.to_owned())) {
            return;
        }
        let first = self.soil.evidence.first_use(seed).map(|e| &e.identity);
        let temporary = crate::cloudtrail::ids::is_temporary(seed);
        let text = |t: &Option<std::sync::Arc<str>>| t.as_deref().map(str::to_owned);
        let node = Node {
            node: seed.to_owned(),
            parent: None,
            children: Vec::new(),
            kind: if temporary { Kind::Session } else { Kind::AccessKey },
            id: seed.to_owned(),
            known_by: KnownBy::Id,
            name: first.map_or_else(String::new, crate::cloudtrail::Identity::label),
            principal_id: first.and_then(|i| text(&i.principal_id)),
            account: first.and_then(|i| text(&i.account)),
            owner: first.and_then(|i| text(&i.arn)),
            link: Link::Seed,
            strength: Strength::Exact,
            basis: None,
            reason: "the key the investigation starts from".to_owned(),
            look_ups: Vec::new(),
            proof: None,
            activity: self.soil.key_activity.get(seed).cloned().unwrap_or_default(),
            ended: None,
            switched: None,
            expires: None,
        };
        self.enter(node, Sameness::Key(seed.to_owned()), None);
    }

    fn accept(&mut self, offer: Offer<'e>) {
        if self.known.contains_key(&offer.sameness) {
            return;
        }
        let Offer {
            parent,
            link,
            subject,
            reason,
            sameness,
            call,
            ..
        } = offer;
        let is_key = subject.is_key();
        let first_use = || self.soil.evidence.first_use(&subject.id);
        let proof = call
            .map(|c| c.event)
            .or_else(|| is_key.then(first_use).flatten())
            .map(Proof::of);
        let node_id = match (&sameness, &proof) {
            (Sameness::Key(id), _) => id.clone(),
            (_, Some(proof)) => proof.key.id.to_string(),
            (_, None) => subject.id.clone(),
        };
        let node_id = self.unique_node_id(node_id, &subject);
        let activity = self.activity(&subject, link);
        let node = Node {
            node: node_id,
            parent: Some(parent),
            children: Vec::new(),
            kind: subject.kind,
            known_by: subject.known_by,
            name: subject.name,
            principal_id: subject.principal_id,
            account: Some(subject.account).filter(|a| !a.is_empty()),
            owner: subject.owner,
            link,
            strength: subject.strength,
            basis: subject.basis,
            reason,
            look_ups: subject.look_ups,
            proof,
            activity,
            ended: None,
            switched: None,
            expires: subject.expires,
            id: subject.id,
        };
        self.enter(node, sameness, call);
    }

    fn enter(&mut self, node: Node, sameness: Sameness, call: Option<Call<'e>>) {
        let at = self.nodes.len();
        if let Some(parent) = node.parent {
            self.nodes[parent].children.push(at);
        }
        self.known.insert(sameness, at);
        self.node_ids.insert(node.node.clone());
        self.proved.extend(node.proof.iter().map(|proof| proof.key.clone()));
        if let (Kind::LoginProfile, Some(user)) = (node.kind, &node.owner) {
            self.passwords.entry(user.clone()).or_default().push(at);
        }
        self.nodes.push(node);
        self.calls.push(call);
        branches::offer_all(self, at);
    }

    /// One event may make several things (instances of one launch), and hand-edited logs give several events one id
    /// (quirk Q21): then what was made goes with the id, then its number in the chain.
    fn unique_node_id(&self, wanted: String, subject: &Subject) -> String {
        let longer = format!("{wanted}/{}", subject.id);
        let numbered = format!("{longer}/{}", self.nodes.len());
        [wanted, longer]
            .into_iter()
            .find(|id| !self.node_ids.contains(id))
            .unwrap_or(numbered)
    }

    fn activity(&self, subject: &Subject, link: Link) -> Activity {
        let found = match subject.kind {
            Kind::AccessKey | Kind::Session => self.soil.key_activity.get(&*subject.id).filter(|_| subject.is_key()),
            Kind::User | Kind::Role => match (&subject.principal_id, link) {
                (Some(id), _) => self.soil.principal_activity.get(&**id),
                _ => self.soil.arn_activity.get(&*subject.id),
            },
            _ => None,
        };
        found.cloned().unwrap_or_default()
    }
}
