//! Instances as miners start them: large ones, many at once, in many regions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Sighting;
use crate::cloudtrail::{Event, json};

/// Families made for machine learning, and bought for mining.
const GPU: [&str; 10] = ["p2", "p3", "p4", "p5", "p6", "g", "trn", "inf", "dl", "vt"];
/// From this size on (`12xlarge`) an instance is large.
const LARGE: u32 = 12;
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
    region: &'a str,
    count: u64,
    worked: bool,
    is_everyday: bool,
}

/// The calls that start instances, by the day.
#[derive(Default)]
pub(super) struct Fleets<'a> {
    days: BTreeMap<i64, Vec<Start<'a>>>,
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
            .filter_map(|count| count.parse::<u64>().ok())
            .sum::<u64>()
            .max(1);
        if !large.is_empty() {
            let kinds = large.into_iter().collect::<Vec<_>>().join(", ");
            let detail = format!("{kinds} in {}", event.region);
            found.extend(Sighting::of("instances-large", at, detail, is_everyday));
        }
        let day = event.time().timestamp().div_euclid(24 * 3600);
        self.days.entry(day).or_default().push(Start {
            at,
            region: &event.region,
            count,
            worked: event.outcome.succeeded(),
            is_everyday,
        });
    }

    pub(super) fn find(self, found: &mut Vec<Sighting>) {
        for starts in self.days.into_values() {
            // What was only tried and what somebody does every day is counted apart.
            for (worked, is_everyday) in [(true, false), (true, true), (false, false), (false, true)] {
                let of = |start: &&Start| start.worked == worked && start.is_everyday == is_everyday;
                let starts: Vec<&Start> = starts.iter().filter(of).collect();
                let count: u64 = starts.iter().map(|start| start.count).fold(0, u64::saturating_add);
                let regions: BTreeSet<&str> = starts.iter().map(|start| start.region).collect();
                let mut say = |id: &str, detail: &str| {
                    let each = starts
                        .iter()
                        .filter_map(|start| Sighting::of(id, start.at, detail.to_owned(), is_everyday));
                    found.extend(each);
                };
                if count >= MANY {
                    say("instances-many", &format!("{count} within a day"));
                }
                if regions.len() >= REGIONS {
                    let named = regions.into_iter().collect::<Vec<_>>().join(", ");
                    say("instances-everywhere", &format!("within a day in {named}"));
                }
            }
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
