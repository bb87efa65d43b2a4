//! An incident that was really carried out: users, keys, roles and policies in moto, and the calls that made them in the
//! simulated event history.

use std::process::Command;

use keytrail::investigation::change::REVOKE;
use portable_pty::CommandBuilder;
use serde_json::{Value, json};

use crate::aws::{Aws, RESPONDER, Running, SECRET, recent};
use crate::erase::python;
use crate::support::incident::*;
use crate::tools::Moto;

/// The real application's user `app`, an honest user `ops`, a role `deploy` that was there before; and what an attacker
/// made with the application's key. Prints the ids that IAM gave.
const STAGE: &str = r#"
import boto3, json
iam = boto3.client("iam")
allow = lambda action: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
trust = lambda who: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": who}, "Action": "sts:AssumeRole"}]})
ids = {}
def user(name):
    ids[name] = iam.create_user(UserName=name)["User"]["UserId"]
def key(name, of):
    ids[name] = iam.create_access_key(UserName=of)["AccessKey"]["AccessKeyId"]
user("app"); key("seed", "app")
iam.put_user_policy(UserName="app", PolicyName="work", PolicyDocument=allow("s3:GetObject"))
user("ops")
ids["deploy"] = iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=trust("111122223333"))["Role"]["RoleId"]

user("mallory"); key("child", "mallory")
iam.create_login_profile(UserName="mallory", Password="Secret-123456")
iam.attach_user_policy(UserName="mallory", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
key("planted", "ops")
iam.put_user_policy(UserName="app", PolicyName="extra", PolicyDocument=allow("*"))
ids["door"] = iam.create_role(RoleName="door", AssumeRolePolicyDocument=trust("444455556666"))["Role"]["RoleId"]
iam.attach_role_policy(RoleName="door", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
iam.update_assume_role_policy(RoleName="deploy", PolicyDocument=trust(["111122223333", "444455556666"]))
print(json.dumps(ids))
"#;

/// What IAM holds in the end.
const HELD: &str = r#"
import boto3, json
iam = boto3.client("iam")
names = [user["UserName"] for user in iam.list_users()["Users"]]
keys = {name: {key["AccessKeyId"]: key["Status"] for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]} for name in names}
print(json.dumps({"users": sorted(names), "keys": keys,
    "inline": {name: iam.list_user_policies(UserName=name)["PolicyNames"] for name in names},
    "roles": sorted(role["RoleName"] for role in iam.list_roles()["Roles"]),
    "deploy": iam.list_role_policies(RoleName="deploy")["PolicyNames"],
    "trust": iam.get_role(RoleName="deploy")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"]}))
"#;

/// The incident, and where its investigation is kept.
pub(crate) struct Staged {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) aws: Running,
    pub(crate) moto: Moto,
    ids: Value,
}

impl Staged {
    /// Only where there are [`programs`](crate::tools::programs).
    pub(crate) fn new() -> Self {
        // The calls are an hour old; what they made is a little older.
        let moto = Moto::start_behind(ACCOUNT, 2);
        let ids = python(&moto.endpoint, STAGE);
        let id = |name: &str| ids[name].as_str().expect("an id").to_owned();
        let aws = Aws::new(ACCOUNT)
            .events(recent(calls(&id).iter().map(Call::json).collect()))
            .rate(1e6, 1e6)
            .latency_mean(0.05)
            .start();
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            aws,
            moto,
            ids,
        }
    }

    pub(crate) fn id(&self, name: &str) -> &str {
        self.ids[name].as_str().expect("an id")
    }

    pub(crate) fn file(&self) -> String {
        let file = self.folder.path().join("case.keytrail");
        file.to_str().expect("UTF-8").to_owned()
    }

    /// Where the responder's programs find AWS: identities in moto, everything else in the simulation.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let moto = &self.moto.endpoint;
        [
            ("AWS_ENDPOINT_URL", self.aws.url()),
            ("AWS_ENDPOINT_URL_IAM", moto.clone()),
            ("AWS_ENDPOINT_URL_STS", moto.clone()),
            ("AWS_ACCESS_KEY_ID", RESPONDER.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_DEFAULT_REGION", "us-east-1".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ]
        .to_vec()
    }

    /// The program in a terminal.
    pub(crate) fn command(&self, arguments: &[&str]) -> CommandBuilder {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keytrail"));
        command.args(arguments);
        for (name, value) in self.settings() {
            command.env(name, value);
        }
        command
    }

    /// A program without one.
    pub(crate) fn program(&self, mut program: Command) -> Command {
        program.envs(self.settings());
        program
    }

    pub(crate) fn held(&self) -> Value {
        python(&self.moto.endpoint, HELD)
    }

    /// What is left once all is done: the honest users and role as they were, and of the chain nothing.
    pub(crate) fn is_clean(&self) {
        let held = self.held();
        assert_eq!(held["users"], json!(["app", "ops"]), "{held:#}");
        assert_eq!(held["roles"], json!(["deploy"]), "{held:#}");
        assert_eq!(held["keys"]["ops"], json!({}), "{held:#}");
        assert_ne!(held["keys"]["app"][self.id("seed")], "Active", "{held:#}");
        let own = held["inline"]["app"].as_array().expect("policies");
        assert!(
            own.contains(&json!("work")) && !own.contains(&json!("extra")),
            "{held:#}"
        );
        assert_eq!(held["deploy"], json!([REVOKE]), "{held:#}");
    }
}

/// The calls as CloudTrail has them.
fn calls(id: &dyn Fn(&str) -> String) -> Vec<Call> {
    // As IAM made them: what has the name and another id is somebody else.
    let made = |name: &str, key: &str| {
        let Caller(mut identity) = user(name, &id(key));
        identity["principalId"] = json!(id(name));
        Caller(identity)
    };
    let app = made("app", "seed");
    let document = |who: &[&str]| {
        let who: Vec<String> = who
            .iter()
            .map(|account| format!("arn:aws:iam::{account}:root"))
            .collect();
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": who}}]})
            .to_string()
    };
    let role = |name: &str, by: &Caller, seconds, who: &[&str]| {
        call(by, seconds, "iam", "CreateRole")
            .request(json!({"roleName": name, "assumeRolePolicyDocument": document(who)}))
            .answer(json!({"role": {"roleName": name, "roleId": id(name), "arn": role_arn(name)}}))
    };
    let attach = |seconds, what: &str, member: &str, name: &str| {
        call(&app, seconds, "iam", what)
            .request(json!({member: name, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}))
    };
    // The application, day after day before the attack.
    let mut calls: Vec<Call> = (1..40)
        .map(|hour| {
            call(&app, -3600 * hour, "s3", "ListBuckets")
                .with("sourceIPAddress", json!("198.51.100.10"))
                .with("userAgent", json!("aws-sdk-java/2.20.0"))
        })
        .collect();
    let admin = user("admin", "AKIAADMIN00000000001");
    calls.push(role("deploy", &admin, -360_000, &[ACCOUNT]).with("sourceIPAddress", json!("198.51.100.77")));
    let Caller(mut deploy) = session("deploy", "one", "ASIAZZTEMP0000000005");
    deploy["principalId"] = json!(format!("{}:one", id("deploy")));
    deploy["sessionContext"]["sessionIssuer"]["principalId"] = json!(id("deploy"));
    let deploy = Caller(deploy);
    let ends = chrono::Utc::now() + chrono::TimeDelta::hours(6);
    let assumed = assume_role(&app, 100, "deploy", "one", "ASIAZZTEMP0000000005").answer(json!({
        "credentials": {"accessKeyId": "ASIAZZTEMP0000000005", "sessionToken": "EXAMPLETOKENEXAMPLETOKEN",
            "expiration": ends.format("%b %-d, %Y, %-I:%M:%S %p").to_string()},
        "assumedRoleUser": {"assumedRoleId": format!("{}:one", id("deploy")),
            "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/deploy/one")},
    }));
    calls.extend([
        call(&app, 0, "sts", "GetCallerIdentity"),
        create_user_with_id(&app, 10, "mallory", &id("mallory")),
        create_key(&app, 20, "mallory", &id("child")),
        create_password(&app, 30, "mallory"),
        attach(40, "AttachUserPolicy", "userName", "mallory"),
        create_key(&app, 50, "ops", &id("planted")),
        call(&app, 60, "iam", "PutUserPolicy").request(json!({"userName": "app", "policyName": "extra"})),
        role("door", &app, 70, &[OUTSIDE]),
        attach(80, "AttachRolePolicy", "roleName", "door"),
        call(&app, 90, "iam", "UpdateAssumeRolePolicy")
            .request(json!({"roleName": "deploy", "policyDocument": document(&[ACCOUNT, OUTSIDE])})),
        assumed,
        call(&deploy, 110, "s3", "ListBuckets"),
        call(&made("mallory", "child"), 120, "iam", "ListUsers"),
        call(&made("ops", "planted"), 130, "iam", "ListRoles"),
    ]);
    calls
}
