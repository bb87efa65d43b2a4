//! Sessions: who obtained them, and by which role.

use serde_json::{Value, json};

use crate::support::incident::*;
use crate::{KEY2, TEMP1, TEMP2, TEMP3};

#[test]
fn sessions_from_get_session_token_and_federation_are_followed() {
    let token = call(&seed(), 10, "sts", "GetSessionToken").answer(json!({"credentials": {"accessKeyId": TEMP1}}));
    let federate = call(&user("app", TEMP1), 20, "sts", "GetFederationToken")
        .request(json!({"name": "helper"}))
        .answer(json!({"credentials": {"accessKeyId": TEMP2},
            "federatedUser": {"arn": format!("arn:aws:sts::{ACCOUNT}:federated-user/helper"),
                "federatedUserId": format!("{ACCOUNT}:helper")}}));
    let make = create_user(&user("app", TEMP2), 30, "mallory");
    let case = investigate(&[make, federate, token]);
    assert_eq!(
        core(&case),
        [
            format!("session minted {TEMP1} < {SEED}"),
            format!("session minted {TEMP2} < {TEMP1}"),
            format!("user created {} < {TEMP2}", user_arn("mallory")),
        ]
    );
}

#[test]
fn role_chaining_hangs_each_session_under_the_key_that_obtained_it() {
    let case = investigate(&[
        assume_role(&seed(), 10, "first", "hop1", TEMP1),
        assume_role(&session("first", "hop1", TEMP1), 20, "second", "hop2", TEMP2),
        assume_role(&session("second", "hop2", TEMP2), 30, "third", "hop3", TEMP3),
    ]);
    assert_eq!(
        core(&case),
        [
            format!("session minted {TEMP1} < {SEED}"),
            format!("session minted {TEMP2} < {TEMP1}"),
            format!("session minted {TEMP3} < {TEMP2}"),
        ]
    );
}

#[test]
fn both_copies_of_a_cross_account_call_make_one_session() {
    let partner = json!({"roleArn": format!("arn:aws:iam::{OUTSIDE}:role/partner"), "roleSessionName": "hop"});
    let answer = json!({"credentials": {"accessKeyId": TEMP1},
        "assumedRoleUser": {"assumedRoleId": "AROAPARTNER:hop", "arn": format!("arn:aws:sts::{OUTSIDE}:assumed-role/partner/hop")}});
    let ours = call(&seed(), 10, "sts", "AssumeRole")
        .request(partner.clone())
        .answer(answer.clone());
    let theirs = call(
        &Caller(json!({"type": "AWSAccount", "principalId": "AIDAAPP", "accountId": ACCOUNT})),
        10,
        "sts",
        "AssumeRole",
    )
    .request(partner)
    .answer(answer)
    .with("recipientAccountId", json!(OUTSIDE));
    for calls in [[ours.clone(), theirs.clone()], [theirs.clone(), ours.clone()]] {
        let case = investigate(&calls);
        assert_eq!(core(&case), [format!("session minted {TEMP1} < {SEED}")]);
        assert_eq!(node(&case, TEMP1).account.as_deref(), Some(OUTSIDE));
        assert_eq!(node(&case, TEMP1).proof.as_ref().map(|p| &*p.key.id), Some(&*ours.id()));
    }
}

#[test]
fn whoever_assumes_a_role_of_the_chain_is_found_under_the_role() {
    let thin = call(&service("ec2.amazonaws.com"), 20, "sts", "AssumeRole")
        .request(json!({"roleArn": role_arn("door"), "roleSessionName": "i-0123"}))
        .answer(json!({"credentials": {"accessKeyId": TEMP1}}));
    let outsider = assume_role(&outside(), 30, "door", "guest", TEMP2);
    let ours = assume_role(&seed(), 40, "door", "own", TEMP3);
    let other_role = assume_role(&service("ec2.amazonaws.com"), 50, "else", "i-1", "ASIAZZOTHER000000001");
    let case = investigate(&[create_role(&seed(), 1, "door"), thin, outsider, ours, other_role]);
    assert_eq!(
        core(&case)[1..],
        [
            format!("session role_session {TEMP1} < {}", role_arn("door")),
            format!("session role_session {TEMP2} < {}", role_arn("door")),
            format!("session minted {TEMP3} < {SEED}"),
        ]
    );
}

#[test]
fn a_role_made_again_does_not_inherit_the_sessions_of_the_first() {
    let admin = user("admin", "AKIAADMIN00000000001");
    let thin = |seconds, key: &str| {
        call(&service("ec2.amazonaws.com"), seconds, "sts", "AssumeRole")
            .request(json!({"roleArn": role_arn("door"), "roleSessionName": "i-0123"}))
            .answer(json!({"credentials": {"accessKeyId": key}}))
    };
    let delete = call(&admin, 10, "iam", "DeleteRole").request(json!({"roleName": "door"}));
    let case = investigate(&[
        create_role(&seed(), 1, "door"),
        thin(5, TEMP1),
        delete,
        create_role(&admin, 20, "door").with("eventID", json!("second-door")),
        thin(30, TEMP2),
    ]);
    assert_eq!(
        core(&case)[1..],
        [format!("session role_session {TEMP1} < {}", role_arn("door"))]
    );
}

#[test]
fn an_opened_trust_policy_lets_in_whom_it_names_and_nobody_else() {
    let open = call(&seed(), 10, "iam", "UpdateAssumeRolePolicy").request(json!({
        "roleName": "audit",
        "policyDocument": format!(r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{OUTSIDE}"}}}}]}}"#),
    }));
    let stranger = Caller(json!({"type": "AWSAccount", "principalId": "AIDASTRANGER", "accountId": "777788889999"}));
    let case = investigate(&[
        assume_role(&outside(), 5, "audit", "early", "ASIAZZEARLY000000001"),
        open,
        assume_role(&outside(), 20, "audit", "guest", TEMP1),
        assume_role(&stranger, 21, "audit", "stranger", "ASIAZZSTRANGER000001"),
        assume_role(
            &service("ec2.amazonaws.com"),
            22,
            "audit",
            "i-1",
            "ASIAZZSERVICE0000001",
        ),
        create_user(&session("audit", "guest", TEMP1), 30, "mallory"),
    ]);
    assert_eq!(
        beyond(&case),
        [
            format!("role changed {} < {SEED}", role_arn("audit")),
            format!("session let_in {TEMP1} < {}", role_arn("audit")),
            format!("aws_account trusts {OUTSIDE} < {}", role_arn("audit")),
        ]
    );
    assert_eq!(core(&case), [format!("user created {} < {TEMP1}", user_arn("mallory"))]);
    assert_eq!(node(&case, TEMP1).strength.as_str(), "inferred");
}

#[test]
fn a_session_hangs_under_the_key_that_obtained_it_though_the_key_was_first_seen_by_that() {
    let case = investigate(&[
        create_user(&seed(), 1, "mallory"),
        create_role(&seed(), 2, "door"),
        assume_role(&user("mallory", KEY2), 10, "door", "s", TEMP1),
    ]);
    assert_eq!(
        core(&case)[2..],
        [
            format!("access_key used_by_created_user {KEY2} < {}", user_arn("mallory")),
            format!("session minted {TEMP1} < {KEY2}"),
        ]
    );
}

#[test]
fn a_session_of_the_root_user_of_another_account_is_its_and_sets_the_password_of_root() {
    let assumed = call(&seed(), 10, "sts", "AssumeRoot")
        .request(json!({"targetPrincipal": OUTSIDE}))
        .answer(json!({"credentials": {"accessKeyId": TEMP1}}));
    let root = Caller(
        json!({"type": "Root", "principalId": OUTSIDE, "accountId": OUTSIDE, "accessKeyId": TEMP1,
        "arn": format!("arn:aws:iam::{OUTSIDE}:root"), "sessionContext": {"assumedRoot": "true"}}),
    );
    let password = call(&root, 20, "iam", "CreateLoginProfile")
        .answer(json!({"loginProfile": {}}))
        .with("recipientAccountId", json!(OUTSIDE));
    let case = investigate(&[assumed, password]);
    assert_eq!(
        core(&case),
        [
            format!("session minted {TEMP1} < {SEED}"),
            format!("login_profile created {OUTSIDE}:root@2026-03-04T10:00:20Z < {TEMP1}"),
        ]
    );
    assert_eq!(node(&case, TEMP1).account.as_deref(), Some(OUTSIDE));
}

#[test]
fn one_role_leads_to_the_next_inside_one_second() {
    for (first, second) in [("a", "b"), ("b", "a")] {
        let case = investigate(&[
            create_role(&seed(), 1, "one"),
            create_role(&seed(), 2, "two"),
            assume_role(&service("ec2.amazonaws.com"), 10, "one", "i-1", TEMP1).with("eventID", json!(first)),
            assume_role(&session("one", "i-1", TEMP1), 10, "two", "x", TEMP2).with("eventID", json!(second)),
        ]);
        assert_eq!(
            core(&case)[2..],
            [
                format!("session role_session {TEMP1} < {}", role_arn("one")),
                format!("session minted {TEMP2} < {TEMP1}"),
            ]
        );
    }
}

#[test]
fn the_record_that_shows_the_key_decides_between_the_copies_of_a_cross_account_call() {
    let copy = |caller: Value, seconds, account: &str| {
        assume_role(&Caller(caller), seconds, "door", "hop", TEMP1).with("recipientAccountId", json!(account))
    };
    let keyless = json!({"type": "AWSAccount", "principalId": user_id("mallory"), "accountId": ACCOUNT});
    // The copies may differ by a second, and their ids sort either way.
    for (seconds, id) in [(9, "0"), (10, "0"), (10, "z"), (11, "z")] {
        for created_role in [true, false] {
            let mut calls = vec![
                create_user(&seed(), 1, "mallory"),
                create_key(&seed(), 2, "mallory", KEY2),
                copy(user("mallory", KEY2).0, 10, ACCOUNT).with("eventID", json!("a")),
                copy(keyless.clone(), seconds, OUTSIDE).with("eventID", json!(id)),
            ];
            if created_role {
                calls.push(create_role(&seed(), 3, "door"));
            }
            let lines = core(&investigate(&calls));
            assert_eq!(lines.last(), Some(&format!("session minted {TEMP1} < {KEY2}")));
        }
    }
}
