//! A client that speaks to the wire itself: one connection per request, signed by hand.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hyper::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::aws::{ALGORITHM, RESPONDER, Running, SECRET, Signature};

/// Longer than any answer takes.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Who asks which region, and how.
pub(crate) struct Client<'a> {
    aws: &'a Running,
    key: String,
    token: Option<String>,
    secret: String,
    region: String,
    clock: DateTime<Utc>,
    patience: Duration,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl<'a> Client<'a> {
    pub(crate) fn new(aws: &'a Running) -> Self {
        Self {
            aws,
            key: RESPONDER.to_owned(),
            token: None,
            secret: SECRET.to_owned(),
            region: "us-east-1".to_owned(),
            clock: Utc::now(),
            patience: PATIENCE,
        }
    }

    pub(crate) fn key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.key);
        self
    }

    pub(crate) fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    pub(crate) fn secret(mut self, secret: &str) -> Self {
        secret.clone_into(&mut self.secret);
        self
    }

    pub(crate) fn region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    pub(crate) fn clock(mut self, clock: DateTime<Utc>) -> Self {
        self.clock = clock;
        self
    }

    /// How long to wait for an answer that may never come.
    pub(crate) fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// LookupEvents, in the words of the Rust SDK.
    pub(crate) fn try_lookup(&self, parameters: &Value) -> io::Result<Answer> {
        let target = "CloudTrail_20131101.LookupEvents";
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        self.send("cloudtrail", "/", &headers, &parameters.to_string())
    }

    pub(crate) fn lookup(&self, parameters: &Value) -> Answer {
        self.try_lookup(parameters).expect("an answer")
    }

    /// Looks up one attribute, all pages, as pairs of id and time.
    pub(crate) fn all(&self, key: &str, value: &str) -> Vec<String> {
        let mut question = json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]});
        let mut found = Vec::new();
        loop {
            let page = self.lookup(&question).json();
            found.extend(ids(&page));
            match page["NextToken"].as_str() {
                Some(token) => question["NextToken"] = json!(token),
                None => return found,
            }
        }
    }

    /// A call of STS, IAM or EC2.
    pub(crate) fn query(&self, service: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let encoded = |value: &str| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
        let all = [("Action", action), ("Version", "2010-05-08")];
        let fields = all
            .iter()
            .chain(fields)
            .map(|(name, value)| format!("{name}={}", encoded(value)));
        let body = fields.collect::<Vec<_>>().join("&");
        let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        self.send(service, "/", &headers, &body).expect("an answer")
    }

    /// The Account API's ListRegions.
    pub(crate) fn list_regions(&self, parameters: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send("account", "/listRegions", &headers, &parameters.to_string())
            .expect("an answer")
    }

    fn send(&self, service: &str, path: &str, headers: &[(&str, &str)], body: &str) -> io::Result<Answer> {
        let host = self.aws.url().replace("http://", "");
        let date = self.clock.format("%Y%m%dT%H%M%SZ").to_string();
        let mut all = headers.to_vec();
        all.extend([("host", host.as_str()), ("x-amz-date", &date)]);
        all.extend(self.token.as_deref().map(|token| ("x-amz-security-token", token)));
        all.sort_unstable();
        let builder = Request::post(path);
        let builder = all
            .iter()
            .fold(builder, |builder, (name, value)| builder.header(*name, *value));
        let parts = builder.body(()).expect("a request").into_parts().0;
        let mut signature = Signature {
            key: self.key.clone(),
            region: self.region.clone(),
            service: service.to_owned(),
            date: self.clock.format("%Y%m%d").to_string(),
            signed_headers: all.iter().map(|(name, _)| (*name).to_owned()).collect(),
            hex: String::new(),
        };
        signature.hex = signature.made(&self.secret, &parts, body.as_bytes());
        let authorization = format!(
            "{ALGORITHM} Credential={}/{}/{}/{}/aws4_request, SignedHeaders={}, Signature={}",
            signature.key,
            signature.date,
            signature.region,
            signature.service,
            signature.signed_headers.join(";"),
            signature.hex
        );
        all.push(("authorization", &authorization));
        let length = body.len().to_string();
        all.extend([("connection", "close"), ("content-length", &length)]);
        let lines: Vec<String> = all.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!("POST {path} HTTP/1.1\r\n{}\r\n{body}", lines.concat());
        raw(self.aws, &request, self.patience)
    }
}

/// Sends bytes and reads one whole answer.
pub(crate) fn raw(aws: &Running, request: &str, patience: Duration) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(aws.url().replace("http://", ""))?;
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(request.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let answer = Answer {
        status: head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0),
        head: head.to_owned(),
        body: body.to_owned(),
    };
    let length = answer.header("content-length").and_then(|length| length.parse().ok());
    if length != Some(body.len()) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(answer)
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The text of the first XML element of this name.
    pub(crate) fn xml(&self, element: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("<{element}>"))?;
        Some(rest.split_once(&format!("</{element}>"))?.0)
    }

    /// Status and error code, in whichever form the protocol has it.
    pub(crate) fn error(&self) -> (u16, String) {
        let json: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let code = json["__type"]
            .as_str()
            .or(self.header("x-amzn-errortype"))
            .or(self.xml("Code"));
        (self.status, code.unwrap_or_default().to_owned())
    }
}

/// The ids of a page's events, in their order.
pub(crate) fn ids(page: &Value) -> Vec<String> {
    let events = page["Events"].as_array().expect("a list of events");
    events
        .iter()
        .map(|event| event["EventId"].as_str().expect("an id").to_owned())
        .collect()
}
