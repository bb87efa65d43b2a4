//! A year of an ordinary account: nothing in it is anybody's alarm.

use super::*;

/// The role of the deployments, and a session of it. Build services have another address each time.
fn build(day: i64) -> (Call, Caller) {
    let key = format!("ASIAZZBUILD{day:09}");
    let assumed = from(
        assume_role(&seed(), day * DAY + 10 * HOUR, "deploy", &format!("build-{day}"), &key),
        &build_address(day),
        "aws-sdk-go-v2/1.30",
    );
    (assumed, session("deploy", &format!("build-{day}"), &key))
}

fn build_address(day: i64) -> String {
    format!("20.{}.{}.{}", 40 + day % 11, day % 200, 1 + day % 250)
}

/// What a deployment does: stacks, roles, policies, functions, buckets, groups, machines, clean-up.
fn deployment(day: i64) -> Vec<Call> {
    let (assumed, by) = build(day);
    let begin = day * DAY + 10 * HOUR;
    let stack = format!("web-{}", day / 30);
    let lambda = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let ordinary = r#"{"Statement":[{"Effect":"Allow","Action":["logs:*","s3:GetObject"],"Resource":"*"}]}"#;
    let passes = r#"{"Statement":[{"Effect":"Allow","Action":["iam:PassRole"],"Resource":"*"}]}"#;
    let public =
        json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]});
    let mut calls = vec![
        call(&by, begin + 5, "sts", "GetCallerIdentity"),
        call(&by, begin + 10, "cloudformation", "DescribeStacks"),
        call(&by, begin + 20, "cloudformation", "UpdateStack").request(json!({"stackName": stack})),
        call(&by, begin + 30, "lambda", "UpdateFunctionCode20150331v2").request(json!({"functionName": stack})),
        call(&by, begin + 40, "ecs", "RegisterTaskDefinition").request(json!({"family": stack})),
        call(&by, begin + 50, "ecr", "PutImage").request(json!({"repositoryName": stack})),
        call(&by, begin + 60, "secretsmanager", "GetSecretValue").request(json!({"secretId": "deploy"})),
    ];
    // Once a month there is more to do; what is done once may be done on any day.
    if day % 30 == 0 {
        calls.extend([
            create_role(&by, begin + 100, &stack)
                .request(json!({"roleName": stack, "assumeRolePolicyDocument": lambda})),
            call(&by, begin + 110, "iam", "AttachRolePolicy").request(json!({"roleName": stack,
                "policyArn": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"})),
            call(&by, begin + 120, "iam", "PutRolePolicy")
                .request(json!({"roleName": stack, "policyDocument": ordinary})),
            call(&by, begin + 125, "iam", "PutRolePolicy")
                .request(json!({"roleName": stack, "policyDocument": passes})),
            call(&by, begin + 130, "lambda", "CreateFunction20150331").request(json!({"functionName": stack})),
            call(&by, begin + 140, "lambda", "AddPermission20150331v2")
                .request(json!({"functionName": stack, "principal": "apigateway.amazonaws.com"})),
            call(&by, begin + 150, "s3", "PutBucketPolicy")
                .request(json!({"bucketName": "site", "bucketPolicy": public})),
            call(&by, begin + 160, "ec2", "AuthorizeSecurityGroupIngress").request(json!({"groupId": "sg-1",
                "ipPermissions": {"items": [{"ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}})),
            call(&by, begin + 170, "autoscaling", "CreateAutoScalingGroup")
                .request(json!({"autoScalingGroupName": stack, "minSize": 2, "maxSize": 24})),
            call(&by, begin + 180, "logs", "DeleteLogGroup").request(json!({"logGroupName": "/old"})),
            call(&by, begin + 190, "route53", "ChangeResourceRecordSets").request(json!({"hostedZoneId": "Z1"})),
            call(&by, begin + 200, "ec2", "TerminateInstances"),
        ]);
    }
    if day == 200 {
        calls.push(call(&by, begin + 300, "rds", "DeleteDBInstance").request(json!({"dBInstanceIdentifier": "old"})));
        calls.push(call(&by, begin + 310, "kms", "PutKeyPolicy").denied());
    }
    let mut calls: Vec<Call> = calls
        .into_iter()
        .map(|call| from(call, &build_address(day), "aws-sdk-go-v2/1.30"))
        .collect();
    calls.push(assumed);
    calls
}

/// What happens beside it, and names what the deployments made.
fn others(day: i64) -> Vec<Call> {
    let scaling = session(
        "AWSServiceRoleForAutoScaling",
        "AutoScaling",
        &format!("ASIAZZSCALE{day:09}"),
    );
    let started = call(
        &scaling.through("autoscaling.amazonaws.com"),
        day * DAY + 12 * HOUR,
        "ec2",
        "RunInstances",
    )
    .request(json!({"instanceType": "m5.large", "instancesSet": {"items": [{"maxCount": 4}]}}));
    let people = console_login("alice", day * DAY + 9 * HOUR).with("additionalEventData", json!({"MFAUsed": "Yes"}));
    let job = session("nightly", "job", &format!("ASIAZZJOBS{day:010}"));
    vec![
        from(started, "autoscaling.amazonaws.com", "autoscaling.amazonaws.com"),
        from(people, "198.51.100.77", "Mozilla/5.0"),
        from(use_of(&job, day * DAY + 2 * HOUR), "10.0.0.7", "Boto3/1.34"),
    ]
}

#[test]
fn a_key_that_only_deployed_for_a_year_is_nobodys_alarm() {
    let mut calls: Vec<Call> = (0..365).filter(|day| day % 7 < 5).flat_map(deployment).collect();
    calls.extend((0..365).flat_map(others));
    let case = investigate(&calls);
    let loud: Vec<String> = loud(&case)
        .into_iter()
        .map(|f| format!("{} {:?}", f.id(), f.details))
        .collect();
    assert_eq!(loud, [""; 0]);
    assert!(!case.findings().is_empty(), "what it did is said all the same");
}

#[test]
fn an_application_and_an_administrator_who_rotates_the_own_key_are_nobodys_alarm() {
    let java = "aws-sdk-java/2.25.31";
    let mut calls = Vec::new();
    for day in 0..365 {
        for hour in [1, 9, 17] {
            let time = day * DAY + hour * HOUR;
            let of_app = [
                use_of(&seed(), time),
                call(&seed(), time + 1, "secretsmanager", "GetSecretValue").request(json!({"secretId": "db"})),
                call(&seed(), time + 2, "ses", "GetSendQuota"),
                call(&seed(), time + 3, "ssm", "GetParametersByPath").request(json!({"path": "/app"})),
            ];
            calls.extend(of_app.map(|call| from(call, "198.51.100.10", java)));
        }
        if day % 90 == 89 {
            let rotated = create_key(&seed(), day * DAY + 600, "app", &format!("AKIAZZROTATED{day:07}"));
            let own = call(&seed(), day * DAY + 700, "iam", "DeleteAccessKey").request(json!({"userName": "app"}));
            calls.extend([rotated, own].map(|call| from(call, "198.51.100.10", java)));
        }
        calls.extend(others(day));
    }
    let case = investigate(&calls);
    let loud: Vec<String> = loud(&case)
        .into_iter()
        .map(|f| format!("{} {:?}", f.id(), f.details))
        .collect();
    assert_eq!(loud, [""; 0]);
}

#[test]
fn a_thief_in_that_year_is_seen() {
    let mut calls: Vec<Call> = (0..365).filter(|day| day % 7 < 5).flat_map(deployment).collect();
    let begin = 300 * DAY;
    calls.extend([
        call(&seed(), begin, "sts", "GetCallerIdentity"),
        create_user(&seed(), begin + 60, "mallory"),
        call(&seed(), begin + 90, "secretsmanager", "GetSecretValue").request(json!({"secretId": "deploy"})),
    ]);
    let case = investigate(&calls);
    let loud: Vec<String> = loud(&case).into_iter().map(Finding::id).collect();
    assert_eq!(loud, ["user-made", "secrets-read"]);
}
