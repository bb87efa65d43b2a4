//! What a list of saved investigations says of each, without reading it whole.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::error::{ErrorKind, StoreError};
use super::schema;
use crate::cloudtrail::time;
use crate::investigation::What;

/// A saved investigation at a glance. Its hash chain is not verified: that is for opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// The keys it started from.
    pub seeds: Vec<String>,
    /// When it began.
    pub begun: DateTime<Utc>,
    /// Whether the last pass over the sources ran to its end; `None` where there was none.
    pub complete: Option<bool>,
}

/// Looks at a file. Changes nothing in it, and does not wait for a program that writes to it.
pub fn glance(path: &Path) -> Result<Glance, StoreError> {
    schema::identify(path)?;
    let read = || -> Result<Option<Glance>, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::ZERO)?;
        let Some((at, What::Started(started))) = fact(
            &connection,
            "SELECT at, payload FROM facts WHERE kind = 'started' ORDER BY seq DESC LIMIT 1",
        )?
        else {
            return Ok(None);
        };
        let last = fact(
            &connection,
            "SELECT at, payload FROM facts WHERE kind IN ('pass_began', 'pass_ended') ORDER BY seq DESC LIMIT 1",
        )?;
        Ok(time::parse_text(&at).map(|begun| Glance {
            seeds: started.seeds,
            begun,
            complete: last.map(|(_, what)| matches!(what, What::PassEnded(pass) if pass.fixed_point)),
        }))
    };
    let glance = read().map_err(|error| error.at(path))?;
    glance.ok_or_else(|| StoreError::new(ErrorKind::Damaged, "it holds no investigation").at(path))
}

fn fact(connection: &Connection, query: &str) -> Result<Option<(String, What)>, StoreError> {
    let row: Option<(String, String)> = connection
        .query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(at, payload)| Ok((at, serde_json::from_str(&payload)?)))
        .transpose()
}
