//! What the account says of the key and of the responder, beside what the events say.

use crate::aws::{Denial, Key, User};
use crate::support::incident::{seed, use_of};
use crate::*;

const QUARANTINE: &str = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3";

/// An account in which the key was used once.
fn quiet() -> Aws {
    Aws::new(ACCOUNT)
        .events(recent(vec![use_of(&seed(), 0).json()]))
        .rate(1e6, 1e6)
}

fn at_home(aws: &Running, desk: &Desk) -> Command {
    investigate(aws, &desk.path("case.keytrail"), &["--regions", "us-east-1"])
}

#[test]
fn the_summary_says_whose_the_key_is_and_what_it_may_do() {
    let app = User::new("app").with_key(Key::new(SEED)).attach(QUARANTINE);
    let aws = quiet().user(app).start();
    let desk = Desk::new();
    let done = run(at_home(&aws, &desk));
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    for said in [
        "You are         arn:aws:iam::111122223333:user/responder",
        "Owner           app (IAM user)",
        "Status          active, created 2024-05-06",
        "Policies        AWSCompromisedKeyQuarantineV3",
        "That does not stop the key: deactivate it.",
    ] {
        assert!(out(&done).contains(said), "{said}: {}", out(&done));
    }
    assert!(aws.log().writes().is_empty(), "{:?}", aws.log().writes());
    // It is in the file: shown again without AWS.
    let open = keytrail()
        .arg("open")
        .arg(desk.path("case.keytrail"))
        .arg("--batch")
        .output();
    let open = open.expect("runs");
    assert!(out(&open).contains("Owner           app (IAM user)"), "{}", out(&open));
}

#[test]
fn a_key_of_another_account_is_said_and_where_to_look() {
    let aws = Aws::new(ACCOUNT)
        .foreign_key(SEED, "444455556666")
        .rate(1e6, 1e6)
        .start();
    let desk = Desk::new();
    let done = run(at_home(&aws, &desk));
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    let said =
        "belongs to account 444455556666; you are in account 111122223333. Use credentials of account 444455556666";
    assert!(out(&done).contains(said), "{}", out(&done));
}

#[test]
fn a_responder_in_quarantine_hears_why_nothing_is_read_and_what_to_do() {
    let own = "AKIAZZALEX0000000001";
    let aws = quiet().user(User::new("alex").key(own).attach(QUARANTINE)).start();
    let desk = Desk::new();
    let mut command = at_home(&aws, &desk);
    aws.credentials_of(own, &mut command);
    let refused = run(command);
    assert_eq!(code(&refused), 4, "{}{}", out(&refused), err(&refused));
    for said in [
        "AWS put you in quarantine",
        "user/alex carries AWSCompromisedKeyQuarantineV3",
        "Investigate as another user or role",
    ] {
        assert!(err(&refused).contains(said), "{said}: {}", err(&refused));
    }
}

#[test]
fn who_may_not_ask_iam_reads_the_events_all_the_same() {
    let aws = account().deny(Denial::of("iam:*")).deny(Denial::of("sts:*")).start();
    let desk = Desk::new();
    let done = run(at_home(&aws, &desk));
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    assert!(
        out(&done).contains("Owner           not known: denied"),
        "{}",
        out(&done)
    );
    is_that_of_the_files(&desk.path("case.keytrail"), "IAM denied");
}
