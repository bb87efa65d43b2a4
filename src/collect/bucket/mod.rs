//! A trail's bucket.
//!
//! | part | one idea |
//! |---|---|
//! | `layout` | what a key tells: account, region, day |
//! | `api` | S3 on the wire, tried again while that may help |
//! | `list` | the walk to the log files that are asked for |
//! | `fetch` | objects, fetched ahead of those who read them |
//! | `cache` | what was fetched, kept in a folder |
//! | `refusal` | why something was not given, and what to do |
//! | `objects` | everything in it, to be verified |
//! | `gaps` | days without log files between days with some |
//!
//! Log files are read as those on disk are ([`Archive`]); only where their bytes come from is different. The account of
//! the seed is read first, where its id tells it; others when a lead names them, or when the seed was not found there.

mod api;
mod cache;
mod fetch;
mod gaps;
mod layout;
mod list;
mod objects;
mod refusal;

pub use objects::Objects;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use self::api::{Api, Object};
use self::cache::Cache;
use self::fetch::Fetcher;
use self::gaps::{Days, place_report};
use self::layout::{Folder, Level, Scope};
use super::archive::{Archive, ArchiveError, CandidateCalls};
use super::hunt::Window;
use super::refusal::Refusal;
use super::source::{Found, Out, Progress, Source, SourceError};
use crate::cloudtrail::ids::{self, Arn};
use crate::investigation::fact::{FileOutcome, FileReport, Problem};
use crate::investigation::lead::{Attribute, Lead};

/// Between two reports of progress while nothing is read yet.
const PACE: Duration = Duration::from_millis(100);

/// Where in S3 a trail's log files lie, and how they are read.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The bucket.
    pub bucket: String,
    /// The folder in it, anywhere in CloudTrail's layout or above; empty for the whole bucket.
    pub prefix: String,
    /// The responder's profile; else the SDK's usual way to credentials.
    pub profile: Option<String>,
    /// Only these regions; else all there are.
    pub regions: Option<Vec<String>>,
    /// Which events are wanted.
    pub window: Window,
    /// The folder in which what was fetched is kept.
    pub cache: Option<PathBuf>,
    /// Whether the responder pays where the bucket's owner does not.
    pub requester_pays: bool,
    /// The calls that a chain may hold.
    pub calls: CandidateCalls,
}

/// A trail's bucket, to be asked about leads.
#[derive(Debug)]
pub struct Bucket {
    settings: Settings,
    open: Option<Open>,
    /// All that was asked so far.
    leads: Vec<Lead>,
}

/// A bucket that was looked into.
#[derive(Debug)]
struct Open {
    runtime: Runtime,
    api: Arc<Api>,
    /// The folders of accounts that were not read.
    unread: BTreeMap<Arc<str>, Vec<Folder>>,
    /// What could not be listed.
    refused: Vec<(Folder, Refusal)>,
    /// Folders of accounts that were read together.
    read: Vec<(Archive, Arc<Fetcher>)>,
    /// Whether it was said which accounts were not read.
    told: bool,
}

impl Bucket {
    /// Nothing is asked before the first lead.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            open: None,
            leads: Vec::new(),
        }
    }

    /// Looks which accounts there are.
    fn look_into(&self, out: &mut Out<'_>) -> Result<Open, SourceError> {
        let runtime = Runtime::new().map_err(|error| SourceError::Bucket(error.to_string()))?;
        let Settings {
            bucket,
            prefix,
            profile,
            requester_pays,
            ..
        } = &self.settings;
        let api = async {
            let api = Api::new(bucket, profile.clone(), *requester_pays).await;
            api.map_err(|error| self.refused(&error))
        };
        let api = Arc::new(wait(&runtime, None, out, api)??);
        let top = Folder::of(prefix);
        let scope = self.scope();
        let accounts = list::folders(&api, top.into_iter().collect(), Level::Account, &scope);
        let mut accounts = wait(&runtime, Some(&api), out, accounts)?;
        if accounts.found.is_empty() {
            match accounts.refused.first() {
                Some((_, error)) => return Err(self.refused(error)),
                // A folder with log files in another order than CloudTrail's.
                None if !prefix.is_empty() => accounts.found.push(Folder::whatever(prefix)),
                None => return Err(self.empty()),
            }
        }
        let mut unread: BTreeMap<Arc<str>, Vec<Folder>> = BTreeMap::new();
        for folder in accounts.found {
            unread
                .entry(folder.account.clone().unwrap_or_default())
                .or_default()
                .push(folder);
        }
        Ok(Open {
            runtime,
            api,
            unread,
            refused: accounts.refused,
            read: Vec::new(),
            told: false,
        })
    }

    /// Reads the log files in these folders for all that was asked so far. Returns how many there are.
    fn read(&self, open: &mut Open, folders: Vec<Folder>, out: &mut Watched<'_, '_>) -> Result<usize, SourceError> {
        let Open {
            runtime,
            api,
            refused,
            read,
            ..
        } = open;
        let scope = self.scope();
        let days = list::folders(api, folders, Level::Day, &scope);
        let days = wait(runtime, Some(api), out.out, days)?;
        let listed = wait(runtime, Some(api), out.out, list::objects(api, days.found))?;
        refused.extend(days.refused);
        refused.extend(listed.refused);
        let mut reports = self.not_listed(refused);
        reports.extend(self.missing(&listed.found));
        if !reports.is_empty() && out.take(Found::Files(reports)).is_break() {
            return Err(stopped());
        }
        let objects: Vec<Object> = listed.found.into_iter().flat_map(|(_, objects)| objects).collect();
        let count = objects.len();
        if count == 0 {
            return Ok(0);
        }
        let names = objects.iter().map(|object| self.name(&object.key)).collect();
        let cache = self.settings.cache.as_deref();
        let cache = cache.map(|folder| Cache::new(folder, &self.settings.bucket));
        let fetcher = Fetcher::new(api.clone(), objects, cache, runtime.handle().clone());
        let fetcher = Arc::new(fetcher);
        let mut archive = Archive::remote(names, fetcher.clone(), self.settings.calls.clone());
        archive.ask(&self.leads, &mut |found| out.take_of(found, api, &fetcher))?;
        read.push((archive, fetcher));
        Ok(count)
    }

    /// What could not be listed.
    fn not_listed(&self, refused: &[(Folder, Refusal)]) -> Vec<FileReport> {
        let report = |(folder, error): &(Folder, Refusal)| {
            let problem = Problem {
                place: "list of its files".to_owned(),
                reason: error.text.clone(),
            };
            place_report(self.name(&folder.prefix).into(), FileOutcome::Failed, vec![problem])
        };
        refused.iter().map(report).collect()
    }

    fn missing(&self, days: &[(Folder, Vec<Object>)]) -> Vec<FileReport> {
        let mut with_files = Days::default();
        for (folder, _) in days.iter().filter(|(_, objects)| !objects.is_empty()) {
            if let (Some(account), Some(region), Some(day)) = (&folder.account, &folder.region, folder.day()) {
                with_files.add(account, region, day);
            }
        }
        let is_whole = self.settings.regions.is_none()
            && Folder::of(&self.settings.prefix).is_some_and(|top| top.region.is_none());
        with_files.missing(&self.settings.bucket, is_whole)
    }

    fn scope(&self) -> Scope {
        Scope::new(self.settings.window, self.settings.regions.clone())
    }

    fn name(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.settings.bucket)
    }

    /// There is nothing to read: a mistake, which must not look like an account in which nothing happened.
    fn empty(&self) -> SourceError {
        let Window { since, until } = self.settings.window;
        let is_narrowed = since.is_some() || until.is_some() || self.settings.regions.is_some();
        refusal::empty(&self.name(&self.settings.prefix), is_narrowed)
    }

    fn refused(&self, error: &Refusal) -> SourceError {
        refusal::of_bucket(&self.name(&self.settings.prefix), error)
    }
}

/// Hands on what is found, and looks whether anything was.
struct Watched<'w, 'o> {
    out: &'w mut Out<'o>,
    found_records: bool,
}

impl Watched<'_, '_> {
    fn take(&mut self, found: Found) -> ControlFlow<()> {
        self.found_records |= matches!(found, Found::Page(_));
        (self.out)(found)
    }

    /// The same, of what a fetcher fetches: it is told when nothing more is wanted.
    fn take_of(&mut self, found: Found, api: &Api, fetcher: &Fetcher) -> ControlFlow<()> {
        let flow = self.take(match found {
            Found::Progress(progress) => Found::Progress(Progress {
                paused: api.is_paused(),
                ..progress
            }),
            other => other,
        });
        if flow.is_break() {
            fetcher.stop();
        }
        flow
    }
}

/// Works on something, and tells meanwhile that it goes on, until nobody wants to know.
fn wait<T>(
    runtime: &Runtime,
    api: Option<&Api>,
    out: &mut Out<'_>,
    work: impl Future<Output = T>,
) -> Result<T, SourceError> {
    let mut work = std::pin::pin!(work);
    loop {
        // Telling may block, which is not allowed inside.
        if let Ok(done) = runtime.block_on(async { tokio::time::timeout(PACE, &mut work).await }) {
            return Ok(done);
        }
        let progress = Progress {
            paused: api.is_some_and(Api::is_paused),
            ..Progress::default()
        };
        if out(Found::Progress(progress)).is_break() {
            return Err(stopped());
        }
    }
}

fn stopped() -> SourceError {
    ArchiveError::Stopped.into()
}

/// The account that a lead is about, where its value tells.
fn account_of(lead: &Lead) -> Option<String> {
    let of_arn = Arn::parse(&lead.value).map(|arn| arn.account.to_owned());
    of_arn
        .filter(|account| !account.is_empty())
        .or_else(|| ids::account_hint(&lead.value))
}

impl Open {
    /// The accounts to begin with: the seeds' own, if all of them are here; else all.
    fn first(&self, leads: &[Lead]) -> Vec<Arc<str>> {
        let keys = leads.iter().filter(|lead| lead.attribute == Attribute::AccessKeyId);
        let hinted: Option<Vec<Arc<str>>> = keys.map(|key| self.holds(&account_of(key)?)).collect();
        match hinted {
            // What does not say whose it is may be of any account.
            Some(hinted) if !hinted.is_empty() => hinted.into_iter().chain(self.holds("")).collect(),
            _ => self.unread.keys().cloned().collect(),
        }
    }

    /// The accounts that later leads ask for: those they name, or all where a key does not tell whose it is.
    fn due(&self, leads: &[Lead]) -> Vec<Arc<str>> {
        let is_anybodys = |lead: &Lead| lead.attribute == Attribute::AccessKeyId && account_of(lead).is_none();
        if leads.iter().any(is_anybodys) {
            return self.unread.keys().cloned().collect();
        }
        leads.iter().filter_map(|lead| self.holds(&account_of(lead)?)).collect()
    }

    fn holds(&self, account: &str) -> Option<Arc<str>> {
        self.unread.get_key_value(account).map(|(account, _)| account.clone())
    }

    fn take(&mut self, accounts: &[Arc<str>]) -> Vec<Folder> {
        let folders = accounts.iter().filter_map(|account| self.unread.remove(account));
        folders.flatten().collect()
    }

    fn is_read(&self) -> bool {
        self.read.iter().all(|(archive, _)| archive.is_settled())
    }

    /// Says of which accounts nothing was read.
    fn unread(&self, bucket: &str) -> Vec<FileReport> {
        let reason = "not read: nothing that was found leads to this account";
        let report = |account: &Arc<str>| {
            let problem = Problem {
                place: "all days".to_owned(),
                reason: reason.to_owned(),
            };
            let name = format!("s3://{bucket}, account {account}");
            place_report(name.into(), FileOutcome::Nothing, vec![problem])
        };
        self.unread.keys().map(report).collect()
    }
}

impl Source for Bucket {
    fn ask(&mut self, leads: &[Lead], out: &mut Out<'_>) -> Result<(), SourceError> {
        self.leads.extend_from_slice(leads);
        let mut out = Watched {
            out,
            found_records: false,
        };
        let Some(mut open) = self.open.take() else {
            let mut open = self.look_into(out.out)?;
            let first = open.first(leads);
            let folders = open.take(&first);
            let mut files = self.read(&mut open, folders, &mut out)?;
            if !out.found_records {
                // The account that a key id tells is a hint, never proof.
                let rest: Vec<_> = open.unread.keys().cloned().collect();
                let folders = open.take(&rest);
                if !folders.is_empty() {
                    files += self.read(&mut open, folders, &mut out)?;
                }
            }
            if files == 0 {
                let refused = open.refused.first();
                return Err(refused.map_or_else(|| self.empty(), |(_, error)| self.refused(error)));
            }
            self.open = Some(open);
            return Ok(());
        };
        let Open { api, read, .. } = &mut open;
        for (archive, fetcher) in read {
            archive.ask(leads, &mut |found| out.take_of(found, api, fetcher))?;
        }
        let due = open.due(leads);
        let folders = open.take(&due);
        if !folders.is_empty() {
            self.read(&mut open, folders, &mut out)?;
        }
        self.open = Some(open);
        Ok(())
    }

    fn settle(&mut self, out: &mut Out<'_>) -> Result<(), SourceError> {
        let Some(mut open) = self.open.take() else {
            return Ok(());
        };
        let mut out = Watched {
            out,
            found_records: false,
        };
        let Open { api, read, .. } = &mut open;
        for (archive, fetcher) in read {
            archive.settle(&mut |found| out.take_of(found, api, fetcher))?;
        }
        // What was read now may still lead to another account.
        if !out.found_records {
            open.told = true;
            let unread = open.unread(&self.settings.bucket);
            if !unread.is_empty() && out.take(Found::Files(unread)).is_break() {
                return Err(stopped());
            }
        }
        self.open = Some(open);
        Ok(())
    }

    fn is_settled(&self) -> bool {
        self.open
            .as_ref()
            .is_none_or(|open| open.is_read() && (open.told || open.unread.is_empty()))
    }
}
