//! What is shown beside the core of the chain, or not at all.

use serde_json::json;

use crate::support::incident::*;
use crate::{KEY2, TEMP1, TEMP2};

#[test]
fn compute_that_carries_a_role_is_shown_with_the_sessions_it_gets() {
    let run = call(&seed(), 10, "ec2", "RunInstances")
        .request(json!({"iamInstanceProfile": {"name": "existing-profile"}}))
        .answer(json!({"instancesSet": {"items": [{"instanceId": "i-aaaa"}, {"instanceId": "i-bbbb"}]}}));
    let plain =
        call(&seed(), 11, "ec2", "RunInstances").answer(json!({"instancesSet": {"items": [{"instanceId": "i-cccc"}]}}));
    let case = investigate(&[
        run,
        plain,
        assume_role(&service("ec2.amazonaws.com"), 20, "existing", "i-aaaa", TEMP1),
        create_user(&session("existing", "i-aaaa", TEMP1), 30, "mallory"),
    ]);
    assert_eq!(
        beyond(&case),
        [
            format!("ec2_instance carries_role i-aaaa < {SEED}"),
            format!("ec2_instance carries_role i-bbbb < {SEED}"),
            "session carries_role ASIAZZTEMP0000000001 < i-aaaa".to_owned(),
        ]
    );
    assert_eq!(core(&case), [format!("user created {} < {TEMP1}", user_arn("mallory"))]);
    let nodes: std::collections::BTreeSet<_> = case.chain().nodes.iter().map(|n| &n.node).collect();
    assert_eq!(nodes.len(), case.chain().nodes.len(), "every node id is unique");
}

#[test]
fn other_credentials_are_nodes_outside_the_core() {
    let ssh = call(&seed(), 10, "iam", "UploadSSHPublicKey")
        .request(json!({"userName": "git"}))
        .answer(json!({"sSHPublicKey": {"sSHPublicKeyId": "APKAEXAMPLE"}}));
    let certificate = call(&seed(), 11, "iam", "UploadSigningCertificate")
        .request(json!({"userName": "git"}))
        .answer(json!({"certificate": {"certificateId": "CERT1"}}));
    let git = call(&seed(), 12, "iam", "CreateServiceSpecificCredential")
        .request(json!({"userName": "git"}))
        .answer(
            json!({"serviceSpecificCredential": {"serviceSpecificCredentialId": "ACCAEXAMPLE", "userName": "git"}}),
        );
    let mfa = call(&seed(), 13, "iam", "EnableMFADevice")
        .request(json!({"userName": "git", "serialNumber": "arn:aws:iam::111122223333:mfa/x"}));
    let removed = call(&seed(), 20, "iam", "DeleteSSHPublicKey")
        .request(json!({"userName": "git", "sSHPublicKeyId": "APKAEXAMPLE"}));
    let case = investigate(&[ssh, certificate, git, mfa, removed]);
    assert_eq!(core(&case), [""; 0]);
    assert_eq!(
        beyond(&case),
        [
            format!("ssh_key made APKAEXAMPLE < {SEED}"),
            format!("signing_certificate made CERT1 < {SEED}"),
            format!("service_credential made ACCAEXAMPLE < {SEED}"),
            format!("mfa_device made arn:aws:iam::111122223333:mfa/x < {SEED}"),
        ]
    );
    assert!(node(&case, "APKAEXAMPLE").ended.is_some());
}

#[test]
fn a_failed_call_is_an_attempt_and_never_a_node() {
    let denied = create_user(&seed(), 10, "mallory").denied();
    // An error code wins over a response (quirk Q18).
    let both = create_key(&seed(), 11, "app", KEY2).with("errorCode", json!("LimitExceeded"));
    let read = use_of(&seed(), 12).denied();
    let case = investigate(&[denied.clone(), both.clone(), read]);
    assert_eq!(core(&case), [""; 0]);
    let attempts: Vec<_> = case.chain().attempts.iter().map(|a| a.event.id.to_string()).collect();
    assert_eq!(attempts, [denied.id(), both.id()]);
}

#[test]
fn what_follows_from_a_link_beyond_the_core_is_listed_and_not_counted() {
    let run = call(&seed(), 1, "ec2", "RunInstances")
        .request(json!({"iamInstanceProfile": {"name": "existing-profile"}}))
        .answer(json!({"instancesSet": {"items": [{"instanceId": "i-aaaa"}]}}));
    let case = investigate(&[
        run,
        assume_role(&service("ec2.amazonaws.com"), 10, "existing", "i-aaaa", TEMP1),
        assume_role(&session("existing", "i-aaaa", TEMP1), 20, "other", "x", TEMP2),
        use_of(&session("other", "x", TEMP2), 30).denied(),
    ]);
    assert_eq!(core(&case), [format!("session minted {TEMP2} < {TEMP1}")]);
    let counts = case.chain().counts;
    assert_eq!((counts.seed, counts.chain, counts.failed), (1, 1, 0));
}
