//! Shares questions out over the regions: for leads, for what was delivered late, and again and again on a watch.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use aws_config::SdkConfig;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::api::Meaning;
use super::desk::{Desk, Errand, Report};
use super::gathered::Gathered;
use super::keys::Keys;
use super::planner::{Asking, Plan, Planner};
use super::question::{Place, Question, Rank};
use super::{LATE, REACH, Settings};
use crate::account::regions;
use crate::account::regions::Regions;
use crate::collect::hunt::{Feed, Left, Query, Update};
use crate::collect::source::Found;
use crate::investigation::fact::{Answered, Watched};
use crate::investigation::lead::{Attribute, Lead};

/// Parcels that wait for the hunt.
const WAITING: usize = 16;

/// Between two rounds of a watch.
const WATCH: Duration = Duration::from_secs(30);
/// Before its first round.
const FIRST: Duration = Duration::from_secs(10);

/// Begins to ask. Works on the runtime it is called on.
pub fn start(settings: Settings) -> Feed {
    let (queries_in, queries) = mpsc::unbounded_channel();
    let (updates_in, updates) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let mut clerk = Clerk::new(settings, updates_in).await;
        clerk.work(queries).await;
    });
    Feed::live(queries_in, updates)
}

struct Clerk {
    settings: Settings,
    config: SdkConfig,
    home: Arc<str>,
    desks: HashMap<Arc<str>, mpsc::UnboundedSender<Errand>>,
    /// Regions that questions for everywhere go to; the home region alone until the list is known.
    regions: Vec<Arc<str>>,
    regions_known: bool,
    /// Whether AWS itself says that these regions are enabled.
    are_enabled: bool,
    credentials_work: Arc<AtomicBool>,
    /// Regions in which nothing could be read, and questions that were given up, before the watch.
    closed: HashSet<Arc<str>>,
    given_up: HashSet<(Arc<str>, Arc<Question>)>,
    planner: Planner,
    /// What was asked so far, with the end of its window.
    asked: Vec<(Plan, i64)>,
    /// Questions of regions that have no end yet.
    open: u64,
    /// Whether the end of the window was read once more for all questions up to here.
    late: usize,
    queries: u64,
    answered: u64,
    /// Regions where nothing was left to send at some time.
    waiting: HashSet<Arc<str>>,
    keys: Keys,
    gathered: Gathered,
    watch: Watch,
    reports: mpsc::Sender<(Arc<str>, Report)>,
    reports_out: mpsc::Receiver<(Arc<str>, Report)>,
    updates: mpsc::Sender<Vec<Update>>,
}

/// Asking again and again for what is new.
#[derive(Debug)]
struct Watch {
    is_on: bool,
    /// When the next round begins.
    next: Instant,
    /// The round that is under way: when it began, and the last second that it asks for.
    round: Option<(Instant, i64)>,
    /// Regions that could not be read in it.
    missed: BTreeSet<Arc<str>>,
    /// Up to when each region was read by earlier rounds.
    seen: HashMap<Arc<str>, i64>,
}

impl Clerk {
    async fn new(wanted: Settings, updates: mpsc::Sender<Vec<Update>>) -> Self {
        let config = wanted.access.settings().await;
        let home: Arc<str> = regions::home(&config).into();
        let (reports, reports_out) = mpsc::channel(64);
        let named = wanted.regions.clone();
        let gathered = Gathered::of(wanted.account.clone());
        Self {
            regions: match &named {
                Some(named) => named.iter().map(|region| region.as_str().into()).collect(),
                None => vec![home.clone()],
            },
            regions_known: named.is_some(),
            are_enabled: false,
            credentials_work: Arc::default(),
            closed: HashSet::new(),
            given_up: HashSet::new(),
            planner: Planner::new(wanted.seeds.clone()),
            settings: wanted,
            config,
            home,
            desks: HashMap::new(),
            asked: Vec::new(),
            open: 0,
            late: 0,
            queries: 0,
            answered: 0,
            waiting: HashSet::new(),
            keys: Keys::default(),
            gathered,
            watch: Watch {
                is_on: false,
                next: Instant::now(),
                round: None,
                missed: BTreeSet::new(),
                seen: HashMap::new(),
            },
            reports,
            reports_out,
            updates,
        }
    }

    async fn work(&mut self, mut queries: mpsc::UnboundedReceiver<Query>) {
        let config = self.config.clone();
        let listing = regions::all(&config);
        tokio::pin!(listing);
        loop {
            let listened_to = tokio::select! {
                query = queries.recv() => match query {
                    Some(Query::Leads(leads)) => {
                        self.queries += 1;
                        self.ask(&leads);
                        true
                    }
                    Some(Query::WhatWasLeft) => {
                        self.queries += 1;
                        self.ask_for_the_late();
                        true
                    }
                    Some(Query::Watch(is_on)) => {
                        self.watch.is_on = is_on;
                        self.watch.next = Instant::now() + FIRST;
                        true
                    }
                    // It asks one account.
                    Some(Query::Account(_)) => {
                        self.queries += 1;
                        true
                    }
                    None => return,
                },
                all = &mut listing, if !self.regions_known => self.everywhere(all).await,
                () = sleep_until(self.watch.next), if self.watch.is_on && self.open == 0 => {
                    self.look_again();
                    true
                }
                Some((region, report)) = self.reports_out.recv() => self.take(region, report).await,
            };
            if !listened_to || !self.end_round().await || !self.say_if_idle(&queries).await {
                return;
            }
        }
    }

    /// Tells the hunt that everything it asked for was read.
    async fn say_if_idle(&mut self, queries: &mpsc::UnboundedReceiver<Query>) -> bool {
        let idle = self.regions_known && self.open == 0 && self.answered < self.queries && queries.is_empty();
        if !idle {
            return true;
        }
        self.answered = self.queries;
        let result = match self.gathered.refusal() {
            Some(refusal) => Err(refusal),
            None if self.late < self.asked.len() => Ok(Left::Something),
            None => Ok(Left::Nothing),
        };
        self.send(vec![Update::Answered(result, self.answered)]).await
    }

    async fn send(&self, updates: Vec<Update>) -> bool {
        self.updates.send(updates).await.is_ok()
    }

    fn ask(&mut self, leads: &[Lead]) {
        for lead in leads {
            if lead.attribute == Attribute::AccessKeyId {
                self.keys.add(&lead.value);
            }
            let plans = self.planner.plan(lead);
            self.hand_out(plans);
        }
    }

    fn hand_out(&mut self, plans: Vec<Plan>) {
        let until = self.until();
        for plan in plans {
            let is_for = |region: &&Arc<str>| match &plan.region {
                Some(only) => only == *region,
                None => plan.question.place() == Place::Everywhere || **region == self.home,
            };
            let regions: Vec<_> = self.regions.iter().filter(is_for).cloned().collect();
            for region in regions {
                self.hand_over(&region, &plan, until);
            }
            self.asked.push((plan, until));
        }
    }

    fn since(&self) -> i64 {
        let reach = (Utc::now() - REACH).timestamp();
        self.settings.since.map_or(reach, |since| reach.max(since.timestamp()))
    }

    /// The last second of the window; the present where it is open.
    fn until(&self) -> i64 {
        let now = Utc::now().timestamp();
        self.settings.until.map_or(now, |until| now.min(until.timestamp() - 1))
    }

    /// Has a question asked in a region, but for what an earlier pass read.
    fn hand_over(&mut self, region: &Arc<str>, plan: &Plan, until: i64) {
        let read = self.settings.read.get(&(region.to_string(), plan.question.to_string()));
        let read = read.cloned().unwrap_or_default();
        self.give(region, plan.clone(), until, read);
    }

    fn give(&mut self, region: &Arc<str>, mut plan: Plan, until: i64, read: Vec<(i64, i64)>) {
        let window = (self.since(), until);
        if window.0 > window.1 {
            return;
        }
        // Elsewhere a seed is rarely as busy as at home.
        plan.is_busy &= *region == self.home;
        let plan = Arc::new(plan);
        let first = self.settings.around.filter(|_| plan.is_busy).map(|notice| {
            let days = TimeDelta::days(2);
            ((notice - days).timestamp(), (notice + days).timestamp())
        });
        let errand = Errand {
            plan,
            window,
            read,
            first,
        };
        self.open += 1;
        let desk = self.desks.entry(region.clone()).or_insert_with(|| {
            let (errands, waiting) = mpsc::unbounded_channel();
            let desk = Desk::new(
                region.clone(),
                (&self.config, self.settings.access.clone()),
                self.settings.interval,
                self.reports.clone(),
                self.keys.clone(),
                self.credentials_work.clone(),
            );
            tokio::spawn(desk.work(waiting));
            errands
        });
        // A desk ends only with the clerk.
        let _ = desk.send(errand);
    }

    /// The regions are known: what was asked at home is asked in the others too.
    async fn everywhere(&mut self, mut all: Regions) -> bool {
        self.regions_known = true;
        self.are_enabled = all.are_enabled;
        let earlier = self.settings.read.keys();
        if all.are_enabled {
            // An earlier pass may have asked regions that are off, because it could not know.
            let off = earlier.filter(|(region, _)| !all.names.contains(region));
            let off = off.map(|(region, question)| {
                let why = "AWS does not list the region as enabled".to_owned();
                self.gathered
                    .asked(region, question.clone(), Answered::NotEnabled { why })
            });
            let off: Vec<_> = off.collect();
            if !self.send(off).await {
                return false;
            }
        } else {
            let earlier: BTreeSet<&String> = earlier.map(|(region, _)| region).collect();
            if earlier.len() > 1 {
                all.names = earlier.into_iter().cloned().collect();
            }
        }
        let others: Vec<Arc<str>> = all
            .names
            .into_iter()
            .map(Arc::from)
            .filter(|region| *region != self.home)
            .collect();
        self.regions.extend(others.iter().cloned());
        for (plan, until) in self.asked.clone() {
            let is_for = |region: &&Arc<str>| match &plan.region {
                Some(only) => only == *region,
                None => plan.question.place() == Place::Everywhere,
            };
            for region in others.iter().filter(is_for) {
                self.hand_over(region, &plan, until);
            }
        }
        true
    }

    /// Reads the end of the window once more: what was delivered late.
    fn ask_for_the_late(&mut self) {
        let from = self.late;
        self.late = self.asked.len();
        self.ask_again(from, Asking::Late);
    }

    /// One round of the watch.
    fn look_again(&mut self) {
        self.watch.round = Some((Instant::now(), self.until()));
        self.ask_again(0, Asking::Watch);
    }

    /// Asks again for the calls of every key and session, and for who assumed a role, from a while before what was read
    /// last.
    fn ask_again(&mut self, from: usize, asking: Asking) {
        let until = self.until();
        if until < Utc::now().timestamp() - LATE {
            // The window ended long ago: nothing is on its way any more.
            return;
        }
        for at in from..self.asked.len() {
            let (plan, before) = self.asked[at].clone();
            if !plan.question.brings_new_calls() || plan.instead.is_some() {
                continue;
            }
            let plan = Plan {
                ranks: (Rank::Lead, Rank::Lead),
                is_busy: false,
                asking,
                ..plan
            };
            for region in self.regions.clone() {
                let is_lost = self.closed.contains(&region)
                    || asking == Asking::Late && self.given_up.contains(&(region.clone(), plan.question.clone()));
                if !is_lost {
                    let read = self.watch.seen.get(&region).copied().unwrap_or(i64::MIN).max(before) - LATE;
                    self.give(&region, plan.clone(), until, vec![(i64::MIN, read)]);
                }
            }
        }
    }

    /// Tells the hunt how far the watch has looked, at the end of a round.
    async fn end_round(&mut self) -> bool {
        if self.open > 0 {
            return true;
        }
        let Some((begun, until)) = self.watch.round.take() else {
            return true;
        };
        // Others share the allowance: a watch takes a quarter of it at most.
        self.watch.next = Instant::now() + WATCH.max(begun.elapsed() * 3);
        let missed = std::mem::take(&mut self.watch.missed);
        let read = self.regions.iter().filter(|region| !missed.contains(*region));
        self.watch.seen.extend(read.map(|region| (region.clone(), until)));
        let missed = missed.iter().map(|region| self.gathered.place(region)).collect();
        let until = DateTime::from_timestamp(until, 0).unwrap_or_else(Utc::now);
        self.send(vec![Update::Found(Found::Watched(Watched { until, missed }))])
            .await
    }

    async fn take(&mut self, region: Arc<str>, report: Report) -> bool {
        match &report {
            Report::Done | Report::GivenUp { .. } => self.open -= 1,
            Report::Busy(plan) if self.planner.is_seed(&plan.question) => {
                let scouts = self.planner.scouts();
                self.hand_out(scouts);
            }
            Report::Waiting => {
                self.waiting.insert(region.clone());
                // The answers on their way take seconds: time to read the end of the window once more. What they lead to
                // is asked up to its own present.
                if self.regions_known && self.late == 0 && self.desks.keys().all(|desk| self.waiting.contains(desk)) {
                    self.ask_for_the_late();
                }
            }
            _ => {}
        }
        if let Report::GivenUp { plan, error } = &report {
            if plan.asking == Asking::Watch {
                self.watch.missed.insert(region.clone());
            } else {
                self.given_up.insert((region.clone(), plan.question.clone()));
                if matches!(error.meaning, Meaning::NotEnabled | Meaning::Denied) {
                    self.closed.insert(region.clone());
                }
            }
        }
        let is_enabled = self.are_enabled || region == self.home;
        let updates = self.gathered.take(&region, is_enabled, report, &self.keys);
        updates.is_empty() || self.send(updates).await
    }
}
