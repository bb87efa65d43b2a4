//! Whatever goes wrong on the way to AWS: nothing is lost, and nothing comes twice.

use serde_json::{Value, json};

use crate::simulated::{ATHENA, LAKE, Simulated, of_files};
use crate::support::desk::{Desk, code, err, records};
use crate::support::incident::SEED;
use crate::support::story::story;

fn of_the_story(test: &str, settings: &Value) -> Option<(Simulated, Desk)> {
    let desk = Desk::new();
    desk.log("story.json", &records(&story()));
    let simulated = Simulated::new(test, &desk.path("logs"), settings)?;
    Some((simulated, desk))
}

/// The events of the chain, each as often as it was read.
fn events(view: &Value) -> Vec<String> {
    let rows = view.as_array().expect("rows").iter();
    let mut ids: Vec<String> = rows.map(|row| row["EventId"].to_string()).collect();
    ids.sort();
    ids
}

#[test]
fn refused_requests_and_small_pages_lose_and_double_nothing() {
    let settings = json!({"throttle_every": 3, "page": 3, "looks": 1});
    let Some((simulated, desk)) = of_the_story("refused_requests_and_small_pages", &settings) else {
        return;
    };
    let expected = events(&of_files(SEED, &desk.path("logs"), "timeline"));
    for place in [ATHENA, LAKE] {
        let _ = std::fs::remove_file(simulated.file("case.keytrail"));
        let run = simulated.investigate(SEED, place, &[]);
        assert_eq!(code(&run), 0, "{place}: {}", err(&run));
        assert_eq!(events(&simulated.show("timeline")), expected, "{place}");
    }
    assert!(simulated.log().iter().any(|entry| entry["refused"].is_string()));
}

#[test]
fn credentials_that_expire_half_way_are_waited_for() {
    let settings = json!({"faults": {"12": "ExpiredTokenException", "20": "ExpiredTokenException"}, "page": 5});
    let Some((simulated, desk)) = of_the_story("credentials_that_expire_half_way", &settings) else {
        return;
    };
    let run = simulated.investigate(SEED, ATHENA, &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(err(&run).contains("the AWS credentials have expired"), "{}", err(&run));
    let expected = events(&of_files(SEED, &desk.path("logs"), "timeline"));
    assert_eq!(events(&simulated.show("timeline")), expected);
}

#[test]
fn credentials_that_may_not_ask_are_told_what_they_lack() {
    for (place, call) in [
        (ATHENA, "GetTableMetadata"),
        (ATHENA, "StartQueryExecution"),
        (LAKE, "StartQuery"),
    ] {
        let settings = json!({"faults": {call: "AccessDeniedException"}});
        let Some((simulated, _desk)) = of_the_story("credentials_that_may_not_ask", &settings) else {
            return;
        };
        let run = simulated.investigate(SEED, place, &[]);
        assert_eq!(code(&run), 4, "{call}: {}", err(&run));
        assert!(
            err(&run).contains("does not let these credentials ask"),
            "{}",
            err(&run)
        );
    }
}

#[test]
fn an_interrupted_investigation_goes_on_with_the_same_table() {
    let Some((simulated, desk)) = of_the_story("an_interrupted_investigation_goes_on", &json!({"looks": 1})) else {
        return;
    };
    let mut running = simulated
        .keytrail()
        .args([
            "investigate",
            SEED,
            "--batch",
            "--from",
            ATHENA,
            "--since",
            "2015-01-01",
        ])
        .args(["--athena-workgroup", "responders", "--save"])
        .arg(simulated.file("case.keytrail"))
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("runs");
    let has_begun = || {
        simulated
            .log()
            .iter()
            .any(|entry| entry["statement"].to_string().contains("strpos"))
    };
    assert!(crate::support::program::patiently(has_begun));
    let interrupt = std::process::Command::new("kill")
        .args(["-INT", &running.id().to_string()])
        .status();
    assert!(interrupt.expect("kill").success());
    let _ = running.wait();
    let opened = simulated
        .keytrail()
        .arg("open")
        .arg(simulated.file("case.keytrail"))
        .arg("--batch")
        .output();
    let opened = opened.expect("runs");
    assert_eq!(code(&opened), 0, "{}", err(&opened));
    let expected = events(&of_files(SEED, &desk.path("logs"), "timeline"));
    assert_eq!(events(&simulated.show("timeline")), expected);
}
