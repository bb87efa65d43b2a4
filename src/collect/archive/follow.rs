//! The keys that answers gave out, followed while the first reading goes on.
//!
//! A key made by the seed is asked for only after every file was read, when most of the records it signed would have to be
//! read again. But logs are mostly in the order of time: once a call that makes a key was met, the text of what that key
//! does later is kept in memory, and the question is answered from there. It is a guess that costs memory when it is
//! wrong and a second reading when it misses, never an answer.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::cloudtrail::terms::Term;

const BITS: u32 = 1 << 18;
/// Keys that are followed, at most: with more, too many records would be taken for one of theirs.
const MOST: usize = 1_024;

/// A set of keys, by their hashes, that all workers share. It may hold others too.
#[derive(Debug)]
pub(super) struct Followed {
    bits: Box<[AtomicU64]>,
    keys: AtomicUsize,
}

impl Default for Followed {
    fn default() -> Self {
        Self {
            bits: (0..BITS / u64::BITS).map(|_| AtomicU64::new(0)).collect(),
            keys: AtomicUsize::new(0),
        }
    }
}

impl Followed {
    /// Follows these keys too.
    pub(super) fn add(&self, keys: &[Term]) {
        for &key in keys {
            if !self.may_hold(key) && self.keys.fetch_add(1, Ordering::Relaxed) < MOST {
                let (word, bit) = place(key);
                self.bits[word].fetch_or(bit, Ordering::Relaxed);
            }
        }
    }

    /// Whether a key is followed, as far as its hash tells.
    #[inline]
    pub(super) fn may_hold(&self, key: Term) -> bool {
        let (word, bit) = place(key);
        self.bits[word].load(Ordering::Relaxed) & bit != 0
    }
}

#[inline]
fn place(key: Term) -> (usize, u64) {
    let at = key % BITS;
    ((at / u64::BITS) as usize, 1 << (at % u64::BITS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudtrail::terms::hash;

    #[test]
    fn a_busy_seed_does_not_make_every_key_a_followed_one() {
        let followed = Followed::default();
        let keys: Vec<Term> = (0..100_000).map(|n| hash(format!("ASIA{n:016}").as_bytes())).collect();
        followed.add(&keys);
        assert!(keys[..MOST].iter().all(|&key| followed.may_hold(key)));
        let taken = keys.iter().filter(|&&key| followed.may_hold(key)).count();
        assert!(taken < 3 * MOST, "{taken} of 100,000");
    }
}
