//! The journal: appending facts, and walking through them while the hash chain is verified.

use std::fmt;
use std::sync::Arc;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::error::{ErrorKind, StoreError};
use crate::cloudtrail::event::Interner;
use crate::cloudtrail::{EventKey, Record, time};
use crate::investigation::fact::Page;
use crate::investigation::{Fact, What};

/// The last fact of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// How many facts there are.
    pub(super) seq: i64,
    /// The hash of the last one, in hexadecimal; 64 zeros before the first.
    pub(super) hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            seq: 0,
            hash: "0".repeat(64),
        }
    }
}

/// What the verification of the hash chain found when the file was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Integrity {
    /// Every fact and record is as it was written.
    #[default]
    Whole,
    /// Something was changed after it was written. What could be read is shown all the same.
    Broken {
        /// The first fact that does not fit.
        at_seq: u64,
        /// What is wrong with it, for the responder.
        what: String,
    },
}

impl fmt::Display for Integrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Broken { at_seq, what } => write!(f, "broken at fact {at_seq}: {what}"),
        }
    }
}

/// SHA-256 over fields. Each is written as its length, a colon, its bytes and a comma, so that no text can pass for two.
#[derive(Default)]
struct FieldHash(Sha256);

impl FieldHash {
    fn field(mut self, text: &str) -> Self {
        self.add(text);
        self
    }

    fn add(&mut self, text: &str) {
        self.0.update(format!("{}:", text.len()));
        self.0.update(text);
        self.0.update(",");
    }

    fn hex(self) -> String {
        hex::encode(self.0.finalize())
    }
}

fn fact_hash(previous: &str, seq: i64, at: &str, kind: &str, payload: &str, records: &str) -> String {
    FieldHash::default()
        .field(previous)
        .field(&seq.to_string())
        .field(at)
        .field(kind)
        .field(payload)
        .field(records)
        .hex()
}

fn kind(what: &What) -> &'static str {
    match what {
        What::Started(_) => "started",
        What::Page(_) => "page",
        What::FilesRead { .. } => "files_read",
        What::Asked(_) => "asked",
        What::Queried(_) => "queried",
        What::Crossed(_) => "crossed",
        What::Watched(_) => "watched",
        What::PassBegan(_) => "pass_began",
        What::PassEnded(_) => "pass_ended",
        What::Account(_) => "account",
        What::Live(_) => "live",
        What::Judged(_) => "judged",
        What::ItemMarked(_) => "item_marked",
        What::Pasted(_) => "pasted",
        What::Verified(_) => "verified",
        What::Snapshot(_) => "snapshot",
        What::Acted(_) => "acted",
    }
}

/// Appends facts in one transaction and gives the new head. `known` says whether an event was there before.
pub(super) fn append(
    connection: &mut Connection,
    head: &Head,
    facts: &[Fact],
    known: impl Fn(&EventKey) -> bool,
) -> Result<Head, StoreError> {
    // A person's decision is on the disk when this returns, and with it everything before: one fsync each. What was read
    // from archives (and could be read again) survives the end of the program at once, and a power cut from the next
    // decision, end of a pass or checkpoint on.
    let read_again = |fact: &Fact| {
        matches!(
            fact.what,
            What::Page(_) | What::FilesRead { .. } | What::Asked(_) | What::Queried(_)
        )
    };
    let synchronous = if facts.iter().all(read_again) { "NORMAL" } else { "FULL" };
    connection.pragma_update(None, "synchronous", synchronous)?;

    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if &stored_head(&transaction)? != head {
        return Err(StoreError::new(
            ErrorKind::InUse,
            "another keytrail added to this investigation since it was opened here",
        ));
    }
    let mut head = head.clone();
    let mut inserted = std::collections::HashSet::new();
    for fact in facts {
        let (at, kind) = (time::format(fact.at), kind(&fact.what));
        let payload = serde_json::to_string(&fact.what)?;
        let seq = head.seq + 1;
        let records = match &fact.what {
            What::Page(page) => append_records(&transaction, seq, page, |key| {
                known(key) || !inserted.insert(key.clone())
            })?,
            _ => String::new(),
        };
        let hash = fact_hash(&head.hash, seq, &at, kind, &payload, &records);
        transaction
            .prepare_cached("INSERT INTO facts (seq, at, kind, payload, records, hash) VALUES (?, ?, ?, ?, ?, ?)")?
            .execute(params![seq, at, kind, payload, records, hash])?;
        head = Head { seq, hash };
    }
    transaction.commit()?;
    Ok(head)
}

fn stored_head(connection: &Connection) -> Result<Head, rusqlite::Error> {
    connection
        .prepare_cached("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| {
            Ok(Head {
                seq: row.get(0)?,
                hash: text(row, 1),
            })
        })
        .optional()
        .map(Option::unwrap_or_default)
}

/// Stores the records of a page and gives their digest.
fn append_records(
    transaction: &Transaction<'_>,
    fact: i64,
    page: &Page,
    mut known: impl FnMut(&EventKey) -> bool,
) -> Result<String, StoreError> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO events (seq, fact, event_id, time, account, name, source, region, access_key, sha256, copy_of, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let mut seq: i64 = transaction
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM events")?
        .query_row([], |row| row.get(0))?;
    let mut digest = FieldHash::default();
    for record in &page.records {
        seq += 1;
        let event = &record.event;
        let key = &event.key;
        let copy_of = if known(key) { find(transaction, key)? } else { None };
        let body = match copy_of {
            Some(_) => None,
            None => Some(serde_json::to_string(&*record.body)?),
        };
        let (time, access_key) = (time::format(key.time), event.identity.access_key.as_deref());
        let sha256 = hex::encode(record.sha256);
        insert.execute(params![
            seq,
            fact,
            &*key.id,
            time,
            &*key.account,
            &*event.name,
            &*event.source,
            &*event.region,
            access_key,
            sha256,
            copy_of,
            body,
        ])?;
        for field in [
            seq.to_string().as_str(),
            &key.id,
            &time,
            &key.account,
            &event.name,
            &event.source,
            &event.region,
            access_key.unwrap_or_default(),
            &sha256,
            &copy_of.map(|row| row.to_string()).unwrap_or_default(),
            body.as_deref().unwrap_or_default(),
        ] {
            digest.add(field);
        }
    }
    Ok(digest.hex())
}

/// The row that holds the body of an event.
pub(super) fn find(connection: &Connection, key: &EventKey) -> Result<Option<i64>, rusqlite::Error> {
    connection
        .prepare_cached(
            "SELECT seq FROM events WHERE event_id = ? AND time = ? AND account = ? AND copy_of IS NULL ORDER BY seq",
        )?
        .query_row(params![&*key.id, time::format(key.time), &*key.account], |row| {
            row.get(0)
        })
        .optional()
}

/// Gives every fact in journal order, with its records, and verifies the hash chain on the way. Only the first break is
/// reported; what cannot be read at all is left out.
pub(super) fn walk(connection: &Connection, mut each: impl FnMut(Fact)) -> Result<(Head, Integrity), rusqlite::Error> {
    // One snapshot, whatever another program adds meanwhile. Nothing is written: the drop ends it.
    let snapshot = connection.unchecked_transaction()?;
    let mut head = Head::default();
    let mut integrity = Integrity::Whole;
    let mut interner = Interner::default();
    let mut broken = |seq: i64, what: &str| {
        if integrity == Integrity::Whole {
            integrity = Integrity::Broken {
                at_seq: seq.unsigned_abs(),
                what: what.to_owned(),
            };
        }
    };
    let mut statement = snapshot.prepare("SELECT seq, at, kind, payload, records, hash FROM facts ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut read: i64 = 0;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let [at, kind, payload, records, hash] = [1, 2, 3, 4, 5].map(|column| text(row, column));
        if seq != head.seq + 1 {
            broken(head.seq + 1, "one or more facts are missing here");
        }
        if fact_hash(&head.hash, seq, &at, &kind, &payload, &records) != hash {
            broken(seq, "this fact was changed after it was written");
        }
        let mut what = serde_json::from_str(&payload);
        if let Ok(What::Page(page)) = &mut what {
            let stored = read_records(&snapshot, seq, &mut interner)?;
            if stored.digest != records {
                broken(
                    seq,
                    "records of this page were changed, added or removed after it was written",
                );
            }
            if stored.unreadable > 0 {
                broken(seq, "records of this page cannot be read any more");
            }
            read += stored.rows;
            page.records = stored.records;
        }
        match (time::parse_text(&at), what) {
            (Some(at), Ok(what)) => each(Fact { at, what }),
            _ => broken(seq, "this fact cannot be read any more"),
        }
        head = Head { seq, hash };
    }
    let rows: i64 = snapshot.query_row("SELECT count(*) FROM events", [], |row| row.get(0))?;
    if rows != read {
        broken(head.seq, "the file holds records that belong to no page");
    }
    Ok((head, integrity))
}

struct StoredPage {
    records: Vec<Record>,
    rows: i64,
    unreadable: u64,
    digest: String,
}

fn read_records(connection: &Connection, fact: i64, interner: &mut Interner) -> Result<StoredPage, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, event_id, time, account, name, source, region, access_key, sha256, copy_of, body
         FROM events WHERE fact = ? ORDER BY seq",
    )?;
    let mut page = StoredPage {
        records: Vec::new(),
        rows: 0,
        unreadable: 0,
        digest: String::new(),
    };
    let mut digest = FieldHash::default();
    let mut rows = statement.query([fact])?;
    while let Some(row) = rows.next()? {
        let columns: [String; 11] = std::array::from_fn(|column| text(row, column));
        for column in &columns {
            digest.add(column);
        }
        page.rows += 1;
        let [.., sha256, copy_of, body] = columns;
        let body = if copy_of.is_empty() {
            Some(body)
        } else {
            self::body(connection, copy_of.parse().unwrap_or_default())?
        };
        match body.and_then(|body| record(&body, &sha256, interner)) {
            Some(record) => page.records.push(record),
            None => page.unreadable += 1,
        }
    }
    page.digest = digest.hex();
    Ok(page)
}

/// The stored body of a row.
fn body(connection: &Connection, seq: i64) -> Result<Option<String>, rusqlite::Error> {
    connection
        .prepare_cached("SELECT body FROM events WHERE seq = ?")?
        .query_row([seq], |row| Ok(text(row, 0)))
        .optional()
}

fn record(body: &str, sha256: &str, interner: &mut Interner) -> Option<Record> {
    let body: Value = serde_json::from_str(body).ok()?;
    let sha256 = <[u8; 32]>::try_from(hex::decode(sha256).ok()?).ok()?;
    Record::from_value(body, sha256, interner).ok()
}

/// A column as text, whatever an edit from outside made of it: the hash then tells.
fn text(row: &Row<'_>, column: usize) -> String {
    match row.get_ref(column) {
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        Ok(ValueRef::Integer(number)) => number.to_string(),
        Ok(ValueRef::Real(number)) => number.to_string(),
        Ok(ValueRef::Null) | Err(_) => String::new(),
    }
}

/// A record as it lies in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// The record as compact JSON, secrets replaced.
    pub json: String,
    /// The file or request it came from first.
    pub origin: Arc<str>,
    /// SHA-256 of that file as it lay on disk, in hexadecimal, where it is known.
    pub origin_sha256: Option<String>,
    /// SHA-256 of the original record, in hexadecimal.
    pub sha256: String,
}

/// An event's record; [`StoredRecord::origin_sha256`] is left for the caller, who knows the files.
pub(super) fn stored(connection: &Connection, key: &EventKey) -> Result<Option<StoredRecord>, rusqlite::Error> {
    let Some(seq) = find(connection, key)? else {
        return Ok(None);
    };
    connection
        .prepare_cached(
            "SELECT events.body, events.sha256, json_extract(facts.payload, '$.origin')
             FROM events JOIN facts ON facts.seq = events.fact WHERE events.seq = ?",
        )?
        .query_row([seq], |row| {
            Ok(StoredRecord {
                json: text(row, 0),
                sha256: text(row, 1),
                origin: text(row, 2).into(),
                origin_sha256: None,
            })
        })
        .optional()
}
