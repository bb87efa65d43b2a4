//! The house keeps its plan: which folder may use which, and which may name which library.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, highest first: a room may use only those after it.
const ROOMS: [&str; 9] = [
    "cli",
    "tui",
    "collect",
    "store",
    "export",
    "playbook",
    "investigation",
    "catalogue",
    "cloudtrail",
];

/// Libraries that only one room may name.
const ONLY: [(&str, &[&str]); 7] = [
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("rusqlite", &["store"]),
    ("clap", &["cli"]),
    ("minijinja", &["playbook"]),
    ("flate2", &["collect"]),
    ("zip", &["collect"]),
];

/// What the pure rooms may not touch: clock, files, network, threads, environment, async.
const IMPURE: [&str; 10] = [
    "std::fs",
    "std::io",
    "TcpStream",
    "UdpSocket",
    "std::env",
    "std::thread",
    "std::process",
    "tokio",
    "Utc::now",
    "SystemTime",
];
const PURE: [&str; 4] = ["playbook", "investigation", "catalogue", "cloudtrail"];

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the crate").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            found.push((path, code(&text)));
        }
    }
    found
}

/// The code without comments and without the tests at the end of a file.
fn code(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or(text);
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

fn room_files(room: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room);
    let is_test = |path: &Path| {
        path.file_stem()
            .is_some_and(|name| name == "tests" || name == "testing")
    };
    sources(&folder)
        .into_iter()
        .filter(|(path, _)| !is_test(path))
        .collect()
}

#[test]
fn a_room_uses_only_what_stands_below_it() {
    for (height, room) in ROOMS.iter().enumerate() {
        for (path, code) in room_files(room) {
            for above in &ROOMS[..height] {
                let wrong = format!("crate::{above}");
                assert!(
                    !code.contains(&wrong),
                    "{} uses {wrong}, which stands above it",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn each_library_is_named_only_in_its_room() {
    for room in ROOMS {
        for (path, code) in room_files(room) {
            for (library, rooms) in ONLY {
                let named = code.contains(&format!("{library}::"));
                assert!(!named || rooms.contains(&room), "{} names {library}", path.display());
            }
        }
    }
}

#[test]
fn the_pure_rooms_have_no_clock_no_files_and_no_network() {
    for room in PURE {
        for (path, code) in room_files(room) {
            for impure in IMPURE {
                assert!(!code.contains(impure), "{} names {impure}", path.display());
            }
        }
    }
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
