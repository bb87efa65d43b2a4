//! A responder's desk: a folder with logs in it, and the program run on them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;

use super::incident::{Call, SEED};
use super::program::keytrail;
use super::story::story;

/// A folder for one test, with a folder of logs in it.
pub struct Desk(tempfile::TempDir);

impl Desk {
    pub fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        std::fs::create_dir(desk.path("logs")).expect("made");
        desk
    }

    pub fn with_story() -> Self {
        let desk = Self::new();
        desk.log("story.json", &records(&story()));
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn log(&self, name: &str, text: &str) {
        std::fs::write(self.path("logs").join(name), text).expect("written");
    }

    pub fn investigate(&self, key: &str, more: &[&str]) -> Output {
        keytrail()
            .args(["investigate", key, "--batch", "--from"])
            .arg(self.path("logs"))
            .arg("--save")
            .arg(self.path("case.keytrail"))
            .args(more)
            .output()
            .expect("the program runs")
    }

    pub fn show(&self, view: &str, format: &str) -> String {
        let run = keytrail()
            .arg(view)
            .arg(self.path("case.keytrail"))
            .args(["--format", format])
            .output();
        let run = run.expect("the program runs");
        assert!(run.status.success(), "{view}: {}", err(&run));
        out(&run)
    }
}

/// A desk on which a reading stops half-way for as long as the test wants: half of the story lies in the logs, and what
/// comes after it is a pipe into which nobody writes.
pub struct HalfRead(Desk);

impl HalfRead {
    pub fn new() -> Self {
        let desk = Desk::new();
        let calls = story();
        desk.log("first.json", &records(&calls[..calls.len() / 2]));
        let made = Command::new("mkfifo").arg(desk.path("rest.json")).status();
        assert!(made.expect("mkfifo").success());
        Self(desk)
    }

    /// The saved investigation.
    pub fn file(&self) -> PathBuf {
        self.0.path("case.keytrail")
    }

    /// What to call the program with.
    pub fn arguments(&self) -> Vec<OsString> {
        self.investigating(&self.file())
    }

    fn investigating(&self, save: &Path) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = ["investigate", SEED, "--from"].map(OsString::from).into();
        arguments.push(self.0.path("logs").into());
        arguments.push("--from".into());
        arguments.push(self.0.path("rest.json").into());
        arguments.push("--save".into());
        arguments.push(save.into());
        arguments
    }

    /// Whether something that was read is in the file already.
    pub fn has_begun(&self) -> bool {
        chain(&self.file()).is_some_and(|chain| chain.contains("mallory"))
    }

    /// Puts the other half of the story in the place of the pipe, goes on with the file, and holds the chain to that of a
    /// run that nobody interrupted.
    pub fn goes_on_to_the_same_chain(&self) {
        let calls = story();
        let rest = self.0.path("rest.json");
        std::fs::remove_file(&rest).expect("removed");
        std::fs::write(&rest, records(&calls[calls.len() / 2..])).expect("written");

        let half = chain(&self.file()).expect("the file is kept");
        let run = keytrail().arg("open").arg(self.file()).arg("--batch").output();
        let run = run.expect("the program runs");
        assert_eq!(code(&run), 0, "{}", err(&run));

        let whole = self.0.path("whole.keytrail");
        let uninterrupted = keytrail().args(self.investigating(&whole)).arg("--batch").output();
        let uninterrupted = uninterrupted.expect("the program runs");
        assert_eq!(code(&uninterrupted), 0, "{}", err(&uninterrupted));
        let whole = chain(&whole).expect("a chain");
        assert_ne!(half, whole, "it was interrupted before the end");
        assert_eq!(chain(&self.file()).expect("a chain"), whole);
    }
}

/// The chain of a saved investigation, printed.
fn chain(file: &Path) -> Option<String> {
    let run = keytrail().arg("chain").arg(file).args(["--format", "json"]).output();
    let run = run.expect("the program runs");
    // It says so on standard error if the journal does not hold together.
    (run.status.success() && run.stderr.is_empty()).then(|| out(&run))
}

/// A file as CloudTrail writes it.
pub fn records(calls: &[Call]) -> String {
    json!({"Records": calls.iter().map(Call::json).collect::<Vec<_>>()}).to_string()
}

pub fn out(run: &Output) -> String {
    String::from_utf8(run.stdout.clone()).expect("UTF-8")
}

pub fn err(run: &Output) -> String {
    String::from_utf8(run.stderr.clone()).expect("UTF-8")
}

pub fn code(run: &Output) -> i32 {
    run.status.code().expect("an exit code")
}

/// The rows of a table, without its header.
pub fn rows(csv: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(csv.as_bytes())
        .records()
        .map(|row| row.expect("a row"))
        .collect()
}
