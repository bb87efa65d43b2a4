//! What the account says of each node counts more than what the records leave open.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod support;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use keytrail::investigation::account::{KeyStatus, LastUse, Reply};
use keytrail::investigation::alive::alive;
use keytrail::investigation::live::{LiveRole, LiveSeen, LiveState, LiveUser, Made, subjects};
use keytrail::investigation::{Fact, Investigation, What};
use support::incident::*;

const CHILD: &str = "AKIAZZCHILD000000002";
const TEMP: &str = "ASIAZZTEMP0000000005";

/// The sessions of the records end half an hour later.
fn asked() -> DateTime<Utc> {
    at(1800)
}

fn denied<T>() -> Reply<T> {
    Reply::Denied("not authorized".to_owned())
}

fn absent<T>() -> Reply<T> {
    Reply::Absent("cannot be found".to_owned())
}

fn nothing() -> LiveSeen {
    LiveSeen {
        account: Reply::Known(ACCOUNT.to_owned()),
        keys: BTreeMap::new(),
        users: Vec::new(),
        roles: Vec::new(),
    }
}

/// The user that the key made, as it was made.
fn mallory() -> LiveUser {
    LiveUser {
        name: "mallory".to_owned(),
        renamed_from: None,
        about: Reply::Known(Made {
            id: user_id("mallory"),
            created: at(10),
        }),
        keys: Some(Reply::Known(Vec::new())),
        password: Some(absent()),
        denied_all: Some(Reply::Known(false)),
        denied_before: None,
        held: BTreeMap::new(),
    }
}

/// The account's answers about mallory and one key.
fn of(user: LiveUser) -> LiveSeen {
    LiveSeen {
        keys: BTreeMap::from([(CHILD.to_owned(), denied())]),
        users: vec![user],
        ..nothing()
    }
}

fn listed(active: bool) -> Reply<Vec<KeyStatus>> {
    Reply::Known(vec![KeyStatus {
        id: CHILD.to_owned(),
        active,
        created: Some(at(20)),
    }])
}

fn door(denied_before: Reply<DateTime<Utc>>) -> LiveSeen {
    let role = LiveRole {
        name: "door".to_owned(),
        about: Reply::Known(Made {
            id: role_id("door"),
            created: at(0),
        }),
        denied_before: Some(denied_before),
        held: BTreeMap::new(),
    };
    LiveSeen {
        roles: vec![role],
        ..nothing()
    }
}

/// The investigation of these calls, once the account has answered.
fn told(calls: &[Call], seen: LiveSeen) -> Investigation {
    let mut investigation = investigate(calls);
    investigation.apply(&Fact {
        at: asked(),
        what: What::Live(seen),
    });
    investigation
}

fn state(investigation: &Investigation, id: &str) -> Option<LiveState> {
    investigation.live(node(investigation, id)).map(|live| live.state)
}

fn may_still_work(investigation: &Investigation, id: &str) -> bool {
    let alive = alive(investigation, asked());
    alive.ways.iter().any(|way| way.node.id == id)
}

/// A user with a key.
fn child() -> [Call; 2] {
    [
        create_user(&seed(), 10, "mallory"),
        create_key(&seed(), 20, "mallory", CHILD),
    ]
}

#[test]
fn a_key_is_what_iam_lists_it_as() {
    for (keys, expected, may_work) in [
        (Some(listed(true)), LiveState::Active, true),
        (Some(listed(false)), LiveState::Inactive, false),
        (Some(Reply::Known(Vec::new())), LiveState::Gone, false),
        (Some(absent()), LiveState::Gone, false),
        // Not known is not gone: the records count.
        (Some(denied()), LiveState::Unknown("not known: denied"), true),
    ] {
        let case = told(&child(), of(LiveUser { keys, ..mallory() }));
        assert_eq!(state(&case, CHILD), Some(expected));
        assert_eq!(may_still_work(&case, CHILD), may_work, "{expected:?}");
    }
}

#[test]
fn a_key_is_looked_for_where_iam_says_it_belongs() {
    let last = LastUse {
        user: Some("renamed-by-hand".to_owned()),
        at: None,
        service: "N/A".to_owned(),
        region: "N/A".to_owned(),
    };
    let mut seen = of(LiveUser {
        name: "renamed-by-hand".to_owned(),
        keys: Some(listed(true)),
        ..mallory()
    });
    seen.keys.insert(CHILD.to_owned(), Reply::Known(last));
    assert_eq!(state(&told(&child(), seen), CHILD), Some(LiveState::Active));
}

#[test]
fn the_same_name_made_again_is_another_user() {
    let about = |id: &str| LiveUser {
        about: Reply::Known(Made {
            id: id.to_owned(),
            created: at(900),
        }),
        ..mallory()
    };
    let user = user_arn("mallory");
    let case = told(&child(), of(about(&user_id("mallory"))));
    assert_eq!(state(&case, &user), Some(LiveState::Exists));
    let case = told(&child(), of(about("AIDASOMEBODYELSE00000")));
    assert_eq!(state(&case, &user), Some(LiveState::Gone));
}

#[test]
fn what_the_records_say_was_deleted_and_is_there_is_said() {
    let admin = user("admin", "AKIAADMIN00000000001");
    let mut calls = child().to_vec();
    calls.push(on_user(&admin, 60, "DeleteUser", "mallory"));
    let delete_key = serde_json::json!({"userName": "mallory", "accessKeyId": CHILD});
    calls.push(call(&admin, 50, "iam", "DeleteAccessKey").request(delete_key));
    let still_there = LiveUser {
        keys: Some(listed(true)),
        ..mallory()
    };
    let case = told(&calls, of(still_there));
    let contradicted: Vec<&str> = case.contradicted().map(|node| &*node.id).collect();
    assert_eq!(contradicted, [&user_arn("mallory"), CHILD]);
    assert!(may_still_work(&case, CHILD));
    let words = case.live(node(&case, CHILD)).unwrap().words(node(&case, CHILD));
    assert_eq!(words, "active, though the records say it was deleted");

    let gone = LiveUser {
        about: absent(),
        keys: Some(absent()),
        ..mallory()
    };
    assert_eq!(told(&calls, of(gone)).contradicted().count(), 0);
}

#[test]
fn records_of_a_later_time_count_more_than_an_older_answer() {
    let mut calls = child().to_vec();
    let delete_key = serde_json::json!({"userName": "mallory", "accessKeyId": CHILD});
    calls.push(call(&seed(), 2000, "iam", "DeleteAccessKey").request(delete_key));
    let seen = of(LiveUser {
        keys: Some(listed(true)),
        ..mallory()
    });
    let case = told(&calls, seen);
    assert_eq!(state(&case, CHILD), None);
    assert!(!may_still_work(&case, CHILD));
}

#[test]
fn a_session_is_cut_off_by_a_denial_of_what_began_before() {
    let calls = [assume_role(&seed(), 100, "door", "own", TEMP)];
    for (before, expected) in [
        (Reply::Known(at(101)), LiveState::CutOff),
        (Reply::Known(at(100)), LiveState::NotCutOff),
        (absent(), LiveState::NotCutOff),
        (denied(), LiveState::Unknown("not known: denied")),
    ] {
        let case = told(&calls, door(before));
        assert_eq!(state(&case, TEMP), Some(expected));
        assert_eq!(may_still_work(&case, TEMP), expected != LiveState::CutOff);
    }
    let mut gone = door(absent());
    gone.roles[0].about = absent();
    assert_eq!(state(&told(&calls, gone), TEMP), Some(LiveState::CutOff));

    let mut late = investigate(&calls);
    late.apply(&Fact {
        at: at(3601),
        what: What::Live(nothing()),
    });
    assert_eq!(state(&late, TEMP), Some(LiveState::Expired));
}

#[test]
fn a_password_made_anew_is_not_the_attackers() {
    let mut calls = child().to_vec();
    calls.push(create_password(&seed(), 30, "mallory"));
    let of_password = |password| {
        let case = told(&calls, of(LiveUser { password, ..mallory() }));
        let nodes = &case.chain().nodes;
        let profile = nodes.iter().find(|node| node.id.contains("mallory@")).unwrap();
        case.live(profile).map(|live| live.state)
    };
    assert_eq!(of_password(Some(Reply::Known(at(30)))), Some(LiveState::Exists));
    assert_eq!(of_password(Some(Reply::Known(at(600)))), Some(LiveState::Gone));
    assert_eq!(of_password(Some(absent())), Some(LiveState::Gone));
    assert_eq!(of_password(None), None);
}

#[test]
fn a_user_who_is_denied_everything_is_cut_off_with_its_keys() {
    let user = LiveUser {
        keys: Some(listed(true)),
        denied_all: Some(Reply::Known(true)),
        ..mallory()
    };
    let case = told(&child(), of(user));
    assert_eq!(state(&case, CHILD), Some(LiveState::CutOff));
    assert!(!may_still_work(&case, CHILD));
}

#[test]
fn only_what_matters_is_asked() {
    let rename = call(&seed(), 200, "iam", "UpdateUser")
        .request(serde_json::json!({"userName": "mallory", "newUserName": "trent"}));
    let mut calls = child().to_vec();
    calls.extend([assume_role(&seed(), 100, "door", "own", TEMP), rename]);
    let case = investigate(&calls);
    let asked_for = subjects(case.chain(), asked());
    assert_eq!(asked_for.keys[CHILD].owner.as_deref(), Some("trent"));
    let (name, user) = asked_for.users.first_key_value().unwrap();
    assert_eq!(name.1, "trent", "the name it has by now");
    assert_eq!(user.renamed_from.as_deref(), Some("mallory"));
    assert!(!user.password && !user.sessions, "{user:?}");
    assert!(asked_for.roles[&(ACCOUNT.to_owned(), "door".to_owned())].sessions);
    // Sessions that ended by themselves need no question.
    assert!(subjects(case.chain(), at(3601)).roles.is_empty());
}

#[test]
fn iam_of_one_account_says_nothing_of_another() {
    let other = LiveSeen {
        account: Reply::Known(OUTSIDE.to_owned()),
        ..of(LiveUser {
            keys: Some(Reply::Known(Vec::new())),
            ..mallory()
        })
    };
    assert_eq!(state(&told(&child(), other), CHILD), None);
    let nobody = LiveSeen {
        account: Reply::Failed("no credentials".to_owned()),
        ..nothing()
    };
    let expected = LiveState::Unknown("not known: the call failed");
    assert_eq!(state(&told(&child(), nobody), CHILD), Some(expected));
}
