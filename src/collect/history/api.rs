//! LookupEvents on the wire: one request, one answer, and what its errors mean.

use std::error::Error;

use aws_config::retry::RetryConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::config::Builder;
use aws_sdk_cloudtrail::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};

use super::question::Question;
use super::walk::{Ask, Page};
use crate::account::causes;

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    /// The records as JSON texts.
    pub records: Vec<String>,
    /// How far they reach.
    pub page: Page,
}

/// What an error means for the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::collect) enum Meaning {
    /// Too many requests: this one is sent again, later.
    Throttled,
    /// It may go well the next time.
    Passing,
    /// The token is not taken any more: the chain begins anew.
    Token,
    /// The region is not enabled for the account.
    NotEnabled,
    /// The responder may not look there.
    Denied,
    /// The responder's credentials have expired.
    Expired,
    /// There are no credentials, or none that AWS knows.
    NoCredentials,
    /// Asking again would change nothing.
    Final,
}

/// Why there was no answer.
#[derive(Debug, Clone)]
pub(in crate::collect) struct LookupError {
    pub(in crate::collect) meaning: Meaning,
    /// In AWS's words, or those of the network.
    pub(in crate::collect) text: String,
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

/// What an error of the SDK means. Codes first: throttling, for one, comes with status 400.
pub(in crate::collect) fn understand<E, R>(error: &SdkError<E, R>) -> LookupError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
{
    let code = error.code().unwrap_or_default();
    let (meaning, text) = match error {
        SdkError::ServiceError(_) => {
            let said = error.message().unwrap_or("no reason given");
            (by_code(code), format!("{code}: {said}"))
        }
        // No credentials could be found or made.
        SdkError::ConstructionFailure(_) => (Meaning::NoCredentials, causes(error)),
        SdkError::DispatchFailure(failure) if !failure.is_io() && !failure.is_timeout() => {
            let text = causes(error);
            let meaning = if text.contains("credential") {
                Meaning::NoCredentials
            } else {
                Meaning::Passing
            };
            (meaning, text)
        }
        _ => (Meaning::Passing, causes(error)),
    };
    LookupError { meaning, text }
}

fn by_code(code: &str) -> Meaning {
    match code {
        "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "SlowDown" => Meaning::Throttled,
        "InvalidNextTokenException" => Meaning::Token,
        // Inferred, not documented for this API: a region that is off does not know the account's keys.
        "UnrecognizedClientException" | "InvalidClientTokenId" | "OptInRequired" => Meaning::NotEnabled,
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => Meaning::Denied,
        "ExpiredTokenException" | "ExpiredToken" | "RequestExpired" => Meaning::Expired,
        "InvalidAccessKeyId" | "InvalidToken" | "SignatureDoesNotMatch" => Meaning::NoCredentials,
        "RequestTimeout"
        | "InternalFailure"
        | "InternalServiceException"
        | "ServiceUnavailable"
        | "InternalError"
        | "" => Meaning::Passing,
        _ => Meaning::Final,
    }
}
