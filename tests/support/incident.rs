//! A small language for CloudTrail records: who called what, with which answer, when.

use std::sync::Arc;

use chrono::{DateTime, Duration, TimeZone, Utc};
use keytrail::cloudtrail::Record;
use keytrail::cloudtrail::event::Interner;
use keytrail::investigation::fact::{Page, Started};
use keytrail::investigation::{Fact, Investigation, Node, What};
use serde_json::{Value, json};

/// The account of the incident; a documentation id.
pub const ACCOUNT: &str = "111122223333";
/// An outside account.
pub const OUTSIDE: &str = "444455556666";
/// The leaked key.
pub const SEED: &str = "AKIAZZSEED0000000001";

/// A moment of the incident: seconds after its start.
pub fn at(seconds: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 4, 10, 0, 0).unwrap() + Duration::seconds(seconds)
}

/// Who makes a call.
#[derive(Clone)]
pub struct Caller(pub Value);

/// The IAM user `name` with unique id `AIDA<NAME>` and a key.
pub fn user(name: &str, key: &str) -> Caller {
    Caller(json!({
        "type": "IAMUser", "principalId": user_id(name), "userName": name, "accessKeyId": key,
        "arn": user_arn(name), "accountId": ACCOUNT,
    }))
}

/// The leaked key's user.
pub fn seed() -> Caller {
    user("app", SEED)
}

/// A session of `role` with a key.
pub fn session(role: &str, session: &str, key: &str) -> Caller {
    Caller(json!({
        "type": "AssumedRole", "principalId": format!("{}:{session}", role_id(role)), "accessKeyId": key,
        "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"), "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": {"type": "Role", "principalId": role_id(role), "arn": role_arn(role),
            "accountId": ACCOUNT, "userName": role}},
    }))
}

/// An AWS service.
pub fn service(name: &str) -> Caller {
    Caller(json!({"type": "AWSService", "invokedBy": name}))
}

/// Another account, as the account called logs it: without a key.
pub fn outside() -> Caller {
    Caller(json!({"type": "AWSAccount", "principalId": "AIDAOUTSIDER", "accountId": OUTSIDE}))
}

impl Caller {
    /// The same caller in a session that began at a time (console keys carry it).
    pub fn since(mut self, begun: DateTime<Utc>) -> Self {
        self.0["sessionContext"]["attributes"]["creationDate"] = json!(begun);
        self
    }

    /// The same caller, with a service acting for it.
    pub fn through(mut self, service: &str) -> Self {
        self.0["invokedBy"] = json!(service);
        self
    }

    /// The same caller without a key in the record.
    pub fn without_key(mut self) -> Self {
        self.0.as_object_mut().unwrap().remove("accessKeyId");
        self
    }
}

/// The unique id a user of this name gets, in its first incarnation.
pub fn user_id(name: &str) -> String {
    format!("AIDA{:Z>17}", name.to_uppercase())
}

/// The unique id a role of this name gets.
pub fn role_id(name: &str) -> String {
    format!("AROA{:Z>17}", name.to_uppercase())
}

/// A user's ARN.
pub fn user_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/{name}")
}

/// A role's ARN.
pub fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// A record being written.
#[derive(Debug, Clone)]
pub struct Call(Value);

/// `service` is short (`iam`), `seconds` after the start.
pub fn call(caller: &Caller, seconds: i64, service: &str, name: &str) -> Call {
    Call(json!({
        "eventVersion": "1.11", "eventTime": at(seconds), "eventSource": format!("{service}.amazonaws.com"),
        "eventName": name, "awsRegion": "us-east-1", "sourceIPAddress": "203.0.113.66", "userAgent": "aws-cli/2.30.0",
        "recipientAccountId": ACCOUNT, "userIdentity": caller.0, "eventType": "AwsApiCall",
    }))
}

impl Call {
    pub fn request(mut self, request: Value) -> Self {
        self.0["requestParameters"] = request;
        self
    }

    pub fn answer(mut self, answer: Value) -> Self {
        self.0["responseElements"] = answer;
        self
    }

    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.0[member] = value;
        self
    }

    pub fn denied(self) -> Self {
        self.with("errorCode", json!("AccessDenied"))
            .with("requestParameters", Value::Null)
    }

    pub fn region(self, region: &str) -> Self {
        self.with("awsRegion", json!(region))
    }

    /// The record's JSON with an id made from its content, so that the same call is the same event.
    pub fn json(&self) -> Value {
        let mut record = self.0.clone();
        if record.get("eventID").is_none() {
            use std::hash::{DefaultHasher, Hash, Hasher};
            let mut hasher = DefaultHasher::new();
            record.to_string().hash(&mut hasher);
            record["eventID"] = json!(format!(
                "00000000-0000-4000-8000-{:012x}",
                hasher.finish() & 0xffff_ffff_ffff
            ));
        }
        record
    }

    /// The parsed record.
    pub fn record(&self) -> Record {
        Record::parse(self.json().to_string().as_bytes(), &mut Interner::default()).unwrap()
    }

    pub fn id(&self) -> String {
        self.json()["eventID"].as_str().unwrap().to_owned()
    }
}

// The calls that come up in every story.

pub fn create_user(by: &Caller, seconds: i64, name: &str) -> Call {
    create_user_with_id(by, seconds, name, &user_id(name))
}

pub fn create_user_with_id(by: &Caller, seconds: i64, name: &str, id: &str) -> Call {
    call(by, seconds, "iam", "CreateUser")
        .request(json!({"userName": name}))
        .answer(json!({"user": {"userName": name, "userId": id, "arn": user_arn(name), "path": "/"}}))
}

pub fn create_key(by: &Caller, seconds: i64, name: &str, key: &str) -> Call {
    call(by, seconds, "iam", "CreateAccessKey")
        .request(json!({"userName": name}))
        .answer(json!({"accessKey": {"userName": name, "accessKeyId": key, "status": "Active"}}))
}

pub fn create_password(by: &Caller, seconds: i64, name: &str) -> Call {
    call(by, seconds, "iam", "CreateLoginProfile")
        .request(json!({"userName": name, "passwordResetRequired": false}))
        .answer(json!({"loginProfile": {"userName": name}}))
}

pub fn on_user(by: &Caller, seconds: i64, call_name: &str, name: &str) -> Call {
    call(by, seconds, "iam", call_name).request(json!({"userName": name}))
}

pub fn create_role(by: &Caller, seconds: i64, name: &str) -> Call {
    call(by, seconds, "iam", "CreateRole")
        .request(json!({"roleName": name}))
        .answer(json!({"role": {"roleName": name, "roleId": role_id(name), "arn": role_arn(name)}}))
}

pub fn assume_role(by: &Caller, seconds: i64, role: &str, session: &str, key: &str) -> Call {
    call(by, seconds, "sts", "AssumeRole")
        .request(json!({"roleArn": role_arn(role), "roleSessionName": session}))
        .answer(json!({
            "credentials": {"accessKeyId": key, "sessionToken": "EXAMPLETOKENEXAMPLETOKEN",
                "expiration": "Mar 4, 2026, 11:00:00 AM"},
            "assumedRoleUser": {"assumedRoleId": format!("{}:{session}", role_id(role)),
                "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}")},
        }))
}

pub fn console_login(name: &str, seconds: i64) -> Call {
    call(&user(name, "").without_key(), seconds, "signin", "ConsoleLogin")
        .answer(json!({"ConsoleLogin": "Success"}))
        .with("additionalEventData", json!({"MFAUsed": "No"}))
}

/// Any call at all, to show a key in use.
pub fn use_of(by: &Caller, seconds: i64) -> Call {
    call(by, seconds, "ec2", "DescribeInstances").with("readOnly", json!(true))
}

/// An investigation of [`SEED`] that knows these records.
pub fn investigate(calls: &[Call]) -> Investigation {
    investigate_from(&[SEED], calls)
}

pub fn investigate_from(seeds: &[&str], calls: &[Call]) -> Investigation {
    feed(seeds, vec![calls.iter().map(Call::record).collect()])
}

/// The beginning of an investigation, perhaps with a notice.
pub fn started(seeds: &[&str], notice: Option<&str>) -> What {
    What::Started(Started {
        seeds: seeds.iter().map(ToString::to_string).collect(),
        tool_version: "test".to_owned(),
        playbook_text: None,
        notice: notice.map(keytrail::cloudtrail::notice::parse).map(Box::new),
        playbook: String::new(),
    })
}

/// An investigation fed with pages of records.
pub fn feed(seeds: &[&str], pages: Vec<Vec<Record>>) -> Investigation {
    let mut investigation = Investigation::default();
    investigation.apply(&Fact {
        at: at(0),
        what: started(seeds, None),
    });
    for records in pages {
        let page = Page {
            origin: Arc::from("test"),
            records,
        };
        investigation.apply(&Fact {
            at: at(0),
            what: What::Page(page),
        });
    }
    investigation.settle();
    investigation
}

/// `kind link id < parent id`, one line per node under a core link.
pub fn core(investigation: &Investigation) -> Vec<String> {
    lines(investigation, |n| n.link.is_core())
}

/// The same for the nodes that go beyond the core.
pub fn beyond(investigation: &Investigation) -> Vec<String> {
    lines(investigation, |n| !n.link.is_core() && n.parent.is_some())
}

fn lines(investigation: &Investigation, wanted: impl Fn(&Node) -> bool) -> Vec<String> {
    let nodes = &investigation.chain().nodes;
    nodes
        .iter()
        .filter(|n| wanted(n))
        .map(|n| {
            let parent = n.parent.map_or("", |p| nodes[p].id.as_str());
            format!("{} {} {} < {parent}", n.kind, n.link.as_str(), n.id)
        })
        .collect()
}

/// The node with this id.
pub fn node<'i>(investigation: &'i Investigation, id: &str) -> &'i Node {
    investigation
        .chain()
        .nodes
        .iter()
        .find(|n| n.id == id)
        .unwrap_or_else(|| panic!("no node {id}"))
}
