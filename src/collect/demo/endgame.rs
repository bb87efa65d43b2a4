//! The attack from noon on: the money, the hiding, and the answer to it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::calls::{assume_role, billing_sync, create_key, create_user, deploy_bot};
use super::cast::{
    ATTACKER_LATER, FUNCTION, LEAKED_KEY, MINER, OFFICE, SCRIPT, at_command_line, role_arn, role_session, service,
    thief, user, user_arn,
};
use super::record::{ACCOUNT, Call, Hand, at, key_id, resource_id, response_date, session_key_id, unique_id};

/// Machines nobody will look at: in Jakarta, which had to be enabled first, and in São Paulo.
pub(super) fn miners_are_started() -> Vec<Call> {
    let admin = billing_sync();
    let mut calls = vec![
        admin
            .call(at(11, 41, 8), "account:EnableRegion")
            .asks(json!({"regionName": "ap-southeast-3"})),
        admin
            .call(at(11, 43, 2), "iam:CreateInstanceProfile")
            .asks(json!({"instanceProfileName": "support-audit"}))
            .answers(json!({"instanceProfile": {
                "path": "/", "instanceProfileName": "support-audit", "roles": [],
                "instanceProfileId": unique_id("AIPA", "support-audit"), "createDate": response_date(at(11, 43, 2)),
                "arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/support-audit"),
            }})),
        admin
            .call(at(11, 43, 30), "iam:AddRoleToInstanceProfile")
            .asks(json!({"instanceProfileName": "support-audit", "roleName": "support-audit"})),
    ];
    calls.extend(mine(&admin, "ap-southeast-3", at(11, 52, 0), Some("support-audit")));
    calls.extend(mine(&deploy_bot(), "sa-east-1", at(12, 20, 0), None));
    calls.extend(the_miner_reports());
    calls.extend(a_function_keeps_the_role());
    calls
}

/// Looks around in a region, asks for too much, asks again, gets it.
fn mine(by: &Hand, region: &'static str, start: DateTime<Utc>, profile: Option<&str>) -> Vec<Call> {
    let after = |seconds| start + TimeDelta::seconds(seconds);
    let run = |seconds, instance_type: &str, count: u32| {
        let mut request = json!({
            "instancesSet": {"items": [{"imageId": resource_id("ami", region), "minCount": count, "maxCount": count}]},
            "instanceType": instance_type, "blockDeviceMapping": {}, "monitoring": {"enabled": false},
            "disableApiTermination": true,
        });
        if let Some(name) = profile {
            request["iamInstanceProfile"] = json!({"name": name});
        }
        by.call(after(seconds), "ec2:RunInstances").region(region).asks(request)
    };
    let too_much = |call: Call| {
        call.fails(
            "Client.VcpuLimitExceeded",
            "You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket that \
             the specified instance type belongs to.",
        )
    };
    let group = resource_id("sg", region);
    vec![
        by.call(after(0), "ec2:DescribeVpcs").region(region),
        by.call(after(11), "ec2:DescribeImages").region(region),
        by.call(after(25), "servicequotas:GetServiceQuota")
            .region(region)
            .asks(json!({"serviceCode": "ec2", "quotaCode": "L-1216C47A"})),
        by.call(after(40), "ec2:CreateKeyPair")
            .region(region)
            .asks(json!({"keyName": "default-key", "keyType": "rsa"}))
            .answers(
                json!({"keyName": "default-key", "keyPairId": resource_id("key", region),
                            "keyMaterial": "<sensitiveDataRemoved>"}),
            ),
        by.call(after(52), "ec2:CreateSecurityGroup")
            .region(region)
            .asks(json!({"groupName": "web", "groupDescription": "web"}))
            .answers(json!({"_return": true, "groupId": group})),
        by.call(after(61), "ec2:AuthorizeSecurityGroupIngress")
            .region(region)
            .asks(json!({
                "groupId": group,
                "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
                                             "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]},
            })),
        too_much(run(75, "p4d.24xlarge", 4)),
        too_much(run(98, "g5.48xlarge", 2)),
        run(130, "c6i.8xlarge", 1).answers(json!({
            "reservationId": resource_id("r", region),
            "ownerId": ACCOUNT,
            "instancesSet": {"items": [{
                "instanceId": miner(region), "instanceType": "c6i.8xlarge", "keyName": "default-key",
                "instanceState": {"code": 0, "name": "pending"},
            }]},
        })),
        by.call(after(190), "ec2:DescribeInstances")
            .region(region)
            .asks(json!({"instancesSet": {"items": [{"instanceId": miner(region)}]}, "filterSet": {}})),
    ]
}

fn miner(region: &str) -> String {
    resource_id("i", &format!("miner {region}"))
}

/// The machine in Jakarta gets the role's credentials from EC2, again and again, whatever becomes of the keys.
fn the_miner_reports() -> Vec<Call> {
    let instance = miner("ap-southeast-3");
    let delivered = at(11, 54, 31);
    let key = session_key_id("miner");
    let machine = Hand {
        identity: role_session("support-audit", &instance, &key, delivered),
        address: MINER,
        agent: SCRIPT,
    };
    let region = "ap-southeast-3";
    vec![
        assume_role(
            &service("ec2.amazonaws.com"),
            delivered,
            "support-audit",
            &instance,
            &key,
            6,
        )
        .region(region),
        machine.call(at(11, 56, 3), "sts:GetCallerIdentity").region(region),
        machine.call(at(11, 56, 20), "ec2:DescribeTags").region(region),
        machine.call(at(12, 56, 4), "ec2:DescribeInstances").region(region),
        machine.call(at(13, 56, 4), "ec2:DescribeInstances").region(region),
        machine.call(at(14, 56, 4), "ec2:DescribeInstances").region(region),
    ]
}

/// A small function with the same role, started on a schedule.
fn a_function_keeps_the_role() -> Vec<Call> {
    let admin = billing_sync();
    let function = format!("arn:aws:lambda:sa-east-1:{ACCOUNT}:function:invoice-sync");
    let started = at(12, 40, 9);
    let key = session_key_id("function");
    let session = Hand {
        identity: role_session("support-audit", "invoice-sync", &key, started),
        address: FUNCTION,
        agent: SCRIPT,
    };
    vec![
        admin
            .call(at(12, 31, 44), "lambda:CreateFunction20150331")
            .region("sa-east-1")
            .asks(
                json!({"functionName": "invoice-sync", "runtime": "python3.12", "handler": "main.run",
                         "role": role_arn("support-audit"), "code": {}, "publish": false}),
            )
            .answers(
                json!({"functionName": "invoice-sync", "functionArn": function, "runtime": "python3.12",
                            "role": role_arn("support-audit"), "state": "Pending"}),
            ),
        admin
            .call(at(12, 32, 30), "events:PutRule")
            .region("sa-east-1")
            .asks(json!({"name": "invoice-sync-hourly", "scheduleExpression": "rate(1 hour)"})),
        admin
            .call(at(12, 33, 1), "events:PutTargets")
            .region("sa-east-1")
            .asks(json!({"rule": "invoice-sync-hourly", "targets": [{"id": "1", "arn": function}]})),
        assume_role(
            &service("lambda.amazonaws.com"),
            started,
            "support-audit",
            "invoice-sync",
            &key,
            6,
        )
        .region("sa-east-1"),
        session
            .call(at(12, 40, 12), "iam:ListAccessKeys")
            .asks(json!({"userName": "billing-sync"})),
        session
            .call(at(13, 40, 12), "iam:ListAccessKeys")
            .asks(json!({"userName": "billing-sync"})),
    ]
}

/// One name for two users, one after the other, and detection turned down.
pub(super) fn tracks_are_covered() -> Vec<Call> {
    let admin = billing_sync();
    let name = "log-archiver";
    let key = |n| key_id(&format!("{name} {n}"));
    let id = |n| unique_id("AIDA", &format!("{name} {n}"));
    let archiver = |n: u32| at_command_line(user(name, &id(n), &key(n)), ATTACKER_LATER);
    vec![
        create_user(&admin, at(12, 50, 3), name, &id(1)),
        create_key(&admin, at(12, 50, 21), name, &key(1)),
        archiver(1).call(at(12, 52, 40), "sts:GetCallerIdentity"),
        archiver(1).call(at(12, 53, 11), "s3:ListBuckets").denied("*"),
        admin
            .call(at(12, 58, 2), "iam:DeleteAccessKey")
            .asks(json!({"userName": name, "accessKeyId": key(1)})),
        admin
            .call(at(12, 58, 20), "iam:DeleteUser")
            .asks(json!({"userName": name})),
        create_user(&admin, at(13, 6, 45), name, &id(2)),
        admin
            .call(at(13, 7, 3), "iam:AddUserToGroup")
            .asks(json!({"userName": name, "groupName": "administrators"})),
        create_key(&admin, at(13, 7, 30), name, &key(2)),
        archiver(2).call(at(13, 9, 1), "sts:GetCallerIdentity"),
        archiver(2)
            .call(at(13, 9, 40), "cloudtrail:GetTrailStatus")
            .asks(json!({"name": "management"})),
        archiver(2)
            .call(at(13, 10, 22), "cloudtrail:PutEventSelectors")
            .asks(json!({
                "trailName": "management",
                "eventSelectors": [{"readWriteType": "ReadOnly", "includeManagementEvents": true, "dataResources": []}],
            })),
        archiver(2)
            .call(at(13, 11, 5), "guardduty:UpdateDetector")
            .asks(json!({"detectorId": "12abc34d567e8fa901bc2d34e56789f0", "enable": false})),
        archiver(2)
            .call(at(13, 12, 30), "logs:DeleteLogGroup")
            .asks(json!({"logGroupName": "/example/audit"}))
            .fails("ResourceNotFoundException", "The specified log group does not exist."),
        archiver(2)
            .call(at(13, 15, 48), "account:PutAlternateContact")
            .asks(json!({
                "alternateContactType": "SECURITY", "emailAddress": "security@example.com", "name": "Security",
                "phoneNumber": "***", "title": "Security",
            })),
    ]
}

/// AWS finds the leaked key in public and puts its user into quarantine; the attacker takes that off again; the responder
/// begins.
pub(super) fn aws_and_the_responder_react() -> Vec<Call> {
    let (thief, admin) = (thief(), billing_sync());
    let quarantine = json!({"userName": "invoice-app",
                            "policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"});
    let aws = Hand {
        identity: json!({"type": "Root", "principalId": ACCOUNT, "arn": format!("arn:aws:iam::{ACCOUNT}:root"),
                         "accountId": ACCOUNT, "invokedBy": "AWS Internal"}),
        address: "AWS Internal",
        agent: "AWS Internal",
    };
    let responder = at_command_line(
        role_session(
            "incident-responder",
            "mara",
            &session_key_id("responder"),
            at(15, 24, 0),
        ),
        OFFICE,
    );
    let quarantined = |call: Call, what: &str| {
        let message = format!(
            "User: {} is not authorized to perform: {what} on resource: user invoice-app with an explicit deny in an \
             identity-based policy",
            user_arn("invoice-app")
        );
        call.fails("AccessDenied", &message)
    };
    vec![
        aws.call(at(13, 48, 16), "iam:AttachUserPolicy")
            .asks(quarantine.clone()),
        quarantined(thief.call(at(13, 57, 2), "iam:CreateAccessKey"), "iam:CreateAccessKey"),
        quarantined(thief.call(at(13, 57, 31), "iam:ListUsers"), "iam:ListUsers"),
        thief.call(at(13, 58, 4), "sts:GetCallerIdentity"),
        admin
            .call(at(14, 3, 12), "iam:ListAttachedUserPolicies")
            .asks(json!({"userName": "invoice-app"})),
        admin.call(at(14, 3, 50), "iam:DetachUserPolicy").asks(quarantine),
        thief
            .call(at(14, 6, 33), "iam:ListAccessKeys")
            .asks(json!({"userName": "invoice-app"})),
        admin.call(at(14, 40, 5), "ec2:DescribeInstances").region("sa-east-1"),
        admin.call(at(15, 2, 18), "support:DescribeCases"),
        responder.call(at(15, 24, 30), "sts:GetCallerIdentity"),
        responder
            .call(at(15, 26, 2), "iam:GetAccessKeyLastUsed")
            .asks(json!({"accessKeyId": LEAKED_KEY})),
        responder
            .call(at(15, 26, 40), "iam:ListAccessKeys")
            .asks(json!({"userName": "billing-sync"})),
        responder.call(at(15, 28, 11), "iam:UpdateAccessKey").asks(json!({
            "userName": "billing-sync", "accessKeyId": key_id("billing-sync"), "status": "Inactive",
        })),
    ]
}
