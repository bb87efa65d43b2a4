//! What AWS says of the responder and of the key, and what `keytrail doctor` makes of it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

#[path = "support/aws/mod.rs"]
mod aws;
mod support;

use std::process::Command;

use aws::{Aws, Denial, Group, RESPONDER, Role, Running, Session, User};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::Credentials;
use chrono::TimeDelta;
use keytrail::account;
use keytrail::account::advice::{About, advice};
use keytrail::account::owner::rows;
use keytrail::investigation::Chain;
use keytrail::investigation::account::AccountSeen;
use support::program::keytrail;

const ACCOUNT: &str = "111122223333";
const SEED: &str = "AKIAZZSEED0000000001";
const QUARANTINE: &str = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3";

/// What a run printed.
struct Said {
    code: i32,
    text: String,
}

impl Said {
    /// The state of a check, by the beginning of its name.
    fn state(&self, check: &str) -> &str {
        let lines = self.text.lines().filter_map(|line| line.split_once(' '));
        let mut found = lines.filter(|(_, rest)| rest.trim_start().starts_with(check));
        found.next().unwrap_or_else(|| panic!("no {check} in {}", self.text)).0
    }

    /// The policy at the end.
    fn policy(&self) -> serde_json::Value {
        self.policies().swap_remove(0)
    }

    /// Those at the end: to read, and to change.
    fn policies(&self) -> Vec<serde_json::Value> {
        let texts = self.text.split("\n\n").filter_map(|part| part.split_once("\n{"));
        let read = |(_, policy): (&str, &str)| serde_json::from_str(&format!("{{{policy}")).expect("JSON");
        texts.map(read).collect()
    }
}

fn run(command: &mut Command) -> Said {
    let output = command.output().expect("the program runs");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    Said {
        code: output.status.code().expect("an exit code"),
        text: String::from_utf8(output.stdout).expect("UTF-8"),
    }
}

fn doctor(aws: &Running, key: &str, args: &[&str]) -> Said {
    let mut command = keytrail();
    let said = run(aws.credentials_of(key, &mut command).arg("doctor").args(args));
    let log = aws.log();
    assert!(log.writes().is_empty(), "it only reads: {:?}", log.writes());
    said
}

#[test]
fn everything_allowed_is_all_ok() {
    let aws = Aws::new(ACCOUNT).start();
    let said = doctor(&aws, RESPONDER, &[]);
    assert_eq!(said.code, 0, "{}", said.text);
    assert!(
        !said.text.contains("missing  ") && !said.text.contains("unknown  "),
        "{}",
        said.text
    );
    assert!(
        said.text
            .contains("arn:aws:iam::111122223333:user/responder in account 111122223333")
    );
    assert!(said.text.contains("17 regions are on"), "{}", said.text);
    let regions: Vec<String> = aws.log().lookups().iter().map(|entry| entry.region.clone()).collect();
    assert_eq!(regions, ["us-east-1", "us-east-2"], "the home region and one other");
}

#[test]
fn the_policy_is_what_was_asked_for_and_no_more() {
    let aws = Aws::new(ACCOUNT).start();
    let said = doctor(&aws, RESPONDER, &[]);
    let policy = said.policy();
    let statements = policy["Statement"].as_array().expect("statements");
    let mut allowed: Vec<String> = statements
        .iter()
        .flat_map(|statement| statement["Action"].as_array().expect("actions"))
        .map(|action| action.as_str().expect("a name").to_owned())
        .collect();
    let log = aws.log();
    let mut asked: Vec<String> = log
        .0
        .iter()
        .map(|entry| format!("{}:{}", entry.service, entry.action))
        .collect();
    asked.sort();
    asked.dedup();
    allowed.sort();
    assert_eq!(asked, allowed);
}

#[test]
fn denied_event_history_is_missing_and_exit_code_4() {
    let aws = Aws::new(ACCOUNT).deny(Denial::of("cloudtrail:LookupEvents")).start();
    let said = doctor(&aws, RESPONDER, &[]);
    assert_eq!(said.code, 4, "{}", said.text);
    assert_eq!(said.state("cloudtrail:LookupEvents in us-east-1"), "missing");
    assert!(
        said.text.contains("because no identity-based policy allows"),
        "{}",
        said.text
    );
    assert_eq!(said.state("iam:GetUser"), "ok", "the rest is checked all the same");
}

#[test]
fn one_closed_region_does_not_stop_an_investigation() {
    let closed = Denial::of("cloudtrail:LookupEvents")
        .in_region("eu-west-1")
        .by_organization();
    let aws = Aws::new(ACCOUNT)
        .deny(closed)
        .region("eu-west-3", aws::Region::disabled())
        .start();
    let said = doctor(&aws, RESPONDER, &["--regions", "us-east-1,eu-west-1,eu-west-3"]);
    assert_eq!(said.code, 0, "{}", said.text);
    assert_eq!(said.state("cloudtrail:LookupEvents in us-east-1"), "ok");
    assert_eq!(said.state("cloudtrail:LookupEvents in eu-west-1"), "missing");
    assert_eq!(said.state("cloudtrail:LookupEvents in eu-west-3"), "unknown");
    assert!(said.text.contains("not switched on in this account"), "{}", said.text);
}

#[test]
fn without_credentials_it_says_how_to_get_some() {
    let aws = Aws::new(ACCOUNT).start();
    let mut command = keytrail();
    aws.credentials(&mut command);
    let said = run(command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .arg("doctor"));
    assert_eq!(said.code, 4, "{}", said.text);
    assert_eq!(said.state("credentials"), "missing");
    assert!(said.text.contains("aws sso login"), "{}", said.text);
    assert!(aws.log().0.is_empty(), "nothing was asked without a signature");
    assert_eq!(said.policy()["Version"], "2012-10-17");
}

#[test]
fn keys_that_aws_does_not_know_are_no_credentials() {
    let aws = Aws::new(ACCOUNT).start();
    let said = doctor(&aws, "AKIAZZNOBODY00000001", &[]);
    assert_eq!((said.code, said.state("credentials")), (4, "missing"));
    assert!(said.text.contains("InvalidClientTokenId"), "{}", said.text);
}

#[test]
fn a_quarantined_user_hears_that_aws_denies_event_history() {
    let app = User::new("app").key(SEED).attach(QUARANTINE);
    let aws = Aws::new(ACCOUNT).user(app).start();
    let said = doctor(&aws, SEED, &[]);
    assert_eq!(said.code, 4, "{}", said.text);
    assert_eq!(said.state("no quarantine"), "missing");
    assert_eq!(said.state("cloudtrail:LookupEvents in us-east-1"), "missing");
    assert!(said.text.contains("AWSCompromisedKeyQuarantineV3"), "{}", said.text);
}

#[test]
fn each_denied_call_is_named_and_stops_nothing() {
    let denied = ["iam:*", "sts:GetAccessKeyInfo", "account:ListRegions"];
    let aws = denied
        .iter()
        .fold(Aws::new(ACCOUNT), |aws, action| aws.deny(Denial::of(action)))
        .start();
    let said = doctor(&aws, RESPONDER, &[]);
    assert_eq!(said.code, 0, "{}", said.text);
    for check in [
        "account:ListRegions",
        "sts:GetAccessKeyInfo",
        "iam:GetAccessKeyLastUsed",
        "iam:ListAccessKeys",
        "iam:GetUser",
        "iam:ListAttachedUserPolicies",
        "iam:ListUserPolicies",
        "iam:ListGroupsForUser",
        "iam:ListAttachedGroupPolicies",
        "iam:GetLoginProfile",
        "iam:GetRole",
        "iam:GetUserPolicy",
        "iam:GetRolePolicy",
    ] {
        assert_eq!(said.state(check), "missing", "{check}");
    }
    assert_eq!(said.state("cloudtrail:LookupEvents in us-east-1"), "ok");
}

#[test]
fn a_role_session_cannot_tell_whether_it_may_ask_for_the_owner() {
    let key = "ASIAZZRESPONDER00001";
    let aws = Aws::new(ACCOUNT)
        .role(Role::new("Responder"))
        .session(Session::of_role("Responder", "alex", key))
        .start();
    let said = doctor(&aws, key, &[]);
    assert_eq!(said.code, 0, "{}", said.text);
    assert!(said.text.contains("assumed-role/Responder/alex"), "{}", said.text);
    assert_eq!(said.state("iam:GetAccessKeyLastUsed"), "unknown");
    assert_eq!(said.state("iam:GetUser"), "ok");
}

#[test]
fn a_wrong_clock_is_measured() {
    let aws = Aws::new(ACCOUNT).clock_ahead(TimeDelta::hours(2)).start();
    let said = doctor(&aws, RESPONDER, &[]);
    assert_eq!(said.state("right time"), "missing", "{}", said.text);
    assert!(said.text.contains("minutes behind AWS's: set it"), "{}", said.text);
}

/// The settings of somebody who signs with a key.
fn settings(aws: &Running, key: &str) -> SdkConfig {
    let token = key.starts_with("ASIA").then(|| aws::token_of(key));
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(aws.url())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(key, aws::SECRET, token, None, "test"));
    runtime().block_on(loader.load())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// What AWS says of a key to somebody.
fn look(aws: &Running, as_key: &str, key: &str) -> AccountSeen {
    let config = settings(aws, as_key);
    let seen = runtime().block_on(account::look(&config, &[key.to_owned()]));
    assert!(aws.log().writes().is_empty());
    seen
}

fn heard(seen: &AccountSeen) -> Vec<About> {
    let all = advice(seen, &Chain::default());
    all.into_iter().map(|advice| advice.about).collect()
}

/// An incident's account: a user `app` with the seed, in a group, limited, in quarantine.
fn incident() -> Aws {
    let used = chrono::Utc::now() - TimeDelta::hours(3);
    let app = User::new("app")
        .with_key(aws::Key::new(SEED).last_used(used, "s3", "eu-west-1"))
        .attach(QUARANTINE)
        .inline("deploy", "{}")
        .boundary("arn:aws:iam::aws:policy/PowerUserAccess")
        .group("ops");
    Aws::new(ACCOUNT)
        .user(app)
        .group(Group::new("ops").attach("arn:aws:iam::aws:policy/ReadOnlyAccess"))
}

#[test]
fn the_owner_is_found_with_all_it_may_do() {
    let aws = incident().start();
    let seen = look(&aws, RESPONDER, SEED);
    let rows = rows(&seen.keys[0], &|_| "then".to_owned());
    let expected = [
        ("owner", "app (IAM user)"),
        ("status", "active, created then"),
        ("last used", "then, s3 in eu-west-1"),
        (
            "policies",
            "AWSCompromisedKeyQuarantineV3; inline: deploy; group ops: ReadOnlyAccess; limited by PowerUserAccess",
        ),
        (
            "could do",
            "nothing telling in what was read (an estimate from the policies' texts; not looked at: what the quarantine \
             denies now)",
        ),
        ("quarantine", "AWSCompromisedKeyQuarantineV3"),
    ];
    assert_eq!(rows, expected.map(|(label, text)| (label, text.to_owned())));
    assert_eq!(heard(&seen), [About::OwnerQuarantined]);
}

#[test]
fn a_responder_with_the_leaked_key_is_recognised() {
    let aws = incident().start();
    let seen = look(&aws, SEED, SEED);
    let expected = [About::LeakedKeyInUse, About::Quarantined, About::OwnerQuarantined];
    assert_eq!(heard(&seen), expected);
    let root = "AKIAZZROOT0000000001";
    let aws = Aws::new(ACCOUNT).root_key(aws::Key::new(root)).start();
    assert_eq!(heard(&look(&aws, root, root)), [About::LeakedKeyInUse, About::Root]);
}

#[test]
fn a_key_of_another_account_is_recognised() {
    let foreign = "AKIAZZFOREIGN0000001";
    let aws = Aws::new(ACCOUNT).foreign_key(foreign, "444455556666").start();
    assert_eq!(heard(&look(&aws, RESPONDER, foreign)), [About::OtherAccount]);
}

#[test]
fn looking_goes_on_where_everything_is_denied() {
    let aws = incident().deny(Denial::of("iam:*")).deny(Denial::of("sts:*")).start();
    let seen = look(&aws, RESPONDER, SEED);
    assert!(seen.caller.known().is_some(), "nobody can deny GetCallerIdentity");
    assert_eq!(heard(&seen), [About::OwnerUnknown]);
    assert_eq!(seen.keys[0].account.why_not(), Some("not known: denied"));
    // The owner who signs is known without IAM; what else there is, is not.
    let seen = look(&aws, SEED, SEED);
    let user = seen.keys[0].user.as_ref().expect("a user");
    assert_eq!((user.name.as_str(), user.keys.known()), ("app", None));
}
