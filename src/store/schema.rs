//! The tables, and how a file is known for an investigation of keytrail.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::{ErrorKind, StoreError};

/// `ktrl`, at byte 68 of the file; `file(1)` and other programs tell investigations by it.
const APPLICATION_ID: u32 = 0x6b74_726c;

/// The version of the tables; a file with a higher one is left alone.
const VERSION: u32 = 1;

/// Checks that `path` is an investigation this program can read. Looks at the first 100 bytes only and leaves SQLite out of
/// it, so that a file which is not ours, or is newer, is not touched in any way. (A program that ever raises the version of
/// a file must therefore do so outside WAL mode, so that the header is in the file itself.)
pub(super) fn identify(path: &Path) -> Result<(), StoreError> {
    let mut header = Vec::new();
    File::open(path)
        .and_then(|file| file.take(100).read_to_end(&mut header))
        .map_err(|e| StoreError::io(path, e))?;
    let number = |at: usize| {
        let bytes = header.get(at..at + 4)?;
        Some(bytes.iter().fold(0, |n, byte| n << 8 | u32::from(*byte)))
    };
    let refuse = |why| Err(StoreError::new(ErrorKind::NotKeytrail, why).at(path));
    if header.is_empty() {
        return refuse(
            "the file is empty: perhaps the start of an investigation was interrupted; delete it to use its name",
        );
    }
    if !header.starts_with(b"SQLite format 3\0") || number(68) != Some(APPLICATION_ID) {
        return refuse("this is not an investigation of keytrail");
    }
    match number(60) {
        Some(version) if version > VERSION => Err(StoreError::new(
            ErrorKind::Newer,
            format!("a newer keytrail wrote this file (version {version}; this program knows {VERSION})"),
        )
        .at(path)),
        _ => Ok(()),
    }
}

/// Opens the database at `path`, which exists. Read-only where the file cannot be written.
pub(super) fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    // Without SQLITE_OPEN_URI, so that a path is a path whatever characters it holds.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).and_then(planned_once)
}

/// Opens an empty database that is not kept.
pub(super) fn connect_in_memory() -> Result<Connection, rusqlite::Error> {
    Connection::open_in_memory().and_then(planned_once)
}

/// Else SQLite plans a statement anew whenever another value is bound, which takes far longer than running it.
fn planned_once(connection: Connection) -> Result<Connection, rusqlite::Error> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// Bytes of a database page.
pub(super) const PAGE: u32 = 16 << 10;

/// Makes the tables in an empty database, all or nothing.
pub(super) fn create(connection: &mut Connection) -> Result<(), rusqlite::Error> {
    // Records and lists of files are larger than SQLite's usual page of 4 kB: fewer pages, fewer calls.
    connection.pragma_update(None, "page_size", PAGE)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(include_str!("schema.sql"))?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}
