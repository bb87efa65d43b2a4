//! The investigation, and the one function that applies a fact to it.

use std::collections::BTreeMap;
use std::iter::zip;

use chrono::{DateTime, Utc};

use super::account::{AccountSeen, KeySeen};
use super::chain::{self, Chain};
use super::change::{Deeds, Snapshot};
use super::checklist::Checklist;
use super::coverage::Coverage;
use super::fact::{Fact, PassBegan, PassEnded, Started, Verdict, Watched, What};
use super::findings::{self, Finding};
use super::further::{self, FurtherSeed};
use super::live::{Live, LiveSeen};
use super::resource::{self, Resource};
use super::{Evidence, Node, Pasted, Verified, accounts, actor, ours, unseen};
use crate::cloudtrail::Event;
use crate::cloudtrail::notice::Notice;
use crate::cloudtrail::time;

/// Everything the facts add up to.
#[derive(Debug, Default)]
pub struct Investigation {
    started: Option<(DateTime<Utc>, Started)>,
    evidence: Evidence,
    coverage: Coverage,
    checklist: Checklist,
    verdicts: BTreeMap<String, Verdict>,
    judged_at: BTreeMap<String, DateTime<Utc>>,
    passes: Vec<(DateTime<Utc>, PassBegan)>,
    last_pass: Option<(DateTime<Utc>, PassEnded)>,
    watched: Option<Watched>,
    account_seen: Option<(DateTime<Utc>, AccountSeen)>,
    live_seen: Option<(DateTime<Utc>, LiveSeen)>,
    pasted: Vec<(DateTime<Utc>, Pasted)>,
    verified: Vec<(DateTime<Utc>, Verified)>,
    snapshots: Vec<(DateTime<Utc>, Snapshot)>,
    deeds: Deeds,
    last_fact: Option<DateTime<Utc>>,
    chain: Chain,
    actors: Vec<actor::Actor>,
    further_seeds: Vec<FurtherSeed>,
    accounts: BTreeMap<String, String>,
    not_shown: Vec<String>,
    resources: Vec<Resource>,
    findings: Vec<Finding>,
    /// For each node of the chain whether only expected actors made it.
    ours: Vec<bool>,
    stale: bool,
    judged: bool,
    /// Whether the sources said how far they were read.
    read: bool,
}

impl Investigation {
    /// Applies one fact. Nothing else changes an investigation.
    pub fn apply(&mut self, fact: &Fact) {
        self.last_fact = Some(fact.at);
        match &fact.what {
            What::Started(started) => {
                self.started = Some((fact.at, started.clone()));
                self.stale = true;
            }
            What::Page(page) => {
                for record in &page.records {
                    self.stale |= self.evidence.add(record);
                }
            }
            What::FilesRead { files } => self.coverage.add(files),
            What::Asked(asked) => {
                self.coverage.asked(asked);
                self.read = true;
            }
            What::Queried(queried) => {
                self.coverage.queried(queried);
                self.read = true;
            }
            What::Crossed(crossed) => self.coverage.crossed(crossed),
            What::Watched(watched) => self.watched = Some(watched.clone()),
            What::PassBegan(began) => {
                self.passes.push((fact.at, began.clone()));
                self.coverage.begin_pass();
                self.read = true;
                // Until its end is known, it was cut short.
                let cut_short = Some("the reading was interrupted before its end".to_owned());
                self.last_pass = Some((
                    fact.at,
                    PassEnded {
                        fixed_point: false,
                        cut_short,
                    },
                ));
            }
            What::PassEnded(ended) => {
                self.last_pass = Some((fact.at, ended.clone()));
                self.read = true;
            }
            // A network that fails does not make unknown what was known.
            What::Account(seen) if seen.is_failed() && self.account_seen.is_some() => {}
            What::Live(seen) if seen.is_failed() && self.live_seen.is_some() => {}
            What::Account(seen) => {
                self.account_seen = Some((fact.at, seen.clone()));
                // Which calls are the responder's own is known from here on.
                self.stale = true;
            }
            What::Live(seen) => self.live_seen = Some((fact.at, seen.clone())),
            What::Judged(judged) => {
                self.judged_at.insert(judged.subject.clone(), fact.at);
                self.verdicts.insert(judged.subject.clone(), judged.verdict);
                self.judged = true;
            }
            What::ItemMarked(mark) => self.checklist.mark(fact.at, mark),
            What::Pasted(pasted) => self.pasted.push((fact.at, pasted.clone())),
            What::Verified(verified) => {
                // The same place, verified again: what holds is what was found last.
                self.verified.retain(|(_, before)| before.place != verified.place);
                self.verified.push((fact.at, verified.clone()));
            }
            What::Snapshot(snapshot) => self.snapshots.push((fact.at, snapshot.clone())),
            What::Acted(acted) => self.deeds.apply(fact.at, acted),
        }
    }

    /// Brings the chain and the actors up to date with the events. Cheap when nothing new arrived.
    pub fn settle(&mut self) {
        let is_stale = std::mem::take(&mut self.stale);
        if is_stale {
            self.chain = chain::derive(&self.evidence, self.seeds());
            self.accounts = accounts::derive(&self.evidence, &self.chain);
            self.not_shown = unseen::derive(&self.evidence, &self.chain);
            self.actors = actor::derive(&self.evidence, &self.chain, self.notice(), self.responder());
            self.resources = resource::derive(&self.evidence, &self.chain);
        }
        if std::mem::take(&mut self.read) || is_stale {
            let read = resource::Read {
                coverage: &self.coverage,
                is_ended: self.last_pass.as_ref().map(|(_, pass)| pass.fixed_point),
                is_history: self.passes.iter().any(|(_, pass)| pass.aws.is_some()),
            };
            resource::note(&mut self.resources, &read);
        }
        if std::mem::take(&mut self.judged) || is_stale {
            let verdict = |subject: &str| self.verdict(subject);
            let further_seeds = further::derive(&self.evidence, &self.chain, &self.actors, verdict);
            let ours = ours::derive(&self.evidence, &self.chain, &self.actors, verdict);
            (self.further_seeds, self.ours) = (further_seeds, ours);
            let whose = resource::whose(self);
            for (resource, (sources, whose)) in zip(&mut self.resources, whose) {
                (resource.sources, resource.whose) = (sources, whose);
            }
            self.findings = findings::derive(self);
        }
        self.chain.counts.read = self.coverage.records();
        self.chain.counts.duplicates = self.evidence.duplicates();
    }

    /// The seeds; empty before the investigation started.
    pub fn seeds(&self) -> &[String] {
        self.started.as_ref().map_or(&[], |(_, s)| &s.seeds)
    }

    /// The services that the chain called and whose data events were not read; see [`unseen::WHY`].
    pub fn not_shown(&self) -> &[String] {
        &self.not_shown
    }

    /// How it began, and when.
    pub fn started(&self) -> Option<&(DateTime<Utc>, Started)> {
        self.started.as_ref()
    }

    /// The events.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The chain as of the last [`settle`](Self::settle).
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The actors as of the last [`settle`](Self::settle).
    pub fn actors(&self) -> &[actor::Actor] {
        &self.actors
    }

    /// The actor with this id.
    pub fn actor(&self, id: &str) -> Option<&actor::Actor> {
        self.actors.iter().find(|actor| actor.id == id)
    }

    /// Who investigates, as AWS said last.
    fn responder(&self) -> actor::Responder<'_> {
        let caller = self.account_seen.as_ref().and_then(|(_, seen)| seen.caller.known());
        caller.map_or_else(actor::Responder::default, |caller| actor::Responder {
            arn: Some(&caller.arn),
            key: caller.key.as_deref(),
        })
    }

    /// Whether a call is the responder's own.
    pub fn is_responders(&self, event: &Event) -> bool {
        actor::is_responders(event, &self.chain, self.responder())
    }

    /// What the chain made or changed outside IAM, as of the last [`settle`](Self::settle), in the order in which it can be
    /// removed.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// What matters, as of the last [`settle`](Self::settle): what weighs most first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Other keys to look at, as of the last [`settle`](Self::settle).
    pub fn further_seeds(&self) -> &[FurtherSeed] {
        &self.further_seeds
    }

    /// Whether only actors judged expected made a node and all below it, as of the last [`settle`](Self::settle).
    pub fn is_ours(&self, node: usize) -> bool {
        self.ours.get(node).copied().unwrap_or_default()
    }

    /// How many nodes only actors judged expected made.
    pub fn ours(&self) -> u64 {
        self.ours.iter().filter(|is_ours| **is_ours).count() as u64
    }

    /// What was read.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The state of the steps.
    pub fn checklist(&self) -> &Checklist {
        &self.checklist
    }

    /// The verdict on a node or an actor: what the responder judged; else an actor at the notice's address is malicious.
    pub fn verdict(&self, subject: &str) -> Verdict {
        match self.verdicts.get(subject) {
            Some(judged) => *judged,
            None if self.is_named(subject) => Verdict::Malicious,
            None => Verdict::Unknown,
        }
    }

    /// When the responder judged a node or an actor last.
    pub fn judged_at(&self, subject: &str) -> Option<DateTime<Utc>> {
        self.judged_at.get(subject).copied()
    }

    /// Why a verdict holds that the responder has not given.
    pub fn why_judged(&self, subject: &str) -> Option<&'static str> {
        let by_notice = !self.verdicts.contains_key(subject) && self.is_named(subject);
        by_notice.then_some("named by the notice")
    }

    fn is_named(&self, subject: &str) -> bool {
        let address = actor::address(subject);
        self.notice()
            .is_some_and(|notice| address.is_some_and(|address| notice.names_address(address)))
    }

    /// The notice it began with.
    pub fn notice(&self) -> Option<&Notice> {
        self.started.as_ref()?.1.notice.as_deref()
    }

    /// Every pass over the sources that began, and when.
    pub fn passes(&self) -> &[(DateTime<Utc>, PassBegan)] {
        &self.passes
    }

    /// How the last pass over the sources ended, and when; one without an end was interrupted.
    pub fn last_pass(&self) -> Option<&(DateTime<Utc>, PassEnded)> {
        self.last_pass.as_ref()
    }

    /// How far a watch has looked for new calls, if there was one.
    pub fn watched(&self) -> Option<&Watched> {
        self.watched.as_ref()
    }

    /// What AWS said last of the keys and of the responder, and when; `None` where AWS was not asked.
    pub fn account_seen(&self) -> Option<&(DateTime<Utc>, AccountSeen)> {
        self.account_seen.as_ref()
    }

    /// What AWS said last of one key.
    pub fn key_seen(&self, key: &str) -> Option<&KeySeen> {
        let (_, seen) = self.account_seen.as_ref()?;
        seen.keys.iter().find(|seen| seen.key == key)
    }

    /// What there was of the chain when AWS was asked last, and when that was.
    pub fn live_seen(&self) -> Option<&(DateTime<Utc>, LiveSeen)> {
        self.live_seen.as_ref()
    }

    /// The state of a node, as AWS said it last; `None` where it was not asked.
    pub fn live(&self, node: &Node) -> Option<Live> {
        let (at, seen) = self.live_seen.as_ref()?;
        let state = seen.state(&self.chain().nodes, node, *at)?;
        // What was used since is not over, whatever was said before. What was refused says the contrary, if anything.
        let is_used_since = node.activity.last_success.is_some_and(|last| last > *at);
        (!is_used_since || !state.is_over()).then_some(Live { state, at: *at })
    }

    /// The nodes that are there, as AWS says, though the records say they were deleted.
    pub fn contradicted(&self) -> impl Iterator<Item = &Node> {
        let deleted = self.chain.nodes.iter().filter(|node| node.ended.is_some());
        deleted.filter(|node| self.live(node).is_some_and(|live| live.contradicts(node)))
    }

    /// Whether the last pass came to its end, and all that there is to read was asked for and read.
    pub fn is_read(&self) -> bool {
        let ended = self.last_pass.as_ref().is_some_and(|(_, pass)| pass.fixed_point);
        ended && !self.coverage.is_partial() && self.narrowed().is_empty()
    }

    /// What was left out because nobody asked for it: a period, or regions. Nothing where one pass asked for everything.
    pub fn narrowed(&self) -> Vec<String> {
        let left_out = |pass: &PassBegan| {
            let since = pass
                .since
                .map(|since| format!("nothing before {} was asked for", time::format(since)));
            let until = pass
                .until
                .map(|until| format!("nothing from {} on was asked for", time::format(until)));
            let regions = pass.regions();
            let regions = regions.map(|regions| format!("only these regions were asked for: {}", regions.join(", ")));
            [regions, since, until].into_iter().flatten().collect::<Vec<_>>()
        };
        let passes = self.passes.iter().map(|(_, pass)| left_out(pass));
        passes.min_by_key(Vec::len).unwrap_or_default()
    }

    /// What the commands of the steps printed, as it was pasted, earliest first.
    pub fn pasted(&self) -> &[(DateTime<Utc>, Pasted)] {
        &self.pasted
    }

    /// What was found when trails were verified, the last time for each place, earliest first.
    pub fn verified(&self) -> &[(DateTime<Utc>, Verified)] {
        &self.verified
    }

    /// The evidence kept of what there was in the account, earliest first.
    pub fn snapshots(&self) -> &[(DateTime<Utc>, Snapshot)] {
        &self.snapshots
    }

    /// The changes made to the account.
    pub fn deeds(&self) -> &Deeds {
        &self.deeds
    }

    /// When the last fact became known.
    pub fn last_fact(&self) -> Option<DateTime<Utc>> {
        self.last_fact
    }

    /// The account the seed belongs to, as its events say.
    pub fn account(&self) -> Option<&str> {
        self.chain.nodes.first()?.account.as_deref()
    }
    /// Every account that the chain acts in or touches, and the `node` that leads there first.
    pub fn accounts(&self) -> &BTreeMap<String, String> {
        &self.accounts
    }

    /// The account of a node, where it is not the one that the seed belongs to.
    pub fn other_account<'a>(&'a self, node: &'a Node) -> Option<&'a str> {
        node.account
            .as_deref()
            .filter(|account| self.account().is_some_and(|own| own != *account))
    }

    /// The account that the responder's own credentials are of, as far as it is known: AWS said it, else it is the seed's.
    pub fn asked_account(&self) -> Option<&str> {
        let caller = self.account_seen.as_ref().and_then(|(_, seen)| seen.caller.known());
        caller.map(|caller| caller.account.as_str()).or_else(|| self.account())
    }
}
