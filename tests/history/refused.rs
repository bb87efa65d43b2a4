//! What could not be read is said.

use crate::aws::{Denial, Region};
use crate::*;

fn coverage(save: &Path) -> Vec<Value> {
    let shown = keytrail().arg("coverage").arg(save).args(["--format", "json"]).output();
    serde_json::from_str(&out(&shown.expect("runs"))).expect("JSON")
}

fn status(coverage: &[Value], region: &str) -> String {
    let row = coverage.iter().find(|row| row["Region"] == region);
    row.unwrap_or_else(|| panic!("no row for {region}"))["Status"]
        .as_str()
        .expect("text")
        .to_owned()
}

#[test]
fn a_denied_region_makes_the_coverage_partial_and_a_disabled_one_does_not() {
    let aws = account()
        .region("ap-south-2", Region::disabled())
        .deny(Denial::of("cloudtrail:LookupEvents").in_region("eu-west-1"))
        .start();
    let desk = Desk::new();
    let save = desk.path("case.keytrail");
    let done = run(investigate(
        &aws,
        &save,
        &["--regions", "us-east-1,eu-west-1,ap-south-2"],
    ));
    assert_eq!(code(&done), 3, "{}{}", out(&done), err(&done));
    let rows = coverage(&save);
    assert_eq!(status(&rows, "us-east-1"), "complete");
    assert_eq!(status(&rows, "eu-west-1"), "denied");
    assert_eq!(status(&rows, "ap-south-2"), "disabled");
    assert!(out(&done).contains("denied: eu-west-1"), "{}", out(&done));

    let other = desk.path("other.keytrail");
    let done = run(investigate(&aws, &other, &["--regions", "us-east-1,ap-south-2"]));
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
}

#[test]
fn who_may_not_list_regions_asks_every_one_there_is() {
    let aws = account().deny(Denial::of("account:ListRegions")).start();
    let desk = Desk::new();
    let save = desk.path("case.keytrail");
    let done = run(investigate(&aws, &save, &[]));
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    let rows = coverage(&save);
    assert_eq!(status(&rows, "ap-northeast-3"), "complete");
    assert_eq!(status(&rows, "me-south-1"), "disabled");
}

#[test]
fn a_key_of_ones_own_that_aws_does_not_take_is_no_empty_account() {
    let aws = account().start();
    let desk = Desk::new();
    let mut asked = investigate(&aws, &desk.path("case.keytrail"), &["--regions", "eu-west-1"]);
    aws.credentials_of("AKIAZZGONE0000000001", &mut asked);
    let refused = run(asked);
    assert_eq!(code(&refused), 4, "{}{}", out(&refused), err(&refused));
}

#[test]
fn without_credentials_or_permission_it_says_what_to_do() {
    let aws = account().deny(Denial::of("cloudtrail:LookupEvents")).start();
    let desk = Desk::new();
    let save = desk.path("case.keytrail");
    let denied = run(investigate(&aws, &save, &[]));
    assert_eq!(code(&denied), 4, "{}{}", out(&denied), err(&denied));
    assert!(err(&denied).contains("cloudtrail:LookupEvents"), "{}", err(&denied));

    let mut nobody = investigate(&aws, &desk.path("other.keytrail"), &[]);
    nobody
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY");
    let nobody = run(nobody);
    assert_eq!(code(&nobody), 4, "{}{}", out(&nobody), err(&nobody));
    assert!(err(&nobody).contains("credentials"), "{}", err(&nobody));
}
