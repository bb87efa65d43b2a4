//! What comes back from the regions, as the hunt takes it.

use std::collections::HashSet;

use super::api::{Answer, LookupError, Meaning};
use super::desk::Report;
use super::keys::Keys;
use super::planner::{Asking, Plan};
use crate::cloudtrail::{EventKey, Interner, Record};
use crate::collect::hunt::Update;
use crate::collect::source::{Found, Progress, SourceError};
use crate::investigation::coverage::place;
use crate::investigation::fact::{Answered, Asked, Page};

/// What came back so far.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// The account, where it is not the one that the responder's own credentials are of.
    account: Option<String>,
    given: HashSet<EventKey>,
    interner: Interner,
    progress: Progress,
    /// Regions that answered.
    answered: HashSet<String>,
    refused: Option<LookupError>,
}

impl Gathered {
    /// Nothing came back yet of the event history of an account.
    pub(super) fn of(account: Option<String>) -> Self {
        Self {
            account,
            ..Self::default()
        }
    }

    /// Why nothing at all could be read, if that is so.
    pub(super) fn refusal(&self) -> Option<SourceError> {
        self.refused.as_ref().filter(|_| self.answered.is_empty()).map(refusal)
    }

    /// What a report from a region tells the hunt. `is_enabled`: whether that is known of the region.
    pub(super) fn take(&mut self, region: &str, is_enabled: bool, report: Report, keys: &Keys) -> Vec<Update> {
        match report {
            Report::Begun { plan, window } => {
                let (from, until) = window;
                self.told(region, &plan, Answered::Begun { from, until })
            }
            Report::Read { plan, answer, part } => self.read(region, &plan, &answer, part, keys),
            Report::GivenUp { plan, error } => {
                let why = error.text.clone();
                let answer = match error.meaning {
                    // Credentials that are no longer good are refused in the same words.
                    Meaning::NotEnabled if !is_enabled && !self.answered.contains(region) => {
                        Answered::NotEnabled { why }
                    }
                    Meaning::Denied => Answered::Denied { why },
                    _ => Answered::Failed { why },
                };
                self.refused.get_or_insert(error);
                self.told(region, &plan, answer)
            }
            Report::Throttled => vec![self.asked(region, String::new(), Answered::Throttled)],
            Report::Paused(paused) => {
                self.progress.paused = paused;
                vec![Update::Found(Found::Progress(self.progress))]
            }
            Report::Now(now) => vec![Update::Found(Found::Region(self.place(region).into(), now))],
            Report::Done | Report::Busy(_) | Report::Waiting => Vec::new(),
        }
    }

    fn read(
        &mut self,
        region: &str,
        plan: &Plan,
        answer: &Answer,
        part: Option<(i64, i64)>,
        keys: &Keys,
    ) -> Vec<Update> {
        self.answered.insert(region.to_owned());
        let mut new = Vec::new();
        // An event without its record is one that cannot be read.
        let mut unreadable = answer.page.events.saturating_sub(answer.records.len() as u64);
        // Of what a scout brings, only the chain's own is wanted.
        let wanted = |text: &&String| !plan.question.is_scout() || keys.are_named_in(text);
        for text in answer.records.iter().filter(wanted) {
            match Record::parse(text.as_bytes(), &mut self.interner) {
                Ok(record) if self.given.insert(record.event.key.clone()) => new.push(record),
                Ok(_) => {}
                Err(_) => unreadable += 1,
            }
        }
        self.progress.records += new.len() as u64;
        let mut updates = Vec::new();
        if !new.is_empty() {
            updates.push(Update::Found(Found::Page(Page {
                origin: format!("{} {}", super::SOURCE, self.place(region)).into(),
                records: new,
            })));
        }
        let events = answer.page.events;
        let answer = Answered::Page {
            events,
            unreadable,
            part,
        };
        updates.extend(self.told(region, plan, answer));
        updates.push(Update::Found(Found::Progress(self.progress)));
        updates
    }

    /// What became of a question. A scout only brings sooner what others bring too: it says nothing about what was read.
    /// Of a watch the end of each round is told.
    fn told(&self, region: &str, plan: &Plan, answer: Answered) -> Vec<Update> {
        if plan.question.is_scout() || plan.asking == Asking::Watch {
            return Vec::new();
        }
        vec![self.asked(region, plan.question.to_string(), answer)]
    }

    /// What became of a question in a region.
    pub(super) fn asked(&self, region: &str, question: String, answer: Answered) -> Update {
        Update::Found(Found::Asked(Asked {
            account: self.account.clone(),
            region: region.to_owned(),
            question,
            answer,
        }))
    }

    /// A region in words, with its account where that is another.
    pub(super) fn place(&self, region: &str) -> String {
        place(self.account.as_deref().unwrap_or_default(), region)
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
        Meaning::NoCredentials | Meaning::Expired | Meaning::NotEnabled => (
            format!("there are no credentials that AWS takes: {}", error.text),
            super::SIGN_IN,
        ),
        _ => (
            format!("AWS could not be asked: {}", error.text),
            "Check the network and go on with `keytrail open FILE`.",
        ),
    };
    SourceError::Aws { text, hint }
}
