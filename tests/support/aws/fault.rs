//! What goes wrong, and when: at scripted calls, or by chance from a seed.

use std::ops::Range;

use super::pace::uniform;
use super::request::Request;

/// Ways in which a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Throttled, whatever the rate.
    Throttled,
    /// 500.
    Internal,
    /// 503.
    Unavailable,
    /// The connection is reset without an answer.
    Reset,
    /// The connection ends in the middle of the answer.
    Truncated,
    /// No answer ever comes.
    Hang,
    /// The answer comes in pieces, over so many seconds.
    SlowBody(f64),
    /// A page without events, whose token leads on.
    EmptyPage,
    /// A page that begins with the last event of the page before.
    RepeatedEvent,
    /// The page token is no longer accepted.
    TokenExpired,
}

/// A kind of fault, and the calls it strikes.
#[derive(Debug, Clone)]
pub struct Fault {
    kind: Kind,
    action: Option<String>,
    region: Option<String>,
    which: Which,
    seen: u64,
}

#[derive(Debug, Clone)]
enum Which {
    Calls(Range<u64>),
    Chance(f64),
}

impl Fault {
    /// Strikes every call.
    pub fn always(kind: Kind) -> Self {
        Self::new(kind, Which::Calls(0..u64::MAX))
    }

    /// Strikes the calls with these numbers, counted from 0 among those of the same action and region.
    pub fn calls(kind: Kind, numbers: Range<u64>) -> Self {
        Self::new(kind, Which::Calls(numbers))
    }

    /// Strikes with a probability.
    pub fn chance(kind: Kind, probability: f64) -> Self {
        Self::new(kind, Which::Chance(probability))
    }

    /// Only calls of this action.
    pub fn of(mut self, action: &str) -> Self {
        self.action = Some(action.to_owned());
        self
    }

    /// Only calls in this region.
    pub fn in_region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    fn new(kind: Kind, which: Which) -> Self {
        Self {
            kind,
            action: None,
            region: None,
            which,
            seen: 0,
        }
    }

    fn strikes(&mut self, request: &Request, stream: u64) -> bool {
        let ours = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        if !ours(&self.action, &request.action) || !ours(&self.region, &request.region) {
            return false;
        }
        let number = self.seen;
        self.seen += 1;
        match &self.which {
            Which::Calls(numbers) => numbers.contains(&number),
            Which::Chance(probability) => uniform(stream, number) <= *probability,
        }
    }
}

/// The first fault that strikes this call. All of them count it.
pub fn struck(faults: &mut [Fault], request: &Request, seed: u64) -> Option<Kind> {
    let mut struck = None;
    for (stream, fault) in (seed..).zip(faults) {
        if fault.strikes(request, stream) {
            struck = struck.or(Some(fault.kind));
        }
    }
    struck
}
