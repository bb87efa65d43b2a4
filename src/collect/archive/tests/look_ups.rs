//! What is given, and what is said about it.

use super::*;

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
        .map(|r| (&*r.region, r.records))
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
        let bytes = match n % 4 {
            0 => gzip(text),
            1 => text.into_bytes(),
            2 => zipped(&[("a.json", text.into_bytes()), ("b.json", b"[]".to_vec())]),
            _ => json!({ "made": "by hand", "Records": some }).to_string().into_bytes(),
        };
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
    let nothing = Budget {
        candidates: 0,
        followed: 0,
        others: 0,
        outlines: 0,
    };
    let budgets = [
        Budget::default(),
        Budget {
            candidates: 8 << 10,
            others: 2 << 10,
            outlines: 1 << 20,
            ..nothing
        },
        Budget {
            outlines: 1 << 20,
            ..nothing
        },
        nothing,
    ];
    for (settle_each, budget) in [true, false]
        .into_iter()
        .flat_map(|each| budgets.map(|budget| (each, budget)))
    {
        let mut archive = Archive::new(&[folder.path().to_owned()], calls()).unwrap();
        archive.budget = budget;
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
        assert_eq!(found.len(), answer.ids.len(), "nothing is given twice with {budget:?}");
        assert_eq!(found, expected, "with {budget:?}");
    }
}

#[test]
fn a_text_that_changed_before_it_is_read_again_is_not_passed_off_as_the_same() {
    let other = |id: &str| {
        record(
            id,
            "AKIAI44QH8DHBEXAMPLE",
            "ec2.amazonaws.com",
            "RunInstances",
            json!({}),
        )
    };
    let text = |records: &[Value]| json!({ "Records": records }).to_string().into_bytes();
    let folder = folder_with(&[("a.json", text(&[simple("a"), other("b"), other("c")]))]);
    let mut archive = Archive::new(&[folder.path().to_owned()], calls()).unwrap();
    archive.budget.others = 0;
    assert_eq!(answer(&mut archive, &[lead(KEY)]).ids, ["a"]);
    fs::write(
        folder.path().join("a.json"),
        text(&[other("b"), simple("a"), other("c")]),
    )
    .unwrap();
    let again = look_up(&mut archive, &[lead("AKIAI44QH8DHBEXAMPLE")], &mut |_| {
        ControlFlow::Continue(())
    });
    assert!(matches!(again, Err(ArchiveError::Changed { .. })), "{again:?}");
}

#[test]
fn what_a_made_key_does_later_is_answered_without_a_second_reading() {
    let made = "AKIAI44QH8DHBEXAMPLE";
    let session = "ASIAIOSFODNN7EXAMPLE";
    let gives = |key: &str| json!({"responseElements": {"credentials": {"accessKeyId": key}}});
    let text = json!({"Records": [
        record("before", made, "s3.amazonaws.com", "ListBuckets", json!({})),
        record("makes", KEY, "iam.amazonaws.com", "CreateAccessKey", gives(made)),
        record("uses", made, "s3.amazonaws.com", "ListBuckets", json!({})),
        record("mints", made, "sts.amazonaws.com", "AssumeRole", gives(session)),
        record("goes on", session, "ec2.amazonaws.com", "RunInstances", json!({})),
        record("other", "AKIAZZSOMEBODYELSE01", "ec2.amazonaws.com", "RunInstances", json!({})),
    ]});
    let folder = folder_with(&[("a.json", text.to_string().into_bytes())]);
    let mut archive = Archive::new(&[folder.path().to_owned()], calls()).unwrap();
    let mut answer = Answer::default();
    archive.ask(&[lead(KEY)], &mut |found| answer.take(found)).unwrap();
    archive
        .ask(&[lead(made), lead(session)], &mut |found| answer.take(found))
        .unwrap();
    assert_eq!(answer.ids, ["makes", "uses", "mints", "goes on"]);
    assert!(!archive.is_settled(), "what it did before is still to be read");
    archive.settle(&mut |found| answer.take(found)).unwrap();
    assert_eq!(answer.ids, ["makes", "uses", "mints", "goes on", "before"]);
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
