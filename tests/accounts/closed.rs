//! Accounts that cannot be entered.

use crate::aws::Denial;
use crate::open::with_profile;
use crate::*;

/// The row of an account that was not read.
fn is_told(desk: &Desk, account: &str) {
    let row = ["event history", account, "", "not read"].map(str::to_owned);
    let rows = coverage(desk);
    assert!(rows.contains(&row), "{row:?}: {rows:?}");
}

#[test]
fn without_a_way_in_it_is_said_which_account_was_entered_and_what_to_give() {
    let (aws, desk) = (organization(), Desk::new());
    let done = run(investigate(&aws, &desk, &[]));
    assert_eq!(code(&done), 3, "{}{}", out(&done), err(&done));
    let said = "not read: give --account-role or --profile-for";
    assert!(out(&done).contains(said), "{}", out(&done));
    assert!(
        out(&done).contains(&format!("account {}", ACCOUNTS[1])),
        "{}",
        out(&done)
    );
    is_told(&desk, ACCOUNTS[1]);
    // What the first account's own records show is there all the same.
    assert!(nodes(&desk).iter().all(|node| INCIDENT.1.nodes.contains(node)));
    assert!(aws.log_of_member(0).lookups().is_empty());
}

#[test]
fn a_role_that_may_not_be_assumed_is_a_row_of_coverage_and_the_rest_is_read() {
    let far = far().deny(Denial::of("sts:AssumeRole"));
    let aws = account(ACCOUNTS[0]).member(away()).member(far).start();
    let desk = Desk::new();
    let done = run(investigate(&aws, &desk, &["--account-role", ROLE]));
    assert_eq!(code(&done), 3, "{}{}", out(&done), err(&done));
    is_told(&desk, ACCOUNTS[2]);
    assert!(
        out(&done).contains("is not authorized to perform: sts:AssumeRole"),
        "{}",
        out(&done)
    );
    let there = format!("arn:aws:iam::{}:user/", ACCOUNTS[1]);
    assert!(
        nodes(&desk).iter().any(|node| node.contains(&there)),
        "the second account is read"
    );
}

#[test]
fn a_profile_of_another_account_than_it_is_named_for_is_refused() {
    let (aws, desk) = (organization(), Desk::new());
    let mut command = investigate(&aws, &desk, &["--account-role", ROLE, "--profile-for"]);
    command.arg(format!("{}=away", ACCOUNTS[2]));
    with_profile(&mut command, &desk);
    let done = run(command);
    assert_eq!(code(&done), 3, "{}{}", out(&done), err(&done));
    let said = format!("the profile away is of account {}", ACCOUNTS[1]);
    assert!(out(&done).contains(&said), "{}", out(&done));
    is_told(&desk, ACCOUNTS[2]);
}

#[test]
fn what_is_about_aws_is_refused_where_aws_is_not_asked() {
    let desk = Desk::new();
    for flags in [
        ["--account-role", ROLE],
        ["--profile", "away"],
        ["--regions", "us-east-1"],
    ] {
        let mut command = keytrail();
        command
            .args(["investigate", SEED, "--batch", "--from"])
            .arg(desk.path("logs"))
            .args(flags);
        let done = run(command);
        assert_eq!(code(&done), 2, "{}", err(&done));
        assert!(err(&done).contains("--from history"), "{}", err(&done));
    }
}
