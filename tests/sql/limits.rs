//! What a scan may cost, what is said of it before, and tables that are not there.

use serde_json::{Value, json};

use crate::simulated::{ATHENA, LAKE, Simulated, of_files, table};
use crate::support::desk::{Desk, code, err, out, records};
use crate::support::incident::SEED;
use crate::support::story::story;

/// The story in a table.
fn of_the_story(test: &str, settings: &Value) -> Option<(Simulated, Desk)> {
    let desk = Desk::new();
    desk.log("story.json", &records(&story()));
    let simulated = Simulated::new(test, &desk.path("logs"), settings)?;
    Some((simulated, desk))
}

#[test]
fn what_a_round_scans_is_said_before_and_what_it_scanned_after() {
    // A day of the window scans a megabyte, and every question ten gigabytes.
    let settings = json!({"scans": [1_000_000, 10_000_000_000_u64]});
    let Some((simulated, _desk)) = of_the_story("what_a_round_scans_is_said", &settings) else {
        return;
    };
    for place in [ATHENA, LAKE] {
        let _ = std::fs::remove_file(simulated.file("case.keytrail"));
        let run = simulated.investigate(SEED, place, &["--since", "2026-03-01", "--until", "2026-05-30"]);
        assert_eq!(code(&run), 0, "{}", err(&run));
        // Ninety days and the day after the last.
        assert!(
            err(&run).contains("scans about 91.0 MB, less than 0.01 USD (inferred"),
            "{}",
            err(&run)
        );
        assert!(
            out(&run).contains("0.05 USD") || out(&run).contains("0 USD"),
            "{}",
            out(&run)
        );
        let coverage = simulated.show("coverage");
        let row = coverage.as_array().expect("rows").last().cloned().expect("a row");
        let source = row["Source"].as_str().expect("a source");
        assert!(
            source.starts_with("Athena security.") || source.starts_with("CloudTrail Lake 0123"),
            "{row}"
        );
    }
}

#[test]
fn no_query_runs_that_would_go_over_the_limit() {
    let settings = json!({"scans": [1_000_000_000, 1_000_000_000]});
    let Some((simulated, _desk)) = of_the_story("no_query_runs_that_would_go_over_the_limit", &settings) else {
        return;
    };
    let run = simulated.investigate(SEED, ATHENA, &["--max-scan-gb", "50"]);
    assert_eq!(code(&run), 3, "{}", err(&run));
    assert!(out(&run).contains("--max-scan-gb"), "{}", out(&run));
    let statements = simulated.statements();
    assert!(
        statements
            .iter()
            .all(|statement| statement.starts_with("SELECT count(*)")),
        "{statements:#?}"
    );
}

#[test]
fn a_limit_that_is_reached_between_rounds_keeps_what_was_found_and_says_what_is_missing() {
    // The days scan nothing, so the limit is met by what the first rounds really scanned.
    let settings = json!({"scans": [0, 1_000_000_000]});
    let Some((simulated, _desk)) = of_the_story("a_limit_that_is_reached_between_rounds", &settings) else {
        return;
    };
    for place in [ATHENA, LAKE] {
        let _ = std::fs::remove_file(simulated.file("case.keytrail"));
        let run = simulated.investigate(SEED, place, &["--max-scan-gb", "2.5"]);
        assert_eq!(code(&run), 3, "{}", err(&run));
        assert!(out(&run).contains("Not read"), "{}", out(&run));
        let chain = simulated.show("chain");
        let nodes = chain["nodes"].as_array().expect("nodes");
        assert!(nodes.len() > 1, "what the first round found is kept");
    }
    let questions = simulated.statements();
    let questions = questions
        .iter()
        .filter(|statement| !statement.starts_with("SELECT count(*)"));
    assert_eq!(questions.count(), 4);
}

#[test]
fn a_table_that_is_not_there_is_proposed_and_not_made() {
    let Some((simulated, _desk)) = of_the_story("a_table_that_is_not_there_is_proposed", &json!({"missing": true}))
    else {
        return;
    };
    let run = simulated.investigate(SEED, ATHENA, &[]);
    assert_eq!(code(&run), 1, "{}", err(&run));
    for said in [
        "CREATE EXTERNAL TABLE `security`.`cloudtrail_logs`",
        "'projection.enabled' = 'true'",
        // What the account's trail says.
        "s3://trail-bucket/AWSLogs/123456789012/CloudTrail/${region}/${timestamp}",
    ] {
        assert!(out(&run).contains(said), "no {said} in {}", out(&run));
    }
    assert!(err(&run).contains("--allow-changes"), "{}", err(&run));
    assert!(simulated.statements().is_empty(), "nothing was run");
}

#[test]
fn a_table_is_made_once_its_name_was_typed() {
    let Some((simulated, _desk)) = of_the_story("a_table_is_made_once_its_name_was_typed", &json!({"missing": true}))
    else {
        return;
    };
    let investigate = |typed: &str, save: &str| {
        use std::io::Write;
        let mut run = simulated
            .keytrail()
            .args([
                "investigate",
                SEED,
                "--from",
                ATHENA,
                "--since",
                "2026-01-01",
                "--allow-changes",
            ])
            .args([
                "--athena-workgroup",
                "w",
                "--athena-location",
                "s3://b/AWSLogs/123456789012/CloudTrail/",
            ])
            .arg("--save")
            .arg(simulated.file(save))
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("runs");
        let mut input = run.stdin.take().expect("its input");
        writeln!(input, "{typed}").expect("typed");
        drop(input);
        run.wait_with_output().expect("ends")
    };
    let left = investigate("", "left.keytrail");
    assert_eq!(code(&left), 1, "{}", err(&left));
    assert!(simulated.statements().is_empty(), "nothing was run");
    let made = investigate("cloudtrail_logs", "made.keytrail");
    assert_eq!(code(&made), 0, "{}", err(&made));
    let statements = simulated.statements();
    assert!(statements[0].starts_with("CREATE EXTERNAL TABLE"), "{statements:#?}");
    assert!(statements.len() > 1);
}

#[test]
fn partitions_that_want_one_value_are_asked_one_by_one_for_the_same_chain() {
    let mut table = table();
    table["parameters"]["projection.region.type"] = json!("injected");
    let name = "partitions_that_want_one_value_are_asked_one_by_one";
    let Some((simulated, desk)) = of_the_story(name, &json!({"table": table})) else {
        return;
    };
    let run = simulated.investigate(SEED, ATHENA, &["--regions", "us-east-1,eu-west-1"]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let expected = of_files(SEED, &desk.path("logs"), "chain");
    assert_eq!(simulated.show("chain")["nodes"], expected["nodes"]);
    for region in ["us-east-1", "eu-west-1"] {
        let statements = simulated.statements();
        let asked = format!("\"region\" = '{region}'");
        assert_eq!(
            statements.iter().filter(|statement| statement.contains(&asked)).count() * 2,
            statements.len()
        );
    }
}

#[test]
fn a_place_that_cannot_be_one_is_wrong_usage() {
    for place in [
        "athena:table",
        "athena:.t",
        "lake:",
        "lake:my-store",
        "lake:x' OR 1=1 --",
    ] {
        let run = crate::support::program::keytrail()
            .args(["investigate", SEED, "--batch", "--from", place])
            .output();
        assert_eq!(code(&run.expect("runs")), 2, "{place}");
    }
}
