//! The commands for resources: inert whatever the names, in an order that works, and only for what is still there.

use std::process::Command;

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
                for line in treatment.commands(treat, &resource) {
                    let words = argv(&line);
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
