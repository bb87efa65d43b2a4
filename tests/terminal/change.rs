//! A node is acted on: nothing without permission, and with it only what was confirmed by typing the name.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::account::with_credentials;
use crate::aws::{Aws, Denial, Key, Running, SECRET, User, recent};
use crate::support::incident::{ACCOUNT, SEED, call, create_key, create_user, seed};
use crate::support::program::keytrail;
use crate::terminal::Terminal;

const CHILD: &str = "AKIAZZCHILD000000002";

struct Case {
    folder: tempfile::TempDir,
    aws: Running,
}

impl Case {
    /// An account in which the key was used, and made a user with a key.
    fn new(aws: Aws) -> Self {
        let used = call(&seed(), 0, "s3", "ListBuckets").with("number", json!(1));
        let calls = [
            used,
            create_user(&seed(), 10, "mallory"),
            create_key(&seed(), 20, "mallory", CHILD),
        ];
        let records: Vec<Value> = calls.iter().map(crate::support::incident::Call::json).collect();
        let aws = aws.events(recent(records)).rate(1e6, 1e6);
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            aws: aws.start(),
        }
    }

    fn usual() -> Self {
        let recently = chrono::Utc::now() - chrono::TimeDelta::hours(2);
        let used = Key::new(SEED).last_used(recently, "s3", "eu-west-1");
        Self::new(
            Aws::new(ACCOUNT).user(User::new("app").with_key(used)).user(
                User::new("mallory")
                    .key(CHILD)
                    .attach("arn:aws:iam::aws:policy/AdministratorAccess"),
            ),
        )
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("case.keytrail")
    }

    /// The program on the chain, with the first node (the leaked key) selected.
    fn investigate(&self, more: &[&str]) -> Terminal {
        let file = self.file();
        let file = file.to_str().expect("UTF-8");
        let investigate = ["investigate", SEED, "--regions", "us-east-1", "--save", file];
        let all = [&investigate[..], more].concat();
        let mut terminal = Terminal::run(40, 140, with_credentials(&self.aws, &all));
        terminal.shows("app (IAM user)");
        terminal.types("2");
        terminal.shows(" active ");
        terminal
    }

    fn keytrail(&self, command: &str, more: &[&str]) -> std::process::Command {
        let mut program = keytrail();
        self.aws.credentials(&mut program);
        program.arg(command).arg(self.file()).args(more);
        program
    }

    /// The calls that could change something, by name.
    fn writes(&self) -> Vec<String> {
        let log = self.aws.log();
        log.writes().iter().map(|entry| entry.action.clone()).collect()
    }

    fn is_active(&self, user: &str, key: &str) -> bool {
        let mut active = false;
        self.aws.change(|identities| {
            let keys = &identities.users[user].keys;
            active = keys.iter().any(|listed| listed.id == key && listed.active);
        });
        active
    }
}

/// Closes what lies over the chain, and the program.
fn leave(mut terminal: Terminal) -> String {
    terminal.types("\u{1b}");
    terminal.shows("q quit");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
    terminal.received()
}

/// Undoes with these lines typed, and gives what was said.
fn undo(case: &Case, typed: &str) -> String {
    let mut program = case.keytrail("undo", &["--allow-changes"]);
    let (read, write) = (std::process::Stdio::piped, std::process::Stdio::piped);
    let mut run = program.stdin(read()).stdout(write()).spawn().expect("runs");
    run.stdin
        .take()
        .expect("its input")
        .write_all(typed.as_bytes())
        .expect("typed");
    let output = run.wait_with_output().expect("runs");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn what_was_done_is_undone_newest_first_and_listed() {
    let case = Case::usual();
    let nothing = case.investigate(&["--allow-changes"]);
    leave(nothing);
    let list = |more: &[&str]| {
        let run = case.keytrail("undo", more).output().expect("runs");
        assert!(run.status.success());
        String::from_utf8(run.stdout).expect("UTF-8")
    };
    assert_eq!(list(&[]), "keytrail changed nothing in the account.\n");
    let open = [
        case.file().to_str().expect("UTF-8").to_owned(),
        "--allow-changes".to_owned(),
    ];
    let mut terminal = Terminal::run(40, 140, with_credentials(&case.aws, &["open", &open[0], &open[1]]));
    terminal.shows("2 Chain");
    terminal.types("2D\r");
    terminal.shows("To do this");
    terminal.types(&format!("{SEED}\r"));
    terminal.shows("done, and the account shows it");
    terminal.types("\r");
    terminal.shows("D do");
    terminal.types("Djj\r");
    terminal.shows("AWSDenyAll");
    terminal.types("app\r");
    terminal.shows("done, and the account shows it");
    leave(terminal);
    assert_eq!(case.writes(), ["UpdateAccessKey", "AttachUserPolicy"]);

    let listed = list(&[]);
    let commands: Vec<&str> = listed
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    assert_eq!(
        commands,
        [
            "aws iam detach-user-policy --user-name=app --policy-arn=arn:aws:iam::aws:policy/AWSDenyAll",
            &format!("aws iam update-access-key --user-name=app --access-key-id={SEED} --status=Active"),
        ]
    );
    let document: Value = serde_json::from_str(&list(&["--format", "json"])).expect("JSON");
    assert_eq!(document["changes"][1]["calls"][0]["action"], "iam:UpdateAccessKey");
    assert_eq!(case.writes().len(), 2, "listing calls nothing");

    // The first is left, the second is undone.
    let said = undo(&case, &format!("\n{SEED}\n"));
    assert!(
        said.contains("Left as it is.") && said.contains("done, and the account shows it"),
        "{said}"
    );
    assert_eq!(case.writes()[2..], ["UpdateAccessKey"]);
    assert!(case.is_active("app", SEED));
    assert!(list(&[]).contains("# undone by change 3"), "{}", list(&[]));
    undo(&case, "app\n");
    assert_eq!(case.writes()[3..], ["DetachUserPolicy"]);
    assert_eq!(undo(&case, ""), "There is nothing to undo.\n");
}

#[test]
fn the_leaked_key_is_deactivated_by_typing_it() {
    let case = Case::usual();
    let mut terminal = case.investigate(&["--allow-changes"]);
    terminal.shows("CHANGES ALLOWED");
    terminal.types("D");
    terminal.shows("Create a replacement key for user app");
    terminal.types("\r");
    terminal.shows("What is called");
    terminal.shows("last used");
    terminal.shows(&format!("To do this, type {SEED}"));
    // What is not the name does nothing.
    terminal.types("app\r");
    terminal.shows("nothing was done");
    assert!(case.writes().is_empty(), "{:?}", case.writes());
    terminal.types("\u{1b}");
    terminal.shows("D do");
    terminal.types("D\r");
    terminal.shows("To do this");
    terminal.types(SEED);
    terminal.types("\r");
    terminal.shows("done, and the account shows it");
    assert_eq!(case.writes(), ["UpdateAccessKey"]);
    assert!(!case.is_active("app", SEED));
    terminal.types("\u{1b}");
    terminal.shows(" inactive ");
    leave(terminal);
}

#[test]
fn read_only_the_same_menu_gives_commands_and_calls_nothing() {
    let case = Case::usual();
    let mut terminal = case.investigate(&[]);
    terminal.shows("READ-ONLY");
    terminal.types("D\r");
    terminal.shows("aws iam update-access-key --user-name=app");
    terminal.shows("was started read-only");
    // Typing does not help.
    terminal.types(SEED);
    terminal.types("y");
    terminal.shows("Copied the commands");
    leave(terminal);
    assert!(case.writes().is_empty(), "{:?}", case.writes());
    assert!(case.is_active("app", SEED));
}

#[test]
fn deleting_the_applications_only_key_is_confirmed_twice_and_evidence_is_kept_first() {
    let case = Case::usual();
    let mut terminal = case.investigate(&["--allow-changes"]);
    terminal.types("D");
    terminal.shows("Delete key");
    terminal.types("jjjj\r");
    terminal.shows("Kept in this file: the credential report");
    terminal.types(SEED);
    terminal.types("\r");
    terminal.shows("is the only active key of user app");
    assert!(case.writes().is_empty(), "{:?}", case.writes());
    terminal.types("anyway\r");
    terminal.shows("done, and the account shows it");
    assert_eq!(case.writes(), ["DeleteAccessKey"]);
    leave(terminal);
}

/// Whether a text is anywhere in a file or in a folder's files.
fn holds(path: &Path, text: &str) -> bool {
    if path.is_dir() {
        let mut inside = std::fs::read_dir(path).expect("a folder").flatten();
        return inside.any(|entry| holds(&entry.path(), text));
    }
    let bytes = std::fs::read(path).expect("a file");
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_new_keys_secret_is_shown_once_and_kept_nowhere() {
    let case = Case::usual();
    let mut terminal = case.investigate(&["--allow-changes"]);
    terminal.types("Dj\r");
    terminal.shows("To do this, type app");
    terminal.types("app\r");
    terminal.shows(SECRET);
    terminal.shows("y yes");
    // Neither Enter nor Esc closes it by accident.
    terminal.types("\r\u{1b}");
    terminal.shows(SECRET);
    terminal.types("y");
    terminal.shows("Esc back");
    terminal.shows("done, and the account shows it");
    assert!(!terminal.contents().contains(SECRET));
    leave(terminal);
    let dir = case.folder.path().join("evidence");
    let export = case
        .keytrail("export", &["--dir", dir.to_str().expect("UTF-8")])
        .output();
    assert!(export.expect("runs").status.success());
    assert!(!holds(case.folder.path(), SECRET), "the secret was written");
    assert!(holds(&case.file(), "AKIAZZMADE0000000001"), "the id is kept");
}

#[test]
fn what_is_denied_stops_the_rest_and_says_what_was_done() {
    let aws = Aws::new(ACCOUNT)
        .user(User::new("app").key(SEED))
        .user(
            User::new("mallory")
                .key(CHILD)
                .attach("arn:aws:iam::aws:policy/AdministratorAccess"),
        )
        .deny(Denial::of("iam:DetachUserPolicy"))
        .deny(Denial::of("iam:GenerateCredentialReport"));
    let case = Case::new(aws);
    let mut terminal = case.investigate(&["--allow-changes"]);
    terminal.types("jDG");
    terminal.shows("Delete user mallory");
    terminal.types("k\r");
    terminal.shows("Could not be kept: credential report");
    terminal.types("mallory\r");
    terminal.shows("stopped: a call was refused or failed, those after it were not made");
    terminal.shows("is not authorized to perform: iam:DetachUserPolicy");
    terminal.shows("not made");
    leave(terminal);
    assert_eq!(
        case.writes(),
        [
            "AttachUserPolicy",
            "UpdateAccessKey",
            "DeleteAccessKey",
            "DetachUserPolicy"
        ]
    );
    let listed = case.keytrail("undo", &[]).output().expect("runs");
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    assert!(
        listed.contains("--status=Active"),
        "what can be taken back is offered: {listed}"
    );
}

#[test]
fn somebody_else_was_faster_and_nothing_is_called() {
    let case = Case::usual();
    let mut terminal = case.investigate(&["--allow-changes"]);
    terminal.types("D\r");
    terminal.shows("To do this");
    case.aws.change(|identities| {
        let app = identities.users.get_mut("app").expect("a user");
        app.keys[0].active = false;
    });
    terminal.types(&format!("{SEED}\r"));
    terminal.shows("not done: something changed since it was shown");
    leave(terminal);
    assert!(case.writes().is_empty(), "{:?}", case.writes());
}

/// Whatever is pressed: keys of the table, text, Enter, what confirms, at random but always the same.
#[test]
fn without_permission_no_key_changes_anything() {
    let case = Case::usual();
    let mut terminal = case.investigate(&[]);
    let keys = [
        "D", "\r", "j", "k", "y", SEED, "anyway", "app", "mallory", "2", "1", "4", "A", "G", "g", "\x1b[B", "\x1b[A",
        "\t", "w", "l", "h", " ", "m", "X", "R", "D\r", "Dj\r", "DG\r", "r", "/", "?",
    ];
    let mut random: u64 = 20_261_122;
    for n in 0..600 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(random >> 33).expect("64 bits") % keys.len();
        terminal.types(keys[at]);
        // A terminal holds only so much that nobody has read yet.
        if n % 10 == 0 {
            terminal.settles();
        }
    }
    terminal.settles();
    terminal.types("\u{3}");
    terminal.ends();
    assert!(case.writes().is_empty(), "{:?}", case.writes());
    let looked = case.aws.log();
    let looked = looked
        .0
        .iter()
        .filter(|entry| entry.action == "ListSSHPublicKeys")
        .count();
    assert!(looked > 0, "changes were looked at");
}
