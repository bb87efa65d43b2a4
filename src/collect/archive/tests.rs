use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::*;
use crate::investigation::fact::FileOutcome;
use crate::investigation::lead::Attribute;

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

fn calls() -> CandidateCalls {
    CandidateCalls::new(
        ["iam.amazonaws.com", "sts.amazonaws.com"],
        [("lambda.amazonaws.com", "CreateFunction")],
    )
}

/// Everything that answers, at once.
fn look_up(archive: &mut Archive, leads: &[Lead], out: &mut Out<'_>) -> Result<(), ArchiveError> {
    archive.ask(leads, out)?;
    archive.settle(out)
}

fn lead(value: &str) -> Lead {
    Lead::new(Attribute::AccessKeyId, value)
}

/// A record of a call signed with `key`, its id telling it from others.
fn record(id: &str, key: &str, source: &str, name: &str, more: Value) -> Value {
    let mut record = json!({
        "eventVersion": "1.08", "userIdentity": {"type": "IAMUser", "accessKeyId": key},
        "eventTime": "2026-01-01T00:00:00Z", "eventSource": source, "eventName": name, "awsRegion": "eu-west-1",
        "eventID": id, "recipientAccountId": "123456789012",
    });
    if let (Value::Object(record), Value::Object(more)) = (&mut record, more) {
        record.extend(more);
    }
    record
}

fn simple(id: &str) -> Value {
    record(id, KEY, "ec2.amazonaws.com", "DescribeInstances", json!({}))
}

fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes.as_ref()).unwrap();
    gzip.finish().unwrap()
}

/// The event ids found, and the reports by file name.
#[derive(Default)]
struct Answer {
    ids: Vec<String>,
    reports: BTreeMap<String, FileReport>,
}

impl Answer {
    fn take(&mut self, found: Found) -> ControlFlow<()> {
        match found {
            Found::Page(page) => self.ids.extend(page.records.iter().map(|r| r.event.id().to_owned())),
            Found::Files(reports) => {
                for report in reports {
                    let name = report.path.rsplit('/').next().unwrap().to_owned();
                    assert!(self.reports.insert(name, report).is_none(), "a file is reported once");
                }
            }
            Found::Progress(_) => {}
        }
        ControlFlow::Continue(())
    }

    fn outcome(&self, name: &str) -> FileOutcome {
        self.reports[name].outcome
    }
}

fn answer(archive: &mut Archive, leads: &[Lead]) -> Answer {
    let mut answer = Answer::default();
    look_up(archive, leads, &mut |found| answer.take(found)).unwrap();
    answer.ids.sort();
    answer
}

/// A folder with these files, asked for the key.
fn read(files: &[(&str, Vec<u8>)]) -> Answer {
    let folder = folder_with(files);
    answer(
        &mut Archive::new(&[folder.path().to_owned()], calls()).unwrap(),
        &[lead(KEY)],
    )
}

fn folder_with(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn zipped(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn every_shape_is_known_by_its_content() {
    let one = simple("e1");
    let entry = json!({"EventId": "e1", "Username": "x", "CloudTrailEvent": one.to_string()});
    let lower: Value = one
        .as_object()
        .unwrap()
        .iter()
        .map(|(k, v)| {
            let text = v.as_str().map_or_else(|| v.to_string(), str::to_owned);
            (k.to_lowercase(), Value::from(text))
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    let cells: Vec<Value> = lower
        .as_object()
        .unwrap()
        .iter()
        .map(|(k, v)| json!({ k: v }))
        .collect();
    let head: Vec<Value> = lower
        .as_object()
        .unwrap()
        .keys()
        .map(|k| json!({"VarCharValue": k}))
        .collect();
    let data: Vec<Value> = lower
        .as_object()
        .unwrap()
        .values()
        .map(|v| json!({"VarCharValue": v}))
        .collect();
    let csv = format!(
        "User name,AWS access key,Event time,Event source,Event name,Event ID\nu,{KEY},2026-01-01T00:00:00Z,ec2.amazonaws.com,RunInstances,e1\n"
    );
    let shapes: Vec<(&str, String)> = vec![
        ("records", json!({"Records": [one]}).to_string()),
        (
            "pretty records",
            serde_json::to_string_pretty(&json!({"Records": [one]})).unwrap(),
        ),
        ("records with a mark", format!("\u{feff}{}", json!({"Records": [one]}))),
        (
            "records that come second",
            json!({"x": 1, "Records": [one]}).to_string(),
        ),
        ("list", json!([one]).to_string()),
        ("one record", one.to_string()),
        ("one pretty record", serde_json::to_string_pretty(&one).unwrap()),
        ("LookupEvents", json!({"Events": [entry], "NextToken": "t"}).to_string()),
        ("LookupEvents lines", format!("{entry}\n")),
        ("EventBridge", json!({"detail-type": "x", "detail": one}).to_string()),
        ("Lake", json!({"QueryResultRows": [cells]}).to_string()),
        (
            "Athena",
            json!({"ResultSet": {"Rows": [{"Data": head}, {"Data": data}]}}).to_string(),
        ),
        ("console CSV", csv.clone()),
        ("console CSV with a mark", format!("\u{feff}{csv}")),
    ];
    for (shape, text) in shapes {
        let text = text.into_bytes();
        for (kind, bytes) in [
            ("plain", text.clone()),
            ("gzip", gzip(&text)),
            ("zip", zipped(&[("in", text.clone())])),
            ("gzip in zip", zipped(&[("in.gz", gzip(&text))])),
        ] {
            let answer = read(&[("any.name", bytes)]);
            assert_eq!(answer.ids, ["e1"], "{shape}, {kind}");
            let report = answer.reports.values().next().unwrap();
            assert_eq!(
                (report.outcome, report.records, report.broken),
                (FileOutcome::Read, 1, 0),
                "{shape}, {kind}"
            );
        }
    }
}

#[test]
fn a_broken_file_among_good_ones_is_reported_and_the_rest_is_read() {
    let good = json!({"Records": [simple("good")]}).to_string();
    let missing_comma = format!("{{\"Records\":[{}{}]}}", simple("a"), simple("b"));
    let whole = gzip(json!({"Records": [simple("c"), simple("d")]}).to_string());
    let mut damaged = whole.clone();
    damaged[12] ^= 0xff;
    let lines = format!("{}\n{{\"cut\": \"of\n{}\n", simple("f"), simple("g"));
    let answer = read(&[
        ("good.json", good.clone().into_bytes()),
        ("comma.json", missing_comma.into_bytes()),
        ("cut.gz", whole[..whole.len() - 9].to_vec()),
        ("damaged.gz", damaged),
        ("lines.jsonl", lines.into_bytes()),
        ("notes.txt", b"nothing to see\nhere\n".to_vec()),
        ("empty", Vec::new()),
    ]);
    for id in ["a", "b", "c", "f", "g", "good"] {
        assert!(answer.ids.iter().any(|found| found == id), "{id} in {:?}", answer.ids);
    }
    assert_eq!(answer.outcome("good.json"), FileOutcome::Read);
    assert_eq!(answer.outcome("comma.json"), FileOutcome::Partial);
    assert_eq!(answer.outcome("cut.gz"), FileOutcome::Partial);
    assert_eq!(answer.outcome("damaged.gz"), FileOutcome::Failed);
    assert_eq!(answer.outcome("notes.txt"), FileOutcome::NotCloudTrail);
    assert_eq!(answer.outcome("empty"), FileOutcome::NotCloudTrail);
    let lines = &answer.reports["lines.jsonl"];
    assert_eq!(
        (lines.outcome, lines.records, lines.broken),
        (FileOutcome::Partial, 3, 1)
    );
    assert_eq!(
        lines.problems[0].place,
        format!("byte {}", simple("f").to_string().len() + 1)
    );
    assert_eq!(answer.reports["good.json"].sha256, hex::encode(Sha256::digest(&good)));
}

#[test]
fn a_bomb_is_cut_off() {
    let bomb = gzip(format!(
        "{{\"Records\":[{},{{\"x\":\"{}\"}}]}}",
        simple("first"),
        "0".repeat(1 << 20)
    ));
    for (name, bytes) in [("bomb.gz", bomb.clone()), ("bomb.zip", zipped(&[("in.gz", bomb)]))] {
        let folder = folder_with(&[(name, bytes)]);
        let mut archive = Archive::new(&[folder.path().to_owned()], calls()).unwrap();
        archive.limits = Limits {
            inflated: 1 << 19,
            ratio: 100,
            free: 1 << 18,
            packed: None,
        };
        let answer = answer(&mut archive, &[lead(KEY)]);
        assert_eq!(answer.ids, ["first"]);
        let report = answer.reports.values().next().unwrap();
        assert_eq!(report.outcome, FileOutcome::Partial);
        assert!(report.problems[0].reason.contains("gzip bomb"), "{:?}", report.problems);
    }
}

#[test]
fn a_row_that_never_ends_does_not_take_all_memory() {
    let mut text = b"Event time,Event name,Event source,Event ID\n2026-01-01T00:00:00Z,\"".to_vec();
    text.resize(20 << 20, b'x');
    let answer = read(&[
        ("endless.csv", text),
        ("good.json", simple("1").to_string().into_bytes()),
    ]);
    assert_eq!(answer.ids, ["1"]);
    assert_eq!(answer.outcome("endless.csv"), FileOutcome::Failed);
}

#[test]
fn a_file_larger_than_every_buffer_is_read() {
    let records: Vec<Value> = (0_u64..4_000)
        .map(|n| {
            let noise: Vec<String> = (0..20)
                .map(|m| hex::encode(Sha256::digest(format!("{n} {m}"))))
                .collect();
            record(
                &format!("e{n:04}"),
                KEY,
                "s3.amazonaws.com",
                "ListBuckets",
                json!({ "noise": noise }),
            )
        })
        .collect();
    let text = json!({ "Records": records }).to_string();
    let answer = read(&[("big.json", text.clone().into_bytes()), ("big.json.gz", gzip(&text))]);
    assert_eq!(
        answer.ids.len(),
        8_000,
        "{:?}",
        answer.reports.values().map(|r| &r.problems).collect::<Vec<_>>()
    );
    for report in answer.reports.values() {
        assert_eq!(
            (report.outcome, report.records),
            (FileOutcome::Read, 4_000),
            "{:?}",
            report.problems
        );
    }
}

#[test]
fn several_gzip_members_are_one_text() {
    let text = json!({"Records": [simple("a"), simple("b")]}).to_string();
    let (start, end) = text.split_at(text.len() / 2);
    let mut bytes = [gzip(start), gzip(end)].concat();
    bytes.extend([0; 40]);
    let answer = read(&[("two.gz", bytes)]);
    assert_eq!(answer.ids, ["a", "b"]);
    assert_eq!(answer.outcome("two.gz"), FileOutcome::Read);
}

#[test]
fn digests_and_other_event_files_are_passed_over() {
    let digest = json!({"awsAccountId": "1", "digestStartTime": "x", "logFiles": []}).to_string();
    let answer = read(&[
        (
            "AWSLogs/1/CloudTrail/eu-west-1/2026/01/01/log.json.gz",
            gzip(json!({"Records": [simple("a")]}).to_string()),
        ),
        (
            "AWSLogs/1/CloudTrail-Digest/eu-west-1/2026/01/01/digest.json.gz",
            gzip(digest),
        ),
        (
            "AWSLogs/1/CloudTrail-Insight/insight.json",
            json!({"Records": [simple("no")]}).to_string().into_bytes(),
        ),
    ]);
    assert_eq!(answer.ids, ["a"]);
    assert_eq!(answer.outcome("log.json.gz"), FileOutcome::Read);
    assert_eq!(answer.outcome("digest.json.gz"), FileOutcome::PassedOver);
    assert_eq!(answer.outcome("insight.json"), FileOutcome::PassedOver);
}

#[test]
fn regions_are_counted_over_all_records() {
    let mut other = simple("b");
    other["awsRegion"] = "us-east-1".into();
    other["userIdentity"] = json!({"type": "AWSService"});
    other["eventTime"] = "2026-01-02T00:00:00Z".into();
    let answer = read(&[(
        "a.json",
        json!({"Records": [simple("a"), other, simple("c")]})
            .to_string()
            .into_bytes(),
    )]);
    let counts: Vec<_> = answer.reports["a.json"]
        .regions
        .iter()
        .map(|r| (r.region.as_str(), r.records))
        .collect();
    assert_eq!(counts, [("eu-west-1", 2), ("us-east-1", 1)]);
}

#[test]
fn copies_are_all_given_and_links_lead_round_only_once() {
    let text = json!({"Records": [simple("a")]}).to_string().into_bytes();
    let folder = folder_with(&[("x/a.json", text.clone()), ("y/a-copy.json", text)]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("x/up")).unwrap();
    let mut archive = Archive::new(&[folder.path().to_owned(), folder.path().join("x")], calls()).unwrap();
    assert_eq!(answer(&mut archive, &[lead(KEY)]).ids, ["a", "a"]);
}

#[test]
fn what_is_no_archive_is_said() {
    let new = |path: &Path| Archive::new(&[path.to_owned()], calls());
    assert!(matches!(
        new(Path::new("/does/not/exist")),
        Err(ArchiveError::Path { .. })
    ));
    assert!(matches!(
        new(folder_with(&[]).path()),
        Err(ArchiveError::NoFiles { .. })
    ));
    let folder = folder_with(&[("a.txt", b"hello".to_vec()), ("b.json", b"{\"a\":1}".to_vec())]);
    let mut archive = new(folder.path()).unwrap();
    let asked = look_up(&mut archive, &[lead(KEY)], &mut |_| ControlFlow::Continue(()));
    assert!(matches!(asked, Err(ArchiveError::NotCloudTrail { files: 2 })));
}

#[test]
fn who_listens_no_more_is_not_told_more() {
    let files: Vec<_> = (0..50)
        .map(|n| (format!("{n}"), json!([simple("a")]).to_string().into_bytes()))
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    let folder = folder_with(&files);
    let mut archive = Archive::new(&[folder.path().to_owned()], calls()).unwrap();
    let mut told = 0;
    let mut stop = |_| {
        told += 1;
        ControlFlow::Break(())
    };
    assert!(matches!(
        look_up(&mut archive, &[lead(KEY)], &mut stop),
        Err(ArchiveError::Stopped)
    ));
    assert!(matches!(
        look_up(&mut archive, &[lead(KEY)], &mut stop),
        Err(ArchiveError::Stopped)
    ));
    assert_eq!(told, 1);
}

#[test]
fn rounds_give_exactly_what_one_look_at_every_record_gives() {
    let keys = [KEY, "ASIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "akia-masked"];
    let mut records = Vec::new();
    for n in 0..400 {
        let key = keys[n % keys.len()];
        let (source, name) = [
            ("iam.amazonaws.com", "CreateUser"),
            ("s3.amazonaws.com", "ListBuckets"),
            ("lambda.amazonaws.com", "CreateFunction20150331"),
            ("ec2.amazonaws.com", "RunInstances"),
            ("sts.amazonaws.com", "AssumeRole"),
        ][n % 5];
        let more = match n % 7 {
            0 => json!({"requestParameters": {"userName": "mallory"}}),
            1 => json!({"requestParameters": {"roleArn": "arn:aws:iam::123456789012:role/path/admin"}}),
            2 => json!({"userIdentity": {"type": "AssumedRole", "principalId": "AROAIOSFODNN7EXAMPLE:i-0123"}}),
            3 => json!({"userAgent": "escaped \" \\ text", "responseElements": {"x": ["mallory"]}}),
            _ => json!({}),
        };
        records.push(record(&format!("e{n:03}"), key, source, name, more));
    }
    let folder = tempfile::tempdir().unwrap();
    for (n, some) in records.chunks(37).enumerate() {
        let text = json!({ "Records": some }).to_string();
        let bytes = if n % 2 == 0 { gzip(text) } else { text.into_bytes() };
        fs::write(folder.path().join(n.to_string()), bytes).unwrap();
    }
    let rounds = [
        vec![lead(KEY)],
        vec![lead("mallory"), lead("admin")],
        vec![lead("i-0123"), lead("nobody")],
        vec![lead("akia-masked"), lead("AKIAI44QH8DHBEXAMPLE")],
        vec![lead(KEY)],
    ];
    let wanted: Vec<&str> = rounds.iter().flatten().map(|lead| lead.value.as_str()).collect();
    let wanted = Wanted::new(wanted.into_iter());
    let expected: BTreeSet<String> = records
        .iter()
        .filter(|r| {
            let text = |member: &str| r[member].as_str().unwrap();
            wanted.is_in(r, calls().contains(text("eventSource"), text("eventName")))
        })
        .map(|r| r["eventID"].as_str().unwrap().to_owned())
        .collect();
    assert!(expected.len() > 200 && expected.len() < 400);
    for settle_each in [true, false] {
        let mut archive = Archive::new(&[folder.path().to_owned()], calls()).unwrap();
        let mut answer = Answer::default();
        for leads in &rounds {
            archive.ask(leads, &mut |found| answer.take(found)).unwrap();
            if settle_each {
                archive.settle(&mut |found| answer.take(found)).unwrap();
            }
        }
        archive.settle(&mut |found| answer.take(found)).unwrap();
        assert!(archive.is_settled());
        let found: BTreeSet<String> = answer.ids.iter().cloned().collect();
        assert_eq!(found.len(), answer.ids.len(), "nothing is given twice");
        assert_eq!(found, expected);
    }
}

#[test]
fn the_shared_shapes_are_read() {
    let root = std::env::var("KEYTRAIL_CASES").unwrap_or_else(|_| "../shared/data".to_owned());
    let shapes = Path::new(env!("CARGO_MANIFEST_DIR")).join(root).join("shapes");
    if !shapes.exists() {
        let _ = writeln!(std::io::stderr(), "skipped: shapes");
        return;
    }
    let mut archive = Archive::new(&[shapes], calls()).unwrap();
    let reports = answer(&mut archive, &[lead(KEY)]).reports;
    for (name, outcome, records) in [
        ("flosell_records.json.gz", FileOutcome::Read, None),
        ("lookupevents_lines.jsonl", FileOutcome::Read, None),
        ("lookupevents_response.json", FileOutcome::Read, None),
        ("eventbridge_envelope.json", FileOutcome::Read, Some(1)),
        ("console_event_history.csv", FileOutcome::Read, None),
        ("synthetic_records.json", FileOutcome::Read, None),
        (
            "datadog_export_records.zip!aws.execution.ec2-user-data.json",
            FileOutcome::Partial,
            None,
        ),
        (
            "datadog_export_records.zip!aws.defense-evasion.cloudtrail-delete.json",
            FileOutcome::Read,
            None,
        ),
        ("public_keys.json", FileOutcome::NotCloudTrail, Some(0)),
    ] {
        let report = &reports[name];
        assert_eq!(report.outcome, outcome, "{name}: {:?}", report.problems);
        assert!(records.is_none_or(|records| records == report.records), "{name}");
    }
    let digests = reports.iter().filter(|(name, _)| name.contains("Digest"));
    assert!(
        digests
            .map(|(_, report)| report.outcome)
            .eq([FileOutcome::PassedOver; 2])
    );
}

#[test]
fn the_shared_cases_are_read_whole() {
    let root = std::env::var("KEYTRAIL_CASES").unwrap_or_else(|_| "../shared/data".to_owned());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
    for (case, input, key) in [
        ("invictus-bertjan", "events", "AKIATFQR7NSC8Q4X20BJ"),
        ("otrf-ec2-role-jsonl", "events", "ASIA5FLZVX4OPVKKVBMX"),
        ("boogy-collapsed-keys", "events.json", "ASIA8D4EB41DC82E6580"),
        ("splunk-existing-user", "events.json", "AKIAYTOGP2RLLAA6NJUM"),
    ] {
        let folder = root.join(case);
        let Ok(expected) = fs::read(folder.join("expected.json")) else {
            let _ = writeln!(std::io::stderr(), "skipped: {case}");
            continue;
        };
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        let mut archive = Archive::new(&[folder.join(input)], calls()).unwrap();
        let answer = answer(&mut archive, &[lead(key)]);
        let records: u64 = answer.reports.values().map(|report| report.records).sum();
        assert_eq!(Some(records), expected["records_raw"].as_u64(), "{case}");
        assert!(
            answer
                .reports
                .values()
                .all(|report| report.outcome == FileOutcome::Read),
            "{case}"
        );
        // Every record signed with the key, and those that name it.
        assert!(
            answer.ids.len() as u64 >= expected["events_by_start_key"].as_u64().unwrap(),
            "{case}"
        );
    }
}
