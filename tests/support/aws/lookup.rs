//! CloudTrail's LookupEvents: what it accepts, its pages and its tokens.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::answer::{Failure, Outcome, refused};
use super::fault::Kind;
use super::history::{History, Place, Query};
use super::request::Request;

/// The attributes there are.
const ATTRIBUTES: [&str; 8] = [
    "EventId",
    "EventName",
    "ReadOnly",
    "Username",
    "ResourceType",
    "ResourceName",
    "EventSource",
    "AccessKeyId",
];
const MOST: u64 = 50;

/// What the answer depends on besides the request.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// Seconds since the start.
    pub now: f64,
    pub today: DateTime<Utc>,
    /// How far back events are kept.
    pub retention: TimeDelta,
    /// How long page tokens are accepted, in seconds.
    pub token_lifetime: f64,
    pub fault: Option<Kind>,
}

/// Answers a request.
pub fn lookup(history: &History, request: &Request, around: Circumstances) -> Outcome {
    let query = read(request, around)?;
    let fingerprint = fingerprint(request, &query);
    let place = match request.text("NextToken") {
        Some(token) => place(token, fingerprint, around)?,
        None => None,
    };
    let token = |place: Option<&Place>| json!(token(place, fingerprint, around.now));
    if around.fault == Some(Kind::EmptyPage) {
        return Ok(json!({"Events": [], "NextToken": token(place.as_ref())}));
    }
    let repeated = around.fault == Some(Kind::RepeatedEvent);
    let (events, next) = history.page(&query, place.as_ref(), repeated, around.now);
    let mut answer = json!({"Events": events.iter().map(|event| event.answer()).collect::<Vec<_>>()});
    if next.is_some() {
        answer["NextToken"] = token(next.as_ref());
    }
    Ok(answer)
}

fn read(request: &Request, around: Circumstances) -> Result<Query, Failure> {
    let given = &request.parameters;
    let at_most = given["MaxResults"].as_u64().unwrap_or(MOST);
    let odd_number = !given["MaxResults"].is_null() && !given["MaxResults"].is_u64();
    if odd_number || !(1..=MOST).contains(&at_most) {
        return Err(refused(
            "InvalidMaxResultsException",
            "Max results must be between 1 and 50.",
        ));
    }
    let category = given["EventCategory"].as_str();
    if category.is_some_and(|category| category != "insight") {
        return Err(refused("InvalidEventCategoryException", "Event category is invalid."));
    }
    let oldest = around.today - around.retention;
    let from = moment(&given["StartTime"])?.unwrap_or(oldest);
    let to = moment(&given["EndTime"])?.unwrap_or(around.today);
    if from > to {
        return Err(refused(
            "InvalidTimeRangeException",
            "The start time must be before the end time.",
        ));
    }
    Ok(Query {
        region: request.region.clone(),
        insight: category.is_some(),
        // Further attributes are ignored without a word, as AWS does.
        attribute: given["LookupAttributes"].get(0).map(attribute).transpose()?,
        from: from.max(oldest),
        to,
        at_most: usize::try_from(at_most).unwrap_or_default(),
    })
}

fn attribute(given: &Value) -> Result<(String, String), Failure> {
    let wrong = || {
        refused(
            "InvalidLookupAttributesException",
            format!("Invalid lookup attribute {given}."),
        )
    };
    let key = given["AttributeKey"].as_str().ok_or_else(wrong)?;
    let value = given["AttributeValue"].as_str().ok_or_else(wrong)?;
    if !ATTRIBUTES.contains(&key) || value.is_empty() || value.len() > 2000 {
        return Err(wrong());
    }
    Ok((key.to_owned(), value.to_owned()))
}

/// Times are numbers of seconds on the wire, with or without a fraction.
fn moment(given: &Value) -> Result<Option<DateTime<Utc>>, Failure> {
    if given.is_null() {
        return Ok(None);
    }
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds of dates fit")]
    let time = given
        .as_f64()
        .and_then(|seconds| DateTime::from_timestamp_millis((seconds * 1000.0) as i64));
    time.map(Some)
        .ok_or_else(|| refused("SerializationException", "A time must be a number of seconds."))
}

/// Everything a token is bound to.
fn fingerprint(request: &Request, query: &Query) -> u64 {
    let mut hasher = DefaultHasher::new();
    let given = &request.parameters;
    // The times as given, since those that were left out move.
    let times = format!("{} {}", given["StartTime"], given["EndTime"]);
    (&query.region, query.insight, &query.attribute, query.at_most, times).hash(&mut hasher);
    hasher.finish()
}

fn token(place: Option<&Place>, fingerprint: u64, now: f64) -> String {
    hex::encode(json!([fingerprint, now, place]).to_string())
}

fn place(token: &str, fingerprint: u64, around: Circumstances) -> Result<Option<Place>, Failure> {
    let written = hex::decode(token)
        .ok()
        .and_then(|text| serde_json::from_slice::<(u64, f64, Option<Place>)>(&text).ok());
    match written {
        Some((of, issued, place))
            if of == fingerprint
                && around.now - issued <= around.token_lifetime
                && around.fault != Some(Kind::TokenExpired) =>
        {
            Ok(place)
        }
        _ => Err(refused("InvalidNextTokenException", "Invalid nextToken.")),
    }
}
