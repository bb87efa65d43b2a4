//! What the chain holds, story by story, on records written for this project: above all what no public record shows.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod support;

use serde_json::{Value, json};
use support::incident::*;

const KEY2: &str = "AKIAZZCHILD000000002";
const KEY3: &str = "AKIAZZCHILD000000003";
const TEMP1: &str = "ASIAZZTEMP0000000001";
const TEMP2: &str = "ASIAZZTEMP0000000002";
const TEMP3: &str = "ASIAZZTEMP0000000003";

#[test]
fn a_key_made_without_a_user_name_belongs_to_the_caller() {
    let create = call(&seed(), 10, "iam", "CreateAccessKey")
        .answer(json!({"accessKey": {"accessKeyId": KEY2, "userName": "app", "status": "Active"}}));
    let case = investigate(&[create]);
    assert_eq!(core(&case), [format!("access_key minted {KEY2} < {SEED}")]);
    assert_eq!(node(&case, KEY2).owner.as_deref(), Some("app"));
}

#[test]
fn a_root_key_without_any_name_is_a_node_all_the_same() {
    let root = Caller(
        json!({"type": "Root", "principalId": ACCOUNT, "arn": format!("arn:aws:iam::{ACCOUNT}:root"),
        "accountId": ACCOUNT, "accessKeyId": SEED}),
    );
    let create = call(&root, 10, "iam", "CreateAccessKey").answer(json!({"accessKey": {"accessKeyId": KEY2}}));
    assert_eq!(
        core(&investigate(&[create])),
        [format!("access_key minted {KEY2} < {SEED}")]
    );
}

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
fn a_child_key_counts_its_calls_in_every_region() {
    let child = user("mallory", KEY2);
    let case = investigate(&[
        create_user(&seed(), 1, "mallory"),
        create_key(&seed(), 2, "mallory", KEY2),
        use_of(&child, 10).region("eu-west-1"),
        use_of(&child, 20).region("sa-east-1"),
        use_of(&child, 30).region("sa-east-1").denied(),
    ]);
    let activity = &node(&case, KEY2).activity;
    assert_eq!((activity.events, activity.failed), (3, 1));
    assert_eq!(
        activity.regions.iter().map(|(r, n)| (&**r, *n)).collect::<Vec<_>>(),
        [("eu-west-1", 1), ("sa-east-1", 2)]
    );
    assert_eq!((activity.first, activity.last), (Some(at(10)), Some(at(30))));
    let counts = case.chain().counts;
    assert_eq!((counts.seed, counts.chain, counts.failed), (2, 5, 1));
}

#[test]
fn a_renamed_user_stays_one_node_and_its_sign_ins_are_found_under_the_new_name() {
    let rename =
        call(&seed(), 20, "iam", "UpdateUser").request(json!({"userName": "mallory", "newUserName": "backup"}));
    let login = call(
        &Caller(
            json!({"type": "IAMUser", "principalId": user_id("mallory"), "userName": "backup",
            "arn": user_arn("backup"), "accountId": ACCOUNT}),
        ),
        30,
        "signin",
        "ConsoleLogin",
    )
    .answer(json!({"ConsoleLogin": "Success"}));
    let case = investigate(&[
        create_user(&seed(), 1, "mallory"),
        create_password(&seed(), 2, "mallory"),
        rename,
        login.clone(),
        on_user(&user("admin", "AKIAADMIN00000000001"), 40, "DeleteUser", "backup"),
    ]);
    assert_eq!(
        core(&case),
        [
            format!("user created {} < {SEED}", user_arn("mallory")),
            format!("login_profile created {ACCOUNT}:mallory@2026-03-04T10:00:02Z < {SEED}"),
            format!(
                "console_login console_login {} < {ACCOUNT}:mallory@2026-03-04T10:00:02Z",
                login.id()
            ),
        ]
    );
    let ended = node(&case, &user_arn("mallory"))
        .ended
        .clone()
        .expect("the deletion names the new name");
    assert_eq!(ended.by, "AKIAADMIN00000000001");
}

#[test]
fn a_user_made_again_under_the_same_name_is_another_node() {
    let admin = user("admin", "AKIAADMIN00000000001");
    let case = investigate(&[
        create_user_with_id(&seed(), 1, "mallory", "AIDAFIRST"),
        on_user(&admin, 10, "DeleteUser", "mallory"),
        create_user_with_id(&seed(), 20, "mallory", "AIDASECOND"),
        // A deletion that failed ends nothing (quirk Q41).
        on_user(&admin, 30, "DeleteUser", "mallory").with("errorCode", json!("DeleteConflict")),
    ]);
    let incarnations: Vec<_> = case.chain().nodes.iter().filter(|n| n.name == "mallory").collect();
    assert_eq!(incarnations.len(), 2);
    assert_eq!(incarnations[0].ended.as_ref().map(|e| e.time), Some(at(10)));
    assert_eq!(incarnations[1].ended, None);
    assert_ne!(incarnations[0].node, incarnations[1].node);
}

#[test]
fn a_user_of_the_same_name_made_by_somebody_else_is_not_ours() {
    let admin = user("admin", "AKIAADMIN00000000001");
    let case = investigate(&[
        create_user_with_id(&seed(), 1, "mallory", "AIDAFIRST"),
        on_user(&admin, 10, "DeleteUser", "mallory"),
        create_user_with_id(&admin, 20, "mallory", "AIDASECOND"),
        on_user(&admin, 30, "DeleteUser", "mallory"),
        // The second one's key, used.
        use_of(
            &Caller(
                json!({"type": "IAMUser", "principalId": "AIDASECOND", "userName": "mallory",
            "arn": user_arn("mallory"), "accountId": ACCOUNT, "accessKeyId": KEY2}),
            ),
            25,
        ),
    ]);
    assert_eq!(core(&case), [format!("user created {} < {SEED}", user_arn("mallory"))]);
    assert_eq!(
        node(&case, &user_arn("mallory")).ended.as_ref().map(|e| e.time),
        Some(at(10))
    );
}

#[test]
fn a_deletion_and_a_creation_in_one_second_end_and_begin_the_right_ones() {
    let case = investigate(&[
        create_user_with_id(&seed(), 1, "mallory", "AIDAFIRST"),
        create_user_with_id(&seed(), 10, "mallory", "AIDASECOND"),
        on_user(&seed(), 10, "DeleteUser", "mallory"),
    ]);
    let ended: Vec<bool> = case
        .chain()
        .nodes
        .iter()
        .filter(|n| n.name == "mallory")
        .map(|n| n.ended.is_some())
        .collect();
    assert_eq!(ended, [true, false]);
}

#[test]
fn the_keys_of_a_sign_in_hang_under_the_password_of_a_user_of_the_chain() {
    let console = |key: &str| user("mallory", key).since(at(30));
    let login = console_login("mallory", 30);
    let case = investigate(&[
        create_user(&seed(), 1, "mallory"),
        create_password(&seed(), 2, "mallory"),
        login.clone(),
        use_of(&console(TEMP1), 31),
        use_of(&console(TEMP2), 32),
        create_key(&console(TEMP2), 40, "mallory", KEY3),
    ]);
    let password = format!("{ACCOUNT}:mallory@2026-03-04T10:00:02Z");
    assert_eq!(
        core(&case)[2..],
        [
            format!("console_login console_login {} < {password}", login.id()),
            format!("session used_by_created_user {TEMP1} < {password}"),
            format!("session used_by_created_user {TEMP2} < {password}"),
            format!("access_key minted {KEY3} < {TEMP2}"),
        ]
    );
    // The sign-in and what its two keys did.
    assert_eq!(node(&case, &password).activity.events, 1 + 1 + 2);
}

#[test]
fn a_password_set_on_an_existing_user_brings_its_sign_ins_and_only_those() {
    let victim = |key: &str, begun: i64| user("victim", key).since(at(begun));
    let login = console_login("victim", 100);
    let case = investigate(&[
        use_of(&victim("ASIAZZLEGIT000000001", 5), 6),
        console_login("victim", 5),
        on_user(&seed(), 50, "UpdateLoginProfile", "victim"),
        login.clone(),
        use_of(&victim(TEMP1, 100), 101),
        // The owner's old session goes on; it is not the attacker's.
        use_of(&victim("ASIAZZLEGIT000000001", 5), 102),
        // The responder sets the password anew: later sign-ins are the owner's.
        on_user(
            &user("admin", "AKIAADMIN00000000001"),
            200,
            "UpdateLoginProfile",
            "victim",
        ),
        console_login("victim", 300),
        use_of(&victim("ASIAZZLEGIT000000002", 300), 301),
    ]);
    let password = format!("{ACCOUNT}:victim@2026-03-04T10:00:50Z");
    assert_eq!(
        core(&case),
        [
            format!("login_profile modified {password} < {SEED}"),
            format!("console_login console_login {} < {password}", login.id()),
            format!("session used_by_created_user {TEMP1} < {password}"),
        ]
    );
}

#[test]
fn a_key_in_use_without_a_record_of_its_making_hangs_under_its_user_or_role() {
    let case = investigate(&[
        create_user(&seed(), 1, "mallory"),
        create_role(&seed(), 2, "door"),
        use_of(&user("mallory", KEY2), 10),
        use_of(&session("door", "s", TEMP1), 20),
    ]);
    assert_eq!(
        core(&case)[2..],
        [
            format!("access_key used_by_created_user {KEY2} < {}", user_arn("mallory")),
            format!("session used_by_created_role {TEMP1} < {}", role_arn("door")),
        ]
    );
}

#[test]
fn a_service_acting_for_a_user_of_the_chain_adds_no_key() {
    let case = investigate(&[
        create_user(&seed(), 1, "mallory"),
        use_of(&user("mallory", TEMP1).through("cloudformation.amazonaws.com"), 10),
    ]);
    assert_eq!(core(&case), [format!("user created {} < {SEED}", user_arn("mallory"))]);
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
fn switching_role_in_the_console_leads_to_the_keys_of_that_session() {
    let switched = Caller(
        json!({"type": "AssumedRole", "principalId": "AROAPARTNER:mallory", "accountId": OUTSIDE,
        "arn": format!("arn:aws:sts::{OUTSIDE}:assumed-role/partner/mallory")}),
    );
    let switch = call(&switched, 60, "signin", "SwitchRole")
        .answer(json!({"SwitchRole": "Success"}))
        .with("recipientAccountId", json!(OUTSIDE))
        .with("additionalEventData", json!({"SwitchFrom": user_arn("mallory")}));
    let mut with_key = switched.clone();
    with_key.0["accessKeyId"] = json!(TEMP1);
    let login = console_login("mallory", 30);
    let case = investigate(&[
        create_user(&seed(), 1, "mallory"),
        create_password(&seed(), 2, "mallory"),
        login.clone(),
        switch.clone(),
        use_of(&with_key.since(at(60)), 61),
    ]);
    assert_eq!(
        beyond(&case),
        [
            format!("console_session console_session {} < {}", switch.id(), login.id()),
            format!("session console_session {TEMP1} < {}", switch.id()),
        ]
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
fn what_existed_before_is_changed_never_created() {
    let attach = call(&seed(), 10, "iam", "AttachUserPolicy")
        .request(json!({"userName": "victim", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}));
    let reset = on_user(&seed(), 20, "DeactivateMFADevice", "victim");
    let case = investigate(&[attach.clone(), reset]);
    assert_eq!(core(&case), [""; 0]);
    assert_eq!(
        beyond(&case),
        [
            format!("user changed {} < {SEED}", user_arn("victim")),
            format!(
                "policy attached arn:aws:iam::aws:policy/AdministratorAccess < {}",
                user_arn("victim")
            ),
        ]
    );
    assert_eq!(case.chain().changes.len(), 2);
    assert_eq!(case.chain().changes[0].event.id.to_string(), attach.id());
}

#[test]
fn a_key_switched_on_again_is_followed_from_then_on() {
    let old = "AKIAZZOLD00000000001";
    let on = call(&seed(), 50, "iam", "UpdateAccessKey")
        .request(json!({"userName": "victim", "accessKeyId": old, "status": "Active"}));
    let off = call(&seed(), 55, "iam", "UpdateAccessKey")
        .request(json!({"userName": "app", "accessKeyId": "AKIAZZOFF00000000001", "status": "Inactive"}));
    let case = investigate(&[
        create_user(&user("victim", old), 10, "honest"),
        on,
        off,
        create_user(&user("victim", old), 60, "mallory"),
    ]);
    assert_eq!(beyond(&case), [format!("access_key changed {old} < {SEED}")]);
    assert_eq!(core(&case), [format!("user created {} < {old}", user_arn("mallory"))]);
}

#[test]
fn compute_that_carries_a_role_is_shown_with_the_sessions_it_gets() {
    let run = call(&seed(), 10, "ec2", "RunInstances")
        .request(json!({"iamInstanceProfile": {"name": "existing-profile"}}))
        .answer(json!({"instancesSet": {"items": [{"instanceId": "i-aaaa"}, {"instanceId": "i-bbbb"}]}}));
    let plain =
        call(&seed(), 11, "ec2", "RunInstances").answer(json!({"instancesSet": {"items": [{"instanceId": "i-cccc"}]}}));
    let case = investigate(&[
        run,
        plain,
        assume_role(&service("ec2.amazonaws.com"), 20, "existing", "i-aaaa", TEMP1),
        create_user(&session("existing", "i-aaaa", TEMP1), 30, "mallory"),
    ]);
    assert_eq!(
        beyond(&case),
        [
            format!("ec2_instance carries_role i-aaaa < {SEED}"),
            format!("ec2_instance carries_role i-bbbb < {SEED}"),
            "session carries_role ASIAZZTEMP0000000001 < i-aaaa".to_owned(),
        ]
    );
    assert_eq!(core(&case), [format!("user created {} < {TEMP1}", user_arn("mallory"))]);
    let nodes: std::collections::BTreeSet<_> = case.chain().nodes.iter().map(|n| &n.node).collect();
    assert_eq!(nodes.len(), case.chain().nodes.len(), "every node id is unique");
}

#[test]
fn other_credentials_are_nodes_outside_the_core() {
    let ssh = call(&seed(), 10, "iam", "UploadSSHPublicKey")
        .request(json!({"userName": "git"}))
        .answer(json!({"sSHPublicKey": {"sSHPublicKeyId": "APKAEXAMPLE"}}));
    let certificate = call(&seed(), 11, "iam", "UploadSigningCertificate")
        .request(json!({"userName": "git"}))
        .answer(json!({"certificate": {"certificateId": "CERT1"}}));
    let git = call(&seed(), 12, "iam", "CreateServiceSpecificCredential")
        .request(json!({"userName": "git"}))
        .answer(
            json!({"serviceSpecificCredential": {"serviceSpecificCredentialId": "ACCAEXAMPLE", "userName": "git"}}),
        );
    let mfa = call(&seed(), 13, "iam", "EnableMFADevice")
        .request(json!({"userName": "git", "serialNumber": "arn:aws:iam::111122223333:mfa/x"}));
    let removed = call(&seed(), 20, "iam", "DeleteSSHPublicKey")
        .request(json!({"userName": "git", "sSHPublicKeyId": "APKAEXAMPLE"}));
    let case = investigate(&[ssh, certificate, git, mfa, removed]);
    assert_eq!(core(&case), [""; 0]);
    assert_eq!(
        beyond(&case),
        [
            format!("ssh_key made APKAEXAMPLE < {SEED}"),
            format!("signing_certificate made CERT1 < {SEED}"),
            format!("service_credential made ACCAEXAMPLE < {SEED}"),
            format!("mfa_device made arn:aws:iam::111122223333:mfa/x < {SEED}"),
        ]
    );
    assert!(node(&case, "APKAEXAMPLE").ended.is_some());
}

#[test]
fn a_failed_call_is_an_attempt_and_never_a_node() {
    let denied = create_user(&seed(), 10, "mallory").denied();
    // An error code wins over a response (quirk Q18).
    let both = create_key(&seed(), 11, "app", KEY2).with("errorCode", json!("LimitExceeded"));
    let read = use_of(&seed(), 12).denied();
    let case = investigate(&[denied.clone(), both.clone(), read]);
    assert_eq!(core(&case), [""; 0]);
    let attempts: Vec<_> = case.chain().attempts.iter().map(|a| a.event.id.to_string()).collect();
    assert_eq!(attempts, [denied.id(), both.id()]);
}

#[test]
fn a_temporary_seed_knows_the_call_that_minted_it() {
    let mint = assume_role(&service("ec2.amazonaws.com"), 1, "web", "i-1", TEMP1);
    let case = investigate_from(&[TEMP1], &[mint.clone(), use_of(&session("web", "i-1", TEMP1), 5)]);
    assert_eq!(
        case.chain().seed_minted_by.as_ref().map(|p| p.key.id.to_string()),
        Some(mint.id())
    );
    assert_eq!(core(&case), [""; 0]);
}

#[test]
fn cycles_end_and_a_key_is_never_its_own_child() {
    let own = assume_role(&session("r", "s", TEMP1), 1, "r", "s", TEMP1);
    let there = assume_role(&session("r", "s", TEMP1), 2, "r", "s", TEMP2);
    let back = assume_role(&session("r", "s", TEMP2), 3, "r", "s", TEMP1);
    let case = investigate_from(&[TEMP1], &[own, there, back]);
    assert_eq!(core(&case), [format!("session minted {TEMP2} < {TEMP1}")]);
}

#[test]
fn one_key_under_many_principals_is_said() {
    let case = investigate(&[use_of(&user("app", SEED), 1), use_of(&user("other", SEED), 2)]);
    assert!(
        case.chain()
            .warnings
            .iter()
            .any(|w| w.contains(SEED) && w.contains("2 different principals"))
    );
}

#[test]
fn siblings_of_a_console_seed_are_offered_and_not_counted() {
    let case = investigate_from(
        &[TEMP1],
        &[
            use_of(&user("app", TEMP1).since(at(0)), 1),
            use_of(&user("app", TEMP2).since(at(0)), 2),
        ],
    );
    assert_eq!(core(&case), [""; 0]);
    assert_eq!(case.chain().counts.chain, 1);
    assert_eq!(
        case.chain().further_seeds.iter().map(|s| &*s.key).collect::<Vec<_>>(),
        [TEMP2]
    );
}

#[test]
fn the_console_csv_links_through_its_resources_and_says_so() {
    let header = "User name,AWS access key,Event time,Event source,Event name,Resources,Event ID,Recipient Account Id";
    let row = [
        "app",
        SEED,
        "2026-03-04T10:00:05Z",
        "iam.amazonaws.com",
        "CreateAccessKey",
        r#"[{"resourceType":"AWS::IAM::AccessKey","resourceName":"AKIAZZCHILD000000002"},{"resourceType":"AWS::IAM::User","resourceName":"mallory"}]"#,
        "11111111-0000-4000-8000-000000000001",
        ACCOUNT,
    ];
    let value = keytrail::cloudtrail::console_csv::record(header.split(','), row.into_iter());
    let record = keytrail::cloudtrail::Record::parse(
        value.to_string().as_bytes(),
        &mut keytrail::cloudtrail::Interner::default(),
    )
    .unwrap();
    let case = feed(&[SEED], vec![vec![record]]);
    assert_eq!(core(&case), [format!("access_key minted {KEY2} < {SEED}")]);
    assert_eq!(node(&case, KEY2).strength.as_str(), "inferred");
    assert!(case.chain().warnings.iter().any(|w| w.contains("console CSV")));
}

#[test]
fn a_sign_in_hangs_under_the_password_though_user_and_password_were_made_in_one_second() {
    for (first, second) in [("a", "b"), ("b", "a")] {
        let login = console_login("mallory", 30);
        let case = investigate(&[
            create_user(&seed(), 1, "mallory").with("eventID", json!(first)),
            create_password(&seed(), 1, "mallory").with("eventID", json!(second)),
            login.clone(),
            use_of(&user("mallory", TEMP1).since(at(30)), 31),
        ]);
        let password = format!("{ACCOUNT}:mallory@2026-03-04T10:00:01Z");
        assert_eq!(
            core(&case)[2..],
            [
                format!("console_login console_login {} < {password}", login.id()),
                format!("session used_by_created_user {TEMP1} < {password}"),
            ]
        );
    }
}

#[test]
fn whoever_changes_a_password_of_the_chain_by_knowing_it_keeps_it_in_the_chain() {
    // The sign-in page asks for a new password before it lets anybody in; its record has no key.
    let change = call(&user("victim", "").without_key(), 29, "iam", "ChangePassword");
    let login = console_login("victim", 30);
    let case = investigate(&[
        on_user(&seed(), 1, "UpdateLoginProfile", "victim"),
        change,
        login.clone(),
        use_of(&user("victim", TEMP1).since(at(30)), 31),
    ]);
    let password = format!("{ACCOUNT}:victim@2026-03-04T10:00:01Z");
    assert_eq!(
        core(&case)[1..],
        [
            format!("console_login console_login {} < {password}", login.id()),
            format!("session used_by_created_user {TEMP1} < {password}"),
        ]
    );
}

#[test]
fn a_password_set_in_a_console_session_of_the_chain_is_the_one_later_used() {
    let console = |key: &str, begun: i64| user("mallory", key).since(at(begun));
    let login = console_login("mallory", 100);
    let case = investigate(&[
        create_user(&seed(), 1, "mallory"),
        create_password(&seed(), 2, "mallory"),
        console_login("mallory", 30),
        call(&console(TEMP1, 30), 40, "iam", "ChangePassword"),
        login.clone(),
        use_of(&console(TEMP2, 100), 101),
    ]);
    let password = format!("{ACCOUNT}:mallory@2026-03-04T10:00:40Z");
    assert_eq!(
        core(&case)[4..],
        [
            format!("login_profile modified {password} < {TEMP1}"),
            format!("console_login console_login {} < {password}", login.id()),
            format!("session used_by_created_user {TEMP2} < {password}"),
        ]
    );
}

#[test]
fn after_somebody_else_sets_the_password_the_users_sign_ins_hang_under_the_user() {
    let admin = user("admin", "AKIAADMIN00000000001");
    let login = console_login("mallory", 300);
    let case = investigate(&[
        create_user(&seed(), 1, "mallory"),
        create_password(&seed(), 2, "mallory"),
        on_user(&admin, 200, "UpdateLoginProfile", "mallory"),
        login.clone(),
        use_of(&user("mallory", TEMP1).since(at(300)), 301),
    ]);
    assert_eq!(
        core(&case)[2..],
        [
            format!("console_login console_login {} < {}", login.id(), user_arn("mallory")),
            format!("session used_by_created_user {TEMP1} < {}", user_arn("mallory")),
        ]
    );
}

#[test]
fn a_user_made_again_does_not_inherit_the_password_of_the_first() {
    let again = Caller(
        json!({"type": "IAMUser", "principalId": "AIDASECOND", "userName": "mallory", "arn": user_arn("mallory"),
        "accountId": ACCOUNT, "accessKeyId": KEY2}),
    );
    let case = investigate(&[
        create_user_with_id(&seed(), 1, "mallory", "AIDAFIRST"),
        create_password(&seed(), 2, "mallory"),
        on_user(&seed(), 3, "DeleteLoginProfile", "mallory"),
        on_user(&seed(), 4, "DeleteUser", "mallory"),
        create_user_with_id(&seed(), 5, "mallory", "AIDASECOND"),
        use_of(&again, 25),
    ]);
    assert_eq!(
        core(&case)[3..],
        [format!(
            "access_key used_by_created_user {KEY2} < {}",
            user_arn("mallory")
        )]
    );
}

#[test]
fn a_sign_in_without_a_unique_id_leads_to_its_keys_by_the_arn() {
    let mut nameless = user("victim", "").without_key();
    nameless.0.as_object_mut().unwrap().remove("principalId");
    let login = call(&nameless, 30, "signin", "ConsoleLogin").answer(json!({"ConsoleLogin": "Success"}));
    let case = investigate(&[
        on_user(&seed(), 1, "UpdateLoginProfile", "victim"),
        login.clone(),
        use_of(&user("victim", TEMP1).since(at(30)), 31),
    ]);
    let password = format!("{ACCOUNT}:victim@2026-03-04T10:00:01Z");
    assert_eq!(
        core(&case)[1..],
        [
            format!("console_login console_login {} < {password}", login.id()),
            format!("session used_by_created_user {TEMP1} < {password}"),
        ]
    );
}

#[test]
fn a_user_whose_creation_has_no_answer_is_followed_by_its_arn() {
    let login = console_login("mallory", 30);
    let case = investigate(&[
        call(&seed(), 1, "iam", "CreateUser").request(json!({"userName": "mallory"})),
        login.clone(),
        use_of(&user("mallory", TEMP1).since(at(30)), 31),
        create_role(&user("mallory", "").without_key(), 40, "door"),
    ]);
    let mallory = user_arn("mallory");
    assert_eq!(
        core(&case)[1..],
        [
            format!("console_login console_login {} < {mallory}", login.id()),
            format!("session used_by_created_user {TEMP1} < {mallory}"),
            format!("role created {} < {mallory}", role_arn("door")),
        ]
    );
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

#[test]
fn the_key_that_a_sign_in_token_brings_is_followed() {
    let own = |key: &str| session("existing", "own", key);
    let token = call(&own(TEMP1), 5, "signin", "GetSigninToken")
        .answer(json!({"credentials": {"accessKeyId": TEMP2}, "GetSigninToken": "Success"}));
    let case = investigate(&[
        assume_role(&seed(), 1, "existing", "own", TEMP1),
        token,
        create_user(&own(TEMP2), 10, "mallory"),
    ]);
    assert_eq!(
        core(&case)[1..],
        [
            format!("session minted {TEMP2} < {TEMP1}"),
            format!("user created {} < {TEMP2}", user_arn("mallory")),
        ]
    );
    assert_eq!(node(&case, TEMP2).activity.events, 1);
}

#[test]
fn what_follows_from_a_link_beyond_the_core_is_listed_and_not_counted() {
    let run = call(&seed(), 1, "ec2", "RunInstances")
        .request(json!({"iamInstanceProfile": {"name": "existing-profile"}}))
        .answer(json!({"instancesSet": {"items": [{"instanceId": "i-aaaa"}]}}));
    let case = investigate(&[
        run,
        assume_role(&service("ec2.amazonaws.com"), 10, "existing", "i-aaaa", TEMP1),
        assume_role(&session("existing", "i-aaaa", TEMP1), 20, "other", "x", TEMP2),
        use_of(&session("other", "x", TEMP2), 30).denied(),
    ]);
    assert_eq!(core(&case), [format!("session minted {TEMP2} < {TEMP1}")]);
    let counts = case.chain().counts;
    assert_eq!((counts.seed, counts.chain, counts.failed), (1, 1, 0));
}

#[test]
fn a_seed_that_was_deleted_is_shown_as_such() {
    let delete = call(&user("admin", "AKIAADMIN00000000001"), 50, "iam", "DeleteAccessKey")
        .request(json!({"userName": "app", "accessKeyId": SEED}));
    for calls in [vec![use_of(&seed(), 1), delete.clone()], vec![delete.clone()]] {
        let case = investigate(&calls);
        let ended = node(&case, SEED).ended.clone().expect("it was deleted");
        assert_eq!((ended.time, &*ended.event_id), (at(50), &*delete.id()));
    }
}

#[test]
fn node_ids_are_unique_even_where_event_ids_are_not() {
    let make = |seconds, id: &str| create_user_with_id(&seed(), seconds, "m", id).with("eventID", json!("same"));
    let case = investigate(&[make(1, "AIDAONE"), make(2, "AIDATWO"), make(3, "AIDATHREE")]);
    let ids: std::collections::BTreeSet<_> = case.chain().nodes.iter().map(|n| &n.node).collect();
    assert_eq!((case.chain().nodes.len(), ids.len()), (4, 4));
}

#[test]
fn the_console_csv_names_the_user_among_the_resources_and_not_as_the_caller() {
    let header = "User name,AWS access key,Event time,Event source,Event name,Resources,Event ID,Recipient Account Id";
    let record = |seconds: u32, name: &str, resources: &str| {
        let time = format!("2026-03-04T10:00:{seconds:02}Z");
        let row = ["app", SEED, &time, "iam.amazonaws.com", name, resources, &time, ACCOUNT];
        let value = keytrail::cloudtrail::console_csv::record(header.split(','), row.into_iter());
        keytrail::cloudtrail::Record::parse(
            value.to_string().as_bytes(),
            &mut keytrail::cloudtrail::Interner::default(),
        )
        .unwrap()
    };
    let user = r#"[{"resourceType":"AWS::IAM::User","resourceName":"mallory"}]"#;
    let key = r#"[{"resourceType":"AWS::IAM::AccessKey","resourceName":"AKIAZZCHILD000000002"},
        {"resourceType":"AWS::IAM::User","resourceName":"mallory"}]"#;
    let role = r#"[{"resourceType":"AWS::IAM::Role","resourceName":"door"}]"#;
    let case = feed(
        &[SEED],
        vec![vec![
            record(5, "CreateLoginProfile", user),
            record(6, "CreateAccessKey", key),
            record(7, "AttachUserPolicy", user),
            record(8, "UpdateAssumeRolePolicy", role),
            record(9, "DeleteLoginProfile", user),
            record(10, "DeleteAccessKey", key),
        ]],
    );
    let password = format!("{ACCOUNT}:mallory@2026-03-04T10:00:05Z");
    assert_eq!(
        core(&case),
        [
            format!("login_profile created {password} < {SEED}"),
            format!("access_key minted {KEY2} < {SEED}"),
        ]
    );
    assert_eq!(node(&case, KEY2).owner.as_deref(), Some("mallory"));
    assert!(node(&case, KEY2).ended.is_some() && node(&case, &password).ended.is_some());
    assert_eq!(
        beyond(&case),
        [
            format!("user changed arn:aws:iam::{ACCOUNT}:user/mallory < {SEED}"),
            format!("role changed {} < {SEED}", role_arn("door")),
        ]
    );
}

#[test]
fn iam_names_that_differ_by_case_alone_are_one_name() {
    let admin = user("admin", "AKIAADMIN00000000001");
    let mut typed = user("victim", "").without_key();
    typed.0["userName"] = json!("Victim");
    let login = call(&typed, 30, "signin", "ConsoleLogin").answer(json!({"ConsoleLogin": "Success"}));
    let case = investigate(&[
        create_user(&seed(), 1, "mallory"),
        on_user(&seed(), 2, "UpdateLoginProfile", "victim"),
        login.clone(),
        on_user(&admin, 41, "DeleteUser", "Mallory"),
    ]);
    let password = format!("{ACCOUNT}:victim@2026-03-04T10:00:02Z");
    assert_eq!(
        core(&case)[2..],
        [format!("console_login console_login {} < {password}", login.id())]
    );
    assert!(node(&case, &user_arn("mallory")).ended.is_some());
}
