//! AWS's event history as a source: in which accounts it is asked, and how.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::failure::Failure;
use crate::account::{Access, Ways};
use crate::cloudtrail::notice::Notice;
use crate::collect::history::{self, INTERVAL};
use crate::collect::hunt::Feed;
use crate::collect::several;
use crate::collect::source::Source;
use crate::investigation::coverage::QuestionCoverage;
use crate::investigation::fact::{AskedAws, PassBegan};
use crate::store::CaseFile;

/// The ways into other accounts.
#[derive(Debug, clap::Args)]
pub(super) struct Flags {
    /// The role to assume in each other account that the chain enters, to read its event history too
    #[arg(long, value_name = "NAME")]
    account_role: Option<String>,
    /// The profile to ask with in one other account; may be given several times
    #[arg(long, value_name = "ACCOUNT=PROFILE", value_parser = profile_for)]
    profile_for: Vec<(String, String)>,
}

/// Reads a way into an account.
fn profile_for(text: &str) -> Result<(String, String), String> {
    let (account, profile) = text.split_once('=').unwrap_or_default();
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    if !is_account || profile.is_empty() {
        return Err("write it as 111122223333=PROFILE".to_owned());
    }
    Ok((account.to_owned(), profile.to_owned()))
}

impl Flags {
    /// Adds these ways to how AWS is asked.
    pub(super) fn add_to(&self, aws: AskedAws) -> Result<AskedAws, Failure> {
        if let Some(role) = self.account_role.as_deref().filter(|role| role.contains(':')) {
            return Err(Failure::usage(
                format!("`{role}` is no name of a role"),
                "Give its name alone: it is looked for in each account that the chain enters.",
            ));
        }
        Ok(AskedAws {
            account_role: self.account_role.clone(),
            profiles: self.profile_for.iter().cloned().collect(),
            ..aws
        })
    }

    /// Whether nothing was given.
    pub(super) fn is_empty(&self) -> bool {
        self.account_role.is_none() && self.profile_for.is_empty()
    }
}

/// The event history of the responder's own account and of those that the chain enters, and other sources beside it.
pub(super) fn feed(pass: &PassBegan, beside: Vec<Box<dyn Source>>, case: &CaseFile) -> Feed {
    let aws = pass.aws.clone().unwrap_or_default();
    let ways = Arc::new(Ways::new(&aws));
    let read = read_already(case);
    let own = history::Settings {
        seeds: case.investigation().seeds().to_vec(),
        access: Access {
            profile: aws.profile,
            role: None,
        },
        account: None,
        regions: aws.regions,
        since: pass.since,
        until: pass.until,
        around: case.investigation().notice().and_then(Notice::time),
        interval: INTERVAL,
        read: read.get("").cloned().unwrap_or_default(),
    };
    let mut feeds = vec![history::start(own.clone())];
    if !beside.is_empty() {
        feeds.push(Feed::in_turn(beside));
    }
    let of_account = move |account: &str| history::Settings {
        account: Some(account.to_owned()),
        read: read.get(account).cloned().unwrap_or_default(),
        ..own.clone()
    };
    let first = history::of_seeds(ways.clone(), case.investigation().seeds().to_vec());
    several::join(feeds, history::opener(ways, of_account), first)
}

/// What was read whole, per region and question.
type Read = HashMap<(String, String), Vec<(i64, i64)>>;

/// What earlier passes read of the event history, per account.
fn read_already(case: &CaseFile) -> BTreeMap<String, Read> {
    let mut read: BTreeMap<String, Read> = BTreeMap::new();
    for ((account, region), history) in case.investigation().coverage().history() {
        let questions = history.questions.iter();
        let parts = questions.map(|(question, read)| ((region.clone(), question.clone()), settled(read)));
        read.entry(account.clone()).or_default().extend(parts);
    }
    read
}

/// What of a question need not be read again: all but the end of its window, where something may have come late.
fn settled(question: &QuestionCoverage) -> Vec<(i64, i64)> {
    let late = question.window.map_or(i64::MAX, |(_, until)| until - history::LATE);
    let parts = question.read.iter().map(|&(from, until)| (from, until.min(late)));
    parts.filter(|(from, until)| from <= until).collect()
}
