//! Was the key used by a stranger, and what does that mean for the first minute: deactivate now, or rotate first.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::actor::{Actor, Proposal, Reason};
use super::fact::Verdict;
use super::{Investigation, chain::Node};
use crate::cloudtrail::ids;

/// What to do about the key first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// A stranger used it: every minute it stays active is the stranger's too.
    Deactivate,
    /// Something is unusual and may be harmless: the responder knows more than the records.
    Judge,
    /// Not enough was read to say.
    NotKnownYet,
    /// Nothing foreign in what was read: nothing is won by breaking the application.
    Rotate,
}

/// What is thought of an actor, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// The responder said so.
    Judged(Verdict),
    /// The notice names its address: malicious until the responder says something else.
    Named(&'a [Reason]),
    /// The responder's own calls.
    Own,
    /// Inferred: it looks foreign.
    Foreign(&'a [Reason]),
    /// Inferred: something is unusual, and may be harmless.
    Unusual(&'a [Reason]),
    /// Inferred: it looks like the real application.
    Application(&'a Proposal),
    /// Nothing speaks for or against it.
    Open,
}

impl Standing<'_> {
    /// In a word or two, to stand beside a sign that tells what is inferred.
    pub fn brief(self) -> &'static str {
        match self {
            Self::Judged(verdict) => verdict.as_str(),
            Self::Named(_) => Verdict::Malicious.as_str(),
            Self::Own => "you",
            Self::Foreign(_) => "foreign",
            Self::Unusual(_) => "unusual",
            Self::Application(_) => "likely ours",
            Self::Open => "",
        }
    }

    /// With what speaks for it. May quote what an attacker wrote.
    pub fn words(self) -> String {
        let signs = |reasons: &[Reason]| {
            let first = reasons.first().map(Reason::words).unwrap_or_default();
            match reasons.len() {
                0 | 1 => first,
                2 => format!("{first}, and 1 more sign"),
                all => format!("{first}, and {} more signs", all - 1),
            }
        };
        match self {
            Self::Judged(verdict) => format!("{}, as judged", verdict.as_str()),
            Self::Named(reasons) => format!("malicious, {}", signs(reasons)),
            Self::Own => "your own calls".to_owned(),
            Self::Foreign(reasons) => format!("looks foreign: {}", signs(reasons)),
            Self::Unusual(reasons) => format!("unusual: {}", signs(reasons)),
            Self::Application(proposal) => format!("likely the real application: {}", proposal.words()),
            Self::Open => "nothing speaks for or against it".to_owned(),
        }
    }
}

/// Who used the key, and what to do first.
#[derive(Debug, Clone)]
pub struct Triage<'a> {
    /// What to do about the key.
    pub advice: Advice,
    /// Strangers, judged, named, or inferred; the surest first, then by their first call.
    pub foreign: Vec<&'a Actor>,
    /// Those to judge.
    pub unusual: Vec<&'a Actor>,
    /// The real application, as judged or as it seems.
    pub application: Vec<&'a Actor>,
    /// Those of which nothing is known either way.
    pub open: Vec<&'a Actor>,
    investigation: &'a Investigation,
}

/// What is known of who used the key, as of the last [`settle`](Investigation::settle).
pub fn triage(investigation: &Investigation) -> Triage<'_> {
    let with = |wanted: &dyn Fn(Standing<'_>) -> bool| -> Vec<&Actor> {
        let mut found: Vec<&Actor> = investigation.actors().iter().collect();
        found.retain(|actor| wanted(investigation.standing(actor)));
        found.sort_by_key(|actor| {
            let sure = !matches!(investigation.standing(actor), Standing::Foreign(_));
            (Reverse(sure), actor.activity.first, &actor.id)
        });
        found
    };
    let foreign = with(&|standing| {
        matches!(
            standing,
            Standing::Judged(Verdict::Malicious) | Standing::Named(_) | Standing::Foreign(_)
        )
    });
    let unusual = with(&|standing| matches!(standing, Standing::Unusual(_)));
    let application =
        with(&|standing| matches!(standing, Standing::Judged(Verdict::Expected) | Standing::Application(_)));
    let mut open = with(&|standing| standing == Standing::Open);
    open.retain(|actor| actor.is_somebody());
    let advice = if !foreign.is_empty() {
        Advice::Deactivate
    } else if !unusual.is_empty() {
        Advice::Judge
    } else if investigation.is_read() {
        Advice::Rotate
    } else {
        Advice::NotKnownYet
    };
    Triage {
        advice,
        foreign,
        unusual,
        application,
        open,
        investigation,
    }
}

impl<'a> Triage<'a> {
    /// What to do about the key, in a line.
    pub fn headline(&self) -> &'static str {
        let seeds = || self.seeds();
        let all = |is: &dyn Fn(&Node) -> bool| seeds().next().is_some() && seeds().all(is);
        let is_over = all(&|seed| seed.ended.is_some());
        let is_off = all(&|seed| !self.may_work(seed));
        let is_session = seeds().all(|seed| ids::is_temporary(&seed.id));
        match self.advice {
            Advice::Deactivate if is_over => "Foreign use seen; the key is deleted: end what was made with it",
            Advice::Deactivate if is_off => "Foreign use seen; the key is off: end what was made with it",
            Advice::Deactivate if is_session => "Foreign use seen: end its sessions now",
            Advice::Deactivate => "Foreign use seen: deactivate now",
            Advice::Judge => "No foreign use for certain: judge what is unusual, then decide",
            Advice::NotKnownYet => "Foreign use: not known yet",
            Advice::Rotate if is_session => "No foreign use seen so far: let its application get new credentials first",
            Advice::Rotate => "No foreign use seen so far: rotate first, then deactivate",
        }
    }

    /// The actors to look at first: those that the advice rests on, else those that could still change it.
    pub fn grounds(&self) -> &[&'a Actor] {
        match self.advice {
            Advice::Deactivate => &self.foreign,
            Advice::Judge => &self.unusual,
            Advice::NotKnownYet | Advice::Rotate => &self.open,
        }
    }

    /// The event that shows it best: behind the first reason, else the actor's first call by the time it was made.
    pub fn evidence(&self) -> Option<(&'a Actor, usize)> {
        let actor = *self.grounds().first()?;
        let evidence = self.investigation.evidence();
        let first = || {
            let of_actor = |event: &&crate::cloudtrail::Event| super::actor::actor_id(event) == actor.id;
            evidence.events().iter().filter(of_actor).map(|event| &event.key).min()
        };
        let key = actor.suspicion.first().map(|reason| &reason.event).or_else(first)?;
        Some((actor, evidence.find(key)?))
    }

    /// An actor and what is thought of it, for a person: who, how often, since when, why.
    pub fn said(&self, actor: &Actor, when: impl Fn(DateTime<Utc>) -> String) -> String {
        let calls = counted(actor.activity.events, "call");
        let since = actor.activity.first.map(|first| format!(" since {}", when(first)));
        let words = self.investigation.standing(actor).words();
        format!("{}: {calls}{}; {words}", actor.id, since.unwrap_or_default())
    }

    /// How much was read, and what is missing, for a person.
    pub fn read(&self) -> String {
        let coverage = self.investigation.coverage();
        let records = coverage.records();
        let read = match (coverage.history().len(), coverage.files().len()) {
            (0, 0) if coverage.tables().is_empty() => return "nothing was read yet".to_owned(),
            (0, 0) => format!("{} of a table", counted(records, "row")),
            (0, files) => format!("{} of {}", counted(records, "record"), counted(files as u64, "file")),
            (regions, _) => format!("{} of {}", counted(records, "event"), counted(regions as u64, "region")),
        };
        let missing = match self.investigation.last_pass() {
            None => "; nothing was read to its end",
            Some((_, pass)) if !pass.fixed_point => "; the rest is still to be read",
            Some(_) if coverage.is_partial() => "; not all could be read",
            Some(_) => "",
        };
        format!("read so far: {read}{missing}")
    }

    /// The seeds that can be made inactive: long-term keys that were not deleted.
    pub fn to_deactivate(&self) -> impl Iterator<Item = &'a str> {
        let living = self
            .seeds()
            .filter(|seed| self.may_work(seed) && !ids::is_temporary(&seed.id));
        living.map(|seed| &*seed.id)
    }

    /// Whether a seed may still work: not ended in the records, nor switched off as AWS or the records say.
    fn may_work(&self, seed: &Node) -> bool {
        let live = self.investigation.live(seed);
        let is_off = live.map_or(seed.is_off(), |live| live.state.is_over());
        seed.ended.is_none() && !is_off
    }

    fn seeds(&self) -> impl Iterator<Item = &'a Node> {
        let chain = self.investigation.chain();
        chain.roots().map(|root| &chain.nodes[root])
    }
}

fn counted(n: u64, thing: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {thing}{s}")
}

impl Investigation {
    /// What is thought of an actor.
    pub fn standing<'a>(&self, actor: &'a Actor) -> Standing<'a> {
        let named = self.why_judged(&actor.id).is_some();
        match self.verdict(&actor.id) {
            Verdict::Malicious if named => Standing::Named(&actor.suspicion),
            Verdict::Unknown if actor.is_responder => Standing::Own,
            Verdict::Unknown if actor.looks_foreign() => Standing::Foreign(&actor.suspicion),
            Verdict::Unknown if !actor.suspicion.is_empty() => Standing::Unusual(&actor.suspicion),
            Verdict::Unknown => actor.proposal.as_ref().map_or(Standing::Open, Standing::Application),
            judged => Standing::Judged(judged),
        }
    }
}
