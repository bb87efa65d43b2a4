//! The settings of the SDK, the same for every call of the program.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, SdkConfig};

/// LookupEvents takes 4 s in a busy region, and 35 s were seen (AWS re:Post).
const PATIENCE: Duration = Duration::from_secs(90);
/// A machine that cannot be reached at all is known sooner.
const CONNECT: Duration = Duration::from_secs(10);

/// Credentials, endpoints and region as people have them for the AWS command line, or those of a profile.
pub async fn settings(profile: Option<&str>) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_timeout(PATIENCE)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).timeout_config(timeouts);
    if let Ok(name) = AppName::new("keytrail") {
        loader = loader.app_name(name);
    }
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await
}
