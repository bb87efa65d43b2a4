//! Names that an attacker chose: none breaks out of a statement, and every one is found.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::same::{gives_the_same, gives_the_same_written};
use crate::support::desk::{Desk, records};
use crate::support::incident::*;

/// Names that mean something to SQL, JSON, patterns or terminals.
const NAMES: [&str; 16] = [
    "o'brien",
    "''",
    "x' OR '1'='1",
    "x'); DROP TABLE t; --",
    "a\"b",
    "\"",
    "back\\slash",
    "\\' --",
    "100%_x",
    "/*x*/",
    "<b>&=",
    "line\nbreak",
    "bell\u{7}\u{1b}[31m",
    "用户",
    "né",
    "right\u{202e}left",
];

/// For each name: the seed makes a user of that name and its key; somebody else changes the user and assumes a role with
/// the name as session. Only its name leads there.
fn calls(names: &[impl AsRef<str>]) -> Vec<Call> {
    let admin = user("admin", "AKIAADMIN00000000001");
    let each = names.iter().map(AsRef::as_ref).zip(0_i64..).flat_map(|(name, n)| {
        let key = format!("AKIAZZHOSTILE{n:07}");
        let id = format!("AIDAZZHOSTILE{n:07}");
        let role = format!("door{n}");
        [
            create_user_with_id(&seed(), n, name, &id),
            create_key(&seed(), n, name, &key),
            use_of(&user(name, &key), n + 100),
            on_user(&admin, n + 200, "CreateLoginProfile", name),
            on_user(&admin, n + 300, "DeleteUser", name),
            create_role(&seed(), n, &role),
            assume_role(&admin, n + 400, &role, name, &format!("ASIAZZHOSTILE{n:07}")),
            use_of(&session(&role, name, &format!("ASIAZZUNSEEN0{n:07}")), n + 500),
        ]
    });
    each.collect()
}

#[test]
fn hostile_names_are_found_and_break_out_of_no_statement() {
    let desk = Desk::new();
    desk.log("all.json", &records(&calls(&NAMES)));
    gives_the_same("hostile_names_are_found", SEED, &desk.path("logs"));
}

/// What somebody who wants to break or hide something may write, and any other text.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        r#"['"\\%_;/*:<>&=\-$.\n\r\t a-z用é]{1,12}"#,
        r#"['"\\%_]{1,3}"#,
        "[a-z]{1,3}",
        "[0-9.:]{2,15}",
        "[A-Z0-9]{12,20}",
        any::<String>().prop_filter("a name", |name| !name.is_empty()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_names_are_every_statement_finds_what_the_reader_finds(
        names in prop::collection::btree_set(name(), 8..24),
        ascii in any::<bool>(),
    ) {
        let names: Vec<String> = names.into_iter().collect();
        let desk = Desk::new();
        desk.log("all.json", &records(&calls(&names)));
        let test = "whatever_the_names_are_every_statement_finds_what_the_reader_finds";
        gives_the_same_written(test, SEED, &desk.path("logs"), &json!({"ascii": ascii}));
    }
}

/// Whoever names a user as an address hides nothing and adds nothing, wherever the records lie.
#[test]
fn a_user_with_the_name_of_an_address_is_read_alike() {
    let desk = Desk::new();
    let [admin, stranger] =
        [("admin", 1), ("stranger", 2)].map(|(name, n)| user(name, &format!("AKIAADMIN0000000000{n}")));
    let calls = [
        create_user(&seed(), 0, "203.0.113.66"),
        create_key(&seed(), 1, "203.0.113.66", "AKIAZZCHILD000000002"),
        on_user(&admin, 2, "DeleteUser", "203.0.113.66"),
        use_of(&stranger, 3),
    ];
    desk.log("all.json", &records(&calls));
    gives_the_same(
        "a_user_with_the_name_of_an_address_is_read_alike",
        SEED,
        &desk.path("logs"),
    );
}

/// What an archive holds besides must not come along: others' calls that hold the same letters.
#[test]
fn a_short_name_does_not_bring_everything_that_holds_its_letters() {
    let desk = Desk::new();
    let admin = user("admin", "AKIAADMIN00000000001");
    let mut calls = vec![
        create_user(&seed(), 0, "app2"),
        create_key(&seed(), 1, "app2", "AKIAZZCHILD000000002"),
    ];
    let noise = (0..200).map(|n| on_user(&admin, n, "GetUser", "app20").with("userAgent", json!(format!("app2 {n}"))));
    calls.extend(noise);
    desk.log("all.json", &records(&calls));
    let name = "a_short_name_does_not_bring_everything";
    let Some(simulated) = crate::simulated::Simulated::new(name, &desk.path("logs"), &json!({})) else {
        return;
    };
    let run = simulated.investigate(SEED, crate::simulated::ATHENA, &[]);
    assert_eq!(crate::support::desk::code(&run), 0);
    let coverage: Value = simulated.show("coverage");
    let rows = coverage.as_array().expect("rows").last().expect("a row")["Records"].as_u64();
    assert!(rows.is_some_and(|rows| rows < 20), "{coverage}");
}
