//! Views, evidence and other things printed or written.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::desk::{Desk, code, err, out, records, rows};
use crate::support::incident::*;
use crate::support::program::keytrail;

#[test]
fn the_manifest_names_every_pass_and_a_playbook_of_ones_own_goes_with_the_file() {
    let desk = Desk::with_story();
    let own = desk.path("own.toml");
    let show = keytrail()
        .args(["playbooks", "show", "compromised-access-key"])
        .output()
        .expect("runs");
    std::fs::write(&own, out(&show).replace("Confirm the notice", "Confirm OUR notice")).expect("written");
    desk.investigate(
        SEED,
        &[
            "--playbook",
            own.to_str().expect("UTF-8"),
            "--until",
            "2026-03-04T10:00:20Z",
        ],
    );
    let evidence = desk.path("evidence");
    desk.investigate(SEED, &["--export", evidence.to_str().expect("UTF-8")]);
    std::fs::remove_file(&own).expect("removed");
    assert!(desk.show("checklist", "text").contains("OUR notice"));
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(evidence.join("manifest.json")).expect("a manifest")).expect("JSON");
    let passes = manifest["passes"].as_array().expect("passes");
    assert_eq!(passes.len(), 2);
    assert_eq!(passes[0]["until"], "2026-03-04T10:00:20Z");
    assert_eq!(passes[1]["sources"][0], desk.path("logs").display().to_string());
}

#[test]
fn every_view_prints_the_same_rows_in_every_format() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &[]);
    for view in ["timeline", "coverage", "checklist", "actors"] {
        let listed: Vec<Value> = serde_json::from_str(&desk.show(view, "json")).expect("JSON");
        assert_eq!(rows(&desk.show(view, "csv")).len(), listed.len(), "{view}");
        assert!(!listed.is_empty() && !desk.show(view, "text").is_empty(), "{view}");
    }
    let chain: Value = serde_json::from_str(&desk.show("chain", "json")).expect("JSON");
    assert_eq!(chain["format"], "keytrail-chain/1");
    assert_eq!(
        rows(&desk.show("chain", "csv")).len(),
        chain["nodes"].as_array().map_or(0, Vec::len)
    );
}

#[test]
fn the_commands_of_the_steps_are_printed_as_lines_for_a_shell() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &[]);
    let commands = |more: &[&str]| {
        let mut run = keytrail();
        run.arg("checklist").arg(desk.path("case.keytrail")).arg("--commands");
        run.args(more).output().expect("the program runs")
    };
    let all = out(&commands(&[]));
    for line in all.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        let words = shlex::split(line).unwrap_or_else(|| panic!("no shell line: {line}"));
        assert_eq!(words[0], "aws", "{line}");
    }
    let some = out(&commands(&["--item", "S1-12", "--item", "s1-05"]));
    let headings: Vec<&str> = some.lines().filter(|l| l.starts_with("# S")).collect();
    assert_eq!(headings.len(), 2, "{some}");
    assert!(headings[0].starts_with("# S1-05") && headings[1].starts_with("# S1-12"));
    assert!(some.contains("# or: ") && some.contains("--user-name=app"), "{some}");
    // Asked for by itself, every way is there to be run. Of all together none is taken, nor a way back.
    let denies = "aws iam attach-user-policy --user-name=app --policy-arn=arn:aws:iam::aws:policy/AWSDenyAll";
    assert!(some.lines().any(|line| line == denies), "{some}");
    assert!(all.contains(&format!("# {denies}")), "{all}");
    assert!(
        !all.lines()
            .any(|line| line.starts_with("aws") && line.contains("--status Active")),
        "{all}"
    );
    let unknown = commands(&["--item", "S9-99"]);
    assert_eq!(code(&unknown), 2);
    assert!(err(&unknown).contains("S9-99"));
}

#[test]
fn the_evidence_folder_is_complete_and_its_hashes_hold() {
    use sha2::{Digest, Sha256};
    let desk = Desk::with_story();
    let evidence = desk.path("evidence");
    let run = desk.investigate(SEED, &["--export", evidence.to_str().expect("UTF-8")]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let manifest_hash = hex::encode(Sha256::digest(
        std::fs::read(evidence.join("manifest.json")).expect("a manifest"),
    ));
    let files = std::fs::read_dir(&evidence).expect("a folder").count();
    let events = std::fs::read_to_string(evidence.join("events.jsonl")).expect("events");
    for said in [
        evidence.display().to_string(),
        format!("{files} files, {} events", events.lines().count()),
        format!("manifest.json has SHA-256 {manifest_hash}"),
    ] {
        assert!(out(&run).contains(&said), "no `{said}` in:\n{}", out(&run));
    }
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(evidence.join("manifest.json")).expect("a manifest")).expect("JSON");
    let text = manifest.to_string();
    for name in [
        "events.csv",
        "chain.csv",
        "resources.csv",
        "coverage.csv",
        "checklist.csv",
        "events.jsonl",
    ] {
        let bytes = std::fs::read(evidence.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let hash = hex::encode(Sha256::digest(&bytes));
        assert!(
            text.contains(name) && text.contains(&hash),
            "{name} is not in the manifest with its hash"
        );
    }
    let events = std::fs::read_to_string(evidence.join("events.csv")).expect("events");
    let header = events.lines().next().unwrap_or_default();
    assert!(
        header.starts_with(
            "EventTime,EventName,Username,SourceIPAddress,UserAgent,errorCode,errorMessage,Region,EventId,"
        ),
        "{header}"
    );
}

#[test]
fn the_summary_says_what_to_do_first_and_who_is_who() {
    let desk = Desk::with_story();
    let app = (-20..0).map(|hour| {
        let call = use_of(&seed(), hour * 3600).with("sourceIPAddress", json!("198.51.100.7"));
        call.with("userAgent", json!("aws-sdk-java/2.25.31 Linux/5.10"))
    });
    desk.log("app.json", &records(&app.collect::<Vec<_>>()));
    let said = out(&desk.investigate(SEED, &[]));
    for (label, text) in [
        ("Decide", "Foreign use seen: deactivate now"),
        (
            "Stranger",
            "203.0.113.66 aws-cli: 17 calls since 2026-03-04 10:00 UTC; looks foreign: opened another way in",
        ),
        (
            "Application",
            "198.51.100.7 aws-sdk-java: 20 calls since 2026-03-03 14:00 UTC; likely the real application: ",
        ),
        (
            "S1-10",
            &format!("aws iam update-access-key --user-name=app --access-key-id={SEED} --status Inactive"),
        ),
    ] {
        assert!(
            said.contains(&format!("{label:<16}{text}")),
            "no {label} {text} in:\n{said}"
        );
    }
    let csv = desk.show("actors", "csv");
    let head = csv.lines().next().unwrap_or_default();
    assert!(
        head.ends_with("Verdict,Why,Suspicion,Signs,SignEvents,Proposal"),
        "{head}"
    );
    let table = rows(&csv);
    let row = |address: &str| table.iter().find(|row| &row[1] == address).expect("a source").clone();
    let (stranger, app) = (row("203.0.113.66"), row("198.51.100.7"));
    let thought_of = |row: &csv::StringRecord| [9, 11, 14].map(|at| row[at].to_owned());
    assert_eq!(thought_of(&stranger), ["unknown", "foreign", ""]);
    assert!(
        stranger[12].contains("(CreateUser)") && !stranger[13].is_empty(),
        "{stranger:?}"
    );
    assert_eq!(thought_of(&app), ["unknown", "", "application"]);
    assert!(desk.show("actors", "text").contains("Suspicion"));
    // The item in which it is decided shows the same.
    let commands = keytrail()
        .arg("checklist")
        .arg(desk.path("case.keytrail"))
        .args(["--commands", "--item", "S1-05"])
        .output();
    assert!(
        out(&commands.expect("runs")).contains("# Foreign use seen: deactivate now\n# 203.0.113.66 aws-cli: 17 calls")
    );
}

#[test]
fn without_a_stranger_it_says_to_rotate_first() {
    let desk = Desk::new();
    desk.log("app.json", &records(&[use_of(&seed(), 0)]));
    let said = out(&desk.investigate(SEED, &[]));
    for line in [
        "No foreign use seen so far: rotate first, then deactivate",
        "203.0.113.66 aws-cli: 1 call since 2026-03-04 10:00 UTC; nothing speaks for or against it",
        "read so far: 1 record of 1 file",
    ] {
        assert!(said.contains(line), "no {line} in:\n{said}");
    }
    assert!(!said.contains("update-access-key"), "{said}");
}

#[test]
fn a_mistake_in_a_playbook_is_pointed_at() {
    let desk = Desk::new();
    let file = desk.path("own.toml");
    std::fs::write(
        &file,
        "format = \"keytrail-playbook/1\"\nid = \"own\"\ntitel = \"Own\"\n",
    )
    .expect("written");
    let run = keytrail()
        .args(["playbooks", "check"])
        .arg(&file)
        .output()
        .expect("runs");
    assert_eq!(code(&run), 1);
    assert!(err(&run).contains("own.toml:3:1: "), "{}", err(&run));
    let show = keytrail()
        .args(["playbooks", "show", "compromised-access-key"])
        .output()
        .expect("runs");
    std::fs::write(&file, show.stdout).expect("written");
    let run = keytrail()
        .args(["playbooks", "check"])
        .arg(&file)
        .output()
        .expect("runs");
    assert_eq!(code(&run), 0, "{}", err(&run));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &[]);
    let script = format!(
        "{} timeline {} --format csv | head -1",
        quoted(Path::new(env!("CARGO_BIN_EXE_keytrail"))),
        quoted(&desk.path("case.keytrail"))
    );
    let run = std::process::Command::new("bash")
        .args(["-o", "pipefail", "-c", &script])
        .output()
        .expect("bash");
    assert!(err(&run).is_empty(), "{}", err(&run));
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

#[test]
fn the_help_says_what_the_sources_of_the_catalogue_ask_for() {
    let help = keytrail().arg("--help").output().expect("runs");
    let notice = include_str!("../../NOTICE.md");
    for said in [
        "Contains information from TrailDiscover",
        "licensed under CC BY 4.0. Modified.",
        "MITRE ATT&CK is a registered",
    ] {
        assert!(out(&help).contains(said) && notice.contains(said), "{said}");
    }
}

#[test]
fn completions_and_the_manual_page_are_printed() {
    let page = keytrail().arg("man").output().expect("runs");
    assert!(out(&page).contains(".TH") && out(&page).contains("investigate"));
    // Every page that it refers to is there too.
    let folder = tempfile::tempdir().expect("a folder");
    let run = keytrail()
        .args(["man", "--dir"])
        .arg(folder.path())
        .output()
        .expect("runs");
    assert_eq!(code(&run), 0, "{}", err(&run));
    let named = out(&page);
    let named = named.lines().filter_map(|line| line.strip_suffix("(1)"));
    let pages: Vec<String> = named.map(|name| name.replace('\\', "")).collect();
    assert!(pages.len() > 10, "{pages:?}");
    for name in pages.iter().filter(|name| *name != "keytrail-help") {
        assert!(folder.path().join(format!("{name}.1")).exists(), "{name}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = keytrail().args(["completions", shell]).output().expect("runs");
        assert!(out(&script).contains("keytrail"), "{shell}");
    }
}

#[test]
fn a_report_is_printed_or_written_and_an_earlier_one_is_kept() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &[]);
    let report = |more: &[&str]| {
        let mut run = keytrail();
        run.arg("report").arg(desk.path("case.keytrail")).args(more);
        run.output().expect("the program runs")
    };
    assert!(out(&report(&[])).starts_with("# Incident report: "));
    assert!(out(&report(&["--format", "case-reply"])).starts_with("Reply to AWS Support\n"));
    let page = desk.path("report.html");
    let page_name = page.to_str().expect("UTF-8");
    let run = report(&["--format", "html", "-o", page_name]);
    assert_eq!((code(&run), out(&run)), (0, format!("Written to {page_name}\n")));
    let written = std::fs::read_to_string(&page).expect("a page");
    assert!(written.starts_with("<!doctype html>") && written.ends_with("</html>\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&page).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = report(&["--output", page_name]);
    assert_eq!(code(&again), 1);
    assert!(err(&again).contains("Choose another name"), "{}", err(&again));
    assert_eq!(std::fs::read_to_string(&page).expect("a page"), written);
    assert_eq!(code(&report(&["--format", "pdf"])), 2);
}
