//! The settings of the SDK, the same for every call of the program.

use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::SharedCredentialsProvider;

use super::regions;

/// LookupEvents takes 4 s in a busy region, and 35 s were seen (AWS re:Post).
const PATIENCE: Duration = Duration::from_secs(90);
/// A machine that cannot be reached at all is known sooner.
const CONNECT: Duration = Duration::from_secs(10);
/// How the SDK behaves.
const VERSION: fn() -> BehaviorVersion = BehaviorVersion::v2026_01_12;
/// Under this name the sessions of this program stand in the records of other accounts.
const SESSION: &str = "keytrail";

/// With whose credentials AWS is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// The profile; else the SDK's usual way to credentials.
    pub profile: Option<String>,
    /// The ARN of a role that is assumed with these.
    pub role: Option<String>,
}

impl Access {
    /// The settings that use them. The session of a role is renewed by itself.
    pub async fn settings(&self) -> SdkConfig {
        let own = settings(self.profile.as_deref()).await;
        let Some(role) = &self.role else { return own };
        let region = own.region().cloned();
        let session = AssumeRoleProvider::builder(role)
            .configure(&own)
            .session_name(SESSION)
            .region(region.unwrap_or_else(|| Region::from_static(regions::home(&own))))
            .build()
            .await;
        own.into_builder()
            .credentials_provider(SharedCredentialsProvider::new(session))
            .build()
    }
}

/// Credentials, endpoints and region as people have them for the AWS command line, or those of a profile.
pub async fn settings(profile: Option<&str>) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_timeout(PATIENCE)
        .build();
    let mut loader = aws_config::defaults(VERSION()).timeout_config(timeouts);
    if let Ok(name) = AppName::new("keytrail") {
        loader = loader.app_name(name);
    }
    let Some(profile) = profile else {
        return loader.load().await;
    };
    let config = loader.profile_name(profile).load().await;
    // The SDK would take credentials of the environment before those of a profile that was named; the AWS command line
    // does not.
    let around = ProviderConfig::without_region().with_region(config.region().cloned());
    let named = ProfileFileCredentialsProvider::builder()
        .configure(&around.with_behavior_version(Some(VERSION())))
        .profile_name(profile)
        .build();
    config
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(named))
        .build()
}
