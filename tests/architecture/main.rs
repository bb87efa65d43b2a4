//! The house keeps its plan: which folder may use which, and which may name which library.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod evasions;
mod paths;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use paths::{named, names};

/// The rooms, highest first: a room may use only those after it.
const ROOMS: [&str; 12] = [
    "cli",
    "config",
    "tui",
    "collect",
    "account",
    "store",
    "report",
    "export",
    "playbook",
    "investigation",
    "catalogue",
    "cloudtrail",
];

/// The places that talk to AWS.
const AWS: &[&str] = &[
    "collect/history",
    "collect/bucket",
    "collect/athena",
    "collect/lake",
    "collect/refusal.rs",
    "account",
];

/// Libraries that only these places may name: rooms, or folders of rooms.
const ONLY: [(&str, &[&str]); 16] = [
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("rusqlite", &["store"]),
    ("clap", &["cli"]),
    ("minijinja", &["playbook"]),
    ("jmespath", &["playbook"]),
    ("flate2", &["collect"]),
    ("zip", &["collect"]),
    ("aws_lc_rs", &["cloudtrail/digest"]),
    ("aws_config", AWS),
    ("aws_sdk_cloudtrail", AWS),
    ("aws_sdk_athena", &["collect/athena"]),
    ("aws_sdk_s3", &["collect/bucket"]),
    ("aws_sdk_sts", &["account"]),
    ("aws_sdk_iam", &["account"]),
    ("aws_sdk_account", &["account"]),
];

/// What the pure rooms may not touch: clock, files, network, threads, environment, async.
const IMPURE: [&str; 12] = [
    "std::fs",
    "std::io",
    "TcpStream",
    "UdpSocket",
    "std::env",
    "std::thread",
    "std::process",
    "tokio",
    "Utc::now",
    "Local::now",
    "Instant",
    "SystemTime",
];
const PURE: [&str; 6] = [
    "config",
    "report",
    "playbook",
    "investigation",
    "catalogue",
    "cloudtrail",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    if folder.is_file() {
        return vec![folder.to_owned()];
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the crate").flatten() {
        let path = entry.path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if name == "tests" || name == "testing" {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// `src/tui/views/mod.rs` is `crate::tui::views`.
fn module(file: &Path, src: &Path) -> String {
    let inside = file.strip_prefix(src).expect("a source file").with_extension("");
    let parts = inside.iter().map(|part| part.to_string_lossy().into_owned());
    let parts = ["crate".to_owned()]
        .into_iter()
        .chain(parts.filter(|part| part != "mod"));
    parts.collect::<Vec<_>>().join("::")
}

/// The files of a room, tests left out, each with the paths it names.
fn room_files(room: &str) -> Vec<(PathBuf, BTreeSet<String>)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&src.join(room)).into_iter();
    let read = |file: PathBuf| {
        let source = fs::read_to_string(&file).expect("a source file");
        let paths = named(&source, &module(&file, &src));
        (file, paths)
    };
    files.map(read).collect()
}

#[test]
fn a_room_uses_only_what_stands_below_it() {
    for (height, room) in ROOMS.iter().enumerate() {
        for (file, paths) in room_files(room) {
            for path in paths.iter().filter(|path| path.starts_with("crate::")) {
                let is_below = ROOMS[height..]
                    .iter()
                    .any(|below| path.split("::").nth(1) == Some(below));
                assert!(
                    is_below,
                    "{} uses {path}, which does not stand below it",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn each_library_is_named_only_in_its_room() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for room in ROOMS {
        for (file, paths) in room_files(room) {
            for (library, places) in ONLY {
                let named = paths.iter().any(|path| path.split("::").next() == Some(library));
                let may = places.iter().any(|place| file.starts_with(src.join(place)));
                assert!(!named || may, "{} names {library}", file.display());
            }
        }
    }
}

#[test]
fn the_pure_rooms_have_no_clock_no_files_and_no_network() {
    for room in PURE {
        for (file, paths) in room_files(room) {
            for impure in IMPURE {
                let named = paths.iter().find(|path| names(path, impure));
                assert!(named.is_none(), "{} names {}", file.display(), named.expect("a path"));
            }
        }
    }
}

/// How the SDK's calls that change something begin.
const WRITING: [&str; 12] = [
    "add_",
    "attach_",
    "create_",
    "deactivate_",
    "delete_",
    "detach_",
    "enable_",
    "put_",
    "remove_",
    "set_",
    "tag_",
    "update_",
];

#[test]
fn calls_that_change_the_account_are_in_one_file() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut writing = BTreeSet::new();
    for place in AWS {
        for file in sources(&src.join(place)) {
            let source = fs::read_to_string(&file).expect("a source file");
            // The SDK begins each call with a method of no arguments. `create_date()` is a member of an answer.
            let calls = source.split('.').filter(|piece| {
                let name = piece.trim_start_matches("r#");
                let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                end.is_some_and(|end| name[end..].starts_with("()") && !name[..end].ends_with("_date"))
                    && WRITING.iter().any(|verb| name.starts_with(verb))
            });
            if calls.count() > 0 {
                writing.insert(file.strip_prefix(&src).expect("a source file").to_owned());
            }
        }
    }
    assert_eq!(writing, [PathBuf::from("account/change/perform.rs")].into());
}

#[test]
fn every_room_is_on_the_map() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(src).expect("src").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let known = ROOMS.contains(&name.as_str()) || ["lib.rs", "main.rs"].contains(&name.as_str());
        assert!(known, "src/{name} is not on the map of the house");
    }
}

#[test]
fn what_is_released_is_built_with_actions_that_cannot_be_changed_and_without_secrets() {
    let workflow = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows/release.yml");
    let workflow = fs::read_to_string(workflow).expect("the workflow");
    let used = workflow
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("- uses: "));
    for action in used {
        let commit = action.split(['@', ' ']).nth(1).unwrap_or_default();
        let is_commit = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(is_commit, "{action} is not pinned to a commit");
    }
    assert!(workflow.contains("uses: ") && !workflow.contains("secrets."));
    for target in [
        "x86_64-unknown-linux-musl",
        "aarch64-unknown-linux-musl",
        "aarch64-apple-darwin",
    ] {
        assert!(workflow.contains(target), "{target}");
    }
}
