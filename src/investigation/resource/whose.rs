//! Whose a resource seems to be: the real application makes snapshots and machines with the same key.

use std::collections::{BTreeSet, HashMap};

use super::{Callers, Resource};
use crate::cloudtrail::Event;
use crate::investigation::actor::{Actor, actor_id};
use crate::investigation::triage::Standing;
use crate::investigation::{Investigation, Verdict};

/// Whose a resource seems to be, as those are judged who made or changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    /// Nobody knows.
    #[default]
    Open,
    /// Somebody touched it who is judged malicious, or looks foreign.
    Foreign,
    /// Only what looks like the real application touched it.
    Application,
    /// Only those judged expected touched it.
    Expected,
}

impl Whose {
    /// The words on screens and in exports; empty where nobody knows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "",
            Self::Foreign => "foreign",
            Self::Application => "likely ours",
            Self::Expected => Verdict::Expected.as_str(),
        }
    }
}

/// For each resource the sources that touched it, and whose it seems to be.
pub(in crate::investigation) fn derive(investigation: &Investigation) -> Vec<(Vec<String>, Whose)> {
    let mut judge = Judge {
        investigation,
        actors: investigation.actors().iter().map(|actor| (&*actor.id, actor)).collect(),
        callers: Callers::of(investigation.chain()),
        known: HashMap::new(),
    };
    let resources = investigation.resources().iter();
    resources.map(|resource| judge.of_resource(resource)).collect()
}

/// Address and program, as the record has them.
type Agent<'a> = (Option<&'a str>, Option<&'a str>);

struct Judge<'a> {
    investigation: &'a Investigation,
    actors: HashMap<&'a str, &'a Actor>,
    callers: Callers<'a>,
    /// Agents repeat; taking one apart for every call would take time.
    known: HashMap<Agent<'a>, (String, Whose)>,
}

impl<'a> Judge<'a> {
    fn of_resource(&mut self, resource: &Resource) -> (Vec<String>, Whose) {
        let events = self.investigation.evidence().events();
        // Who ended it says nothing of whose it was.
        let ended_by_others = resource.ended.as_ref().filter(|_| !resource.is_ended_by_chain);
        let calls = resource.events.iter().map(|at| &events[*at]);
        let calls = calls.filter(|event| ended_by_others.is_none_or(|ended| ended.event_id != event.id()));
        let (mut sources, mut all) = (BTreeSet::new(), Vec::new());
        for event in calls {
            let (source, whose) = self.of_call(event);
            sources.insert(source);
            all.push(whose);
        }
        let only = |wanted: &[Whose]| !all.is_empty() && all.iter().all(|whose| wanted.contains(whose));
        let whose = match () {
            () if all.contains(&Whose::Foreign) => Whose::Foreign,
            () if only(&[Whose::Expected]) => Whose::Expected,
            () if only(&[Whose::Expected, Whose::Application]) => Whose::Application,
            () => Whose::Open,
        };
        (sources.into_iter().collect(), whose)
    }

    fn of_call(&mut self, event: &'a Event) -> (String, Whose) {
        let investigation = self.investigation;
        let agent = (event.source_ip.as_deref(), event.user_agent.as_deref());
        let actors = &self.actors;
        let of_source = || {
            let id = actor_id(event);
            let standing = actors.get(&*id).map(|actor| investigation.standing(actor));
            let whose = match standing.unwrap_or(Standing::Judged(investigation.verdict(&id))) {
                Standing::Judged(Verdict::Expected) | Standing::Own => Whose::Expected,
                Standing::Judged(Verdict::Malicious) | Standing::Named(_) | Standing::Foreign(_) => Whose::Foreign,
                Standing::Application(_) => Whose::Application,
                Standing::Judged(Verdict::Unknown) | Standing::Unusual(_) | Standing::Open => Whose::Open,
            };
            (id, whose)
        };
        let (source, by_source) = self.known.entry(agent).or_insert_with(of_source).clone();
        let by_node = self.callers.node(event).map(|node| investigation.verdict(node));
        let whose = match by_node {
            Some(Verdict::Malicious) => Whose::Foreign,
            Some(Verdict::Expected) => Whose::Expected,
            _ => by_source,
        };
        (source, whose)
    }
}
