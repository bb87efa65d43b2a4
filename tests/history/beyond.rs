//! What lies beyond the core: event history is asked for what each rule says leads on.

use serde_json::json;

use crate::aws::{Region, recent};
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

#[test]
fn what_the_chain_made_is_asked_for_last_and_only_where_it_was_made() {
    let machines = |from: usize, most: usize| {
        let items: Vec<Value> = (from..most)
            .map(|n| json!({"instanceId": format!("i-{n:017}")}))
            .collect();
        json!({"instancesSet": {"items": items}})
    };
    let defender = crate::support::incident::user("alex", "AKIAZZDEFENDER000001");
    let calls = [
        create_user(&seed(), 5, "mallory"),
        call(&seed(), 10, "ec2", "RunInstances")
            .answer(machines(0, 3))
            .region("eu-west-1"),
        call(&seed(), 11, "ec2", "RunInstances")
            .answer(machines(3, 70))
            .region("eu-west-2"),
        call(&defender, 90, "ec2", "TerminateInstances")
            .request(machines(0, 2))
            .region("eu-west-1"),
    ];
    let aws = Aws::new(ACCOUNT)
        .region("eu-west-1", Region::enabled())
        .region("eu-west-2", Region::enabled())
        .events(recent(calls.iter().map(Call::json).collect()))
        .rate(1e6, 1e6)
        .start();
    let desk = Desk::new();
    let run = run(investigate(&aws, &desk.path("case.keytrail"), &[]));
    assert_eq!(code(&run), 0, "{}{}", out(&run), err(&run));
    let listed = desk.show("resources", "csv");
    let count = |state: &str| listed.lines().filter(|line| line.contains(state)).count();
    // Of very many only some are asked for, and it is said of which.
    assert_eq!(
        (count(",gone,"), count(",still there,"), count(",not looked up,")),
        (2, 51, 17)
    );
    let log = aws.log();
    let asked = log.lookups().into_iter().map(|entry| {
        (
            entry.attribute().is_some_and(|(_, value)| value.starts_with("i-")),
            entry,
        )
    });
    let asked: Vec<_> = asked.collect();
    let first = asked.iter().position(|(is_machine, _)| *is_machine).unwrap();
    assert!(
        asked[first..]
            .iter()
            .all(|(is_machine, entry)| *is_machine == entry.region.starts_with("eu-west")
                || entry.attribute().is_some_and(|(by, _)| by != "ResourceName")),
        "{asked:#?}"
    );
}
