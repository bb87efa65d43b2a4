//! Who is let in: signatures, clocks, expired and unknown credentials, regions that are off, denied calls.

use chrono::{TimeDelta, Utc};
use serde_json::json;

use crate::aws::{Aws, DEFAULT_REGIONS, Denial, Key, OPT_IN_REGIONS, RESPONDER, Region, Role, Session, User, token_of};
use crate::client::{Answer, Client, PATIENCE, raw};
use crate::support::incident::ACCOUNT;

const SESSION: &str = "ASIAZZRESPONDER00001";

/// The same caller's answers in the four protocols.
fn everywhere(client: &Client) -> [Answer; 4] {
    [
        client.lookup(&json!({})),
        client.query("iam", "GetUser", &[]),
        client.query("ec2", "DescribeRegions", &[]),
        client.list_regions(&json!({})),
    ]
}

fn errors(client: &Client) -> [(u16, String); 4] {
    everywhere(client).map(|answer| answer.error())
}

fn expected(errors: [(u16, &str); 4]) -> [(u16, String); 4] {
    errors.map(|(status, code)| (status, code.to_owned()))
}

const UNKNOWN: [(u16, &str); 4] = [
    (400, "UnrecognizedClientException"),
    (403, "InvalidClientTokenId"),
    (401, "AuthFailure"),
    (403, "UnrecognizedClientException"),
];
const EXPIRED: [(u16, &str); 4] = [
    (400, "ExpiredTokenException"),
    (403, "ExpiredToken"),
    (400, "RequestExpired"),
    (403, "ExpiredTokenException"),
];
const WRONG_SIGNATURE: [(u16, &str); 4] = [
    (400, "InvalidSignatureException"),
    (403, "SignatureDoesNotMatch"),
    (403, "SignatureDoesNotMatch"),
    (403, "InvalidSignatureException"),
];
const DENIED: [(u16, &str); 4] = [
    (400, "AccessDeniedException"),
    (403, "AccessDenied"),
    (403, "UnauthorizedOperation"),
    (403, "AccessDeniedException"),
];
const FINE: [(u16, &str); 4] = [(200, ""), (200, ""), (200, ""), (200, "")];

#[test]
fn a_signed_call_is_answered_and_an_unsigned_one_is_not() {
    let aws = Aws::new(ACCOUNT).start();
    assert_eq!(errors(&Client::new(&aws)), expected(FINE));
    let unsigned = "POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: CloudTrail_20131101.LookupEvents\r\n\
                    connection: close\r\ncontent-length: 2\r\n\r\n{}";
    let answer = raw(&aws, unsigned, PATIENCE).expect("an answer");
    assert_eq!(answer.error(), (400, "MissingAuthenticationTokenException".to_owned()));
}

#[test]
fn a_wrong_secret_is_seen() {
    let aws = Aws::new(ACCOUNT).start();
    assert_eq!(errors(&Client::new(&aws).secret("guessed")), expected(WRONG_SIGNATURE));
}

#[test]
fn keys_that_do_not_exist_or_are_off_are_unknown() {
    let aws = Aws::new(ACCOUNT)
        .user(User::new("app").with_key(Key::new("AKIAZZOFF00000000001").inactive()))
        .start();
    for key in ["AKIAZZNOBODY00000001", "AKIAZZOFF00000000001"] {
        assert_eq!(errors(&Client::new(&aws).key(key)), expected(UNKNOWN), "{key}");
    }
}

#[test]
fn a_temporary_key_needs_its_session_token() {
    let aws = Aws::new(ACCOUNT)
        .session(Session::of_user("responder", SESSION))
        .start();
    let client = || Client::new(&aws).key(SESSION);
    assert_eq!(errors(&client()), expected(UNKNOWN));
    assert_eq!(errors(&client().token("another")), expected(UNKNOWN));
    assert_eq!(errors(&client().token(&token_of(SESSION))), expected(FINE));
}

#[test]
fn credentials_expire_after_some_calls_or_at_once_and_can_be_renewed() {
    let aws = Aws::new(ACCOUNT).expires_after(RESPONDER, 2).start();
    let client = Client::new(&aws);
    let statuses: Vec<u16> = (0..3)
        .map(|_| client.query("sts", "GetCallerIdentity", &[]).status)
        .collect();
    assert_eq!(statuses, [200, 200, 403]);
    assert_eq!(errors(&client), expected(EXPIRED));
    aws.renew(RESPONDER);
    assert_eq!(errors(&client), expected(FINE));
    aws.expire(RESPONDER);
    assert_eq!(errors(&client), expected(EXPIRED));
}

#[test]
fn a_clock_that_is_wrong_is_told_with_the_right_time() {
    let aws = Aws::new(ACCOUNT).clock_ahead(TimeDelta::hours(2)).start();
    let wrong = Client::new(&aws);
    assert_eq!(errors(&wrong), expected(WRONG_SIGNATURE));
    let answer = wrong.query("sts", "GetCallerIdentity", &[]);
    let message = answer.xml("Message").expect("a message");
    assert!(message.starts_with("Signature expired: "), "{message}");
    let date = answer.header("date").expect("a date");
    let ahead = chrono::DateTime::parse_from_rfc2822(date).expect("a date").to_utc() - Utc::now();
    assert!(
        ahead > TimeDelta::minutes(110),
        "the header has the server's time: {date}"
    );
    let right = Client::new(&aws).clock(Utc::now() + TimeDelta::hours(2));
    assert_eq!(errors(&right), expected(FINE));
    let fast = Client::new(&aws).clock(Utc::now() + TimeDelta::hours(3));
    let message = fast.query("sts", "GetCallerIdentity", &[]).body;
    assert!(message.contains("Signature not yet current"), "{message}");
}

#[test]
fn a_region_that_is_off_knows_nobody() {
    let aws = Aws::new(ACCOUNT)
        .region("eu-west-3", Region::disabled())
        .region("me-south-1", Region::enabled())
        .start();
    let lookup = |region| Client::new(&aws).region(region).lookup(&json!({})).error();
    let unknown = (400, "UnrecognizedClientException".to_owned());
    for off in ["af-south-1", "eu-west-3", "moon-north-1"] {
        assert_eq!(lookup(off), unknown, "{off}");
    }
    assert_eq!(lookup("me-south-1").0, 200);
}

#[test]
fn regions_are_listed_with_their_state() {
    let aws = Aws::new(ACCOUNT)
        .region("eu-west-3", Region::disabled())
        .region("me-south-1", Region::enabled())
        .start();
    let client = Client::new(&aws);
    let all = client.list_regions(&json!({"MaxResults": 50})).json();
    let all = all["Regions"].as_array().expect("regions").clone();
    assert_eq!(all.len(), DEFAULT_REGIONS.len() + OPT_IN_REGIONS.len());
    let has = |name: &str, status: &str| all.contains(&json!({"RegionName": name, "RegionOptStatus": status}));
    assert!(has("us-east-1", "ENABLED_BY_DEFAULT") && has("me-south-1", "ENABLED") && has("eu-west-3", "DISABLED"));

    let mut question = json!({"MaxResults": 10, "RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"]});
    let first = client.list_regions(&question).json();
    question["NextToken"] = first["NextToken"].clone();
    let second = client.list_regions(&question).json();
    let counted = [&first, &second].map(|page| page["Regions"].as_array().expect("regions").len());
    assert_eq!((counted, second.get("NextToken")), ([10, 7], None));

    let described = client.query("ec2", "DescribeRegions", &[]).body;
    assert_eq!(described.matches("<item>").count(), 17, "only those that are on");
    let described = client.query("ec2", "DescribeRegions", &[("AllRegions", "true")]).body;
    assert_eq!(described.matches("<item>").count(), 34);
    assert!(described.contains("<optInStatus>not-opted-in</optInStatus>"));
}

#[test]
fn denied_calls_name_the_caller_the_action_and_the_reason() {
    let all = ["cloudtrail:LookupEvents", "iam:Get*", "ec2:*", "account:ListRegions"];
    let aws = all
        .iter()
        .fold(Aws::new(ACCOUNT), |aws, action| aws.deny(Denial::of(action)))
        .start();
    let client = Client::new(&aws);
    assert_eq!(errors(&client), expected(DENIED));
    assert_eq!(
        client.lookup(&json!({})).json()["message"],
        "User: arn:aws:iam::111122223333:user/responder is not authorized to perform: cloudtrail:LookupEvents because \
         no identity-based policy allows the cloudtrail:LookupEvents action"
    );
    let message = client.query("iam", "GetRole", &[("RoleName", "audit")]).body;
    assert!(
        message.contains("iam:GetRole on resource: role audit because"),
        "{message}"
    );
    assert_eq!(
        client.query("iam", "ListAccessKeys", &[]).status,
        200,
        "which was not denied"
    );
    assert_eq!(
        client.query("sts", "GetCallerIdentity", &[]).status,
        200,
        "which cannot be denied"
    );
}

#[test]
fn a_denial_can_be_of_one_caller_or_one_region() {
    let other = "AKIAZZOTHER000000001";
    let lookups = || Denial::of("cloudtrail:LookupEvents");
    let aws = Aws::new(ACCOUNT)
        .user(User::new("other").key(other))
        .deny(lookups().to(other).in_region("eu-west-1"))
        .deny(lookups().in_region("eu-west-2").by_organization())
        .start();
    let lookup = |key, region| Client::new(&aws).key(key).region(region).lookup(&json!({}));
    assert_eq!(lookup(other, "us-east-1").status, 200);
    assert_eq!(lookup(other, "eu-west-1").status, 400);
    assert_eq!(lookup(RESPONDER, "eu-west-1").status, 200);
    let answer = lookup(RESPONDER, "eu-west-2").body;
    assert!(
        answer.contains("with an explicit deny in a service control policy"),
        "{answer}"
    );
}

#[test]
fn a_quarantined_user_cannot_look_up_events() {
    let aws = Aws::new(ACCOUNT)
        .user(
            User::new("app")
                .key("AKIAZZSEED0000000001")
                .attach("arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"),
        )
        .start();
    let client = Client::new(&aws).key("AKIAZZSEED0000000001");
    let answer = client.lookup(&json!({}));
    assert_eq!(answer.error(), (400, "AccessDeniedException".to_owned()));
    assert!(
        answer
            .body
            .contains("with an explicit deny in an identity-based policy")
    );
    assert_eq!(client.query("iam", "GetUser", &[]).status, 200);
}

#[test]
fn everybody_learns_who_they_are() {
    let root = "AKIAZZROOT0000000001";
    let aws = Aws::new(ACCOUNT)
        .root_key(Key::new(root))
        .role(Role::new("audit"))
        .session(Session::of_role("audit", "night", SESSION))
        .start();
    let identity = |client: Client| {
        let answer = client.query("sts", "GetCallerIdentity", &[]);
        let text = |element| answer.xml(element).expect("an element").to_owned();
        (text("Arn"), text("UserId"), text("Account"))
    };
    let of = |arn: &str, id: &str| (arn.to_owned(), id.to_owned(), ACCOUNT.to_owned());
    assert_eq!(
        identity(Client::new(&aws)),
        of("arn:aws:iam::111122223333:user/responder", "AIDAZZZZZZZZRESPONDER")
    );
    assert_eq!(
        identity(Client::new(&aws).key(SESSION).token(&token_of(SESSION))),
        of(
            "arn:aws:sts::111122223333:assumed-role/audit/night",
            "AROAZZZZZZZZZZZZAUDIT:night"
        )
    );
    assert_eq!(
        identity(Client::new(&aws).key(root)),
        of("arn:aws:iam::111122223333:root", ACCOUNT)
    );
}
