//! What speaks against a source, and what for it. Nothing here is sure: the responder judges.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Duration, Utc};

use super::rhythm::{STEADY_HOURS, hours};
use super::{Actor, actor_id, address, signs};
use crate::cloudtrail::notice::{Mention, Notice};
use crate::cloudtrail::{Event, EventKey};
use crate::investigation::{Chain, Evidence, Node};

/// A key that was used from more addresses than this roams: one more says nothing.
const MOST_ADDRESSES: usize = 3;
/// How far the time of a notice may be from that of the call it names.
const CLOSE: Duration = Duration::minutes(1);

/// Why a source looks foreign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What was seen.
    pub sign: Sign,
    /// Whether it tells by itself. Otherwise it may be harmless as well, and the source is only to be judged.
    pub is_telling: bool,
    /// Whether a call behind it worked.
    pub worked: bool,
    /// The event behind it: one, where there are several.
    pub event: EventKey,
    /// How many calls are behind it.
    pub times: u64,
}

/// What makes a source look foreign; what tells most first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// The notice names its address.
    Named,
    /// It made the call that the notice names.
    NamedCall,
    /// It took AWS's quarantine policy off.
    Quarantine,
    /// It switched off logging or detection, by this call.
    Blinding(String),
    /// It gave somebody a way in with a long-term key, by this call.
    Foothold(String),
    /// It asked whose the key is, and then for the account's users, roles and policies.
    Enumeration {
        /// How many of these questions were denied.
        denied: u64,
    },
    /// It tried whether mail or text messages can be sent, by this call first.
    Mail(String),
    /// It tried which AI models are open, by this call first.
    Models(String),
    /// It uses a credential that a source made which looks foreign.
    Inherited {
        /// The credential.
        key: String,
        /// The actor who made it, or what it came from.
        from: String,
    },
    /// It came when the key had long been used from elsewhere only.
    NewAddress {
        /// The addresses until then.
        known: Vec<String>,
        /// Whether the program is another one too.
        and_program: bool,
    },
}

impl Reason {
    fn telling(sign: Sign, event: EventKey, times: u64) -> Self {
        Self {
            sign,
            is_telling: true,
            worked: true,
            event,
            times,
        }
    }

    /// The same, telling only where the source was not settled before: then it may be what it always does.
    pub(super) fn unless_settled(self, calls: &[&Event]) -> Self {
        let is_telling = self.is_telling && !super::rhythm::was_settled(calls, self.event.time);
        Self { is_telling, ..self }
    }

    /// What was seen, for a person. May quote what an attacker wrote.
    pub fn words(&self) -> String {
        let tried = |done: &str, tried: &str, call: &str| {
            let (what, denied) = if self.worked { (done, "") } else { (tried, ", in vain") };
            format!("{what} ({call}{denied})")
        };
        match &self.sign {
            Sign::Named => "named by the notice".to_owned(),
            Sign::NamedCall => "made the call that the notice names".to_owned(),
            Sign::Quarantine => tried(
                "took AWS's quarantine policy off",
                "tried to take AWS's quarantine policy off",
                "DetachUserPolicy",
            ),
            Sign::Blinding(call) => tried(
                "switched off logging or detection",
                "tried to switch off logging or detection",
                call,
            ),
            Sign::Foothold(call) => tried(
                "opened another way in with a long-term key",
                "tried to open another way in",
                call,
            ),
            Sign::Enumeration { denied: 0 } => "asked whose the key is, then who is in the account".to_owned(),
            Sign::Enumeration { denied } => {
                format!("asked whose the key is, then who is in the account ({denied} denied)")
            }
            Sign::Mail(call) => format!("tried whether mail can be sent ({call})"),
            Sign::Models(call) => format!("tried which AI models are open ({call})"),
            Sign::Inherited { key, from } => format!("uses {key}, made from {from}"),
            Sign::NewAddress { known, and_program } => {
                let what = if *and_program {
                    "new address and program"
                } else {
                    "new address"
                };
                format!("{what}; until then only {}", known.join(", "))
            }
        }
    }
}

/// Why a source is taken for the real application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its first call.
    pub since: DateTime<Utc>,
    /// The first suspicious call of anybody; `None` if there was none.
    pub before: Option<DateTime<Utc>>,
    /// Its calls until then.
    pub calls: u64,
    /// In how many different hours they were made.
    pub hours: usize,
}

impl Proposal {
    /// What speaks for it, for a person.
    pub fn words(&self) -> String {
        let before = if self.before.is_some() {
            " before the first suspicious call"
        } else {
            ""
        };
        format!(
            "in steady use, {} calls in {} different hours{before}",
            self.calls, self.hours
        )
    }
}

type Source<'e> = (Actor, Vec<&'e Event>);

/// Says of each source what speaks against it and for it. The calls of each stand in order of time.
pub(super) fn assess(sources: &mut [Source<'_>], evidence: &Evidence, chain: &Chain, notice: Option<&Notice>) {
    for (actor, calls) in sources.iter_mut().filter(|(actor, _)| actor.is_somebody()) {
        actor
            .suspicion
            .extend(notice.and_then(|notice| named(actor, calls, notice)));
        actor.suspicion.extend(signs::of(calls, evidence));
    }
    let seeds: BTreeSet<&str> = chain.roots().map(|root| &*chain.nodes[root].id).collect();
    for seed in &seeds {
        newcomers(sources, seed);
    }
    inherit(sources, evidence, chain);
    for (actor, _) in sources.iter_mut() {
        actor
            .suspicion
            .sort_by(|a, b| (Reverse(a.is_telling), &a.sign).cmp(&(Reverse(b.is_telling), &b.sign)));
    }
    propose(sources, &seeds);
}

fn named(actor: &Actor, calls: &[&Event], notice: &Notice) -> Option<Reason> {
    let said = |mention: &Mention| {
        let (name, time) = (mention.event.as_deref()?, mention.time.as_ref()?.utc?);
        calls.iter().find(|call| {
            let signed = mention.key.is_none() || mention.key.as_deref() == call.identity.access_key.as_deref();
            signed && *call.name == *name && (call.time() - time).abs() <= CLOSE
        })
    };
    let address = address(&actor.id);
    if let Some(mention) = notice
        .mentions
        .iter()
        .find(|m| address.is_some() && m.address == address)
    {
        let event = said(mention).or(calls.first())?;
        return Some(Reason::telling(Sign::Named, event.key.clone(), actor.activity.events));
    }
    let event = notice.mentions.iter().filter(|m| m.address.is_none()).find_map(said)?;
    Some(Reason::telling(Sign::NamedCall, event.key.clone(), 1))
}

/// What was known of a key's use when an address was first seen.
#[derive(Default, Clone)]
struct Before<'s> {
    hours: BTreeSet<i64>,
    addresses: BTreeSet<&'s str>,
    programs: BTreeSet<&'s str>,
}

impl Before<'_> {
    /// Whether the key had long been used, from a few addresses only.
    fn is_steady(&self) -> bool {
        self.hours.len() >= STEADY_HOURS && self.addresses.len() <= MOST_ADDRESSES
    }

    /// What it says against a source that came then.
    fn against(&self, actor: &Actor, first: &Event, seed: &str) -> Reason {
        let and_program = !self.programs.contains(&*actor.program);
        let sign = Sign::NewAddress {
            known: self.addresses.iter().map(|address| (*address).to_owned()).collect(),
            and_program,
        };
        let times = actor.keys.get(seed).copied().unwrap_or_default();
        Reason {
            // The application on another machine looks the same, but for its program.
            is_telling: and_program,
            ..Reason::telling(sign, first.key.clone(), times)
        }
    }
}

/// Finds sources at addresses that came when a seed had long been used from a few others only.
fn newcomers(sources: &mut [Source<'_>], seed: &str) {
    let mut calls: Vec<(&Event, usize)> = Vec::new();
    for (at, (_, made)) in sources.iter().enumerate().filter(|(_, (a, _))| a.is_somebody()) {
        let signed = made
            .iter()
            .filter(|call| call.identity.access_key.as_deref() == Some(seed));
        calls.extend(signed.map(|call| (*call, at)));
    }
    calls.sort_unstable_by_key(|(call, _)| &call.key);
    let mut so_far = Before::default();
    let mut came: HashMap<&str, Option<Before<'_>>> = HashMap::new();
    let mut met = BTreeSet::new();
    let mut found = Vec::new();
    for (call, at) in calls {
        let actor = &sources[at].0;
        let before = came
            .entry(&actor.address)
            .or_insert_with(|| so_far.is_steady().then(|| so_far.clone()));
        if let Some(before) = before
            && met.insert(at)
        {
            found.push((at, before.against(actor, call, seed)));
        }
        // The attacker's own use is nobody's steady one.
        if !actor.looks_foreign() {
            so_far.hours.extend(hours([call], None));
            so_far.addresses.insert(&actor.address);
            so_far.programs.insert(&actor.program);
        }
    }
    for (at, reason) in found {
        sources[at].0.suspicion.push(reason);
    }
}

/// Whoever uses a credential that a foreign source made is foreign too, and so on.
fn inherit(sources: &mut [Source<'_>], evidence: &Evidence, chain: &Chain) {
    let makers = makers(sources, evidence, chain);
    loop {
        let mut found = Vec::new();
        for (at, (actor, calls)) in sources.iter().enumerate() {
            if !actor.is_somebody() || actor.looks_foreign() {
                continue;
            }
            let inherited = actor.keys.iter().find_map(|(key, times)| {
                let maker = &sources[maker(chain, &makers, key, at)?].0;
                let first = calls
                    .iter()
                    .find(|call| call.identity.access_key.as_deref() == Some(key))?;
                let sign = Sign::Inherited {
                    key: key.clone(),
                    from: maker.id.clone(),
                };
                let reason = Reason::telling(sign, first.key.clone(), *times);
                maker.looks_foreign().then_some(reason)
            });
            found.extend(inherited.map(|reason| (at, reason)));
        }
        if found.is_empty() {
            return;
        }
        for (at, reason) in found {
            sources[at].0.suspicion.push(reason);
        }
    }
}

/// For each node the source that made it, if somebody is behind that: a service acts for whoever gave it the role.
fn makers(sources: &[Source<'_>], evidence: &Evidence, chain: &Chain) -> Vec<Option<usize>> {
    let somebody = sources.iter().enumerate().filter(|(_, (actor, _))| actor.is_somebody());
    let by_id: HashMap<&str, usize> = somebody.map(|(at, (actor, _))| (&*actor.id, at)).collect();
    let maker = |node: &Node| {
        let event = evidence.find(&node.proof.as_ref()?.key)?;
        by_id.get(&*actor_id(&evidence.events()[event])).copied()
    };
    chain.nodes.iter().map(maker).collect()
}

/// The other source that made a key, or what the key came from: a password, a user, a role.
fn maker(chain: &Chain, makers: &[Option<usize>], key: &str, user: usize) -> Option<usize> {
    let mut at = chain.nodes.iter().position(|node| node.is_key() && node.id == key)?;
    loop {
        let node = &chain.nodes[at];
        // Only what was made is the maker's. What was changed still belongs to others as well.
        if !node.link.is_core() {
            return None;
        }
        if let Some(maker) = makers[at].filter(|maker| *maker != user) {
            return Some(maker);
        }
        at = node.parent?;
    }
}

/// Proposes as the real application what was in steady use before the first suspicious call.
fn propose(sources: &mut [Source<'_>], seeds: &BTreeSet<&str>) {
    let suspicious = sources.iter().flat_map(|(actor, _)| &actor.suspicion);
    let before = suspicious
        .filter(|reason| reason.is_telling)
        .map(|reason| reason.event.time)
        .min();
    for (actor, calls) in sources.iter_mut() {
        if !actor.is_somebody() || !actor.suspicion.is_empty() {
            continue;
        }
        let is_early = |call: &&&Event| before.is_none_or(|before| call.time() < before);
        let signed = |call: &&&Event| {
            call.identity
                .access_key
                .as_deref()
                .is_some_and(|key| seeds.contains(key))
        };
        let early: Vec<&Event> = calls.iter().filter(is_early).filter(signed).copied().collect();
        let hours = hours(early.iter().copied(), None).len();
        if let Some(first) = early.first().filter(|_| hours >= STEADY_HOURS) {
            actor.proposal = Some(Proposal {
                since: first.time(),
                before,
                calls: early.len() as u64,
                hours,
            });
        }
    }
}
