//! What was made outside IAM is looked at and removed by the printed commands, in the order given, against moto.

use std::process::Command;

use serde_json::{Value, json};

use crate::erase::{python, settings};
use crate::support::incident::{ACCOUNT, Call, SEED, call, seed};
use crate::support::program::{keytrail, skipped};
use crate::tools::{Moto, programs};

/// Two machines that are protected from being terminated, in a security group that lets the world in, with a key pair; a
/// bucket open to everybody; a rule with its target. Prints ids.
const STAGE: &str = r#"
import boto3, json
ec2 = boto3.client("ec2"); s3 = boto3.client("s3"); events = boto3.client("events")
ec2.create_key_pair(KeyName="default-key")
group = ec2.create_security_group(GroupName="web", Description="web")["GroupId"]
ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
image = ec2.describe_images()["Images"][0]["ImageId"]
run = ec2.run_instances(ImageId=image, MinCount=2, MaxCount=2, KeyName="default-key", SecurityGroupIds=[group], DisableApiTermination=True)
volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
ec2.modify_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", UserIds=["444455556666"])
s3.create_bucket(Bucket="example-exports")
s3.put_bucket_policy(Bucket="example-exports", Policy=json.dumps({"Version": "2012-10-17", "Statement": []}))
events.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
events.put_targets(Rule="hourly", Targets=[{"Id": "1", "Arn": "arn:aws:lambda:us-east-1:111122223333:function:f"}])
print(json.dumps({"group": group, "volume": volume, "snapshot": snapshot, "instances": [i["InstanceId"] for i in run["Instances"]]}))
"#;

/// What there is in the end.
const HELD: &str = r#"
import boto3, json
ec2 = boto3.client("ec2"); s3 = boto3.client("s3")
states = [i["State"]["Name"] for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]]
print(json.dumps({"states": sorted(set(states)), "pairs": ec2.describe_key_pairs()["KeyPairs"],
    "groups": [g["GroupName"] for g in ec2.describe_security_groups()["SecurityGroups"] if g["GroupName"] == "web"],
    "snapshots": [s["SnapshotId"] for s in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"] if s["Description"] == ""],
    "buckets": [b["Name"] for b in s3.list_buckets()["Buckets"]],
    "rules": [r["Name"] for r in boto3.client("events").list_rules()["Rules"]]}))
"#;

/// The calls that made it, as CloudTrail has them.
fn calls(staged: &Value) -> Vec<Call> {
    let made = |seconds, service: &str, name: &str| call(&seed(), seconds, service, name);
    let group = &staged["group"];
    let instances = staged["instances"].as_array().expect("ids").iter();
    let items: Vec<Value> = instances.map(|id| json!({"instanceId": id})).collect();
    vec![
        made(1, "ec2", "CreateKeyPair").request(json!({"keyName": "default-key"})),
        made(2, "ec2", "CreateSecurityGroup").answer(json!({"groupId": group})),
        made(3, "ec2", "AuthorizeSecurityGroupIngress").request(json!({"groupId": group, "ipPermissions": {"items": [
            {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}})),
        made(4, "ec2", "RunInstances").answer(json!({"instancesSet": {"items": items}})),
        made(5, "ec2", "CreateVolume").answer(json!({"volumeId": staged["volume"]})),
        made(6, "ec2", "CreateSnapshot").answer(json!({"snapshotId": staged["snapshot"]})),
        made(7, "ec2", "ModifySnapshotAttribute").request(json!({"snapshotId": staged["snapshot"],
            "createVolumePermission": {"add": {"items": [{"userId": "444455556666"}]}}})),
        made(8, "s3", "CreateBucket").request(json!({"bucketName": "example-exports"})),
        made(9, "s3", "PutBucketPolicy").request(json!({"bucketName": "example-exports"})),
        made(10, "events", "PutRule").request(json!({"name": "hourly"})),
        made(11, "events", "PutTargets").request(json!({"rule": "hourly", "targets": [{"id": "1"}]})),
    ]
}

#[test]
fn the_printed_commands_show_and_remove_what_was_made_in_the_order_given() {
    let programs = match programs() {
        Ok(programs) => programs,
        Err(why) => {
            return skipped(
                "the_printed_commands_show_and_remove_what_was_made_in_the_order_given",
                why,
            );
        }
    };
    let moto = Moto::start(ACCOUNT);
    let staged = python(&moto.endpoint, STAGE);
    let folder = tempfile::tempdir().expect("a folder");
    let records: Vec<Value> = calls(&staged).iter().map(Call::json).collect();
    let logs = folder.path().join("logs.json");
    std::fs::write(&logs, json!({"Records": records}).to_string()).expect("written");
    let case = folder.path().join("case.keytrail");
    let mut investigate = keytrail();
    investigate
        .args(["investigate", SEED, "--batch", "--from"])
        .arg(&logs)
        .arg("--save")
        .arg(&case);
    assert!(investigate.output().expect("runs").status.success());
    let printed = keytrail()
        .args(["resources", "--format", "json"])
        .arg(&case)
        .output()
        .expect("runs");
    let rows: Vec<Value> = serde_json::from_slice(&printed.stdout).expect("JSON");
    let path = std::env::var("PATH").expect("a path");
    let runs = |script: &str| {
        let mut shell = Command::new("sh");
        let shell = shell.args(["-c", script]).envs(settings(&moto.endpoint));
        let shell = shell.env("PATH", format!("{}:{path}", programs.display()));
        let ran = shell.env("AWS_PAGER", "").output().expect("runs");
        assert!(
            ran.status.success(),
            "{script}: {}",
            String::from_utf8_lossy(&ran.stderr)
        );
    };
    for row in &rows {
        runs(row["Look"].as_str().expect("a command"));
    }
    // As the steps print them.
    let mut print = keytrail();
    let printed = print
        .arg("checklist")
        .arg(&case)
        .args(["--commands", "--item", "S3-18"]);
    let printed = String::from_utf8(printed.output().expect("runs").stdout).expect("UTF-8");
    // What destroys data, or a policy, is commented out: the responder looked, and wants it.
    assert!(
        printed.contains("# aws s3api delete-bucket --bucket=example-exports"),
        "{printed}"
    );
    let printed = printed.replace("# aws ", "aws ");
    runs(&format!("set -e\n{printed}"));
    let held = python(&moto.endpoint, HELD);
    let nothing = json!([]);
    assert_eq!(held["states"], json!(["terminated"]), "{held:#}");
    for what in ["pairs", "groups", "snapshots", "buckets", "rules"] {
        assert_eq!(held[what], nothing, "{held:#}");
    }
}
