//! Records written by an attacker.

use serde_json::json;

use crate::support::desk::{Desk, err, out, records, rows};
use crate::support::incident::*;

/// Everything in a record may have been written by the attacker.
fn hostile() -> Vec<Call> {
    let evil = "=cmd|' /C calc'!A0\u{1b}[2J\u{202e}\r\n`rm -rf ~`$(id)<script>";
    vec![
        create_user(&seed(), 1, evil).with("userAgent", json!(evil)),
        create_key(&seed(), 2, evil, "AKIAZZCHILD000000002").with("sourceIPAddress", json!(evil)),
        assume_role(&seed(), 3, "door", "s", "ASIAZZTEMP0000000001"),
    ]
}

#[test]
fn nothing_an_attacker_wrote_reaches_the_terminal_or_a_spreadsheet_alive() {
    let desk = Desk::new();
    desk.log("hostile.json", &records(&hostile()));
    let run = desk.investigate(SEED, &[]);
    let mut printed = vec![out(&run), err(&run)];
    for view in ["chain", "timeline", "coverage", "checklist", "actors"] {
        printed.push(desk.show(view, "text"));
    }
    for text in &printed {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text}");
    }
    for view in ["chain", "timeline"] {
        for row in rows(&desk.show(view, "csv")) {
            for cell in &row {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{view}: {cell}");
                assert!(!cell.contains(['\u{1b}', '\u{202e}']), "{view}: {cell}");
            }
        }
    }
}

#[test]
fn no_usable_secret_is_written_anywhere() {
    let desk = Desk::new();
    desk.log("hostile.json", &records(&hostile()));
    let evidence = desk.path("evidence");
    desk.investigate(SEED, &["--export", evidence.to_str().expect("UTF-8")]);
    let mut files = vec![desk.path("case.keytrail")];
    files.extend(
        std::fs::read_dir(&evidence)
            .expect("evidence")
            .flatten()
            .map(|entry| entry.path()),
    );
    for file in files {
        let bytes = std::fs::read(&file).expect("readable");
        assert!(!contains(&bytes, b"EXAMPLETOKENEXAMPLETOKEN"), "{}", file.display());
    }
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
