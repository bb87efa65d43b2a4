//! One region's desk: sends the requests of all questions asked there, no faster than the region allows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::api::{Answer, Api, LookupError, Meaning};
use super::keys::Keys;
use super::pace::{Pace, Usual};
use super::planner::{Asking, Plan};
use super::question::{Question, Rank};
use super::task::Task;
use super::under_way::UnderWay;
use super::walk::{Ask, Walk};
use crate::account::Access;
use crate::collect::source::RegionNow;
use crate::investigation::coverage::unread;

/// Requests on their way at once: at two a second, as many as answers of twelve seconds need.
const ON_THEIR_WAY: usize = 24;
/// Between two looks whether expired credentials were renewed.
const RENEWAL: Duration = Duration::from_secs(5);
/// An answer that is awaited for less is never slow.
const SLOW: Duration = Duration::from_secs(2);

/// A question for one region.
#[derive(Debug)]
pub(super) struct Errand {
    pub plan: Arc<Plan>,
    /// The first and the last second of its window.
    pub window: (i64, i64),
    /// What was read of it before.
    pub read: Vec<(i64, i64)>,
    /// What comes first if there is very much to read.
    pub first: Option<(i64, i64)>,
}

/// What a desk reports.
#[derive(Debug)]
pub(super) enum Report {
    /// It is asked here for this window.
    Begun { plan: Arc<Plan>, window: (i64, i64) },
    /// An answer; the seconds that were read whole by it.
    Read {
        plan: Arc<Plan>,
        answer: Answer,
        part: Option<(i64, i64)>,
    },
    /// So many calls are found by it that reading them all takes long.
    Busy(Arc<Plan>),
    /// A question was read to its end, or another one answered it.
    Done,
    /// A question was given up.
    GivenUp { plan: Arc<Plan>, error: LookupError },
    /// A request was refused because there were too many.
    Throttled,
    /// The credentials expired, or are valid again.
    Paused(bool),
    /// Everything that can be sent was sent; answers are awaited.
    Waiting,
    /// How it goes on.
    Now(RegionNow),
}

type Sent = (u64, Ask, Result<Answer, LookupError>);

pub(super) struct Desk {
    region: Arc<str>,
    access: Access,
    api: Api,
    pace: Pace,
    usual: Usual,
    tasks: BTreeMap<u64, Task>,
    number: u64,
    on_their_way: JoinSet<Sent>,
    under_way: UnderWay,
    /// Nothing new can be sent before an answer or another errand comes.
    starved: bool,
    /// Whether nothing new was there to be sent when last looked.
    waits: bool,
    /// Why nothing can be read in this region.
    closed: Option<LookupError>,
    /// Whether the responder's credentials were taken, here or elsewhere.
    credentials_work: Arc<AtomicBool>,
    paused: bool,
    reports: mpsc::Sender<(Arc<str>, Report)>,
    keys: Keys,
    /// What waits for a broader question, by that question.
    put_off: HashMap<Arc<Question>, Vec<Errand>>,
    /// Broader questions that were read to their end.
    covered: HashSet<Arc<Question>>,
}

impl Desk {
    pub(super) fn new(
        region: Arc<str>,
        (config, access): (&SdkConfig, Access),
        interval: Duration,
        reports: mpsc::Sender<(Arc<str>, Report)>,
        keys: Keys,
        credentials_work: Arc<AtomicBool>,
    ) -> Self {
        Self {
            api: Api::new(config, &region),
            region,
            access,
            pace: Pace::new(interval, Instant::now()),
            usual: Usual::default(),
            tasks: BTreeMap::new(),
            number: 0,
            on_their_way: JoinSet::new(),
            under_way: UnderWay::default(),
            starved: false,
            waits: false,
            closed: None,
            credentials_work,
            paused: false,
            reports,
            keys,
            put_off: HashMap::new(),
            covered: HashSet::new(),
        }
    }

    /// Works until nobody listens any more, or no more errands can come and all are done.
    pub(super) async fn work(mut self, mut errands: mpsc::UnboundedReceiver<Errand>) {
        let mut more = true;
        while more || !self.tasks.is_empty() {
            let next = self.next();
            let listened_to = tokio::select! {
                errand = errands.recv(), if more => {
                    more = errand.is_some();
                    match errand {
                        Some(errand) => self.add(errand).await,
                        None => true,
                    }
                },
                Some(sent) = self.on_their_way.join_next(), if !self.on_their_way.is_empty() => match sent {
                    Ok(sent) => self.take(sent).await,
                    Err(_) => true,
                },
                () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {
                    if self.starved {
                        self.send_again();
                    } else {
                        self.send();
                    }
                    true
                }
            };
            let waits = self.starved || self.tasks.is_empty();
            let waited = std::mem::replace(&mut self.waits, waits);
            if !listened_to || waits && !waited && !self.report(Report::Waiting).await {
                return;
            }
        }
    }

    fn now(&self) -> RegionNow {
        let open: u64 = self.tasks.values().map(|task| task.walk.requests_left()).sum();
        let put_off = self.put_off.values().map(Vec::len).sum::<usize>() as u64;
        RegionNow {
            rate: self.pace.rate(Instant::now()),
            left: self.pace.time_for(open + put_off),
        }
    }

    /// When something can be sent next; `None` if first something else must happen.
    fn next(&self) -> Option<Instant> {
        let has_room = self.on_their_way.len() < ON_THEIR_WAY;
        if !has_room || self.tasks.is_empty() {
            return None;
        }
        if !self.starved {
            return Some(self.pace.next());
        }
        let (_, sent) = self.under_way.slowest()?;
        Some(self.pace.next().max(sent + self.usual.time()?.max(SLOW)))
    }

    async fn report(&self, report: Report) -> bool {
        self.reports.send((self.region.clone(), report)).await.is_ok()
    }

    async fn add(&mut self, errand: Errand) -> bool {
        if let Some(broader) = &errand.plan.instead {
            if self.covered.contains(broader) {
                return self.report(Report::Done).await;
            }
            if self
                .tasks
                .values()
                .any(|task| task.plan.question == *broader && task.plan.asking == Asking::First && !task.is_vain())
            {
                self.put_off.entry(broader.clone()).or_default().push(errand);
                return true;
            }
        }
        let Errand {
            plan,
            window,
            read,
            first,
        } = errand;
        if plan.asking == Asking::Watch {
            // What closed it during a watch may be over.
            self.closed = None;
        }
        if let Some(error) = self.closed.clone() {
            return self.report(Report::GivenUp { plan, error }).await;
        }
        let mut walk = Walk::new(unread(window.0..=window.1, &read), plan.is_busy);
        if let Some((from, until)) = first {
            walk = walk.with_first(from..=until);
        }
        let is_done = walk.is_done();
        if !is_done {
            self.number += 1;
            self.starved = false;
            self.tasks.insert(self.number, Task::new(plan.clone(), walk));
        }
        self.report(Report::Begun { plan, window }).await && (!is_done || self.report(Report::Done).await)
    }

    /// A broader question is read to its end, or it will not be soon: what waited for it is answered by it, or asked.
    async fn resolve(&mut self, broader: &Arc<Question>, is_read: bool) -> bool {
        if is_read {
            self.covered.insert(broader.clone());
        }
        for errand in self.put_off.remove(broader).unwrap_or_default() {
            // Boxed, since what is added may be put off again.
            if !Box::pin(self.add(errand)).await {
                return false;
            }
        }
        true
    }

    /// Sends the next request: of the first in rank that has one ready, else of one that is worth cutting.
    fn send(&mut self) {
        let mut order: Vec<(Rank, u64)> = self.tasks.iter().map(|(number, task)| (task.rank(), *number)).collect();
        order.sort_unstable();
        let tasks = &mut self.tasks;
        let mut find = |ask: fn(&mut Walk) -> Option<Ask>| {
            order.iter().find_map(|&(_, number)| {
                let task = tasks.get_mut(&number)?;
                Some((number, ask(&mut task.walk)?, task.plan.question.clone()))
            })
        };
        let Some((number, ask, question)) = find(Walk::next).or_else(|| find(Walk::cut)) else {
            self.starved = true;
            return;
        };
        self.post(number, ask, question);
    }

    /// Sends the request whose answer is slow once more. Answers take ten times as long now and then.
    fn send_again(&mut self) {
        let Some(((number, ask), _)) = self.under_way.slowest() else {
            return;
        };
        if let Some(task) = self.tasks.get(number) {
            self.post(*number, ask.clone(), task.plan.question.clone());
        }
    }

    fn finish(&mut self, number: u64) {
        self.tasks.remove(&number);
        self.under_way.forget(number);
    }

    fn post(&mut self, number: u64, ask: Ask, question: Arc<Question>) {
        let now = Instant::now();
        self.pace.sent(now);
        self.under_way.sent((number, ask.clone()), now);
        let api = self.api.clone();
        self.on_their_way.spawn(async move {
            let answer = api.look_up(&question, &ask).await;
            (number, ask, answer)
        });
    }

    async fn take(&mut self, (number, ask, answer): Sent) -> bool {
        self.starved = false;
        let request = (number, ask);
        let (took, is_awaited) = self.under_way.back(&request, Instant::now()).unwrap_or_default();
        let (number, ask) = request;
        // What was given up meanwhile is of no interest.
        let Some(task) = self.tasks.get_mut(&number) else {
            return true;
        };
        match answer {
            // The other copy was faster.
            Ok(_) if !task.walk.awaits(&ask) => true,
            Ok(answer) => {
                self.usual.took(took);
                self.pace.answered();
                self.credentials_work.store(true, Ordering::Relaxed);
                task.answered(answer.records.iter().any(|record| self.keys.are_named_in(record)));
                let part = task.walk.answered(&ask, answer.page.clone());
                let plan = task.plan.clone();
                let is_read = task.walk.is_done();
                let is_vain = task.is_vain();
                let is_done = is_read || is_vain && plan.question.is_scout();
                let becomes_busy = task.becomes_busy();
                if is_done {
                    self.finish(number);
                }
                // What is asked again reads a small part only: it stands for nothing else.
                let is_first = plan.asking == Asking::First;
                if is_first && (is_read || is_vain) && !self.resolve(&plan.question, is_read).await {
                    return false;
                }
                if becomes_busy && !self.report(Report::Busy(plan.clone())).await {
                    return false;
                }
                let read = Report::Read {
                    plan,
                    answer,
                    part: part.map(|part| (*part.start(), *part.end())),
                };
                let resumed = !std::mem::take(&mut self.paused) || self.report(Report::Paused(false)).await;
                let now = self.now();
                resumed
                    && self.report(read).await
                    && self.report(Report::Now(now)).await
                    && (!is_done || self.report(Report::Done).await)
            }
            // Another copy of the request may still be answered, or was already.
            Err(error) if error.meaning != Meaning::Throttled && (is_awaited || !task.walk.awaits(&ask)) => true,
            Err(error) => {
                let sent = Instant::now() - took;
                self.failed(number, &ask, (sent, is_awaited), error).await
            }
        }
    }

    async fn failed(
        &mut self,
        number: u64,
        ask: &Ask,
        (sent, is_awaited): (Instant, bool),
        error: LookupError,
    ) -> bool {
        let Some(task) = self.tasks.get_mut(&number) else {
            return true;
        };
        let now = Instant::now();
        // Credentials that worked and are not taken any more can be renewed: so SSO ends, too.
        let meaning = match error.meaning {
            Meaning::NoCredentials if self.credentials_work.load(Ordering::Relaxed) => Meaning::Expired,
            Meaning::Expired if !self.credentials_work.load(Ordering::Relaxed) => Meaning::NoCredentials,
            meaning => meaning,
        };
        match meaning {
            Meaning::Throttled => {
                if !is_awaited {
                    task.walk.again(ask, false);
                }
                self.pace.refused(now);
                self.report(Report::Throttled).await
            }
            Meaning::Token | Meaning::Passing if task.has_patience() => {
                let failures = task.failed(sent, now);
                task.walk.again(ask, error.meaning == Meaning::Token);
                if meaning == Meaning::Passing {
                    self.pace.failed(now, failures);
                }
                true
            }
            Meaning::Expired => {
                task.walk.again(ask, false);
                self.pace.wait(now, RENEWAL);
                // Whatever renewed them (a profile, SSO) is read anew.
                self.api = Api::new(&self.access.settings().await, &self.region);
                std::mem::replace(&mut self.paused, true) || self.report(Report::Paused(true)).await
            }
            Meaning::NotEnabled | Meaning::Denied | Meaning::NoCredentials => {
                self.closed = Some(error.clone());
                self.under_way = UnderWay::default();
                let tasks = std::mem::take(&mut self.tasks).into_values().map(|task| task.plan);
                let put_off = std::mem::take(&mut self.put_off).into_values().flatten();
                for plan in tasks.chain(put_off.map(|errand| errand.plan)) {
                    let error = error.clone();
                    let given_up = Report::GivenUp { plan, error };
                    if !self.report(given_up).await {
                        return false;
                    }
                }
                self.report(Report::Now(RegionNow::default())).await
            }
            Meaning::Token | Meaning::Passing | Meaning::Final => {
                let plan = task.plan.clone();
                let question = plan.question.clone();
                self.finish(number);
                let is_first = plan.asking == Asking::First;
                let now = self.now();
                self.report(Report::GivenUp { plan, error }).await
                    && self.report(Report::Now(now)).await
                    && (!is_first || self.resolve(&question, false).await)
            }
        }
    }
}
