//! Questions to the account that are under way. They hold up nobody: whoever owns the case takes each answer as a fact.

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;

use super::{live, look, settings};
use crate::investigation::live::subjects;
use crate::investigation::{Chain, What};

/// Asks beside whatever else goes on. Works on the runtime that it is called on.
#[derive(Debug)]
pub struct Inquiries {
    profile: Option<String>,
    under_way: JoinSet<What>,
}

impl Inquiries {
    /// Nothing is asked yet.
    pub fn new(profile: Option<String>) -> Self {
        Self {
            profile,
            under_way: JoinSet::new(),
        }
    }

    /// Asks who the responder is and whose the seeds are.
    pub fn look(&mut self, seeds: Vec<String>) {
        let profile = self.profile.clone();
        self.under_way.spawn(async move {
            let config = settings(profile.as_deref()).await;
            What::Account(look(&config, &seeds).await)
        });
    }

    /// Asks what there still is of a chain.
    pub fn check(&mut self, chain: &Chain, now: DateTime<Utc>) {
        let subjects = subjects(chain, now);
        let profile = self.profile.clone();
        self.under_way.spawn(async move {
            let config = settings(profile.as_deref()).await;
            What::Live(live::check(&config, subjects).await)
        });
    }

    /// Whether an answer is to come.
    pub fn is_waiting(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// The next answer; `None` when none is to come.
    pub async fn next(&mut self) -> Option<What> {
        loop {
            // A question that broke off has said so itself.
            if let Ok(what) = self.under_way.join_next().await? {
                return Some(what);
            }
        }
    }
}
