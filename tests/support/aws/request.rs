//! One request, as the four protocols of AWS write it.

use hyper::body::Bytes;
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::signature::Signature;

/// How a service writes requests and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// CloudTrail: JSON 1.1, the action in `X-Amz-Target`.
    Json,
    /// STS and IAM: a form goes in, XML comes out.
    Query,
    /// EC2: as query, with an XML of its own.
    Ec2,
    /// Account management: JSON, the action in the path.
    Rest,
}

/// What is asked, by whom, where.
#[derive(Debug, Clone)]
pub struct Request {
    pub protocol: Protocol,
    pub service: String,
    pub region: String,
    /// The access key id that signed.
    pub key: String,
    pub action: String,
    /// JSON members as they came; the fields of a form as texts.
    pub parameters: Value,
    pub user_agent: String,
}

impl Request {
    /// Service and region are those that the signature was made for, as the host is the same for all.
    pub fn read(parts: &Parts, body: &Bytes, signature: Option<&Signature>) -> Self {
        let (service, region, key) = signature.map_or_else(Default::default, |signed| {
            (signed.service.clone(), signed.region.clone(), signed.key.clone())
        });
        let target = header(parts, "x-amz-target");
        let protocol = match service.as_str() {
            "ec2" => Protocol::Ec2,
            "account" => Protocol::Rest,
            _ if target.is_some() => Protocol::Json,
            _ => Protocol::Query,
        };
        let parameters = match protocol {
            Protocol::Json | Protocol::Rest => serde_json::from_slice(body).unwrap_or_else(|_| json!({})),
            Protocol::Query | Protocol::Ec2 => form(&String::from_utf8_lossy(body)),
        };
        let action = match protocol {
            // botocore writes a longer prefix than the other SDKs.
            Protocol::Json => target.map(|t| t.rsplit('.').next().unwrap_or_default().to_owned()),
            Protocol::Rest => Some(capitalised(parts.uri.path().trim_start_matches('/'))),
            Protocol::Query | Protocol::Ec2 => parameters["Action"].as_str().map(str::to_owned),
        };
        Self {
            protocol,
            service,
            region,
            key,
            action: action.unwrap_or_default(),
            parameters,
            user_agent: header(parts, "user-agent").unwrap_or_default().to_owned(),
        }
    }

    /// A text parameter that is there and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.parameters[name].as_str().filter(|text| !text.is_empty())
    }

    /// The name that IAM policies have for the call.
    pub fn permission(&self) -> String {
        format!("{}:{}", self.service, self.action)
    }
}

/// A header's text.
pub fn header<'p>(parts: &'p Parts, name: &str) -> Option<&'p str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}

fn form(text: &str) -> Value {
    let decoded = |part: &str| {
        let spaced = part.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let fields = text.split('&').filter_map(|field| field.split_once('='));
    let members: Map<String, Value> = fields
        .map(|(name, value)| (decoded(name), Value::String(decoded(value))))
        .collect();
    Value::Object(members)
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
