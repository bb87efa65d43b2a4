//! What was asked, in order, and questions that tests ask about it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answer::{Outcome, Written};
use super::request::Request;

/// One request and what became of it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When it came, in seconds after the start.
    pub at: f64,
    /// When its answer was sent; `None` if it never was.
    pub answered: Option<f64>,
    pub service: String,
    pub region: String,
    pub action: String,
    pub parameters: Value,
    /// The access key id that signed.
    pub caller: String,
    pub user_agent: String,
    /// The latency drawn for it, in seconds.
    pub latency: f64,
    /// The fault that struck it, by name.
    pub fault: Option<String>,
    /// 0 as long as nothing was answered.
    pub status: u16,
    pub error: Option<String>,
    /// How many events the answer holds.
    pub events: usize,
}

/// Calls that look but do not touch, by the beginning of their name. AssumeRole and GetSessionToken change nothing.
const READING: [&str; 8] = [
    "Get",
    "List",
    "Describe",
    "Lookup",
    "Simulate",
    "Generate",
    "AssumeRole",
    "BatchGet",
];

impl Entry {
    pub fn new(request: &Request, at: f64) -> Self {
        Self {
            at,
            answered: None,
            service: request.service.clone(),
            region: request.region.clone(),
            action: request.action.clone(),
            parameters: request.parameters.clone(),
            caller: request.key.clone(),
            user_agent: request.user_agent.clone(),
            latency: 0.0,
            fault: None,
            status: 0,
            error: None,
            events: 0,
        }
    }

    pub fn answer(&mut self, request: &Request, outcome: &Outcome, written: &Written, at: f64) {
        self.answered = Some(at);
        self.status = written.status;
        self.error = outcome.as_ref().err().map(|f| f.code(request.protocol).1.to_owned());
        self.events = outcome
            .as_ref()
            .ok()
            .and_then(|answer| answer["Events"].as_array())
            .map_or(0, Vec::len);
    }

    pub fn is_lookup(&self) -> bool {
        self.action == "LookupEvents"
    }

    pub fn is_writing(&self) -> bool {
        !READING.iter().any(|start| self.action.starts_with(start))
    }

    pub fn is_throttled(&self) -> bool {
        self.error.as_deref() == Some("ThrottlingException")
    }

    /// The attribute and value a lookup asked for.
    pub fn attribute(&self) -> Option<(&str, &str)> {
        let attribute = &self.parameters["LookupAttributes"][0];
        Some((
            attribute["AttributeKey"].as_str()?,
            attribute["AttributeValue"].as_str()?,
        ))
    }
}

/// The log up to now.
#[derive(Debug, Clone, Default)]
pub struct Log(pub Vec<Entry>);

impl Log {
    /// All calls of LookupEvents.
    pub fn lookups(&self) -> Vec<&Entry> {
        self.0.iter().filter(|entry| entry.is_lookup()).collect()
    }

    /// All calls that could change something.
    pub fn writes(&self) -> Vec<&Entry> {
        self.0.iter().filter(|entry| entry.is_writing()).collect()
    }

    /// The share of the lookups that were throttled, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "counts of requests are small")]
    pub fn throttled_share(&self) -> f64 {
        let lookups = self.lookups();
        let throttled = lookups.iter().filter(|entry| entry.is_throttled()).count();
        throttled as f64 / lookups.len().max(1) as f64
    }

    /// Lookups that had been answered in full before, with the same parameters in the same region.
    pub fn asked_twice(&self) -> Vec<&Entry> {
        let mut answered: BTreeMap<(&str, String), f64> = BTreeMap::new();
        let mut twice = Vec::new();
        for entry in self.lookups() {
            let question = (entry.region.as_str(), entry.parameters.to_string());
            if answered.get(&question).is_some_and(|at| *at < entry.at) {
                twice.push(entry);
            }
            if let (Some(at), 200, None) = (entry.answered, entry.status, &entry.fault) {
                answered.entry(question).or_insert(at);
            }
        }
        twice
    }

    /// Lookups per region.
    pub fn lookups_per_region(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for entry in self.lookups() {
            *counts.entry(entry.region.as_str()).or_default() += 1;
        }
        counts
    }
}
