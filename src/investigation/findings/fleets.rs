//! Instances as miners start them: large ones, many at once, in many regions.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::Sighting;
use crate::cloudtrail::{Event, json};

/// Families made for machine learning, and bought for mining.
const GPU: [&str; 10] = ["p2", "p3", "p4", "p5", "p6", "g", "trn", "inf", "dl", "vt"];
/// From this size on (`12xlarge`) an instance is large.
const LARGE: u32 = 12;
/// What is counted together, wherever midnight falls.
const DAY: Duration = Duration::days(1);
/// So many instances within a day are many.
const MANY: u64 = 20;
/// So many regions within a day are many.
const REGIONS: usize = 3;

const TYPE: &str = "requestParameters.instanceType|requestParameters.launchSpecification.instanceType|\
    requestParameters.spotFleetRequestConfig.launchSpecifications[].instanceType|\
    requestParameters.CreateFleetRequest.LaunchTemplateConfigs.Overrides[].InstanceType";
const COUNT: &str = "requestParameters.instancesSet.items[].maxCount|requestParameters.instanceCount|\
    requestParameters.spotFleetRequestConfig.targetCapacity|\
    requestParameters.CreateFleetRequest.TargetCapacitySpecification.TotalTargetCapacity|requestParameters.maxSize";

/// A call that starts instances.
struct Start<'a> {
    at: usize,
    time: DateTime<Utc>,
    region: &'a str,
    count: u64,
    worked: bool,
    is_everyday: bool,
}

/// The calls that start instances.
#[derive(Default)]
pub(super) struct Fleets<'a> {
    starts: Vec<Start<'a>>,
}

/// Calls in order of time, of which each stands in a day with too many: from which to which, and how many at the most.
struct Run {
    first: usize,
    last: usize,
    most: u64,
}

impl<'a> Fleets<'a> {
    /// Notes a call that starts instances; says at once if they are large.
    pub(super) fn note(
        &mut self,
        event: &'a Event,
        at: usize,
        record: Option<&Value>,
        is_everyday: bool,
        found: &mut Vec<Sighting>,
    ) {
        let texts = |path| record.map(|record| json::path(record, path)).unwrap_or_default();
        let large: BTreeSet<_> = texts(TYPE).into_iter().filter(|kind| is_large(kind)).collect();
        let count = texts(COUNT)
            .iter()
            .filter_map(|count| count.parse::<u32>().ok())
            .map(u64::from)
            .sum::<u64>()
            .max(1);
        if !large.is_empty() {
            let kinds = large.into_iter().collect::<Vec<_>>().join(", ");
            let detail = format!("{kinds} in {}", event.region);
            found.extend(Sighting::of("instances-large", at, detail, is_everyday));
        }
        self.starts.push(Start {
            at,
            time: event.time(),
            region: &event.region,
            count,
            worked: event.outcome.succeeded(),
            is_everyday,
        });
    }

    /// `is_cancelled` says of a call whether what it asked for was cancelled at once.
    pub(super) fn find(mut self, is_cancelled: impl Fn(usize) -> bool, found: &mut Vec<Sighting>) {
        self.starts.retain(|start| !is_cancelled(start.at));
        self.starts.sort_by_key(|start| start.time);
        // What was only tried and what somebody does every day is counted apart.
        for (worked, is_everyday) in [(true, false), (true, true), (false, false), (false, true)] {
            let of = |start: &&Start| start.worked == worked && start.is_everyday == is_everyday;
            let starts: Vec<&Start> = self.starts.iter().filter(of).collect();
            let (many, everywhere) = runs(&starts);
            let mut say = |id: &str, run: &Run, detail: &str| {
                let each = starts[run.first..=run.last].iter();
                found.extend(each.filter_map(|start| Sighting::of(id, start.at, detail.to_owned(), is_everyday)));
            };
            for run in many {
                say("instances-many", &run, &format!("{} within a day", run.most));
            }
            for run in everywhere {
                let regions: BTreeSet<&str> = starts[run.first..=run.last].iter().map(|start| start.region).collect();
                let named = regions.into_iter().collect::<Vec<_>>().join(", ");
                say("instances-everywhere", &run, &format!("within a day in {named}"));
            }
        }
    }
}

/// Where within a day there were many instances, and where many regions.
fn runs(starts: &[&Start]) -> (Vec<Run>, Vec<Run>) {
    let (mut many, mut everywhere) = (Vec::new(), Vec::new());
    let mut regions: HashMap<&str, usize> = HashMap::new();
    let (mut first, mut count) = (0, 0);
    for (last, start) in starts.iter().enumerate() {
        count += start.count;
        *regions.entry(start.region).or_default() += 1;
        while start.time - starts[first].time >= DAY {
            let gone = starts[first];
            count -= gone.count;
            if let Some(left) = regions.get_mut(gone.region) {
                *left -= 1;
            }
            regions.retain(|_, left| *left > 0);
            first += 1;
        }
        if count >= MANY {
            Run::extend(&mut many, first, last, count);
        }
        if regions.len() >= REGIONS {
            Run::extend(&mut everywhere, first, last, regions.len() as u64);
        }
    }
    (many, everywhere)
}

impl Run {
    fn extend(runs: &mut Vec<Self>, first: usize, last: usize, most: u64) {
        match runs.last_mut().filter(|run| first <= run.last) {
            Some(run) => {
                run.last = last;
                run.most = run.most.max(most);
            }
            None => runs.push(Self { first, last, most }),
        }
    }
}

/// Whether a type of instance is large, or has graphics or learning processors.
fn is_large(kind: &str) -> bool {
    let Some((family, size)) = kind.split_once('.') else {
        return false;
    };
    let is_gpu = GPU.iter().any(|gpu| {
        let rest = family.strip_prefix(gpu);
        // `g5`, but not `gx`; `p4d`, but `p4` alone too.
        rest.is_some_and(|rest| {
            !gpu.ends_with(|c: char| c.is_ascii_alphabetic()) || rest.starts_with(|c: char| c.is_ascii_digit())
        })
    });
    let number = size
        .strip_suffix("xlarge")
        .and_then(|number| number.parse::<u32>().ok());
    is_gpu || size.starts_with("metal") || number.is_some_and(|number| number >= LARGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_and_gpu_types_are_told_by_name() {
        for (kind, large) in [
            ("p4d.24xlarge", true),
            ("g5.xlarge", true),
            ("g4dn.2xlarge", true),
            ("trn1.2xlarge", true),
            ("c5.12xlarge", true),
            ("c5.metal", true),
            ("c5.9xlarge", false),
            ("t3.micro", false),
            ("m5.xlarge", false),
            ("r6g.large", false),
            ("", false),
            ("p", false),
        ] {
            assert_eq!(is_large(kind), large, "{kind}");
        }
    }
}
