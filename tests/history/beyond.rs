//! What lies beyond the core: event history is asked for what each rule says leads on.

use serde_json::json;

use crate::aws::recent;
use crate::support::incident::{
    Caller, assume_role, call, create_user, role_arn, seed, service, session, use_of, user_arn,
};
use crate::*;

const MACHINE: &str = "ASIAZZMACHINE0000001";
const FUNCTION: &str = "ASIAZZFUNCTION000001";
const GUEST: &str = "ASIAZZGUEST000000001";

#[test]
fn machines_functions_and_providers_lead_on_and_what_was_only_read_does_not() {
    let profile = json!({"iamInstanceProfile": {"name": "web"}});
    let machine = call(&seed(), 10, "ec2", "RunInstances")
        .request(profile)
        .answer(json!({"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}));
    let function = call(&seed(), 20, "lambda", "CreateFunction20150331")
        .request(json!({"functionName": "orders", "role": role_arn("worker")}))
        .answer(json!({"functionName": "orders", "role": role_arn("worker"),
            "functionArn": format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:orders")}));
    let provider = format!("arn:aws:iam::{ACCOUNT}:saml-provider/evil");
    let trusted = call(&seed(), 30, "iam", "CreateSAMLProvider")
        .request(json!({"name": "evil"}))
        .answer(json!({"sAMLProviderArn": provider}));
    let guest = Caller(json!({"type": "SAMLUser", "principalId": "x:guest", "userName": "guest"}));
    let entered = assume_role(&guest, 40, "audit", "guest", GUEST)
        .with("eventName", json!("AssumeRoleWithSAML"))
        .with(
            "resources",
            json!([{"type": "AWS::IAM::SAMLProvider", "ARN": provider}]),
        );
    let asserted = json!({"roleArn": role_arn("audit"), "roleSessionName": "guest", "principalArn": provider});
    let organization = call(&seed(), 50, "iam", "EnableOrganizationsRootSessions");
    let secret = call(&seed(), 60, "secretsmanager", "GetSecretValue").request(json!({"secretId": "prod/db"}));
    let calls = [
        machine,
        function,
        trusted,
        entered.request(asserted),
        organization,
        secret,
        use_of(&session("worker-of-profile", "i-0123456789abcdef0", MACHINE), 100),
        assume_role(&service("lambda.amazonaws.com"), 110, "worker", "orders", FUNCTION),
        create_user(&session("worker", "orders", FUNCTION), 120, "mallory"),
        create_user(&session("audit", "guest", GUEST), 130, "deputy"),
    ];
    let records = recent(calls.iter().map(Call::json).collect());
    let aws = Aws::new(ACCOUNT).events(records).rate(1e6, 1e6).start();
    let desk = Desk::new();
    let save = desk.path("case.keytrail");
    let run = run(investigate(&aws, &save, &["--regions", "us-east-1"]));
    assert_eq!(code(&run), 0, "{}{}", out(&run), err(&run));
    let chain = chain(&save);
    let parent = |id: &str| {
        let node = chain["nodes"].as_array().unwrap().iter().find(|node| node["id"] == id);
        node.unwrap_or_else(|| panic!("no {id} in {chain:#}"))["parent"].clone()
    };
    assert_eq!(parent(MACHINE), "i-0123456789abcdef0");
    assert_eq!(
        parent(FUNCTION),
        format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:orders")
    );
    assert_eq!(parent(GUEST), *provider);
    assert_eq!(parent(&user_arn("mallory")), FUNCTION);
    assert_eq!(parent(&user_arn("deputy")), GUEST);
    let log = aws.log();
    let asked: Vec<_> = log.lookups().iter().filter_map(|entry| entry.attribute()).collect();
    assert!(asked.contains(&("EventName", "AssumeRoot")), "{asked:#?}");
    assert!(!asked.iter().any(|(_, value)| *value == "prod/db"), "{asked:#?}");
    assert!(desk.show("coverage", "csv").contains("lambda (Invoke)"));
}
