//! Where a trail puts its logs.

use aws_config::SdkConfig;
use aws_sdk_cloudtrail::Client;

use super::definition::Location;

/// The place of an account's logs, as its trails say: of one for all regions, where there is one. What may not be asked is
/// not known.
pub(super) async fn location(config: &SdkConfig) -> Option<Location> {
    let trails = Client::new(config).describe_trails().send().await.ok()?;
    let trails = trails.trail_list();
    let for_all = trails.iter().find(|trail| trail.is_multi_region_trail == Some(true));
    let trail = for_all.or_else(|| trails.first())?;
    let account = trail.trail_arn()?.split(':').nth(4)?;
    Location::of_trail(trail.s3_bucket_name()?, trail.s3_key_prefix(), account)
}
