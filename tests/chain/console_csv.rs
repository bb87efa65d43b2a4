//! What the console's "Download events" CSV still tells.

use crate::KEY2;
use crate::support::incident::*;

#[test]
fn the_console_csv_links_through_its_resources_and_says_so() {
    let header = "User name,AWS access key,Event time,Event source,Event name,Resources,Event ID,Recipient Account Id";
    let row = [
        "app",
        SEED,
        "2026-03-04T10:00:05Z",
        "iam.amazonaws.com",
        "CreateAccessKey",
        r#"[{"resourceType":"AWS::IAM::AccessKey","resourceName":"AKIAZZCHILD000000002"},{"resourceType":"AWS::IAM::User","resourceName":"mallory"}]"#,
        "11111111-0000-4000-8000-000000000001",
        ACCOUNT,
    ];
    let value = keytrail::cloudtrail::console_csv::record(header.split(','), row.into_iter());
    let record = keytrail::cloudtrail::Record::parse(
        value.to_string().as_bytes(),
        &mut keytrail::cloudtrail::Interner::default(),
    )
    .unwrap();
    let case = feed(&[SEED], vec![vec![record]]);
    assert_eq!(core(&case), [format!("access_key minted {KEY2} < {SEED}")]);
    assert_eq!(node(&case, KEY2).strength.as_str(), "inferred");
    assert!(case.chain().warnings.iter().any(|w| w.contains("console CSV")));
}

#[test]
fn the_console_csv_names_the_user_among_the_resources_and_not_as_the_caller() {
    let header = "User name,AWS access key,Event time,Event source,Event name,Resources,Event ID,Recipient Account Id";
    let record = |seconds: u32, name: &str, resources: &str| {
        let time = format!("2026-03-04T10:00:{seconds:02}Z");
        let row = ["app", SEED, &time, "iam.amazonaws.com", name, resources, &time, ACCOUNT];
        let value = keytrail::cloudtrail::console_csv::record(header.split(','), row.into_iter());
        keytrail::cloudtrail::Record::parse(
            value.to_string().as_bytes(),
            &mut keytrail::cloudtrail::Interner::default(),
        )
        .unwrap()
    };
    let user = r#"[{"resourceType":"AWS::IAM::User","resourceName":"mallory"}]"#;
    let key = r#"[{"resourceType":"AWS::IAM::AccessKey","resourceName":"AKIAZZCHILD000000002"},
        {"resourceType":"AWS::IAM::User","resourceName":"mallory"}]"#;
    let role = r#"[{"resourceType":"AWS::IAM::Role","resourceName":"door"}]"#;
    let case = feed(
        &[SEED],
        vec![vec![
            record(5, "CreateLoginProfile", user),
            record(6, "CreateAccessKey", key),
            record(7, "AttachUserPolicy", user),
            record(8, "UpdateAssumeRolePolicy", role),
            record(9, "DeleteLoginProfile", user),
            record(10, "DeleteAccessKey", key),
        ]],
    );
    let password = format!("{ACCOUNT}:mallory@2026-03-04T10:00:05Z");
    assert_eq!(
        core(&case),
        [
            format!("login_profile created {password} < {SEED}"),
            format!("access_key minted {KEY2} < {SEED}"),
        ]
    );
    assert_eq!(node(&case, KEY2).owner.as_deref(), Some("mallory"));
    assert!(node(&case, KEY2).ended.is_some() && node(&case, &password).ended.is_some());
    assert_eq!(
        beyond(&case),
        [
            format!("user changed arn:aws:iam::{ACCOUNT}:user/mallory < {SEED}"),
            format!("role changed {} < {SEED}", role_arn("door")),
        ]
    );
}
