//! The commands for resources: inert whatever the names, in an order that works, and only for what is still there.

use std::process::Command;

use keytrail::investigation::resource::Whose;
use keytrail::playbook::{self, Names, Treat, Treatment, commands};
use serde_json::json;

use crate::found;
use crate::support::incident::*;

/// What a real shell makes of a line: its words.
fn argv(line: &str) -> Vec<String> {
    let script = format!("set -f; print() {{ for w in \"$@\"; do printf '%s\\0' \"$w\"; done; }}; print {line}");
    let out = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(out.status.success(), "{line}: {}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

fn printed(case: &keytrail::investigation::Investigation, item: &str) -> Vec<String> {
    let playbook = playbook::built_in(playbook::DEFAULT).unwrap();
    let item = playbook.items().find(|known| known.id == item).unwrap();
    let lines = commands(item, &Names::of(case, at(900))).into_iter();
    lines.map(|command| command.line).collect()
}

/// As a step prints it, notes and all.
fn script_of(case: &keytrail::investigation::Investigation, item: &str) -> Vec<String> {
    let playbook = playbook::built_in(playbook::DEFAULT).unwrap();
    let item = playbook.items().find(|known| known.id == item).unwrap();
    playbook::script(item, &Names::of(case, at(900)))
}

#[test]
fn a_name_stays_one_word_of_its_command() {
    for name in [
        "$(touch /tmp/x)",
        "a b'c\"d`id`",
        "--endpoint-url=http://x",
        "; rm -rf /",
        "-",
        "a&&b|c>d",
    ] {
        let seed = seed();
        let case = investigate(&[
            call(&seed, 1, "ec2", "CreateKeyPair").request(json!({"keyName": name})),
            call(&seed, 2, "events", "PutTargets").request(json!({"rule": name, "targets": [{"id": name}]})),
            call(&seed, 3, "s3", "PutBucketPolicy").request(json!({"bucketName": name})),
            call(&seed, 4, "sns", "PutDataProtectionPolicy").request(json!({"name": name})),
        ]);
        let treatment = Treatment::default();
        let mut lines = 0;
        for resource in found(&case) {
            for treat in [Treat::Look, Treat::Remove] {
                let printed = treatment.commands(treat, &resource);
                for line in printed.iter().filter(|line| line.contains("aws ")) {
                    let words = argv(line.trim_start_matches("# "));
                    assert_eq!(words[0], "aws", "{line}");
                    assert!(
                        words.iter().any(|word| word.ends_with(&format!("={name}"))),
                        "{line}: {words:?}"
                    );
                    lines += 1;
                }
            }
        }
        assert!(lines >= 7, "{lines}");
    }
}

#[test]
fn a_name_that_hides_something_is_refused() {
    let case =
        investigate(&[call(&seed(), 1, "ec2", "CreateKeyPair").request(json!({"keyName": "a\u{202e}b\u{1b}[2J"}))]);
    for treat in [Treat::Look, Treat::Remove] {
        let lines = Treatment::default().commands(treat, &found(&case)[0]);
        assert!(lines.iter().all(|line| line.contains("<refused:")), "{lines:?}");
    }
}

#[test]
fn what_destroys_data_or_a_policy_is_commented_out_with_the_reason() {
    let case = investigate(&[
        call(&seed(), 1, "rds", "CreateDBInstance").request(json!({"dBInstanceIdentifier": "it's"})),
        call(&seed(), 2, "s3", "PutBucketPolicy").request(json!({"bucketName": "b"})),
        call(&seed(), 3, "ec2", "AllocateAddress").answer(json!({"allocationId": "eipalloc-1aaaaaaa"})),
    ]);
    let printed = script_of(&case, "S3-18");
    let starts: Vec<String> = printed.iter().map(|line| line.chars().take(30).collect()).collect();
    assert_eq!(
        starts,
        [
            "# in this order  what was ther",
            "# aws s3api delete-bucket-poli",
            "# destroys what it holds: look",
            "# aws rds modify-db-instance -",
            "# aws rds delete-db-instance -",
            "# aws rds wait db-instance-del",
            "aws ec2 release-address --allo",
        ]
    );
    assert!(printed[0].ends_with("takes away also what was there before: put that back instead if there was any"));
    // A table has one line, and none of it is run either.
    let one = Treatment::default().in_one_line(Treat::Remove, &found(&case)[1]);
    assert!(
        one.starts_with("# destroys what it holds") && !one.contains('\n'),
        "{one}"
    );
    let look = Treatment::default().in_one_line(Treat::Look, &found(&case)[1]);
    assert!(look.starts_with("aws rds describe-db-instances"), "{look}");
}

#[test]
fn what_only_the_real_application_touched_is_not_removed_with_the_rest() {
    let day = 86_400;
    let from = |call: Call, address: &str, program: &str| {
        call.with("sourceIPAddress", json!(address))
            .with("userAgent", json!(program))
    };
    let backup = |n: i64| {
        let call = call(&seed(), n * day + 100, "ec2", "CreateSnapshot");
        let call = call.answer(json!({"snapshotId": format!("snap-0{n:016x}")}));
        from(
            call,
            "198.51.100.10",
            "Boto3/1.34 md/Botocore#1.34 ua/2.0 os/linux lang/python#3.11",
        )
    };
    let steals = |n: i64, service: &str, name: &str| {
        from(
            call(&seed(), 28 * day + n, service, name),
            "185.220.101.4",
            "aws-cli/2.30.0",
        )
    };
    let mut calls: Vec<Call> = (0..28).map(backup).collect();
    calls.push(steals(1, "sts", "GetCallerIdentity"));
    calls.push(steals(2, "iam", "ListUsers"));
    calls.push(steals(3, "iam", "ListRoles"));
    calls.push(steals(4, "ec2", "CreateSnapshot").answer(json!({"snapshotId": "snap-1aaaaaaa"})));
    let instances = json!({"instancesSet": {"items": [{"instanceId": "i-0aaaaaaaaaaaaaaa1"}]}});
    calls.push(steals(5, "ec2", "RunInstances").answer(instances));
    calls.push(
        create_key(&seed(), 28 * day + 6, "backdoor", "AKIAZZBACKDOOR000001")
            .with("sourceIPAddress", json!("185.220.101.4")),
    );
    let mut case = investigate(&calls);
    let whose = |case: &keytrail::investigation::Investigation, id: &str| {
        let all = found(case);
        let resource = all.iter().find(|resource| resource.id == id).unwrap();
        (resource.whose, resource.sources.clone())
    };
    let (application, sources) = whose(&case, "snap-00000000000000005");
    assert_eq!(application, Whose::Application, "{sources:?}");
    assert_eq!(whose(&case, "snap-1aaaaaaa").0, Whose::Foreign);
    let printed = script_of(&case, "S3-18");
    assert!(
        printed
            .iter()
            .any(|line| line.starts_with("aws ec2 terminate-instances")),
        "{printed:#?}"
    );
    assert!(
        printed.iter().all(|line| !line.starts_with("aws ec2 delete-snapshot")),
        "{printed:#?}"
    );
    assert!(
        printed
            .iter()
            .any(|line| line.contains("seems to have touched it: judge its source first"))
    );
    // Judged, they are none of the attacker's.
    case.apply(&keytrail::investigation::fact::Fact {
        at: at(29 * day),
        what: keytrail::investigation::What::Judged(keytrail::investigation::fact::Judged {
            subject: sources[0].clone(),
            verdict: keytrail::investigation::Verdict::Expected,
            by: "test".to_owned(),
        }),
    });
    case.settle();
    assert_eq!(whose(&case, "snap-00000000000000005").0, Whose::Expected);
    let printed = script_of(&case, "S3-18");
    let snapshots: Vec<&String> = printed.iter().filter(|line| line.contains("delete-snapshot")).collect();
    assert_eq!(snapshots.len(), 1, "{snapshots:#?}");
}

#[test]
fn a_network_is_removed_after_what_lives_in_it_and_what_takes_time_is_waited_for() {
    let seed = seed();
    let made = |name: &str, answer: serde_json::Value| call(&seed, 1, "ec2", name).answer(answer);
    let case = investigate(&[
        made("CreateVpc", json!({"vpc": {"vpcId": "vpc-1aaaaaaa"}})),
        made("CreateSubnet", json!({"subnet": {"subnetId": "subnet-1aaaaaaa"}})),
        made("CreateSecurityGroup", json!({"groupId": "sg-1aaaaaaa"})),
        made("AllocateAddress", json!({"allocationId": "eipalloc-1aaaaaaa"})),
        made(
            "CreateNatGateway",
            json!({"CreateNatGatewayResponse": {"natGateway": {"natGatewayId": "nat-1aaaaaaa"}}}),
        ),
        call(&seed, 2, "rds", "CreateDBInstance").request(json!({"dBInstanceIdentifier": "d"})),
        call(&seed, 2, "elasticfilesystem", "CreateFileSystem").answer(json!({"fileSystemId": "fs-1aaaaaaa"})),
        call(&seed, 3, "elasticfilesystem", "CreateMountTarget")
            .request(json!({"fileSystemId": "fs-1aaaaaaa"}))
            .answer(json!({"mountTargetId": "fsmt-1aaaaaaa"})),
        call(&seed, 2, "batch", "CreateJobQueue").request(json!({"jobQueueName": "q"})),
        call(&seed, 2, "batch", "CreateComputeEnvironment").request(json!({"computeEnvironmentName": "e"})),
        call(&seed, 2, "eks", "CreateCluster").request(json!({"name": "c"})),
        call(&seed, 2, "eks", "CreateNodegroup").request(json!({"name": "c", "nodegroupName": "n"})),
        call(&seed, 3, "config", "StopConfigurationRecorder").request(json!({"configurationRecorderName": "default"})),
        call(&seed, 4, "config", "DeleteConfigurationRecorder")
            .request(json!({"configurationRecorderName": "default"})),
    ]);
    let printed = script_of(&case, "S3-18");
    let commands = printed.iter().map(|line| line.trim_start_matches("# "));
    let commands = commands.filter(|line| line.starts_with("aws ") || line.starts_with("sleep "));
    let commands: Vec<String> = commands
        .map(|line| {
            line.split(' ')
                .take_while(|word| !word.starts_with("--"))
                .skip(1)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    assert_eq!(
        commands,
        [
            "configservice put-configuration-recorder",
            "configservice start-configuration-recorder",
            "batch update-job-queue",
            "60",
            "batch delete-job-queue",
            "60",
            "batch update-compute-environment",
            "60",
            "batch delete-compute-environment",
            "eks delete-nodegroup",
            "eks wait nodegroup-deleted",
            "eks delete-cluster",
            "eks wait cluster-deleted",
            "efs delete-mount-target",
            "90",
            "efs delete-file-system",
            "rds modify-db-instance",
            "rds delete-db-instance",
            "rds wait db-instance-deleted",
            "ec2 delete-nat-gateway",
            "ec2 wait nat-gateway-deleted",
            "ec2 release-address",
            "ec2 delete-security-group",
            "ec2 delete-subnet",
            "ec2 delete-vpc",
        ]
    );
}

#[test]
fn the_steps_print_the_removal_in_an_order_that_works() {
    let seed = seed();
    let run = |id: &str, seconds| {
        call(&seed, seconds, "ec2", "RunInstances").answer(json!({"instancesSet": {"items": [{"instanceId": id}]}}))
    };
    let case = investigate(&[
        call(&seed, 1, "ec2", "CreateSecurityGroup").answer(json!({"groupId": "sg-1aaaaaaa"})),
        call(&seed, 2, "ec2", "AuthorizeSecurityGroupIngress").request(json!({"groupId": "sg-1aaaaaaa",
            "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}})),
        run("i-0aaaaaaaaaaaaaaa1", 3),
        run("i-0aaaaaaaaaaaaaaa2", 4),
        run("i-0aaaaaaaaaaaaaaa3", 5),
        call(&user("alex", "AKIARESPONDER0000001"), 50, "ec2", "TerminateInstances")
            .request(json!({"instancesSet": {"items": [{"instanceId": "i-0aaaaaaaaaaaaaaa3"}]}})),
        call(&seed, 6, "autoscaling", "CreateAutoScalingGroup").request(json!({"autoScalingGroupName": "g"})),
        call(&seed, 7, "events", "PutRule").request(json!({"name": "r"})),
        call(&seed, 8, "events", "PutTargets").request(json!({"rule": "r", "targets": [{"id": "1"}]})),
        call(&seed, 9, "lambda", "UpdateFunctionCode20150331v2").request(json!({"functionName": "orders"})),
    ]);
    let done: Vec<String> = printed(&case, "S3-18")
        .iter()
        .map(|line| line.split(' ').skip(1).take(3).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        done,
        [
            "events remove-targets --rule=r",
            "events disable-rule --name=r",
            "events delete-rule --name=r",
            "autoscaling delete-auto-scaling-group --auto-scaling-group-name=g",
            "ec2 modify-instance-attribute --instance-id=i-0aaaaaaaaaaaaaaa1",
            "ec2 modify-instance-attribute --instance-id=i-0aaaaaaaaaaaaaaa2",
            "ec2 terminate-instances --instance-ids=i-0aaaaaaaaaaaaaaa1",
            "ec2 terminate-instances --instance-ids=i-0aaaaaaaaaaaaaaa2",
            "ec2 wait instance-terminated",
            "ec2 wait instance-terminated",
            "ec2 revoke-security-group-ingress --group-id=sg-1aaaaaaa",
            "ec2 delete-security-group --group-id=sg-1aaaaaaa",
        ]
    );
    // What is looked at is what is there.
    let looked = printed(&case, "S3-03");
    let instances: Vec<&String> = looked
        .iter()
        .filter(|line| line.contains("describe-instances --instance-ids"))
        .collect();
    assert_eq!(instances.len(), 2, "{looked:?}");
}

#[test]
fn a_command_of_every_kind_can_be_filled_in() {
    let text = "format = 'keytrail-playbook/1'\nid = 'own'\ntitle = ''\ndescription = ''\n[[step]]\nnumber = 1\ntitle = ''\nintro = ''\n";
    for kind in keytrail::catalogue::resource_kinds() {
        for run in kind.look().chain(kind.remove()).chain(kind.put_back()) {
            let item =
                format!("[[step.item]]\nid = 'A-1'\ntitle = ''\nwhy = ''\ntime_box = '2 h'\ncommands = [\"{run}\"]\n");
            let read = playbook::parse(&format!("{text}{}", item.replace('\'', "'''").replace("'''", "'")));
            assert!(read.is_ok(), "{run}: {read:?}");
        }
    }
}
