//! The reading of one question in one region, cut into slices of time.
//!
//! An answer holds the newest 50 events and a token for the next ones, so a single chain of tokens goes no faster than
//! one answer after the other: an eighth of what the API permits, where an answer takes four seconds. A walk therefore
//! reads several slices of the window side by side, each with its own chain. Wherever a request could be sent and no
//! chain is ready for one, the slice with most left to read is cut in two. The chain that was reading it goes on, since a
//! token is bound to its parameters, and stops where the new slice ends. Where nothing is worth a cut, a request whose
//! answer is slow can be sent a second time; the first answer counts.
//!
//! Times are whole seconds since the epoch, as the API counts them, and both ends of a slice belong to it.

use std::ops::RangeInclusive;

/// Events in a full answer.
pub(super) const PAGE: u64 = 50;
/// A slice with fewer events left than this is not worth another request.
const WORTH_A_CUT: u64 = PAGE + PAGE / 5;
/// A new slice is cut for whole answers, with a little room: one event more would need another request.
const CUT_FOR: u64 = PAGE - 3;
/// With more events left than this, the newest come first; below it, whatever is done last.
const BUSY: u64 = 20_000;
/// What is left is told from this many events on: a burst of yesterday says little about the months before.
const TELLING: u64 = 2_000;
/// Seconds of a slice that are not cut further.
const SHORTEST: i64 = 120;

/// One request to send.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Ask {
    /// Which slice it is for.
    pub slice: usize,
    /// The bounds of the chain it belongs to: the same for all its requests.
    pub from: i64,
    /// See `from`.
    pub until: i64,
    /// Where the chain goes on.
    pub token: Option<String>,
}

/// What an answer held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// Events in it.
    pub events: u64,
    /// The time of the oldest one.
    pub oldest: Option<i64>,
    /// Where the chain goes on; `None` at its end.
    pub token: Option<String>,
}

#[derive(Debug)]
enum State {
    /// The next request can be sent.
    Ready(Option<String>),
    /// The answer to the request with this token is awaited.
    Asked(Option<String>),
    Done,
}

#[derive(Debug)]
struct Slice {
    /// The bounds its chain was begun with.
    chain: RangeInclusive<i64>,
    /// Where it stops; later than the chain's own start once the slice was cut.
    from: i64,
    /// Everything later than this was read, up to the end of the chain. May lack some of this second.
    reached: i64,
    seen: u64,
    state: State,
}

impl Slice {
    fn new(bounds: RangeInclusive<i64>) -> Self {
        Self {
            from: *bounds.start(),
            reached: *bounds.end() + 1,
            chain: bounds,
            seen: 0,
            state: State::Ready(None),
        }
    }

    fn left(&self) -> i64 {
        self.reached - self.from
    }

    fn read(&self) -> i64 {
        self.chain.end() + 1 - self.reached
    }

    /// Whether this is the request whose answer is awaited. It was answered already if it was sent twice.
    fn awaits(&self, ask: &Ask) -> bool {
        let is_of_chain = self.chain == (ask.from..=ask.until);
        is_of_chain && matches!(&self.state, State::Asked(token) if *token == ask.token)
    }
}

/// The reading of one question in one region.
#[derive(Debug)]
pub(super) struct Walk {
    slices: Vec<Slice>,
    /// Whether it is cut before anything is known of it: a busy key is expected.
    eager: bool,
    /// Of a busy key, these seconds are read first.
    first: Option<RangeInclusive<i64>>,
}

impl Walk {
    /// A walk through `parts` of the window that were not read yet.
    pub(super) fn new(parts: Vec<RangeInclusive<i64>>, eager: bool) -> Self {
        Self {
            slices: parts.into_iter().map(Slice::new).collect(),
            eager,
            first: None,
        }
    }

    /// The same walk, which reads some seconds before others if there is very much to read.
    pub(super) fn with_first(mut self, first: RangeInclusive<i64>) -> Self {
        let parts = self.slices.iter().flat_map(|slice| cut_out(&slice.chain, &first));
        self.slices = parts.map(Slice::new).collect();
        self.first = Some(first);
        self
    }

    /// The next request, if a chain is ready for one.
    pub(super) fn next(&mut self) -> Option<Ask> {
        let number = self.first(|slice| matches!(slice.state, State::Ready(_)))?;
        let slice = &mut self.slices[number];
        let State::Ready(token) = &mut slice.state else {
            return None;
        };
        let token = token.take();
        slice.state = State::Asked(token.clone());
        Some(Ask {
            slice: number,
            from: *slice.chain.start(),
            until: *slice.chain.end(),
            token,
        })
    }

    /// Cuts a slice in two, and gives the request for the new one; `None` if no cut is worth it.
    pub(super) fn cut(&mut self) -> Option<Ask> {
        let number = self.first(|slice| {
            let is_long = !matches!(slice.state, State::Done) && slice.left() > SHORTEST;
            is_long && self.expected(slice) >= WORTH_A_CUT
        })?;
        let known = self.known(&self.slices[number]);
        let slice = &mut self.slices[number];
        let half = slice.left() / 2;
        let lower = known.map_or(half, |events| {
            // The answer under way stays with its slice; of the rest, whole answers.
            let answers = (events.saturating_sub(PAGE) / 2 / PAGE).max(1);
            let seconds = i128::from(slice.left()) * i128::from(answers * CUT_FOR) / i128::from(events.max(1));
            i64::try_from(seconds).map_or(half, |seconds| seconds.min(half))
        });
        let (from, until) = (slice.from, slice.from + lower);
        slice.from = until + 1;
        let mut new = Slice::new(from..=until);
        new.state = State::Asked(None);
        self.slices.push(new);
        Some(Ask {
            slice: self.slices.len() - 1,
            from,
            until,
            token: None,
        })
    }

    /// The slice that comes first among those that fit.
    fn first(&self, fits: impl Fn(&Slice) -> bool) -> Option<usize> {
        let is_busy = self.is_busy();
        let slices = self.slices.iter().enumerate().filter(|(_, slice)| fits(slice));
        let first = slices.max_by_key(|(_, slice)| {
            let expected = if is_busy { 0 } else { self.expected(slice) };
            let comes_first = self.first.as_ref().is_some_and(|first| first.contains(&slice.from));
            (is_busy && comes_first, expected, slice.reached)
        });
        first.map(|(number, _)| number)
    }

    /// Takes an answer in. Gives the seconds that are now read whole by it.
    pub(super) fn answered(&mut self, ask: &Ask, page: Page) -> Option<RangeInclusive<i64>> {
        let slice = self.slices.get_mut(ask.slice).filter(|slice| slice.awaits(ask))?;
        slice.seen += page.events;
        let before = slice.reached;
        let is_last = page.token.is_none();
        slice.reached = if is_last {
            slice.from
        } else {
            // Some of the oldest second may be on the next page.
            page.oldest.map_or(before, |oldest| before.min(oldest + 1))
        };
        slice.state = if is_last || slice.reached <= slice.from {
            slice.reached = slice.reached.max(slice.from);
            State::Done
        } else {
            State::Ready(page.token)
        };
        (slice.reached < before).then(|| slice.reached..=before - 1)
    }

    /// The request was not answered and can be sent again. A chain whose token is no longer taken begins anew.
    pub(super) fn again(&mut self, ask: &Ask, from_start: bool) {
        let Some(slice) = self.slices.get_mut(ask.slice).filter(|slice| slice.awaits(ask)) else {
            return;
        };
        if from_start {
            slice.chain = slice.from..=(slice.reached - 1).max(slice.from);
            slice.seen = 0;
            slice.state = State::Ready(None);
        } else {
            slice.state = State::Ready(ask.token.clone());
        }
    }

    /// Whether the answer to this request is still of use.
    pub(super) fn awaits(&self, ask: &Ask) -> bool {
        self.slices.get(ask.slice).is_some_and(|slice| slice.awaits(ask))
    }

    /// Whether everything was read.
    pub(super) fn is_done(&self) -> bool {
        self.slices.iter().all(|slice| matches!(slice.state, State::Done))
    }

    /// Requests that are still to be sent or answered, as far as that can be told.
    pub(super) fn requests_left(&self) -> u64 {
        let seen = self.seen();
        // Little was seen: at most as much again in each slice.
        let most = if seen < TELLING { seen } else { u64::MAX };
        let requests = self
            .open()
            .map(|slice| self.known(slice).unwrap_or(0).min(most).div_ceil(PAGE).max(1));
        requests.sum()
    }

    /// Events that are still to be read, as far as that can be told.
    fn events_left(&self) -> Option<u64> {
        self.open().map(|slice| self.known(slice)).sum()
    }

    fn open(&self) -> impl Iterator<Item = &Slice> {
        self.slices.iter().filter(|slice| !matches!(slice.state, State::Done))
    }

    /// Events that were found, some of them perhaps twice.
    fn seen(&self) -> u64 {
        self.slices.iter().map(|slice| slice.seen).sum()
    }

    /// Whether reading it all takes so long that it matters what comes first.
    pub(super) fn is_busy(&self) -> bool {
        self.seen() >= TELLING && self.events_left().is_some_and(|events| events > BUSY)
    }

    /// Events that a slice still holds; where nothing is known of a busy key, more than any.
    fn expected(&self, slice: &Slice) -> u64 {
        match self.known(slice) {
            Some(events) => events,
            None if self.eager => u64::MAX / 2 + slice.left().unsigned_abs(),
            None => 0,
        }
    }

    /// By the slice's own answers, else by those of all others.
    fn known(&self, slice: &Slice) -> Option<u64> {
        let (seen, read) = if slice.read() > 0 {
            (slice.seen, slice.read())
        } else {
            let all = self.slices.iter();
            all.fold((0, 0), |(seen, read), slice| (seen + slice.seen, read + slice.read()))
        };
        let events = i128::from(seen) * i128::from(slice.left());
        let events = events.checked_div(i128::from(read))?;
        Some(u64::try_from(events).unwrap_or(0))
    }
}

/// The parts of a window before, in and after a part of it.
fn cut_out(window: &RangeInclusive<i64>, part: &RangeInclusive<i64>) -> Vec<RangeInclusive<i64>> {
    let (from, until) = (*window.start(), *window.end());
    let (start, end) = (*part.start(), *part.end());
    let parts = [
        from..=until.min(start - 1),
        from.max(start)..=until.min(end),
        from.max(end + 1)..=until,
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the API answers, from events at these times.
    fn answer(events: &[i64], ask: &Ask) -> (Page, Vec<i64>) {
        let mut held: Vec<i64> = events
            .iter()
            .copied()
            .filter(|at| (ask.from..=ask.until).contains(at))
            .collect();
        held.sort_unstable_by(|a, b| b.cmp(a));
        let start: usize = ask.token.as_deref().map_or(0, |token| token.parse().unwrap());
        let page: Vec<i64> = held.iter().copied().skip(start).take(50).collect();
        let end = start + page.len();
        let page_info = Page {
            events: page.len() as u64,
            oldest: page.last().copied(),
            token: (end < held.len()).then(|| end.to_string()),
        };
        (page_info, page)
    }

    #[test]
    fn a_part_that_comes_first_takes_nothing_away() {
        assert_eq!(cut_out(&(0..=9), &(3..=5)), [0..=2, 3..=5, 6..=9]);
        assert_eq!(cut_out(&(0..=9), &(-5..=2)), [0..=2, 3..=9]);
        assert_eq!(cut_out(&(0..=9), &(20..=30)), [0..=9]);
        assert_eq!(cut_out(&(4..=4), &(0..=9)), [4..=4]);
    }

    /// From when it is known how much there is.
    #[test]
    fn of_a_busy_key_the_days_around_the_notice_come_first_and_then_the_newest() {
        let events: Vec<i64> = (0..100_000).collect();
        let mut walk = Walk::new(vec![0..=100_000], true).with_first(30_000..=39_999);
        let mut late = Vec::new();
        for sent in 0..220 {
            let Some(ask) = walk.next().or_else(|| walk.cut()) else {
                break;
            };
            let (page, times) = answer(&events, &ask);
            if walk.is_busy() && sent > 60 {
                late.push(times[0]);
            }
            walk.answered(&ask, page);
        }
        assert!(late.len() > 100, "{}", late.len());
        assert!(late[..100].iter().all(|at| (30_000..40_000).contains(at)), "{late:?}");
    }

    proptest! {
        /// Whatever is cut when, and in whatever order answers come, every second is read once and every event found.
        #[test]
        fn nothing_is_lost_however_it_is_cut(
            mut events in proptest::collection::vec(0_i64..50_000, 0..900),
            crowd in 0_usize..200,
            steps in proptest::collection::vec(0_u8..4, 0..400),
            eager: bool,
            with_first: bool,
        ) {
            // Many events in one second fill more than a page.
            events.extend(std::iter::repeat_n(777, crowd));
            let mut walk = Walk::new(vec![0..=50_000], eager);
            if with_first {
                walk = walk.with_first(20_000..=30_000);
            }
            let mut open: Vec<Ask> = Vec::new();
            let mut steps = steps.into_iter().chain(std::iter::repeat(2));
            let (mut found, mut read): (Vec<i64>, Vec<RangeInclusive<i64>>) = (Vec::new(), Vec::new());
            for _ in 0..10_000 {
                if walk.is_done() { break; }
                match steps.next().unwrap_or(2) {
                    0 => open.extend(walk.next()),
                    1 => open.extend(walk.cut()),
                    3 if !open.is_empty() => {
                        let ask = open.remove(0);
                        walk.again(&ask, ask.from % 2 == 0);
                    }
                    _ if open.is_empty() => open.extend(walk.next()),
                    _ => {
                        let ask = open.swap_remove(open.len() / 2);
                        let (page, times) = answer(&events, &ask);
                        if steps.next() == Some(1) {
                            // Sent twice: the second answer changes nothing.
                            read.extend(walk.answered(&ask, page.clone()));
                            assert_eq!(walk.answered(&ask, page), None);
                        } else {
                            read.extend(walk.answered(&ask, page));
                        }
                        found.extend(times);
                    }
                }
            }
            prop_assert!(walk.is_done());
            read.sort_by_key(|range| *range.start());
            let mut next = 0;
            for range in &read {
                prop_assert_eq!(*range.start(), next, "a second is read twice or not at all");
                next = *range.end() + 1;
            }
            prop_assert_eq!(next, 50_001);
            let distinct: std::collections::BTreeSet<i64> = events.iter().copied().collect();
            let got: std::collections::BTreeSet<i64> = found.iter().copied().collect();
            prop_assert_eq!(got, distinct);
            for at in [777, 12_345] {
                let times = |list: &[i64]| list.iter().filter(|&&time| time == at).count();
                prop_assert!(times(&found) >= times(&events), "every event of a crowded second");
            }
        }
    }
}
