//! Several feeds as one: every lead goes to all of them, and what they find comes back as from one. A feed may be added
//! while the hunt runs; it gets all leads asked so far.

use std::collections::{BTreeSet, HashSet};
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::hunt::{Cancelled, Feed, Left, Query, Update};
use super::source::{Found, Progress, SourceError};
use crate::investigation::fact::{Crossed, Crossing, Watched};
use crate::investigation::lead::Lead;

/// Parcels that wait for the hunt.
const WAITING: usize = 4;

/// What became of an account that is to be read too.
#[derive(Debug)]
pub enum Opened {
    /// It is read already.
    Already,
    /// It cannot be read.
    Closed(Crossing),
    /// This reads it.
    Feed(Crossing, Feed),
}

/// Opens a feed for an account.
pub type Opener = Box<dyn Fn(String) -> Pin<Box<dyn Future<Output = Opened> + Send>> + Send + Sync>;

/// Accounts that are opened before the chain leads anywhere.
pub type Accounts = Pin<Box<dyn Future<Output = BTreeSet<String>> + Send>>;

/// Joins feeds. Works on the runtime it is called on.
pub fn join(feeds: Vec<Feed>, opener: Opener, first: Accounts) -> Feed {
    let (queries, queries_out) = mpsc::unbounded_channel();
    let (updates_in, updates) = mpsc::channel(WAITING);
    let (found_in, found) = mpsc::channel(WAITING);
    let mut several = Several {
        members: Vec::new(),
        opener,
        opening: JoinSet::new(),
        accounts: HashSet::new(),
        asked: Vec::new(),
        is_watching: false,
        own: HashSet::new(),
        received: 0,
        answered: 0,
        found_in,
        updates: updates_in,
    };
    for feed in feeds {
        several.add(feed, None);
    }
    several.opening.spawn(async move { Opening::Accounts(first.await) });
    tokio::spawn(several.work(queries_out, found));
    Feed::live(queries, updates)
}

/// What came of an opening.
enum Opening {
    Accounts(BTreeSet<String>),
    Account(String, Opened),
}

/// What a member says; `None` at its end.
type Said = (usize, Option<Vec<Update>>);

struct Several {
    members: Vec<Member>,
    opener: Opener,
    opening: JoinSet<Opening>,
    /// Accounts that were to be opened.
    accounts: HashSet<String>,
    /// All leads so far, for those that come later.
    asked: Vec<Lead>,
    is_watching: bool,
    /// The accounts whose events came from what the hunt began with: nothing needs to be opened for them.
    own: HashSet<Arc<str>>,
    /// Queries of the hunt, and how many of them are answered.
    received: u64,
    answered: u64,
    found_in: mpsc::Sender<Said>,
    updates: mpsc::Sender<Vec<Update>>,
}

struct Member {
    /// The account that the chain led into; `None` for what the hunt began with.
    account: Option<String>,
    queries: mpsc::UnboundedSender<Query>,
    _cancelled: Cancelled,
    is_live: bool,
    sent: u64,
    answered: u64,
    /// Leads for one that answers in turn, until it has answered.
    waiting: Vec<Lead>,
    left: Left,
    failure: Option<SourceError>,
    progress: Progress,
    watched: Option<Watched>,
}

impl Member {
    fn is_idle(&self) -> bool {
        self.sent == self.answered && self.waiting.is_empty()
    }

    fn ask(&mut self, leads: &[Lead]) {
        self.waiting.extend_from_slice(leads);
        self.ask_what_waits();
    }

    fn ask_what_waits(&mut self) {
        let may_ask = self.is_live || self.sent == self.answered;
        if may_ask && !self.waiting.is_empty() {
            let leads = std::mem::take(&mut self.waiting);
            self.send(Query::Leads(leads));
        }
    }

    /// One that has ended is noticed when it says nothing any more.
    fn send(&mut self, query: Query) {
        self.sent += 1;
        let _ = self.queries.send(query);
    }

    fn watch(&self, is_on: bool) {
        if self.is_live {
            let _ = self.queries.send(Query::Watch(is_on));
        }
    }
}

impl Several {
    async fn work(mut self, mut queries: mpsc::UnboundedReceiver<Query>, mut found: mpsc::Receiver<Said>) {
        loop {
            let is_wanted = tokio::select! {
                query = queries.recv() => match query {
                    Some(query) => {
                        self.pass_on(query);
                        true
                    }
                    None => false,
                },
                Some(opened) = self.opening.join_next(), if !self.opening.is_empty() => match opened {
                    Ok(Opening::Accounts(accounts)) => {
                        for account in accounts {
                            self.open(account);
                        }
                        true
                    }
                    Ok(Opening::Account(account, opened)) => self.opened(account, opened).await,
                    Err(_) => false,
                },
                Some((member, updates)) = found.recv() => match updates {
                    Some(updates) => self.take(member, updates).await,
                    // As long as they are asked, the sources end only by a panic: the hunt says so.
                    None => false,
                },
                () = self.updates.closed() => false,
            };
            if !is_wanted || !self.say_if_answered(&queries).await {
                return;
            }
        }
    }

    fn add(&mut self, feed: Feed, account: Option<String>) {
        let Feed {
            queries,
            mut updates,
            cancelled,
            is_live,
        } = feed;
        let (number, found) = (self.members.len(), self.found_in.clone());
        tokio::spawn(async move {
            while let Some(parcel) = updates.recv().await {
                if found.send((number, Some(parcel))).await.is_err() {
                    return;
                }
            }
            // Nobody listens any more where this fails.
            let _ = found.send((number, None)).await;
        });
        let mut member = Member {
            account,
            queries,
            _cancelled: cancelled,
            is_live,
            sent: 0,
            answered: 0,
            waiting: Vec::new(),
            left: Left::Nothing,
            failure: None,
            progress: Progress::default(),
            watched: None,
        };
        member.ask(&self.asked);
        if self.is_watching {
            member.watch(true);
        }
        self.members.push(member);
    }

    fn pass_on(&mut self, query: Query) {
        match query {
            Query::Leads(leads) => {
                self.received += 1;
                self.members.iter_mut().for_each(|member| member.ask(&leads));
                self.asked.extend(leads);
            }
            Query::WhatWasLeft => {
                self.received += 1;
                let unsettled = self.members.iter_mut().filter(|member| member.left == Left::Something);
                unsettled.for_each(|member| member.send(Query::WhatWasLeft));
            }
            Query::Account(account) => {
                self.received += 1;
                self.open(account);
            }
            Query::Watch(is_on) => {
                self.is_watching = is_on;
                self.members.iter().for_each(|member| member.watch(is_on));
            }
        }
    }

    fn open(&mut self, account: String) {
        if self.own.contains(account.as_str()) || !self.accounts.insert(account.clone()) {
            return;
        }
        let opening = (self.opener)(account.clone());
        self.opening
            .spawn(async move { Opening::Account(account, opening.await) });
    }

    async fn opened(&mut self, account: String, opened: Opened) -> bool {
        let crossing = match opened {
            Opened::Already => return true,
            Opened::Closed(crossing) => crossing,
            Opened::Feed(crossing, feed) => {
                self.add(feed, Some(account.clone()));
                crossing
            }
        };
        let crossed = Crossed { account, crossing };
        self.send(vec![Update::Found(Found::Crossed(crossed))]).await
    }

    async fn take(&mut self, number: usize, updates: Vec<Update>) -> bool {
        let mut taken = Vec::new();
        for update in updates {
            let member = &mut self.members[number];
            match update {
                Update::Answered(result, answered) => {
                    member.answered = answered;
                    match result {
                        Ok(left) => member.left = left,
                        // What could not be read of another account is told region by region.
                        Err(_) if member.account.is_some() => member.left = Left::Nothing,
                        Err(error) => member.failure = Some(error),
                    }
                    member.ask_what_waits();
                }
                Update::Found(Found::Progress(progress)) => {
                    member.progress = progress;
                    taken.push(Update::Found(Found::Progress(self.progress())));
                }
                Update::Found(Found::Watched(watched)) => {
                    member.watched = Some(watched);
                    taken.extend(self.watched().map(|watched| Update::Found(Found::Watched(watched))));
                }
                found @ Update::Found(_) => {
                    if let Update::Found(Found::Page(page)) = &found
                        && member.is_live
                        && member.account.is_none()
                    {
                        let accounts = page.records.iter().map(|record| record.event.key.account.clone());
                        self.own.extend(accounts);
                    }
                    taken.push(found);
                }
            }
        }
        taken.is_empty() || self.send(taken).await
    }

    async fn send(&self, updates: Vec<Update>) -> bool {
        self.updates.send(updates).await.is_ok()
    }

    /// How far all of them have come.
    fn progress(&self) -> Progress {
        let each = self.members.iter().map(|member| member.progress);
        each.fold(Progress::default(), |all, one| Progress {
            files_done: all.files_done + one.files_done,
            files_total: all.files_total + one.files_total,
            records: all.records + one.records,
            bytes: all.bytes + one.bytes,
            paused: all.paused || one.paused,
        })
    }

    /// How far all accounts were watched; `None` before each was once.
    fn watched(&self) -> Option<Watched> {
        let live = self.members.iter().filter(|member| member.is_live);
        let watched: Option<Vec<&Watched>> = live.map(|member| member.watched.as_ref()).collect();
        let watched = watched?;
        Some(Watched {
            until: watched.iter().map(|watched| watched.until).min()?,
            missed: watched.iter().flat_map(|watched| watched.missed.clone()).collect(),
        })
    }

    /// Tells the hunt that all it asked for was answered.
    async fn say_if_answered(&mut self, queries: &mpsc::UnboundedReceiver<Query>) -> bool {
        let is_idle = self.opening.is_empty() && queries.is_empty() && self.members.iter().all(Member::is_idle);
        if !is_idle || self.answered == self.received {
            return true;
        }
        self.answered = self.received;
        let failure = self.members.iter_mut().find_map(|member| member.failure.take());
        let left = self.members.iter().any(|member| member.left == Left::Something);
        let result = match failure {
            Some(error) => Err(error),
            None if left => Ok(Left::Something),
            None => Ok(Left::Nothing),
        };
        self.send(vec![Update::Answered(result, self.answered)]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::investigation::lead::Attribute;

    type Ends = (mpsc::UnboundedReceiver<Query>, mpsc::Sender<Vec<Update>>);

    fn feed(is_live: bool) -> (Feed, Ends) {
        let (queries, asked) = mpsc::unbounded_channel();
        let (say, updates) = mpsc::channel(WAITING);
        let live = Feed::live(queries, updates);
        (Feed { is_live, ..live }, (asked, say))
    }

    fn alone(feeds: Vec<Feed>) -> Feed {
        let opener: Opener = Box::new(|_| Box::pin(async { Opened::Already }));
        join(feeds, opener, Box::pin(async { BTreeSet::new() }))
    }

    fn leads(values: &[&str]) -> Vec<Lead> {
        let lead = |value: &&str| Lead::new(Attribute::AccessKeyId, *value);
        values.iter().map(lead).collect()
    }

    async fn asked(asked: &mut mpsc::UnboundedReceiver<Query>) -> Vec<String> {
        match asked.recv().await {
            Some(Query::Leads(leads)) => leads.into_iter().map(|lead| lead.value).collect(),
            other => panic!("{other:?}"),
        }
    }

    async fn answers(say: &mpsc::Sender<Vec<Update>>, queries: u64) {
        let parcel = vec![Update::Answered(Ok(Left::Nothing), queries)];
        say.send(parcel).await.unwrap();
    }

    #[tokio::test]
    async fn it_is_answered_when_all_have_answered() {
        let ((a, (mut of_a, say_a)), (b, (mut of_b, say_b))) = (feed(true), feed(true));
        let mut both = alone(vec![a, b]);
        both.queries.send(Query::Leads(leads(&["x"]))).unwrap();
        assert_eq!(
            (asked(&mut of_a).await, asked(&mut of_b).await),
            (vec!["x".to_owned()], vec!["x".to_owned()])
        );
        answers(&say_a, 1).await;
        let progress = Progress {
            records: 7,
            ..Progress::default()
        };
        say_b
            .send(vec![Update::Found(Found::Progress(progress))])
            .await
            .unwrap();
        answers(&say_b, 1).await;
        let first = both.updates.recv().await.unwrap();
        assert!(
            matches!(first[0], Update::Found(Found::Progress(all)) if all.records == 7),
            "{first:?}"
        );
        let second = both.updates.recv().await.unwrap();
        assert!(
            matches!(second[0], Update::Answered(Ok(Left::Nothing), 1)),
            "{second:?}"
        );
    }

    #[tokio::test]
    async fn one_that_answers_in_turn_is_asked_for_the_rest_together() {
        let ((live, (_of_live, _say)), (turn, (mut of_turn, say))) = (feed(true), feed(false));
        let both = alone(vec![live, turn]);
        for value in ["x", "y", "z"] {
            both.queries.send(Query::Leads(leads(&[value]))).unwrap();
        }
        let mut first = asked(&mut of_turn).await;
        answers(&say, 1).await;
        if first.len() < 3 {
            first.extend(asked(&mut of_turn).await);
        }
        assert_eq!(first, ["x", "y", "z"]);
    }

    #[tokio::test]
    async fn one_that_comes_later_is_asked_for_everything_and_an_account_is_opened_once() {
        let (own, (_of_own, _say)) = feed(true);
        let (later, (mut of_later, _say_later)) = feed(true);
        let later = std::sync::Mutex::new(Some(later));
        let opener: Opener = Box::new(move |_| {
            let feed = later.lock().unwrap().take().expect("opened once");
            let crossing = Crossing::Open { arn: String::new() };
            Box::pin(async { Opened::Feed(crossing, feed) })
        });
        let mut both = join(vec![own], opener, Box::pin(async { BTreeSet::new() }));
        both.queries.send(Query::Leads(leads(&["x"]))).unwrap();
        both.queries.send(Query::Leads(leads(&["y"]))).unwrap();
        for _ in 0..2 {
            both.queries.send(Query::Account("444455556666".to_owned())).unwrap();
        }
        assert_eq!(asked(&mut of_later).await, ["x", "y"]);
        let said = both.updates.recv().await.unwrap();
        assert!(
            matches!(&said[0], Update::Found(Found::Crossed(one)) if one.account == "444455556666"),
            "{said:?}"
        );
    }
}
