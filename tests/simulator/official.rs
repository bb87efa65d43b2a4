//! The official command line reads the simulator as it reads AWS.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::aws::{Aws, Denial, Region, User};
use crate::cli::{Cli, code};
use crate::support::incident::*;
use crate::{account, calls};

#[test]
fn the_command_line_pages_through_event_history() {
    let (calls, newest_first) = calls(60);
    let aws = account(&calls).start();
    let Some(mut cli) = Cli::new("the_command_line_pages_through_event_history", &aws) else {
        return;
    };
    let lookup = format!("cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue={SEED}");
    assert_eq!(cli.ids(&lookup).0, newest_first, "all pages");
    assert_eq!(cli.ids(&format!("{lookup} --page-size 7")).0, newest_first);
    assert_eq!(aws.log().0.len(), 2 + 9);

    let (first, token) = cli.ids(&format!("{lookup} --page-size 20 --max-items 30"));
    let token = token.as_str().expect("a token");
    let (rest, end) = cli.ids(&format!("{lookup} --page-size 20 --starting-token {token}"));
    assert_eq!(([first, rest].concat(), end), (newest_first, Value::Null));

    let page = cli.line(&format!("{lookup} --max-items 1")).expect("a page");
    let event = &page["Events"][0];
    let record: Value = serde_json::from_str(event["CloudTrailEvent"].as_str().expect("a text")).expect("JSON");
    assert_eq!(record["eventID"], event["EventId"]);
    assert_eq!(
        (&event["Username"], &event["AccessKeyId"]),
        (&json!("app"), &json!(SEED))
    );
}

#[test]
fn the_command_line_understands_what_event_history_refuses() {
    let aws = account(&[])
        .deny(Denial::of("cloudtrail:LookupEvents").in_region("eu-west-1"))
        .region("eu-west-2", Region::disabled())
        .start();
    let Some(mut cli) = Cli::new("the_command_line_understands_what_event_history_refuses", &aws) else {
        return;
    };
    let wrong = [
        ("--region eu-west-1", "AccessDeniedException"),
        ("--region eu-west-2", "UnrecognizedClientException"),
        (
            "--start-time 2026-03-04 --end-time 2026-03-03",
            "InvalidTimeRangeException",
        ),
        ("--no-paginate --max-results 51", "InvalidMaxResultsException"),
        ("--no-paginate --next-token made-up", "InvalidNextTokenException"),
    ];
    for (arguments, expected) in wrong {
        let answer = cli.line(&format!("cloudtrail lookup-events {arguments}"));
        assert_eq!(code(answer), expected, "{arguments}");
    }
    aws.expire(crate::aws::RESPONDER);
    assert_eq!(code(cli.line("cloudtrail lookup-events")), "ExpiredTokenException");
    let throttled = account(&[]).rate(0.0, 0.0).start();
    let mut cli = Cli::at(&throttled.url(), &throttled);
    assert_eq!(code(cli.line("cloudtrail lookup-events")), "ThrottlingException");
}

const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/boundary";

#[test]
fn the_command_line_reads_identities_and_regions() {
    let aws = Aws::new(ACCOUNT)
        .user(User::new("app").key(SEED).boundary(BOUNDARY))
        .region("me-south-1", Region::enabled())
        .start();
    let Some(mut cli) = Cli::new("the_command_line_reads_identities_and_regions", &aws) else {
        return;
    };
    let identity = cli.line("sts get-caller-identity").expect("an identity");
    assert_eq!(identity["Arn"], "arn:aws:iam::111122223333:user/responder");
    let keys = cli.line("iam list-access-keys --user-name app").expect("keys");
    assert_eq!(keys["AccessKeyMetadata"][0]["AccessKeyId"], SEED);
    let app = cli.line("iam get-user --user-name app").expect("a user");
    assert_eq!(app["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"], BOUNDARY);
    let used = cli
        .line(&format!("iam get-access-key-last-used --access-key-id {SEED}"))
        .expect("a use");
    assert_eq!(used["UserName"], "app");
    let listed = cli.line("account list-regions --page-size 10").expect("regions");
    let listed = listed["Regions"].as_array().expect("a list").clone();
    let on: BTreeSet<&str> = listed
        .iter()
        .filter(|region| region["RegionOptStatus"] != "DISABLED")
        .filter_map(|region| region["RegionName"].as_str())
        .collect();
    let described = cli.line("ec2 describe-regions").expect("regions");
    let described = described["Regions"].as_array().expect("a list").clone();
    assert_eq!(
        described
            .iter()
            .filter_map(|r| r["RegionName"].as_str())
            .collect::<BTreeSet<_>>(),
        on
    );
    assert_eq!((on.len(), listed.len()), (18, 34));
    let summary = cli.line("iam get-account-summary").expect("a summary");
    assert_eq!(summary["SummaryMap"]["Users"], 2);
}

#[test]
fn the_command_line_understands_what_identities_and_regions_refuse() {
    let aws = Aws::new(ACCOUNT)
        .deny(Denial::of("account:ListRegions"))
        .deny(Denial::of("ec2:DescribeRegions"))
        .start();
    let Some(mut cli) = Cli::new("the_command_line_understands_what_identities_and_regions_refuse", &aws) else {
        return;
    };
    let refused = [
        ("iam list-access-keys --user-name nobody", "NoSuchEntity"),
        (
            "iam get-access-key-last-used --access-key-id AKIAZZNOBODY00000001",
            "AccessDenied",
        ),
        ("account list-regions", "AccessDeniedException"),
        ("ec2 describe-regions", "UnauthorizedOperation"),
    ];
    for (line, expected) in refused {
        assert_eq!(code(cli.line(line)), expected, "{line}");
    }
    aws.expire(crate::aws::RESPONDER);
    assert_eq!(code(cli.line("sts get-caller-identity")), "ExpiredToken");
}
