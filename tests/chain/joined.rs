//! What belongs to a node though no key of the chain signed it.

use serde_json::{Value, json};

use crate::support::incident::*;
use crate::{TEMP1, TEMP2, TEMP3};

pub(crate) fn lines_of(case: &keytrail::investigation::Investigation, kind: &str) -> Vec<String> {
    beyond(case).into_iter().filter(|line| line.starts_with(kind)).collect()
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

#[test]
fn a_session_that_no_record_names_brings_in_no_other_key_of_its_caller() {
    let shell = call(&seed(), 10, "cloudshell", "PutCredentials").request(json!({"EnvironmentId": "0f1e"}));
    let case = investigate(&[shell, use_of(&user("app", "AKIAZZHONEST00000001"), 20)]);
    assert_eq!(beyond(&case), [format!("session made {} < {SEED}", user_arn("app"))]);
    assert_eq!(core(&case), [""; 0]);
}
