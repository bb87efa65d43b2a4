//! Regions: which there are, and how each behaves.

use serde_json::{Value, json};

use super::request::Request;

/// On from the start in every account.
pub const DEFAULT_REGIONS: [&str; 17] = [
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
];

/// Off until somebody turns them on.
pub const OPT_IN_REGIONS: [&str; 17] = [
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
];

/// How a region behaves.
#[derive(Debug, Clone)]
pub struct Region {
    pub enabled: bool,
    /// The mean time that LookupEvents takes, in seconds.
    pub latency_mean: f64,
}

impl Region {
    pub fn enabled() -> Self {
        Self {
            enabled: true,
            latency_mean: 0.0,
        }
    }

    pub fn disabled() -> Self {
        Self {
            enabled: false,
            latency_mean: 0.0,
        }
    }

    pub fn latency_mean(mut self, seconds: f64) -> Self {
        self.latency_mean = seconds;
        self
    }
}

/// A region's name and behaviour.
pub type Named = (String, Region);

/// The Account API's ListRegions.
pub fn list_regions(regions: &[Named], request: &Request) -> Value {
    let wanted = request.parameters["RegionOptStatusContains"].as_array();
    let all: Vec<Value> = regions
        .iter()
        .map(|(name, region)| json!({"RegionName": name, "RegionOptStatus": status(name, region)}))
        .filter(|r| wanted.is_none_or(|wanted| wanted.contains(&r["RegionOptStatus"])))
        .collect();
    let at_most = request.parameters["MaxResults"].as_u64().unwrap_or(50);
    let begin: usize = request
        .text("NextToken")
        .and_then(|token| token.parse().ok())
        .unwrap_or(0);
    let end = (begin + usize::try_from(at_most).unwrap_or(50)).min(all.len());
    let mut answer = json!({"Regions": all[begin.min(end)..end]});
    if end < all.len() {
        answer["NextToken"] = json!(end.to_string());
    }
    answer
}

/// EC2's DescribeRegions: the enabled ones, unless all are asked for.
pub fn describe_regions(regions: &[Named], request: &Request) -> Value {
    let all = request.text("AllRegions") == Some("true");
    let listed: Vec<Value> = regions
        .iter()
        .filter(|(_, region)| all || region.enabled)
        .map(|(name, region)| {
            let opted = match status(name, region) {
                "ENABLED" => "opted-in",
                "DISABLED" => "not-opted-in",
                _ => "opt-in-not-required",
            };
            json!({"regionName": name, "regionEndpoint": format!("ec2.{name}.amazonaws.com"), "optInStatus": opted})
        })
        .collect();
    json!({"regionInfo": listed})
}

fn status(name: &str, region: &Region) -> &'static str {
    match (region.enabled, DEFAULT_REGIONS.contains(&name)) {
        (true, true) => "ENABLED_BY_DEFAULT",
        (true, false) => "ENABLED",
        (false, _) => "DISABLED",
    }
}
