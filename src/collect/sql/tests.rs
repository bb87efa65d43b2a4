//! Whatever is asked for, a statement says what it was built to say.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::needle::Needles;
use super::statement::statements;
use super::table::{Column, Kind, Table};
use super::text::{Literal, Name};
use crate::collect::archive::CandidateCalls;
use crate::investigation::lead::{Attribute, Lead};

fn table(longest: usize) -> Table {
    let columns = [
        ("useridentity", "struct<type:string>"),
        ("eventtime", "string"),
        ("eventsource", "string"),
        ("eventname", "string"),
        ("requestparameters", "string"),
        ("responseelements", "map<string,string>"),
        ("partition_of_its_own", "string"),
    ];
    Table {
        from: "\"security\".\"logs\"".to_owned(),
        columns: columns
            .iter()
            .filter_map(|(name, kind)| Column::new(name, kind))
            .collect(),
        origin: Name::new("$path"),
        tells_calls: true,
        longest,
    }
}

fn calls() -> CandidateCalls {
    CandidateCalls::new(["iam.amazonaws.com"], [("lambda.amazonaws.com", "CreateFunction")])
}

fn built(leads: &[Lead]) -> Vec<String> {
    statements(&table(100_000), &calls(), "\"day\" = '2026/03/04'", leads)
}

/// What stands outside single quotes, word by word; `None` where a quote is never closed.
fn words(statement: &str) -> Option<BTreeSet<String>> {
    // Doubled quotes close and open again.
    let parts: Vec<&str> = statement.split('\'').collect();
    let outside = parts.iter().step_by(2).flat_map(|part| part.split_whitespace());
    (parts.len() % 2 == 1).then(|| outside.map(str::to_owned).collect())
}

fn attribute() -> impl Strategy<Value = Attribute> {
    prop_oneof![
        Just(Attribute::AccessKeyId),
        Just(Attribute::Username),
        Just(Attribute::ResourceName),
        Just(Attribute::EventName),
        Just(Attribute::SourceAddress),
    ]
}

/// Texts that are likely to break something, and any other.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,20}",
        r#"['"\\;%_*/()\-,a-z \n\r\t]{0,12}"#,
        any::<String>(),
        "[A-Z0-9]{16,24}",
        "AROA[A-Z0-9]{16}:['\"a-z]{1,8}",
    ]
}

proptest! {
    #[test]
    fn nothing_that_is_asked_for_gets_out_of_its_quotes(attribute in attribute(), value in value()) {
        let harmless = ["plain", "a-long-plain-name", "AKIAIOSFODNN7EXAMPLE", "123456789012", "q\"q"];
        let harmless = harmless.iter().flat_map(|value| {
            [Attribute::AccessKeyId, Attribute::ResourceName].map(|attribute| Lead::new(attribute, *value))
        });
        let known: BTreeSet<String> = harmless
            .flat_map(|lead| built(&[lead]))
            .filter_map(|statement| words(&statement))
            .flatten()
            .collect();
        for statement in built(&[Lead::new(attribute, value)]) {
            prop_assert!(!statement.chars().any(|c| c.is_control() && c != '\n'));
            let outside = words(&statement);
            prop_assert!(outside.is_some(), "{statement}");
            let unknown: Vec<_> = outside.iter().flatten().filter(|word| !known.contains(*word)).collect();
            // Between two literals stands a comma, and nothing more.
            prop_assert!(unknown.iter().all(|word| *word == ","), "{unknown:?} in {statement}");
        }
    }

    /// What the archive reader finds by a value, a needle finds in the text of the record.
    #[test]
    fn whatever_holds_the_value_holds_a_needle(attribute in attribute(), value in value()) {
        prop_assume!(value.len() >= 2);
        let needles = Needles::of(&Lead::new(attribute, value.clone()));
        let in_candidates = || needles.anywhere.iter().chain(&needles.in_candidates);
        for record in [
            serde_json::json!({"userName": value}),
            serde_json::json!({"arn": format!("arn:aws:iam::1:user/{value}")}),
            serde_json::json!(["x", value]),
        ] {
            let text = record.to_string();
            prop_assert!(in_candidates().any(|needle| text.contains(&plain(needle))), "{value:?} in {text}");
        }
        let principal = serde_json::json!({"principalId": format!("AROAIOSFODNN7EXAMPLE:{value}")}).to_string();
        let in_principals = needles.anywhere.iter().chain(&needles.in_principals);
        prop_assert!(in_principals.into_iter().any(|needle| principal.contains(&plain(needle))), "{principal}");
    }
}

/// The text that a literal stands for.
fn plain(literal: &Literal) -> String {
    let written = literal.to_string();
    written[1..written.len() - 1].replace("''", "'")
}

#[test]
fn many_leads_are_shared_out_over_statements_that_are_short_enough() {
    let leads: Vec<Lead> = (0..2_000)
        .map(|n| Lead::new(Attribute::AccessKeyId, format!("AKIAIOSFODNN7{n:07}")))
        .collect();
    let all = statements(&table(9_900), &calls(), "TRUE", &leads);
    assert!(all.iter().all(|statement| statement.len() <= 9_900));
    for lead in &leads {
        let holds = |statement: &&String| statement.contains(&format!("'{}'", lead.value));
        assert_eq!(all.iter().filter(holds).count(), 1, "{lead}");
    }
    assert_eq!(statements(&table(240_000), &calls(), "TRUE", &leads).len(), 1);
}

#[test]
fn columns_are_taken_for_what_they_hold() {
    let table = table(1);
    let kinds: Vec<Kind> = table.columns.iter().map(|column| column.kind).collect();
    assert_eq!(
        kinds,
        [Kind::Nested, Kind::Text, Kind::Text, Kind::Text, Kind::Json, Kind::Map]
    );
}

#[test]
fn a_name_cannot_leave_its_quotes() {
    assert_eq!(Name::new("a\"; --").unwrap().to_string(), "\"a\"\"; --\"");
    assert_eq!(Name::new("a\nb"), None);
    assert_eq!(Literal::new("o'brien").unwrap().to_string(), "'o''brien'");
    assert_eq!(Literal::new("a\u{0}b"), None);
}
