//! What the wire tells besides the answers: the key that signed, and how far this machine's clock is from AWS's.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_sts::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_sts::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sts::error::BoxError;
use chrono::{DateTime, TimeDelta, Utc};

/// What was seen so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// The access key id that signed.
    pub(super) key: Option<String>,
    /// How far AWS's clock is ahead of this machine's.
    pub(super) ahead: Option<TimeDelta>,
}

/// Looks at the calls of the client it is given to.
#[derive(Debug, Clone, Default)]
pub(super) struct Witness(Arc<Mutex<Seen>>);

impl Witness {
    pub(super) fn seen(&self) -> Seen {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Intercept for Witness {
    fn name(&self) -> &'static str {
        "Witness"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let key = context.request().headers().get("authorization").and_then(signed_by);
        self.note(|seen| seen.key = key.map(str::to_owned));
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let ahead = date.and_then(|date| Some(DateTime::parse_from_rfc2822(date).ok()?.to_utc() - Utc::now()));
        self.note(|seen| seen.ahead = ahead);
        Ok(())
    }
}

/// The key of `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, ...`.
fn signed_by(authorization: &str) -> Option<&str> {
    let (_, credential) = authorization.split_once("Credential=")?;
    credential.split_once('/').map(|(key, _)| key)
}

#[cfg(test)]
mod tests {
    use super::signed_by;

    #[test]
    fn the_signing_key_stands_in_the_authorization() {
        let header =
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260521/us-east-1/sts/aws4_request, Signature=0";
        assert_eq!(signed_by(header), Some("AKIAIOSFODNN7EXAMPLE"));
        assert_eq!(signed_by("Bearer token"), None);
    }
}
