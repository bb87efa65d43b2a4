//! Days without log files between days with some.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::investigation::fact::{FileOutcome, FileReport, Problem};

/// The days of which there are log files.
#[derive(Debug, Default)]
pub(super) struct Days(BTreeMap<(Arc<str>, Arc<str>), BTreeSet<NaiveDate>>);

impl Days {
    /// There are log files of this day.
    pub(super) fn add(&mut self, account: &Arc<str>, region: &Arc<str>, day: NaiveDate) {
        let days = self.0.entry((account.clone(), region.clone())).or_default();
        days.insert(day);
    }

    /// What is missing, account by account. A day on which no region has any is a hole in the log; where a single
    /// region has none, perhaps nothing happened there. `all_regions`: whether all were listed.
    pub(super) fn missing(&self, bucket: &str, all_regions: bool) -> Vec<FileReport> {
        let mut of_account: BTreeMap<&Arc<str>, BTreeSet<NaiveDate>> = BTreeMap::new();
        for ((account, _), days) in &self.0 {
            of_account.entry(account).or_default().extend(days);
        }
        let mut holes: BTreeMap<&Arc<str>, BTreeSet<NaiveDate>> = BTreeMap::new();
        if all_regions {
            holes.extend(of_account.iter().map(|(&account, days)| (account, between(days))));
        }
        let whole = holes.iter().map(|(account, days)| {
            let reason = "no log files of any region: the trail did not log, or they were removed";
            report(bucket, FileOutcome::Missing, account, None, days, reason)
        });
        let single = self.0.iter().map(|((account, region), days)| {
            let mut days = between(days);
            days.retain(|day| !holes.get(account).is_some_and(|holes| holes.contains(day)));
            let reason = "no log files, though there are some before and after: nothing happened, or they were removed";
            report(bucket, FileOutcome::Nothing, account, Some(region), &days, reason)
        });
        whole.chain(single).flatten().collect()
    }
}

/// The days between the first and the last that are not there.
fn between(days: &BTreeSet<NaiveDate>) -> BTreeSet<NaiveDate> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return BTreeSet::new();
    };
    let all = first.iter_days().take_while(|day| day <= last);
    all.filter(|day| !days.contains(day)).collect()
}

fn report(
    bucket: &str,
    outcome: FileOutcome,
    account: &str,
    region: Option<&str>,
    days: &BTreeSet<NaiveDate>,
    reason: &str,
) -> Option<FileReport> {
    let mut spans: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for &day in days {
        match spans.last_mut() {
            Some((_, last)) if last.succ_opt() == Some(day) => *last = day,
            _ => spans.push((day, day)),
        }
    }
    let place = |(first, last): &(NaiveDate, NaiveDate)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first} to {last}")
        }
    };
    let mut problems: Vec<Problem> = spans
        .iter()
        .take(FileReport::MOST_PROBLEMS)
        .map(|span| Problem {
            place: place(span),
            reason: reason.to_owned(),
        })
        .collect();
    if let (Some(last), Some(span)) = (problems.last_mut(), spans.get(FileReport::MOST_PROBLEMS - 1..))
        && let [first, .., end] = span
    {
        last.place = format!("many times from {} to {}", first.0, end.1);
    }
    let region = region.map(|region| format!(", {region}")).unwrap_or_default();
    let path = format!("s3://{bucket}, account {account}{region}");
    (!problems.is_empty()).then(|| place_report(path.into(), outcome, problems))
}

/// What is said of a place that is no file.
pub(super) fn place_report(path: Arc<str>, outcome: FileOutcome, problems: Vec<Problem>) -> FileReport {
    FileReport {
        path,
        sha256: String::new(),
        bytes: 0,
        outcome,
        records: 0,
        problems,
        broken: 0,
        regions: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(days: &[(&str, u32)], all_regions: bool) -> Vec<(FileOutcome, String, Vec<String>)> {
        let mut of = Days::default();
        for (region, day) in days {
            let day = NaiveDate::from_ymd_opt(2026, 1, *day).unwrap();
            of.add(&"111122223333".into(), &(*region).into(), day);
        }
        let reports = of.missing("logs", all_regions).into_iter();
        reports
            .map(|report| {
                let places = report.problems.into_iter().map(|problem| problem.place).collect();
                (report.outcome, report.path.to_string(), places)
            })
            .collect()
    }

    #[test]
    fn a_day_without_files_in_any_region_is_missing_and_in_one_region_only_said() {
        let days = [("a-1", 1), ("a-1", 2), ("a-1", 5), ("a-1", 6), ("b-1", 1), ("b-1", 6)];
        let account = "s3://logs, account 111122223333".to_owned();
        let region = |name: &str| format!("{account}, {name}");
        let place = |text: &str| text.to_owned();
        assert_eq!(
            missing(&days, true),
            [
                (
                    FileOutcome::Missing,
                    account.clone(),
                    vec![place("2026-01-03 to 2026-01-04")]
                ),
                (
                    FileOutcome::Nothing,
                    region("b-1"),
                    vec![place("2026-01-02"), place("2026-01-05")]
                ),
            ]
        );
        let outcomes: Vec<_> = missing(&days, false).into_iter().map(|(outcome, ..)| outcome).collect();
        assert_eq!(
            outcomes,
            [FileOutcome::Nothing; 2],
            "what other regions hold was not asked"
        );
    }

    #[test]
    fn what_comes_before_the_first_file_and_after_the_last_is_not_missing() {
        assert_eq!(missing(&[("a-1", 3), ("a-1", 4), ("b-1", 3)], true), []);
    }
}
