//! The console's "Download events" CSV: 16 columns, no request and no response.
//!
//! New key ids are visible only in the `Resources` column, so links found this way are weaker than links from full
//! records; the record is marked with `keytrailSource` so that the difference can be shown.

use serde_json::{Map, Value, json};

/// The columns that tell this file from any other CSV.
const REQUIRED: [&str; 4] = ["Event time", "Event name", "Event source", "Event ID"];

/// Whether a first line is the header of a console download.
pub fn is_header(line: &str) -> bool {
    REQUIRED.iter().all(|column| line.contains(column))
}

/// Turns one row into the JSON of a record. `header` and `row` run in step.
pub fn record<'a>(header: impl Iterator<Item = &'a str>, row: impl Iterator<Item = &'a str>) -> Value {
    let mut record = Map::new();
    let mut identity = Map::new();
    record.insert("keytrailSource".into(), "console CSV".into());
    for (column, cell) in header.zip(row) {
        if cell.is_empty() {
            continue;
        }
        let mut put = |name: &str, value: Value| record.insert(name.into(), value);
        match column.trim_start_matches('\u{feff}').trim() {
            "User name" => drop(identity.insert("userName".into(), cell.into())),
            "AWS access key" => drop(identity.insert("accessKeyId".into(), cell.into())),
            "Event time" => drop(put("eventTime", cell.into())),
            "Event source" => drop(put("eventSource", cell.into())),
            "Event name" => drop(put("eventName", cell.into())),
            "AWS region" => drop(put("awsRegion", cell.into())),
            "Source IP address" => drop(put("sourceIPAddress", cell.into())),
            "User agent" => drop(put("userAgent", cell.into())),
            "Error code" => drop(put("errorCode", cell.into())),
            "Resources" => {
                let resources = serde_json::from_str(cell).unwrap_or_else(|_| json!([{ "resourceName": cell }]));
                put("resources", resources);
            }
            "Request ID" => drop(put("requestID", cell.into())),
            "Event ID" => drop(put("eventID", cell.into())),
            "Read-only" => drop(put("readOnly", Value::Bool(cell.eq_ignore_ascii_case("true")))),
            "Event type" => drop(put("eventType", cell.into())),
            "Recipient Account Id" => drop(put("recipientAccountId", cell.into())),
            "Event category" => drop(put("eventCategory", cell.into())),
            other => drop(put(other, cell.into())),
        }
    }
    record.insert("userIdentity".into(), Value::Object(identity));
    Value::Object(record)
}
