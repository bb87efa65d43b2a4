//! The order in which events arrive must not matter: any permutation, any split into pages, with any copies, gives the
//! same chain.

mod support;

use proptest::prelude::*;
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
    assert_eq!(links.len(), 6, "{links:?}");
}
