//! How CloudTrail lays out a bucket, told from keys alone.
//!
//! ```text
//! [prefix/]AWSLogs/[o-orgid/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/name.json.gz
//! ```
//!
//! Control Tower's prefix is the id of the organisation. Digests, Insights and network activity lie beside
//! `CloudTrail/`, under names of their own, and are never listed.

use std::sync::Arc;

use chrono::{Days, NaiveDate};

use crate::collect::hunt::Window;

/// Which folder of the layout something is. In the order in which they lie in each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Above `AWSLogs/`; so many folders below the place that was named.
    Above(u8),
    /// `AWSLogs/`
    Logs,
    /// `o-orgid/`
    Organisation,
    /// The account's folder.
    Account,
    /// `CloudTrail/`
    Service,
    /// The region's folder.
    Region,
    /// `YYYY/`
    Year,
    /// `MM/`
    Month,
    /// `DD/`
    Day,
}

/// `AWSLogs/` is looked for so many folders below the place that was named: Control Tower's is one below.
const DEEPEST: u8 = 2;

/// A folder in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    /// With the slash at its end; empty for the whole bucket.
    pub prefix: String,
    pub level: Level,
    pub account: Option<Arc<str>>,
    pub region: Option<Arc<str>>,
    /// Year, month and day, as far as the folder tells them.
    date: Vec<u32>,
}

impl Folder {
    /// The folder of this prefix; `None` if it lies beside what CloudTrail writes its log files to.
    pub(super) fn of(prefix: &str) -> Option<Self> {
        let whole = Self {
            prefix: String::new(),
            level: Level::Above(0),
            account: None,
            region: None,
            date: Vec::new(),
        };
        let names = prefix.split_terminator('/');
        names.into_iter().try_fold(whole, |folder, name| {
            let mut folder = folder.child(name)?;
            if let Level::Above(depth) = &mut folder.level {
                *depth = 0;
            }
            Some(folder)
        })
    }

    /// Whatever begins so, all of which is read.
    pub(super) fn whatever(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
            level: Level::Day,
            account: None,
            region: None,
            date: Vec::new(),
        }
    }

    /// Whether an object whose key begins like the folder lies in it, or is what was named itself.
    pub(super) fn holds(&self, key: &str) -> bool {
        let rest = key.strip_prefix(&self.prefix);
        rest.is_some_and(|rest| self.prefix.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
    }

    /// The folder of this name in it, if CloudTrail's log files lie there.
    pub(super) fn child(&self, name: &str) -> Option<Self> {
        let is_number = |digits: usize| name.len() == digits && name.bytes().all(|byte| byte.is_ascii_digit());
        let level = match self.level {
            Level::Above(_) if name == "AWSLogs" => Level::Logs,
            Level::Above(depth) if depth < DEEPEST => Level::Above(depth + 1),
            Level::Logs if name.starts_with("o-") => Level::Organisation,
            Level::Logs | Level::Organisation if is_number(12) => Level::Account,
            Level::Account if name == "CloudTrail" => Level::Service,
            Level::Service if name.contains('-') => Level::Region,
            Level::Region if is_number(4) => Level::Year,
            Level::Year if is_number(2) => Level::Month,
            Level::Month if is_number(2) => Level::Day,
            _ => return None,
        };
        let mut child = Self {
            prefix: format!("{}{name}/", self.prefix),
            level,
            ..self.clone()
        };
        match level {
            Level::Account => child.account = Some(name.into()),
            Level::Region => child.region = Some(name.into()),
            Level::Year | Level::Month | Level::Day => child.date.push(name.parse().ok()?),
            _ => {}
        }
        (level < Level::Day || child.day().is_some()).then_some(child)
    }

    /// The day whose files it holds.
    pub(super) fn day(&self) -> Option<NaiveDate> {
        let &[year, month, day] = self.date.as_slice() else {
            return None;
        };
        NaiveDate::from_ymd_opt(year.try_into().ok()?, month, day)
    }

    /// The first and the last day that may be in it; `None` if it does not tell.
    fn span(&self) -> Option<(NaiveDate, NaiveDate)> {
        let year = i32::try_from(*self.date.first()?).ok()?;
        let (first, last) = match self.date.get(1..)? {
            [] => ((1, 1), (12, 31)),
            [month] => ((*month, 1), (*month, 31)),
            [month, day, ..] => ((*month, *day), (*month, *day)),
        };
        // The last day of a month, whichever that is.
        let last_day = (28..=last.1)
            .rev()
            .find_map(|day| NaiveDate::from_ymd_opt(year, last.0, day));
        let from = NaiveDate::from_ymd_opt(year, first.0, first.1)?;
        Some((from, last_day.unwrap_or(from)))
    }
}

/// What of a bucket is asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// Days by which files are filed; `None` is no bound.
    since: Option<NaiveDate>,
    until: Option<NaiveDate>,
    /// Only these regions.
    pub regions: Option<Vec<String>>,
}

impl Scope {
    /// A file lies under the day of its delivery: what happened before midnight may be in a file of the day after.
    pub(super) fn new(window: Window, regions: Option<Vec<String>>) -> Self {
        Self {
            since: window.since.map(|since| since.date_naive()),
            until: window
                .until
                .and_then(|until| until.date_naive().checked_add_days(Days::new(1))),
            regions,
        }
    }

    /// Whether something in this folder may be asked for.
    pub(super) fn holds(&self, folder: &Folder) -> bool {
        let of_region = match (&self.regions, &folder.region) {
            (Some(regions), Some(region)) => regions.iter().any(|wanted| **wanted == **region),
            _ => true,
        };
        let in_time = folder.span().is_none_or(|(first, last)| {
            self.since.is_none_or(|since| last >= since) && self.until.is_none_or(|until| first <= until)
        });
        of_region && in_time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_layouts_tell_account_region_and_day() {
        let tail = "111122223333/CloudTrail/eu-west-1/2026/05/21/";
        for head in [
            "AWSLogs/",
            "some/prefix/AWSLogs/",
            "AWSLogs/o-abc123/",
            "o-abc123/AWSLogs/o-abc123/",
        ] {
            let folder = Folder::of(&format!("{head}{tail}")).unwrap();
            assert_eq!(folder.level, Level::Day, "{head}");
            assert_eq!(folder.account.as_deref(), Some("111122223333"), "{head}");
            assert_eq!(folder.region.as_deref(), Some("eu-west-1"), "{head}");
            assert_eq!(folder.day(), NaiveDate::from_ymd_opt(2026, 5, 21), "{head}");
        }
    }

    #[test]
    fn what_lies_beside_the_log_files_is_not_theirs() {
        for prefix in [
            "AWSLogs/111122223333/CloudTrail-Digest/",
            "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/",
            "AWSLogs/111122223333/Config/",
            "AWSLogs/elasticloadbalancing/",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/13/45/",
        ] {
            assert_eq!(Folder::of(prefix), None, "{prefix}");
        }
    }

    #[test]
    fn a_window_takes_its_days_and_the_one_after_it() {
        let time = |text: &str| Some(text.parse().unwrap());
        let window = Window {
            since: time("2026-01-31T10:00:00Z"),
            until: time("2026-02-02T00:00:00Z"),
        };
        let scope = Scope::new(window, Some(vec!["eu-west-1".to_owned()]));
        let holds = |tail: &str| {
            let folder = Folder::of(&format!("AWSLogs/111122223333/CloudTrail/{tail}"));
            scope.holds(&folder.unwrap())
        };
        for within in [
            "eu-west-1/",
            "eu-west-1/2026/",
            "eu-west-1/2026/01/",
            "eu-west-1/2026/02/",
            "eu-west-1/2026/01/31/",
            "eu-west-1/2026/02/03/",
        ] {
            assert!(holds(within), "{within}");
        }
        for outside in [
            "us-east-1/",
            "eu-west-1/2025/",
            "eu-west-1/2026/03/",
            "eu-west-1/2026/01/30/",
            "eu-west-1/2026/02/04/",
        ] {
            assert!(!holds(outside), "{outside}");
        }
    }
}
