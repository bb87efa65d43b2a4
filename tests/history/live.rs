//! What there still is of the chain, asked from the account once everything is read.

use chrono::{TimeDelta, Utc};

use crate::aws::{Denial, Key, Role, User};
use crate::support::incident::{create_key, create_password, create_role, create_user, on_user, role_id, seed, user};
use crate::*;

const CHILD: &str = "AKIAZZCHILD000000002";
const TEMP: &str = "ASIAZZTEMP0000000005";

fn calls() -> Vec<Value> {
    let admin = user("admin", "AKIAADMIN00000000001");
    let expires = (Utc::now() + TimeDelta::hours(6)).format("%Y-%m-%dT%H:%M:%SZ");
    let assume = support::incident::assume_role(&seed(), 40, "door", "own", TEMP).answer(serde_json::json!({
        "credentials": {"accessKeyId": TEMP, "expiration": expires.to_string()},
        "assumedRoleUser": {"assumedRoleId": format!("{}:own", role_id("door"))},
    }));
    let calls = [
        create_user(&seed(), 10, "mallory"),
        create_key(&seed(), 20, "mallory", CHILD),
        create_password(&seed(), 25, "mallory"),
        create_role(&seed(), 30, "door"),
        assume,
        create_user(&seed(), 50, "ghost"),
        on_user(&admin, 60, "DeleteUser", "ghost"),
    ];
    recent(calls.iter().map(Call::json).collect())
}

/// Somebody has begun to clean up.
fn half_cleaned() -> Aws {
    let revoked = serde_json::json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Action": ["*"], "Resource": ["*"],
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": Utc::now().to_rfc3339()}},
    }]});
    Aws::new(ACCOUNT)
        .events(calls())
        .user(User::new("app").key(SEED))
        .user(User::new("mallory").with_key(Key::new(CHILD).inactive()))
        .user(User::new("ghost"))
        .role(Role::new("door").inline("AWSRevokeOlderSessions", &revoked.to_string()))
        .rate(1e6, 1e6)
}

fn state(chain: &Value, id: &str) -> Value {
    let nodes = chain["nodes"].as_array().expect("nodes");
    let node = nodes.iter().find(|node| node["id"].as_str().unwrap().contains(id));
    node.unwrap_or_else(|| panic!("no {id}"))["live"]["state"].clone()
}

#[test]
fn the_steps_prove_themselves_and_say_what_may_not_be_asked() {
    let aws = half_cleaned().deny(Denial::of("iam:GetLoginProfile")).start();
    let desk = Desk::new();
    let save = desk.path("case.keytrail");
    let done = run(investigate(&aws, &save, &["--regions", "us-east-1"]));
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    assert!(
        out(&done).contains("Playbook        compromised-access-key"),
        "{}",
        out(&done)
    );
    let steps: Value = serde_json::from_str(&desk.show("checklist", "json")).expect("JSON");
    for (item, progress, proof) in [
        (
            "S1-01",
            "done and proved",
            "sts:GetAccessKeyInfo: account 111122223333, of user app",
        ),
        (
            "S1-02",
            "done and proved",
            "sts:GetCallerIdentity: arn:aws:iam::111122223333:user/responder",
        ),
        (
            "S1-10",
            "open",
            "access key AKIAZZSEED0000000001 of app: iam:ListAccessKeys: Active",
        ),
        ("S1-13", "done and proved", "a deny policy on its role"),
        (
            "S1-14",
            "open",
            "cannot be verified: password of mallory: access denied to iam:GetLoginProfile",
        ),
        (
            "S2-01",
            "open",
            // It would prove nothing of the others.
            "only these regions were asked for: us-east-1",
        ),
        ("SC-01", "not applicable", "no seed belongs to the root user"),
    ] {
        let row = steps.as_array().expect("rows").iter().find(|row| row["Item"] == item);
        let row = row.unwrap_or_else(|| panic!("no {item}"));
        assert_eq!(row["Progress"], progress, "{row}");
        assert!(row["Proof"].as_str().is_some_and(|said| said.contains(proof)), "{row}");
    }
}

#[test]
fn each_node_carries_what_the_account_says_of_it() {
    let aws = half_cleaned().start();
    let desk = Desk::new();
    let save = desk.path("case.keytrail");
    let done = run(investigate(&aws, &save, &["--regions", "us-east-1"]));
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    let log = aws.log();
    assert!(log.writes().is_empty(), "{:?}", log.writes());
    let chain = chain(&save);
    for (id, expected) in [
        (SEED, "active"),
        (":user/mallory", "exists"),
        (CHILD, "inactive"),
        ("mallory@", "gone"),
        (":role/door", "exists"),
        (TEMP, "cut off"),
        (":user/ghost", "exists"),
    ] {
        assert_eq!(state(&chain, id), expected, "{id}");
    }
    let said = out(&done);
    let ways: Vec<&str> = said.lines().filter(|line| line.starts_with("May still work")).collect();
    assert_eq!(ways.len(), 1, "{said}");
    assert!(ways[0].contains(SEED) && ways[0].contains(", active at "), "{said}");
    assert!(
        said.contains("user/ghost exists, though the records say it was deleted"),
        "{said}"
    );
    let table = desk.show("chain", "csv");
    let child = table.lines().find(|line| line.contains(CHILD)).expect("a row");
    assert!(table.lines().next().unwrap().ends_with(",Live,Evidence"), "{table}");
    assert!(child.ends_with(",inactive,measured"), "{child}");
}

#[test]
fn what_iam_does_not_say_is_not_known_and_the_records_count() {
    let aws = half_cleaned().deny(Denial::of("iam:*")).start();
    let desk = Desk::new();
    let save = desk.path("case.keytrail");
    let done = run(investigate(&aws, &save, &["--regions", "us-east-1"]));
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    let chain = chain(&save);
    for id in [SEED, ":user/mallory", CHILD, ":role/door", TEMP] {
        assert_eq!(state(&chain, id), "not known: denied", "{id}");
    }
    for id in [SEED, CHILD, TEMP] {
        let line = out(&done)
            .lines()
            .any(|line| line.starts_with("May still work") && line.contains(id));
        assert!(line, "{id}: {}", out(&done));
    }
}
