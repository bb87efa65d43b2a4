//! Cases made, edited, damaged and opened again.

mod integrity;
mod reopened;
mod safety;

use std::os::unix::fs::PermissionsExt;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::cloudtrail::event::Interner;
use crate::cloudtrail::{Record, time};
use crate::investigation::Verdict;
use crate::investigation::fact::{
    FileOutcome, FileReport, ItemMarked, ItemState, Judged, Page, PassBegan, PassEnded, Started,
};

const SEED: &str = "AKIAIOSFODNN7EXAMPLE";
const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";

fn at() -> DateTime<Utc> {
    time::parse_text("2026-03-01T10:00:00.123456Z").unwrap()
}

fn record(n: usize, key: &str, name: &str, response: &serde_json::Value) -> Record {
    let body = json!({
        "eventVersion": "1.08", "eventID": format!("event-{n}"), "eventName": name,
        "eventSource": "iam.amazonaws.com", "eventTime": format!("2026-01-01T00:{:02}:{:02}Z", n / 60 % 60, n % 60),
        "awsRegion": "us-east-1", "recipientAccountId": "111122223333", "sourceIPAddress": "203.0.113.66",
        "userAgent": "aws-cli/2.15.0 Python/3.11.6 Linux/6.2.0 exe/x86_64.ubuntu.22 prompt/off command/iam.create-access-key",
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAIOSFODNN7EXAMPLE", "accessKeyId": key, "userName": "app",
            "arn": "arn:aws:iam::111122223333:user/app", "accountId": "111122223333"},
        "requestParameters": {"userName": "app", "filters": ["a".repeat(200), "b".repeat(200)]},
        "responseElements": response, "requestID": format!("request-{n}"), "eventType": "AwsApiCall",
        "managementEvent": true, "readOnly": false, "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": "iam.amazonaws.com"},
    });
    Record::parse(body.to_string().as_bytes(), &mut Interner::default()).unwrap()
}

fn page(origin: &str, records: Vec<Record>) -> What {
    What::Page(Page {
        origin: origin.into(),
        records,
    })
}

fn started() -> What {
    What::Started(Started {
        seeds: vec![SEED.into()],
        tool_version: "0.1.0".into(),
        playbook_text: None,
        notice: None,
        playbook: "compromised-access-key".into(),
    })
}

/// A small investigation: a second key, a file, copies in the same page and in another, a verdict and a note.
fn fill(case: &mut CaseFile) {
    let answer = json!({"accessKey": {"accessKeyId": OTHER, "userName": "app", "status": "Active"}});
    let make = record(1, SEED, "CreateAccessKey", &answer);
    let used = record(2, OTHER, "ListUsers", &json!(null));
    case.commit(at(), started()).unwrap();
    case.commit(
        at(),
        page("logs/a.json.gz", vec![make.clone(), used.clone(), make.clone()]),
    )
    .unwrap();
    let report = FileReport {
        path: "logs/a.json.gz".into(),
        sha256: "ab".repeat(32),
        bytes: 1000,
        outcome: FileOutcome::Read,
        records: 7,
        problems: Vec::new(),
        broken: 0,
        regions: Vec::new(),
    };
    case.commit_all(
        at(),
        vec![
            page("logs/b.json.gz", vec![used, record(3, OTHER, "GetUser", &json!(null))]),
            What::FilesRead { files: vec![report] },
        ],
    )
    .unwrap();
    let by = || "ana".to_owned();
    case.commit(
        at(),
        What::Judged(Judged {
            subject: OTHER.into(),
            verdict: Verdict::Malicious,
            by: by(),
        }),
    )
    .unwrap();
    let mark = ItemMarked {
        item: "S1-05".into(),
        state: ItemState::Done,
        note: "é\u{202e}\u{0}".into(),
        by: by(),
    };
    case.commit(at(), What::ItemMarked(mark)).unwrap();
    case.settle();
}

fn filled(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("case.keytrail");
    fill(&mut CaseFile::create(&path).unwrap());
    path
}

/// Edits a file as somebody with `sqlite3` would, past the triggers.
fn edit(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(&format!(
            "DROP TRIGGER facts_stay; DROP TRIGGER facts_last; DROP TRIGGER events_stay; DROP TRIGGER events_last; {sql}"
        ))
        .unwrap();
}
