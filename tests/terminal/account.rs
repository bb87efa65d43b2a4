//! AWS is asked beside the reading, and again when the responder wants it.

use portable_pty::CommandBuilder;
use serde_json::json;

use crate::aws::{Aws, Running, User, recent};
use crate::support::incident::{ACCOUNT, SEED, call, seed};
use crate::terminal::Terminal;

pub(crate) fn with_credentials(aws: &Running, arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keytrail"));
    command.args(arguments);
    let mut settings = std::process::Command::new("settings");
    for (name, value) in aws.credentials(&mut settings).get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        }
    }
    command
}

#[test]
fn the_tree_shows_what_the_account_says_and_asks_it_anew_on_a_key() {
    let used = call(&seed(), 0, "s3", "ListBuckets").with("number", json!(1)).json();
    let aws = Aws::new(ACCOUNT)
        .events(recent(vec![used]))
        .user(User::new("app").key(SEED))
        .rate(1e6, 1e6)
        .start();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("case.keytrail");
    let file = file.to_str().expect("UTF-8");
    let investigate = ["investigate", SEED, "--regions", "us-east-1", "--save", file];
    // Wide enough for every hint.
    let mut terminal = Terminal::run(40, 200, with_credentials(&aws, &investigate));
    // On the overview, from the first questions; in the tree, once everything is read.
    terminal.shows("app (IAM user)");
    terminal.types("2");
    terminal.shows(" active ");
    terminal.shows("A ask AWS");
    aws.change(|identities| {
        let app = identities.users.get_mut("app").expect("a user");
        app.keys[0].active = false;
    });
    terminal.types("A");
    terminal.shows(" inactive ");
    terminal.types("1");
    terminal.shows("is inactive already");
    terminal.shows("Nothing, as far as is known");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();

    // Opened again, nothing is asked before the responder wants it.
    let asked = aws.log().0.len();
    let mut terminal = Terminal::run(40, 140, with_credentials(&aws, &["open", file]));
    terminal.shows("is inactive already");
    assert_eq!(aws.log().0.len(), asked);
    terminal.types("2A");
    terminal.shows(" inactive ");
    assert!(crate::support::program::patiently(|| aws.log().0.len() > asked));
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    assert!(aws.log().writes().is_empty(), "{:?}", aws.log().writes());
}
