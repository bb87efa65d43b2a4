//! Steady use, and bursts: what tells an application from somebody who tries a key.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use crate::cloudtrail::Event;

/// Use is steady when it is spread over so many different hours: two of a busy afternoon are not, a daily job's are.
pub(super) const STEADY_HOURS: usize = 6;
/// A pause that ends a burst.
const PAUSE: Duration = Duration::minutes(30);
/// What is done again on so many days, over so long a time, is a habit.
const HABIT_DAYS: usize = 3;
const HABIT_SPAN: Duration = Duration::days(7);

/// The different hours in which calls were made, before a moment if one is given.
pub(super) fn hours<'e>(calls: impl IntoIterator<Item = &'e Event>, before: Option<DateTime<Utc>>) -> BTreeSet<i64> {
    let calls = calls.into_iter().map(Event::time);
    calls
        .filter(|time| before.is_none_or(|before| *time < before))
        .map(|time| time.timestamp().div_euclid(3600))
        .collect()
}

/// Whether calls had a steady rhythm before a moment, for a day at least: a first day may be the attacker's.
pub(super) fn was_settled(calls: &[&Event], before: DateTime<Utc>) -> bool {
    let since = calls.first().map(|call| call.time());
    since.is_some_and(|since| before - since >= Duration::days(1))
        && hours(calls.iter().copied(), Some(before)).len() >= STEADY_HOURS
}

/// Whether calls, in order of time, are a habit: an inventory, a mailer, a build that makes users.
pub(in crate::investigation) fn is_habit(calls: &[&Event]) -> bool {
    let (Some(first), Some(last)) = (calls.first(), calls.last()) else {
        return false;
    };
    let days: BTreeSet<_> = calls.iter().map(|call| call.time().date_naive()).collect();
    days.len() >= HABIT_DAYS && last.time() - first.time() >= HABIT_SPAN
}

/// Calls in order of time, cut where there was a pause.
pub(in crate::investigation) fn bursts<'c, 'e>(calls: &'c [&'e Event]) -> impl Iterator<Item = &'c [&'e Event]> {
    calls.chunk_by(|a, b| b.time() - a.time() < PAUSE)
}
