//! What happened later to keys and trust policies, whoever did it.

use keytrail::investigation::alive::alive;
use serde_json::json;

use crate::KEY2;
use crate::support::incident::*;

fn admin() -> Caller {
    user("admin", "AKIAADMIN00000000001")
}

fn switch(by: &Caller, seconds: i64, status: &str) -> Call {
    call(by, seconds, "iam", "UpdateAccessKey")
        .request(json!({"userName": "mallory", "accessKeyId": KEY2, "status": status}))
}

/// The ids of what may still let somebody in.
fn ways(calls: &[Call]) -> Vec<String> {
    let case = investigate(calls);
    let alive = alive(&case, at(1000));
    alive.ways.iter().map(|way| way.node.id.clone()).collect()
}

#[test]
fn a_key_that_was_switched_off_lets_nobody_in_until_it_is_switched_on_again() {
    let mut calls = vec![
        create_user(&seed(), 1, "mallory"),
        create_key(&seed(), 2, "mallory", KEY2),
    ];
    assert_eq!(ways(&calls), [SEED, KEY2]);
    calls.push(switch(&admin(), 50, "Inactive"));
    assert_eq!(ways(&calls), [SEED]);
    // Refused: nothing changed.
    calls.push(switch(&seed(), 60, "Active").denied());
    assert_eq!(ways(&calls), [SEED]);
    calls.push(switch(&admin(), 70, "Active"));
    assert_eq!(ways(&calls), [SEED, KEY2]);
    // In whatever order they arrive.
    calls.reverse();
    assert_eq!(ways(&calls), [SEED, KEY2]);
}

fn trust(by: &Caller, seconds: i64, account: &str) -> Call {
    let document = json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}}]});
    call(by, seconds, "iam", "UpdateAssumeRolePolicy")
        .request(json!({"roleName": "door", "policyDocument": document.to_string()}))
}

#[test]
fn an_outsider_is_shut_out_by_a_later_trust_policy_of_that_very_role() {
    let mut calls = vec![use_of(&seed(), 1), trust(&seed(), 50, OUTSIDE)];
    let outsider = |calls: &[Call]| node(&investigate(calls), OUTSIDE).ended.clone();
    assert_eq!(outsider(&calls), None);
    // A role of that name in another account is another role.
    calls.push(trust(&admin(), 60, ACCOUNT).with("recipientAccountId", json!("222233334444")));
    assert_eq!(outsider(&calls), None);
    calls.push(trust(&admin(), 70, ACCOUNT));
    let ended = outsider(&calls).expect("it is shut out");
    assert_eq!((ended.time, ended.by.as_str()), (at(70), "AKIAADMIN00000000001"));
    assert!(!ways(&calls).iter().any(|id| id.contains("door")), "{:?}", ways(&calls));
}
