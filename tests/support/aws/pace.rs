//! Time: how fast it runs, how long a region takes to answer, and how often it may be asked.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The largest latency, in multiples of the mean: 35 s were seen where 4 s is usual.
const WORST: f64 = 8.75;
/// The spread of the log-normal distribution that latencies are drawn from.
const SPREAD: f64 = 0.7;

/// Seconds since the start, which may pass faster than real ones.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: Instant,
    speed: f64,
}

impl Clock {
    pub fn start(speed: f64) -> Self {
        let started = Instant::now();
        Self { started, speed }
    }

    pub fn now(self) -> f64 {
        self.started.elapsed().as_secs_f64() * self.speed
    }

    pub async fn sleep(self, seconds: f64) {
        if seconds > 0.0 {
            tokio::time::sleep(Duration::from_secs_f64(seconds / self.speed)).await;
        }
    }
}

/// The allowance of each region: so many requests a second, and a few at once.
#[derive(Debug)]
pub struct Allowance {
    pub per_second: f64,
    pub burst: f64,
    buckets: HashMap<String, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: f64,
}

impl Allowance {
    pub fn new(per_second: f64, burst: f64) -> Self {
        let buckets = HashMap::new();
        Self {
            per_second,
            burst,
            buckets,
        }
    }

    /// Takes one request from the region's bucket, if there is one left.
    pub fn take(&mut self, region: &str, now: f64) -> bool {
        let full = Bucket {
            tokens: self.burst,
            filled: now,
        };
        let bucket = self.buckets.entry(region.to_owned()).or_insert(full);
        bucket.tokens = (bucket.tokens + (now - bucket.filled) * self.per_second).min(self.burst);
        bucket.filled = now;
        let allowed = bucket.tokens >= 1.0;
        if allowed {
            bucket.tokens -= 1.0;
        }
        allowed
    }
}

/// The latency of a region's lookup number `count`: always the same one for the same seed, whoever asks what.
pub fn latency(seed: u64, region: &str, count: u64, mean: f64) -> f64 {
    let name = region.bytes().fold(seed, |hash, byte| mixed(hash ^ u64::from(byte)));
    let (radius, angle) = (uniform(name, count * 2), uniform(name, count * 2 + 1));
    let normal = (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos();
    mean * (SPREAD * normal - SPREAD * SPREAD / 2.0).exp().min(WORST)
}

/// Number `count` of a stream of numbers above 0 and up to 1.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
pub fn uniform(stream: u64, count: u64) -> f64 {
    ((mixed(stream ^ mixed(count)) >> 11) + 1) as f64 / (1_u64 << 53) as f64
}

/// The finaliser of SplitMix64.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
