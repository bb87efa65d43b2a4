//! The trust policy of before: found in the records or in a snapshot, and put back.

use keytrail::investigation::account::Reply;
use keytrail::investigation::change::{Change, Holder, Object, Parts, Snapshot, SnapshotOf, offers, plan, shows};
use keytrail::investigation::{Fact, Investigation, What};
use serde_json::json;

use crate::support::incident::*;
use crate::{now, role};

const OURS: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"}}]}"#;
const THEIRS: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"}}]}"#;

fn set(by: &Caller, seconds: i64, document: &str) -> Call {
    call(by, seconds, "iam", "UpdateAssumeRolePolicy").request(json!({"roleName": "audit", "policyDocument": document}))
}

fn admin() -> Caller {
    user("admin", "AKIAADMIN00000000001")
}

fn offered(case: &Investigation) -> Option<Change> {
    let audit = node(case, &role_arn("audit"));
    let mut offered = offers(case, audit, now()).into_iter();
    offered.find(|change| matches!(change, Change::RestoreTrust { .. }))
}

fn document(case: &Investigation) -> Option<String> {
    match offered(case)? {
        Change::RestoreTrust { document, .. } => Some(document),
        _ => None,
    }
}

#[test]
fn what_somebody_else_wrote_before_the_attacker_is_put_back() {
    let case = investigate(&[set(&admin(), 0, OURS), set(&seed(), 10, THEIRS)]);
    assert_eq!(document(&case).as_deref(), Some(OURS));
    let plan = plan(&offered(&case).unwrap(), &role("audit", THEIRS), &case, None, now()).unwrap();
    let said = plan.breaks.join("\n");
    assert!(said.contains("Not trusted any more: account 444455556666"), "{said}");
    assert!(said.contains("Trusted again: account 111122223333"), "{said}");
    let call = &plan.steps[0].call;
    // AWS writes an account as its root.
    let written = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"}}]}"#;
    assert_eq!(shows(call, None, &role("audit", written)), Some(true));
    assert_eq!(shows(call, None, &role("audit", THEIRS)), Some(false));
}

#[test]
fn a_role_of_that_name_in_another_account_is_another_role() {
    let elsewhere = set(&admin(), 0, OURS).with("recipientAccountId", json!("222233334444"));
    let case = investigate(&[elsewhere.clone(), set(&seed(), 10, THEIRS)]);
    assert_eq!(document(&case), None);
    let case = investigate(&[elsewhere, set(&admin(), 5, OURS), set(&seed(), 10, THEIRS)]);
    assert_eq!(document(&case).as_deref(), Some(OURS));
}

#[test]
fn nothing_is_offered_where_nothing_from_before_is_known() {
    assert_eq!(document(&investigate(&[set(&seed(), 10, THEIRS)])), None);
    // Somebody has mended it already.
    let mended = [
        set(&admin(), 0, OURS),
        set(&seed(), 10, THEIRS),
        set(&admin(), 20, OURS),
    ];
    assert_eq!(document(&investigate(&mended)), None);
}

#[test]
fn a_snapshot_counts_unless_it_shows_the_attackers() {
    let snapshot = |trust: &str| {
        let mut object: Object = role("audit", trust);
        object.holder = Holder::Role("audit".to_owned());
        let Parts::Role(parts) = &mut object.parts else {
            panic!("a role")
        };
        parts.trust = Reply::Known(trust.to_owned());
        let text = serde_json::to_string(&object).unwrap();
        What::Snapshot(Snapshot::new(SnapshotOf::Role("audit".to_owned()), text))
    };
    let with = |seconds, trust| {
        let mut case = investigate(&[set(&seed(), 10, THEIRS)]);
        case.apply(&Fact {
            at: at(seconds),
            what: snapshot(trust),
        });
        document(&case)
    };
    assert_eq!(with(5, OURS).as_deref(), Some(OURS));
    assert_eq!(with(15, THEIRS), None);
}
