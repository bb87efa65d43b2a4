//! The hunt over an archive: it keeps only what matters, and what it keeps gives the same chain as everything would.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod support;

use std::io::Write;
use std::path::Path;

use chrono::Utc;
use keytrail::catalogue;
use keytrail::collect::archive::{Archive, CandidateCalls};
use keytrail::collect::demo::{self, Demo};
use keytrail::collect::hunt::{Feed, Hunt, Window};
use keytrail::collect::source::{Found, Out, Progress, Source, SourceError};
use keytrail::investigation::lead::Lead;
use keytrail::store::CaseFile;
use serde_json::json;
use support::incident::*;
use support::story::story;

fn archive(folder: &Path) -> Box<dyn Source> {
    let calls = CandidateCalls::new(
        ["iam.amazonaws.com", "sts.amazonaws.com", "signin.amazonaws.com"],
        catalogue::found_by_name(),
    );
    Box::new(Archive::new(&[folder.to_owned()], calls).expect("an archive"))
}

fn start(case: &mut CaseFile, seed: &str) {
    case.commit(Utc::now(), started(&[seed], None)).expect("written");
}

/// Runs a hunt, at most `updates` updates of it.
fn run(case: &mut CaseFile, source: Box<dyn Source>, updates: usize) {
    let mut hunt = Hunt::start(Feed::in_turn(vec![source]), Window::default(), case).expect("started");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        for _ in 0..updates {
            let Some(updates) = hunt.next().await else { return };
            hunt.handle(updates, case, Utc::now()).expect("written");
        }
    });
    case.settle();
}

/// The story and a lot of other people's business, one record per file, some gzipped, in folders.
fn write_archive(folder: &Path, noise: usize) -> usize {
    let mut calls = story();
    for n in 0..noise {
        let stranger = user(&format!("stranger{n}"), &format!("AKIAZZSTRANGER{n:06}"));
        calls.push(use_of(&stranger, i64::try_from(n).expect("small")));
        calls.push(assume_role(
            &service("lambda.amazonaws.com"),
            5,
            "unrelated",
            "s",
            &format!("ASIAZZSTRANGER{n:06}"),
        ));
    }
    for (n, call) in calls.iter().enumerate() {
        let text = format!("{{\"Records\":[{}]}}", call.json());
        let deep = folder.join(format!("{}/{}", n % 3, n % 5));
        std::fs::create_dir_all(&deep).expect("a folder");
        if n % 2 == 0 {
            std::fs::write(deep.join(format!("{n}.json")), text).expect("written");
        } else {
            let file = std::fs::File::create(deep.join(format!("{n}.json.gz"))).expect("made");
            let mut gzip = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
            gzip.write_all(text.as_bytes()).expect("written");
            gzip.finish().expect("written");
        }
    }
    calls.len()
}

#[test]
fn what_is_kept_gives_the_chain_that_everything_gives() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = write_archive(folder.path(), 40);
    let mut case = CaseFile::in_memory().expect("a case");
    start(&mut case, SEED);
    run(&mut case, archive(folder.path()), usize::MAX);
    let whole = investigate(&story());
    let chain = case.investigation().chain();
    assert_eq!(core(case.investigation()), core(&whole));
    assert_eq!(chain.nodes, whole.chain().nodes);
    assert_eq!(chain.changes, whole.chain().changes);
    assert_eq!(chain.attempts, whole.chain().attempts);
    assert_eq!(chain.counts.read, written as u64);
    assert!(
        case.investigation().evidence().events().len() <= story().len(),
        "other people's calls are not kept"
    );
    assert!(
        case.investigation()
            .last_pass()
            .is_some_and(|(_, pass)| pass.fixed_point)
    );
}

#[test]
fn a_run_that_was_cut_off_is_continued_without_counting_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let logs = folder.path().join("logs");
    write_archive(&logs, 5);
    let file = folder.path().join("case.keytrail");
    let mut whole = CaseFile::in_memory().expect("a case");
    start(&mut whole, SEED);
    run(&mut whole, archive(&logs), usize::MAX);
    for updates in [1, 5, 12] {
        let _ = std::fs::remove_file(&file);
        let mut case = CaseFile::create(&file).expect("a file");
        start(&mut case, SEED);
        run(&mut case, archive(&logs), updates);
        let before = case.investigation().evidence().events().len();
        drop(case);
        let mut case = CaseFile::open(&file).expect("opens");
        assert_eq!(
            case.investigation().evidence().events().len(),
            before,
            "nothing that was shown is lost"
        );
        run(&mut case, archive(&logs), usize::MAX);
        assert_eq!(
            case.investigation().chain(),
            whole.investigation().chain(),
            "after {updates} updates"
        );
    }
}

/// A source that says how far it has come, and never comes to an end.
struct Endless;

impl Source for Endless {
    fn ask(&mut self, _: &[Lead], out: &mut Out<'_>) -> Result<(), SourceError> {
        let progress = Progress {
            files_done: 3,
            files_total: 40,
            records: 1200,
            bytes: 0,
            ..Progress::default()
        };
        while out(Found::Progress(progress)).is_continue() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        Ok(())
    }

    fn settle(&mut self, _: &mut Out<'_>) -> Result<(), SourceError> {
        Ok(())
    }

    fn is_settled(&self) -> bool {
        true
    }
}

#[test]
fn a_hunt_that_is_stopped_says_how_far_it_came() {
    let mut case = CaseFile::in_memory().expect("a case");
    start(&mut case, SEED);
    let mut hunt = Hunt::start(Feed::in_turn(vec![Box::new(Endless)]), Window::default(), &mut case).expect("started");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let updates = runtime.block_on(hunt.next()).expect("progress");
    hunt.handle(updates, &mut case, Utc::now()).expect("written");
    hunt.cancel(&mut case, Utc::now()).expect("written");
    let (_, pass) = case.investigation().last_pass().expect("an end");
    assert_eq!(
        pass.cut_short.as_deref(),
        Some("stopped by the responder after 3 of 40 files, 1200 records")
    );
}

#[tokio::test]
async fn a_reading_that_was_stopped_is_not_gone_on_with_as_a_watch() {
    let mut case = CaseFile::in_memory().expect("a case");
    start(&mut case, SEED);
    let (queries, _asked) = tokio::sync::mpsc::unbounded_channel();
    let (source, updates) = tokio::sync::mpsc::channel(1);
    let mut hunt = Hunt::start(Feed::live(queries, updates), Window::default(), &mut case).expect("starts");
    hunt.cancel(&mut case, Utc::now()).expect("stopped");
    assert!(!hunt.watch(true), "what was not read would ring as if it were new");
    assert!(source.is_closed(), "AWS is not asked any more");
}

#[test]
fn the_demo_is_followed_to_its_end() {
    let mut case = CaseFile::in_memory().expect("a case");
    start(&mut case, demo::SEED);
    run(&mut case, Box::new(Demo::new(std::time::Duration::ZERO)), usize::MAX);
    let everything = demo::records();
    let mut interner = keytrail::cloudtrail::Interner::default();
    let records: Vec<_> = everything
        .iter()
        .map(|text| keytrail::cloudtrail::Record::parse(text.as_bytes(), &mut interner).expect("a record"))
        .collect();
    let whole = feed(&[demo::SEED], vec![records]);
    assert_eq!(case.investigation().chain().nodes, whole.chain().nodes);
    let kinds: std::collections::BTreeSet<&str> = whole.chain().nodes.iter().map(|n| n.link.as_str()).collect();
    for link in [
        "created",
        "minted",
        "role_session",
        "console_login",
        "used_by_created_user",
        "changed",
        "trusts",
    ] {
        assert!(kinds.contains(link), "the demo shows {link}: {kinds:?}");
    }
}

#[test]
fn a_console_opened_with_a_session_is_found_without_everybody_who_shares_its_role() {
    let guest = |session_name: &str, key: &str| session("existing", session_name, key).since(at(20));
    let sign_in = |who: &Caller, seconds| {
        call(&who.clone().without_key(), seconds, "signin", "ConsoleLogin").answer(json!({"ConsoleLogin": "Success"}))
    };
    let helper = |key: &str| {
        Caller(
            json!({"type": "FederatedUser", "principalId": format!("{ACCOUNT}:helper"), "accountId": ACCOUNT,
            "arn": format!("arn:aws:sts::{ACCOUNT}:federated-user/helper"), "accessKeyId": key}),
        )
    };
    let federate = call(&seed(), 10, "sts", "GetFederationToken")
        .request(json!({"name": "helper"}))
        .answer(json!({"credentials": {"accessKeyId": "ASIAZZTEMP0000000003"},
            "federatedUser": {"federatedUserId": format!("{ACCOUNT}:helper")}}));
    let reset = on_user(&seed(), 40, "UpdateLoginProfile", "victim");
    let rename = call(&seed(), 41, "iam", "UpdateUser").request(json!({"userName": "victim", "newUserName": "backup"}));
    let mut renamed = user("victim", "");
    renamed.0["userName"] = json!("backup");
    renamed.0["arn"] = json!(user_arn("backup"));
    let story = [
        assume_role(&seed(), 10, "existing", "evil", "ASIAZZTEMP0000000001"),
        sign_in(&guest("evil", ""), 20),
        use_of(&guest("evil", "ASIAZZTEMP0000000002"), 21),
        federate,
        sign_in(&helper(""), 30),
        use_of(&helper("ASIAZZTEMP0000000004").since(at(30)), 31),
        reset,
        rename,
        sign_in(&renamed, 50),
    ];
    let strangers = [
        use_of(&guest("colleague", "ASIAZZOTHER000000001"), 22),
        create_user(&user("admin", "AKIAADMIN00000000001"), 23, "honest"),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let records: Vec<String> = story
        .iter()
        .chain(&strangers)
        .map(|call| call.json().to_string())
        .collect();
    let text = format!("{{\"Records\":[{}]}}", records.join(","));
    std::fs::write(folder.path().join("log.json"), text).expect("written");
    let mut case = CaseFile::in_memory().expect("a case");
    start(&mut case, SEED);
    run(&mut case, archive(folder.path()), usize::MAX);
    let whole = investigate(&story);
    assert_eq!(case.investigation().chain().nodes, whole.chain().nodes);
    assert_eq!(case.investigation().evidence().events().len(), story.len());
    let sign_ins = whole
        .chain()
        .nodes
        .iter()
        .filter(|n| n.link.as_str() == "console_login");
    assert_eq!(sign_ins.count(), 3);
}

/// A source with a mistake in it.
struct Broken;

impl Source for Broken {
    fn ask(&mut self, _: &[Lead], _: &mut Out<'_>) -> Result<(), SourceError> {
        panic!("a mistake in this source");
    }

    fn settle(&mut self, _: &mut Out<'_>) -> Result<(), SourceError> {
        Ok(())
    }

    fn is_settled(&self) -> bool {
        true
    }
}

#[test]
fn a_source_that_panics_cuts_the_pass_short_and_nobody_is_said_to_have_stopped_it() {
    let mut case = CaseFile::in_memory().expect("a case");
    start(&mut case, SEED);
    run(&mut case, Box::new(Broken), usize::MAX);
    let (_, pass) = case.investigation().last_pass().expect("a pass");
    assert!(!pass.fixed_point);
    let why = pass.cut_short.as_deref().expect("a reason");
    assert!(why.contains("please report this"), "{why}");
}
