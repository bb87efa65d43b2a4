//! The twins of a row: failed, from another source, without what makes it an edge, without its ids.

use keytrail::catalogue::Basis;
use keytrail::investigation::Node;
use keytrail::investigation::chain::KnownBy;
use serde_json::{Value, json};

use crate::support::incident::*;
use crate::{Row, case, proved_by};

#[test]
fn a_failed_twin_makes_nothing_and_is_an_attempt_where_it_would_have_given_access() {
    for row in Row::all() {
        let failed = row.record().with("errorCode", json!("AccessDenied"));
        let case = case(&row, &failed);
        assert_eq!(proved_by(&case, &failed), [""; 0], "{}", failed.json());
        let is_listed = case.chain().attempts.iter().any(|a| *a.event.id == *failed.id());
        let is_attempt = row.rule().is_attempt_when_failed() || row.rule().name == "ConsoleLogin";
        assert_eq!(is_listed, is_attempt, "{}", failed.json());
        assert!(is_listed || !row.is_attempt());
        assert!(!case.chain().changes.iter().any(|c| *c.event.id == *failed.id()));
    }
}

#[test]
fn a_twin_from_another_source_makes_nothing() {
    for row in Row::all() {
        let foreign = row.record().with("eventSource", json!("workmail.amazonaws.com"));
        assert_eq!(
            proved_by(&case(&row, &foreign), &foreign),
            [""; 0],
            "{}",
            foreign.json()
        );
    }
}

#[test]
fn a_twin_without_what_makes_it_an_edge_makes_nothing_and_is_no_change() {
    for row in Row::all() {
        for members in row.list("without") {
            let harmless = row.with_members(members);
            let case = case(&row, &harmless);
            assert_eq!(proved_by(&case, &harmless), [""; 0], "{}", harmless.json());
            assert!(!case.chain().changes.iter().any(|c| *c.event.id == *harmless.id()));
        }
    }
}

/// A record without the values that any of these paths lead to.
fn thinned(call: &Call, paths: &[&str]) -> Call {
    let mut record = call.json();
    for path in paths.iter().flat_map(|path| path.split('|')) {
        let members: Vec<&str> = path.split('.').collect();
        let Some((last, above)) = members.split_last() else {
            continue;
        };
        let mut here = Some(&mut record);
        for member in above {
            let name = member.trim_end_matches("[]");
            here = here
                .and_then(|v| v.get_mut(name))
                .map(|v| if v.is_array() { &mut v[0] } else { v });
        }
        if let Some(Value::Object(members)) = here {
            members.remove(last.trim_end_matches("[]"));
        }
    }
    let of_identity = record["userIdentity"].clone();
    let members = [
        "requestParameters",
        "responseElements",
        "additionalEventData",
        "serviceEventDetails",
    ];
    members
        .into_iter()
        .fold(call.clone(), |call, member| call.with(member, record[member].clone()))
        .with("userIdentity", of_identity)
}

#[test]
fn an_inferred_rule_whose_path_leads_nowhere_degrades_to_the_name_and_then_to_the_event_and_says_so() {
    for row in Row::all() {
        let rule = row.rule();
        let guarded = ["AddUserToGroup", "UpdateUser", "DeactivateMFADevice"].contains(&rule.name);
        // Of users nobody is named only where the caller is meant (quirk Q16), which other tests tell.
        let of_caller = rule.kind.as_str() == "user" || guarded;
        let own_identity = [rule.id_path, rule.name_path]
            .iter()
            .any(|path| path.starts_with("userIdentity."));
        if rule.basis != Basis::Inferred || of_caller || rule.id_path.is_empty() || own_identity {
            continue;
        }
        let whole = row.record();
        let without_id = thinned(&whole, &[rule.id_path]);
        let nameless = thinned(&without_id, &[rule.name_path]);
        for (call, by_event) in [(&without_id, false), (&nameless, true)] {
            let case = case(&row, call);
            let is_of_call = |n: &&Node| n.proof.as_ref().is_some_and(|p| *p.key.id == *call.id());
            let node = case.chain().nodes.iter().find(is_of_call);
            let node = node.unwrap_or_else(|| panic!("nothing is left of {}", call.json()));
            assert_eq!(node.kind, rule.kind);
            assert_eq!(node.strength.as_str(), "inferred", "{}", call.json());
            if node.known_by == KnownBy::Event {
                assert_eq!(node.id, call.id());
                assert!(node.reason.contains("known by the event"), "{}", node.reason);
            } else if node.known_by == KnownBy::Name {
                assert!(!by_event, "{}", call.json());
                assert!(node.reason.contains("known by a name"), "{}", node.reason);
            }
            assert!(!node.is_key(), "what has no key id signs nothing: {}", call.json());
        }
    }
}
