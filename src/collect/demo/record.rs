//! One CloudTrail record, built the way CloudTrail writes it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The account the incident happens in, reserved by AWS for documentation.
pub(super) const ACCOUNT: &str = "111122223333";
/// 2026-05-21, 00:00 UTC.
const DAY: i64 = 1_779_321_600;

/// A time on the day of the incident; negative hours are the evening before.
pub(super) fn at(hour: i64, minute: i64, second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(DAY + hour * 3600 + minute * 60 + second)
}

/// The times inside responses: `May 21, 2026, 9:31:04 AM`.
pub(super) fn response_date(time: DateTime<Utc>) -> String {
    time.format("%b %-d, %Y, %-I:%M:%S %p").to_string()
}

/// The time of a record.
pub(super) fn record_date(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Letters and digits that depend on `label` alone, so that the incident is the same on every run.
fn scramble(label: &str, length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    Sha256::digest(label.as_bytes())
        .iter()
        .take(length)
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

/// A made-up long-term key id. The `I` after the prefix is of the old form, which carries no account.
pub(super) fn key_id(label: &str) -> String {
    format!("AKIAI{}EXAMPLE", scramble(&format!("key {label}"), 8))
}

/// A made-up temporary key id.
pub(super) fn session_key_id(label: &str) -> String {
    format!("ASIAI{}EXAMPLE", scramble(&format!("session {label}"), 8))
}

/// A made-up unique id: prefix `AIDA`, `AROA`, ...
pub(super) fn unique_id(prefix: &str, label: &str) -> String {
    format!("{prefix}I{}EXAMPLE", scramble(&format!("{prefix} {label}"), 9))
}

/// A made-up resource id, such as `i-0123456789abcdef0`.
pub(super) fn resource_id(prefix: &str, label: &str) -> String {
    format!("{prefix}-0{}", &hex::encode(Sha256::digest(label.as_bytes()))[..16])
}

fn uuid(label: &str) -> String {
    let hex = hex::encode(Sha256::digest(label.as_bytes()));
    let part = |from: usize, to: usize| &hex[from..to];
    format!(
        "{}-{}-4{}-a{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 15),
        part(15, 18),
        part(18, 30)
    )
}

/// The credentials in the response of an STS call.
pub(super) fn credentials(key: &str, expires: DateTime<Utc>) -> Value {
    let token = format!("IQoJb3JpZ2luX2VjEXAMPLETOKEN{}EXAMPLETOKEN", scramble(key, 32));
    json!({"accessKeyId": key, "sessionToken": token, "expiration": response_date(expires)})
}

/// Somebody at a keyboard, or a program: who calls, from where, with what.
#[derive(Clone)]
pub(super) struct Hand {
    /// `userIdentity`.
    pub(super) identity: Value,
    /// `sourceIPAddress`.
    pub(super) address: &'static str,
    /// `userAgent`; one that ends in `#` gets the name of the command.
    pub(super) agent: &'static str,
}

impl Hand {
    /// A call in us-east-1, written `service:EventName`.
    pub(super) fn call(&self, at: DateTime<Utc>, what: &'static str) -> Call {
        let (service, name) = what.split_once(':').unwrap_or(("", what));
        Call {
            at,
            service,
            name,
            hand: self.clone(),
            region: "us-east-1",
            error: None,
            request: Value::Null,
            response: Value::Null,
            event_type: "AwsApiCall",
            extra: Map::new(),
        }
    }
}

/// One call on its way to becoming a record.
pub(super) struct Call {
    pub(super) at: DateTime<Utc>,
    service: &'static str,
    name: &'static str,
    hand: Hand,
    region: &'static str,
    error: Option<(&'static str, String)>,
    request: Value,
    response: Value,
    event_type: &'static str,
    extra: Map<String, Value>,
}

impl Call {
    pub(super) fn region(mut self, region: &'static str) -> Self {
        self.region = region;
        self
    }

    pub(super) fn asks(mut self, request: Value) -> Self {
        self.request = request;
        self
    }

    pub(super) fn answers(mut self, response: Value) -> Self {
        self.response = response;
        self
    }

    pub(super) fn event_type(mut self, event_type: &'static str) -> Self {
        self.event_type = event_type;
        self
    }

    /// A further member of the record.
    pub(super) fn with(mut self, member: &str, value: Value) -> Self {
        self.extra.insert(member.to_owned(), value);
        self
    }

    pub(super) fn fails(mut self, code: &'static str, message: &str) -> Self {
        self.error = Some((code, message.to_owned()));
        self
    }

    /// Refused for lack of rights. CloudTrail leaves out what such a call asked for; the message names it.
    pub(super) fn denied(self, resource: &str) -> Self {
        let action = format!("{}:{}", self.service, self.name);
        let arn = self.hand.identity["arn"].as_str().unwrap_or_default().to_owned();
        let message = format!(
            "User: {arn} is not authorized to perform: {action} on resource: {resource} because no identity-based policy \
             allows the {action} action"
        );
        self.fails("AccessDenied", &message)
    }

    /// The record as text. `number` tells equal calls apart.
    pub(super) fn record(self, number: usize) -> String {
        let mut record = json!({
            "eventVersion": "1.11",
            "userIdentity": self.hand.identity,
            "eventTime": record_date(self.at),
            "eventSource": format!("{}.amazonaws.com", self.service),
            "eventName": self.name,
            "awsRegion": self.region,
            "sourceIPAddress": self.hand.address,
            "userAgent": self.user_agent(),
        });
        if let Some((code, message)) = &self.error {
            record["errorCode"] = json!(code);
            record["errorMessage"] = json!(message);
        }
        record["requestParameters"] = self.request.clone();
        record["responseElements"] = self.response.clone();
        if self.event_type == "AwsApiCall" {
            record["requestID"] = json!(uuid(&format!("request {number}")));
        }
        record["eventID"] = json!(uuid(&format!("event {number}")));
        record["readOnly"] = json!(self.reads());
        record["eventType"] = json!(self.event_type);
        record["managementEvent"] = json!(true);
        record["recipientAccountId"] = json!(ACCOUNT);
        record["eventCategory"] = json!("Management");
        if self.hand.address.parse::<std::net::IpAddr>().is_ok() {
            record["tlsDetails"] = json!({
                "tlsVersion": "TLSv1.3",
                "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": self.host(),
            });
        }
        for (member, value) in self.extra {
            record[member] = value;
        }
        record.to_string()
    }

    /// AssumeRole and its kin count as reading; GetFederationToken and GetSessionToken go by their verb.
    fn reads(&self) -> bool {
        ["Get", "List", "Describe", "Lookup", "AssumeRole", "Generate"]
            .iter()
            .any(|verb| self.name.starts_with(verb))
            && self.name != "GetFederationToken"
    }

    fn host(&self) -> String {
        match self.service {
            "iam" | "organizations" | "signin" => format!("{}.amazonaws.com", self.service),
            service => format!("{service}.{}.amazonaws.com", self.region),
        }
    }

    fn user_agent(&self) -> String {
        let mut agent = self.hand.agent.to_owned();
        if agent.ends_with('#') {
            agent.push_str(self.service);
            agent.push('.');
            let words = self.name.trim_end_matches(|c: char| c.is_ascii_digit());
            for (n, c) in words.char_indices() {
                if c.is_ascii_uppercase() && n > 0 {
                    agent.push('-');
                }
                agent.push(c.to_ascii_lowercase());
            }
        }
        agent
    }
}
