//! After the first pass AWS is asked again and again.

use std::process::Command;

use chrono::Utc;
use portable_pty::CommandBuilder;
use serde_json::json;

use crate::aws::{Aws, RESPONDER, Running, recent};
use crate::support::incident::{ACCOUNT, SEED, call, create_key, seed};
use crate::terminal::Terminal;

/// The program in a terminal, talking to a simulated AWS.
fn investigate(aws: &Running) -> CommandBuilder {
    let mut plain = Command::new(env!("CARGO_BIN_EXE_keytrail"));
    aws.credentials(&mut plain);
    let mut command = CommandBuilder::new(plain.get_program());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        }
    }
    let folder = tempfile::tempdir().expect("a folder").keep();
    command.args(["investigate", SEED, "--regions", "us-east-1", "--save"]);
    command.arg(folder.join("case.keytrail"));
    command
}

#[test]
fn a_new_call_rings_and_enters_the_tree_until_the_watch_is_stopped() {
    let before = call(&seed(), 0, "s3", "ListBuckets").json();
    let aws = Aws::new(ACCOUNT).events(recent(vec![before])).rate(1e6, 1e6).start();
    let mut screens = Terminal::run(30, 110, investigate(&aws));
    screens.shows("watching");
    assert!(!screens.received().contains('\u{7}'), "nothing new, no bell");

    // What may have expired meanwhile is said, and the watch goes on when it is renewed.
    aws.expire(RESPONDER);
    screens.shows("credentials have expired");
    aws.renew(RESPONDER);
    let mut new = create_key(&seed(), 1, "mallory", "AKIAZZMALLORY0000001").json();
    new["eventTime"] = json!(Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string());
    aws.happen([new]);
    screens.shows("1 new call, the last one CreateAccessKey");
    assert!(screens.received().contains('\u{7}'), "the bell");
    screens.types("2");
    screens.shows("AKIAZZMALLORY0000001");
    screens.types("w");
    screens.shows("No longer watching");
    screens.types("q");
    assert_eq!(screens.ends(), 0, "{}", screens.contents());
    let log = aws.log();
    assert!(log.writes().is_empty(), "{:?}", log.writes());
}
