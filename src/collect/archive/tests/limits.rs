//! Files that are broken, endless or very large.

use super::*;

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

/// Nothing but outlines, so that whatever is asked later is read again.
fn nothing_remembered(folder: &tempfile::TempDir) -> Archive {
    let mut archive = Archive::new(&[folder.path().to_owned()], calls()).unwrap();
    archive.budget = Budget {
        candidates: 0,
        followed: 0,
        others: 0,
        outlines: 1 << 20,
    };
    archive
}

#[test]
fn a_record_that_is_no_json_does_not_end_an_investigation_whoever_asks_for_it() {
    const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";
    let other = |id: &str| {
        record(
            id,
            OTHER,
            "ec2.amazonaws.com",
            "RunInstances",
            json!({"requestParameters": "@"}),
        )
    };
    let broken = |record: Value| record.to_string().replace("\"@\"", "{\"x\":\"\\ud800\"}");
    let mut of_seed = simple("broken");
    of_seed["requestParameters"] = "@".into();
    for (n, text) in [broken(other("broken")), broken(of_seed)].into_iter().enumerate() {
        let text = format!(
            "{{\"Records\":[{},{text},{}]}}",
            simple("a"),
            other("b").to_string().replace("\"@\"", "{}")
        );
        let folder = folder_with(&[("a.json", text.into_bytes())]);
        for mut archive in [
            Archive::new(&[folder.path().to_owned()], calls()).unwrap(),
            nothing_remembered(&folder),
        ] {
            assert_eq!(answer(&mut archive, &[lead(KEY)]).ids, ["a"], "{n}");
            assert_eq!(answer(&mut archive, &[lead(OTHER)]).ids, ["b"], "{n}");
            assert_eq!(answer(&mut archive, &[lead("nobody")]).ids, [] as [&str; 0], "{n}");
        }
    }
}

#[test]
fn rows_and_members_of_documents_that_find_no_room_are_read_again() {
    const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";
    let rows = format!(
        "Event time,Event name,Event source,Event ID,AWS access key\n\
         2026-01-01T00:00:00Z,ListBuckets,s3.amazonaws.com,row a,{KEY}\n\
         2026-01-01T00:00:00Z,ListBuckets,s3.amazonaws.com,row b,{OTHER}\r\
         2026-01-01T00:00:00Z,ListBuckets,s3.amazonaws.com,row c,{OTHER}\n"
    );
    let of_other = |id: &str| record(id, OTHER, "ec2.amazonaws.com", "RunInstances", json!({}));
    let document = json!({"made": "by hand", "Records": [simple("a"), of_other("b"), of_other("c")]});
    let folder = folder_with(&[
        ("rows.csv", rows.into_bytes()),
        ("document.json", document.to_string().into_bytes()),
    ]);
    let mut archive = nothing_remembered(&folder);
    assert_eq!(answer(&mut archive, &[lead(KEY)]).ids, ["a", "row a"]);
    assert!(archive.is_settled());
    archive.ask(&[lead(OTHER)], &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(!archive.is_settled());
    assert_eq!(answer(&mut archive, &[]).ids, ["b", "c", "row b", "row c"]);
    assert_eq!(answer(&mut archive, &[lead(OTHER), lead(KEY)]).ids, [] as [&str; 0]);
}
