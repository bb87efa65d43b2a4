//! What the chain made or changed outside IAM: each thing once, with its state, and commands that are inert and in order.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod looked_up;
#[path = "../support/mod.rs"]
mod support;
mod treated;

use keytrail::investigation::Investigation;
use keytrail::investigation::resource::{Resource, State};
use serde_json::{Value, json};
use support::incident::*;

pub(crate) fn responder() -> Caller {
    user("alex", "AKIARESPONDER0000001")
}

pub(crate) fn found(case: &Investigation) -> Vec<Resource> {
    case.resources().to_vec()
}

/// `label id: state`, one line each.
fn lines(case: &Investigation) -> Vec<String> {
    let line = |r: &Resource| format!("{} {}: {}", r.label(), r.id, r.state().as_str());
    found(case).iter().map(line).collect()
}

pub(crate) fn rows() -> Vec<Value> {
    let rows = include_str!("rows.jsonl").lines();
    rows.map(|row| serde_json::from_str(row).unwrap_or_else(|e| panic!("{e}: {row}")))
        .collect()
}

pub(crate) fn made(row: &Value, by: &Caller) -> Call {
    let (service, name) = row["call"].as_str().unwrap().split_once(' ').unwrap();
    call(by, 10, service, name)
        .request(row["request"].clone())
        .answer(row["answer"].clone())
}

pub(crate) fn ended(row: &Value, by: &Caller, seconds: i64) -> Option<Call> {
    let (service, name) = row["end"].as_str()?.split_once(' ').unwrap();
    Some(call(by, seconds, service, name).request(row["asks"].clone()))
}

fn names(resources: &[Resource]) -> Vec<String> {
    let mut names: Vec<String> = resources.iter().map(|r| format!("{} {}", r.label(), r.id)).collect();
    names.sort();
    names
}

#[test]
fn each_kind_is_made_and_its_near_misses_are_not() {
    for row in rows() {
        let expected: Vec<String> = serde_json::from_value(row["made"].clone()).unwrap();
        let case = investigate(&[made(&row, &seed())]);
        let resources = found(&case);
        assert_eq!(names(&resources), expected, "{row}");
        for resource in &resources {
            assert!(
                resource.state().is_open() && resource.by == SEED && !resource.risk().is_empty(),
                "{resource:?}"
            );
            assert_eq!((&*resource.account, &*resource.region), (ACCOUNT, "us-east-1"));
        }
        // It failed; somebody else made it; another service has a call of that name.
        let near = [
            made(&row, &seed()).with("errorCode", json!("AccessDenied")),
            made(&row, &responder()),
            made(&row, &seed()).with("eventSource", json!("other.amazonaws.com")),
        ];
        for near in near {
            let resources = found(&investigate(&[use_of(&seed(), 1), near]));
            assert!(resources.iter().all(|r| r.kind.is_none()), "{row}: {resources:?}");
        }
    }
}

#[test]
fn each_kind_ends_by_its_call_whoever_makes_it_and_only_there() {
    for row in rows() {
        let Some(end) = ended(&row, &responder(), 60) else {
            continue;
        };
        let case = investigate(&[made(&row, &seed()), end.clone()]);
        for resource in found(&case) {
            assert_eq!(resource.state(), State::Gone, "{row}: {resource:?}");
            let ended = resource.ended.as_ref().unwrap();
            assert_eq!((&*ended.by, ended.time), ("AKIARESPONDER0000001", at(60)));
            assert!(!resource.is_ended_by_chain);
        }
        // In another region, or denied, it ended nothing.
        // A bucket's name, and the ids that EC2 gives, are given out once.
        let text = row.to_string();
        let is_global = text.contains("\"s3 ") || (text.contains("aaaaaaa") && !text.contains("ami-"));
        for near in [
            end.clone().region("eu-west-1"),
            end.clone().with("errorCode", json!("AccessDenied")),
        ] {
            let case = investigate(&[made(&row, &seed()), near.clone()]);
            let is_elsewhere = near.json()["awsRegion"] == "eu-west-1";
            let gone = found(&case).iter().all(|r| r.state() == State::Gone);
            assert_eq!(gone, is_global && is_elsewhere, "{row}");
        }
        // Whatever the order of arrival.
        let turned = investigate(&[end, made(&row, &seed())]);
        assert_eq!(names(&found(&turned)), names(&found(&case)));
        assert!(found(&turned).iter().all(|r| r.state() == State::Gone), "{row}");
    }
}

#[test]
fn one_thing_by_arn_and_by_name_is_one() {
    let seed = seed();
    let function = "arn:aws:lambda:us-east-1:111122223333:function:orders";
    let case = investigate(&[
        call(&seed, 1, "lambda", "UpdateFunctionCode20150331v2").request(json!({"functionName": function})),
        call(&seed, 2, "lambda", "InvokeFunction").request(json!({"functionName": "orders"})),
        call(&seed, 3, "lambda", "PutFunctionConcurrency").request(json!({"functionName": "orders"})),
        call(&seed, 4, "cloudtrail", "UpdateTrail")
            .request(json!({"name": "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"})),
        call(&seed, 5, "cloudtrail", "PutEventSelectors").request(json!({"trailName": "main"})),
        call(&seed, 6, "s3", "PutBucketVersioning").request(json!({"bucketName": "b"})),
        call(&seed, 7, "s3", "DeleteObject")
            .request(json!({"bucketName": "b", "key": "x"}))
            .with(
                "resources",
                json!([{"ARN": "arn:aws:s3:::b/x"}, {"ARN": "arn:aws:s3:::b"}]),
            ),
        // Calls that the catalogue does not know, by name and by ARN.
        call(&seed, 8, "sns", "PutDataProtectionPolicy").request(json!({"name": "alerts"})),
        call(&seed, 9, "sns", "PutDataProtectionPolicy")
            .request(json!({"resourceArn": "arn:aws:sns:us-east-1:111122223333:alerts"})),
    ]);
    assert_eq!(
        lines(&case),
        [
            "Lambda function orders: changed",
            "S3 bucket b: changed",
            "trail main: changed",
            "not in the catalogue arn:aws:sns:us-east-1:111122223333:alerts: named by a call",
        ]
    );
    assert_eq!(found(&case)[0].calls.values().sum::<u64>(), 3);
}

#[test]
fn one_thing_is_one_by_id_name_and_arn() {
    let seed = seed();
    let arn = |rest: &str| format!("arn:aws:{rest}");
    let secret = arn("secretsmanager:us-east-1:111122223333:secret:db-AbCdEf");
    let task = arn("ecs:us-east-1:111122223333:task/c/aaaabbbbccccdddd");
    let launch = |name: &str, within: &str| json!({ name: { within: {"launchTemplateId": "lt-0123456789abcdef0", "launchTemplateName": "lt"} } });
    let port = json!({"items": [{"ipProtocol": "tcp", "fromPort": 80, "toPort": 80,
        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]});
    let case = investigate(&[
        call(&seed, 1, "secretsmanager", "CreateSecret")
            .request(json!({"name": "db"}))
            .answer(json!({"name": "db", "arn": secret})),
        call(&seed, 2, "secretsmanager", "PutResourcePolicy").request(json!({"secretId": "db"})),
        call(&seed, 9, "secretsmanager", "DeleteSecret").request(json!({"secretId": secret})),
        call(&seed, 1, "route53", "CreateHostedZone").answer(json!({"hostedZone": {"id": "/hostedzone/Z1"}})),
        call(&seed, 9, "route53", "DeleteHostedZone").request(json!({"id": "Z1"})),
        call(&seed, 1, "ecs", "RunTask")
            .request(json!({"cluster": "c"}))
            .answer(json!({"tasks": [{"taskArn": task}]})),
        call(&seed, 9, "ecs", "StopTask").request(json!({"cluster": "c", "task": "aaaabbbbccccdddd"})),
        call(&seed, 1, "ec2", "CreateLaunchTemplate").answer(launch("CreateLaunchTemplateResponse", "launchTemplate")),
        call(&seed, 9, "ec2", "DeleteLaunchTemplate")
            .request(json!({"DeleteLaunchTemplateRequest": {"LaunchTemplateName": "lt"}})),
        call(&seed, 1, "ec2", "CreateKeyPair")
            .request(json!({"keyName": "k"}))
            .answer(json!({"keyName": "k", "keyPairId": "key-0123456789abcdef0"})),
        call(&seed, 9, "ec2", "DeleteKeyPair").request(json!({"keyPairId": "key-0123456789abcdef0"})),
        call(&seed, 1, "ec2", "CreateSecurityGroup")
            .request(json!({"groupName": "web"}))
            .answer(json!({"groupId": "sg-1aaaaaaa"})),
        call(&seed, 2, "ec2", "AuthorizeSecurityGroupIngress")
            .request(json!({"groupName": "web", "ipPermissions": port})),
        call(&seed, 9, "ec2", "RevokeSecurityGroupIngress")
            .request(json!({"groupId": "sg-1aaaaaaa", "ipPermissions": port})),
    ]);
    assert_eq!(
        lines(&case),
        [
            "ECS task arn:aws:ecs:us-east-1:111122223333:task/c/aaaabbbbccccdddd: gone",
            "launch template lt-0123456789abcdef0: gone",
            "key pair k: gone",
            "security group opening IpProtocol=tcp,FromPort=80,ToPort=80,IpRanges=[{CidrIp=0.0.0.0/0}]: gone",
            "DNS zone Z1: gone",
            "secret opened to others db: gone",
            "security group sg-1aaaaaaa: still there",
            "secret db: gone",
        ]
    );
    let opening = &found(&case)[3];
    assert_eq!(opening.within, "sg-1aaaaaaa", "commands name the group by its id");
    // In another region or network the same name is another's.
    let group = |name: &str, region: &str, id: &str| {
        let call = call(&seed, 1, "ec2", name).request(json!({"groupName": "web"}));
        call.region(region).answer(json!({"groupId": id}))
    };
    let case = investigate(&[
        group("CreateSecurityGroup", "us-east-1", "sg-1aaaaaaa"),
        group("CreateSecurityGroup", "sa-east-1", "sg-2aaaaaaa"),
        group("CreateSecurityGroup", "sa-east-1", "sg-3aaaaaaa"),
    ]);
    let groups = lines(&case);
    assert_eq!(groups.len(), 3, "{groups:?}");
    // What only ends alike is another.
    let entry = |seconds, kind: &str| {
        call(&seed, seconds, "eks", "CreateAccessEntry")
            .request(json!({"name": "c", "principalArn": format!("arn:aws:iam::111122223333:{kind}/x")}))
    };
    assert_eq!(lines(&investigate(&[entry(1, "user"), entry(2, "role")])).len(), 2);
}

#[test]
fn what_was_made_is_listed_even_if_the_record_names_nothing() {
    let case = investigate(&[
        call(&seed(), 1, "ec2", "CreateReservedInstancesListing"),
        call(&seed(), 2, "polly", "SynthesizeSpeech"),
        call(&seed(), 3, "quantum", "PurchaseHours").denied(),
        call(&seed(), 4, "quantum", "RunTask"),
        call(&seed(), 5, "quantum", "RunTask"),
    ]);
    assert_eq!(
        lines(&case),
        [
            "not in the catalogue CreateReservedInstancesListing: named by a call",
            "not in the catalogue RunTask: named by a call",
        ]
    );
    assert_eq!(found(&case)[1].calls["RunTask"], 2);
}

#[test]
fn what_a_policy_quotes_is_no_resource() {
    let policy = json!({"Statement": [{"Effect": "Allow", "Resource": "arn:aws:s3:::example-exports/*"}]});
    let put = call(&seed(), 1, "s3", "PutBucketPolicy")
        .request(json!({"bucketName": "example-exports", "bucketPolicy": policy}));
    assert_eq!(lines(&investigate(&[put])), ["bucket policy example-exports: in force"]);
}

#[test]
fn a_setting_that_somebody_else_sets_is_the_chains_no_more() {
    let put = |by: &Caller, seconds| call(by, seconds, "s3", "PutBucketPolicy").request(json!({"bucketName": "b"}));
    let state = |calls: &[Call]| found(&investigate(calls))[0].state();
    assert_eq!(state(&[put(&seed(), 10), put(&responder(), 20)]), State::Gone);
    assert_eq!(state(&[put(&responder(), 5), put(&seed(), 10)]), State::InForce);
    let case = investigate(&[put(&seed(), 10), put(&responder(), 20), put(&seed(), 30)]);
    assert_eq!(lines(&case), ["bucket policy b: gone", "bucket policy b: in force"]);
}

#[test]
fn a_private_list_lets_nobody_in_and_takes_a_public_one_back() {
    let put = |acl: &str, seconds| {
        call(&seed(), seconds, "s3", "PutBucketAcl").request(json!({"bucketName": "b", "x-amz-acl": [acl]}))
    };
    assert_eq!(lines(&investigate(&[put("private", 1)])), [""; 0]);
    assert_eq!(
        lines(&investigate(&[put("public-read", 1)])),
        ["bucket access list b: in force"]
    );
    let both = [put("public-read", 1), put("private", 2)];
    assert_eq!(lines(&investigate(&both)), ["bucket access list b: gone"]);
}

#[test]
fn what_ends_a_thing_ends_its_parts_and_made_again_it_is_another() {
    let seed = seed();
    let group = |seconds| call(&seed, seconds, "ec2", "CreateSecurityGroup").answer(json!({"groupId": "sg-1aaaaaaa"}));
    let open = |cidr: &str, seconds| {
        call(&seed, seconds, "ec2", "AuthorizeSecurityGroupIngress").request(json!({"groupId": "sg-1aaaaaaa",
            "ipPermissions": {"items": [{"ipProtocol": "-1", "ipRanges": {"items": [{"cidrIp": cidr}]}}]}}))
    };
    let deleted = call(&responder(), 50, "ec2", "DeleteSecurityGroup").request(json!({"groupId": "sg-1aaaaaaa"}));
    let case = investigate(&[group(1), open("0.0.0.0/0", 2), open("10.0.0.0/8", 3), deleted]);
    assert!(
        found(&case).iter().all(|r| r.state() == State::Gone),
        "{:?}",
        lines(&case)
    );

    let pair = |seconds, name: &str| call(&seed, seconds, "ec2", name).request(json!({"keyName": "k"}));
    let case = investigate(&[
        pair(1, "CreateKeyPair"),
        pair(2, "DeleteKeyPair"),
        pair(3, "CreateKeyPair"),
    ]);
    assert_eq!(lines(&case), ["key pair k: gone", "key pair k: still there"]);
    assert!(found(&case)[0].is_ended_by_chain);
    // Inside one second only one order makes sense.
    let case = investigate(&[pair(1, "DeleteKeyPair"), pair(1, "CreateKeyPair")]);
    assert_eq!(lines(&case), ["key pair k: gone"]);
}

#[test]
fn what_was_there_before_and_is_gone_is_the_chains_doing() {
    let case =
        investigate(&[call(&seed(), 1, "rds", "DeleteDBInstance").request(json!({"dBInstanceIdentifier": "orders"}))]);
    assert_eq!(lines(&case), ["database orders: ended by the chain"]);
}

#[test]
fn to_take_back_what_nobody_did_is_nothing() {
    let start = call(&seed(), 1, "cloudtrail", "StartLogging").request(json!({"name": "t"}));
    assert_eq!(lines(&investigate(&[start])), [""; 0]);
}

#[test]
fn what_a_group_of_the_chain_starts_belongs_to_it() {
    let group =
        call(&seed(), 1, "autoscaling", "CreateAutoScalingGroup").request(json!({"autoScalingGroupName": "miners"}));
    let start = |name: &str| {
        call(&service("autoscaling.amazonaws.com"), 20, "ec2", "RunInstances")
            .request(json!({"tagSpecificationSet": {"items": [{"tags": [{"key": "aws:autoscaling:groupName", "value": name}]}]}}))
            .answer(json!({"instancesSet": {"items": [{"instanceId": format!("i-{name}")}]}}))
    };
    let case = investigate(&[group, start("miners"), start("web")]);
    assert_eq!(
        lines(&case),
        [
            "Auto Scaling group miners: still there",
            "EC2 instance i-miners: still there"
        ]
    );
}
