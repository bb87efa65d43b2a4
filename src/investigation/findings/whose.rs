//! Whose a call seems to be: what a stranger does weighs more than what a deployment does every day.

use std::collections::HashMap;

use super::habit::Habits;
use crate::catalogue::{Kind, Routine};
use crate::cloudtrail::Event;
use crate::investigation::actor::{Actor, actor_id};
use crate::investigation::triage::Standing;
use crate::investigation::{Investigation, Link, Verdict};

/// Whose a call seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The responder's, or of a source or credential judged expected: no finding.
    Ours,
    /// Of a source that is judged malicious, or looks foreign.
    Foreign,
    /// Of a source that looks like the real application.
    Application,
    /// Of a program that this caller uses steadily from this network.
    Steady,
    /// Of a source against which something speaks, though nothing that tells.
    Unusual,
    /// Nobody knows.
    Open,
}

impl Whose {
    /// Whether it may be somebody's everyday work; [`habit::confirm`](super::habit::confirm) asks further.
    pub(super) fn is_everyday(self, routine: Routine) -> bool {
        match routine {
            Routine::Never => false,
            Routine::Source => self == Self::Application,
            Routine::Program | Routine::Habit => matches!(self, Self::Application | Self::Steady),
        }
    }
}

/// The address and the program as the record has them.
type Agent<'a> = (Option<&'a str>, Option<&'a str>);

/// Who is behind the calls of an investigation.
pub(super) struct Callers<'a> {
    investigation: &'a Investigation,
    by_id: HashMap<&'a str, &'a Actor>,
    by_proof: HashMap<&'a crate::cloudtrail::EventKey, Vec<usize>>,
    actors: HashMap<Agent<'a>, Option<(&'a Actor, Whose)>>,
    pub(super) habits: Habits<'a>,
}

impl<'a> Callers<'a> {
    pub(super) fn of(investigation: &'a Investigation) -> Self {
        let mut callers = Self {
            investigation,
            by_id: investigation.actors().iter().map(|actor| (&*actor.id, actor)).collect(),
            by_proof: HashMap::new(),
            actors: HashMap::new(),
            habits: Habits::default(),
        };
        for (at, node) in investigation.chain().nodes.iter().enumerate() {
            if let Some(proof) = &node.proof {
                callers.by_proof.entry(&proof.key).or_default().push(at);
            }
        }
        callers.look_for_habits();
        callers
    }

    /// The node that signed a call, or made it without a key; see [`Chain::node_of`](crate::investigation::Chain::node_of).
    pub(super) fn signer(&self, event: &Event) -> Option<usize> {
        self.investigation.chain().node_of(event)
    }

    /// The nodes that a call proves.
    pub(super) fn proved(&self, event: &Event) -> &[usize] {
        self.by_proof.get(&event.key).map_or(&[], Vec::as_slice)
    }

    /// The source of a call, where the chain's keys were used from it, and whose that seems to be.
    pub(super) fn actor(&mut self, event: &'a Event) -> Option<(&'a Actor, Whose)> {
        let agent = (event.source_ip.as_deref(), event.user_agent.as_deref());
        let (investigation, by_id) = (self.investigation, &self.by_id);
        // Agents repeat; taking one apart for every call would take time.
        *self.actors.entry(agent).or_insert_with(|| {
            let actor = *by_id.get(&*actor_id(event))?;
            let whose = match investigation.standing(actor) {
                Standing::Judged(Verdict::Expected) | Standing::Own => Whose::Ours,
                Standing::Judged(Verdict::Malicious) | Standing::Named(_) | Standing::Foreign(_) => Whose::Foreign,
                Standing::Application(_) => Whose::Application,
                Standing::Unusual(_) => Whose::Unusual,
                Standing::Judged(Verdict::Unknown) | Standing::Open => Whose::Open,
            };
            Some((actor, whose))
        })
    }

    /// Whose a call seems to be.
    pub(super) fn whose(&mut self, event: &'a Event) -> Whose {
        let investigation = self.investigation;
        let verdict = |at: usize| investigation.verdict(&investigation.chain().nodes[at].node);
        let signer = self.signer(event);
        let verdicts = || signer.iter().chain(self.proved(event)).map(|at| verdict(*at));
        if verdicts().any(|verdict| verdict == Verdict::Malicious) {
            return Whose::Foreign;
        }
        // The source of a call without a key is judged by its id alone.
        let by_source = || investigation.verdict(&actor_id(event));
        let is_ours = verdicts().any(|verdict| verdict == Verdict::Expected)
            || investigation.is_responders(event)
            || (event.identity.access_key.is_none() && by_source() == Verdict::Expected);
        if is_ours {
            return Whose::Ours;
        }
        match self.actor(event) {
            Some((actor, Whose::Open)) if self.is_steady(event, actor) => Whose::Steady,
            Some((_, whose)) => whose,
            None => Whose::Open,
        }
    }

    fn is_steady(&self, event: &'a Event, actor: &'a Actor) -> bool {
        let of_seed = self.signer(event).is_some_and(|at| self.is_of_seed(at));
        of_seed && self.habits.is_steady(event, actor)
    }

    /// Whether a node is a seed, or a temporary key that came from one: what the chain made has no everyday work.
    pub(super) fn is_of_seed(&self, mut at: usize) -> bool {
        let nodes = &self.investigation.chain().nodes;
        loop {
            match (nodes[at].link, nodes[at].parent) {
                (Link::Seed, _) => return true,
                (Link::Minted, Some(parent)) if nodes[at].kind == Kind::Session => at = parent,
                _ => return false,
            }
        }
    }

    fn look_for_habits(&mut self) {
        let mut habits = Habits::default();
        for event in self.investigation.evidence().events() {
            if self.signer(event).is_none() {
                continue;
            }
            if let Some((actor, Whose::Open | Whose::Application)) = self.actor(event) {
                habits.note(event, actor);
            }
        }
        self.habits = habits;
    }
}

/// Who called: the role of a session, else the user, whatever the key.
pub(super) fn caller(event: &Event) -> &str {
    let identity = &event.identity;
    let known = [&identity.issuer_arn, &identity.arn, &identity.principal_id];
    known.into_iter().flatten().next().map_or("", |text| text)
}
