//! Users and their keys: whose they are, and which of several with one name.

use serde_json::json;

use crate::support::incident::*;
use crate::{KEY2, TEMP1};

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
