//! moto, another simulation of AWS, tells the same story of identities.

use serde_json::{Value, json};

use crate::aws::{Aws, RESPONDER, Role};
use crate::cli::{Cli, code};
use crate::tools::Moto;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;
const DOCUMENT: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
const MANAGED: &str = "arn:aws:iam::123456789012:policy/own";

/// Calls that build an account and read it. DOCUMENT, TRUST, MANAGED and KEY (the key just made) are filled in.
const STORY: &str = "
    create-user --user-name app --path /service/
    create-user --user-name app
    get-user --user-name app
    get-user --user-name nobody
    create-access-key --user-name app
    list-access-keys --user-name app
    list-access-keys --user-name nobody
    get-access-key-last-used --access-key-id KEY
    update-access-key --user-name app --access-key-id KEY --status Inactive
    list-access-keys --user-name app
    get-login-profile --user-name app
    create-login-profile --user-name app --password Secret-123456
    create-login-profile --user-name app --password Secret-123456
    get-login-profile --user-name app
    update-login-profile --user-name app --password Other-123456
    update-login-profile --user-name nobody --password Other-123456
    list-ssh-public-keys --user-name app
    list-signing-certificates --user-name app
    create-policy --policy-name own --policy-document DOCUMENT
    get-policy --policy-arn MANAGED
    get-policy-version --policy-arn MANAGED --version-id v1
    attach-user-policy --user-name app --policy-arn MANAGED
    list-attached-user-policies --user-name app
    put-user-policy --user-name app --policy-name inline --policy-document DOCUMENT
    list-user-policies --user-name app
    get-user-policy --user-name app --policy-name inline
    get-user-policy --user-name app --policy-name other
    create-group --group-name staff
    add-user-to-group --group-name staff --user-name app
    list-groups-for-user --user-name app
    attach-group-policy --group-name staff --policy-arn MANAGED
    list-attached-group-policies --group-name staff
    put-group-policy --group-name staff --policy-name inline --policy-document DOCUMENT
    list-group-policies --group-name staff
    create-role --role-name audit --assume-role-policy-document TRUST
    get-role --role-name audit
    get-role --role-name nobody
    attach-role-policy --role-name audit --policy-arn MANAGED
    list-attached-role-policies --role-name audit
    put-role-policy --role-name audit --policy-name inline --policy-document DOCUMENT
    list-role-policies --role-name audit
    get-role-policy --role-name audit --policy-name inline
    list-instance-profiles-for-role --role-name audit
    delete-role --role-name audit
    detach-role-policy --role-name audit --policy-arn MANAGED
    delete-role-policy --role-name audit --policy-name inline
    delete-role --role-name audit
    get-role --role-name audit
    list-mfa-devices --user-name app
    delete-user --user-name app
    detach-user-policy --user-name app --policy-arn MANAGED
    detach-user-policy --user-name app --policy-arn MANAGED
    delete-user-policy --user-name app --policy-name inline
    delete-access-key --user-name app --access-key-id KEY
    delete-login-profile --user-name app
    remove-user-from-group --group-name staff --user-name app
    delete-user --user-name app
    get-user --user-name app
";

/// What each line of the story answers: its members, or its error code.
fn told(cli: &mut Cli) -> Vec<(String, Value)> {
    let mut key = String::new();
    let lines = STORY.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let words = line.split(' ').map(|word| match word {
                "DOCUMENT" => DOCUMENT,
                "TRUST" => TRUST,
                "MANAGED" => MANAGED,
                "KEY" => &key,
                other => other,
            });
            let arguments: Vec<&str> = ["iam"].into_iter().chain(words).collect();
            let answer = cli
                .run(&arguments)
                .unwrap_or_else(|complaint| json!(code(Err(complaint))));
            if let Some(made) = answer.pointer("/AccessKey/AccessKeyId").and_then(Value::as_str) {
                made.clone_into(&mut key);
            }
            (line.to_owned(), answer)
        })
        .collect()
}

/// What AWS documents and moto leaves out.
const UNKNOWN_TO_MOTO: &str = "PermissionsBoundaryUsageCount";

/// The answer without what is new every time: ids, secrets and dates keep only that they are there.
fn lasting(value: &Value) -> Value {
    const FRESH: [&str; 8] = [
        "AccessKeyId",
        "SecretAccessKey",
        "UserId",
        "RoleId",
        "GroupId",
        "PolicyId",
        "CreateDate",
        "UpdateDate",
    ];
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| *name != UNKNOWN_TO_MOTO)
            .map(|(name, value)| {
                let value = if FRESH.contains(&name.as_str()) {
                    json!("fresh")
                } else {
                    lasting(value)
                };
                (name.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(lasting).collect(),
        other => other.clone(),
    }
}

#[test]
fn moto_tells_the_same_story_of_identities() {
    let aws = Aws::new("123456789012").start();
    let Some(mut ours) = Cli::new("moto_tells_the_same_story_of_identities", &aws) else {
        return;
    };
    let moto = Moto::start("123456789012");
    let mut theirs = Cli::at(&moto.endpoint, &aws);
    let (ours, theirs) = std::thread::scope(|scope| {
        let theirs = scope.spawn(|| told(&mut theirs));
        (told(&mut ours), theirs.join().expect("moto's story"))
    });
    for ((line, ours), (_, theirs)) in ours.iter().zip(&theirs) {
        assert_eq!(lasting(ours), lasting(theirs), "{line}");
    }
}

/// The names of all members, with those inside them.
fn names(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), names(value)))
            .collect(),
        Value::Array(items) => items.first().map(names).into_iter().collect(),
        _ => json!("something"),
    }
}

#[test]
fn moto_answers_with_the_same_members_about_sessions_and_regions() {
    let aws = Aws::new("123456789012").role(Role::new("audit")).start();
    let name = "moto_answers_with_the_same_members_about_sessions_and_regions";
    let Some(mut ours) = Cli::new(name, &aws) else {
        return;
    };
    let moto = Moto::start("123456789012");
    let mut theirs = Cli::at(&moto.endpoint, &aws);
    let lines = [
        "sts get-caller-identity".to_owned(),
        format!("sts get-access-key-info --access-key-id {RESPONDER}"),
        "sts assume-role --role-arn arn:aws:iam::123456789012:role/audit --role-session-name me".to_owned(),
        "sts get-session-token".to_owned(),
        "ec2 describe-regions".to_owned(),
    ];
    for line in lines {
        let [ours, theirs] = [&mut ours, &mut theirs].map(|cli| cli.line(&line).expect("an answer"));
        assert_eq!(names(&ours), names(&theirs), "{line}");
    }
}
