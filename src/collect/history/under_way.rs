//! The requests of one region whose answers are awaited.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::walk::Ask;

/// One request, by the number of its task.
pub(super) type Request = (u64, Ask);

#[derive(Debug, Clone, Copy)]
struct Copies {
    first_sent: Instant,
    sent: u32,
    awaited: u32,
}

/// The requests whose answers are awaited.
#[derive(Debug, Default)]
pub(super) struct UnderWay(HashMap<Request, Copies>);

impl UnderWay {
    /// A request was sent, for the first or the second time.
    pub(super) fn sent(&mut self, request: Request, now: Instant) {
        let copies = self.0.entry(request).or_insert(Copies {
            first_sent: now,
            sent: 0,
            awaited: 0,
        });
        copies.sent += 1;
        copies.awaited += 1;
    }

    /// One copy came back. Gives how long ago the first was sent, and whether another is still awaited.
    pub(super) fn back(&mut self, request: &Request, now: Instant) -> Option<(Duration, bool)> {
        let copies = self.0.get_mut(request)?;
        copies.awaited -= 1;
        let (time, is_awaited) = (now - copies.first_sent, copies.awaited > 0);
        if !is_awaited {
            self.0.remove(request);
        }
        Some((time, is_awaited))
    }

    /// Nobody waits for the requests of a task any more.
    pub(super) fn forget(&mut self, number: u64) {
        self.0.retain(|(task, _), _| *task != number);
    }

    /// The request that was sent only once and is awaited longest, and when it was sent.
    pub(super) fn slowest(&self) -> Option<(&Request, Instant)> {
        let once = self.0.iter().filter(|(_, copies)| copies.sent == 1);
        let slowest = once.min_by_key(|(request, copies)| (copies.first_sent, request.0, request.1.slice));
        slowest.map(|(request, copies)| (request, copies.first_sent))
    }
}
