//! How the records of the generated incident are written.

use chrono::{DateTime, Duration, TimeZone, Utc};
use serde_json::{Value, json};

pub(crate) fn user_arn(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:user/{name}")
}

pub(crate) fn role_arn(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

pub(crate) fn service(name: &str) -> Value {
    json!({"type": "AWSService", "invokedBy": name})
}

/// Somebody who signs calls.
#[derive(Clone)]
pub(crate) struct Actor {
    pub(crate) identity: Value,
    pub(crate) account: String,
}

impl Actor {
    /// A user; without a key where that is empty.
    pub(crate) fn user(account: &str, name: &str, id: &str, key: &str) -> Self {
        let mut identity = json!({"type": "IAMUser", "principalId": id, "userName": name, "accountId": account,
            "arn": user_arn(account, name)});
        if !key.is_empty() {
            identity["accessKeyId"] = json!(key);
        }
        Self {
            identity,
            account: account.to_owned(),
        }
    }

    pub(crate) fn session(account: &str, (role, role_id): (&str, &str), session: &str, key: &str) -> Self {
        let identity = json!({"type": "AssumedRole", "principalId": format!("{role_id}:{session}"), "accountId": account,
            "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"), "accessKeyId": key,
            "sessionContext": {"sessionIssuer": {"type": "Role", "principalId": role_id, "arn": role_arn(account, role),
                "accountId": account, "userName": role}}});
        Self {
            identity,
            account: account.to_owned(),
        }
    }

    pub(crate) fn since(mut self, begun: &str) -> Self {
        self.identity["sessionContext"]["attributes"]["creationDate"] = json!(begun);
        self
    }

    pub(crate) fn key(&self) -> &str {
        self.identity["accessKeyId"].as_str().unwrap()
    }
}

/// Where a call is logged.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
}

/// Writes one record after the other, a few seconds apart.
#[derive(Default)]
pub(crate) struct Scribe {
    pub(crate) records: Vec<Value>,
    seconds: i64,
}

impl Scribe {
    fn now(&self) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, 4, 10, 0, 0).unwrap() + Duration::seconds(self.seconds)
    }

    /// The time of the last record.
    pub(crate) fn last(&self) -> String {
        self.now().format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Writes a call (`iam CreateUser`); returns the id of its event.
    pub(crate) fn write(
        &mut self,
        identity: &Value,
        place: Place<'_>,
        call: &str,
        request: Value,
        answer: Value,
    ) -> String {
        self.seconds += 1 + i64::try_from(self.records.len() % 3).unwrap();
        self.write_again(identity, place, call, request, answer)
    }

    /// Writes a call of the same second.
    pub(crate) fn write_again(
        &mut self,
        identity: &Value,
        place: Place<'_>,
        call: &str,
        request: Value,
        answer: Value,
    ) -> String {
        let (service, name) = call.split_once(' ').unwrap();
        // Ids in no order: only the second of an event means something.
        let number = self.records.len();
        let id = format!(
            "{:08x}-0000-4000-8000-{number:012}",
            number.wrapping_mul(2_654_435_761) & 0xffff_ffff
        );
        let mut record = json!({
            "eventVersion": "1.11", "eventID": id, "eventTime": self.last(), "eventSource": format!("{service}.amazonaws.com"),
            "eventName": name, "awsRegion": place.region, "recipientAccountId": place.account, "userIdentity": identity,
            "sourceIPAddress": "203.0.113.66", "userAgent": "aws-cli/2.30.0", "eventType": "AwsApiCall",
        });
        record["requestParameters"] = request;
        record["responseElements"] = answer;
        self.records.push(record);
        id
    }

    /// The last call was denied.
    pub(crate) fn deny_last(&mut self) {
        if let Some(record) = self.records.last_mut() {
            record["errorCode"] = json!("AccessDenied");
            record["errorMessage"] = json!("User is not authorized to perform this");
        }
    }
}
