//! Whatever the input, nothing panics: records, policies, playbooks and times are read from bytes that anybody may have
//! written, mutated from good ones or made of nothing.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod support;

use keytrail::cloudtrail::{Interner, Record, ids, redact, time};
use keytrail::investigation::chain::trust;
use keytrail::playbook;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::incident::*;
use support::story::story;

/// Values that have surprised parsers before.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!({})),
        Just(json!([])),
        Just(json!("")),
        Just(json!(-1)),
        Just(json!(1e300)),
        Just(json!("9999-99-99T99:99:99Z")),
        Just(json!("arn:aws:iam::::")),
        Just(json!("\u{202e}\u{0}é\u{1b}[2J")),
        Just(json!("x".repeat(5000))),
        Just(json!([[[[{"accessKeyId": {"accessKeyId": []}}]]]])),
        any::<String>().prop_map(Value::String),
    ]
}

/// Every place in a document, as a JSON pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => members.iter().for_each(|(name, inner)| {
            places(
                inner,
                &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                found,
            );
        }),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(n, inner)| places(inner, &format!("{at}/{n}"), found));
        }
        _ => {}
    }
}

/// The story's records, with odd values in places of theirs.
fn changed_records(changes: Changes) -> Vec<Record> {
    let mut records: Vec<Value> = story().iter().map(Call::json).collect();
    for (which, place, value) in changes {
        let record = which.index(records.len());
        let mut found = Vec::new();
        places(&records[record], "", &mut found);
        let place = found[place.index(found.len())].clone();
        if let Some(spot) = records[record].pointer_mut(&place) {
            *spot = value;
        }
    }
    let mut interner = Interner::default();
    let parsed = records
        .iter()
        .map(|r| Record::parse(r.to_string().as_bytes(), &mut interner));
    parsed.filter_map(Result::ok).collect()
}

type Changes = Vec<(prop::sample::Index, prop::sample::Index, Value)>;

fn changes() -> impl Strategy<Value = Changes> {
    prop::collection::vec(
        (any::<prop::sample::Index>(), any::<prop::sample::Index>(), odd_value()),
        1..40,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_records_give_some_chain(changes in changes()) {
        let case = feed(&[SEED], vec![changed_records(changes)]);
        let nodes = &case.chain().nodes;
        prop_assert_eq!(&nodes[0].node, SEED);
        for (at, node) in nodes.iter().enumerate() {
            // Parents stand before their children, so no node is its own ancestor.
            prop_assert!(node.parent.is_none_or(|parent| parent < at));
        }
        let ids: std::collections::BTreeSet<&str> = nodes.iter().map(|n| n.node.as_str()).collect();
        prop_assert_eq!(ids.len(), nodes.len(), "node ids are unique: {:?}", nodes.iter().map(|n| (&n.node, n.kind, n.link)).collect::<Vec<_>>());
    }

    #[test]
    fn a_record_that_was_kept_is_the_same_when_it_is_read_again(changes in changes()) {
        for record in changed_records(changes) {
            // As the saved file does: an event without an id is known by the hash of its original bytes.
            let body = serde_json::from_str(&record.body.to_string()).expect("JSON");
            let again = Record::from_value(body, record.sha256, &mut Interner::default()).expect("a record again");
            prop_assert_eq!(again.event, record.event);
            prop_assert_eq!(again.body, record.body);
        }
    }

    #[test]
    fn any_bytes_are_a_record_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Record::parse(&bytes, &mut Interner::default());
    }

    #[test]
    fn any_text_is_a_time_a_policy_a_key_or_not(text in any::<String>()) {
        let _ = time::parse_text(&text);
        let _ = trust::principals(&text);
        let _ = ids::account_hint(&text);
        let _ = ids::AccessKeyId::parse(&text);
        let _ = ids::Arn::parse(&text);
        let mut value = json!({"sessionToken": text, "url": format!("?X-Amz-Signature={text}")});
        redact::redact(&mut value);
        let once = value.clone();
        redact::redact(&mut value);
        prop_assert_eq!(value, once, "redacting twice changes nothing");
    }

    #[test]
    fn any_text_is_a_playbook_or_mistakes_with_places(text in "(?s).{0,200}") {
        if let Err(mistakes) = playbook::parse(&text) {
            prop_assert!(!mistakes.is_empty() && mistakes.iter().all(|m| m.line >= 1 && m.column >= 1));
        }
    }
}
