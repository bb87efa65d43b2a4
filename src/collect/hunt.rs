//! The hunt: asks the sources for the seed, then for whatever the chain leads to, until no lead is left.
//!
//! The sources work on a thread of their own and answer over a bounded channel; whoever owns the case (the screens or a
//! batch run) hands each answer to [`Hunt::handle`], which turns it into facts. So the hunt never shares the investigation
//! with anybody.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

use super::source::{Found, Progress, RegionNow, Source, SourceError};
use crate::cloudtrail::{EventKey, Record};
use crate::investigation::fact::{Page, PassEnded};
use crate::investigation::lead::Lead;
use crate::investigation::{What, chain, further, resource};
use crate::store::{CaseFile, StoreError};

/// Parcels of answers waiting to be handled. Few: a source that runs ahead would only fill memory.
const WAITING: usize = 4;
/// A parcel is sent when it holds so many records, or is so old: what is in it is written in one transaction.
const PARCEL: usize = 512;
const PARCEL_AGE: Duration = Duration::from_millis(100);

/// Something the sources have to say.
#[derive(Debug)]
pub enum Update {
    /// Part of an answer.
    Found(Found),
    /// So many queries are answered by now; whether the sources have anything left over.
    Answered(Result<Left, SourceError>, u64),
}

/// Whether the sources left something for later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// All leads asked so far are answered in full.
    Nothing,
    /// Some answers were put off until no lead is left that can be answered cheaply.
    Something,
}

/// What is asked of the sources.
#[derive(Debug)]
pub enum Query {
    /// Whatever answers one of these.
    Leads(Vec<Lead>),
    /// The same in this account too, into which the chain led.
    Account(String),
    /// What was put off.
    WhatWasLeft,
    /// Whether to ask again and again for new calls of all that was asked for.
    Watch(bool),
}

/// Tells sources that nobody wants them any more, at the latest when it is dropped.
#[derive(Debug, Default)]
pub(super) struct Cancelled(Arc<AtomicBool>);

impl Cancelled {
    fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Drop for Cancelled {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// The two ways between a hunt and its sources.
#[derive(Debug)]
pub struct Feed {
    pub(super) queries: mpsc::UnboundedSender<Query>,
    pub(super) updates: mpsc::Receiver<Vec<Update>>,
    pub(super) cancelled: Cancelled,
    /// Whether leads are welcome before earlier ones were answered.
    pub(super) is_live: bool,
}

impl Feed {
    /// Sources that answer one query after the other, on a thread of their own.
    pub fn in_turn(sources: Vec<Box<dyn Source>>) -> Self {
        let (updates_in, updates) = mpsc::channel(WAITING);
        let (queries, queries_out) = mpsc::unbounded_channel();
        let cancelled = Cancelled::default();
        let stop = cancelled.0.clone();
        std::thread::spawn(move || answer(sources, queries_out, &updates_in, &stop));
        Self {
            queries,
            updates,
            cancelled,
            is_live: false,
        }
    }

    /// A source that works on many queries at once, and stops when nobody listens.
    pub fn live(queries: mpsc::UnboundedSender<Query>, updates: mpsc::Receiver<Vec<Update>>) -> Self {
        Self {
            queries,
            updates,
            cancelled: Cancelled::default(),
            is_live: true,
        }
    }
}

/// Which events are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Window {
    /// Only events at or after this time.
    pub since: Option<DateTime<Utc>>,
    /// Only events before this time.
    pub until: Option<DateTime<Utc>>,
}

impl Window {
    fn holds(&self, record: &Record) -> bool {
        let time = record.event.time();
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }
}

/// A running hunt.
#[derive(Debug)]
pub struct Hunt {
    feed: Feed,
    /// Queries sent.
    sent: u64,
    asked: BTreeSet<Lead>,
    /// Accounts that the sources were told of.
    entered: BTreeSet<String>,
    /// When leads were last looked for while answers come in, and how long that took.
    looked: (Instant, Duration),
    window: Window,
    /// What an earlier, interrupted run had saved: reading it again must not count it twice.
    saved: HashSet<(EventKey, Arc<str>)>,
    progress: Progress,
    regions: BTreeMap<Arc<str>, RegionNow>,
    running: bool,
    watching: bool,
    failure: Option<SourceError>,
}

impl Hunt {
    /// Starts hunting for the seeds of a case. What the case holds already is left out of the answers.
    pub fn start(feed: Feed, window: Window, case: &mut CaseFile) -> Result<Self, StoreError> {
        let mut hunt = Self {
            feed,
            sent: 0,
            asked: BTreeSet::new(),
            entered: BTreeSet::new(),
            looked: (Instant::now(), Duration::ZERO),
            window,
            saved: saved_records(case)?,
            progress: Progress::default(),
            regions: BTreeMap::new(),
            running: true,
            watching: false,
            failure: None,
        };
        case.settle();
        hunt.ask(case);
        Ok(hunt)
    }

    /// What the sources say next; `None` when the hunt is over.
    pub async fn next(&mut self) -> Option<Vec<Update>> {
        if !self.running && !self.watching {
            return None;
        }
        // As long as they are asked, the sources end only by a panic.
        let panicked = || vec![Update::Answered(Err(SourceError::Panicked), 0)];
        Some(self.feed.updates.recv().await.unwrap_or_else(panicked))
    }

    /// Turns what the sources said into facts of the case, written together.
    pub fn handle(&mut self, updates: Vec<Update>, case: &mut CaseFile, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut facts = Vec::new();
        // A question is answered after everything that was found for it.
        let mut answered = None;
        for update in updates {
            match update {
                Update::Found(Found::Page(page)) => facts.extend(self.keep(page).map(What::Page)),
                Update::Found(Found::Files(files)) => facts.push(What::FilesRead { files }),
                Update::Found(Found::Progress(progress)) => self.progress = progress,
                Update::Found(Found::Asked(asked)) => facts.push(What::Asked(asked)),
                Update::Found(Found::Queried(queried)) => facts.push(What::Queried(queried)),
                Update::Found(Found::Crossed(crossed)) => facts.push(What::Crossed(crossed)),
                Update::Found(Found::Watched(watched)) => facts.push(What::Watched(watched)),
                Update::Found(Found::Region(region, now)) => drop(self.regions.insert(region, now)),
                Update::Answered(answer, queries) => answered = Some((answer, queries)),
            }
        }
        if !facts.is_empty() {
            case.commit_all(now, facts)?;
        }
        match answered {
            None => {
                self.look_early(case);
                Ok(())
            }
            Some((answer, _)) if !self.running => {
                // On a watch: what new calls led to.
                case.settle();
                let _ = self.ask(case) || self.ask_for_resources(case);
                self.failure = answer.err();
                self.watching &= self.failure.is_none();
                Ok(())
            }
            Some((Ok(left), queries)) => {
                case.settle();
                // First everything that can be had cheaply, then one dear pass for all of it. What was asked since this
                // was said is answered later.
                let more = self.ask(case)
                    || queries < self.sent
                    || self.ask_for_resources(case)
                    || (left == Left::Something && self.send(Query::WhatWasLeft));
                if more { Ok(()) } else { self.end(None, case, now) }
            }
            Some((Err(error), _)) => {
                let why = error.to_string();
                self.failure = Some(error);
                self.end(Some(why), case, now)
            }
        }
    }

    /// Follows what a live source found so far. Bringing a large chain up to date takes time: at most a tenth of it.
    fn look_early(&mut self, case: &mut CaseFile) {
        let (last, took) = self.looked;
        if !self.feed.is_live || last.elapsed() < 10 * took {
            return;
        }
        let begun = Instant::now();
        case.settle();
        self.ask(case);
        self.looked = (Instant::now(), begun.elapsed());
    }

    /// How far it has come.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Whether there is still something to come.
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// How the reading of each region of AWS goes on.
    pub fn regions(&self) -> &BTreeMap<Arc<str>, RegionNow> {
        &self.regions
    }

    /// Whether new calls are asked for again and again, now that everything was read.
    pub fn is_watching(&self) -> bool {
        self.watching
    }

    /// Begins a watch, or ends it. Only what is read from AWS can be watched, up to the present, after a pass that came to
    /// its end. Returns whether it could.
    pub fn watch(&mut self, on: bool) -> bool {
        let is_open = self.window.until.is_none_or(|until| until > Utc::now());
        let can = self.feed.is_live && !self.feed.updates.is_closed() && !self.running && self.failure.is_none();
        let is_heard = can && is_open && self.feed.queries.send(Query::Watch(on)).is_ok();
        self.watching = is_heard && on;
        is_heard
    }

    /// Why a source failed, if one did.
    pub fn failure(&self) -> Option<&SourceError> {
        self.failure.as_ref()
    }

    /// Ends the hunt early; what was found stays.
    pub fn cancel(&mut self, case: &mut CaseFile, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.feed.cancelled.cancel();
        // A live source ends when nobody listens any more.
        self.feed.updates.close();
        self.watching = false;
        if !self.running {
            return Ok(());
        }
        let Progress {
            files_done,
            files_total,
            records,
            ..
        } = self.progress;
        let far = if files_total > 0 {
            format!(" after {files_done} of {files_total} files, {records} records")
        } else {
            String::new()
        };
        self.end(Some(format!("stopped by the responder{far}")), case, now)
    }

    /// The records of a page that are wanted and not saved yet.
    fn keep(&self, mut page: Page) -> Option<Page> {
        page.records.retain(|record| {
            let known = !self.saved.is_empty() && self.saved.contains(&(record.event.key.clone(), page.origin.clone()));
            self.window.holds(record) && !known
        });
        (!page.records.is_empty()).then_some(page)
    }

    /// Asks for the leads that were not asked yet. Returns whether there were any.
    fn ask(&mut self, case: &CaseFile) -> bool {
        let mut wanted = chain::leads(case.investigation().chain());
        wanted.extend(further::leads(case.investigation()));
        let has_leads = self.ask_for(wanted);
        self.enter(case) || has_leads
    }

    /// Has the same asked in the accounts into which the chain led since. Files hold what they hold. Returns whether there
    /// were any.
    fn enter(&mut self, case: &CaseFile) -> bool {
        if !self.feed.is_live {
            return false;
        }
        let mut has_entered = false;
        for account in case.investigation().accounts().keys() {
            if self.entered.insert(account.clone()) {
                has_entered |= self.send(Query::Account(account.clone()));
            }
        }
        has_entered
    }

    /// Asks what became of what the chain made: last of all, since it makes no chain longer.
    fn ask_for_resources(&mut self, case: &CaseFile) -> bool {
        self.ask_for(resource::leads(case.investigation()))
    }

    fn ask_for(&mut self, wanted: impl IntoIterator<Item = Lead>) -> bool {
        let leads: Vec<Lead> = wanted
            .into_iter()
            .filter(|lead| self.asked.insert(lead.clone()))
            .collect();
        !leads.is_empty() && self.send(Query::Leads(leads))
    }

    fn send(&mut self, query: Query) -> bool {
        self.sent += 1;
        self.feed.queries.send(query).is_ok()
    }

    fn end(&mut self, cut_short: Option<String>, case: &mut CaseFile, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.running = false;
        let fixed_point = cut_short.is_none();
        case.commit(now, What::PassEnded(PassEnded { fixed_point, cut_short }))?;
        case.settle();
        Ok(())
    }
}

fn saved_records(case: &CaseFile) -> Result<HashSet<(EventKey, Arc<str>)>, StoreError> {
    if case.investigation().evidence().events().is_empty() {
        return Ok(HashSet::new());
    }
    let pages = case.facts()?.into_iter().filter_map(|fact| match fact.what {
        What::Page(page) => Some(page),
        _ => None,
    });
    Ok(pages
        .flat_map(|page| {
            page.records
                .into_iter()
                .map(move |record| (record.event.key, page.origin.clone()))
        })
        .collect())
}

/// What was found and is not sent yet.
struct Parcel<'c> {
    updates: Vec<Update>,
    records: usize,
    sent: Instant,
    to: &'c mpsc::Sender<Vec<Update>>,
}

impl Parcel<'_> {
    /// Adds an update, and sends the parcel when it is full or old. Returns whether anybody still listens.
    fn add(&mut self, update: Update) -> bool {
        if let Update::Found(Found::Page(page)) = &update {
            self.records += page.records.len();
        }
        let last = matches!(update, Update::Answered(..));
        self.updates.push(update);
        if !last && self.records < PARCEL && self.sent.elapsed() < PARCEL_AGE {
            return true;
        }
        self.records = 0;
        let sent = self.to.blocking_send(std::mem::take(&mut self.updates)).is_ok();
        self.sent = Instant::now();
        sent
    }
}

/// The thread of the sources: answers questions until nobody asks any more.
fn answer(
    mut sources: Vec<Box<dyn Source>>,
    mut queries: mpsc::UnboundedReceiver<Query>,
    updates: &mpsc::Sender<Vec<Update>>,
    cancelled: &AtomicBool,
) {
    let mut parcel = Parcel {
        updates: Vec::new(),
        records: 0,
        sent: Instant::now(),
        to: updates,
    };
    let mut answered = 0;
    while let Some(query) = queries.blocking_recv() {
        let mut out = |found| {
            let wanted = !cancelled.load(Ordering::Relaxed) && parcel.add(Update::Found(found));
            if wanted {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        answered += 1;
        let outcome = sources.iter_mut().try_for_each(|source| match &query {
            Query::Leads(leads) => source.ask(leads, &mut out),
            Query::WhatWasLeft => source.settle(&mut out),
            // Only a live source is watched, and goes on in other accounts.
            Query::Watch(_) | Query::Account(_) => Ok(()),
        });
        let settled = sources.iter().all(|source| source.is_settled());
        let left = if settled { Left::Nothing } else { Left::Something };
        if !parcel.add(Update::Answered(outcome.map(|()| left), answered)) {
            return;
        }
    }
}
