//! What goes on in the account anyway: the application, the build server, AWS's services, a colleague.

use chrono::TimeDelta;
use serde_json::json;

use super::calls::assume_role;
use super::cast::{
    APPLICATION, BUILD_SERVER, JAVA, LEAKED_KEY, OFFICE, TERRAFORM, at_command_line, role_session, service, user,
    user_id,
};
use super::record::{ACCOUNT, Call, Hand, at, key_id, session_key_id};

/// Everything that would have happened without the attacker.
pub(super) fn everyday() -> Vec<Call> {
    let mut calls = application();
    calls.extend(builds());
    calls.extend(services());
    calls.extend(colleague());
    calls
}

/// The invoice application looks at its queue, its table and its bucket every twelve minutes, day and night, with the very
/// key that leaks.
fn application() -> Vec<Call> {
    let app = Hand {
        identity: user("invoice-app", &user_id("invoice-app"), LEAKED_KEY),
        address: APPLICATION,
        agent: JAVA,
    };
    let queue = format!("https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/invoices");
    let mut calls = Vec::new();
    for round in 0..100 {
        let time = at(-3, 0, 7) + TimeDelta::minutes(12 * round);
        calls.push(match round % 3 {
            0 => app
                .call(time, "sqs:GetQueueAttributes")
                .asks(json!({"queueUrl": queue, "attributeNames": ["ApproximateNumberOfMessages"]})),
            1 => app
                .call(time, "dynamodb:DescribeTable")
                .asks(json!({"tableName": "invoices"})),
            _ => app
                .call(time, "s3:GetBucketLocation")
                .asks(json!({"bucketName": "example-invoices", "Host": "example-invoices.s3.us-east-1.amazonaws.com"})),
        });
        if round % 5 == 0 {
            calls.push(
                app.call(time + TimeDelta::seconds(2), "kms:GenerateDataKey")
                    .asks(json!({"keyId": "alias/invoices", "keySpec": "AES_256"})),
            );
        }
    }
    calls
}

/// The build server plans and applies every three hours with the own key of `deploy-bot`.
fn builds() -> Vec<Call> {
    let build = Hand {
        identity: user("deploy-bot", &user_id("deploy-bot"), &key_id("deploy-bot 1")),
        address: BUILD_SERVER,
        agent: TERRAFORM,
    };
    let mut calls = Vec::new();
    for round in 0..6 {
        let time = at(-1 + 3 * round, 30, 12);
        let later = |seconds| time + TimeDelta::seconds(seconds);
        calls.extend([
            build.call(later(0), "sts:GetCallerIdentity"),
            build
                .call(later(3), "ec2:DescribeVpcs")
                .asks(json!({"vpcSet": {}, "filterSet": {}})),
            build
                .call(later(4), "ec2:DescribeSecurityGroups")
                .asks(json!({"securityGroupSet": {}, "filterSet": {}})),
            build
                .call(later(9), "ecs:UpdateService")
                .asks(json!({"cluster": "invoices", "service": "invoice-web", "forceNewDeployment": true})),
        ]);
    }
    calls
}

/// Services assume the roles that were given to them.
fn services() -> Vec<Call> {
    let mut calls = Vec::new();
    for round in 0..33 {
        let minute = 30 * round;
        let (name, role, session) = match round % 3 {
            0 => ("lambda.amazonaws.com", "nightly-report", "nightly-report"),
            1 => ("config.amazonaws.com", "config-recorder", "AWSConfig-Describe"),
            _ => ("ecs-tasks.amazonaws.com", "invoice-web-task", "invoice-web"),
        };
        let key = session_key_id(&format!("service {round}"));
        calls.push(assume_role(&service(name), at(-3, minute, 21), role, session, &key, 6));
    }
    calls
}

/// An administrator does her day's work.
fn colleague() -> Vec<Call> {
    const WORK: [&str; 5] = [
        "monitoring:DescribeAlarms",
        "ecs:DescribeServices",
        "ce:GetCostAndUsage",
        "ec2:DescribeInstances",
        "logs:DescribeLogGroups",
    ];
    let begin = at(7, 10, 4);
    let mara = at_command_line(
        role_session("platform-admin", "mara", &session_key_id("platform-admin"), begin),
        OFFICE,
    );
    let times = (0..20).map(|round| begin + TimeDelta::minutes(25 * round));
    times
        .zip(WORK.into_iter().cycle())
        .map(|(time, what)| mara.call(time, what))
        .collect()
}
