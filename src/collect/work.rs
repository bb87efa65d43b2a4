//! What goes on behind the screens or a batch run: the reading, what the account is asked beside it, what is changed.

use chrono::{DateTime, Utc};

use super::hunt::{Hunt, Update};
use crate::account::Inquiries;
use crate::account::change::{Acting, Said};
use crate::investigation::change::Acted;
use crate::investigation::{Investigation, What};
use crate::store::{CaseFile, StoreError};

/// No part waits for another.
#[derive(Debug, Default)]
pub struct Work {
    /// The reading; `None` where nothing is read.
    pub hunt: Option<Hunt>,
    /// What the account is asked; `None` where AWS is not talked to.
    pub inquiries: Option<Inquiries>,
    /// What is changed, or looked at to be changed; `None` where AWS is not talked to.
    pub acting: Option<Acting>,
}

/// Something that came of it.
#[derive(Debug)]
pub enum News {
    /// The sources have something to say.
    Found(Vec<Update>),
    /// The account said something.
    Told(Box<What>),
    /// A change came further.
    Acted(Said),
}

impl Work {
    /// What comes next; `None` when all is over.
    pub async fn next(&mut self) -> Option<News> {
        let Self {
            hunt,
            inquiries,
            acting,
        } = self;
        let found = async { hunt.as_mut()?.next().await };
        let told = async { inquiries.as_mut()?.next().await };
        let acted = async { acting.as_mut()?.next().await };
        tokio::select! {
            Some(updates) = found => Some(News::Found(updates)),
            Some(what) = told => Some(News::Told(Box::new(what))),
            Some(said) = acted => Some(News::Acted(said)),
            else => None,
        }
    }

    /// Turns it into facts of the case.
    pub fn handle(&mut self, news: News, case: &mut CaseFile, now: DateTime<Utc>) -> Result<(), StoreError> {
        match (news, &mut self.hunt) {
            (News::Found(updates), Some(hunt)) => {
                let before = (hunt.is_running(), case.investigation().chain().nodes.len());
                hunt.handle(updates, case, now)?;
                let after = (hunt.is_running(), case.investigation().chain().nodes.len());
                let is_done = !hunt.is_running() && hunt.failure().is_none();
                if is_done
                    && before != after
                    && let Some(inquiries) = &mut self.inquiries
                {
                    inquiries.check(case.investigation().chain(), now);
                }
                Ok(())
            }
            (News::Told(what), _) => case.commit(now, *what),
            (News::Acted(Said::Write(what, is_written)), _) => {
                let is_over = matches!(*what, What::Acted(Acted::Ended { .. }));
                case.commit(now, *what)?;
                // Who asked for it may be gone by now.
                let _ = is_written.send(());
                if is_over && let Some(inquiries) = &mut self.inquiries {
                    inquiries.check(case.investigation().chain(), now);
                }
                Ok(())
            }
            // The rest of a change is for the screens.
            (News::Found(_), None) | (News::Acted(_), _) => Ok(()),
        }
    }

    /// Asks the account anew, unless it is being asked.
    pub fn ask_again(&mut self, investigation: &Investigation, now: DateTime<Utc>) {
        if let Some(inquiries) = self.inquiries.as_mut().filter(|inquiries| !inquiries.is_waiting()) {
            inquiries.look(investigation.seeds().to_vec());
            inquiries.check(investigation.chain(), now);
        }
    }

    /// Begins to watch for new calls, or ends that. Returns whether it could.
    pub fn watch(&mut self, on: bool) -> bool {
        self.hunt.as_mut().is_some_and(|hunt| hunt.watch(on))
    }

    /// Whether new calls are watched for.
    pub fn is_watching(&self) -> bool {
        self.hunt.as_ref().is_some_and(Hunt::is_watching)
    }

    /// Whether something is being read.
    pub fn is_reading(&self) -> bool {
        self.hunt.as_ref().is_some_and(Hunt::is_running)
    }

    /// Whether nothing is to come.
    pub fn is_over(&self) -> bool {
        let is_asking = self.inquiries.as_ref().is_some_and(Inquiries::is_waiting);
        !self.is_reading() && !is_asking && !self.acting.as_ref().is_some_and(Acting::is_busy)
    }
}
