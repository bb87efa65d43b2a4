//! What belongs to a node though no key of the chain signed it.

use serde_json::{Value, json};

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

fn lines_of(case: &keytrail::investigation::Investigation, kind: &str) -> Vec<String> {
    beyond(case).into_iter().filter(|line| line.starts_with(kind)).collect()
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

/// A session obtained with an assertion, without a key of anybody.
fn assertion(call_name: &str, seconds: i64, request: &Value, answer: &Value, key: &str) -> Call {
    let caller = Caller(json!({"type": "SAMLUser", "principalId": "x:somebody", "userName": "somebody"}));
    let mut asked = json!({"roleArn": role_arn("worker"), "roleSessionName": "somebody"});
    let mut answered = json!({"credentials": {"accessKeyId": key},
        "assumedRoleUser": {"assumedRoleId": format!("{}:somebody", role_id("worker"))}});
    for (into, from) in [(&mut asked, request), (&mut answered, answer)] {
        into.as_object_mut().unwrap().extend(from.as_object().unwrap().clone());
    }
    call(&caller, seconds, "sts", call_name).request(asked).answer(answered)
}

fn saml(seconds: i64, provider: &str, key: &str) -> Call {
    assertion(
        "AssumeRoleWithSAML",
        seconds,
        &json!({"principalArn": provider}),
        &json!({}),
        key,
    )
}

#[test]
fn an_identity_provider_lets_in_whoever_comes_through_it() {
    let evil = format!("arn:aws:iam::{ACCOUNT}:saml-provider/evil");
    let company = format!("arn:aws:iam::{ACCOUNT}:saml-provider/company");
    let made = call(&seed(), 10, "iam", "CreateSAMLProvider")
        .request(json!({"name": "evil"}))
        .answer(json!({"sAMLProviderArn": evil}));
    let changed = call(&seed(), 11, "iam", "UpdateSAMLProvider").request(json!({"sAMLProviderArn": company}));
    let removed = call(&seed(), 40, "iam", "DeleteSAMLProvider").request(json!({"sAMLProviderArn": evil}));
    let case = investigate(&[
        saml(5, &company, "ASIAZZNOT00000000001"),
        made,
        changed,
        saml(20, &evil, TEMP1),
        // Identity Center hands out another key than the answer holds.
        use_of(&session("worker", "somebody", TEMP3).since(at(20)), 25),
        saml(30, &company, TEMP2),
        removed,
        saml(50, &evil, "ASIAZZNOT00000000002"),
    ]);
    assert_eq!(
        beyond(&case),
        [
            format!("identity_provider made {evil} < {SEED}"),
            format!("identity_provider changed {company} < {SEED}"),
            format!("session let_in {TEMP1} < {evil}"),
            format!("session console_session {TEMP3} < {TEMP1}"),
            format!("session let_in {TEMP2} < {company}"),
        ]
    );
    assert_eq!(node(&case, TEMP1).strength.as_str(), "derived");
    assert_eq!(node(&case, TEMP2).strength.as_str(), "inferred", "others use it too");
    assert!(node(&case, &evil).ended.is_some());
}

#[test]
fn an_oidc_provider_and_a_trust_anchor_let_in_too() {
    let oidc = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/evil.example");
    let anchor = format!("arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}:trust-anchor/0f1e");
    let provider = call(&seed(), 10, "iam", "CreateOpenIDConnectProvider")
        .request(json!({"url": "https://evil.example"}))
        .answer(json!({"openIDConnectProviderArn": oidc}));
    let trusted = call(&seed(), 11, "rolesanywhere", "CreateTrustAnchor")
        .request(json!({"name": "evil"}))
        .answer(json!({"trustAnchor": {"trustAnchorArn": anchor, "trustAnchorId": "0f1e"}}))
        .region("eu-west-1");
    let unknown = Caller(json!({"type": "Unknown", "principalId": "", "accountId": ACCOUNT}));
    let entered = call(&unknown, 30, "rolesanywhere", "CreateSession")
        .request(json!({"trustAnchorArn": anchor, "roleArn": role_arn("worker")}))
        .answer(json!({"credentialSet": [{"credentials": {"accessKeyId": TEMP2}}]}))
        .region("eu-west-1");
    let token = |second, provider: &str, key| {
        assertion(
            "AssumeRoleWithWebIdentity",
            second,
            &json!({}),
            &json!({"provider": provider}),
            key,
        )
    };
    let case = investigate(&[
        provider,
        trusted,
        token(20, &oidc, TEMP1),
        token(21, "evil.example", TEMP3),
        token(22, "accounts.google.com", "ASIAZZNOT00000000001"),
        entered,
    ]);
    assert_eq!(
        lines_of(&case, "session"),
        [
            format!("session let_in {TEMP1} < {oidc}"),
            format!("session let_in {TEMP3} < {oidc}"),
            format!("session let_in {TEMP2} < {anchor}"),
        ]
    );
}

#[test]
fn a_user_of_identity_center_leads_to_the_role_credentials_it_gets() {
    let made = call(&seed(), 10, "identitystore", "CreateUser").answer(json!({"userId": "0f1e-user"}));
    let of = |user: &str| {
        Caller(json!({"type": "IdentityCenterUser", "accountId": ACCOUNT,
            "onBehalfOf": {"userId": user}, "credentialId": "c"}))
    };
    let got = |user: &str, second| {
        call(&of(user), second, "sso", "GetRoleCredentials")
            .with(
                "serviceEventDetails",
                json!({"role_name": "Admin", "account_id": OUTSIDE}),
            )
            .with("eventType", json!("AwsServiceEvent"))
    };
    let case = investigate(&[made, got("0f1e-user", 20), got("another", 21)]);
    assert_eq!(lines_of(&case, "session"), ["session let_in Admin < 0f1e-user"]);
    assert!(!node(&case, "Admin").is_key(), "its record shows no key");
}

#[test]
fn a_permission_set_leads_to_the_sessions_of_its_roles_only() {
    let set = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";
    let made = call(&seed(), 10, "sso", "CreatePermissionSet")
        .request(json!({"name": "Helper"}))
        .answer(json!({"permissionSet": {"permissionSetArn": set}}));
    let role = |name: &str, second, key| {
        let mut call = saml(
            second,
            &format!("arn:aws:iam::{ACCOUNT}:saml-provider/AWSSSO_1_DO_NOT_DELETE"),
            key,
        );
        call = call.request(json!({"roleArn": role_arn(name), "roleSessionName": "somebody"}));
        call
    };
    let case = investigate(&[
        made,
        create_role(&user("admin", "AKIAADMIN00000000001"), 11, "Helper"),
        role("AWSReservedSSO_Helper_0f1e2d3c", 20, TEMP1),
        role("AWSReservedSSO_HelperToo_0f1e2d3c", 21, TEMP2),
        role("Helper", 22, TEMP3),
    ]);
    assert_eq!(lines_of(&case, "session"), [format!("session let_in {TEMP1} < {set}")]);
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
fn an_account_that_is_made_in_the_background_gets_its_number_from_the_result() {
    let asked = call(&seed(), 10, "organizations", "CreateAccount")
        .answer(json!({"createAccountStatus": {"id": "car-0f1e", "state": "IN_PROGRESS"}}));
    let result = call(
        &service("organizations.amazonaws.com"),
        60,
        "organizations",
        "CreateAccountResult",
    )
    .with(
        "serviceEventDetails",
        json!({"createAccountStatus": {"id": "car-0f1e", "state": "SUCCEEDED", "accountId": OUTSIDE}}),
    );
    let case = investigate(&[asked, result]);
    assert_eq!(beyond(&case), [format!("aws_account made {OUTSIDE} < {SEED}")]);
}

#[test]
fn the_keys_of_a_command_line_are_found_by_the_sign_in_they_come_from() {
    let sign_in = format!("arn:aws:signin:us-east-1:{ACCOUNT}:session/0f1e");
    let mallory = |key: &str| user("mallory", key).since(at(20));
    let token = call(&mallory("").without_key(), 30, "signin", "CreateOAuth2Token")
        .with("additionalEventData", json!({"signInSessionArn": sign_in}));
    let mut shell = mallory(TEMP1).since(at(300));
    shell.0["sessionContext"]["signInSessionArn"] = json!(sign_in);
    let case = investigate(&[
        on_user(&seed(), 10, "UpdateLoginProfile", "mallory"),
        console_login("mallory", 20),
        token,
        use_of(&shell, 310),
    ]);
    let lines = beyond(&case);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with(&format!("session made {sign_in} < ")), "{lines:?}");
    assert_eq!(lines[1], format!("session console_session {TEMP1} < {sign_in}"));
}

#[test]
fn what_is_read_all_day_is_one_node_and_no_change() {
    let read = |second, name: &str| {
        call(&seed(), second, "ssm", "GetParameter")
            .request(json!({"name": name, "withDecryption": true}))
            .answer(json!({"parameter": {"name": name}}))
    };
    let case = investigate(&[read(10, "/a"), read(11, "/a"), read(12, "/b"), read(13, "/a")]);
    assert_eq!(
        beyond(&case),
        [
            format!("secret exposed /a < {SEED}"),
            format!("secret exposed /b < {SEED}")
        ]
    );
    assert!(case.chain().changes.is_empty());
    let leads = keytrail::investigation::chain::leads(case.chain());
    assert!(!leads.iter().any(|lead| lead.value.starts_with('/')), "{leads:?}");
}

#[test]
fn what_a_resource_policy_lets_in_is_said_and_ends_with_it() {
    let policy =
        json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{OUTSIDE}:root")}}]});
    let put = call(&seed(), 10, "s3", "PutBucketPolicy").request(json!({"bucketName": "loot", "bucketPolicy": policy}));
    let removed = call(&seed(), 40, "s3", "DeleteBucketPolicy").request(json!({"bucketName": "loot"}));
    let case = investigate(&[put.clone(), removed]);
    assert_eq!(
        beyond(&case),
        [
            format!("resource_policy changed loot < {SEED}"),
            format!("aws_account trusts {OUTSIDE} < loot"),
        ]
    );
    assert!(node(&case, "loot").ended.is_some());
}

#[test]
fn an_mfa_device_that_the_chain_made_and_bound_is_one_node() {
    let serial = format!("arn:aws:iam::{ACCOUNT}:mfa/phone");
    let made = call(&seed(), 10, "iam", "CreateVirtualMFADevice")
        .answer(json!({"virtualMFADevice": {"serialNumber": serial}}));
    let bound = call(&seed(), 11, "iam", "EnableMFADevice").request(json!({"userName": "app", "serialNumber": serial}));
    let case = investigate(&[bound, made]);
    assert_eq!(beyond(&case), [format!("mfa_device made {serial} < {SEED}")]);
}
