//! How a query is bounded, so that it scans no more than it must.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use super::text::{Literal, Name, list};

/// The events that are asked for: both ends are meant, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first second.
    pub from: DateTime<Utc>,
    /// The last second.
    pub until: DateTime<Utc>,
}

impl Window {
    /// The days whose logs hold its events. What happens at the end of a day is delivered on the next.
    pub(super) fn days(&self) -> (NaiveDate, NaiveDate) {
        let last = self.until.date_naive();
        (
            self.from.date_naive(),
            last.checked_add_days(Days::new(1)).unwrap_or(last),
        )
    }
}

/// What bounds a query of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::collect) struct Bounds {
    /// By what days are told apart.
    pub days: By,
    /// The text column in which the time of an event stands as CloudTrail writes it.
    pub time: Option<Name>,
    /// Partitions that are asked for by one value a query, with their values.
    pub each: Vec<(Name, Vec<Literal>)>,
    /// Partitions of which these values are asked for.
    pub among: Vec<(Name, Vec<Literal>)>,
}

/// By what the days of a table are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::collect) enum By {
    /// The time of the event.
    Time(Name),
    /// A partition that is written in this form (`yyyy/MM/dd`), in which texts have the order of time.
    Day(Name, String),
    /// A partition in which days stand, year, month, day, in a form that nobody says.
    Digits(Name),
    /// Three partitions: year, month and day, in digits; whether the year is a number, not a text.
    Parts([Name; 3], bool),
    /// Nothing: every query scans the whole table.
    Nothing,
}

impl Bounds {
    /// The conditions that together hold the window: one query each.
    pub(super) fn of(&self, window: Window) -> Vec<String> {
        let (first, last) = window.days();
        let at = |time: DateTime<Utc>, form: &str| format!("'{}'", time.format(form));
        let times = match (&self.days, &self.time) {
            (By::Time(name), _) => {
                let form = "%Y-%m-%d %H:%M:%S";
                let (from, until) = (at(window.from, form), at(window.until, "%Y-%m-%d %H:%M:%S.999"));
                return self.with_values(vec![format!(
                    "{name} >= TIMESTAMP {from} AND {name} <= TIMESTAMP {until}"
                )]);
            }
            (_, Some(name)) => {
                // `Z` comes after the fraction that a time may have.
                let (from, until) = (
                    at(window.from, "%Y-%m-%dT%H:%M:%S"),
                    at(window.until, "%Y-%m-%dT%H:%M:%SZ"),
                );
                Some(format!("{name} >= {from} AND {name} <= {until}"))
            }
            (_, None) => None,
        };
        self.with_values(self.by_day(first, last).into_iter().chain(times).collect())
    }

    /// The same for whole days, for a sample: without what is read because it does not look like a day.
    pub(super) fn of_days(&self, first: NaiveDate, last: NaiveDate) -> Vec<String> {
        let days = match &self.days {
            By::Digits(name) => Some(digits_between(name, first, last)),
            _ => self.by_day(first, last),
        };
        self.with_values(days.into_iter().collect())
    }

    /// Whether a shorter window makes a query scan less.
    pub(super) fn tell_days(&self) -> bool {
        self.days != By::Nothing
    }

    /// Whether the form of days is only guessed, so that a sample without any says nothing.
    pub(super) fn guess_days(&self) -> bool {
        matches!(self.days, By::Digits(_))
    }

    fn by_day(&self, first: NaiveDate, last: NaiveDate) -> Option<String> {
        match &self.days {
            By::Nothing => None,
            By::Time(name) => Some(format!(
                "{name} >= TIMESTAMP '{first} 00:00:00' AND {name} <= TIMESTAMP '{last} 23:59:59.999'"
            )),
            By::Day(name, form) => {
                let [first, last] = [(first, "00"), (last, "59")].map(|(day, time)| written(day, form, time));
                Some(format!("{name} BETWEEN {first} AND {last}"))
            }
            By::Digits(name) => {
                let days = digits_between(name, first, last);
                // What does not look like a day is read.
                Some(format!("(NOT regexp_like(CAST({name} AS varchar), '{DAY}') OR {days})"))
            }
            By::Parts([year, month, day], is_number) => {
                let text = |name: &Name, length| format!("lpad(CAST({name} AS varchar), {length}, '0')");
                let whole = format!("{} || {} || {}", text(year, 4), text(month, 2), text(day, 2));
                let [from, until] = [first, last].map(digits);
                // The year alone, as it stands there, leaves partitions out before any is looked at.
                let quote = if *is_number { "" } else { "'" };
                let years = list((first.year()..=last.year()).map(|year| format!("{quote}{year}{quote}")));
                Some(format!("{year} IN ({years}) AND {whole} BETWEEN {from} AND {until}"))
            }
        }
    }

    fn with_values(&self, mut conditions: Vec<String>) -> Vec<String> {
        conditions.extend(
            self.among
                .iter()
                .map(|(name, values)| format!("{name} IN ({})", list(values))),
        );
        let mut all = vec![if conditions.is_empty() {
            "TRUE".to_owned()
        } else {
            conditions.join(" AND ")
        }];
        for (name, values) in &self.each {
            let with = |before: &String| {
                values
                    .iter()
                    .map(|value| format!("{before} AND {name} = {value}"))
                    .collect::<Vec<_>>()
            };
            all = all.iter().flat_map(with).collect();
        }
        all
    }
}

/// How a text begins that is a day, with or without signs between year, month and day.
const DAY: &str = "^20[0-9]{2}[^0-9]?[0-9]{2}[^0-9]?[0-9]{2}";

/// Whether the first eight digits of a partition are one of these days.
fn digits_between(name: &Name, first: NaiveDate, last: NaiveDate) -> String {
    let [first, last] = [first, last].map(digits);
    format!("substr(regexp_replace(CAST({name} AS varchar), '[^0-9]', ''), 1, 8) BETWEEN {first} AND {last}")
}

fn digits(day: NaiveDate) -> String {
    format!("'{}'", day.format("%Y%m%d"))
}

/// Whether texts of this form, in Java's letters, have the order of time: the year first, then what is shorter, each in two
/// digits.
pub(in crate::collect) fn is_ordered(form: &str) -> bool {
    let is_sign = |c: char| !c.is_alphanumeric() && c != '\'';
    let Some(mut rest) = form.strip_prefix("yyyy") else {
        return false;
    };
    for part in ["MM", "dd", "HH", "mm", "ss"] {
        let Some(after) = rest.trim_start_matches(is_sign).strip_prefix(part) else {
            break;
        };
        rest = after;
    }
    rest.chars().all(is_sign)
}

/// A day as a partition is written: in Java's letters. Where hours are told apart, this is its first (`00`) or its last (`59`).
fn written(day: NaiveDate, form: &str, time: &str) -> String {
    let hour = if time == "00" { "00" } else { "23" };
    let year = day.format("%Y").to_string();
    let (month, date) = (day.format("%m").to_string(), day.format("%d").to_string());
    let parts = [
        ("yyyy", &*year),
        ("MM", &month),
        ("dd", &date),
        ("HH", hour),
        ("mm", time),
        ("ss", time),
    ];
    let text = parts
        .iter()
        .fold(form.to_owned(), |text, (letters, digits)| text.replace(letters, digits));
    Literal::new(&text).map_or_else(|| "''".to_owned(), |literal| literal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn window() -> Window {
        let at = |text: &str| text.parse().unwrap();
        Window {
            from: at("2026-03-04T10:00:00Z"),
            until: at("2026-03-06T23:59:59Z"),
        }
    }

    #[test]
    fn a_partition_of_days_is_asked_to_the_day_after_the_last_event() {
        let bounds = Bounds {
            days: By::Day(name("timestamp"), "yyyy/MM/dd".to_owned()),
            time: Some(name("eventtime")),
            each: Vec::new(),
            among: Vec::new(),
        };
        assert_eq!(
            bounds.of(window()),
            [
                "\"timestamp\" BETWEEN '2026/03/04' AND '2026/03/07' AND \"eventtime\" >= '2026-03-04T10:00:00' AND \
              \"eventtime\" <= '2026-03-06T23:59:59Z'"
            ]
        );
    }

    #[test]
    fn a_partition_that_wants_one_value_is_asked_once_for_each() {
        let values = |texts: &[&str]| texts.iter().filter_map(|text| Literal::new(text)).collect::<Vec<_>>();
        let bounds = Bounds {
            days: By::Nothing,
            time: None,
            each: vec![
                (name("account"), values(&["1"])),
                (name("region"), values(&["a", "b'"])),
            ],
            among: Vec::new(),
        };
        assert_eq!(
            bounds.of(window()),
            [
                "TRUE AND \"account\" = '1' AND \"region\" = 'a'",
                "TRUE AND \"account\" = '1' AND \"region\" = 'b'''"
            ]
        );
    }

    #[test]
    fn lake_is_bounded_by_the_time_of_the_event() {
        let bounds = Bounds {
            days: By::Time(name("eventtime")),
            time: None,
            each: Vec::new(),
            among: Vec::new(),
        };
        assert_eq!(
            bounds.of(window()),
            [
                "\"eventtime\" >= TIMESTAMP '2026-03-04 10:00:00' AND \"eventtime\" <= TIMESTAMP '2026-03-06 23:59:59.999'"
            ]
        );
    }
}
