//! Machines, functions, projects, groups and stacks: the sessions that services obtain for them, and what they start.

use serde_json::json;

use crate::joined::lines_of;
use crate::support::incident::*;
use crate::{TEMP1, TEMP2, TEMP3};

fn function(by: &Caller, seconds: i64, name: &str, region: &str) -> Call {
    let arn = format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{name}");
    call(by, seconds, "lambda", "CreateFunction20150331")
        .request(json!({"functionName": name, "role": role_arn("worker")}))
        .answer(json!({"functionName": name, "functionArn": arn, "role": role_arn("worker")}))
        .region(region)
}

fn lambda() -> Caller {
    service("lambda.amazonaws.com")
}

#[test]
fn a_session_of_a_function_belongs_to_it_by_name_role_and_region_while_it_is_there() {
    let orders = |region: &str| format!("arn:aws:lambda:{region}:{ACCOUNT}:function:orders");
    let session =
        |seconds, role, region: &str, key| assume_role(&lambda(), seconds, role, "orders", key).region(region);
    let removed = call(
        &user("admin", "AKIAADMIN00000000001"),
        40,
        "lambda",
        "DeleteFunction20150331",
    )
    .request(json!({"functionName": "orders"}))
    .region("eu-west-1");
    let case = investigate(&[
        function(&seed(), 10, "orders", "eu-west-1"),
        session(20, "worker", "eu-west-1", TEMP1),
        session(21, "worker", "us-east-1", "ASIAZZNOT00000000001"),
        session(22, "other", "eu-west-1", "ASIAZZNOT00000000002"),
        assume_role(
            &service("ec2.amazonaws.com"),
            23,
            "worker",
            "orders",
            "ASIAZZNOT00000000003",
        )
        .region("eu-west-1"),
        session(5, "worker", "eu-west-1", "ASIAZZNOT00000000004"),
        removed,
        // Made again by somebody else: another function.
        function(&user("admin", "AKIAADMIN00000000001"), 50, "orders", "eu-west-1"),
        session(60, "worker", "eu-west-1", "ASIAZZNOT00000000005"),
    ]);
    assert_eq!(
        beyond(&case),
        [
            format!("lambda_function carries_role {} < {SEED}", orders("eu-west-1")),
            format!("session carries_role {TEMP1} < {}", orders("eu-west-1")),
        ]
    );
    assert!(node(&case, &orders("eu-west-1")).ended.is_some());
}

#[test]
fn a_deletion_in_one_region_ends_nothing_of_that_name_in_another() {
    let removed = call(&seed(), 40, "lambda", "DeleteFunction20150331")
        .request(json!({"functionName": "orders"}))
        .region("us-east-1");
    let case = investigate(&[function(&seed(), 10, "orders", "eu-west-1"), removed]);
    let orders = format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders");
    assert_eq!(node(&case, &orders).ended, None);
}

#[test]
fn where_a_service_names_its_sessions_alike_the_role_tells_and_the_link_is_inferred() {
    let project = call(&seed(), 10, "codebuild", "CreateProject")
        .request(json!({"name": "web", "serviceRole": role_arn("worker")}))
        .answer(json!({"project": {"arn": format!("arn:aws:codebuild:us-east-1:{ACCOUNT}:project/web")}}));
    let build = service("codebuild.amazonaws.com");
    let case = investigate(&[
        project,
        assume_role(&build, 20, "worker", "AWSCodeBuild-0f1e", TEMP1),
        assume_role(&build, 21, "other", "AWSCodeBuild-0f1e", TEMP2),
        assume_role(&build, 22, "worker", "somebody", TEMP3),
    ]);
    let project = format!("arn:aws:codebuild:us-east-1:{ACCOUNT}:project/web");
    assert_eq!(
        lines_of(&case, "session"),
        [format!("session carries_role {TEMP1} < {project}")]
    );
    assert_eq!(node(&case, TEMP1).strength.as_str(), "inferred");
}

#[test]
fn a_machine_that_was_there_leads_to_its_sessions_from_the_shell_on() {
    let shell = call(&seed(), 30, "ssm", "StartSession")
        .request(json!({"target": "i-0123456789abcdef0"}))
        .answer(json!({"sessionId": "app-0f1e"}));
    let ec2 = service("ec2.amazonaws.com");
    let case = investigate(&[
        assume_role(&ec2, 10, "worker", "i-0123456789abcdef0", "ASIAZZNOT00000000001"),
        shell,
        assume_role(&ec2, 40, "worker", "i-0123456789abcdef0", TEMP1),
        // Event history finds the calls of a machine by its id, but not how it got the key.
        use_of(&session("worker", "i-0123456789abcdef0", TEMP2).since(at(50)), 51),
        use_of(
            &session("worker", "i-0123456789abcdef0", "ASIAZZNOT00000000002").since(at(5)),
            52,
        ),
    ]);
    assert_eq!(
        beyond(&case),
        [
            format!("ec2_instance changed i-0123456789abcdef0 < {SEED}"),
            format!("session carries_role {TEMP1} < i-0123456789abcdef0"),
            format!("session carries_role {TEMP2} < i-0123456789abcdef0"),
        ]
    );
    for key in [TEMP1, TEMP2] {
        assert_eq!(
            node(&case, key).strength.as_str(),
            "inferred",
            "its own business goes on there"
        );
    }
}

#[test]
fn a_group_of_machines_leads_to_those_it_starts() {
    let group = call(&seed(), 10, "autoscaling", "CreateAutoScalingGroup")
        .request(json!({"autoScalingGroupName": "miners"}))
        .region("eu-north-1");
    let start = |second, tag: &str, value: &str, id: &str| {
        call(&service("autoscaling.amazonaws.com"), second, "ec2", "RunInstances")
            .request(json!({"tagSpecificationSet": {"items": [{"tags": [{"key": tag, "value": value}]}]}}))
            .answer(json!({"instancesSet": {"items": [{"instanceId": id,
                "iamInstanceProfile": {"arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/web")}}]}}))
            .region("eu-north-1")
    };
    let case = investigate(&[
        group,
        start(20, "aws:autoscaling:groupName", "miners", "i-aaaaaaaa"),
        start(21, "aws:autoscaling:groupName", "shop", "i-bbbbbbbb"),
        start(22, "Name", "miners", "i-cccccccc"),
        assume_role(&service("ec2.amazonaws.com"), 30, "worker", "i-aaaaaaaa", TEMP1),
    ]);
    assert_eq!(
        beyond(&case),
        [
            format!("auto_scaling_group made miners < {SEED}"),
            "ec2_instance carries_role i-aaaaaaaa < miners".to_owned(),
            format!("session carries_role {TEMP1} < i-aaaaaaaa"),
        ]
    );
}

#[test]
fn what_cloudformation_makes_for_the_maker_of_a_stack_hangs_under_it_as_inferred() {
    let stack = format!("arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/web/0f1e");
    let made = call(&seed(), 10, "cloudformation", "CreateStack")
        .request(json!({"stackName": "web"}))
        .answer(json!({"stackId": stack}));
    let acting = user("app", "ASIAZZFORWARD0000001").through("cloudformation.amazonaws.com");
    let other = user("other", "ASIAZZFORWARD0000002").through("cloudformation.amazonaws.com");
    let case = investigate(&[
        create_user(&acting, 5, "early"),
        made,
        create_user(&acting, 20, "mallory"),
        create_user(&other, 21, "honest"),
        create_key(
            &user("mallory", "AKIAZZCHILD000000009"),
            30,
            "mallory",
            "AKIAZZCHILD000000008",
        ),
    ]);
    let mallory = user_arn("mallory");
    assert_eq!(
        core(&case),
        [
            format!("user created {mallory} < {stack}"),
            format!("access_key used_by_created_user AKIAZZCHILD000000009 < {mallory}"),
            "access_key minted AKIAZZCHILD000000008 < AKIAZZCHILD000000009".to_owned(),
        ]
    );
    assert_eq!(node(&case, &mallory).strength.as_str(), "inferred");
    assert_eq!(case.chain().counts.chain, 1, "what rests on inference is not counted");
}

#[test]
fn a_changed_function_leads_to_no_session_of_its_namesake_in_another_region() {
    let changed = call(&seed(), 10, "lambda", "UpdateFunctionCode20150331v2")
        .request(json!({"functionName": "orders"}))
        .region("eu-west-1");
    let session_in = |region: &str, key| assume_role(&lambda(), 20, "worker", "orders", key).region(region);
    let case = investigate(&[changed, session_in("us-east-1", TEMP1), session_in("eu-west-1", TEMP2)]);
    assert_eq!(
        beyond(&case),
        [
            format!("lambda_function changed orders < {SEED}"),
            format!("session carries_role {TEMP2} < orders"),
        ]
    );
}
