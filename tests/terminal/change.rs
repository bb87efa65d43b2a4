//! A node is acted on: nothing without permission, and with it only what was confirmed by typing the name.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::account::with_credentials;
use crate::aws::{Aws, Key, Running, SECRET, User, recent};
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
