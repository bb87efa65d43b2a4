//! What a record may be wrapped in: a LookupEvents entry, an EventBridge event, a row of Lake or Athena.

use serde_json::{Map, Value};

use super::{RecordError, json, time};

/// A record out of its envelope.
#[derive(Debug)]
pub enum Unwrapped {
    /// The value is the record, as it stood in the input.
    Bare(Value),
    /// The record was text inside the envelope: the parsed record and that text, whose bytes are the original.
    Text(Value, String),
}

/// Takes one JSON object out of its envelope, if it has one.
pub fn unwrap(mut value: Value) -> Result<Unwrapped, RecordError> {
    match value.get_mut("CloudTrailEvent").map(Value::take) {
        Some(Value::String(text)) => {
            let record =
                serde_json::from_str(&text).map_err(|e| RecordError::Json(format!("inside CloudTrailEvent: {e}")))?;
            return Ok(Unwrapped::Text(record, text));
        }
        Some(record @ Value::Object(_)) => return Ok(Unwrapped::Bare(record)),
        _ => {}
    }
    let is_event_bridge = value.get("detail-type").is_some() || value.get("detail").is_some();
    if is_event_bridge
        && value.get("eventName").is_none()
        && let Some(detail @ Value::Object(_)) = value.get_mut("detail").map(Value::take)
    {
        return Ok(Unwrapped::Bare(detail));
    }
    // Lake and Athena fold the record's members to lower case and hold the nested ones as text.
    if value.get("eventname").is_some() && value.get("eventName").is_none() {
        // What was exported does not say whether it comes from a map.
        return Ok(Unwrapped::Bare(from_columns(value, true)));
    }
    if json::text(&value, "requestParameters").is_some() || json::text(&value, "userIdentity").is_some() {
        open_text_members(&mut value, true);
    }
    Ok(Unwrapped::Bare(value))
}

/// The records inside a whole JSON document that is not a plain list of them; `None` if the document is itself one
/// record or envelope.
///
/// Knows `{"Records": [...]}` and `{"Events": [...]}` with members in any order, Lake (`QueryResultRows`) and Athena
/// (`ResultSet.Rows`, the first row naming the columns).
pub fn members(document: &mut Value) -> Option<Vec<Value>> {
    if let Value::Array(items) = document {
        return Some(std::mem::take(items));
    }
    for list in ["Records", "records", "Events", "events"] {
        if let Some(Value::Array(items)) = document.get_mut(list) {
            return Some(std::mem::take(items));
        }
    }
    if let Some(Value::Array(rows)) = document.get("QueryResultRows") {
        return Some(rows.iter().map(lake_row).collect());
    }
    if let Some(Value::Array(rows)) = document.pointer("/ResultSet/Rows") {
        return Some(athena_rows(rows));
    }
    None
}

/// Whether a document is a digest file, which lists log files and holds no records.
pub fn is_digest(document: &Value) -> bool {
    document.get("digestStartTime").is_some() && document.get("logFiles").is_some()
}

/// Lake: a row is a list of one-member objects.
fn lake_row(row: &Value) -> Value {
    let mut record = Map::new();
    for cell in row.as_array().into_iter().flatten() {
        for (name, value) in cell.as_object().into_iter().flatten() {
            record.insert(name.clone(), value.clone());
        }
    }
    Value::Object(record)
}

/// Athena: a row is `{"Data": [{"VarCharValue": "..."}]}`.
fn athena_rows(rows: &[Value]) -> Vec<Value> {
    let cells = |row: &Value| -> Vec<Option<String>> {
        row.get("Data")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|cell| json::text(cell, "VarCharValue").map(str::to_owned))
            .collect()
    };
    let Some((head, body)) = rows.split_first() else {
        return Vec::new();
    };
    let names = cells(head);
    body.iter()
        .map(|row| {
            let members = names
                .iter()
                .zip(cells(row))
                .filter_map(|(name, value)| Some((name.clone()?, Value::String(value?))));
            Value::Object(members.collect())
        })
        .collect()
}

/// The members of a record under the names CloudTrail gives them, by their lower-case form.
const MEMBERS: [&str; 27] = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "serviceEventDetails",
    "sharedEventID",
    "vpcEndpointId",
    "eventCategory",
    "sessionCredentialFromConsole",
    "tlsDetails",
];

/// Members inside the nested ones, which tables fold to lower case too.
const INNER: [&str; 25] = [
    "principalId",
    "accountId",
    "accessKeyId",
    "userName",
    "invokedBy",
    "sessionContext",
    "mfaAuthenticated",
    "creationDate",
    "sessionIssuer",
    "webIdFederationData",
    "federatedProvider",
    "sourceIdentity",
    "ec2RoleDelivery",
    "ec2IssuedInVpc",
    "signInSessionArn",
    "identityProvider",
    "credentialId",
    "onBehalfOf",
    "userId",
    "identityStoreArn",
    "inScopeOf",
    "ARNPrefix",
    "tlsVersion",
    "cipherSuite",
    "clientProvidedHostHeader",
];

/// The member of a record that a column of this name holds, as CloudTrail writes it.
pub fn member(column: &str) -> Option<&'static str> {
    MEMBERS.iter().find(|m| m.eq_ignore_ascii_case(column)).copied()
}

/// Whether a member holds an object or a list.
pub fn is_nested(member: &str) -> bool {
    NESTED.contains(&member)
}

/// The record that a row of a table is: its members under the names CloudTrail gives them, nested ones opened.
/// `are_texts`: requests and answers come from maps, in which every value is a text.
pub fn from_columns(row: Value, are_texts: bool) -> Value {
    let Value::Object(row) = row else { return row };
    let mut record = Map::new();
    for (name, value) in row {
        record.insert(member(&name).map_or(name, str::to_owned), value);
    }
    let mut record = Value::Object(record);
    open_text_members(&mut record, are_texts);
    for of_columns in ["userIdentity", "resources", "tlsDetails"] {
        if let Some(value) = record.get_mut(of_columns) {
            restore(value, of_columns == "resources");
        }
    }
    // A column of times is not written as CloudTrail does.
    for of_times in ["/eventTime", "/userIdentity/sessionContext/attributes/creationDate"] {
        if let Some(value) = record.pointer_mut(of_times)
            && let Some(time) = time::parse(value)
        {
            *value = time::format(time).into();
        }
    }
    record
}

/// Gives the members of a row inside a row their names again, and leaves out those that the record did not have.
fn restore(value: &mut Value, in_resources: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| restore(item, in_resources)),
        Value::Object(members) => {
            for (name, mut inner) in std::mem::take(members) {
                restore(&mut inner, in_resources);
                let is_absent = inner.is_null() || inner.as_object().is_some_and(Map::is_empty);
                let proper = INNER.iter().find(|m| m.eq_ignore_ascii_case(&name));
                let name = match proper {
                    Some(proper) => (*proper).to_owned(),
                    None if in_resources && name == "arn" => "ARN".to_owned(),
                    None => name,
                };
                if !is_absent {
                    members.insert(name, inner);
                }
            }
        }
        _ => {}
    }
}

/// Members that hold an object or a list.
const NESTED: [&str; 7] = [
    "userIdentity",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "resources",
    "serviceEventDetails",
    "tlsDetails",
];

/// Opens members that hold a JSON object or list as text, as query engines return them; `null` as text is absent.
fn open_text_members(record: &mut Value, are_texts: bool) {
    for name in NESTED {
        let Some(member) = record.get_mut(name) else { continue };
        if let Value::String(text) = member
            && let Ok(inner @ (Value::Object(_) | Value::Array(_) | Value::Null)) = serde_json::from_str(text)
        {
            *member = inner;
        }
        // A Lake map holds each value as text, so nested objects are opened one level down too.
        if let Value::Object(inner) = member
            && are_texts
        {
            for (member, value) in inner {
                if let Value::String(text) = value
                    && name != "userIdentity"
                    && was_opened(member, text)
                    && let Ok(opened) = serde_json::from_str(text)
                {
                    *value = opened;
                }
            }
        }
    }
}

/// Whether a text in a map is an object or a list of the record. CloudTrail itself has policies as text: all but those of
/// buckets, and statements alone (Lambda's).
fn was_opened(member: &str, text: &str) -> bool {
    let is_policy = member == "statement" || text.contains("\"Statement\"");
    text.starts_with(['{', '[']) && (member == "bucketPolicy" || !is_policy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A row of Lake with this request.
    fn request(member: &str, text: &str) -> Value {
        let map = json!({ member: text }).to_string();
        let row = json!({"eventname": "X", "requestparameters": map});
        from_columns(row, true)["requestParameters"][member].clone()
    }

    #[test]
    fn the_policy_of_a_bucket_is_an_object_and_every_other_a_text_as_in_the_files() {
        let policy = r#"{"Statement":[{"Effect":"Allow","Resource":"arn:aws:s3:::loot/*"}]}"#;
        let opened = request("bucketPolicy", policy);
        assert_eq!(opened["Statement"][0]["Resource"], "arn:aws:s3:::loot/*");
        assert_eq!(request("policyDocument", policy), policy);
        let statement = r#"{"Sid":"x","Resource":"arn:aws:lambda:eu-west-1:1:function:f"}"#;
        assert_eq!(request("statement", statement), statement);
        assert_eq!(request("publicAccessBlock", r#"{"a":"b"}"#), json!({"a": "b"}));
    }

    #[test]
    fn the_times_of_a_row_are_written_as_cloudtrail_writes_them() {
        let identity = r#"{"sessioncontext":{"attributes":{"creationdate":"2026-03-04 10:00:30.000"}}}"#;
        let row = json!({"eventtime": "2026-03-04 10:00:31.000", "useridentity": identity});
        let record = from_columns(row, true);
        assert_eq!(record["eventTime"], "2026-03-04T10:00:31Z");
        let created = record.pointer("/userIdentity/sessionContext/attributes/creationDate");
        assert_eq!(created, Some(&json!("2026-03-04T10:00:30Z")));
    }
}
