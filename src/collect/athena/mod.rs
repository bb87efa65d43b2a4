//! A trail's logs, asked in Athena: the scan runs there, the chain is followed here.
//!
//! | part | one idea |
//! |---|---|
//! | `api` | the calls to Athena |
//! | `metadata` | what the catalogue says of a table, and how it is bounded by that |
//! | `trail` | where a trail puts its logs |
//! | `definition` | the statement that makes a table |

mod api;
mod definition;
mod metadata;
mod trail;

use aws_config::SdkConfig;

pub use definition::Location;
use definition::definition;

use super::archive::CandidateCalls;
use super::refusal::Refusal;
use super::source::{Source, SourceError};
use super::sql::Window;
use super::sql::rounds::{self, Connect, Rounds, refused, runtime};
use crate::account::{regions, settings};
use crate::investigation::fact::AskedTables;
use api::Api;

/// A table, and how it is asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The database.
    pub database: String,
    /// The table.
    pub table: String,
    /// Profile, workgroup and limits.
    pub asked: AskedTables,
    /// The accounts of the seeds: a table may want to be asked for accounts one by one.
    pub accounts: Vec<String>,
    /// What is asked for.
    pub window: Window,
}

/// What there is.
pub enum Opened {
    /// The table, and the bytes that one round of questions scans, as far as a few days tell.
    Ready(Box<dyn Source>, Option<u64>),
    /// No such table.
    Missing,
}

impl Settings {
    /// What an investigation calls it.
    pub fn name(&self) -> String {
        format!("Athena {}.{}", self.database, self.table)
    }

    async fn config(&self) -> SdkConfig {
        settings(self.asked.profile.as_deref()).await
    }

    fn api(&self, config: &SdkConfig) -> Api {
        Api::new(config, &self.database, &self.asked)
    }
}

impl Connect for Settings {
    type Engine = Api;

    async fn connect(&self) -> Api {
        self.api(&self.config().await)
    }
}

/// Finds the table and measures it. Blocks.
pub fn open(settings: Settings, calls: CandidateCalls) -> Result<Opened, SourceError> {
    let (found, regions) = runtime()?.block_on(async {
        let config = settings.config().await;
        let found = settings.api(&config).metadata(&settings.table).await;
        let named = settings.asked.regions.clone();
        let regions = match named {
            Some(named) => named,
            None => regions::all(&config).await.names,
        };
        (found, regions)
    });
    let refuse = |refusal: &Refusal| refused(&settings.name(), refusal);
    let Some(metadata) = found.map_err(|refusal| refuse(&refusal))? else {
        return Ok(Opened::Missing);
    };
    let are_named = settings.asked.regions.is_some();
    let known = metadata.table(&settings.database, &settings.table).and_then(|table| {
        let bounds = metadata.bounds(&table, (&regions, are_named), &settings.accounts)?;
        Ok((table, bounds))
    });
    let known = known.map_err(|unfit| SourceError::Table {
        name: settings.name(),
        why: unfit.to_string(),
    })?;
    let (name, window, most) = (settings.name(), settings.window, settings.asked.most_scanned);
    let mut rounds = Rounds::new(settings, &name, known, calls, window, most);
    let estimate = rounds.measure()?;
    Ok(Opened::Ready(Box::new(rounds), estimate))
}

/// The statement that makes the table, of the logs at `location`, or of those of a trail. Blocks.
pub fn define(settings: &Settings, location: Option<&Location>) -> Result<String, SourceError> {
    let (regions, location) = runtime()?.block_on(async {
        let config = settings.config().await;
        let location = match location {
            Some(location) => Some(location.clone()),
            None => trail::location(&config).await,
        };
        (regions::all(&config).await.names, location)
    });
    let unfit = |why: String| SourceError::Table {
        name: settings.name(),
        why,
    };
    let location = location.ok_or_else(|| {
        unfit("it is not there, and no trail says where the logs are: name them with --athena-location".to_owned())
    })?;
    definition(&settings.database, &settings.table, &location, &regions).map_err(|error| unfit(error.to_string()))
}

/// Runs a statement that the responder approved. Blocks.
pub fn run(settings: &Settings, statement: &str) -> Result<(), SourceError> {
    rounds::run(settings.clone(), &settings.name(), statement)
}
