//! Times as people read them: UTC unless asked otherwise, and the zone always beside them.

use std::fmt::Display;

use chrono::format::{DelayedFormat, StrftimeItems};
use chrono::{DateTime, Duration, Local, Utc};

/// The zone that times are shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    /// As CloudTrail writes them.
    #[default]
    Utc,
    /// As the responder's machine says.
    Local,
}

impl Zone {
    /// The other zone.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Utc => Self::Local,
            Self::Local => Self::Utc,
        }
    }

    /// What to call it on screen: `UTC`, or `local +02:00` with the offset at that time.
    pub(super) fn name(self, at: DateTime<Utc>) -> String {
        match self {
            Self::Utc => "UTC".to_owned(),
            Self::Local => format!("local {}", at.with_timezone(&Local).format("%:z")),
        }
    }

    /// For the corner of the screen. Without an offset: summer and winter have different ones.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::Local => "local time",
        }
    }

    /// `2026-01-31 23:59:59`
    pub(super) fn full(self, time: DateTime<Utc>) -> String {
        self.write(time, "%Y-%m-%d %H:%M:%S")
    }

    /// `01-31 23:59:59`, where the year is clear.
    pub(super) fn short(self, time: DateTime<Utc>) -> String {
        self.write(time, "%m-%d %H:%M:%S")
    }

    /// `2026-01-31 23:59`
    pub(super) fn minute(self, time: DateTime<Utc>) -> String {
        self.write(time, "%Y-%m-%d %H:%M")
    }

    /// `01-31 23:59`
    pub(super) fn brief(self, time: DateTime<Utc>) -> String {
        self.write(time, "%m-%d %H:%M")
    }

    fn write(self, time: DateTime<Utc>, format: &str) -> String {
        fn text(formatted: &DelayedFormat<StrftimeItems<'_>>) -> String {
            let shown: &dyn Display = formatted;
            shown.to_string()
        }
        match self {
            Self::Utc => text(&time.format(format)),
            Self::Local => text(&time.with_timezone(&Local).format(format)),
        }
    }
}

/// A length of time in its largest two units: `3 d 4 h`, `12 min`, `5 s`.
pub(super) fn span(length: Duration) -> String {
    let seconds = length.num_seconds().abs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, m) => format!("{m} min"),
        (0, h, 0) => format!("{h} h"),
        (0, h, m) => format!("{h} h {m} min"),
        (d, 0, _) => format!("{d} d"),
        (d, h, _) => format!("{d} d {h} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn spans_keep_two_units() {
        for (seconds, text) in [
            (5, "5 s"),
            (720, "12 min"),
            (3600, "1 h"),
            (3_660, "1 h 1 min"),
            (86_400, "1 d"),
            (273_700, "3 d 4 h"),
        ] {
            assert_eq!(span(Duration::seconds(seconds)), text);
        }
    }

    #[test]
    fn utc_is_written_with_its_name() {
        let time = Utc.with_ymd_and_hms(2026, 1, 31, 23, 59, 58).unwrap();
        assert_eq!(Zone::Utc.full(time), "2026-01-31 23:59:58");
        assert_eq!(Zone::Utc.short(time), "01-31 23:59:58");
        assert_eq!(Zone::Utc.name(time), "UTC");
    }
}
