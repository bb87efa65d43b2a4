//! What was done, as the facts tell it, and what of it can be undone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Call, Change, Step};
use crate::investigation::account::Reply;

/// Something that happened while the account was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "acted", rename_all = "snake_case")]
pub enum Acted {
    /// The responder wants it done. Nothing was called yet.
    Approved(Box<Approved>),
    /// A call is about to be made.
    Calling {
        /// The number of the change.
        id: u64,
        /// Which of its steps.
        step: usize,
    },
    /// AWS answered a call; the id of the key that it made, if it made one.
    Answered {
        /// The number of the change.
        id: u64,
        /// Which of its steps.
        step: usize,
        /// What AWS said.
        answer: Reply<Option<String>>,
    },
    /// It is over.
    Ended {
        /// The number of the change.
        id: u64,
        /// How.
        end: End,
    },
}

/// A change that the responder wants done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// Its number, from 1.
    pub id: u64,
    /// What it does; for an undoing, what was done.
    pub change: Change,
    /// The number of the change that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    /// The unique id of the user or role.
    pub principal: String,
    /// The calls in their order.
    pub steps: Vec<Step>,
    /// Who wants it.
    pub by: String,
}

/// How a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The account shows it.
    Confirmed,
    /// AWS took every call, but the account does not show it yet.
    NotConfirmedYet,
    /// AWS took every call; the responder may not read it back, or it cannot be read at all.
    CannotBeReadBack,
    /// A call was refused or failed; those after it were not made.
    Stopped,
    /// What is there is not what the responder saw: nothing was called.
    Overtaken,
}

impl End {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Confirmed => "done, and the account shows it",
            Self::NotConfirmedYet => "done, not confirmed yet: IAM needs time, look again in a minute",
            Self::CannotBeReadBack => "done as AWS says; it could not be read back",
            Self::Stopped => "stopped: a call was refused or failed, those after it were not made",
            Self::Overtaken => "not done: something changed since it was shown; look again",
        }
    }
}

/// What became of one call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fate {
    /// When it was about to be made.
    pub called: Option<DateTime<Utc>>,
    /// What AWS answered, and when.
    pub answered: Option<(DateTime<Utc>, Reply<Option<String>>)>,
}

impl Fate {
    /// The key that it made.
    pub fn made(&self) -> Option<&str> {
        self.answered.as_ref()?.1.known()?.as_deref()
    }
}

/// A change and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// What was wanted.
    pub approved: Approved,
    /// When.
    pub at: DateTime<Utc>,
    /// What became of each call.
    pub fates: Vec<Fate>,
    /// How it ended, and when; `None` while it is made, or where the program was ended meanwhile.
    pub end: Option<(DateTime<Utc>, End)>,
}

/// Whether a change can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// By these calls, in this order.
    By(Vec<Call>),
    /// It was, by the change of this number.
    Undone(u64),
    /// It cannot; why.
    Never(&'static str),
}

impl Deed {
    /// The calls that were made, or may have been: those whose answer is not known count.
    pub fn made(&self) -> impl DoubleEndedIterator<Item = (&Step, &Fate)> {
        let steps = self.approved.steps.iter().zip(&self.fates);
        steps.filter(|(step, fate)| {
            let may_be_done = match fate.answered.as_ref().map(|(_, answer)| answer) {
                Some(Reply::Denied(_)) => false,
                Some(Reply::Absent(_)) => step.call.removes(),
                // What failed may have been done: the answer may have been lost on its way.
                Some(Reply::Known(_) | Reply::Failed(_)) | None => true,
            };
            fate.called.is_some() && may_be_done
        })
    }

    /// How it stands, in words.
    pub fn words(&self) -> &'static str {
        match self.end {
            Some((_, end)) => end.words(),
            None => "not finished: whether its last call was made is not known",
        }
    }

    fn reverse(&self) -> Vec<Call> {
        let made = self.made().rev();
        made.filter_map(|(step, fate)| match (&step.call, fate.made()) {
            (Call::CreateAccessKey { user }, Some(key)) => Some(Call::DeleteAccessKey {
                user: user.clone(),
                key: key.to_owned(),
            }),
            _ => step.reverse.clone(),
        })
        .collect()
    }
}

/// Every change, in the order they were made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deeds(Vec<Deed>);

impl Deeds {
    pub(crate) fn apply(&mut self, at: DateTime<Utc>, acted: &Acted) {
        match acted {
            Acted::Approved(approved) => self.0.push(Deed {
                at,
                fates: vec![Fate::default(); approved.steps.len()],
                approved: (**approved).clone(),
                end: None,
            }),
            Acted::Calling { id, step } => {
                if let Some(fate) = self.fate(*id, *step) {
                    fate.called = Some(at);
                }
            }
            Acted::Answered { id, step, answer } => {
                if let Some(fate) = self.fate(*id, *step) {
                    fate.answered = Some((at, answer.clone()));
                }
            }
            Acted::Ended { id, end } => {
                if let Some(deed) = self.0.iter_mut().find(|deed| deed.approved.id == *id) {
                    deed.end = Some((at, *end));
                }
            }
        }
    }

    fn fate(&mut self, id: u64, step: usize) -> Option<&mut Fate> {
        let deed = self.0.iter_mut().find(|deed| deed.approved.id == id)?;
        deed.fates.get_mut(step)
    }

    /// All of them, earliest first.
    pub fn all(&self) -> &[Deed] {
        &self.0
    }

    /// One by its number.
    pub fn find(&self, id: u64) -> Option<&Deed> {
        self.0.iter().find(|deed| deed.approved.id == id)
    }

    /// The number of the next one.
    pub fn next_id(&self) -> u64 {
        self.0.last().map_or(1, |deed| deed.approved.id + 1)
    }

    /// Whether and how a change can be taken back.
    pub fn undo(&self, deed: &Deed) -> Undo {
        let id = deed.approved.id;
        let ended_well = |other: &&Deed| {
            let end = other.end.map(|(_, end)| end);
            !matches!(end, None | Some(End::Stopped | End::Overtaken))
        };
        let mut undoings = self.0.iter().filter(|other| other.approved.undoes == Some(id));
        if let Some(by) = undoings.find(ended_well) {
            return Undo::Undone(by.approved.id);
        }
        if deed.approved.undoes.is_some() {
            return Undo::Never("it is an undoing itself: make the change again instead");
        }
        let mut made = deed.made().map(|(step, _)| &step.call).peekable();
        if made.peek().is_none() {
            return Undo::Never("nothing was done");
        }
        if made.any(|call| matches!(call, Call::DeleteUser { .. } | Call::DeleteRole { .. })) {
            return Undo::Never("what was deleted cannot be brought back; the snapshot in this file says what it was");
        }
        match deed.reverse() {
            none if none.is_empty() => Undo::Never("this cannot be undone"),
            calls => Undo::By(calls),
        }
    }
}
