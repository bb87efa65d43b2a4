//! AWS on a port of this machine: CloudTrail event history, STS, IAM, regions, with their limits, errors and faults.
//!
//! ```ignore
//! let aws = Aws::new("111122223333")
//!     .region("us-east-1", Region::enabled().latency_mean(4.0))
//!     .events(recent(records))
//!     .user(User::new("app").key("AKIAZZSEED0000000001"))
//!     .fault(Fault::chance(Kind::Reset, 0.05))
//!     .speed(20.0)
//!     .start();
//! aws.credentials(&mut command);
//! // ... run the command ...
//! assert!(aws.log().writes().is_empty());
//! ```
//!
//! Everybody may do everything unless a [`Denial`] says no; policies are shown, never evaluated. What AWS does was taken
//! from its documentation and API models; where that is silent, a comment says so.
//!
//! | file | one idea |
//! |---|---|
//! | `server` | HTTP, and what goes wrong on the wire |
//! | `request`, `signature` | what is asked, who signed, where |
//! | `answer`, `xml` | answers and errors in the words of each protocol |
//! | `cloud` | the order in which a request is checked and answered |
//! | `lookup`, `history`, `index` | LookupEvents, its pages, what a record is filed under |
//! | `pace`, `fault` | time, rates and latencies; what goes wrong when |
//! | `state`, `caller`, `sts`, `iam`, `region` | identities and regions, and the calls about them |
//! | `log` | what was asked |
//! | `running` | the handle that a test holds |

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_docs,
    reason = "shared by several test programs; each uses the part it needs"
)]
#![allow(clippy::unwrap_used, reason = "a server that cannot start is a test that fails")]

mod answer;
mod caller;
mod cloud;
mod fault;
mod history;
mod iam;
mod index;
mod log;
mod lookup;
mod pace;
mod region;
mod request;
mod running;
mod server;
mod signature;
mod state;
mod sts;
mod xml;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

pub use caller::Denial;
pub use fault::{Fault, Kind};
pub use log::{Entry, Log};
pub use region::{DEFAULT_REGIONS, OPT_IN_REGIONS, Region};
pub use running::Running;
pub use signature::{ALGORITHM, Signature};
pub use state::{Group, Key, Role, Session, User, long_ago, token_of};
pub use sts::MFA_CODE;

use cloud::{Cloud, Settings, State};
use index::Event;
use pace::Allowance;
use state::Identities;

/// The key of the user `responder`, which every account has.
pub const RESPONDER: &str = "AKIAZZRESPONDER00001";
/// The secret of every key.
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// An account being set up.
#[derive(Debug)]
pub struct Aws {
    settings: Settings,
    identities: Identities,
    events: Vec<Event>,
    faults: Vec<Fault>,
    calls_left: BTreeMap<String, u64>,
    allowance: Allowance,
    speed: f64,
    port: u16,
    members: Vec<Aws>,
}

impl Aws {
    /// An account with the usual regions, a responder, and nothing in its history.
    pub fn new(account: &str) -> Self {
        let usual = DEFAULT_REGIONS.map(|name| (name.to_owned(), Region::enabled()));
        let opt_in = OPT_IN_REGIONS.map(|name| (name.to_owned(), Region::disabled()));
        let settings = Settings {
            regions: usual.into_iter().chain(opt_in).collect(),
            denials: Vec::new(),
            seed: 1,
            clock_ahead: TimeDelta::zero(),
            retention: TimeDelta::days(90),
            token_lifetime: f64::INFINITY,
            public_keys: Vec::new(),
        };
        let identities = Identities {
            account: account.to_owned(),
            ..Identities::default()
        };
        Self {
            settings,
            identities,
            events: Vec::new(),
            faults: Vec::new(),
            calls_left: BTreeMap::new(),
            allowance: Allowance::new(2.0, 2.0),
            speed: 1.0,
            port: 0,
            members: Vec::new(),
        }
        .user(User::new("responder").key(RESPONDER))
    }

    /// How one region behaves.
    pub fn region(mut self, name: &str, region: Region) -> Self {
        match self.settings.regions.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = region,
            None => self.settings.regions.push((name.to_owned(), region)),
        }
        self
    }

    /// Every enabled region takes this long to look up, in the mean.
    pub fn latency_mean(mut self, seconds: f64) -> Self {
        for (_, region) in self.settings.regions.iter_mut().filter(|(_, r)| r.enabled) {
            region.latency_mean = seconds;
        }
        self
    }

    /// Records that event history holds, each in its `awsRegion`.
    pub fn events(self, records: impl IntoIterator<Item = Value>) -> Self {
        self.events_after(0.0, records)
    }

    /// Records that are delivered late: so many seconds after the start.
    pub fn events_after(mut self, seconds: f64, records: impl IntoIterator<Item = Value>) -> Self {
        let records = records.into_iter();
        self.events
            .extend(records.filter_map(|record| Event::new(&record, seconds)));
        self
    }

    pub fn user(mut self, user: User) -> Self {
        self.identities.users.insert(user.name.clone(), user);
        self
    }

    pub fn role(mut self, role: Role) -> Self {
        self.identities.roles.insert(role.name.clone(), role);
        self
    }

    pub fn group(mut self, group: Group) -> Self {
        self.identities.groups.insert(group.name.clone(), group);
        self
    }

    /// A managed policy's document.
    pub fn policy(mut self, arn: &str, document: &str) -> Self {
        self.identities.policies.insert(arn.to_owned(), document.to_owned());
        self
    }

    /// Temporary credentials.
    pub fn session(mut self, session: Session) -> Self {
        self.identities.sessions.push(session);
        self
    }

    pub fn root_key(mut self, key: Key) -> Self {
        self.identities.root_keys.push(key);
        self
    }

    /// A key of another account.
    pub fn foreign_key(mut self, key: &str, account: &str) -> Self {
        self.identities.foreign_keys.insert(key.to_owned(), account.to_owned());
        self
    }

    pub fn deny(mut self, denial: Denial) -> Self {
        self.settings.denials.push(denial);
        self
    }

    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// The credentials expire after so many calls.
    pub fn expires_after(mut self, key: &str, calls: u64) -> Self {
        self.calls_left.insert(key.to_owned(), calls);
        self
    }

    /// How many lookups a region answers per second, and at once. AWS documents 2 per second.
    pub fn rate(mut self, per_second: f64, burst: f64) -> Self {
        self.allowance = Allowance::new(per_second, burst);
        self
    }

    /// Page tokens are accepted for so many seconds.
    pub fn token_lifetime(mut self, seconds: f64) -> Self {
        self.settings.token_lifetime = seconds;
        self
    }

    /// The server's clock is ahead by so much (or behind).
    pub fn clock_ahead(mut self, by: TimeDelta) -> Self {
        self.settings.clock_ahead = by;
        self
    }

    /// How long event history keeps events: 90 days unless told.
    pub fn retention(mut self, time: TimeDelta) -> Self {
        self.settings.retention = time;
        self
    }

    /// Rates and latencies run so many times as fast as in reality.
    pub fn speed(mut self, factor: f64) -> Self {
        self.speed = factor;
        self
    }

    /// Where all that is random comes from.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// A port of one's own choice instead of a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// A key with which CloudTrail signs in a region, its value as base64.
    pub fn public_key(mut self, region: &str, fingerprint: &str, value: &str) -> Self {
        let key = [region, fingerprint, value].map(str::to_owned);
        self.settings.public_keys.push(key);
        self
    }

    /// Another account of the organization behind the same port: its own keys reach it, and the sessions of its roles.
    pub fn member(mut self, member: Self) -> Self {
        self.members.push(member);
        self
    }

    /// Starts the server.
    pub fn start(self) -> Running {
        let port = self.port;
        Running::new(self.cloud(), port)
    }

    fn cloud(self) -> Arc<Cloud> {
        let members = self.members.into_iter().map(Self::cloud).collect();
        let state = State {
            identities: self.identities,
            history: self.events.into_iter().collect(),
            log: Log::default(),
            faults: self.faults,
            allowance: self.allowance,
            calls_left: self.calls_left,
            drawn: HashMap::new(),
        };
        Arc::new(Cloud::new(self.settings, state, self.speed, members))
    }
}

/// The same records, moved in time so that the newest is an hour old: event history reaches back 90 days only.
pub fn recent(mut records: Vec<Value>) -> Vec<Value> {
    let time = |record: &Value| record["eventTime"].as_str()?.parse::<DateTime<Utc>>().ok();
    if let Some(newest) = records.iter().filter_map(time).max() {
        let later = Utc::now() - TimeDelta::hours(1) - newest;
        // Whole seconds, as event times are.
        let later = TimeDelta::seconds(later.num_seconds());
        for record in &mut records {
            if let Some(time) = time(record) {
                record["eventTime"] = json!((time + later).format("%Y-%m-%dT%H:%M:%SZ").to_string());
            }
        }
    }
    records
}
