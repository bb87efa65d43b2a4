//! What speaks against a source, call by call.

use serde_json::json;

use crate::support::incident::*;
use crate::*;

#[test]
fn what_a_source_asks_counts_in_one_go_only() {
    let spread: Vec<Call> = (0..)
        .zip(key_test(0))
        .map(|(n, call)| call.with("eventTime", json!(at(n * HOUR))))
        .collect();
    assert_eq!(against(&read(&spread), THIEF), [""; 0]);
    // Without a denial it may be an administrator's own program.
    let names = [
        "ListUsers",
        "ListRoles",
        "ListGroups",
        "ListPolicies",
        "GetAccountSummary",
        "GetUser",
    ];
    let mut all: Vec<Call> = (1..)
        .zip(names)
        .map(|(n, name)| by_thief(ask(n, "iam", name)))
        .collect();
    all.push(by_thief(ask(0, "sts", "GetCallerIdentity")));
    let case = read(&all);
    assert_eq!(
        against(&case, THIEF),
        ["(asked whose the key is, then who is in the account)"]
    );
    assert_eq!(triage(&case).advice, Advice::Judge);
    all.pop();
    assert_eq!(against(&read(&all), THIEF), [""; 0], "nobody asked whose the key is");
}

#[test]
fn trying_for_mail_or_models_tells() {
    let quota = |second, region: &str| by_thief(ask(second, "ses", "GetSendQuota").region(region));
    let mail = ["tried whether mail can be sent (GetSendQuota)"];
    assert_eq!(against(&read(&[quota(0, "us-east-1")]), THIEF), [""; 0]);
    assert_eq!(
        against(&read(&[quota(0, "us-east-1"), quota(9, "eu-west-1")]), THIEF),
        mail
    );
    let opened = [by_thief(ask(0, "sts", "GetCallerIdentity")), quota(9, "us-east-1")];
    assert_eq!(against(&read(&opened), THIEF), mail);
    // A program that sends mail asks for both.
    let mailer = [quota(0, "us-east-1"), by_thief(ask(1, "ses", "GetSendStatistics"))];
    assert_eq!(against(&read(&mailer), THIEF), [format!("({})", mail[0])]);
    let models = [
        "GetModelInvocationLoggingConfiguration",
        "GetFoundationModelAvailability",
    ];
    let models = (0..)
        .zip(models)
        .map(|(n, name)| by_thief(ask(n, "bedrock", name).denied()));
    assert_eq!(
        against(&read(&models.collect::<Vec<_>>()), THIEF),
        ["tried which AI models are open (GetModelInvocationLoggingConfiguration)"]
    );
}

#[test]
fn ways_in_for_others_tell_if_a_long_term_key_opens_them() {
    let words = |call: Call| against(&read(&[by_thief(call)]), THIEF);
    let opened = |name| vec![format!("opened another way in with a long-term key ({name})")];
    assert_eq!(words(create_user(&seed(), 0, "mallory")), opened("CreateUser"));
    assert_eq!(
        words(create_key(&seed(), 0, "victim", "AKIAZZCHILD000000001")),
        opened("CreateAccessKey")
    );
    assert_eq!(
        words(create_password(&seed(), 0, "victim")),
        opened("CreateLoginProfile")
    );
    assert_eq!(
        words(on_user(&seed(), 0, "AttachUserPolicy", "app")),
        opened("AttachUserPolicy")
    );
    assert_eq!(
        words(create_user(&seed(), 0, "mallory").denied()),
        ["tried to open another way in (CreateUser, in vain)"]
    );
    // One's own key, nobody knows whose, and a person at the console.
    assert_eq!(words(create_key(&seed(), 0, "app", "AKIAZZCHILD000000001")), [""; 0]);
    assert_eq!(
        words(create_key(&seed(), 0, "victim", "AKIAZZCHILD000000001").denied()),
        [""; 0]
    );
    let console = user("app", "ASIAZZTEMP0000000001").since(at(0));
    let case = investigate_from(&["ASIAZZTEMP0000000001"], &[by_thief(create_user(&console, 0, "new"))]);
    assert_eq!(against(&case, THIEF), [""; 0]);
}

#[test]
fn taking_the_quarantine_off_tells_and_putting_it_on_does_not() {
    let policy = |call: &str, name: &str| {
        let arn = format!("arn:aws:iam::aws:policy/{name}");
        by_thief(ask(0, "iam", call).request(json!({"userName": "app", "policyArn": arn})))
    };
    let words = |call: Call| against(&read(&[call]), THIEF);
    assert_eq!(
        words(policy("DetachUserPolicy", "AWSCompromisedKeyQuarantineV3")),
        ["took AWS's quarantine policy off (DetachUserPolicy)"]
    );
    assert_eq!(words(policy("DetachUserPolicy", "ReadOnlyAccess")), [""; 0]);
    assert_eq!(
        words(policy("AttachUserPolicy", "AWSCompromisedKeyQuarantineV3")),
        [""; 0]
    );
    assert_eq!(
        words(by_thief(ask(0, "cloudtrail", "StopLogging").denied())),
        ["tried to switch off logging or detection (StopLogging, in vain)"]
    );
}

#[test]
fn what_a_settled_source_does_is_to_be_judged_first() {
    let mut calls = app(0..40);
    calls.push(by_app(create_user(&seed(), 39 * HOUR, "tenant-17")));
    let case = read(&calls);
    assert_eq!(
        against(&case, APP),
        ["(opened another way in with a long-term key (CreateUser))"]
    );
    assert_eq!(source(&case, APP).proposal, None, "nor is it proposed");
    assert_eq!(triage(&case).advice, Advice::Judge);
}
