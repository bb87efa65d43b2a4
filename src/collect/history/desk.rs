//! One region's desk: sends the requests of all questions asked there, no faster than the region allows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::api::{Answer, Api, LookupError, Meaning};
use super::question::{Question, Rank};
use super::walk::{Ask, Walk};
use crate::account::settings;

/// Requests on their way at once: at two a second, as many as answers of twelve seconds need.
const ON_THEIR_WAY: usize = 24;
/// How often a question may fail in a row for passing reasons before it is given up.
const PATIENCE: u32 = 8;
/// Between two looks whether expired credentials were renewed.
const RENEWAL: Duration = Duration::from_secs(5);
/// Answers without anything wanted after which a broad question is dropped.
const SCOUTED: u64 = 2;

/// A question for one region.
#[derive(Debug)]
pub(super) struct Errand {
    pub question: Arc<Question>,
    pub walk: Walk,
    /// Before its first answer, and after it.
    pub ranks: (Rank, Rank),
    /// A broad question that repeats what others will bring, only sooner.
    pub is_scout: bool,
}

/// What a desk reports.
#[derive(Debug)]
pub(super) enum Report {
    /// An answer; the seconds that were read whole by it.
    Read {
        question: Arc<Question>,
        answer: Answer,
        part: Option<(i64, i64)>,
    },
    /// A question was read to its end.
    Done,
    /// A question was given up.
    GivenUp {
        question: Arc<Question>,
        error: LookupError,
    },
    /// A request was refused because there were too many.
    Throttled,
    /// The credentials expired, or are valid again.
    Paused(bool),
    /// Everything that can be sent was sent; answers are awaited.
    Waiting,
}

/// How fast requests go out.
#[derive(Debug)]
struct Pace {
    interval: Duration,
    next: Instant,
    /// Refusals in a row: others share the allowance.
    refused: u32,
}

impl Pace {
    fn sent(&mut self) {
        self.next = self.next.max(Instant::now() - self.interval) + self.interval;
    }

    fn refused(&mut self) {
        self.refused = (self.refused + 1).min(4);
        self.next = self.next.max(Instant::now() + self.interval * 2_u32.pow(self.refused));
    }
}

struct Task {
    errand: Errand,
    answers: u64,
    failures: u32,
    wanted: u64,
}

impl Task {
    fn rank(&self) -> Rank {
        if self.answers == 0 {
            self.errand.ranks.0
        } else {
            self.errand.ranks.1
        }
    }
}

type Sent = (u64, Ask, Result<Answer, LookupError>);

pub(super) struct Desk {
    region: Arc<str>,
    profile: Option<String>,
    api: Api,
    pace: Pace,
    tasks: BTreeMap<u64, Task>,
    number: u64,
    on_their_way: JoinSet<Sent>,
    /// Nothing can be sent before an answer or another errand comes.
    starved: bool,
    /// Why nothing can be read in this region.
    closed: Option<LookupError>,
    paused: bool,
    reports: mpsc::Sender<(Arc<str>, Report)>,
    /// Whether an answer holds something of the chain.
    is_wanted: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Desk {
    pub(super) fn new(
        region: Arc<str>,
        (config, profile): (&SdkConfig, Option<String>),
        interval: Duration,
        reports: mpsc::Sender<(Arc<str>, Report)>,
        is_wanted: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    ) -> Self {
        Self {
            api: Api::new(config, &region),
            region,
            profile,
            pace: Pace {
                interval,
                next: Instant::now(),
                refused: 0,
            },
            tasks: BTreeMap::new(),
            number: 0,
            on_their_way: JoinSet::new(),
            starved: false,
            closed: None,
            paused: false,
            reports,
            is_wanted,
        }
    }

    /// Works until nobody listens any more, or no more errands can come and all are done.
    pub(super) async fn work(mut self, mut errands: mpsc::UnboundedReceiver<Errand>) {
        let mut more = true;
        while more || !self.tasks.is_empty() {
            let can_send = !self.starved && !self.tasks.is_empty() && self.on_their_way.len() < ON_THEIR_WAY;
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
                () = sleep_until(self.pace.next), if can_send => {
                    self.send();
                    !self.starved || self.report(Report::Waiting).await
                }
            };
            if !listened_to {
                return;
            }
        }
    }

    async fn report(&self, report: Report) -> bool {
        self.reports.send((self.region.clone(), report)).await.is_ok()
    }

    async fn add(&mut self, errand: Errand) -> bool {
        if let Some(error) = self.closed.clone() {
            let question = errand.question;
            return self.report(Report::GivenUp { question, error }).await;
        }
        if errand.walk.is_done() {
            return self.report(Report::Done).await;
        }
        self.number += 1;
        self.starved = false;
        let task = Task {
            errand,
            answers: 0,
            failures: 0,
            wanted: 0,
        };
        self.tasks.insert(self.number, task);
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
                Some((number, ask(&mut task.errand.walk)?, task.errand.question.clone()))
            })
        };
        let Some((number, ask, question)) = find(Walk::next).or_else(|| find(Walk::cut)) else {
            self.starved = true;
            return;
        };
        self.pace.sent();
        let api = self.api.clone();
        self.on_their_way.spawn(async move {
            let answer = api.look_up(&question, &ask).await;
            (number, ask, answer)
        });
    }

    async fn take(&mut self, (number, ask, answer): Sent) -> bool {
        self.starved = false;
        // What was given up meanwhile is of no interest.
        let Some(task) = self.tasks.get_mut(&number) else {
            return true;
        };
        match answer {
            Ok(answer) => {
                task.failures = 0;
                task.answers += 1;
                self.pace.refused = 0;
                let part = task.errand.walk.answered(ask.slice, answer.page.clone());
                let question = task.errand.question.clone();
                if task.errand.is_scout {
                    task.wanted += answer.records.iter().filter(|record| (self.is_wanted)(record)).count() as u64;
                }
                let is_vain = task.errand.is_scout && task.answers >= SCOUTED && task.wanted == 0;
                let is_done = is_vain || task.errand.walk.is_done();
                if is_done {
                    self.tasks.remove(&number);
                }
                let read = Report::Read {
                    question,
                    answer,
                    part: part.map(|part| (*part.start(), *part.end())),
                };
                let resumed = !std::mem::take(&mut self.paused) || self.report(Report::Paused(false)).await;
                resumed && self.report(read).await && (!is_done || self.report(Report::Done).await)
            }
            Err(error) => self.failed(number, &ask, error).await,
        }
    }

    async fn failed(&mut self, number: u64, ask: &Ask, error: LookupError) -> bool {
        let Some(task) = self.tasks.get_mut(&number) else {
            return true;
        };
        match error.meaning {
            Meaning::Throttled => {
                task.errand.walk.again(ask, false);
                self.pace.refused();
                self.report(Report::Throttled).await
            }
            Meaning::Token | Meaning::Passing if task.failures < PATIENCE => {
                task.failures += 1;
                task.errand.walk.again(ask, error.meaning == Meaning::Token);
                let wait = self.pace.interval * 2_u32.pow(task.failures.min(5));
                if error.meaning == Meaning::Passing {
                    self.pace.next = self.pace.next.max(Instant::now() + wait);
                }
                true
            }
            Meaning::Expired => {
                task.errand.walk.again(ask, false);
                self.pace.next = Instant::now() + RENEWAL;
                // Whatever renewed them (a profile, SSO) is read anew.
                self.api = Api::new(&settings(self.profile.as_deref()).await, &self.region);
                std::mem::replace(&mut self.paused, true) || self.report(Report::Paused(true)).await
            }
            Meaning::NotEnabled | Meaning::Denied | Meaning::NoCredentials => {
                self.closed = Some(error.clone());
                for (_, task) in std::mem::take(&mut self.tasks) {
                    let given_up = Report::GivenUp {
                        question: task.errand.question,
                        error: error.clone(),
                    };
                    if !self.report(given_up).await {
                        return false;
                    }
                }
                true
            }
            Meaning::Token | Meaning::Passing | Meaning::Final => {
                let question = task.errand.question.clone();
                self.tasks.remove(&number);
                self.report(Report::GivenUp { question, error }).await
            }
        }
    }
}
