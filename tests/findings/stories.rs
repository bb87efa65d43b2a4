//! The findings that one call alone does not show.

use keytrail::investigation::{Manner, Verdict};
use proptest::prelude::*;

use super::*;

/// The findings that are told here.
pub(crate) const TOLD: [&str; 6] = [
    "root-used",
    "sign-in-no-mfa",
    "instances-everywhere",
    "reconnaissance",
    "probing",
    "new-network",
];

const QUESTIONS: [(&str, &str); 14] = [
    ("iam", "ListUsers"),
    ("iam", "ListRoles"),
    ("iam", "ListPolicies"),
    ("iam", "ListGroups"),
    ("iam", "GetAccountSummary"),
    ("iam", "ListAccountAliases"),
    ("ec2", "DescribeInstances"),
    ("ec2", "DescribeRegions"),
    ("ec2", "DescribeVpcs"),
    ("ec2", "DescribeSnapshots"),
    ("s3", "ListBuckets"),
    ("lambda", "ListFunctions20150331"),
    ("secretsmanager", "ListSecrets"),
    ("ses", "GetSendQuota"),
];

fn ask(begin: i64, many: usize) -> Vec<Call> {
    let questions = (0..).step_by(10).zip(&QUESTIONS[..many]);
    questions
        .map(|(later, (service, name))| call(&seed(), begin + later, service, name))
        .collect()
}

#[test]
fn root_at_work_with_a_key_of_the_chain_is_critical_and_an_owner_is_not_root() {
    let root = Caller(
        json!({"type": "Root", "principalId": ACCOUNT, "accountId": ACCOUNT, "accessKeyId": SEED,
        "arn": format!("arn:aws:iam::{ACCOUNT}:root")}),
    );
    let case = investigate(&[use_of(&root, 0)]);
    assert_eq!(found(&case), [("root-used".to_owned(), "critical")]);
    assert_eq!(found(&investigate(&[use_of(&seed(), 0)])), []);
}

#[test]
fn a_sign_in_of_the_chain_with_a_password_alone_is_a_finding() {
    let story = |mfa: &str| {
        let sign_in = console_login("mallory", 30).with("additionalEventData", json!({"MFAUsed": mfa}));
        ids(&investigate(&[
            create_user(&seed(), 0, "mallory"),
            create_password(&seed(), 10, "mallory"),
            sign_in,
        ]))
    };
    assert!(story("No").contains(&"sign-in-no-mfa".to_owned()));
    assert!(!story("Yes").contains(&"sign-in-no-mfa".to_owned()));
    // Somebody else's sign-in is not the chain's.
    assert_eq!(
        found(&investigate(&[use_of(&seed(), 0), console_login("boss", 30)])),
        []
    );
}

#[test]
fn keys_and_passwords_of_a_user_that_the_chain_made_are_told_with_the_user() {
    let case = investigate(&[
        create_user(&seed(), 0, "mallory"),
        create_key(&seed(), 1, "mallory", "AKIAZZCHILD000000002"),
        create_password(&seed(), 2, "mallory"),
        on_user(&seed(), 3, "DeleteLoginProfile", "mallory"),
    ]);
    assert_eq!(found(&case), [("user-made".to_owned(), "high")]);
}

#[test]
fn a_denied_key_for_another_user_is_an_attempt_if_the_denial_names_one() {
    let denied = |user: &str| {
        let message = format!(
            "User: {} is not authorized to perform: iam:CreateAccessKey on resource: user {user} because no policy allows it",
            user_arn("app")
        );
        ids(&investigate(&[call(&seed(), 0, "iam", "CreateAccessKey")
            .denied()
            .with("errorMessage", json!(message))]))
    };
    assert_eq!(denied("boss"), ["key-for-other:tried"]);
    assert_eq!(denied("app"), [""; 0], "its own key");
}

#[test]
fn instances_in_many_regions_within_a_day_are_a_finding_and_in_two_are_not() {
    let start = |n: i64, region: &str| {
        call(&seed(), n * 60, "ec2", "RunInstances")
            .request(json!({"instanceType": "c5.large", "instancesSet": {"items": [{"maxCount": 1}]}}))
            .region(region)
    };
    let regions = ["us-east-1", "eu-west-1", "ap-south-1"];
    let calls: Vec<Call> = (0..).zip(regions).map(|(n, region)| start(n, region)).collect();
    let case = investigate(&calls);
    assert_eq!(found(&case), [("instances-everywhere".to_owned(), "high")]);
    assert_eq!(finding(&case, "instances-everywhere").events.len(), 3);
    assert_eq!(found(&investigate(&calls[..2])), []);
}

#[test]
fn a_burst_of_questions_weighs_more_if_a_stranger_asks_and_an_inventory_is_none() {
    let few = investigate(&ask(0, 11));
    assert!(!ids(&few).iter().any(|id| id.starts_with("reconnaissance")));
    let many = investigate(&ask(0, 14));
    assert_eq!(found(&many), [("reconnaissance:everyday".to_owned(), "low")]);
    let mut strange = investigate(&ask(0, 14));
    judge(&mut strange, "203.0.113.66 aws-cli", Verdict::Malicious);
    assert_eq!(found(&strange), [("reconnaissance".to_owned(), "medium")]);
    let inventory: Vec<Call> = (0..9).flat_map(|day| ask(day * DAY, 14)).collect();
    assert_eq!(found(&investigate(&inventory)), []);
    // The same questions over two days are no burst.
    let slow: Vec<Call> = (0..)
        .zip(QUESTIONS)
        .map(|(n, (service, name))| call(&seed(), n * 3 * HOUR, service, name))
        .collect();
    assert_eq!(found(&investigate(&slow)), []);
}

#[test]
fn many_kinds_of_denied_calls_are_probing_and_the_same_one_again_and_again_is_not() {
    let denied = |kinds: usize| -> Vec<Call> {
        let calls = (0..12).zip(QUESTIONS.iter().take(kinds).cycle());
        calls
            .map(|(n, (service, name))| call(&seed(), n * 20, service, name).denied())
            .collect()
    };
    assert!(ids(&investigate(&denied(5))).contains(&"probing".to_owned()));
    assert_eq!(found(&investigate(&denied(4))), []);
    let case = investigate(&denied(5));
    assert_eq!(
        finding(&case, "probing").details,
        ["12 calls of 5 kinds denied in one go"]
    );
}

#[test]
fn a_first_use_from_another_network_is_low_until_more_speaks_against_the_source() {
    let java = "aws-sdk-java/2.25.31";
    let app = |hour: i64| from(use_of(&seed(), hour * HOUR), "198.51.100.10", java);
    let steady: Vec<Call> = (0..10).map(app).collect();
    let with = |calls: Vec<Call>| investigate(&[steady.clone(), calls].concat());
    let moved = with(vec![from(use_of(&seed(), 20 * HOUR), "203.0.113.5", java)]);
    assert_eq!(found(&moved), [("new-network:everyday".to_owned(), "low")]);
    assert_eq!(
        finding(&moved, "new-network:everyday").details,
        ["203.0.113.5 in 203.0.0.0/16; until then only 198.51.100.10"]
    );
    let next_door = with(vec![from(use_of(&seed(), 20 * HOUR), "198.51.7.9", java)]);
    assert_eq!(found(&next_door), []);
    let thief = with(vec![
        from(use_of(&seed(), 20 * HOUR), "203.0.113.5", "aws-cli/2"),
        from(
            call(&seed(), 21 * HOUR, "cloudtrail", "StopLogging"),
            "203.0.113.5",
            "aws-cli/2",
        ),
    ]);
    assert_eq!(
        found(&thief),
        [
            ("logging-stopped".to_owned(), "critical"),
            ("new-network".to_owned(), "medium")
        ]
    );
}

#[test]
fn everyday_work_weighs_little_and_the_same_by_a_stranger_does_not() {
    let java = "aws-sdk-java/2.25.31";
    let deploy = |day: i64, address: &str, agent: &str| {
        let push =
            call(&seed(), day * DAY, "lambda", "UpdateFunctionCode20150331v2").request(json!({"functionName": "f"}));
        from(push, address, agent)
    };
    // Every day from another address, as a build service does.
    let calls: Vec<Call> = (0..12)
        .map(|day| deploy(day, &format!("192.0.{day}.2"), java))
        .collect();
    let case = investigate(&calls);
    assert_eq!(found(&case), [("code-planted:everyday".to_owned(), "low")]);
    assert_eq!(finding(&case, "code-planted:everyday").manner, Manner::Everyday);
    let mut case = investigate(&[calls, vec![deploy(6, "203.0.113.66", "aws-cli/2")]].concat());
    assert!(
        found(&case).contains(&("code-planted".to_owned(), "medium")),
        "by another program: {:?}",
        found(&case)
    );
    judge(&mut case, "192.0.3.2 aws-sdk-java", Verdict::Malicious);
    assert_eq!(finding(&case, "code-planted").events.len(), 2);
}

const BOTO: &str = "Boto3/1.34";

/// An application that starts and ends a machine each day, from this many addresses.
fn application(addresses: i64) -> Vec<Call> {
    let of_day = |day: i64| {
        let id = format!("i-1{day:016x}");
        let of_app = [
            call(&seed(), day * DAY, "ec2", "DescribeVolumes"),
            call(&seed(), day * DAY + 10, "ec2", "RunInstances")
                .request(json!({"instanceType": "t3.micro", "instancesSet": {"items": [{"maxCount": 1}]}}))
                .answer(json!({"instancesSet": {"items": [{"instanceId": id}]}})),
            call(&seed(), day * DAY + 20, "ec2", "TerminateInstances")
                .request(json!({"instancesSet": {"items": [{"instanceId": id}]}})),
        ];
        of_app.map(|call| from(call, &format!("52.10.{}.10", day % addresses), BOTO))
    };
    (0..28).flat_map(of_day).collect()
}

/// What a thief does with the program of the application.
fn theft() -> Vec<Call> {
    let regions = (0..).zip(["us-east-1", "eu-west-1", "ap-south-1", "sa-east-1"]);
    let mining = regions.map(|(n, region)| {
        call(&seed(), 28 * DAY + n, "ec2", "RunInstances")
            .request(json!({"instanceType": "p4d.24xlarge", "instancesSet": {"items": [{"maxCount": 10}]}}))
            .region(region)
    });
    let public = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]});
    let mut calls: Vec<Call> = mining.collect();
    calls.extend([
        call(&seed(), 28 * DAY + 60, "s3", "PutBucketPolicy")
            .request(json!({"bucketName": "customer-data", "bucketPolicy": public})),
        call(&seed(), 28 * DAY + 70, "rds", "DeleteDBInstance").request(json!({"dBInstanceIdentifier": "prod"})),
        call(&seed(), 28 * DAY + 80, "lambda", "AddPermission20150331v2")
            .request(json!({"functionName": "f", "principal": "*"})),
    ]);
    calls
}

#[test]
fn a_thief_with_the_program_of_the_application_is_not_its_everyday_work() {
    for (addresses, address) in [(3, "185.220.101.4"), (20, "185.220.101.4"), (20, "52.10.99.4")] {
        let stolen = theft().into_iter().map(|call| from(call, address, BOTO));
        let case = investigate(&application(addresses).into_iter().chain(stolen).collect::<Vec<_>>());
        let ids = ids(&case);
        for id in ["instances-large", "bucket-opened", "resource-opened", "data-destroyed"] {
            assert!(ids.contains(&id.to_owned()), "{id} from {address}: {ids:?}");
        }
        assert_eq!(finding(&case, "data-destroyed").details, ["prod"]);
    }
}

#[test]
fn what_is_opened_every_day_is_everyday_work_and_another_thing_is_not() {
    let open = |day: i64, group: &str| {
        let world = json!({"items": [{"ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]});
        let opened = call(&seed(), day * DAY, "ec2", "AuthorizeSecurityGroupIngress")
            .request(json!({"groupId": group, "ipPermissions": world}));
        from(opened, &format!("192.0.{day}.2"), BOTO)
    };
    let mut calls: Vec<Call> = (0..12).map(|day| open(day, "sg-web")).collect();
    assert_eq!(
        found(&investigate(&calls)),
        [("network-opened:everyday".to_owned(), "low")]
    );
    calls.push(open(6, "sg-db"));
    assert_eq!(finding(&investigate(&calls), "network-opened").details, ["sg-db"]);
}

#[test]
fn what_the_attacker_had_made_is_not_what_was_lost() {
    let bucket = |n: i64, name: &str, id: &str| call(&seed(), n, "s3", name).request(json!({"bucketName": id}));
    let mut calls: Vec<Call> = (0..14)
        .flat_map(|n| {
            let id = format!("tmp-{n:02}");
            [
                bucket(2 * n, "CreateBucket", &id),
                bucket(2 * n + 1, "DeleteBucket", &id),
            ]
        })
        .collect();
    calls.extend([
        call(&seed(), 50, "cloudtrail", "CreateTrail").request(json!({"name": "own"})),
        call(&seed(), 51, "cloudtrail", "StopLogging").request(json!({"name": "own"})),
    ]);
    let case = investigate(&calls);
    assert_eq!(
        found(&case),
        [
            ("data-destroyed:own".to_owned(), "low"),
            ("logging-stopped:own".to_owned(), "low")
        ]
    );
    calls.extend([
        call(&seed(), 60, "rds", "DeleteDBInstance").request(json!({"dBInstanceIdentifier": "PRODUCTION-DB"})),
        call(&seed(), 61, "cloudtrail", "StopLogging").request(json!({"name": "main"})),
        // Made anew by nobody of the chain: it is somebody else's now.
        bucket(62, "DeleteBucket", "tmp-00"),
    ]);
    let case = investigate(&calls);
    assert_eq!(finding(&case, "data-destroyed").details, ["PRODUCTION-DB", "tmp-00"]);
    assert_eq!(finding(&case, "logging-stopped").details, ["main"]);
    assert_eq!(finding(&case, "data-destroyed:own").events.len(), 14);
}

#[test]
fn of_several_machines_those_are_named_that_were_there_before() {
    let run = call(&seed(), 0, "ec2", "RunInstances")
        .request(json!({"instanceType": "t3.micro"}))
        .answer(json!({"instancesSet": {"items": [{"instanceId": "i-0aaaaaaaaaaaaaaa1"}]}}));
    let both = json!([{"instanceId": "i-0aaaaaaaaaaaaaaa1"}, {"instanceId": "i-0bbbbbbbbbbbbbbb2"}]);
    let end = call(&seed(), 9, "ec2", "TerminateInstances").request(json!({"instancesSet": {"items": both}}));
    let case = investigate(&[run, end]);
    assert_eq!(finding(&case, "data-destroyed").details, ["i-0bbbbbbbbbbbbbbb2"]);
}

#[test]
fn what_the_application_made_is_missed_though_the_same_key_made_it() {
    let made = call(&seed(), 5 * DAY, "rds", "CreateDBInstance").request(json!({"dBInstanceIdentifier": "prod"}));
    let gone = call(&seed(), 28 * DAY, "rds", "DeleteDBInstance").request(json!({"dBInstanceIdentifier": "prod"}));
    let mut calls = application(3);
    calls.push(from(made, "52.10.1.10", BOTO));
    calls.push(from(gone, "185.220.101.4", "aws-cli/2"));
    assert_eq!(finding(&investigate(&calls), "data-destroyed").details, ["prod"]);
}

#[test]
fn many_instances_are_counted_across_midnight_and_not_if_their_fleet_was_cancelled_at_once() {
    let run = |time: i64, count: u64| {
        call(&seed(), time, "ec2", "RunInstances")
            .request(json!({"instanceType": "c5.large", "instancesSet": {"items": [{"maxCount": count}]}}))
    };
    // Whatever hour the story begins at, one of these pairs has a midnight between.
    for hour in [0, 6, 12, 18] {
        let case = investigate(&[run(hour * HOUR, 10), run((hour + 7) * HOUR, 10)]);
        assert_eq!(finding(&case, "instances-many").details, ["20 within a day"]);
    }
    assert_eq!(found(&investigate(&[run(0, 10), run(DAY, 10)])), []);
    let fleet = call(&seed(), 0, "ec2", "RequestSpotFleet")
        .request(json!({"spotFleetRequestConfig": {"targetCapacity": 50}}))
        .answer(json!({"requestSpotFleetResponse": {"spotFleetRequestId": "sfr-1"}, "spotFleetRequestId": "sfr-1"}));
    let cancel = |time: i64| {
        call(&seed(), time, "ec2", "CancelSpotFleetRequests").request(json!({"spotFleetRequestIds": ["sfr-1"],
            "CancelSpotFleetRequestsRequest": {"SpotFleetRequestId": {"content": "sfr-1"}, "TerminateInstances": true}}))
    };
    let many = |calls: &[Call]| ids(&investigate(calls)).contains(&"instances-many".to_owned());
    assert!(many(&[fleet.clone(), run(60, 1)]));
    assert!(many(&[fleet.clone(), run(60, 1), cancel(HOUR)]), "it ran for an hour");
    assert!(!many(&[fleet, run(60, 1), cancel(90)]));
}

#[test]
fn what_a_credential_of_the_chain_does_is_never_everyday_work() {
    let mallory = user("mallory", "AKIAZZCHILD000000002");
    let mut calls = vec![
        create_user(&seed(), 0, "mallory"),
        create_key(&seed(), 1, "mallory", "AKIAZZCHILD000000002"),
    ];
    calls.extend((1..12).map(|day| {
        let push = call(&mallory, day * DAY, "lambda", "UpdateFunctionCode20150331v2");
        from(push, &format!("192.0.{day}.2"), "aws-sdk-java/2")
    }));
    assert!(ids(&investigate(&calls)).contains(&"code-planted".to_owned()));
}

#[test]
fn what_an_attacker_wrote_is_kept_and_changes_nothing_else() {
    let hostile = "\u{202e}=cmd|' /C calc'!A0\u{1b}[31m<script>\r\n";
    let case = investigate(&[
        create_user(&seed(), 0, hostile),
        call(&seed(), 1, "iam", "PutUserPolicy").request(json!({"userName": hostile, "policyDocument": hostile})),
        call(&seed(), 2, "iam", "PutUserPolicy").request(json!({"userName": hostile,
            "policyDocument": {"Statement": [[], 7, {"Effect": "Allow", "Action": {"x": 1}, "Principal": [1], "Condition": []}]}})),
    ]);
    assert_eq!(finding(&case, "user-made").details, [hostile]);
    let mut csv = Vec::new();
    keytrail::export::findings(&case)
        .write(keytrail::export::Format::Csv, &mut csv)
        .unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(!csv.contains(['\u{1b}', '\u{202e}']), "{csv}");
    assert!(!csv.contains(",=cmd") && !csv.contains("\"=cmd"), "{csv}");
}

#[test]
fn a_finding_names_what_weighs_most_first_and_counts_what_it_does_not_name() {
    let users: Vec<Call> = (0..20)
        .map(|n| create_user(&seed(), n, &format!("user-{n:02}")))
        .collect();
    let case = investigate(&[users, vec![call(&seed(), 99, "cloudtrail", "StopLogging")]].concat());
    assert_eq!(ids(&case), ["logging-stopped", "user-made"]);
    let made = finding(&case, "user-made");
    assert_eq!((made.events.len(), made.details.len(), made.more_details), (20, 12, 8));
    assert_eq!(made.nodes.len(), 21, "the key and the users");
}

fn mixed() -> Vec<Call> {
    let mut calls = ask(0, 14);
    let denied = (500..512).zip(QUESTIONS[..6].iter().cycle());
    calls.extend(denied.map(|(time, (_, name))| call(&seed(), time, "iam", name).denied()));
    calls.push(create_user(&seed(), 600, "mallory"));
    calls.push(create_key(&seed(), 601, "boss", "AKIAZZCHILD000000003"));
    calls.push(call(&seed(), 602, "cloudtrail", "StopLogging"));
    calls.push(call(&seed(), 602, "cloudtrail", "DeleteTrail").denied());
    for region in ["us-east-1", "eu-west-1", "eu-central-1"] {
        let start = call(&seed(), 700, "ec2", "RunInstances").request(json!({"instanceType": "g5.xlarge"}));
        calls.push(start.region(region));
    }
    calls
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_and_copies_change_nothing(order in Just(mixed()).prop_shuffle(), copies in 0..8usize, cut in 1..20usize) {
        let expected = investigate(&mixed());
        let again: Vec<Call> = order.iter().take(copies).cloned().collect();
        let (first, second) = order.split_at(cut);
        let pages = [first, second, &again].map(|calls| calls.iter().map(Call::record).collect());
        let case = feed(&[SEED], pages.to_vec());
        prop_assert_eq!(case.findings(), expected.findings());
        prop_assert!(expected.findings().len() >= 7);
    }
}
