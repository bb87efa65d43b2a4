//! Ways that lead into the other accounts.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::program::patiently;
use crate::*;

#[test]
fn a_role_in_each_account_finds_the_whole_chain_and_coverage_has_a_row_for_each_account_and_region() {
    let (aws, desk) = (organization(), Desk::new());
    let done = run(investigate(&aws, &desk, &["--account-role", ROLE]));
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    is_exact(&desk, &done);
    for account in &ACCOUNTS[1..] {
        let said = format!("read as arn:aws:sts::{account}:assumed-role/{ROLE}/keytrail");
        assert!(out(&done).contains(&said), "{said}: {}", out(&done));
    }
    let rows = coverage(&desk);
    for account in ACCOUNTS {
        for region in regions().split(',') {
            let row = ["event history", account, region, "complete"].map(str::to_owned);
            assert_eq!(rows.iter().filter(|one| **one == row).count(), 1, "{row:?}: {rows:?}");
        }
    }
    for number in 0..2 {
        assert!(aws.log_of_member(number).writes().is_empty());
    }
}

#[test]
fn the_tree_shows_the_account_of_every_node_that_is_not_in_the_first() {
    let (aws, desk) = (organization(), Desk::new());
    let done = run(investigate(&aws, &desk, &["--account-role", ROLE]));
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    let tree = shown(&desk, "chain", "text");
    for node in chain(&desk)["nodes"].as_array().expect("nodes") {
        let (id, account) = (node["id"].as_str().unwrap(), node["account"].as_str().unwrap());
        let mut lines = tree.lines().filter(|line| line.contains(&format!(" {id},")));
        let is_said = lines.any(|line| line.contains(&format!("in account {account}")));
        let is_other = account != ACCOUNTS[0];
        assert!(
            is_said == is_other || id.contains(":policy/"),
            "{id} of {account}: {tree}"
        );
    }
}

/// As from the security account of an organization: the seed itself is of another account.
#[test]
fn a_responder_in_another_account_enters_the_accounts_of_the_seeds_first() {
    let (security, desk) = ("999900001111", Desk::new());
    let home = account(ACCOUNTS[0]).role(Role::new(ROLE));
    let aws = Aws::new(security).foreign_key(SEED, ACCOUNTS[0]).rate(1e6, 1e6);
    let aws = regions()
        .split(',')
        .fold(aws, |aws, name| aws.region(name, Region::enabled()));
    let aws = aws.member(home).member(away()).member(far()).start();
    let done = run(investigate(&aws, &desk, &["--account-role", ROLE]));
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    is_exact(&desk, &done);
    let rows = coverage(&desk);
    for account in ACCOUNTS.iter().chain([&security]) {
        let row = ["event history", account, "us-east-1", "complete"].map(str::to_owned);
        assert!(rows.contains(&row), "{row:?}: {rows:?}");
    }
}

/// What is named for one account goes before what is named for all.
#[test]
fn a_profile_for_one_account_and_a_role_for_the_others_find_the_same() {
    let (aws, desk) = (organization(), Desk::new());
    let mut command = investigate(&aws, &desk, &["--account-role", ROLE, "--profile-for"]);
    command.arg(format!("{}=away", ACCOUNTS[1]));
    with_profile(&mut command, &desk);
    let done = run(command);
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    is_exact(&desk, &done);
    let said = format!("read as arn:aws:iam::{}:user/audit", ACCOUNTS[1]);
    assert!(out(&done).contains(&said), "{}", out(&done));
}

/// The profile `away`, of the second account.
pub(crate) fn with_profile(command: &mut Command, desk: &Desk) {
    let secret = aws::SECRET;
    let text = format!("[profile away]\naws_access_key_id = {KEY_AWAY}\naws_secret_access_key = {secret}\n");
    std::fs::write(desk.path("aws.config"), text).expect("written");
    command.env("AWS_CONFIG_FILE", desk.path("aws.config"));
}

#[test]
fn an_interrupted_reading_goes_on_in_all_accounts() {
    let (aws, desk) = (organization(), Desk::new());
    let mut begun = investigate(&aws, &desk, &["--account-role", ROLE]);
    let mut begun = begun
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    assert!(patiently(|| !aws.log_of_member(0).lookups().is_empty()));
    kill_process(Pid::from_child(&begun), Signal::KILL).expect("running");
    begun.wait().expect("ended");

    let mut open = keytrail();
    aws.credentials(&mut open);
    open.arg("open").arg(desk.path("case.keytrail")).arg("--batch");
    let done = run(open);
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    is_exact(&desk, &done);
}
