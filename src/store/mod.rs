//! The `.keytrail` file: an SQLite database that holds the facts of one investigation.
//!
//! Facts first, state derived: [`CaseFile::commit`] writes a fact and then applies it to the [`Investigation`]; nothing
//! else is saved. Opening a file applies its facts again. The file can be read with `sqlite3`; its tables and the exact
//! form of the hashes are in `schema.sql`, which every file carries with it.
//!
//! | file | one idea |
//! |---|---|
//! | `schema` | the tables, and how a file is known for ours |
//! | `journal` | appending facts, walking through them, the hash chain |
//! | `glance` | what a list of files says of each |
//! | `error` | what can go wrong, and what to do about it |
//!
//! # What is kept
//!
//! Every record of a page has a row. A copy of an event that is there already (same id, time and account) keeps the hash
//! of its own bytes but not its body, so that copies cost little and are counted the same when the file is opened again.
//!
//! # What survives
//!
//! While it is written, the file is in WAL mode: a commit is one append, and once [`CaseFile::commit`] has returned, the
//! end of the program, however sudden, loses nothing. A power cut can take the last pages of archive records, never a
//! decision of the responder, and never the file's consistency. Clean closing folds the `-wal` file back and leaves
//! rollback mode, so that one file is all there is to hand over, and it opens on read-only media too. Looking at a file
//! that was closed cleanly changes no byte of it.
//!
//! # What the hash chain proves
//!
//! Each fact's hash covers the fact, the records of its page and the hash before it. So the head hash stands for the whole
//! journal: who noted it elsewhere (it is shown, and is in the manifest of every export) can later show that nothing
//! before it was changed, left out or put in between. Without such a note it shows accidents and careless edits only:
//! somebody who rewrites the whole file can compute new hashes, and somebody who cuts facts off the end leaves a valid,
//! shorter chain. It says nothing about whether the records were true when they were read; `sha256` of each record and
//! file ties them to the archives they came from.

mod error;
mod glance;
mod journal;
mod schema;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::Connection;

pub use error::{ErrorKind, StoreError};
pub use glance::{Glance, glance};
pub use journal::{Integrity, StoredRecord};

use crate::cloudtrail::EventKey;
use crate::export;
use crate::investigation::{Fact, Investigation, What};
use journal::Head;

/// An investigation and the file it lives in.
#[derive(Debug)]
pub struct CaseFile {
    connection: Connection,
    path: Option<PathBuf>,
    investigation: Investigation,
    head: Head,
    integrity: Integrity,
    /// Whether the file is in WAL mode and has to be brought back when it is closed.
    wal: bool,
}

impl CaseFile {
    /// Starts a new file, readable and writable by its owner only. Refuses a path where something is already.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        export::create_private(path).map_err(|e| StoreError::io(path, e))?;
        let made = schema::connect(path)
            .and_then(|mut connection| schema::create(&mut connection).map(|()| connection))
            .map_err(|e| StoreError::from(e).at(path));
        if made.is_err() {
            // The file is ours and empty. Failing to remove it must not hide the reason.
            let _ = std::fs::remove_file(path);
        }
        Ok(Self::empty(made?, Some(path.to_owned())))
    }

    /// Opens a file and applies all its facts. A file whose hash chain is broken opens too: see
    /// [`integrity`](Self::integrity).
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        schema::identify(path)?;
        let open = || -> Result<Self, StoreError> {
            let mut case = Self::empty(schema::connect(path)?, Some(path.to_owned()));
            // It is in WAL mode only if the last program was killed, or one is writing now.
            let mode: String = case
                .connection
                .pragma_query_value(None, "journal_mode", |row| row.get(0))?;
            case.wal = mode == "wal";
            (case.head, case.integrity) = journal::walk(&case.connection, |fact| case.investigation.apply(&fact))?;
            case.investigation.settle();
            Ok(case)
        };
        open().map_err(|e| e.at(path))
    }

    /// An investigation that is not saved.
    pub fn in_memory() -> Result<Self, StoreError> {
        let mut connection = schema::connect_in_memory()?;
        schema::create(&mut connection)?;
        Ok(Self::empty(connection, None))
    }

    fn empty(connection: Connection, path: Option<PathBuf>) -> Self {
        Self {
            connection,
            path,
            investigation: Investigation::default(),
            head: Head::default(),
            integrity: Integrity::Whole,
            wal: false,
        }
    }

    /// Writes one fact, then applies it. If it cannot be written, nothing is applied.
    pub fn commit(&mut self, at: DateTime<Utc>, what: What) -> Result<(), StoreError> {
        self.commit_all(at, vec![what])
    }

    /// Writes facts in one transaction, then applies them: all or none.
    pub fn commit_all(&mut self, at: DateTime<Utc>, what: Vec<What>) -> Result<(), StoreError> {
        let facts: Vec<Fact> = what.into_iter().map(|what| Fact { at, what }).collect();
        self.write(&facts).map_err(|e| match &self.path {
            Some(path) => e.at(path),
            None => e,
        })?;
        for fact in &facts {
            self.investigation.apply(fact);
        }
        Ok(())
    }

    fn write(&mut self, facts: &[Fact]) -> Result<(), StoreError> {
        if !self.wal && self.path.is_some() {
            // Where the file system cannot do it, SQLite stays in rollback mode: as safe, and slower.
            let mode: String = self
                .connection
                .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
            self.wal = mode == "wal";
            // Folding back waits for the disk: every 8 MB, some four pages of 1,000 records, it is rare and still short.
            self.connection
                .pragma_update(None, "wal_autocheckpoint", (8 << 20) / schema::PAGE)?;
        }
        let evidence = self.investigation.evidence();
        self.head = journal::append(&mut self.connection, &self.head, facts, |key| {
            evidence.find(key).is_some()
        })?;
        Ok(())
    }

    /// Brings the chain up to date with the facts; see [`Investigation::settle`].
    pub fn settle(&mut self) {
        self.investigation.settle();
    }

    /// What the facts add up to.
    pub fn investigation(&self) -> &Investigation {
        &self.investigation
    }

    /// The record of an event, if it was kept.
    pub fn record(&self, key: &EventKey) -> Result<Option<StoredRecord>, StoreError> {
        let stored = journal::stored(&self.connection, key)?;
        Ok(stored.map(|mut record| {
            let files = self.investigation.coverage().files();
            record.origin_sha256 = files.get(&record.origin).filter(|sha| !sha.is_empty()).cloned();
            record
        }))
    }

    /// Runs `work` while the file is held for reading: many look-ups then cost one lock, and see one state.
    pub fn while_reading<T>(&self, work: impl FnOnce(&Self) -> T) -> Result<T, StoreError> {
        let reading = self.connection.unchecked_transaction()?;
        let done = work(self);
        reading.finish()?;
        Ok(done)
    }

    /// Every fact in the order it was written, with its records.
    pub fn facts(&self) -> Result<Vec<Fact>, StoreError> {
        let mut facts = Vec::new();
        journal::walk(&self.connection, |fact| facts.push(fact))?;
        Ok(facts)
    }

    /// The hash of the last fact, in hexadecimal: it stands for the whole journal.
    pub fn head(&self) -> String {
        self.head.hash.clone()
    }

    /// How many facts there are.
    pub fn facts_count(&self) -> u64 {
        self.head.seq.unsigned_abs()
    }

    /// Whether the file was whole when it was opened.
    pub fn integrity(&self) -> &Integrity {
        &self.integrity
    }

    /// Where the file lies; `None` in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl export::Case for CaseFile {
    fn investigation(&self) -> &Investigation {
        &self.investigation
    }

    fn body(&self, key: &EventKey) -> Result<Option<String>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(journal::stored(&self.connection, key)?.map(|record| record.json))
    }

    fn journal(&self) -> export::Journal {
        export::Journal {
            head: self.head(),
            facts: self.facts_count(),
            integrity: self.integrity.to_string(),
        }
    }
}

impl Drop for CaseFile {
    /// Leaves one file. If another program has it open, or the disk is full, SQLite keeps the `-wal` file beside it and
    /// folds it back next time: nothing is lost, so there is nothing to say.
    fn drop(&mut self) {
        if self.wal {
            let _ = self.connection.busy_timeout(Duration::ZERO);
            let _ = self
                .connection
                .pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()));
        }
    }
}
