//! A saved investigation, played back: built up to a moment of one of two clocks.
//!
//! The attack's clock runs by the times of the events: the tree grows as the attacker grew it, and what the responder
//! did is there from the start. The response's clock runs by the times of the facts: the screens fill as they did.
//! Both are the same reducer fed up to a moment. Forward is incremental, backward is from scratch.

use std::time::Duration as Elapsed;

use chrono::{DateTime, Duration, Utc};

use super::widgets::density::{Density, Who};
use crate::investigation::fact::Page;
use crate::investigation::{Fact, Investigation, What};
use crate::store::{CaseFile, StoreError};

/// Which time runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// When things happened.
    Attack,
    /// When they became known.
    Response,
}

impl Clock {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Attack => "attack",
            Self::Response => "response",
        }
    }
}

/// At normal speed the whole story takes a minute, however long it was.
const WHOLE: i32 = 60;
/// The speed doubles and halves between these powers of two.
const SLOWEST: i32 = -4;
const FASTEST: i32 = 6;

/// A saved investigation being played.
#[derive(Debug)]
pub(super) struct Replay {
    case: CaseFile,
    facts: Vec<Fact>,
    /// Every record, by the time of its event: the fact and the place in its page.
    records: Vec<(DateTime<Utc>, usize, usize)>,
    clock: Clock,
    at: DateTime<Utc>,
    /// Where the other clock was left, to go on there.
    left_at: Option<DateTime<Utc>>,
    playing: bool,
    speed: i32,
    /// What was applied so far, facts or records.
    applied: usize,
    investigation: Investigation,
    density: Density,
}

impl Replay {
    /// Sets a saved investigation to its beginning.
    pub(super) fn new(case: CaseFile) -> Result<Self, StoreError> {
        let facts = case.facts()?;
        let mut records: Vec<_> = facts
            .iter()
            .enumerate()
            .filter_map(|(at, fact)| match &fact.what {
                What::Page(page) => Some((at, page)),
                _ => None,
            })
            .flat_map(|(at, page)| {
                let times = page.records.iter().enumerate();
                times.map(move |(place, record)| (record.event.time(), at, place))
            })
            .collect();
        records.sort_unstable();
        let mut replay = Self {
            case,
            facts,
            records,
            clock: Clock::Attack,
            at: DateTime::UNIX_EPOCH,
            left_at: None,
            playing: true,
            speed: 0,
            applied: 0,
            investigation: Investigation::default(),
            density: Density::default(),
        };
        replay.turn_to(Clock::Attack);
        let (first, _) = replay.bounds();
        replay.go_to(first);
        Ok(replay)
    }

    pub(super) fn case(&self) -> &CaseFile {
        &self.case
    }

    pub(super) fn into_case(self) -> CaseFile {
        self.case
    }

    pub(super) fn investigation(&self) -> &Investigation {
        &self.investigation
    }

    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    /// The moment shown.
    pub(super) fn at(&self) -> DateTime<Utc> {
        self.at
    }

    pub(super) fn is_playing(&self) -> bool {
        self.playing
    }

    /// Where the activity is on this clock.
    pub(super) fn density(&self) -> &Density {
        &self.density
    }

    /// The speed as a factor: `1`, `8`, `1/4`.
    pub(super) fn speed(&self) -> String {
        let factor = 1_u32 << self.speed.unsigned_abs();
        if self.speed < 0 {
            format!("1/{factor}")
        } else {
            factor.to_string()
        }
    }

    /// Looks at the other clock: where that was left, else at its beginning.
    pub(super) fn switch_clock(&mut self) {
        let left_at = self.left_at.replace(self.at);
        self.turn_to(match self.clock {
            Clock::Attack => Clock::Response,
            Clock::Response => Clock::Attack,
        });
        let (first, _) = self.bounds();
        self.go_to(left_at.unwrap_or(first));
    }

    fn turn_to(&mut self, clock: Clock) {
        self.clock = clock;
        self.density = match clock {
            Clock::Attack => Density::of(&self.records.iter().map(|r| (r.0, Who::Unknown)).collect::<Vec<_>>()),
            Clock::Response => Density::of(&self.facts.iter().map(|f| (f.at, Who::Unknown)).collect::<Vec<_>>()),
        };
        self.restart();
    }

    /// The first and the last moment of this clock.
    pub(super) fn bounds(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        self.density.bounds().unwrap_or((self.at, self.at))
    }

    /// Lets time run or holds it; at the end it begins anew.
    pub(super) fn play_pause(&mut self) {
        self.playing = !self.playing;
        let (first, last) = self.bounds();
        if self.playing && self.at >= last {
            self.go_to(first);
        }
    }

    pub(super) fn change_speed(&mut self, by: i32) {
        self.speed = (self.speed + by).clamp(SLOWEST, FASTEST);
    }

    /// Lets real time pass. Returns whether something changed.
    pub(super) fn pass(&mut self, elapsed: Elapsed) -> bool {
        if !self.playing {
            return false;
        }
        let (first, last) = self.bounds();
        let whole = (last - first) / WHOLE;
        let millis = i32::try_from(elapsed.as_millis()).unwrap_or(i32::MAX);
        let step = whole / 1000 * millis;
        let step = if self.speed < 0 {
            step / (1 << self.speed.unsigned_abs())
        } else {
            step * (1 << self.speed.unsigned_abs())
        };
        // A story of a few seconds still has to move.
        let next = self.at + step.max(Duration::milliseconds(1));
        self.go_to(next.min(last));
        self.playing = next < last;
        true
    }

    /// Goes to the next moment at which something happened.
    pub(super) fn step_forward(&mut self) {
        self.playing = false;
        if let Some(next) = self.moment(self.applied) {
            self.go_to(next);
        }
    }

    /// Goes to the moment before at which something happened.
    pub(super) fn step_back(&mut self) {
        self.playing = false;
        let now = self.at;
        let before = (0..self.applied)
            .rev()
            .filter_map(|at| self.moment(at))
            .find(|t| *t < now);
        if let Some(before) = before {
            self.go_to(before);
        }
    }

    fn moment(&self, at: usize) -> Option<DateTime<Utc>> {
        match self.clock {
            Clock::Attack => self.records.get(at).map(|r| r.0),
            Clock::Response => self.facts.get(at).map(|f| f.at),
        }
    }

    /// Shows the investigation as of a moment.
    pub(super) fn go_to(&mut self, to: DateTime<Utc>) {
        let (first, last) = self.bounds();
        let to = to.clamp(first, last);
        if to < self.at {
            self.restart();
        }
        self.at = to;
        let from = self.applied;
        while self.moment(self.applied).is_some_and(|t| t <= to) {
            self.applied += 1;
        }
        match self.clock {
            Clock::Response => {
                for fact in &self.facts[from..self.applied] {
                    self.investigation.apply(fact);
                }
            }
            Clock::Attack if from < self.applied => {
                let due = self.records[from..self.applied].iter();
                let records = due.filter_map(|(_, fact, place)| match &self.facts[*fact].what {
                    What::Page(page) => page.records.get(*place).cloned(),
                    _ => None,
                });
                let page = Page {
                    origin: "replay".into(),
                    records: records.collect(),
                };
                let what = What::Page(page);
                self.investigation.apply(&Fact { at: to, what });
            }
            Clock::Attack => {}
        }
        self.investigation.settle();
    }

    /// Empties the investigation. On the attack's clock everything but the events is there from the start.
    fn restart(&mut self) {
        self.applied = 0;
        self.at = DateTime::UNIX_EPOCH;
        self.investigation = Investigation::default();
        if self.clock == Clock::Attack {
            for fact in self.facts.iter().filter(|f| !matches!(f.what, What::Page(_))) {
                self.investigation.apply(fact);
            }
        }
    }
}
