//! CloudTrail Lake, for those who have it: an event data store, asked in SQL.

mod api;

use std::str::FromStr;

use super::archive::CandidateCalls;
use super::source::{Source, SourceError};
use super::sql::Window;
use super::sql::bounds::{Bounds, By};
use super::sql::rounds::{Connect, Rounds};
use super::sql::table::{Column, Table};
use crate::account::settings;
use crate::investigation::fact::AskedTables;
use api::Api;

/// CloudTrail takes 10,000 characters.
const LONGEST: usize = 9_900;

/// The columns of every event data store, and their types: those that hold members of a record.
const COLUMNS: [(&str, &str); 25] = [
    ("eventVersion", "string"),
    ("userIdentity", "struct<>"),
    ("eventTime", "timestamp"),
    ("eventSource", "string"),
    ("eventName", "string"),
    ("awsRegion", "string"),
    ("sourceIPAddress", "string"),
    ("userAgent", "string"),
    ("errorCode", "string"),
    ("errorMessage", "string"),
    ("requestParameters", "map<>"),
    ("responseElements", "map<>"),
    ("additionalEventData", "map<>"),
    ("requestID", "string"),
    ("eventID", "string"),
    ("readOnly", "boolean"),
    ("resources", "array<>"),
    ("eventType", "string"),
    ("apiVersion", "string"),
    ("managementEvent", "boolean"),
    ("recipientAccountId", "string"),
    ("sharedEventID", "string"),
    ("serviceEventDetails", "map<>"),
    ("eventCategory", "string"),
    ("sessionCredentialFromConsole", "string"),
];

/// An event data store: its id, and its region where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    id: String,
    region: Option<String>,
}

impl FromStr for Store {
    type Err = String;

    /// Reads an id (a UUID), or the ARN that ends with it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let region = text.strip_prefix("arn:").and_then(|arn| arn.split(':').nth(2));
        let id = text.rsplit('/').next().unwrap_or_default();
        // It stands in queries as it is, so nothing else may be in it.
        let is_id = id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        let is_whole = !text.contains('/') || text.starts_with("arn:");
        if is_id && is_whole {
            Ok(Self {
                id: id.to_owned(),
                region: region.filter(|region| !region.is_empty()).map(str::to_owned),
            })
        } else {
            Err("write the id of the event data store (a UUID), or its ARN".to_owned())
        }
    }
}

/// An event data store, and how it is asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The event data store.
    pub store: Store,
    /// Profile and limits.
    pub asked: AskedTables,
    /// What is asked for.
    pub window: Window,
}

impl Settings {
    /// What an investigation calls it.
    pub fn name(&self) -> String {
        format!("CloudTrail Lake {}", self.store.id)
    }
}

impl Connect for Settings {
    type Engine = Api;

    async fn connect(&self) -> Api {
        let config = settings(self.asked.profile.as_deref()).await;
        Api::new(&config, self.store.region.clone())
    }
}

/// Measures the event data store. Gives it with the bytes that one round of questions scans, as far as a few days tell.
/// Blocks.
pub fn open(settings: Settings, calls: CandidateCalls) -> Result<(Box<dyn Source>, Option<u64>), SourceError> {
    let columns = COLUMNS.iter().filter_map(|(name, kind)| Column::new(name, kind));
    let table = Table {
        from: settings.store.id.clone(),
        columns: columns.collect(),
        origin: None,
        tells_calls: false,
        longest: LONGEST,
    };
    let column = |member: &str| table.column(member).map(|column| column.name.clone());
    let regions = settings.asked.regions.as_ref();
    let among = column("awsRegion")
        .zip(regions)
        .map(|(name, regions)| (name, super::sql::text::literals(regions)));
    let bounds = Bounds {
        days: column("eventTime").map_or(By::Nothing, By::Time),
        time: None,
        each: Vec::new(),
        among: among.into_iter().collect(),
    };
    let (name, window, most) = (settings.name(), settings.window, settings.asked.most_scanned);
    let mut rounds = Rounds::new(settings, &name, (table, bounds), calls, window, most);
    let estimate = rounds.measure()?;
    Ok((Box::new(rounds), estimate))
}
