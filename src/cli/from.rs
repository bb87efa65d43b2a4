//! `--from`: where events are read, other than AWS's event history.

use std::path::PathBuf;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

use super::failure::Failure;
use crate::catalogue;
use crate::cloudtrail::ids;
use crate::collect::archive::{Archive, CandidateCalls};
use crate::collect::athena::{self, Location, Opened};
use crate::collect::source::{Source, SourceError};
use crate::collect::{lake, sql};
use crate::export::text::safe;
use crate::investigation::fact::AskedTables;

/// How far back tables are asked where nobody says: a scan has its price.
const USUAL_REACH: TimeDelta = TimeDelta::days(90);

/// A place events are read from, as it is written after `--from` and in the facts of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A file or folder of logs.
    Files(PathBuf),
    /// `athena:DATABASE.TABLE`
    Athena(String, String),
    /// `lake:EVENT_DATA_STORE`
    Lake(lake::Store, String),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(named) = text.strip_prefix("athena:") {
            return match named.split_once('.') {
                Some((database, table)) if !database.is_empty() && !table.is_empty() => {
                    Ok(Self::Athena(database.to_owned(), table.to_owned()))
                }
                _ => Err("write it as athena:DATABASE.TABLE".to_owned()),
            };
        }
        if let Some(store) = text.strip_prefix("lake:") {
            return Ok(Self::Lake(store.parse()?, store.to_owned()));
        }
        Ok(Self::Files(text.into()))
    }
}

impl Place {
    /// The text that means the same place from any folder.
    pub(super) fn full(&self) -> String {
        match self {
            Self::Files(path) => std::path::absolute(path)
                .unwrap_or_else(|_| path.clone())
                .display()
                .to_string(),
            Self::Athena(database, table) => format!("athena:{database}.{table}"),
            Self::Lake(_, store) => format!("lake:{store}"),
        }
    }

    /// Whether it can still be read, as far as that is known without reading.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::Files(path) => path.exists(),
            Self::Athena(..) | Self::Lake(..) => true,
        }
    }

    /// Whether it is a table, asked in SQL.
    pub(super) fn is_table(&self) -> bool {
        matches!(self, Self::Athena(..) | Self::Lake(..))
    }
}

/// From when on these places are read: of tables not everything, unless that is asked for.
pub(super) fn since(places: &[Place], asked: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    let is_table = places.iter().any(Place::is_table);
    asked.or_else(|| is_table.then(|| Utc::now() - USUAL_REACH))
}

/// How places are read.
pub(super) struct Manner<'a> {
    pub(super) seeds: &'a [String],
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) until: Option<DateTime<Utc>>,
    pub(super) tables: AskedTables,
    /// Where the logs lie that a table is made of.
    pub(super) location: Option<&'a Location>,
    /// Whether a table may be made.
    pub(super) may_change: bool,
}

/// What reads these places. Of tables it is said what a question will cost.
pub(super) fn sources(places: &[Place], manner: &Manner<'_>) -> Result<Vec<Box<dyn Source>>, Failure> {
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    let mut paths = Vec::new();
    for place in places {
        match place {
            Place::Files(path) => paths.push(path.clone()),
            Place::Athena(database, table) => sources.push(manner.athena(database, table)?),
            Place::Lake(store, _) => sources.push(manner.lake(store)?),
        }
    }
    if !paths.is_empty() {
        sources.push(Box::new(Archive::new(&paths, candidate_calls())?));
    }
    Ok(sources)
}

impl Manner<'_> {
    fn window(&self) -> sql::Window {
        let now = Utc::now();
        sql::Window {
            from: self.since.unwrap_or(now - USUAL_REACH),
            until: self.until.map_or(now, |until| now.min(until - TimeDelta::seconds(1))),
        }
    }

    fn athena(&self, database: &str, table: &str) -> Result<Box<dyn Source>, Failure> {
        let settings = athena::Settings {
            database: database.to_owned(),
            table: table.to_owned(),
            asked: self.tables.clone(),
            accounts: self.seeds.iter().filter_map(|seed| ids::account_hint(seed)).collect(),
            window: self.window(),
        };
        let name = settings.name();
        let open = || athena::open(settings.clone(), candidate_calls()).map_err(refused);
        let opened = match open()? {
            Opened::Missing => {
                self.make(&settings)?;
                open()?
            }
            ready @ Opened::Ready(..) => ready,
        };
        match opened {
            Opened::Ready(source, bytes) => {
                self.say(&name, bytes);
                Ok(source)
            }
            Opened::Missing => Err(Failure::new(format!("{name} was made and is not there"), "")),
        }
    }

    fn lake(&self, store: &lake::Store) -> Result<Box<dyn Source>, Failure> {
        let settings = lake::Settings {
            store: store.clone(),
            asked: self.tables.clone(),
            window: self.window(),
        };
        let name = settings.name();
        let (source, bytes) = lake::open(settings, candidate_calls()).map_err(refused)?;
        self.say(&name, bytes);
        Ok(source)
    }

    /// Shows how a table is made, and makes it if the responder may and wants to.
    fn make(&self, settings: &athena::Settings) -> Result<(), Failure> {
        let statement = athena::define(settings, self.location).map_err(refused)?;
        let absent = format!("{} is not there", settings.name());
        if !self.may_change {
            super::print(&format!("{statement}\n"))?;
            return Err(Failure::new(
                absent,
                "The statement above makes it, without reading or copying a log. Run it in Athena, or add --allow-changes.",
            ));
        }
        let question = format!(
            "{statement}\n\n{}. This makes it, and copies nothing.\nType {} to run it; an empty line leaves it:\n",
            safe(&absent),
            safe(&settings.table)
        );
        if !super::undo::asks(&question, &settings.table)? {
            return Err(Failure::new(absent, "Nothing was made."));
        }
        athena::run(settings, &statement).map_err(refused)
    }

    /// Says before the first question what it will cost.
    fn say(&self, name: &str, bytes: Option<u64>) {
        let window = self.window();
        let days = (window.until - window.from).num_days() + 1;
        let most = self
            .tables
            .most_scanned
            .map(|most| format!("; --max-scan-gb stops at {}", sql::price(most)));
        let estimate = match bytes {
            Some(bytes) => format!("about {} (inferred from a few of the {days} days)", sql::price(bytes)),
            None => "all of it, for it is not partitioned by day".to_owned(),
        };
        eprintln!(
            "{}: each round of questions scans {estimate}; a chain takes some rounds{}",
            safe(name),
            most.unwrap_or_default()
        );
    }
}

/// Why a table cannot be asked.
fn refused(error: SourceError) -> Failure {
    match error {
        SourceError::Aws { text, hint } => Failure::refused(text, hint),
        other => Failure::new(other.to_string(), ""),
    }
}

/// The calls that a chain may hold, whoever makes them.
fn candidate_calls() -> CandidateCalls {
    CandidateCalls::new(
        ["iam.amazonaws.com", "sts.amazonaws.com", "signin.amazonaws.com"],
        catalogue::found_by_name().chain(catalogue::shown_by_anybody()),
    )
}
