//! One question under way in one region.

use std::sync::Arc;

use tokio::time::Instant;

use super::planner::Plan;
use super::question::Rank;
use super::walk::Walk;

/// How often a question may fail in a row for passing reasons before it is given up.
const PATIENCE: u32 = 8;
/// Answers without anything wanted after which a broad question counts as vain.
const SCOUTED: u64 = 2;
/// So many requests are soon done.
const SOON: u64 = 4;

/// A question, how far it was read, and how that went.
#[derive(Debug)]
pub(super) struct Task {
    pub plan: Arc<Plan>,
    pub walk: Walk,
    answers: u64,
    failures: u32,
    /// When it failed last: of the requests on their way then, each may fail for the same reason.
    failed: Option<Instant>,
    /// Its last answers in a row that held nothing of the chain.
    vain: u64,
    is_busy: bool,
}

impl Task {
    pub(super) fn new(plan: Arc<Plan>, walk: Walk) -> Self {
        Self {
            plan,
            walk,
            answers: 0,
            failures: 0,
            failed: None,
            vain: 0,
            is_busy: false,
        }
    }

    /// Before what it comes, where several wait.
    pub(super) fn rank(&self) -> Rank {
        let (before, after) = self.plan.ranks;
        match self.answers {
            0 => before,
            _ if self.is_vain() => Rank::Rest,
            // What is soon read to its end need not wait for what others lead to.
            _ if self.walk.requests_left() <= SOON => before,
            _ => after,
        }
    }

    /// Whether its last pages hold nothing of the chain.
    pub(super) fn is_vain(&self) -> bool {
        self.vain >= SCOUTED
    }

    /// It was answered; whether by something of the chain.
    pub(super) fn answered(&mut self, is_wanted: bool) {
        self.failures = 0;
        self.answers += 1;
        self.vain = if is_wanted { 0 } else { self.vain + 1 };
    }

    /// Whether it turned out just now that reading it takes long.
    pub(super) fn becomes_busy(&mut self) -> bool {
        self.walk.is_busy() && !std::mem::replace(&mut self.is_busy, true)
    }

    /// Whether it may fail once more.
    pub(super) fn has_patience(&self) -> bool {
        self.failures < PATIENCE
    }

    /// A request failed that was sent at some time. Gives how often it failed in a row.
    pub(super) fn failed(&mut self, sent: Instant, now: Instant) -> u32 {
        if self.failed.is_none_or(|failed| sent > failed) {
            self.failures += 1;
            self.failed = Some(now);
        }
        self.failures
    }
}
