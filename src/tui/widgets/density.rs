//! Where in time the activity is: a bar of one line.

use chrono::{DateTime, Duration, Utc};
use ratatui::style::Style;
use ratatui::text::Span;

/// Finer than any terminal is wide, so that a bar of any width is read off it without looking at the events again.
const BUCKETS: usize = 512;

const LEVELS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Counts of events over a stretch of time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Density {
    bounds: Option<(DateTime<Utc>, DateTime<Utc>)>,
    counts: Vec<u32>,
}

impl Density {
    /// Counts times, in any order.
    pub(crate) fn of(times: &[DateTime<Utc>]) -> Self {
        let bounds = times.iter().copied().min().zip(times.iter().copied().max());
        let mut density = Self {
            bounds,
            counts: vec![0; BUCKETS],
        };
        for time in times {
            let at = density.place(*time, BUCKETS);
            density.counts[at] += 1;
        }
        density
    }

    /// The first and the last time.
    pub(crate) fn bounds(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        self.bounds
    }

    /// Where a time falls in a bar of so many columns.
    pub(crate) fn place(&self, time: DateTime<Utc>, columns: usize) -> usize {
        let Some((first, last)) = self.bounds else { return 0 };
        let whole = (last - first).num_milliseconds().max(1).unsigned_abs();
        let part = (time - first).max(Duration::zero()).num_milliseconds().unsigned_abs();
        let at = u128::from(part) * columns.saturating_sub(1) as u128 / u128::from(whole);
        usize::try_from(at).unwrap_or(usize::MAX).min(columns.saturating_sub(1))
    }

    /// The bar: a column is as high as its share of the busiest one, on a root scale so that quiet stretches show.
    pub(crate) fn bar(&self, columns: usize, style: Style) -> Vec<Span<'static>> {
        let mut sums = vec![0_u32; columns];
        for (at, count) in self.counts.iter().enumerate() {
            if let Some(sum) = sums.get_mut(at * columns / BUCKETS) {
                *sum += count;
            }
        }
        let most = f64::from(sums.iter().copied().max().unwrap_or(0).max(1)).sqrt();
        sums.into_iter()
            .map(|sum| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a level between 0 and 8"
                )]
                let level = (f64::from(sum).sqrt() / most * 8.0).ceil() as usize;
                Span::styled(LEVELS[level.min(8)], style)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn at(second: i64) -> DateTime<Utc> {
        Utc.timestamp_opt(1_700_000_000 + second, 0).unwrap()
    }

    fn text(density: &Density, columns: usize) -> String {
        density
            .bar(columns, Style::new())
            .iter()
            .map(|s| s.content.as_ref())
            .collect()
    }

    #[test]
    fn the_bar_shows_the_ends_and_the_peak() {
        let mut times = vec![at(0), at(100)];
        times.extend((0..7).map(|_| at(50)));
        let bar = text(&Density::of(&times), 11);
        assert_eq!(bar.chars().count(), 11);
        assert!(bar.starts_with('▄') && bar.ends_with('▄'), "{bar}");
        assert!(bar.contains('█'));
    }

    #[test]
    fn nothing_and_one_moment_are_no_trouble() {
        assert_eq!(text(&Density::default(), 5), "     ");
        assert_eq!(text(&Density::of(&[at(0)]), 3), "█  ");
        assert_eq!(Density::of(&[at(0), at(10)]).place(at(99), 5), 4);
        assert_eq!(Density::of(&[at(0), at(10)]).place(at(-9), 5), 0);
    }
}
