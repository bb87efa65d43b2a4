//! Files alone, and files and event history in one investigation.

use serde_json::json;

use crate::*;

/// Some of the records as files, under `logs`.
fn archived(desk: &Desk, is_there: impl Fn(usize, &Value) -> bool) {
    let records = INCIDENT
        .0
        .iter()
        .enumerate()
        .filter(|(number, record)| is_there(*number, record));
    let records: Vec<&Value> = records.map(|(_, record)| record).collect();
    desk.log("trail.json", &json!({ "Records": records }).to_string());
}

#[test]
fn an_organization_trail_needs_no_way_in() {
    let desk = Desk::new();
    archived(&desk, |_, _| true);
    let done = desk.investigate(SEED, &[]);
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    is_exact(&desk, &done);
    for account in &ACCOUNTS[1..] {
        assert!(
            out(&done).contains(&format!("account {account} (by ")),
            "{}",
            out(&done)
        );
    }
    assert!(out(&done).contains("its records are in the files"), "{}", out(&done));
}

#[test]
fn an_archive_of_one_account_says_that_the_others_are_not_in_it() {
    let desk = Desk::new();
    archived(&desk, |_, record| record["recipientAccountId"] == ACCOUNTS[0]);
    let done = desk.investigate(SEED, &[]);
    assert!(
        out(&done).contains("no record of it was in what was read"),
        "{}",
        out(&done)
    );
    let row = ["archive", ACCOUNTS[1], "", "not read"].map(str::to_owned);
    assert!(coverage(&desk).contains(&row));
}

#[test]
fn what_an_archive_and_event_history_hold_both_is_there_once_and_each_window_names_its_source() {
    let desk = Desk::new();
    // The archive ends half-way, event history begins a third of the way in.
    let all = INCIDENT.0.len();
    archived(&desk, |number, _| number < all / 2);
    let late = |id: &str| {
        let later = INCIDENT.0[all / 3..].iter();
        let later: Vec<Value> = later
            .filter(|record| record["recipientAccountId"] == id)
            .cloned()
            .collect();
        with(id, later).role(Role::new(ROLE))
    };
    let aws = late(ACCOUNTS[0])
        .member(late(ACCOUNTS[1]))
        .member(late(ACCOUNTS[2]))
        .start();
    let mut command = investigate(&aws, &desk, &["--account-role", ROLE, "--from", "history", "--from"]);
    command.arg(desk.path("logs"));
    let done = run(command);
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    is_exact(&desk, &done);
    assert!(
        chain(&desk)["events"]["duplicates"].as_u64().unwrap() > 0,
        "some came from both"
    );
    let rows = coverage(&desk);
    for source in ["archive", "event history"] {
        for account in ACCOUNTS {
            let mut of_both = rows.iter().filter(|row| row[0] == source && row[1] == account);
            assert!(of_both.next().is_some(), "{source} of {account}: {rows:?}");
        }
    }
}
