//! Outputs of commands, piped into the checklist.

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::support::desk::{Desk, code, err, out};
use crate::support::incident::*;
use crate::support::program::keytrail;

/// A chain that stopped two trails and started an instance.
fn desk() -> Desk {
    let stop = |at, trail: &str| call(&seed(), at, "cloudtrail", "StopLogging").request(json!({"name": trail}));
    let instance = json!({"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}});
    let desk = Desk::new();
    let run = call(&seed(), 3, "ec2", "RunInstances").answer(instance);
    desk.log(
        "calls.json",
        &crate::support::desk::records(&[stop(1, "main"), stop(2, "audit"), run]),
    );
    assert_eq!(code(&desk.investigate(SEED, &[])), 0);
    desk
}

fn paste(desk: &Desk, arguments: &[&str], input: &str) -> Output {
    let mut run = keytrail();
    run.arg("checklist")
        .arg(desk.path("case.keytrail"))
        .args(arguments)
        .env("USER", "alex");
    run.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = run.spawn().expect("the program runs");
    // It may be gone before it has read all.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

fn item(desk: &Desk, id: &str) -> Value {
    let listed: Value = serde_json::from_str(&desk.show("checklist", "json")).expect("JSON");
    listed
        .as_array()
        .expect("a list")
        .iter()
        .find(|item| item["Item"] == id)
        .expect("the item")
        .clone()
}

#[test]
fn a_piped_output_proves_an_item_and_a_later_one_takes_that_back() {
    let desk = desk();
    let summary = |mfa: u8| json!({"SummaryMap": {"AccountMFAEnabled": mfa}}).to_string();
    let run = paste(&desk, &["--paste", "pa-11"], &summary(1));
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(
        out(&run).starts_with("PA-11, the account: root has MFA\nPA-11 is done and proved (root has MFA: `aws iam")
    );
    let proved = item(&desk, "PA-11");
    assert_eq!(proved["Progress"], "done and proved");
    let by = "root has MFA: `aws iam get-account-summary --output json` pasted by alex";
    assert_eq!(proved["Proof"], by);
    assert!(proved["ProofAt"].is_string());

    let run = paste(&desk, &["--paste", "PA-11"], &summary(0));
    assert_eq!(code(&run), 0);
    assert!(
        out(&run).contains("PA-11, the account: root has no MFA\nPA-11 is open"),
        "{}",
        out(&run)
    );

    let evidence = desk.path("evidence");
    let export = keytrail()
        .arg("export")
        .arg(desk.path("case.keytrail"))
        .arg("--dir")
        .arg(&evidence)
        .output();
    assert_eq!(code(&export.expect("runs")), 0);
    assert_eq!(
        std::fs::read_to_string(evidence.join("pasted/001-PA-11.json")).expect("kept"),
        summary(1)
    );
}

#[test]
fn of_several_outputs_the_name_or_the_number_is_asked_for() {
    let desk = desk();
    let logging = r#"{"IsLogging": true}"#;
    let run = paste(&desk, &["--paste", "S2-15"], logging);
    assert_eq!(code(&run), 2);
    let listed = err(&run);
    assert!(
        listed.contains("S2-15 asks for 4 outputs") && listed.contains("--of takes the name"),
        "{listed}"
    );
    assert!(
        listed.contains("1  logging stopped ") && listed.contains("aws cloudtrail get-trail-status --name="),
        "{listed}"
    );
    let run = paste(&desk, &["--paste", "S2-15", "--of", "main"], logging);
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(
        out(&run).contains("S2-15, logging stopped main: it is logging"),
        "{}",
        out(&run)
    );
    // A region has two.
    assert_eq!(
        code(&paste(&desk, &["--paste", "S2-15", "--of", "us-east-1"], logging)),
        2
    );
    let run = paste(&desk, &["--paste", "S2-15", "--of", "3"], r#"{"Status": "ENABLED"}"#);
    assert!(out(&run).contains("GuardDuty is on"), "{}{}", out(&run), err(&run));
    for (arguments, says) in [
        (
            &["--paste", "S2-15", "--of", "other"][..],
            "asks for no output of other",
        ),
        (&["--paste", "S9-99"], "no item S9-99"),
        (&["--paste", "S1-05"], "no output that can be pasted shows S1-05"),
        (&["--of", "x"], "--paste"),
        (&["--paste", "PA-11", "--commands"], "cannot be used with"),
    ] {
        let run = paste(&desk, arguments, logging);
        assert_eq!(code(&run), 2, "{arguments:?}");
        assert!(err(&run).contains(says), "{arguments:?}: {}", err(&run));
    }
    // One instance: nothing to ask.
    let run = paste(
        &desk,
        &["--paste", "S3-18"],
        r#"{"Instances": [["i-0123456789abcdef0", "terminated"]]}"#,
    );
    assert!(
        out(&run).contains("S3-18, EC2 instance i-0123456789abcdef0: it is terminated"),
        "{}{}",
        out(&run),
        err(&run)
    );
    let run = paste(
        &desk,
        &["--paste", "S3-18"],
        r#"{"Instances": [["i-other", "terminated"]]}"#,
    );
    assert_eq!(code(&run), 1);
    assert!(err(&run).contains("this is about i-other"), "{}", err(&run));
}

#[test]
fn what_cannot_be_used_is_refused_and_no_secret_reaches_file_or_screen() {
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let desk = desk();
    let before = std::fs::read(desk.path("case.keytrail")).expect("a file");
    let key = format!("{{\"AccessKey\": {{\"SecretAccessKey\": \"{SECRET}\"}}}}");
    for (input, says) in [
        ("", "nothing was pasted"),
        ("TABLE \u{1b}[2J", "not JSON"),
        (
            "An error occurred (AccessDenied) when calling",
            "error of the command, AccessDenied",
        ),
        (&key, "holds a secret"),
        (&"[".repeat(3 << 20), "more than"),
        (&"[".repeat(1 << 20), "not JSON"),
    ] {
        let run = paste(&desk, &["--paste", "PA-11"], input);
        assert_eq!(code(&run), 1, "{says}");
        let said = format!("{}{}", out(&run), err(&run));
        assert!(
            said.contains(says) && !said.contains('\u{1b}') && !said.contains("wJalr"),
            "{said}"
        );
    }
    assert_eq!(std::fs::read(desk.path("case.keytrail")).expect("a file"), before);

    // In what is taken, secrets are replaced.
    let output = json!({"SummaryMap": {"AccountMFAEnabled": 1, "Note": SECRET}}).to_string();
    assert_eq!(code(&paste(&desk, &["--paste", "PA-11"], &output)), 0);
    let file = std::fs::read(desk.path("case.keytrail")).expect("a file");
    let holds = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("AccountMFAEnabled") && !holds("wJalr") && !holds("K7MDENG"));
}
