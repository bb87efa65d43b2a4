//! Where in time the activity is: a bar of one line.

use chrono::{DateTime, Duration, Utc};
use ratatui::style::Style;
use ratatui::text::Span;

/// Finer than any terminal is wide, so that a bar of any width is read off it without looking at the events again.
const BUCKETS: usize = 512;

/// Whose calls they seem to be. Of a column, the worst one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    /// Judged expected, or like the real application.
    Expected,
    /// Nobody knows.
    Unknown,
    /// Judged malicious, or foreign.
    Attacker,
}

impl Who {
    /// All, the worst last.
    pub(crate) const ALL: [Self; 3] = [Self::Expected, Self::Unknown, Self::Attacker];

    /// The signs of a column from low to high: each of another kind, so that no colour is needed to tell them.
    pub(crate) fn levels(self) -> [&'static str; 8] {
        match self {
            Self::Expected => ["·", "·", "·", "░", "░", "░", "▒", "▒"],
            Self::Unknown => ["⡀", "⣀", "⣄", "⣤", "⣦", "⣶", "⣷", "⣿"],
            Self::Attacker => ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        }
    }

    /// In words.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Unknown => "unknown",
            Self::Attacker => "attacker",
        }
    }
}

/// A column of the bar: whose, and how high of 8; 0 where there is nothing.
pub(crate) type Column = (Who, usize);

/// Counts of events over a stretch of time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Density {
    bounds: Option<(DateTime<Utc>, DateTime<Utc>)>,
    counts: Vec<[u32; Who::ALL.len()]>,
}

impl Density {
    /// Counts calls, in any order.
    pub(crate) fn of(calls: &[(DateTime<Utc>, Who)]) -> Self {
        let times = || calls.iter().map(|(time, _)| *time);
        let mut density = Self::within(times().min().zip(times().max()));
        for (time, who) in calls {
            density.add(*time, *who);
        }
        density
    }

    /// A stretch of time of which nothing is known yet.
    pub(crate) fn within(bounds: Option<(DateTime<Utc>, DateTime<Utc>)>) -> Self {
        Self {
            bounds,
            counts: vec![[0; Who::ALL.len()]; BUCKETS],
        }
    }

    /// Counts a call.
    pub(crate) fn add(&mut self, time: DateTime<Utc>, who: Who) {
        let at = self.bucket(time);
        if let Some(counts) = self.counts.get_mut(at) {
            counts[who as usize] += 1;
        }
    }

    /// The first and the last time.
    pub(crate) fn bounds(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        self.bounds
    }

    /// Where a time falls in a bar of so many columns.
    pub(crate) fn place(&self, time: DateTime<Utc>, columns: usize) -> usize {
        self.bucket(time) * columns / BUCKETS
    }

    fn bucket(&self, time: DateTime<Utc>) -> usize {
        let Some((first, last)) = self.bounds else { return 0 };
        let whole = (last - first).num_milliseconds().max(1).unsigned_abs();
        let part = (time - first).max(Duration::zero()).num_milliseconds().unsigned_abs();
        // Chrono's times lie less than 2^54 milliseconds apart.
        let at = part * (BUCKETS as u64 - 1) / whole;
        usize::try_from(at).unwrap_or(usize::MAX).min(BUCKETS - 1)
    }

    /// The bar: a column is as high as its share of the busiest one, on a root scale so that quiet stretches show.
    pub(crate) fn columns(&self, columns: usize) -> Vec<Column> {
        let sums = self.sums(columns);
        let most = sums.iter().map(|(_, sum)| *sum).max().unwrap_or(0);
        sums.into_iter().map(|(who, sum)| (who, level(sum, most))).collect()
    }

    /// How many calls fall into each column, and whose they are.
    pub(crate) fn sums(&self, columns: usize) -> Vec<(Who, u32)> {
        let mut sums = vec![(Who::Expected, 0_u32); columns];
        for (at, counts) in self.counts.iter().enumerate() {
            let Some((whose, sum)) = sums.get_mut(at * columns / BUCKETS) else {
                continue;
            };
            for (who, count) in Who::ALL.into_iter().zip(counts) {
                if *count > 0 {
                    *whose = who.max(*whose);
                    *sum += count;
                }
            }
        }
        sums
    }

    /// When the nearest column with something in it begins, before or after that of a time; of the first and the last one
    /// nothing.
    pub(crate) fn next(&self, from: DateTime<Utc>, columns: usize, later: bool) -> Option<DateTime<Utc>> {
        let here = self.place(from, columns);
        let bar = self.columns(columns);
        let is_full = |at: &usize| bar[*at].1 > 0;
        let at = if later {
            (here + 1..columns).find(is_full)
        } else {
            (0..here).rev().find(is_full)
        }?;
        let (first, last) = self.bounds?;
        // The first moment that `place` puts into this column.
        let (mut low, mut high) = (0, (last - first).num_milliseconds());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.place(first + Duration::milliseconds(middle), columns) < at {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Some(first + Duration::milliseconds(low))
    }
}

/// How high a column is of 8, on a root scale.
pub(crate) fn level(sum: u32, most: u32) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a level between 0 and 8"
    )]
    let level = (f64::from(sum).sqrt() / f64::from(most.max(1)).sqrt() * 8.0).ceil() as usize;
    level.min(8)
}

/// Columns as text, each with the look of whose it is.
pub(crate) fn spans(columns: &[Column], look: impl Fn(Who) -> Style) -> Vec<Span<'static>> {
    let span = |(who, level): &Column| match level.checked_sub(1) {
        Some(level) => Span::styled(who.levels()[level], look(*who)),
        None => Span::raw(" "),
    };
    columns.iter().map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn at(second: i64) -> DateTime<Utc> {
        Utc.timestamp_opt(1_700_000_000 + second, 0).unwrap()
    }

    fn of(calls: &[(i64, Who)]) -> Density {
        Density::of(
            &calls
                .iter()
                .map(|(second, who)| (at(*second), *who))
                .collect::<Vec<_>>(),
        )
    }

    fn text(density: &Density, columns: usize) -> String {
        let bar = spans(&density.columns(columns), |_| Style::new());
        bar.iter().map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn the_bar_shows_the_ends_and_the_peak() {
        let mut calls = vec![(0, Who::Attacker), (100, Who::Attacker)];
        calls.extend((0..7).map(|_| (50, Who::Attacker)));
        let bar = text(&of(&calls), 11);
        assert_eq!(bar.chars().count(), 11);
        assert!(bar.starts_with('▄') && bar.ends_with('▄'), "{bar}");
        assert!(bar.contains('█'));
    }

    #[test]
    fn one_call_of_the_attacker_shows_among_many_others() {
        let mut calls: Vec<_> = (0..50).map(|at| (at % 5, Who::Expected)).collect();
        calls.extend([(2, Who::Attacker), (100, Who::Unknown)]);
        let bar = of(&calls).columns(2);
        assert_eq!((bar[0].0, bar[1].0), (Who::Attacker, Who::Unknown));
    }

    #[test]
    fn nothing_and_one_moment_are_no_trouble() {
        assert_eq!(text(&Density::default(), 5), "     ");
        assert_eq!(text(&of(&[(0, Who::Attacker)]), 3), "█  ");
        let two = of(&[(0, Who::Unknown), (10, Who::Unknown)]);
        assert_eq!((two.place(at(99), 5), two.place(at(-9), 5)), (4, 0));
        assert_eq!(Density::default().next(at(0), 5, true), None);
    }

    #[test]
    fn one_moves_from_full_column_to_full_column() {
        let density = of(&[
            (0, Who::Unknown),
            (48, Who::Unknown),
            (53, Who::Unknown),
            (100, Who::Unknown),
        ]);
        let next = |from: i64, later| density.next(at(from), 11, later);
        let there = next(0, true).expect("another column");
        assert!(there <= at(48) && density.place(there, 11) == density.place(at(48), 11));
        assert_eq!(next(53, true).map(|time| density.place(time, 11)), Some(10));
        assert_eq!(next(100, true), None);
        assert_eq!(next(53, false), Some(at(0)));
        assert_eq!(next(0, false), None);
    }
}
