//! IAM: the state that the program asks about, and the calls that change it.

mod credentials;
mod grants;
mod report;
mod roles;
mod users;

use chrono::{DateTime, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::answer::{Failure, Outcome};
use super::caller::Caller;
use super::request::Request;
use super::state::Identities;

/// Finds the part of IAM that knows the call.
pub fn answer(identities: &mut Identities, caller: &Caller, request: &Request) -> Outcome {
    grants::answer(identities, request)
        .or_else(|| users::answer(identities, caller, request))
        .or_else(|| roles::answer(identities, request))
        .or_else(|| credentials::answer(identities, request))
        .or_else(|| report::answer(identities, request))
        .unwrap_or_else(|| Err(Failure::UnknownAction(request.action.clone())))
}

/// Something that is not there.
fn missing(message: String) -> Failure {
    Failure::Own {
        status: 404,
        code: "NoSuchEntity",
        message,
    }
}

/// Something that stands in the way.
fn conflict(code: &'static str, message: String) -> Failure {
    Failure::Own {
        status: 409,
        code,
        message,
    }
}

fn date(time: DateTime<Utc>) -> Value {
    json!(time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A list's part that was asked for, under the list's name.
fn page(request: &Request, name: &str, items: impl Iterator<Item = Value>) -> Value {
    let items: Vec<Value> = items.collect();
    let number = |parameter: &str| request.text(parameter).and_then(|n| n.parse::<usize>().ok());
    let begin = number("Marker").unwrap_or(0).min(items.len());
    let end = (begin + number("MaxItems").unwrap_or(100)).min(items.len());
    let mut answer = json!({"IsTruncated": end < items.len(), name: items[begin..end]});
    if end < items.len() {
        answer["Marker"] = json!(end.to_string());
    }
    answer
}

/// Policy documents are encoded as in a URL.
fn encoded(document: &str) -> Value {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    json!(utf8_percent_encode(document, KEPT).to_string())
}
