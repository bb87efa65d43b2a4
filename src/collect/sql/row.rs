//! A row as a record.

use std::sync::Arc;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::table::{Kind, Table};
use crate::cloudtrail::{Interner, Record, RecordError, envelope};

/// The texts of a row, by the names of their columns; without those that are null.
pub(in crate::collect) type Row = Vec<(String, String)>;

/// The record that a row holds, and the file it says it comes from. Its hash is that of the row as JSON: the bytes of the
/// file are not in it.
pub(super) fn record(
    table: &Table,
    row: Row,
    interner: &mut Interner,
) -> Result<(Record, Option<Arc<str>>), RecordError> {
    let mut origin = None;
    let mut members = Map::new();
    for (name, value) in row {
        if name == "origin" {
            origin = Some(interner.intern(&value));
        } else {
            members.insert(name, Value::String(value));
        }
    }
    let row = Value::Object(members);
    let sha256 = Sha256::digest(row.to_string()).into();
    let are_texts = table.columns.iter().any(|column| column.kind == Kind::Map);
    let record = Record::from_value(envelope::from_columns(row, are_texts), sha256, interner)?;
    Ok((record, origin))
}
