//! The clock of the response: when a time box is over.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc, Weekday};

use super::format::TimeBox;
use crate::investigation::Investigation;

/// When the clock began, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The beginning; `None` before an investigation has begun.
    pub since: Option<DateTime<Utc>>,
    /// Whether that is the time the notice names, and not the start of the investigation.
    pub by_notice: bool,
}

impl Clock {
    /// Since the notice; since the start where there is none, or where it names no time before it.
    pub fn of(investigation: &Investigation) -> Self {
        let started = investigation.started().map(|(at, _)| *at);
        let mentions = investigation.notice().into_iter().flat_map(|notice| &notice.mentions);
        let times = mentions.filter_map(|mention| mention.time.as_ref()?.utc);
        let noticed = times
            .filter(|time| started.is_none_or(|started| *time <= started))
            .min();
        Self {
            since: noticed.or(started),
            by_notice: noticed.is_some(),
        }
    }

    /// When a time box is over; `None` without a deadline.
    pub fn due(&self, time_box: TimeBox) -> Option<DateTime<Utc>> {
        let since = self.since?;
        match time_box {
            TimeBox::HalfHour => Some(since + TimeDelta::minutes(30)),
            TimeBox::TwoHours => Some(since + TimeDelta::hours(2)),
            TimeBox::FourHours => Some(since + TimeDelta::hours(4)),
            TimeBox::NextBusinessDay => next_business_day(since),
            TimeBox::Later => None,
        }
    }

    /// How long it has run.
    pub fn elapsed(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        Some((now - self.since?).max(TimeDelta::zero()))
    }

    /// What the clock counts from.
    pub fn since_words(&self) -> &'static str {
        if self.by_notice {
            "since the time in the notice"
        } else {
            "since the start"
        }
    }

    /// `Within 30 min: 12 min left`, `Within 2 h: over by 3 h 10 min`.
    pub fn due_words(&self, time_box: TimeBox, now: DateTime<Utc>) -> String {
        let Some(due) = self.due(time_box) else {
            return "Without a deadline".to_owned();
        };
        let head = match time_box {
            TimeBox::NextBusinessDay => "By the end of the next business day".to_owned(),
            other => format!("Within {}", other.as_str()),
        };
        if now <= due {
            format!("{head}: {} left", in_words(due - now))
        } else {
            format!("{head}: over by {}", in_words(now - due))
        }
    }
}

/// The end of the next day that is no Saturday or Sunday, in UTC.
fn next_business_day(since: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let mut day = since.date_naive();
    loop {
        day = day.checked_add_days(Days::new(1))?;
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            break;
        }
    }
    Some(day.and_time(NaiveTime::from_hms_opt(23, 59, 59)?).and_utc())
}

/// `12 min`, `3 h 10 min`, `2 d 4 h`.
pub fn in_words(length: TimeDelta) -> String {
    let minutes = length.num_minutes();
    match (minutes / (24 * 60), minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}
