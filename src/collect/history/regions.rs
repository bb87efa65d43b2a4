//! Which regions there are.

use aws_config::{Region, SdkConfig};
use aws_sdk_account::Client;
use aws_sdk_account::config::Builder;
use aws_sdk_account::types::RegionOptStatus;

use super::api::understand;

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

fn partition(config: &SdkConfig) -> &'static Partition {
    let region = config.region().map_or("", Region::as_ref);
    let known = PARTITIONS
        .iter()
        .find(|partition| partition.prefixes.iter().any(|prefix| region.starts_with(prefix)));
    known.unwrap_or(&PARTITIONS[2])
}

/// The region in which the partition keeps IAM's events.
pub(super) fn home(config: &SdkConfig) -> &'static str {
    partition(config).home
}

/// Every region that is enabled; where that may not be asked, every one there is: the answers tell which are off.
pub(super) async fn all(config: &SdkConfig) -> Result<Vec<String>, (Vec<String>, String)> {
    let partition = partition(config);
    let client = Client::from_conf(Builder::from(config).region(Region::new(partition.home)).build());
    let enabled = [
        RegionOptStatus::Enabled,
        RegionOptStatus::EnabledByDefault,
        RegionOptStatus::Enabling,
        RegionOptStatus::Disabling,
    ];
    let mut pages = client
        .list_regions()
        .set_region_opt_status_contains(Some(enabled.into()))
        .into_paginator()
        .send();
    let mut regions = Vec::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => regions.extend(page.regions().iter().filter_map(|r| r.region_name().map(str::to_owned))),
            Err(error) => {
                let all = partition.regions.iter().map(|&region| region.to_owned()).collect();
                return Err((all, understand(&error).text));
            }
        }
    }
    Ok(regions)
}
