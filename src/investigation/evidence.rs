//! The events kept, without their copies, and who signed them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::catalogue::{self, Effect, Touch};
use crate::cloudtrail::{Event, EventKey, Identity, Record};

/// How much somebody did, and when.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Activity {
    /// Calls.
    pub events: u64,
    /// Calls among them that failed.
    pub failed: u64,
    /// The earliest call.
    pub first: Option<DateTime<Utc>>,
    /// The latest call.
    pub last: Option<DateTime<Utc>>,
    /// The latest call that succeeded.
    pub last_success: Option<DateTime<Utc>>,
    /// Calls per region.
    pub regions: BTreeMap<Arc<str>, u64>,
}

impl Activity {
    /// Counts one event.
    pub fn add(&mut self, event: &Event) {
        self.events += 1;
        self.failed += u64::from(!event.outcome.succeeded());
        self.first = Some(self.first.map_or(event.time(), |t| t.min(event.time())));
        self.last = Some(self.last.map_or(event.time(), |t| t.max(event.time())));
        if event.outcome.succeeded() {
            self.last_success = self.last_success.max(Some(event.time()));
        }
        *self.regions.entry(event.region.clone()).or_default() += 1;
    }

    /// Adds another count to this one.
    pub fn merge(&mut self, other: &Self) {
        self.events += other.events;
        self.failed += other.failed;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
        self.last_success = self.last_success.max(other.last_success);
        for (region, events) in &other.regions {
            *self.regions.entry(region.clone()).or_default() += events;
        }
    }
}

/// A call that can extend the chain, with its whole record.
#[derive(Debug, Clone)]
pub struct LineageCall {
    /// Where the event stands in [`Evidence::events`].
    pub event: usize,
    /// The record.
    pub body: Arc<Value>,
}

/// Every event kept, once.
#[derive(Debug, Default)]
pub struct Evidence {
    events: Vec<Event>,
    hashes: Vec<[u8; 32]>,
    known: HashMap<EventKey, usize>,
    lineage: BTreeMap<EventKey, LineageCall>,
    /// Who asked for what, of calls that findings alone need, by their place in `events`.
    asked: HashMap<usize, Value>,
    /// What was made, changed and ended outside IAM, by whichever call.
    touched: BTreeMap<EventKey, (usize, Vec<Touch>)>,
    callers: HashMap<Identity, Activity>,
    first_use: HashMap<Arc<str>, usize>,
    /// What was asked for in calls that only read, each once.
    requests: HashMap<String, Arc<Value>>,
    duplicates: u64,
}

impl Evidence {
    /// Adds a record. Returns whether it was new; a copy is only counted.
    pub fn add(&mut self, record: &Record) -> bool {
        let event = &record.event;
        if self.known.contains_key(&event.key) {
            self.duplicates += 1;
            return false;
        }
        let at = self.events.len();
        self.known.insert(event.key.clone(), at);
        if catalogue::is_lineage_call(&event.source, event.base_name()) {
            let body = self.needed(record);
            self.lineage.insert(event.key.clone(), LineageCall { event: at, body });
        } else if catalogue::is_finding_call(&event.source, event.base_name()) {
            let member = |name: &str| record.body.get(name);
            let asked = json!({
                "requestParameters": member("requestParameters"), "userIdentity": member("userIdentity"),
            });
            self.asked.insert(at, asked);
        }
        let touches = catalogue::touches(event, &record.body);
        if !touches.is_empty() {
            self.touched.insert(event.key.clone(), (at, touches));
        }
        self.callers.entry(event.identity.clone()).or_default().add(event);
        if let Some(key) = &event.identity.access_key {
            let first = self.first_use.entry(key.clone()).or_insert(at);
            if *first != at && event.key < self.events[*first].key {
                *first = at;
            }
        }
        self.events.push(event.clone());
        self.hashes.push(record.sha256);
        true
    }

    /// The record, as far as the chain needs it. Of what a program reads all day that is the request, and the same requests
    /// in the same place share one: memory is not to hold every answer.
    fn needed(&mut self, record: &Record) -> Arc<Value> {
        let event = &record.event;
        let rule = catalogue::rule(&event.source, event.base_name());
        if rule.is_none_or(|rule| rule.effect != Effect::Exposes) {
            return record.body.clone();
        }
        let request = json!({"requestParameters": record.body.get("requestParameters")});
        let place = format!(
            "{} {} {} {}",
            event.source,
            event.base_name(),
            event.account(),
            event.region
        );
        let shared = self.requests.entry(format!("{place} {request}"));
        shared.or_insert_with(|| Arc::new(request)).clone()
    }

    /// The events in the order they arrived.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// SHA-256 of the original record of each of [`events`](Self::events).
    pub fn hashes(&self) -> &[[u8; 32]] {
        &self.hashes
    }

    /// An event by its key.
    pub fn find(&self, key: &EventKey) -> Option<usize> {
        self.known.get(key).copied()
    }

    /// The calls that can extend the chain, in order of time.
    pub fn lineage(&self) -> impl Iterator<Item = (&Event, &Value)> {
        self.lineage
            .values()
            .map(|call| (&self.events[call.event], &*call.body))
    }

    /// The whole record of a call that can extend the chain.
    pub fn lineage_record(&self, key: &EventKey) -> Option<&Value> {
        self.lineage.get(key).map(|call| &*call.body)
    }

    /// What is kept of the record of an event, by its place in [`events`](Self::events): the whole of it for calls that can
    /// extend the chain, the request for others that findings read.
    pub fn record(&self, at: usize) -> Option<&Value> {
        let asked = self.asked.get(&at);
        asked.or_else(|| self.lineage_record(&self.events.get(at)?.key))
    }

    /// The calls that made, changed or ended a resource, with what they did, in order of time.
    pub fn touched(&self) -> impl Iterator<Item = (usize, &[Touch])> {
        self.touched.values().map(|(at, touches)| (*at, &**touches))
    }

    /// Whether it is known what a call did to which resource.
    pub fn is_touch(&self, key: &EventKey) -> bool {
        self.touched.contains_key(key)
    }

    /// Every caller seen, with what they did.
    pub fn callers(&self) -> impl Iterator<Item = (&Identity, &Activity)> {
        self.callers.iter()
    }

    /// The earliest event signed with a key.
    pub fn first_use(&self, key: &str) -> Option<&Event> {
        self.first_use.get(key).map(|at| &self.events[*at])
    }

    /// Copies left out.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }
}
