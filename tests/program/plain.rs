//! Plain mode through pipes: lines in, lines out.

use std::io::Write;
use std::process::{Output, Stdio};

use keytrail::export::text::hides;
use keytrail::investigation::fact::ItemState;
use keytrail::store::CaseFile;
use serde_json::json;

use crate::support::desk::{Desk, code, err, out, records};
use crate::support::incident::*;
use crate::support::program::keytrail;

/// Answers the questions of plain mode, and ends the input after the last answer.
fn plain(desk: &Desk, command: &str, answers: &str) -> Output {
    let mut run = keytrail();
    match command {
        "open" => run.arg("open").arg(desk.path("case.keytrail")),
        _ => run
            .args(["investigate", SEED, "--from"])
            .arg(desk.path("logs"))
            .arg("--save")
            .arg(desk.path("case.keytrail")),
    };
    run.args(["--plain"]).env("USER", "alex");
    run.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = run.spawn().expect("the program runs");
    // It may be gone before it has read all.
    let _ = child.stdin.take().expect("a pipe").write_all(answers.as_bytes());
    child.wait_with_output().expect("the program ends")
}

/// What is drawn with lines or moves the cursor cannot be read aloud.
fn can_be_read_aloud(text: &str) {
    let drawn = |c: char| c != '\n' && (hides(c) || ('\u{2500}'..='\u{25ff}').contains(&c));
    assert!(!text.contains(drawn), "{text}");
}

#[test]
fn the_investigation_is_told_in_lines_and_its_steps_are_worked_through() {
    let desk = Desk::with_story();
    let evidence = desk.path("evidence");
    let answers = format!(
        "timeline CreateUser\n3\n4 S1-01\n3\n\n4\nwaits for the owner\nq\n5 {}\n6\n7\n8\n",
        evidence.display()
    );
    let run = plain(&desk, "investigate", &answers);
    let said = out(&run);
    assert_eq!(code(&run), 0, "{}", err(&run));
    can_be_read_aloud(&said);
    assert!(
        said.contains("Level 1: access key") && said.contains("    Level 3: "),
        "{said}"
    );
    assert!(said.contains(" iam CreateUser in "), "{said}");
    assert!(
        !said.lines().any(|line| line.contains(" iam CreateAccessKey in ")),
        "{said}"
    );
    assert!(said.contains("Finding 1, ") && said.contains("What to do: "), "{said}");
    assert!(
        said.contains("S1-01 is done.") && said.contains("S1-02 is blocked."),
        "{said}"
    );
    assert!(said.contains("Saved to "), "{said}");
    assert!(evidence.join("manifest.json").exists());
    assert!(said.contains("Part 1. Source: archive, "), "{said}");
    assert!(
        said.contains("Nothing outside IAM was made") || said.contains("Resource 1. State: "),
        "{said}"
    );
    // The facts are those that the screens write.
    let case = CaseFile::open(&desk.path("case.keytrail")).expect("a file");
    let progress = |item: &str| {
        case.investigation()
            .checklist()
            .progress(item)
            .cloned()
            .expect("marked")
    };
    assert_eq!(progress("S1-01").state, ItemState::Done);
    let second = progress("S1-02");
    assert_eq!(
        (second.state, &*second.note),
        (ItemState::Blocked, "waits for the owner")
    );
    assert_eq!(second.by, "alex");
    // Opened again, it goes on with the first item that is not settled.
    let again = out(&plain(&desk, "open", "steps\n"));
    assert!(
        again.contains("S1-02: ") && again.contains("Note: waits for the owner"),
        "{again}"
    );
}

#[test]
fn the_end_of_the_input_ends_it_at_every_question_and_half_an_answer_does_nothing() {
    let desk = Desk::with_story();
    for answers in [
        "",
        "what",
        "2\n3\n",
        "4\n",
        "4 S1-01\n4\n",
        "4 S1-01\nn\n",
        "5\n",
        "4 S9-99\n",
    ] {
        let run = plain(&desk, "investigate", answers);
        assert_eq!(code(&run), 0, "{answers:?}: {}", err(&run));
        assert_eq!(out(&run).matches("End of input.").count(), 1, "{answers:?}");
    }
    let case = CaseFile::open(&desk.path("case.keytrail")).expect("a file");
    assert_eq!(case.investigation().checklist().progress("S1-01"), None);
}

#[test]
fn nothing_an_attacker_wrote_makes_a_line_of_its_own() {
    let evil = "=cmd\u{1b}[2J\u{202e}\r\nLevel 1: forged\u{9b}2J";
    let desk = Desk::new();
    desk.log(
        "hostile.json",
        &records(&[
            create_user(&seed(), 1, evil).with("userAgent", json!(evil)),
            create_key(&seed(), 2, evil, "AKIAZZCHILD000000002").with("sourceIPAddress", json!(evil)),
        ]),
    );
    let run = plain(&desk, "investigate", "1\n2\n3\n4 S2-04\nn\nmine\u{1b}[2J\nb\n\nq\n8\n");
    let said = out(&run) + &err(&run);
    can_be_read_aloud(&said);
    assert!(said.contains("\\u{1b}[2J"), "{said}");
    assert!(
        !said
            .lines()
            .any(|line| line.trim_start().starts_with("Level 1: forged")),
        "{said}"
    );
}

#[test]
fn plain_text_changes_nothing_in_aws() {
    let run = keytrail()
        .args(["investigate", SEED, "--plain", "--allow-changes"])
        .output()
        .expect("runs");
    assert_eq!(code(&run), 2, "{}", err(&run));
}
