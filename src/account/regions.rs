//! Which regions there are.

use aws_config::{Region, SdkConfig};
use aws_sdk_account::Client;
use aws_sdk_account::config::Builder;
use aws_sdk_account::types::RegionOptStatus;

use super::reply::reply;
use crate::investigation::account::Reply;

/// A partition of AWS, as far as it matters here.
struct Partition {
    /// How its regions begin.
    prefixes: &'static [&'static str],
    /// Where IAM's events are (botocore, endpoints.json).
    home: &'static str,
    /// Every region, as of 2026.
    regions: &'static [&'static str],
}

const PARTITIONS: [Partition; 3] = [
    Partition {
        prefixes: &["cn-"],
        home: "cn-north-1",
        regions: &["cn-north-1", "cn-northwest-1"],
    },
    Partition {
        prefixes: &["us-gov-"],
        home: "us-gov-west-1",
        regions: &["us-gov-west-1", "us-gov-east-1"],
    },
    Partition {
        prefixes: &[""],
        home: "us-east-1",
        regions: &[
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
            "ap-south-1",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-southeast-1",
            "ap-southeast-2",
            "ca-central-1",
            "eu-central-1",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "eu-north-1",
            "sa-east-1",
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-south-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-west-1",
            "eu-central-2",
            "eu-south-1",
            "eu-south-2",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
        ],
    },
];

fn partition(region: &str) -> &'static Partition {
    let known = PARTITIONS
        .iter()
        .find(|partition| partition.prefixes.iter().any(|prefix| region.starts_with(prefix)));
    known.unwrap_or(&PARTITIONS[2])
}

fn of(config: &SdkConfig) -> &'static Partition {
    partition(config.region().map_or("", Region::as_ref))
}

/// Whether a partition keeps IAM and its events in this region.
pub fn is_home(region: &str) -> bool {
    PARTITIONS.iter().any(|partition| partition.home == region)
}

/// The region in which the partition keeps IAM and its events.
pub fn home(config: &SdkConfig) -> &'static str {
    of(config).home
}

/// The regions that are enabled.
pub(super) async fn enabled(config: &SdkConfig) -> Reply<Vec<String>> {
    let client = Client::from_conf(Builder::from(config).region(Region::new(home(config))).build());
    let on = [
        RegionOptStatus::Enabled,
        RegionOptStatus::EnabledByDefault,
        RegionOptStatus::Enabling,
        RegionOptStatus::Disabling,
    ];
    let pages = client
        .list_regions()
        .set_region_opt_status_contains(Some(on.into()))
        .into_paginator()
        .items();
    reply(pages.send().try_collect().await)
        .map(|regions| regions.into_iter().filter_map(|region| region.region_name).collect())
}

/// The regions to ask.
#[derive(Debug, Clone)]
pub struct Regions {
    /// Their names.
    pub names: Vec<String>,
    /// Whether AWS itself says that they are enabled.
    pub are_enabled: bool,
}

/// Every region that is enabled; where that may not be asked, every one there is: the answers tell which are off.
pub async fn all(config: &SdkConfig) -> Regions {
    match enabled(config).await {
        Reply::Known(names) => Regions {
            names,
            are_enabled: true,
        },
        _ => Regions {
            names: of(config).regions.iter().map(|&region| region.to_owned()).collect(),
            are_enabled: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::partition;

    #[test]
    fn each_partition_has_its_home() {
        let home = |region| partition(region).home;
        assert_eq!(home("eu-west-1"), "us-east-1");
        assert_eq!(home("cn-northwest-1"), "cn-north-1");
        assert_eq!(home("us-gov-east-1"), "us-gov-west-1");
        assert_eq!(home(""), "us-east-1");
    }
}
