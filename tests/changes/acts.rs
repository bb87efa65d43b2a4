//! What can be done from an item: for each name it is about that is still there, and nothing else.

use std::collections::BTreeMap;

use keytrail::investigation::account::{KeyStatus, Reply};
use keytrail::investigation::change::Change;
use keytrail::investigation::fact::{Judged, Verdict};
use keytrail::investigation::live::{LiveSeen, LiveUser, Made};
use keytrail::investigation::{Fact, Investigation, What};
use keytrail::playbook::{self, Names, Playbook, acts};
use serde_json::json;

use super::now;
use crate::support::incident::*;

const CHILD: &str = "AKIAZZCHILD000000002";
const TEMP: &str = "ASIAZZTEMP0000000005";

fn built_in() -> Playbook {
    playbook::built_in(playbook::DEFAULT).expect("it is built in")
}

/// The titles of what an item offers.
fn offered(investigation: &Investigation, id: &str) -> Vec<String> {
    let playbook = built_in();
    let item = playbook.items().find(|item| item.id == id).expect("an item");
    let names = Names::of(investigation, now());
    let changes = acts(item, &names, investigation, now());
    changes.iter().map(Change::title).collect()
}

fn incident() -> Investigation {
    investigate(&[
        use_of(&seed(), 1),
        create_user(&seed(), 10, "mallory"),
        create_key(&seed(), 20, "mallory", CHILD),
        call(&seed(), 30, "iam", "AttachUserPolicy")
            .request(json!({"userName": "mallory", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})),
        assume_role(&seed(), 40, "deploy", "one", TEMP),
        assume_role(&seed(), 50, "deploy", "two", "ASIAZZTEMP0000000006"),
    ])
}

#[test]
fn an_item_offers_what_fits_each_name_it_is_about() {
    let incident = incident();
    assert_eq!(
        offered(&incident, "S1-10"),
        [format!("Deactivate key {SEED}"), format!("Deactivate key {CHILD}"),]
    );
    // The owner of the leaked key is no node of the chain, and still the one who needs another key.
    assert_eq!(offered(&incident, "S1-07"), ["Create a replacement key for user app"]);
    assert_eq!(
        offered(&incident, "S1-12"),
        [
            "Deny user app everything",
            "End the sessions of user app until now",
            "Deny user mallory everything",
            "End the sessions of user mallory until now",
        ]
    );
    // Assumed, not made: no node either. Once, whatever the number of its sessions.
    assert_eq!(
        offered(&incident, "S1-13"),
        ["End the sessions of role deploy until now"]
    );
    assert_eq!(
        offered(&incident, "S2-26"),
        ["Detach AdministratorAccess from user mallory"]
    );
    assert_eq!(
        offered(&incident, "S2-27"),
        ["Deny user mallory everything", "Delete user mallory"]
    );
    assert!(offered(&incident, "S2-28").is_empty(), "no role was made");
    assert!(offered(&incident, "S1-05").is_empty(), "a decision");
}

#[test]
fn what_was_judged_expected_is_not_offered() {
    let mut incident = incident();
    for id in [user_arn("mallory"), CHILD.to_owned()] {
        let judged = Judged {
            subject: node(&incident, &id).node.clone(),
            verdict: Verdict::Expected,
            by: "alex".to_owned(),
        };
        incident.apply(&Fact {
            at: now(),
            what: What::Judged(judged),
        });
    }
    incident.settle();
    assert_eq!(offered(&incident, "S1-10"), [format!("Deactivate key {SEED}")]);
    assert!(
        offered(&incident, "S2-27").is_empty(),
        "{:?}",
        offered(&incident, "S2-27")
    );
    let playbook = built_in();
    let item = playbook.items().find(|item| item.id == "S1-10").expect("an item");
    let lines = playbook::script(item, &Names::of(&incident, now())).join("\n");
    assert!(lines.contains(SEED) && !lines.contains(CHILD), "{lines}");
}

#[test]
fn what_is_gone_or_off_is_not_offered_again() {
    let mut incident = incident();
    let user = |name: &str, about, keys| LiveUser {
        name: name.to_owned(),
        renamed_from: None,
        about,
        keys: Some(keys),
        password: None,
        denied_all: None,
        denied_before: None,
        held: BTreeMap::new(),
    };
    let made = Made {
        id: user_id("app"),
        created: at(-1000),
    };
    let off = KeyStatus {
        id: SEED.to_owned(),
        active: false,
        created: None,
    };
    let gone = || "cannot be found".to_owned();
    let seen = LiveSeen {
        account: Reply::Known(ACCOUNT.to_owned()),
        keys: [SEED, CHILD].map(|key| (key.to_owned(), Reply::Absent(gone()))).into(),
        users: vec![
            user("app", Reply::Known(made), Reply::Known(vec![off])),
            user("mallory", Reply::Absent(gone()), Reply::Absent(gone())),
        ],
        roles: Vec::new(),
    };
    incident.apply(&Fact {
        at: now(),
        what: What::Live(seen),
    });
    assert!(
        offered(&incident, "S1-10").is_empty(),
        "{:?}",
        offered(&incident, "S1-10")
    );
    assert_eq!(offered(&incident, "S1-11"), [format!("Reactivate key {SEED}")]);
    assert_eq!(offered(&incident, "S1-20"), [format!("Delete key {SEED}")]);
    assert!(offered(&incident, "S2-27").is_empty());
}

#[test]
fn a_playbook_says_what_is_done_to_what() {
    let text = |fields: &str| {
        format!(
            "format = 'keytrail-playbook/1'\nid = 'own'\ntitle = ''\ndescription = ''\n[[step]]\nnumber = 1\n\
             title = ''\nintro = ''\n[[step.item]]\nid = 'A-1'\ntitle = ''\nwhy = ''\ntime_box = 'later'\n{fields}\n"
        )
    };
    let mistakes = |fields: &str| playbook::parse(&text(fields)).expect_err("a mistake");
    let unknown = mistakes("for_each = 'access_key'\nacts = ['burn_key']");
    assert!(unknown[0].message.contains("burn_key"), "{}", unknown[0].message);
    assert_eq!((unknown[0].line, unknown[0].column), (15, 9));
    let alone = mistakes("acts = ['delete_key']");
    assert!(alone[0].message.contains("needs a `for_each`"), "{}", alone[0].message);
}
