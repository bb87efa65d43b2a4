//! Changes under way. They hold up nobody: whoever owns the case writes each fact, and only then the next call is made.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::perform::{NewKey, perform};
use super::{evidence, read};
use crate::account::client::Client;
use crate::account::settings;
use crate::investigation::What;
use crate::investigation::account::{Caller, Reply};
use crate::investigation::change::{Acted, Approved, Call, Change, End, Holder, Object, Snapshot, shows, steps};

/// IAM tells every place of a change within seconds. So many seconds it is looked for, and what stands in its way is
/// waited for.
const WAITS: [u64; 5] = [1, 2, 4, 8, 15];

/// Something that came of it.
#[derive(Debug)]
pub enum Said {
    /// A fact to be written. It goes on when this is said to be done, and ends where it is not.
    Write(Box<What>, oneshot::Sender<()>),
    /// What a change is to be planned from.
    Ready(Box<Ready>),
    /// A key was made: to be shown once.
    NewKey(NewKey),
    /// Evidence was kept; what of it could not be had, in words.
    EvidenceKept(Vec<String>),
    /// Something that was under way is over.
    Over,
}

/// What a change is to be planned from.
#[derive(Debug)]
pub struct Ready {
    /// The change that was asked about.
    pub change: Change,
    /// The user or role as it is.
    pub object: Object,
    /// Who would do it.
    pub caller: Reply<Caller>,
    /// What of the evidence could not be kept, in words; `None` where none was asked for.
    pub missing: Option<Vec<String>>,
}

/// Looks at what is to be changed and, where that is allowed, changes it. Works on the runtime that it is called on.
#[derive(Debug)]
pub struct Acting {
    profile: Option<String>,
    may_change: bool,
    said: mpsc::Receiver<Said>,
    say: mpsc::Sender<Said>,
    under_way: JoinSet<()>,
}

impl Acting {
    /// Nothing is done yet. Without `may_change` nothing ever is.
    pub fn new(profile: Option<String>, may_change: bool) -> Self {
        let (say, said) = mpsc::channel(4);
        Self {
            profile,
            may_change,
            said,
            say,
            under_way: JoinSet::new(),
        }
    }

    /// Whether changes are allowed.
    pub fn may_change(&self) -> bool {
        self.may_change
    }

    /// Whether something is under way.
    pub fn is_busy(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// Reads what a change is about. Where it erases something, and changes are allowed, evidence is kept first.
    pub fn prepare(&mut self, change: Change) {
        let keep = self.may_change && change.erases();
        let (profile, say) = (self.profile.clone(), Report(self.say.clone()));
        self.under_way.spawn(async move {
            let client = Client::new(&settings(profile.as_deref()).await);
            let holder = change.holder();
            let (object, caller) = tokio::join!(read::object(&client, &holder), client.caller());
            let missing = if keep {
                match say.keep_evidence(&client).await {
                    Some(missing) => Some(missing),
                    None => return,
                }
            } else {
                None
            };
            let ready = Ready {
                change,
                object,
                caller,
                missing,
            };
            say.tell(Said::Ready(Box::new(ready))).await;
        });
    }

    /// Keeps evidence of the whole account, and of a user or role.
    pub fn keep_evidence(&mut self, holder: Option<Holder>) {
        let (profile, say) = (self.profile.clone(), Report(self.say.clone()));
        self.under_way.spawn(async move {
            let client = Client::new(&settings(profile.as_deref()).await);
            let Some(missing) = say.keep_evidence(&client).await else {
                return;
            };
            if let Some(holder) = holder
                && !say.keep(evidence::of(&read::object(&client, &holder).await)).await
            {
                return;
            }
            say.tell(Said::EvidenceKept(missing)).await;
        });
    }

    /// Does what the responder approved. Nothing where changes are not allowed.
    pub fn perform(&mut self, approved: Approved) {
        if !self.may_change {
            return;
        }
        let (profile, say) = (self.profile.clone(), Report(self.say.clone()));
        self.under_way.spawn(async move {
            let client = Client::new(&settings(profile.as_deref()).await);
            // Where a fact could not be written there is nobody left to say so to: who owns the case says it.
            let _ = carry_out(&client, &say, approved).await;
        });
    }

    /// What comes next; `None` when nothing is under way.
    pub async fn next(&mut self) -> Option<Said> {
        if self.under_way.is_empty() {
            return self.said.try_recv().ok();
        }
        tokio::select! {
            // What was said is taken before its end is.
            biased;
            said = self.said.recv() => said,
            _ = self.under_way.join_next() => Some(Said::Over),
        }
    }
}

/// The facts could not be written: nothing more is called.
struct NotWritten;

/// Where a task says what it does.
struct Report(mpsc::Sender<Said>);

impl Report {
    async fn tell(&self, said: Said) {
        // Whoever left the screens does not listen any more.
        let _ = self.0.send(said).await;
    }

    /// Has a fact written, and waits until it is.
    async fn write(&self, what: What) -> Result<(), NotWritten> {
        let (done, is_written) = oneshot::channel();
        self.tell(Said::Write(Box::new(what), done)).await;
        is_written.await.map_err(|_| NotWritten)
    }

    async fn acted(&self, acted: Acted) -> Result<(), NotWritten> {
        self.write(What::Acted(acted)).await
    }

    async fn keep(&self, snapshot: Snapshot) -> bool {
        self.write(What::Snapshot(snapshot)).await.is_ok()
    }

    /// Keeps the lists of the whole account. Gives what could not be had; `None` where it could not be written.
    async fn keep_evidence(&self, client: &Client) -> Option<Vec<String>> {
        let (report, details) = tokio::join!(
            evidence::credential_report(client),
            evidence::authorization_details(client)
        );
        let mut missing = Vec::new();
        for (name, snapshot) in [
            ("credential report", report),
            ("account authorization details", details),
        ] {
            match snapshot {
                Reply::Known(snapshot) => {
                    if !self.keep(snapshot).await {
                        return None;
                    }
                }
                Reply::Denied(why) | Reply::Absent(why) | Reply::Failed(why) => missing.push(format!("{name}: {why}")),
            }
        }
        Some(missing)
    }
}

async fn carry_out(client: &Client, say: &Report, approved: Approved) -> Result<(), NotWritten> {
    let (id, holder) = (approved.id, approved.change.holder());
    say.acted(Acted::Approved(Box::new(approved.clone()))).await?;
    let before = read::object(client, &holder).await;
    say.write(What::Snapshot(evidence::of(&before))).await?;
    if !is_as_approved(&approved, &before) {
        let end = End::Overtaken;
        return say.acted(Acted::Ended { id, end }).await;
    }
    let mut made = vec![None; approved.steps.len()];
    for (step, planned) in approved.steps.iter().enumerate() {
        say.acted(Acted::Calling { id, step }).await?;
        let answer = patiently(client, &planned.call).await;
        let is_done = match &answer {
            Reply::Known(_) => true,
            Reply::Absent(_) => planned.call.removes(),
            Reply::Denied(_) | Reply::Failed(_) => false,
        };
        let answer = answer.map(|key| key.map(|NewKey { id, secret }| (id, secret)));
        let answer = match answer {
            // Shown before anything else: were the fact not written, the key would be there all the same.
            Reply::Known(Some((key, secret))) => {
                made[step] = Some(key.clone());
                say.tell(Said::NewKey(NewKey {
                    id: key.clone(),
                    secret,
                }))
                .await;
                Reply::Known(Some(key))
            }
            other => other.map(|_| None),
        };
        say.acted(Acted::Answered { id, step, answer }).await?;
        if !is_done {
            let end = End::Stopped;
            return say.acted(Acted::Ended { id, end }).await;
        }
    }
    let is_left = |step: usize| {
        let mut later = approved.steps[step + 1..].iter();
        !later.any(|later| Some(&later.call) == approved.steps[step].reverse.as_ref())
    };
    let calls: Vec<(&Call, Option<&str>)> = approved
        .steps
        .iter()
        .zip(&made)
        .enumerate()
        // What a later step took back is not there to be seen.
        .filter(|(step, _)| is_left(*step))
        .map(|(_, call)| call)
        .map(|(step, made)| (&step.call, made.as_deref()))
        .collect();
    let end = read_back(client, &holder, &calls).await;
    say.acted(Acted::Ended { id, end }).await
}

/// Whether what is there is still what the responder saw. An undoing has its calls from what was done.
fn is_as_approved(approved: &Approved, now: &Object) -> bool {
    let is_same = now.about.known().is_some_and(|about| about.id == approved.principal);
    let has_same_steps = || steps(&approved.change, now).is_ok_and(|steps| steps == approved.steps);
    is_same && (approved.undoes.is_some() || has_same_steps())
}

/// Makes a call; again where IAM does not know yet that what stood in its way is gone.
async fn patiently(client: &Client, call: &Call) -> Reply<Option<NewKey>> {
    let mut waits = WAITS.iter();
    loop {
        let answer = perform(client, call).await;
        let is_early = matches!(&answer, Reply::Failed(why) if why.starts_with("DeleteConflict:"));
        match waits.next().filter(|_| is_early) {
            Some(wait) => tokio::time::sleep(Duration::from_secs(*wait)).await,
            None => return answer,
        }
    }
}

/// Looks until the account shows what was done.
async fn read_back(client: &Client, holder: &Holder, calls: &[(&Call, Option<&str>)]) -> End {
    let mut waits = WAITS.iter();
    loop {
        let object = read::object(client, holder).await;
        let shown: Vec<Option<bool>> = calls.iter().map(|(call, made)| shows(call, *made, &object)).collect();
        if shown.iter().all(|is_shown| *is_shown == Some(true)) {
            return End::Confirmed;
        }
        if !shown.contains(&Some(false)) {
            return End::CannotBeReadBack;
        }
        match waits.next() {
            Some(wait) => tokio::time::sleep(Duration::from_secs(*wait)).await,
            None => return End::NotConfirmedYet,
        }
    }
}
