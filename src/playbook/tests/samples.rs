//! Each output that the built-in playbooks ask for: one in which it is done and one in which it is not, in the shape that the
//! AWS command line prints.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

const BOTH: &str = "SummaryMap.AccountMFAEnabled >= `1` && SummaryMap.AccountAccessKeysPresent <= `0`";
const RECORDING: &str = "length(ConfigurationRecordersStatus[?recording]) > `0`";
const TERMINATED: &str = "length(Instances[?[1] != 'terminated']) == `0`";
const RESOLVED: &str = "length(Cases) > `0` && length(Cases[?[1] != 'resolved']) == `0`";
const ANALYZER: &str = "length(analyzers[?status == 'ACTIVE']) > `0`";
const STANDARD: &str = "length(StandardsSubscriptions[?StandardsStatus == 'READY' && \
    contains(StandardsArn, 'aws-foundational-security-best-practices')]) > `0`";

/// A condition, an output that meets it, and one that shows the opposite.
type Sample = (&'static str, Value, Value);

fn samples() -> Vec<Sample> {
    let summary = |mfa: u8, keys: u8| {
        json!({"SummaryMap": {"Users": 12, "AccountMFAEnabled": mfa, "AccountAccessKeysPresent": keys,
            "AccountSigningCertificatesPresent": 0, "MFADevices": 3}})
    };
    let status = |logging: bool| {
        json!({"IsLogging": logging, "LatestDeliveryTime": "2026-03-04T10:00:00+00:00",
            "StartLoggingTime": "2026-03-04T09:00:00+00:00", "LatestDeliveryAttemptSucceeded": "2026-03-04T10:00:00Z"})
    };
    let detector = |status: &str| {
        json!({"CreatedAt": "2026-01-01T00:00:00.000Z", "FindingPublishingFrequency": "SIX_HOURS", "Status": status,
            "DataSources": {"CloudTrail": {"Status": "DISABLED"}}, "Tags": {}})
    };
    let recorder = |recording: bool| json!({"ConfigurationRecordersStatus": [{"name": "default", "recording": recording, "lastStatus": "SUCCESS"}]});
    let account = |status: &str| {
        json!({"DedicatedIpAutoWarmupEnabled": true, "EnforcementStatus": status, "ProductionAccessEnabled": true,
            "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 0.0}, "SendingEnabled": true})
    };
    let block = |policy: bool| {
        json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true,
            "BlockPublicPolicy": policy, "RestrictPublicBuckets": true}})
    };
    let analyzers = |status: &str| {
        json!({"analyzers": [{"arn": "arn:aws:access-analyzer:us-east-1:111122223333:analyzer/a", "name": "a",
            "type": "ACCOUNT", "createdAt": "2026-01-01T00:00:00+00:00", "status": status}]})
    };
    let trails = |validated: bool| {
        json!({"trailList": [{"Name": "main", "S3BucketName": "logs", "IsMultiRegionTrail": true, "HomeRegion": "us-east-1",
            "LogFileValidationEnabled": validated, "IsOrganizationTrail": false}]})
    };
    let standard = |status: &str| {
        let arn = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0";
        json!({"StandardsSubscriptions": [{"StandardsSubscriptionArn": "arn:aws:securityhub:us-east-1:111122223333:subscription/x",
            "StandardsArn": arn, "StandardsInput": {}, "StandardsStatus": status}]})
    };
    let snapshot = json!({"Snapshots": [{"SnapshotId": "snap-1", "OwnerId": "111122223333", "State": "completed"}]});
    vec![
        (BOTH, summary(1, 0), summary(1, 1)),
        (BOTH, summary(1, 0), summary(0, 0)),
        ("SummaryMap.AccountMFAEnabled >= `1`", summary(1, 1), summary(0, 0)),
        (
            "SummaryMap.AccountAccessKeysPresent <= `0`",
            summary(0, 0),
            summary(1, 1),
        ),
        ("IsLogging", status(true), status(false)),
        (
            "starts_with(Status, 'ENABLED')",
            detector("ENABLED"),
            detector("DISABLED"),
        ),
        (RECORDING, recorder(true), recorder(false)),
        (RECORDING, recorder(true), json!({"ConfigurationRecordersStatus": []})),
        (
            "starts_with(EnforcementStatus, 'HEALTHY')",
            account("HEALTHY"),
            account("SHUTDOWN"),
        ),
        (
            "starts_with(EnforcementStatus, 'HEALTHY')",
            account("HEALTHY"),
            account("PROBATION"),
        ),
        (
            "length(values(PublicAccessBlockConfiguration)[?@]) == `4`",
            block(true),
            block(false),
        ),
        ("length(Snapshots) == `0`", json!({"Snapshots": []}), snapshot),
        (ANALYZER, analyzers("ACTIVE"), analyzers("DISABLED")),
        (ANALYZER, analyzers("ACTIVE"), json!({"analyzers": []})),
        (
            "length(trailList[?IsMultiRegionTrail && LogFileValidationEnabled]) > `0`",
            trails(true),
            trails(false),
        ),
        (STANDARD, standard("READY"), standard("INCOMPLETE")),
    ]
}

/// The same for outputs that a `--query` of the command narrows.
fn narrowed() -> Vec<Sample> {
    vec![
        (
            TERMINATED,
            json!({"Instances": [["i-1", "terminated"]]}),
            json!({"Instances": [["i-1", "terminated"], ["i-1", "stopped"]]}),
        ),
        (
            TERMINATED,
            json!({"Instances": [["i-1", "terminated"]]}),
            json!({"Instances": [["i-1", "shutting-down"]]}),
        ),
        (
            "length(Instances[?[1] != 'terminated' && [2] != 'required']) == `0`",
            json!({"Instances": [["i-1", "running", "required"], ["i-2", "terminated", null]]}),
            json!({"Instances": [["i-1", "running", "optional"]]}),
        ),
        (
            "length(Instances[?[1] != `false`]) == `0`",
            json!({"Instances": [["db-1", false]]}),
            json!({"Instances": [["db-1", false], ["db-2", true]]}),
        ),
        (
            RESOLVED,
            json!({"Cases": [["12345678910", "resolved"]]}),
            json!({"Cases": [["12345678910", "pending-customer-action"]]}),
        ),
        (RESOLVED, json!({"Cases": [["1", "resolved"]]}), json!({"Cases": []})),
    ]
}

fn i_1() -> Names {
    let named = |kind, name: &str| Subject {
        region: Some("us-east-1".to_owned()),
        ..subject(kind, Origin::Created, name, None)
    };
    Names {
        subjects: vec![
            named(SubjectKind::Instance, "i-1"),
            named(SubjectKind::Trail, "main"),
            named(SubjectKind::Bucket, "data"),
            named(SubjectKind::Region, "us-east-1"),
        ],
        ..Names::default()
    }
}

#[test]
fn every_output_the_builtin_playbooks_ask_for_has_one_that_shows_it_and_one_that_shows_the_opposite() {
    let names = i_1();
    let samples = [samples(), narrowed()].concat();
    let mut used = BTreeSet::new();
    for playbook in builtins() {
        for item in playbook.items() {
            let asked = asks(item, &names);
            assert_eq!(asked.len(), item.paste.len(), "{} {}", playbook.id, item.id);
            for (ask, template) in asked.iter().zip(&item.paste) {
                let place = format!("{} {}: {}", playbook.id, item.id, ask.command);
                let take = |output: &Value| ask.take(&format!("{output:#}"), "alex");
                let mut fitting = 0;
                let of_condition = samples
                    .iter()
                    .enumerate()
                    .filter(|(_, (done_if, ..))| *done_if == template.done_if);
                for (at, (_, yes, no)) in of_condition {
                    let yes = take(yes).unwrap_or_else(|e| panic!("{place}: {e}"));
                    let no = take(no).unwrap_or_else(|e| panic!("{place}: {e}"));
                    assert!(yes.shows && yes.words == template.yes, "{place}");
                    assert!(!no.shows && no.words == template.no, "{place}");
                    used.insert(at);
                    fitting += 1;
                }
                assert!(fitting > 0, "no sample for {place}");
                // Something else says neither.
                for other in [
                    json!({}),
                    json!([]),
                    json!("x"),
                    json!({"SummaryMap": {}, "Reservations": null}),
                ] {
                    assert_eq!(take(&other), Err(Unusable::OtherShape), "{place}: {other}");
                }
                assert!(!template.yes.is_empty() && !template.no.is_empty());
            }
        }
    }
    assert_eq!(used.len(), samples.len(), "a sample that fits nothing: {used:?}");
}
