//! How fast requests go out in one region, and how long answers take there.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Waits after refusals grow up to 2 to this power, in intervals.
const LONGEST: u32 = 4;
/// Each refusal makes the interval longer by this part of the one it began with, up to eight times.
const SLOWER: u32 = 64;

/// What counts as lately.
const LATELY: Duration = Duration::from_secs(10);

/// The rate of one region.
#[derive(Debug)]
pub(super) struct Pace {
    /// As configured.
    begun_with: Duration,
    interval: Duration,
    next: Instant,
    /// Refusals in a row: others share the allowance.
    refused: u32,
    /// When requests went out lately.
    lately: VecDeque<Instant>,
}

impl Pace {
    pub(super) fn new(interval: Duration, now: Instant) -> Self {
        Self {
            begun_with: interval,
            interval,
            next: now,
            refused: 0,
            lately: VecDeque::new(),
        }
    }

    /// When the next request may go out.
    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// A request went out. Time that was not used is not saved up: two requests at once would use the allowance up, and a
    /// third one that is a hair early would be refused.
    pub(super) fn sent(&mut self, now: Instant) {
        self.next = self.next.max(now) + self.interval;
        self.lately.push_back(now);
        while self.lately.front().is_some_and(|sent| now - *sent > LATELY) {
            self.lately.pop_front();
        }
    }

    /// Requests a second, lately.
    #[expect(clippy::cast_precision_loss, reason = "a few requests a second")]
    pub(super) fn rate(&self, now: Instant) -> f64 {
        let lately = self.lately.iter().filter(|sent| now - **sent <= LATELY);
        lately.count() as f64 / LATELY.as_secs_f64()
    }

    /// How long so many requests take.
    pub(super) fn time_for(&self, requests: u64) -> Duration {
        self.interval
            .saturating_mul(u32::try_from(requests).unwrap_or(u32::MAX))
    }

    /// There was an answer.
    pub(super) fn answered(&mut self) {
        self.refused = 0;
    }

    /// There were too many requests.
    pub(super) fn refused(&mut self, now: Instant) {
        self.refused = (self.refused + 1).min(LONGEST);
        self.interval = (self.interval + self.begun_with / SLOWER).min(self.begun_with * 9 / 8);
        self.wait(now, self.interval * 2_u32.pow(self.refused));
    }

    /// Something went wrong for the nth time: a pause that grows.
    pub(super) fn failed(&mut self, now: Instant, times: u32) {
        self.wait(now, self.interval * 2_u32.pow(times.min(LONGEST + 1)));
    }

    /// Nothing goes out for so long.
    pub(super) fn wait(&mut self, now: Instant, time: Duration) {
        self.next = self.next.max(now + time);
    }
}

/// How long an answer usually takes.
#[derive(Debug, Default)]
pub(super) struct Usual(Option<Duration>);

impl Usual {
    /// An answer took so long. The last ten or so count.
    pub(super) fn took(&mut self, time: Duration) {
        self.0 = Some(self.0.map_or(time, |usual| (usual * 9 + time) / 10));
    }

    /// The mean; `None` before the first answer.
    pub(super) fn time(&self) -> Option<Duration> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn never_more_than_one_request_an_interval_even_after_a_rest() {
        let begun = Instant::now();
        let mut pace = Pace::new(SECOND, begun);
        let later = begun + SECOND * 10;
        pace.sent(later);
        assert_eq!(pace.next() - later, SECOND);
    }

    #[test]
    fn refusals_in_a_row_wait_longer_and_an_answer_ends_the_row() {
        let mut now = Instant::now();
        let mut pace = Pace::new(SECOND, now);
        let mut refused = |pace: &mut Pace| {
            pace.refused(now);
            let wait = pace.next() - now;
            now += wait;
            wait
        };
        let waits = [(); 3].map(|()| refused(&mut pace));
        assert!(waits[0] < waits[1] && waits[1] < waits[2], "{waits:?}");
        pace.answered();
        assert!(refused(&mut pace) < waits[1]);
    }
}
