//! What the chain called, counted by name: the evidence that items are about.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::cloudtrail::Event;
use crate::cloudtrail::event::without_api_date;
use crate::investigation::actor::actor_id;
use crate::investigation::{Investigation, Verdict};

/// The name of a call in a playbook: `iam:CreateUser`, with the prefix of the IAM action. `*` may stand for the end of the
/// name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallName {
    service: String,
    name: String,
}

/// What one call of the evidence came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// `iam:CreateUser`.
    pub call: String,
    /// How often it succeeded.
    pub times: u64,
    /// How often it failed.
    pub failed: u64,
    /// The first time.
    pub first: DateTime<Utc>,
    /// The last time it succeeded.
    pub last_success: Option<DateTime<Utc>>,
}

impl CallName {
    /// Reads `service:Name`; `None` where it has another form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (service, name) = text.split_once(':')?;
        let stem = name.strip_suffix('*').unwrap_or(name);
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        (!service.is_empty() && !name.is_empty() && plain(service) && plain(stem)).then(|| Self {
            service: service.to_owned(),
            name: name.to_owned(),
        })
    }

    fn means(&self, service: &str, name: &str) -> bool {
        self.service == service
            && match self.name.strip_suffix('*') {
                Some(stem) => name.starts_with(stem),
                None => self.name == name,
            }
    }
}

/// Event sources that go by another name than the prefix of their IAM actions.
fn prefix(service: &str) -> &str {
    match service {
        "monitoring" => "cloudwatch",
        other => other,
    }
}

/// The calls of the chain by (service, name), those of sources that are judged expected left out.
#[derive(Debug, Default)]
pub(super) struct Deeds(HashMap<(String, String), Deed>);

impl Deeds {
    pub(super) fn of(investigation: &Investigation) -> Self {
        let nodes = &investigation.chain().nodes;
        let expected = |subject: &str| investigation.verdict(subject) == Verdict::Expected;
        let keys: HashSet<&str> = nodes
            .iter()
            .filter(|node| node.is_key() && !expected(&node.node))
            .map(|node| &*node.id)
            .collect();
        let ours: HashSet<&str> = investigation
            .actors()
            .iter()
            .map(|actor| &*actor.id)
            .filter(|id| expected(id))
            .collect();
        let events = investigation.evidence().events().iter();
        let mut by_name: HashMap<(Arc<str>, Arc<str>), Deed> = HashMap::new();
        let is_theirs = |event: &&Event| {
            let signed = event
                .identity
                .access_key
                .as_deref()
                .is_some_and(|key| keys.contains(key));
            signed && (ours.is_empty() || !ours.contains(&*actor_id(event)))
        };
        for event in events.filter(is_theirs) {
            let name = (event.source.clone(), event.name.clone());
            let deed = by_name.entry(name).or_insert_with(|| Deed {
                call: String::new(),
                times: 0,
                failed: 0,
                first: event.time(),
                last_success: None,
            });
            deed.first = deed.first.min(event.time());
            if event.outcome.succeeded() {
                deed.times += 1;
                deed.last_success = deed.last_success.max(Some(event.time()));
            } else {
                deed.failed += 1;
            }
        }
        let mut deeds = Self::default();
        for ((source, name), deed) in by_name {
            let service = prefix(source.split('.').next().unwrap_or_default());
            deeds.add(service, without_api_date(&name), &deed);
        }
        deeds
    }

    fn add(&mut self, service: &str, name: &str, deed: &Deed) {
        let key = (service.to_owned(), name.to_owned());
        let call = format!("{service}:{name}");
        match self.0.get_mut(&key) {
            Some(known) => {
                known.times += deed.times;
                known.failed += deed.failed;
                known.first = known.first.min(deed.first);
                known.last_success = known.last_success.max(deed.last_success);
            }
            None => drop(self.0.insert(key, Deed { call, ..deed.clone() })),
        }
    }

    /// What there is of some calls, earliest first.
    pub(super) fn of_calls(&self, calls: &[CallName]) -> Vec<Deed> {
        let wanted = |(service, name): &(String, String)| calls.iter().any(|call| call.means(service, name));
        let mut found: Vec<Deed> = self
            .0
            .iter()
            .filter(|(key, _)| !calls.is_empty() && wanted(key))
            .map(|(_, deed)| deed.clone())
            .collect();
        found.sort_by(|a, b| (a.first, &a.call).cmp(&(b.first, &b.call)));
        found
    }
}

/// Calls in words: `iam:CreateUser 2, 1 failed`.
pub fn evidence_words(deeds: &[Deed]) -> String {
    let words = deeds.iter().map(|deed| match (deed.times, deed.failed) {
        (times, 0) => format!("{} {times}", deed.call),
        (0, failed) => format!("{} {failed} failed", deed.call),
        (times, failed) => format!("{} {times} and {failed} failed", deed.call),
    });
    words.collect::<Vec<_>>().join(", ")
}
