//! LookupEvents on the wire: one request, one answer, and what its errors mean.

use aws_config::retry::RetryConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::config::Builder;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};

use super::question::Question;
use super::walk::{Ask, Page};
use crate::collect::refusal::understand;
pub(super) use crate::collect::refusal::{Meaning, Refusal as LookupError};

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    /// The records as JSON texts.
    pub records: Vec<String>,
    /// How far they reach.
    pub page: Page,
}

/// The event history of one region.
#[derive(Debug, Clone)]
pub(super) struct Api {
    client: Client,
}

impl Api {
    pub(super) fn new(settings: &SdkConfig, region: &str) -> Self {
        // Retrying is left to the desk, which knows the rate.
        let config = Builder::from(settings)
            .region(Region::new(region.to_owned()))
            .retry_config(RetryConfig::disabled());
        Self {
            client: Client::from_conf(config.build()),
        }
    }

    /// Sends one request. Exactly one attribute: further ones would be ignored silently.
    pub(super) async fn look_up(&self, question: &Question, ask: &Ask) -> Result<Answer, LookupError> {
        let attribute = LookupAttribute::builder()
            .attribute_key(LookupAttributeKey::from(question.by.as_str()))
            .attribute_value(&question.value)
            .build()
            .map_err(|error| LookupError {
                meaning: Meaning::Final,
                text: error.to_string(),
            })?;
        let sent = self
            .client
            .lookup_events()
            .lookup_attributes(attribute)
            .start_time(DateTime::from_secs(ask.from))
            .end_time(DateTime::from_secs(ask.until))
            .max_results(50)
            .set_next_token(ask.token.clone())
            .send()
            .await;
        let output = sent.map_err(|error| understand(&error))?;
        let events = output.events();
        Ok(Answer {
            page: Page {
                events: events.len() as u64,
                oldest: events.iter().filter_map(|e| Some(e.event_time()?.secs())).min(),
                token: output.next_token().map(str::to_owned),
            },
            records: events
                .iter()
                .filter_map(|e| e.cloud_trail_event().map(str::to_owned))
                .collect(),
        })
    }
}
