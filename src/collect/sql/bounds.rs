//! How a query is bounded, so that it scans no more than it must.

use chrono::{DateTime, Days, NaiveDate, Utc};

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
    /// A partition that is written in this form (`yyyy/MM/dd`).
    Day(Name, String),
    /// Three partitions: year, month and day, in digits.
    Parts([Name; 3]),
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

    /// The same for whole days.
    pub(super) fn of_days(&self, first: NaiveDate, last: NaiveDate) -> Vec<String> {
        self.with_values(self.by_day(first, last).into_iter().collect())
    }

    /// Whether a shorter window makes a query scan less.
    pub(super) fn tell_days(&self) -> bool {
        self.days != By::Nothing
    }

    fn by_day(&self, first: NaiveDate, last: NaiveDate) -> Option<String> {
        match &self.days {
            By::Nothing => None,
            By::Time(name) => Some(format!(
                "{name} >= TIMESTAMP '{first} 00:00:00' AND {name} <= TIMESTAMP '{last} 23:59:59.999'"
            )),
            By::Day(name, form) => {
                let [first, last] = [first, last].map(|day| written(day, form));
                Some(format!("{name} BETWEEN {first} AND {last}"))
            }
            By::Parts([year, month, day]) => {
                let text = |name: &Name, digits| format!("lpad(CAST({name} AS varchar), {digits}, '0')");
                let whole = format!("{} || {} || {}", text(year, 4), text(month, 2), text(day, 2));
                let [from, until] = [first, last].map(|day| written(day, "yyyyMMdd"));
                // The year alone is what partitions are surely left out by.
                let years = format!(
                    "{} BETWEEN '{}' AND '{}'",
                    text(year, 4),
                    first.format("%Y"),
                    last.format("%Y")
                );
                Some(format!("{years} AND {whole} BETWEEN {from} AND {until}"))
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

/// A day as a partition is written: in Java's letters.
fn written(day: NaiveDate, form: &str) -> String {
    let form = form.replace("yyyy", &day.format("%Y").to_string());
    let form = form.replace("MM", &day.format("%m").to_string());
    let text = form.replace("dd", &day.format("%d").to_string());
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
