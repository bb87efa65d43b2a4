//! The seeds themselves.

use serde_json::json;

use crate::support::incident::*;
use crate::{TEMP1, TEMP2};

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
        case.further_seeds().iter().map(|s| &*s.key).collect::<Vec<_>>(),
        [TEMP2]
    );
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
