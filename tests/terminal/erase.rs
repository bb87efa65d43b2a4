//! Users and roles are deleted with all that hangs on them, against moto, which refuses what AWS refuses; and what
//! acting needs is what the second policy allows.

use std::process::Command;

use keytrail::account::policy::{CALLS, CHANGES, LOOKS};
use portable_pty::CommandBuilder;
use serde_json::Value;

use crate::aws::{Aws, Role, User};
use crate::support::incident::{
    ACCOUNT, Call, SEED, assume_role, create_key, create_role, create_user, create_user_with_id, role_arn, seed,
};
use crate::support::program::skipped;
use crate::terminal::Terminal;
use crate::tools::{Moto, programs};

/// What the attacker left: a user with a key, a password, an MFA device, policies and a group; a role with policies and
/// an instance profile. Prints ids.
const STAGE: &str = r#"
import boto3, json
iam = boto3.client("iam")
doc = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole"}]})
user = iam.create_user(UserName="mallory", Tags=[{"Key": "team", "Value": "none"}])["User"]
key = iam.create_access_key(UserName="mallory")["AccessKey"]
iam.create_login_profile(UserName="mallory", Password="Secret-123456")
mfa = iam.create_virtual_mfa_device(VirtualMFADeviceName="mallory")["VirtualMFADevice"]
iam.enable_mfa_device(UserName="mallory", SerialNumber=mfa["SerialNumber"], AuthenticationCode1="123456", AuthenticationCode2="654321")
policy = iam.create_policy(PolicyName="own", PolicyDocument=doc)["Policy"]["Arn"]
iam.attach_user_policy(UserName="mallory", PolicyArn=policy)
iam.put_user_policy(UserName="mallory", PolicyName="inline", PolicyDocument=doc)
iam.create_group(GroupName="staff")
iam.add_user_to_group(GroupName="staff", UserName="mallory")
role = iam.create_role(RoleName="door", AssumeRolePolicyDocument=trust)["Role"]
iam.attach_role_policy(RoleName="door", PolicyArn=policy)
iam.put_role_policy(RoleName="door", PolicyName="inline", PolicyDocument=doc)
iam.create_instance_profile(InstanceProfileName="web")
iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="door")
print(json.dumps({"user": user["UserId"], "key": key["AccessKeyId"], "role": role["RoleId"]}))
"#;

/// What there is in the end.
const LEFT: &str = r#"
import boto3, json
iam = boto3.client("iam")
print(json.dumps({"users": [u["UserName"] for u in iam.list_users()["Users"]],
    "roles": [r["RoleName"] for r in iam.list_roles()["Roles"]],
    "mfa": len(iam.list_virtual_mfa_devices()["VirtualMFADevices"])}))
"#;

pub(crate) fn settings(endpoint: &str) -> [(&'static str, &str); 6] {
    [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", "AKIAZZRESPONDER00001"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]
}

pub(crate) fn python(endpoint: &str, script: &str) -> Value {
    let mut python = Command::new(programs().expect("checked before").join("python"));
    let run = python
        .args(["-c", script])
        .envs(settings(endpoint))
        .output()
        .expect("runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).expect("JSON")
}

#[test]
fn a_user_and_a_role_go_with_everything_that_hangs_on_them() {
    if let Err(why) = programs() {
        return skipped("a_user_and_a_role_go_with_everything_that_hangs_on_them", why);
    }
    let moto = Moto::start(ACCOUNT);
    let staged = python(&moto.endpoint, STAGE);
    let text = |name: &str| staged[name].as_str().expect("an id").to_owned();
    let door = create_role(&seed(), 30, "door").answer(serde_json::json!({
        "role": {"roleName": "door", "roleId": text("role"), "arn": role_arn("door")},
    }));
    let calls = [
        create_user_with_id(&seed(), 10, "mallory", &text("user")),
        create_key(&seed(), 20, "mallory", &text("key")),
        door,
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log.json");
    std::fs::write(&log, crate::support::desk::records(&calls)).expect("written");

    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keytrail"));
    command.args(["investigate", SEED, "--allow-changes", "--from"]);
    command.arg(&log);
    command.arg("--save");
    command.arg(folder.path().join("case.keytrail"));
    for (name, value) in settings(&moto.endpoint) {
        command.env(name, value);
    }
    let mut terminal = Terminal::run(50, 140, command);
    terminal.shows("complete");
    terminal.types("2/mallory\r");
    terminal.shows(" exists ");
    terminal.types("DG");
    terminal.shows("Delete user mallory");
    terminal.types("k\r");
    terminal.shows("iam remove-user-from-group");
    terminal.types("mallory\r");
    terminal.shows("done, and the account shows it");
    terminal.types("\r");
    terminal.shows("D do");
    terminal.types("/\u{15}door\r");
    terminal.shows("search: door");
    terminal.types("DG");
    terminal.shows("Delete role door");
    terminal.types("k\r");
    terminal.shows("iam remove-role-from-instance-profile");
    terminal.types("door\r");
    terminal.shows("done, and the account shows it");
    terminal.types("\r");
    terminal.shows("q quit");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);

    let left = python(&moto.endpoint, LEFT);
    assert_eq!(left, serde_json::json!({"users": [], "roles": [], "mfa": 0}));

    // What was there is in the file, and leaves it with the evidence.
    let evidence = folder.path().join("evidence");
    let mut export = crate::support::program::keytrail();
    let export = export
        .arg("export")
        .arg(folder.path().join("case.keytrail"))
        .arg("--dir")
        .arg(&evidence);
    assert!(export.output().expect("runs").status.success());
    let manifest = std::fs::read(evidence.join("manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    let kept = manifest["snapshots"].as_array().expect("snapshots");
    let of: Vec<&str> = kept.iter().filter_map(|snapshot| snapshot["of"].as_str()).collect();
    for wanted in [
        "credential report",
        "account authorization details",
        "user mallory",
        "role door",
    ] {
        assert!(of.contains(&wanted), "{wanted}: {of:?}");
    }
    for snapshot in kept {
        let name = snapshot["name"].as_str().expect("a name");
        let text = std::fs::read_to_string(evidence.join(name)).expect("a file");
        let in_manifest = manifest["files"]
            .as_array()
            .expect("files")
            .iter()
            .any(|file| file["name"] == name);
        assert!(in_manifest, "{name}");
        match snapshot["of"].as_str() {
            Some("account authorization details") if of[..2].contains(&"account authorization details") => {
                assert!(text.contains("PolicyDocument"), "{text}");
            }
            Some("role door") => assert!(text.contains("444455556666") && text.contains("s3:*"), "{text}"),
            Some("user mallory") => assert!(text.contains("staff") && text.contains("team"), "{text}"),
            _ => {}
        }
    }
}

#[test]
fn acting_needs_no_more_than_the_policies_allow() {
    let mallory = User::new("mallory")
        .key("AKIAZZCHILD000000002")
        .attach("arn:aws:iam::aws:policy/AdministratorAccess")
        .inline("own", "{}")
        .boundary("arn:aws:iam::aws:policy/PowerUserAccess")
        .group("staff")
        .mfa("arn:aws:iam::111122223333:mfa/mallory")
        .ssh_key("APKAZZ0000000000001")
        .certificate("CERTZZ0000000000001")
        .service_credential("ACCAZZ0000000000001")
        .password(chrono::Utc::now());
    let door = Role::new("door")
        .attach("arn:aws:iam::aws:policy/AdministratorAccess")
        .profile("web");
    let calls = [
        create_user(&seed(), 10, "mallory"),
        create_role(&seed(), 30, "door"),
        assume_role(&seed(), 40, "door", "own", "ASIAZZTEMP0000000005"),
    ];
    let aws = Aws::new(ACCOUNT)
        .events(crate::aws::recent(calls.iter().map(Call::json).collect()))
        .user(User::new("app").key(SEED))
        .user(mallory)
        .group(crate::aws::Group::new("staff"))
        .role(door)
        .rate(1e6, 1e6)
        .start();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("case.keytrail");
    let file = file.to_str().expect("UTF-8");
    let investigate = [
        "investigate",
        SEED,
        "--regions",
        "us-east-1",
        "--allow-changes",
        "--save",
        file,
    ];
    let mut terminal = Terminal::run(50, 140, crate::account::with_credentials(&aws, &investigate));
    terminal.shows("app (IAM user)");
    terminal.types("2");
    terminal.shows(" exists ");
    for (name, last) in [("mallory", "Delete user mallory"), ("door", "Delete role door")] {
        terminal.types(&format!("/\u{15}{name}\r"));
        terminal.shows(&format!("search: {name}"));
        terminal.types("DG");
        terminal.shows(last);
        terminal.types("k\r");
        terminal.shows("To do this");
        terminal.types(&format!("{name}\r"));
        terminal.shows("done, and the account shows it");
        terminal.types("\r");
        terminal.shows("D do");
    }
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    let log = aws.log();
    let writes = log.writes();
    assert_eq!(
        writes.len(),
        18,
        "{:?}",
        writes.iter().map(|entry| &entry.action).collect::<Vec<_>>()
    );
    let reads = CALLS.map(|(action, _)| action);
    for entry in &log.0 {
        let permission = format!("{}:{}", entry.service, entry.action);
        let is_allowed = if entry.is_writing() {
            CHANGES.contains(&permission.as_str())
        } else {
            reads.contains(&permission.as_str()) || LOOKS.contains(&permission.as_str())
        };
        assert!(is_allowed, "{permission}");
    }
}
