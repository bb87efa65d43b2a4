//! Answers and errors, in the words and the form of each protocol.

use serde_json::{Value, json};

use super::request::{Protocol, Request};
use super::xml;

/// Why a call did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    Denied(String),
    ExpiredCredentials,
    UnknownCredentials,
    NotSigned,
    WrongSignature(String),
    Throttled,
    Internal,
    Unavailable,
    UnknownAction(String),
    /// An error of the action itself, which has the same code everywhere.
    Own {
        status: u16,
        code: &'static str,
        message: String,
    },
}

/// What a call answers: members, or an error.
pub type Outcome = Result<Value, Failure>;

/// An error of an action, with the usual status 400.
pub fn refused(code: &'static str, message: impl Into<String>) -> Failure {
    Failure::Own {
        status: 400,
        code,
        message: message.into(),
    }
}

impl Failure {
    /// Status and error code. The services have different words for the same thing.
    pub fn code(&self, protocol: Protocol) -> (u16, &'static str) {
        use Protocol::{Ec2, Json, Query, Rest};
        match (self, protocol) {
            (Self::Denied(_), Json) => (400, "AccessDeniedException"),
            (Self::Denied(_), Query) => (403, "AccessDenied"),
            (Self::Denied(_), Ec2) => (403, "UnauthorizedOperation"),
            (Self::Denied(_), Rest) => (403, "AccessDeniedException"),
            (Self::ExpiredCredentials, Json) => (400, "ExpiredTokenException"),
            (Self::ExpiredCredentials, Query) => (403, "ExpiredToken"),
            (Self::ExpiredCredentials, Ec2) => (400, "RequestExpired"),
            (Self::ExpiredCredentials, Rest) => (403, "ExpiredTokenException"),
            (Self::UnknownCredentials, Json) => (400, "UnrecognizedClientException"),
            (Self::UnknownCredentials, Query) => (403, "InvalidClientTokenId"),
            (Self::UnknownCredentials | Self::NotSigned, Ec2) => (401, "AuthFailure"),
            (Self::UnknownCredentials, Rest) => (403, "UnrecognizedClientException"),
            (Self::NotSigned, Json) => (400, "MissingAuthenticationTokenException"),
            (Self::NotSigned, Query) => (403, "MissingAuthenticationToken"),
            (Self::NotSigned, Rest) => (403, "MissingAuthenticationTokenException"),
            (Self::WrongSignature(_), Json) => (400, "InvalidSignatureException"),
            (Self::WrongSignature(_), Query | Ec2) => (403, "SignatureDoesNotMatch"),
            (Self::WrongSignature(_), Rest) => (403, "InvalidSignatureException"),
            (Self::Throttled, Json) => (400, "ThrottlingException"),
            (Self::Throttled, Query) => (400, "Throttling"),
            (Self::Throttled, Ec2) => (503, "RequestLimitExceeded"),
            (Self::Throttled, Rest) => (429, "TooManyRequestsException"),
            (Self::Internal, Json | Query) => (500, "InternalFailure"),
            (Self::Internal, Ec2) => (500, "InternalError"),
            (Self::Internal, Rest) => (500, "InternalServerException"),
            (Self::Unavailable, Ec2) => (503, "Unavailable"),
            (Self::Unavailable, _) => (503, "ServiceUnavailable"),
            (Self::UnknownAction(_), Json | Rest) => (400, "UnknownOperationException"),
            (Self::UnknownAction(_), Query | Ec2) => (400, "InvalidAction"),
            (Self::Own { status, code, .. }, _) => (*status, code),
        }
    }

    fn message(&self, protocol: Protocol) -> String {
        match self {
            Self::Denied(message) if protocol == Protocol::Ec2 => {
                format!("You are not authorized to perform this operation. {message}")
            }
            Self::Denied(message) | Self::WrongSignature(message) | Self::Own { message, .. } => message.clone(),
            Self::ExpiredCredentials if protocol == Protocol::Ec2 => "Request has expired.".to_owned(),
            Self::ExpiredCredentials => "The security token included in the request is expired".to_owned(),
            Self::UnknownCredentials if protocol == Protocol::Ec2 => {
                "AWS was not able to validate the provided access credentials".to_owned()
            }
            Self::UnknownCredentials => "The security token included in the request is invalid.".to_owned(),
            Self::NotSigned => "Missing Authentication Token".to_owned(),
            Self::Throttled => "Rate exceeded".to_owned(),
            Self::Internal => "The request processing has failed because of an unknown error.".to_owned(),
            Self::Unavailable => "The request has failed due to a temporary failure of the server.".to_owned(),
            Self::UnknownAction(action) => format!("Could not find operation {action}"),
        }
    }
}

/// An answer as it goes over the wire.
#[derive(Debug)]
pub struct Written {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// Writes an outcome the way the request's protocol wants it.
pub fn write(request: &Request, outcome: &Outcome, request_id: &str) -> Written {
    let (status, code) = match outcome {
        Ok(_) => (200, ""),
        Err(failure) => failure.code(request.protocol),
    };
    let message = || {
        outcome
            .as_ref()
            .err()
            .map_or_else(String::new, |f| f.message(request.protocol))
    };
    let mut headers = vec![("x-amzn-requestid", request_id.to_owned())];
    let (content_type, body) = match (request.protocol, outcome) {
        (Protocol::Json, Ok(members)) => ("application/x-amz-json-1.1", members.to_string()),
        (Protocol::Json, Err(_)) => (
            "application/x-amz-json-1.1",
            json!({"__type": code, "message": message()}).to_string(),
        ),
        (Protocol::Rest, Ok(members)) => ("application/json", members.to_string()),
        (Protocol::Rest, Err(_)) => {
            headers.push(("x-amzn-errortype", code.to_owned()));
            ("application/json", json!({"message": message()}).to_string())
        }
        (Protocol::Query, Ok(members)) => (
            "text/xml",
            xml::query_answer(&request.service, &request.action, members, request_id),
        ),
        (Protocol::Query, Err(_)) => (
            "text/xml",
            xml::query_error(&request.service, status, code, &message(), request_id),
        ),
        (Protocol::Ec2, Ok(members)) => ("text/xml", xml::ec2_answer(&request.action, members, request_id)),
        (Protocol::Ec2, Err(_)) => ("text/xml", xml::ec2_error(code, &message(), request_id)),
    };
    headers.push(("content-type", content_type.to_owned()));
    Written { status, headers, body }
}
