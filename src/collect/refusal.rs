//! What AWS's errors mean for the reading, whatever is asked.

use std::error::Error;

use aws_sdk_cloudtrail::error::{ProvideErrorMetadata, SdkError};

use crate::account::causes;

/// What an error means for the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
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
pub(super) struct Refusal {
    pub(super) meaning: Meaning,
    /// In AWS's words, or those of the network.
    pub(super) text: String,
}

/// What an error of the SDK means. Codes first: throttling, for one, comes with status 400.
pub(super) fn understand<E, R>(error: &SdkError<E, R>) -> Refusal
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
    Refusal { meaning, text }
}

fn by_code(code: &str) -> Meaning {
    match code {
        "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "MaxConcurrentQueriesException"
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
        | "InternalServerException"
        | "ServiceUnavailable"
        | "InternalError"
        | "" => Meaning::Passing,
        _ => Meaning::Final,
    }
}
