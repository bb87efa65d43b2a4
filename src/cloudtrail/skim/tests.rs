use std::collections::BTreeSet;
use std::ops::ControlFlow;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::cloudtrail::scan::{Item, Scanner};

/// What skimming says of one record, its tokens as hashes and its values.
fn skimmed(record: &str) -> (Option<[String; 4]>, BTreeSet<Term>, Vec<String>) {
    let mut result = None;
    let mut scanner = Scanner::default();
    scanner.buffer().extend_from_slice(b"[");
    scanner.buffer().extend_from_slice(record.as_bytes());
    scanner.buffer().extend_from_slice(b"]");
    let flow = scanner.scan(true, &mut |item| {
        if let Item::Element(element) = item {
            let mut tokens = Vec::new();
            let skim = element
                .skim(&mut tokens)
                .map(|s| [s.source, s.name, s.region, s.account].map(str::to_owned));
            let mut values = Vec::new();
            element.each_value(&mut |value| values.push(String::from_utf8_lossy(value).into_owned()));
            result = Some((skim, tokens.into_iter().collect(), values));
        }
        ControlFlow::Continue(())
    });
    assert!(flow.is_continue());
    result.unwrap()
}

fn record(more: &Value) -> Value {
    let mut record = json!({
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "eventName": "no"},
        "eventTime": "2026-01-01T00:00:00Z", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser",
        "awsRegion": "us-east-1", "recipientAccountId": "123456789012",
    });
    let Value::Object(more) = more else {
        panic!("an object is needed")
    };
    record.as_object_mut().unwrap().extend(more.clone());
    record
}

#[test]
fn only_the_records_own_members_count() {
    let hostile = record(&json!({
        "requestParameters": {"eventName": "GetObject", "a": [{"eventSource": "s3.amazonaws.com"}]},
        "x": "eventName", "responseElements": "eventSource", "awsRegion": "us-east-1",
    }));
    let expected = ["iam.amazonaws.com", "CreateUser", "us-east-1", "123456789012"].map(str::to_owned);
    assert_eq!(skimmed(&hostile.to_string()).0.unwrap(), expected);
    let pretty = serde_json::to_string_pretty(&hostile).unwrap();
    assert_eq!(skimmed(&pretty), skimmed(&hostile.to_string()));
}

#[test]
fn what_is_not_plain_has_to_be_parsed() {
    for more in [
        json!({"CloudTrailEvent": "{}"}),
        json!({"userIdentity": "{\"type\":\"Root\"}"}),
        json!({"eventName": null}),
        json!({"eventTime": "yesterday"}),
        json!({"sourceIPAddress": "a\\b"}),
        json!({"requestParameters": {"a\"b": 1}}),
    ] {
        assert_eq!(skimmed(&record(&more).to_string()).0, None, "{more}");
    }
    let escaped = record(&json!({}))
        .to_string()
        .replace("eventName\":\"Cre", "event\\u004eame\":\"Cre");
    assert_eq!(skimmed(&escaped).0, None);
}

#[test]
fn the_address_of_a_call_is_found_and_the_name_of_a_service_is_not() {
    let tokens = |address: &str| skimmed(&record(&json!({"sourceIPAddress": address})).to_string()).1;
    for address in ["203.0.113.66", "2001:db8::7"] {
        assert!(tokens(address).contains(&terms::hash(address.as_bytes())), "{address}");
    }
    for service in ["sns.amazonaws.com", "AWS Internal", ""] {
        assert!(!tokens(service).contains(&terms::hash(service.as_bytes())), "{service}");
    }
    // In what was asked for it is no address of the caller.
    let asked = record(&json!({"requestParameters": {"sourceIPAddress": "203.0.113.66"}}));
    assert!(!skimmed(&asked.to_string()).1.contains(&terms::hash(b"203.0.113.66")));
}

#[test]
fn an_id_written_with_escapes_is_found() {
    let plain = terms::hash(b"ASIAIOSFODNN7EXAMPLE");
    for text in [
        "ASIAIOSFODNN7EXAMPLE",
        "\\u0041SIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7\\u0045XAMPLE",
    ] {
        let text = record(&json!({"requestParameters": {"k": "@"}}))
            .to_string()
            .replace('@', text);
        assert!(skimmed(&text).1.contains(&plain), "{text}");
    }
}

#[test]
fn a_masked_key_is_found_by_the_member_it_stands_in() {
    let masked = json!({"requestParameters": {"accessKeyId": "akia-masked"}});
    assert!(
        skimmed(&record(&masked).to_string())
            .1
            .contains(&terms::hash(b"akia-masked"))
    );
}

#[test]
fn an_escaped_text_of_the_record_itself_needs_no_parsing() {
    let quoted = record(&json!({"userAgent": "a \"quoted\" \\ agent", "requestParameters": {"x": "\\"}}));
    assert!(skimmed(&quoted.to_string()).0.is_some());
}

#[test]
fn a_masked_key_under_an_escaped_name_is_not_passed_over() {
    let masked = record(&json!({"requestParameters": {"accessKeyId": "akia-masked"}})).to_string();
    let escaped = masked.replace("\"accessKeyId\":\"akia", "\"access\\u004beyId\" :\"akia");
    assert_ne!(masked, escaped);
    assert_eq!(skimmed(&escaped).0, None);
}

fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        "[A-Z0-9]{14,18}",
        "AROA[A-Z0-9]{13,17}:[a-zA-Z0-9\"\\\\:]{0,9}",
        "[0-9]{11,13}:[a-z]{1,3}",
        "arn:aws:iam::[0-9]{12}:role/[a-z/]{1,9}",
    ];
    let leaf = prop_oneof![
        text.prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        Just(Value::Null)
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(
                ("[a-z]{1,3}|accessKeyId|eventName|sourceIPAddress|[a\"]{1,2}", inner),
                0..4
            )
            .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Skimming finds every token that parsing finds, and every value.
    #[test]
    fn nothing_is_overlooked(inner in value(), agent in any::<String>(), pretty: bool) {
        let record = record(&json!({"requestParameters": {"x": inner}, "userAgent": agent}));
        let text = if pretty { serde_json::to_string_pretty(&record).unwrap() } else { record.to_string() };
        let (skim, tokens, values) = skimmed(&text);
        prop_assert!(skim.is_some() || text.contains('\\'), "only escapes make it unclear: {text}");
        let mut expected = BTreeSet::new();
        terms::of_record(&record, false, &mut |token| {
            expected.insert(terms::hash(token));
        });
        prop_assert!(skim.is_none() || expected.is_subset(&tokens), "{text}");
        let mut all = Vec::new();
        texts(&record, &mut all);
        prop_assert_eq!(values, all);
    }
}

fn texts(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::String(text) => all.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, all)),
        Value::Object(members) => members.values().for_each(|value| texts(value, all)),
        _ => {}
    }
}
