//! Which time is proved whole, and where no digest covers the time between the first and the last.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::name::Name;
use super::text::Digest;
use super::verdict::{Gap, Span, Trail};

/// A digest that was not changed.
pub(super) struct Sound<'a> {
    pub(super) name: &'a str,
    pub(super) digest: &'a Digest,
    /// Whether it is proved, and every log file that it names is here and valid.
    pub(super) is_whole: bool,
}

/// What is known of the digest that another one names as the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Sound,
    Changed,
    Unread,
    Missing,
}

/// The digests of one trail in one region.
#[derive(Default)]
struct Chains<'a> {
    hourly: Vec<Sound<'a>>,
    late: Vec<Sound<'a>>,
}

/// The trails, each with its windows and gaps. `before` tells what became of a digest, by its name.
pub(super) fn trails<'a>(sound: impl Iterator<Item = Sound<'a>>, before: impl Fn(&str) -> Before) -> Vec<Trail> {
    let mut trails: BTreeMap<(&str, &str, &str), Chains<'a>> = BTreeMap::new();
    for sound in sound {
        let Some(name) = Name::parse(sound.name) else { continue };
        let chains = trails.entry((name.account, name.region, name.trail)).or_default();
        if name.is_backfill {
            chains.late.push(sound);
        } else {
            chains.hourly.push(sound);
        }
    }
    let each = trails.into_iter().map(|((account, region, trail), mut chains)| {
        chains
            .hourly
            .sort_by_key(|sound| (sound.digest.start, sound.digest.end));
        Trail {
            account: account.to_owned(),
            region: region.to_owned(),
            trail: trail.to_owned(),
            whole: whole(&chains),
            gaps: gaps(&chains.hourly, &before),
        }
    });
    each.collect()
}

/// A digest that was written later speaks of an hour that has one already: it can only take away from what is whole.
fn whole(Chains { hourly, late }: &Chains<'_>) -> Vec<Span> {
    let overlaps = |a: &Digest, b: &Digest| a.start < b.end && b.start < a.end;
    let is_whole = |sound: &&Sound<'_>| {
        let mut late = late.iter().filter(|late| !late.is_whole);
        sound.is_whole && !late.any(|late| overlaps(late.digest, sound.digest))
    };
    let mut spans: Vec<Span> = Vec::new();
    for Sound { digest, .. } in hourly.iter().filter(is_whole) {
        match spans.last_mut() {
            Some(last) if digest.start <= last.until => last.until = last.until.max(digest.end),
            _ => spans.push(Span {
                from: digest.start,
                until: digest.end,
            }),
        }
    }
    spans
}

fn gaps(hourly: &[Sound<'_>], before: &impl Fn(&str) -> Before) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut covered: Option<DateTime<Utc>> = None;
    for Sound { digest, .. } in hourly {
        if let Some(from) = covered.filter(|covered| digest.start > *covered) {
            let previous = digest.previous.as_ref().map(|previous| previous.object.name());
            let reason = match previous.map(|name| (name, before(name))) {
                None => {
                    "a new chain of digests begins: logging or the validation of log files was off, or the trail was \
                         made again"
                        .to_owned()
                }
                Some((name, Before::Missing)) => format!("the digest {name} is missing"),
                Some((name, Before::Changed)) => format!("the digest {name} was changed"),
                Some((name, Before::Unread)) => format!("the digest {name} could not be read"),
                Some((name, Before::Sound)) => format!("the digest {name} ends before this time"),
            };
            let until = digest.start;
            gaps.push(Gap { from, until, reason });
        }
        covered = covered.max(Some(digest.end));
    }
    gaps
}
