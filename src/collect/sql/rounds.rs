//! The source: every round of leads at once, each record once.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use tokio::runtime::Runtime;

use super::bounds::{Bounds, Window};
use super::engine::{Engine, Look, Rows, State};
use super::price;
use super::row::{self, Row};
use super::statement::statements;
use super::table::Table;
use crate::cloudtrail::terms::Wanted;
use crate::cloudtrail::{EventKey, Interner, Record};
use crate::collect::archive::CandidateCalls;
use crate::collect::refusal::{Meaning, Refusal};
use crate::collect::source::{Found, Out, Progress, Source, SourceError};
use crate::investigation::fact::{Page, Queried};
use crate::investigation::lead::Lead;

/// Between two looks at a statement that runs: at first, and at most.
const FIRST_LOOK: Duration = Duration::from_millis(200);
const LOOK: Duration = Duration::from_secs(2);
/// Between two tries of a call that was refused because there were too many: at most.
const BACK_OFF: Duration = Duration::from_secs(20);
/// How often a call may fail in a row for passing reasons.
const PATIENCE: u32 = 8;
/// Between two looks whether expired credentials were renewed.
const RENEWAL: Duration = Duration::from_secs(5);

/// Makes an engine, with credentials read anew.
pub(in crate::collect) trait Connect: Send + Sync {
    /// What it makes.
    type Engine: Engine;

    async fn connect(&self) -> Self::Engine;
}

/// How much may be scanned, and was.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::collect) struct Budget {
    /// Bytes, at most.
    pub most: Option<u64>,
    /// Bytes so far.
    pub scanned: u64,
    /// Bytes that the next statement scans, as far as that is known.
    pub next: u64,
}

impl Budget {
    /// Why no further statement may run, if that is so.
    fn is_over(&self) -> Option<String> {
        let most = self.most?;
        (self.scanned + self.next > most).then(|| {
            format!(
                "--max-scan-gb: {} were scanned, the next query would scan about {}, and no more than {} may be",
                price::gigabytes(self.scanned),
                price::gigabytes(self.next),
                price::gigabytes(most)
            )
        })
    }
}

/// A table of records as a source.
pub(in crate::collect) struct Rounds<C> {
    connect: Arc<C>,
    /// What an investigation calls it.
    name: Arc<str>,
    table: Table,
    calls: CandidateCalls,
    bounds: Bounds,
    window: Window,
    budget: Budget,
    /// How often each record was given: copies in one file cannot be told apart.
    given: HashMap<(EventKey, Arc<str>), u32>,
    interner: Interner,
    progress: Progress,
    /// Whether the responder's credentials were taken, and whether a question was answered.
    credentials_work: bool,
    has_answered: bool,
}

/// Why a round ends early.
enum Stop {
    /// Nobody listens any more.
    Left,
    /// More would be scanned than may be.
    Over(String),
    /// A statement came to nothing.
    Failed(String),
    /// AWS refused a call.
    Refused(Refusal),
}

impl<C: Connect> Rounds<C> {
    pub(in crate::collect) fn new(
        connect: C,
        name: &str,
        (table, bounds): (Table, Bounds),
        calls: CandidateCalls,
        window: Window,
        most: Option<u64>,
    ) -> Self {
        Self {
            connect: Arc::new(connect),
            name: name.into(),
            table,
            calls,
            bounds,
            window,
            budget: Budget {
                most,
                ..Budget::default()
            },
            given: HashMap::new(),
            interner: Interner::default(),
            progress: Progress::default(),
            credentials_work: false,
            has_answered: false,
        }
    }

    /// Counts the rows of a few days, to estimate from what that scans how many bytes one round of questions will scan.
    /// `None` where days are not told apart, since the count would cost as much, or perhaps are not.
    pub(in crate::collect) fn measure(&mut self) -> Result<Option<u64>, SourceError> {
        if !self.bounds.tell_days() {
            return Ok(None);
        }
        let (first, last) = self.window.days();
        let days = u64::try_from((last - first).num_days()).unwrap_or_default() + 1;
        let samples = sampled(first, last);
        let conditions = samples.iter().flat_map(|day| self.bounds.of_days(*day, *day));
        let conditions: Vec<String> = conditions.collect();
        let nobody: &mut Out<'_> = &mut |_| ControlFlow::Continue(());
        let mut call = Call::new(self.connect.clone(), false)?;
        let mut scanned = 0;
        for condition in &conditions {
            let statement = format!("SELECT count(*) FROM {} WHERE {condition}", self.table.from);
            let room = self.budget.most.map_or(u64::MAX, |most| most.saturating_sub(scanned));
            let ran = call.run(&statement, (room, &mut self.progress), nobody);
            scanned += ran.map_err(|stop| refusal(&self.name, &stop))?.1;
        }
        self.credentials_work = true;
        self.budget.scanned += scanned;
        if scanned == 0 && self.bounds.guess_days() {
            return Ok(None);
        }
        let estimate = scanned / (samples.len() as u64).max(1) * days;
        self.budget.next = estimate / (self.bounds.of(self.window).len() as u64).max(1);
        Ok(Some(estimate))
    }

    fn round(
        &mut self,
        call: &mut Call<C>,
        leads: &[Lead],
        out: &mut Out<'_>,
        queried: &mut Queried,
    ) -> Result<(), Stop> {
        let wanted = Wanted::new(leads.iter().map(|lead| lead.value.as_str()));
        for bounds in self.bounds.of(self.window) {
            for statement in statements(&self.table, &self.calls, &bounds, leads) {
                if let Some(why) = self.budget.is_over() {
                    return Err(Stop::Over(why));
                }
                let room = self.budget.most.map_or(u64::MAX, |most| most - self.budget.scanned);
                let (id, scanned) = call.run(&statement, (room, &mut self.progress), out)?;
                self.budget.scanned += scanned;
                self.budget.next = scanned;
                queried.scanned += scanned;
                queried.queries.push(id.clone());
                self.has_answered = true;
                self.credentials_work = true;
                self.read(call, &id, &wanted, (out, queried))?;
            }
        }
        Ok(())
    }

    /// Reads the rows of a statement, page by page.
    fn read(
        &mut self,
        call: &mut Call<C>,
        id: &str,
        wanted: &Wanted,
        (out, queried): (&mut Out<'_>, &mut Queried),
    ) -> Result<(), Stop> {
        let mut copies = HashMap::new();
        let mut token = None;
        loop {
            let page = call.patiently(&mut self.progress, out, &async |engine: &C::Engine| {
                engine.rows(id, token.clone()).await
            })?;
            let Rows { rows, next } = page;
            for page in self.take(rows, wanted, &mut copies, queried) {
                if out(Found::Page(page)).is_break() {
                    return Err(Stop::Left);
                }
            }
            match next {
                Some(next) => token = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// The records of a page of rows that answer and were not given before, by the file they come from.
    fn take(
        &mut self,
        rows: Vec<Row>,
        wanted: &Wanted,
        copies: &mut HashMap<(EventKey, Arc<str>), u32>,
        queried: &mut Queried,
    ) -> Vec<Page> {
        let mut pages: BTreeMap<Arc<str>, Vec<Record>> = BTreeMap::new();
        for row in rows {
            queried.rows += 1;
            let Ok((record, origin)) = row::record(&self.table, row, &mut self.interner) else {
                queried.unreadable += 1;
                continue;
            };
            let is_candidate = self.calls.contains(&record.event.source, &record.event.name);
            if !wanted.is_in(&record.body, is_candidate) {
                continue;
            }
            let origin = origin.unwrap_or_else(|| self.name.clone());
            let place = (record.event.key.clone(), origin.clone());
            let copy = copies.entry(place.clone()).or_default();
            *copy += 1;
            let given = self.given.entry(place).or_default();
            if *copy > *given {
                *given = *copy;
                pages.entry(origin).or_default().push(record);
            }
        }
        self.progress.records += pages.values().map(|records| records.len() as u64).sum::<u64>();
        pages
            .into_iter()
            .map(|(origin, records)| Page { origin, records })
            .collect()
    }
}

/// The first day, the middle and the last whole one: the present day has just begun.
fn sampled(first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    let whole = last.checked_sub_days(Days::new(2)).unwrap_or(last).max(first);
    let half = u64::try_from((whole - first).num_days()).unwrap_or_default() / 2;
    let middle = first.checked_add_days(Days::new(half)).unwrap_or(first);
    let mut days = vec![first, middle, whole];
    days.dedup();
    days
}

impl<C: Connect> Source for Rounds<C> {
    fn ask(&mut self, leads: &[Lead], out: &mut Out<'_>) -> Result<(), SourceError> {
        let mut queried = Queried {
            source: self.name.to_string(),
            from: self.window.from.timestamp(),
            until: self.window.until.timestamp(),
            leads: leads.len() as u64,
            ..Queried::default()
        };
        let mut call = Call::new(self.connect.clone(), self.credentials_work)?;
        queried.stopped = match self.round(&mut call, leads, out, &mut queried) {
            Ok(()) => None,
            Err(Stop::Left) => return Ok(()),
            Err(Stop::Over(why)) => Some(why),
            Err(stop) if !self.has_answered => return Err(refusal(&self.name, &stop)),
            Err(Stop::Failed(why) | Stop::Refused(Refusal { text: why, .. })) => Some(why),
        };
        // Who listens no more needs not know.
        let _ = out(Found::Queried(queried));
        Ok(())
    }

    fn settle(&mut self, _out: &mut Out<'_>) -> Result<(), SourceError> {
        Ok(())
    }

    fn is_settled(&self) -> bool {
        true
    }
}

/// What asks AWS from a thread that may wait. It ends where the asking ends: the next round connects anew.
pub(in crate::collect) fn runtime() -> Result<Runtime, SourceError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| SourceError::Aws {
        text: format!("AWS could not be asked: {error}"),
        hint: "",
    })
}

/// Runs a statement of which no rows are wanted. Blocks.
pub(in crate::collect) fn run<C: Connect>(connect: C, name: &str, statement: &str) -> Result<(), SourceError> {
    let nobody: &mut Out<'_> = &mut |_| ControlFlow::Continue(());
    let ran = Call::new(Arc::new(connect), false)?.run(statement, (u64::MAX, &mut Progress::default()), nobody);
    ran.map(drop).map_err(|stop| refusal(name, &stop))
}

/// Calls to AWS that wait where they must.
struct Call<C: Connect> {
    runtime: Runtime,
    engine: C::Engine,
    connect: Arc<C>,
    /// Credentials that were taken before and are not taken any more can be renewed: that is waited for.
    can_be_renewed: bool,
}

impl<C: Connect> Call<C> {
    fn new(connect: Arc<C>, can_be_renewed: bool) -> Result<Self, SourceError> {
        let runtime = runtime()?;
        Ok(Self {
            engine: runtime.block_on(connect.connect()),
            runtime,
            connect,
            can_be_renewed,
        })
    }

    fn stop(&self, id: &str) {
        self.runtime.block_on(self.engine.stop(id));
    }

    /// Runs a statement to its end. Gives its id, and the bytes that were scanned: no more than `room`.
    fn run(
        &mut self,
        statement: &str,
        (room, progress): (u64, &mut Progress),
        out: &mut Out<'_>,
    ) -> Result<(String, u64), Stop> {
        let token = token();
        let id = self.patiently(progress, out, &async |engine: &C::Engine| {
            engine.start(statement, &token).await
        })?;
        let before = progress.bytes;
        let mut pause = FIRST_LOOK;
        loop {
            let looked = self.patiently(progress, out, &async |engine: &C::Engine| engine.look(&id).await);
            let Look { state, scanned } = match looked {
                Ok(look) => look,
                Err(stop) => {
                    self.stop(&id);
                    return Err(stop);
                }
            };
            progress.bytes = before + scanned;
            match state {
                State::Done => return Ok((id, scanned)),
                State::Failed(why) => return Err(Stop::Failed(why)),
                State::Running if scanned > room => {
                    self.stop(&id);
                    let why = format!("--max-scan-gb: a query was stopped after {}", price::gigabytes(scanned));
                    return Err(Stop::Over(why));
                }
                State::Running => {}
            }
            if wait(pause, *progress, out).is_err() {
                self.stop(&id);
                return Err(Stop::Left);
            }
            pause = LOOK.min(pause * 2);
        }
    }

    /// Makes a call until it is answered, or refused for good.
    fn patiently<T>(
        &mut self,
        progress: &mut Progress,
        out: &mut Out<'_>,
        call: &impl AsyncFn(&C::Engine) -> Result<T, Refusal>,
    ) -> Result<T, Stop> {
        let mut pause = FIRST_LOOK;
        let mut failures = 0;
        loop {
            let refusal = match self.runtime.block_on(call(&self.engine)) {
                Ok(answer) => {
                    progress.paused = false;
                    return Ok(answer);
                }
                Err(refusal) => refusal,
            };
            match refusal.meaning {
                Meaning::Throttled => {
                    wait(pause, *progress, out)?;
                    pause = BACK_OFF.min(pause * 2);
                }
                Meaning::Passing if failures < PATIENCE => {
                    failures += 1;
                    wait(pause, *progress, out)?;
                    pause = BACK_OFF.min(pause * 2);
                }
                // So SSO ends, too.
                Meaning::Expired | Meaning::NoCredentials | Meaning::NotEnabled if self.can_be_renewed => {
                    progress.paused = true;
                    wait(RENEWAL, *progress, out)?;
                    self.engine = self.runtime.block_on(self.connect.connect());
                }
                _ => return Err(Stop::Refused(refusal)),
            }
        }
    }
}

/// Waits, and says so now and then: whoever listens can end it.
fn wait(pause: Duration, progress: Progress, out: &mut Out<'_>) -> Result<(), Stop> {
    let mut left = pause;
    loop {
        if out(Found::Progress(progress)).is_break() {
            return Err(Stop::Left);
        }
        if left.is_zero() {
            return Ok(());
        }
        let part = left.min(FIRST_LOOK);
        sleep(part);
        left -= part;
    }
}

/// A name that no other statement has.
fn token() -> String {
    let mut bytes = [0; 16];
    // Without randomness the time tells statements apart, which are started one after the other.
    if getrandom::fill(&mut bytes).is_err() {
        let now: DateTime<Utc> = Utc::now();
        return format!("keytrail-{:0>32}", now.timestamp_nanos_opt().unwrap_or_default());
    }
    format!("keytrail-{}", hex::encode(bytes))
}

/// Nothing at all could be read: why, and what to do.
pub(in crate::collect) fn refused(name: &str, refusal: &Refusal) -> SourceError {
    let text = &refusal.text;
    let (text, hint) = match refusal.meaning {
        Meaning::Denied => (
            format!("AWS does not let these credentials ask {name}: {text}"),
            "The README lists the permissions. A user in quarantine is always refused: use another identity.",
        ),
        Meaning::NoCredentials | Meaning::Expired | Meaning::NotEnabled => (
            format!("there are no credentials that AWS takes: {text}"),
            "Sign in (aws login, aws sso login, or the usual variables), then go on with `keytrail open FILE`.",
        ),
        _ => (
            format!("{name} could not be asked: {text}"),
            "If it is the network, go on with `keytrail open FILE`.",
        ),
    };
    SourceError::Aws { text, hint }
}

fn refusal(name: &str, stop: &Stop) -> SourceError {
    match stop {
        Stop::Refused(refusal) => refused(name, refusal),
        Stop::Failed(why) | Stop::Over(why) => SourceError::Aws {
            text: format!("{name} could not be read: {why}"),
            hint: "",
        },
        Stop::Left => SourceError::Panicked,
    }
}
