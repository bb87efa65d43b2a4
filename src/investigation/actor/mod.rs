//! Actors: calls of the chain clustered by source (address and program), and what speaks for whose each is.
//!
//! | file | one idea |
//! |---|---|
//! | `mod` | which calls are one source's |
//! | `program` | the product in a user agent, without version noise |
//! | `rhythm` | steady use, and bursts |
//! | `signs` | what a source's own calls say against it |
//! | `suspicion` | everything that speaks against a source, and for it |

mod program;
pub(super) mod rhythm;
mod signs;
mod suspicion;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

pub use suspicion::{Proposal, Reason, Sign};

use super::Chain;
use super::evidence::{Activity, Evidence};
use crate::cloudtrail::notice::Notice;
use crate::cloudtrail::{Event, Identity};

/// Calls by one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Its id: the address and the program, `203.0.113.66 aws-cli`.
    pub id: String,
    /// The address, or the name of the service.
    pub address: String,
    /// The program, without its version.
    pub program: String,
    /// What it did.
    pub activity: Activity,
    /// The keys it used, with the number of calls.
    pub keys: BTreeMap<String, u64>,
    /// Why it looks foreign, what tells most first. Inferred, but for what the notice says.
    pub suspicion: Vec<Reason>,
    /// Why it is taken for the real application, until somebody judges.
    pub proposal: Option<Proposal>,
    /// Whether these are the responder's own calls.
    pub is_responder: bool,
}

impl Actor {
    /// Whether it looks foreign: something was seen that tells.
    pub fn looks_foreign(&self) -> bool {
        self.suspicion.iter().any(|reason| reason.is_telling)
    }

    /// Whether somebody else is behind it: not AWS, which acts for others from addresses of its own, nor the responder.
    pub fn is_somebody(&self) -> bool {
        // Published records hold addresses that do not exist, so they need not be valid.
        let is_address = self.address.starts_with(|c: char| c.is_ascii_digit()) || self.address.contains(':');
        is_address && !self.is_responder
    }
}

/// Who investigates, as AWS knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Responder<'a> {
    /// The ARN of the user, the role session or the root user.
    pub arn: Option<&'a str>,
    /// The key that signs the responder's own calls.
    pub key: Option<&'a str>,
}

impl Responder<'_> {
    /// What tells the responder from the attacker: not a leaked key, nor its owner's name.
    fn apart_from(self, chain: &Chain) -> Self {
        let is_leaked = |text: &str| {
            let mut seeds = chain.roots().map(|root| &chain.nodes[root]);
            seeds.any(|seed| seed.id == text || seed.owner.as_deref() == Some(text))
        };
        Self {
            arn: self.arn.filter(|arn| !is_leaked(arn)),
            key: self.key.filter(|key| !is_leaked(key)),
        }
    }

    /// Whether this is the responder.
    fn is(self, identity: &Identity) -> bool {
        let same = |own: Option<&str>, seen: Option<&str>| own.is_some() && own == seen;
        same(self.key, identity.access_key.as_deref()) || same(self.arn, identity.arn.as_deref())
    }
}

/// Whether a call is the responder's own.
pub fn is_responders(event: &Event, chain: &Chain, responder: Responder<'_>) -> bool {
    responder.apart_from(chain).is(&event.identity)
}

/// The id of the actor behind an event.
pub fn actor_id(event: &Event) -> String {
    let (address, program) = source(event);
    format!("{address} {program}").trim().to_owned()
}

/// The address in the id of an actor, if it is one: services have names.
pub fn address(id: &str) -> Option<IpAddr> {
    id.split(' ').next()?.parse().ok()
}

fn source(event: &Event) -> (&str, String) {
    let address = event.source_ip.as_deref().unwrap_or("no address");
    let program = program::of(event.user_agent.as_deref().unwrap_or_default());
    // A service names itself in both.
    let program = if program == address { String::new() } else { program };
    (address, program)
}

/// The actors behind the calls of the chain, busiest first: a pure function of the set of events and what else is known.
pub fn derive(evidence: &Evidence, chain: &Chain, notice: Option<&Notice>, responder: Responder<'_>) -> Vec<Actor> {
    let keys = chain.key_ids();
    let mut by_agent: HashMap<(Option<&str>, Option<&str>), usize> = HashMap::new();
    let mut by_id: HashMap<String, usize> = HashMap::new();
    let responder = responder.apart_from(chain);
    let mut actors: Vec<(Actor, Vec<&Event>)> = Vec::new();
    for event in evidence.events() {
        let Some(key) = event.identity.access_key.as_deref().filter(|k| keys.contains(k)) else {
            continue;
        };
        // Agents repeat; taking one apart for every call would take time.
        let agent = (event.source_ip.as_deref(), event.user_agent.as_deref());
        let at = *by_agent.entry(agent).or_insert_with(|| {
            let at = *by_id.entry(actor_id(event)).or_insert(actors.len());
            if at == actors.len() {
                actors.push((actor(event), Vec::new()));
            }
            at
        });
        let (actor, calls) = &mut actors[at];
        actor.activity.add(event);
        *actor.keys.entry(key.to_owned()).or_default() += 1;
        // The responder's own calls say nothing of anybody else.
        if !responder.is(&event.identity) {
            calls.push(event);
        }
    }
    for (actor, calls) in &mut actors {
        calls.sort_unstable_by_key(|event| &event.key);
        actor.is_responder = calls.is_empty();
    }
    actors.sort_by(|(a, _), (b, _)| {
        let busy = b.activity.events.cmp(&a.activity.events);
        busy.then_with(|| a.id.cmp(&b.id))
    });
    suspicion::assess(&mut actors, evidence, chain, notice);
    actors.into_iter().map(|(actor, _)| actor).collect()
}

fn actor(event: &Event) -> Actor {
    let (address, program) = source(event);
    Actor {
        id: actor_id(event),
        address: address.to_owned(),
        program,
        activity: Activity::default(),
        keys: BTreeMap::new(),
        suspicion: Vec::new(),
        proposal: None,
        is_responder: false,
    }
}
