//! What came of a call, in one word for all services, and why.

use std::error::Error;

use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};

use crate::investigation::account::Reply;

/// Sorts a result by what it means for the responder. The services have different words for the same thing.
pub(super) fn reply<T, E, R>(result: Result<T, SdkError<E, R>>) -> Reply<T>
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
{
    let error = match result {
        Ok(answer) => return Reply::Known(answer),
        Err(error) => error,
    };
    let (code, message) = (error.code(), error.message().unwrap_or("AWS gave no reason"));
    match code {
        Some("AccessDenied" | "AccessDeniedException") => Reply::Denied(message.to_owned()),
        Some("NoSuchEntity") => Reply::Absent(message.to_owned()),
        Some(code) => Reply::Failed(format!("{code}: {message}")),
        None => Reply::Failed(causes(&error)),
    }
}

/// An error with everything under it: the SDK's own words alone are `dispatch failure`.
pub fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    // The SDK's words may fill several lines.
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
