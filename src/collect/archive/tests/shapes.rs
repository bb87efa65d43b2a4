//! Every shape in which records lie on disk.

use super::*;

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
