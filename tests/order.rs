//! The order in which events arrive must not matter: any permutation, any split into pages, with any copies, gives the
//! same chain.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod support;

use proptest::prelude::*;
use serde_json::json;
use support::incident::*;
use support::story::story;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_order_any_pages_any_copies_give_the_same_chain(
        order in Just((0..story().len()).collect::<Vec<_>>()).prop_shuffle(),
        copies in prop::collection::vec(0..story().len(), 0..20),
        page in 1..30usize,
    ) {
        let story = story();
        let expected = investigate(&story);
        let records: Vec<_> = order.iter().chain(&copies).map(|i| story[*i].record()).collect();
        let fed = feed(&[SEED], records.chunks(page).map(<[_]>::to_vec).collect());
        prop_assert_eq!(fed.chain().counts.duplicates, copies.len() as u64);
        let mut chain = fed.chain().clone();
        chain.counts.duplicates = 0;
        prop_assert_eq!(&chain, expected.chain());
        prop_assert_eq!(fed.actors(), expected.actors());
    }
}

#[test]
fn the_story_reaches_every_core_link() {
    let case = investigate(&story());
    let links: std::collections::BTreeSet<&str> = case
        .chain()
        .nodes
        .iter()
        .filter(|n| n.link.is_core())
        .map(|n| n.link.as_str())
        .collect();
    assert_eq!(links.len(), 7, "{links:?}");
}

#[test]
fn what_is_said_of_a_key_depends_neither_on_order_nor_on_chance() {
    let from = |call: Call, address: &str| call.with("sourceIPAddress", json!(address));
    let other = user("other", "AKIAOTHER00000000001");
    let mut renamed = user("mallory", "ASIAZZTEMP0000000001");
    renamed.0["arn"] = json!(user_arn("backup"));
    renamed.0["userName"] = json!("backup");
    let mut calls = [
        create_user(&seed(), 1, "mallory"),
        use_of(&user("mallory", "ASIAZZTEMP0000000001"), 2),
        use_of(&renamed, 3),
        from(use_of(&seed(), 4), "203.0.113.1"),
        from(use_of(&seed(), 5), "203.0.113.2"),
        from(use_of(&other, 6), "203.0.113.1"),
        from(use_of(&other, 7), "203.0.113.2"),
    ];
    let expected = investigate(&calls);
    for _ in 0..20 {
        calls.rotate_left(3);
        assert_eq!(investigate(&calls).chain(), expected.chain());
    }
}

#[test]
fn the_resources_are_the_same_in_any_order() {
    let seed = seed();
    let pair = |seconds, name: &str| call(&seed, seconds, "ec2", name).request(json!({"keyName": "k"}));
    let calls = [
        pair(1, "CreateKeyPair"),
        pair(2, "DeleteKeyPair"),
        pair(2, "CreateKeyPair"),
        call(&seed, 2, "s3", "PutBucketPolicy").request(json!({"bucketName": "b"})),
        call(&user("alex", "AKIAOTHER00000000001"), 2, "s3", "DeleteBucketPolicy").request(json!({"bucketName": "b"})),
        call(&seed, 3, "sns", "PutDataProtectionPolicy").request(json!({"name": "alerts"})),
    ];
    let found = |order: Vec<usize>| {
        let case = feed(&[SEED], order.into_iter().map(|at| vec![calls[at].record()]).collect());
        let found = case.resources().iter();
        found
            .map(|r| (r.label(), r.id.clone(), r.state(), r.first, r.calls.clone()))
            .collect::<Vec<_>>()
    };
    let expected = found((0..calls.len()).collect());
    for turn in 1..calls.len() {
        let turned = (0..calls.len()).map(|at| (at + turn) % calls.len()).collect::<Vec<_>>();
        assert_eq!(found(turned.iter().rev().copied().collect()), expected);
        assert_eq!(found(turned), expected);
    }
}
