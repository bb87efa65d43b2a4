//! Passwords, sign-ins to the console, and the keys these bring.

use serde_json::json;

use crate::support::incident::*;
use crate::{KEY2, KEY3, TEMP1, TEMP2};

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
