//! Shares questions out over the regions and gathers what comes back.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use chrono::Utc;
use tokio::sync::mpsc;

use super::api::{LookupError, Meaning, settings};
use super::desk::{Desk, Errand, Report};
use super::question::{By, Place, Question, Rank};
use super::walk::Walk;
use super::{REACH, Settings, regions};
use crate::cloudtrail::{EventKey, Interner, Record};
use crate::collect::hunt::{Feed, Left, Query, Update};
use crate::collect::source::{Found, Progress, SourceError};
use crate::investigation::coverage::unread;
use crate::investigation::fact::{Answered, Asked, Page};
use crate::investigation::lead::Lead;

/// Parcels that wait for the hunt.
const WAITING: usize = 16;
/// Delivery takes some five minutes, without guarantee: so many seconds at the end of the window are read once more.
const LATE: i64 = 20 * 60;
/// Rare calls that make users and keys. One answer often holds those of the seed, long before all its calls are read.
const SCOUTS: [&str; 2] = ["CreateUser", "CreateAccessKey"];

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
    /// Questions asked so far, with the end of their windows.
    asked: Vec<(Arc<Question>, i64)>,
    asked_set: HashSet<Question>,
    /// Questions of regions that have no end yet.
    open: u64,
    /// Whether the end of the window was read once more for all questions up to here.
    late: usize,
    queries: u64,
    answered: u64,
    /// Regions where nothing was left to send at some time.
    waiting: HashSet<Arc<str>>,
    given: HashSet<EventKey>,
    interner: Interner,
    keys: Arc<Mutex<BTreeSet<String>>>,
    progress: Progress,
    read_something: bool,
    refused: Option<LookupError>,
    reports: mpsc::Sender<(Arc<str>, Report)>,
    reports_out: mpsc::Receiver<(Arc<str>, Report)>,
    updates: mpsc::Sender<Vec<Update>>,
}

impl Clerk {
    async fn new(wanted: Settings, updates: mpsc::Sender<Vec<Update>>) -> Self {
        let config = settings(wanted.profile.as_deref()).await;
        let home: Arc<str> = regions::home(&config).into();
        let (reports, reports_out) = mpsc::channel(64);
        let named = wanted.regions.clone();
        Self {
            regions: match &named {
                Some(named) => named.iter().map(|region| region.as_str().into()).collect(),
                None => vec![home.clone()],
            },
            regions_known: named.is_some(),
            settings: wanted,
            config,
            home,
            desks: HashMap::new(),
            asked: Vec::new(),
            asked_set: HashSet::new(),
            open: 0,
            late: 0,
            queries: 0,
            answered: 0,
            waiting: HashSet::new(),
            given: HashSet::new(),
            interner: Interner::default(),
            keys: Arc::default(),
            progress: Progress::default(),
            read_something: false,
            refused: None,
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
                        self.ask(&leads).await
                    }
                    Some(Query::WhatWasLeft) => {
                        self.queries += 1;
                        self.ask_for_the_late();
                        true
                    }
                    None => return,
                },
                list = &mut listing, if !self.regions_known => self.everywhere(list).await,
                Some((region, report)) = self.reports_out.recv() => self.take(region, report).await,
            };
            if !listened_to || !self.say_if_idle(&queries).await {
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
        let result = match &self.refused {
            Some(error) if !self.read_something => Err(refusal(error)),
            _ if self.late < self.asked.len() => Ok(Left::Something),
            _ => Ok(Left::Nothing),
        };
        self.send(vec![Update::Answered(result, self.answered)]).await
    }

    async fn send(&self, updates: Vec<Update>) -> bool {
        self.updates.send(updates).await.is_ok()
    }

    async fn ask(&mut self, leads: &[Lead]) -> bool {
        for lead in leads {
            let Some(question) = Question::of(lead) else { continue };
            if question.by == By::AccessKeyId {
                let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
                keys.insert(question.value.clone());
            }
            let is_seed = question.by == By::AccessKeyId && self.settings.seeds.contains(&question.value);
            if !self.ask_one(question).await {
                return false;
            }
            if is_seed {
                for name in SCOUTS {
                    let scout = Question {
                        by: By::EventName,
                        value: name.to_owned(),
                    };
                    if !self.ask_one(scout).await {
                        return false;
                    }
                }
            }
        }
        true
    }

    async fn ask_one(&mut self, question: Question) -> bool {
        if !self.asked_set.insert(question.clone()) {
            return true;
        }
        let until = self.until();
        let question = Arc::new(question);
        self.asked.push((question.clone(), until));
        let regions = match question.place() {
            Place::Home => vec![self.home.clone()],
            Place::Everywhere => self.regions.clone(),
        };
        for region in regions {
            if !self.hand_over(&region, &question, until).await {
                return false;
            }
        }
        true
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

    async fn hand_over(&mut self, region: &Arc<str>, question: &Arc<Question>, until: i64) -> bool {
        let from = self.since();
        if from > until || (question.by == By::EventName && !self.regions.contains(region)) {
            return true;
        }
        let is_seed = question.by == By::AccessKeyId && self.settings.seeds.contains(&question.value);
        let is_scout = question.by == By::EventName;
        let read = self.settings.read.get(&(region.to_string(), question.to_string()));
        let parts = unread(from..=until, read.map_or(&[], Vec::as_slice));
        let ranks = match (is_seed, is_scout) {
            (true, _) => (Rank::First, Rank::Rest),
            (_, true) => (Rank::Scout, Rank::Rest),
            _ => (Rank::Lead, Rank::Lead),
        };
        let walk = Walk::new(parts, is_seed && *region == self.home);
        self.give(
            region,
            Errand {
                question: question.clone(),
                walk,
                ranks,
                is_scout,
            },
        );
        // A scout only brings sooner what others bring too: it says nothing about what was read.
        is_scout || self.note(region, question, Answered::Begun { from, until }).await
    }

    fn give(&mut self, region: &Arc<str>, errand: Errand) {
        self.open += 1;
        let desk = self.desks.entry(region.clone()).or_insert_with(|| {
            let (errands, waiting) = mpsc::unbounded_channel();
            let keys = self.keys.clone();
            let is_wanted = move |record: &str| {
                let keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
                keys.iter().any(|key| record.contains(key.as_str()))
            };
            let desk = Desk::new(
                region.clone(),
                (&self.config, self.settings.profile.clone()),
                self.settings.interval,
                self.reports.clone(),
                Arc::new(is_wanted),
            );
            tokio::spawn(desk.work(waiting));
            errands
        });
        // A desk ends only with the clerk.
        let _ = desk.send(errand);
    }

    /// The regions are known: what was asked at home is asked in the others too.
    async fn everywhere(&mut self, list: Result<Vec<String>, (Vec<String>, String)>) -> bool {
        self.regions_known = true;
        let all = match list {
            Ok(all) | Err((all, _)) => all,
        };
        let others: Vec<Arc<str>> = all
            .into_iter()
            .map(Arc::from)
            .filter(|region| *region != self.home)
            .collect();
        self.regions.extend(others.iter().cloned());
        let asked: Vec<_> = self
            .asked
            .iter()
            .filter(|(q, _)| q.place() == Place::Everywhere)
            .cloned()
            .collect();
        for (question, until) in asked {
            for region in &others {
                if !self.hand_over(region, &question, until).await {
                    return false;
                }
            }
        }
        true
    }

    /// Reads the end of the window once more: what was delivered late.
    fn ask_for_the_late(&mut self) {
        let until = self.until();
        let is_past = until < Utc::now().timestamp() - LATE;
        let again: Vec<_> = self.asked[self.late..].to_vec();
        self.late = self.asked.len();
        for (question, before) in again {
            if is_past || !matches!(question.by, By::AccessKeyId | By::Username) {
                continue;
            }
            for region in self.regions.clone() {
                let walk = Walk::new(vec![(before - LATE).max(self.since())..=until], false);
                self.give(
                    &region,
                    Errand {
                        question: question.clone(),
                        walk,
                        ranks: (Rank::Lead, Rank::Lead),
                        is_scout: false,
                    },
                );
            }
        }
    }

    async fn note(&self, region: &str, question: &Question, answer: Answered) -> bool {
        let asked = Asked {
            region: region.to_owned(),
            question: question.to_string(),
            answer,
        };
        self.send(vec![Update::Found(Found::Asked(asked))]).await
    }

    async fn take(&mut self, region: Arc<str>, report: Report) -> bool {
        match report {
            Report::Read { question, answer, part } => {
                self.read_something = true;
                let is_scout = question.by == By::EventName;
                let events = answer.page.events;
                let (mut new, mut unreadable) = (Vec::new(), 0);
                for text in &answer.records {
                    match Record::parse(text.as_bytes(), &mut self.interner) {
                        Ok(record) if is_scout && !self.is_of_the_chain(&record) => {}
                        Ok(record) if self.given.insert(record.event.key.clone()) => new.push(record),
                        Ok(_) => {}
                        Err(_) => unreadable += 1,
                    }
                }
                self.progress.records += new.len() as u64;
                let mut updates = Vec::new();
                if !new.is_empty() {
                    updates.push(Update::Found(Found::Page(Page {
                        origin: format!("{} {region}", super::SOURCE).into(),
                        records: new,
                    })));
                }
                if !is_scout {
                    updates.push(Update::Found(Found::Asked(Asked {
                        region: region.to_string(),
                        question: question.to_string(),
                        answer: Answered::Page {
                            events,
                            unreadable,
                            part,
                        },
                    })));
                }
                updates.push(Update::Found(Found::Progress(self.progress)));
                self.send(updates).await
            }
            Report::Done => {
                self.open -= 1;
                true
            }
            Report::GivenUp { question, error } => {
                self.open -= 1;
                let why = error.text.clone();
                let is_home = region == self.home;
                let answer = match error.meaning {
                    Meaning::NotEnabled if !is_home => Answered::NotEnabled { why },
                    Meaning::Denied => Answered::Denied { why },
                    _ => Answered::Failed { why },
                };
                if matches!(error.meaning, Meaning::NoCredentials | Meaning::Denied) || is_home {
                    self.refused.get_or_insert(error);
                }
                question.by == By::EventName || self.note(&region, &question, answer).await
            }
            Report::Throttled => {
                let answer = Answered::Throttled;
                let asked = Asked {
                    region: region.to_string(),
                    question: String::new(),
                    answer,
                };
                self.send(vec![Update::Found(Found::Asked(asked))]).await
            }
            Report::Waiting => {
                self.waiting.insert(region);
                // The answers on their way take seconds: time to read the end of the window once more. What they lead to
                // is asked up to its own present.
                if self.regions_known && self.late == 0 && self.desks.keys().all(|desk| self.waiting.contains(desk)) {
                    self.ask_for_the_late();
                }
                true
            }
            Report::Paused(paused) => {
                self.progress.paused = paused;
                self.send(vec![Update::Found(Found::Progress(self.progress))]).await
            }
        }
    }

    fn is_of_the_chain(&self, record: &Record) -> bool {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        record
            .event
            .identity
            .access_key
            .as_deref()
            .is_some_and(|key| keys.contains(key))
    }
}

/// Nothing at all could be read: why, and what to do.
fn refusal(error: &LookupError) -> SourceError {
    let (text, hint) = match error.meaning {
        Meaning::Denied => (
            format!(
                "AWS does not let these credentials read the event history: {}",
                error.text
            ),
            "They need cloudtrail:LookupEvents. A user in quarantine is always refused: use another identity.",
        ),
        Meaning::NoCredentials | Meaning::NotEnabled => (
            format!("there are no credentials that AWS takes: {}", error.text),
            "Sign in (aws sso login, or set AWS_PROFILE or the usual variables), then go on with `keytrail open FILE`.",
        ),
        _ => (
            format!("AWS could not be asked: {}", error.text),
            "Check the network and go on with `keytrail open FILE`.",
        ),
    };
    SourceError::Aws { text, hint }
}
