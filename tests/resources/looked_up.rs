//! Who ended what the chain made is looked up, whoever it was: through the real program, from archives.

use keytrail::investigation::fact::{Fact, PassBegan, PassEnded, What};
use keytrail::investigation::resource::State;
use serde_json::{Value, json};

use crate::support::desk::{Desk, code, err, rows};
use crate::support::incident::*;
use crate::support::program::{keytrail, skipped};
use crate::{ended, found, made, responder};

/// `label id: state`, of each row of `resources.csv`.
fn listed(csv: &str) -> Vec<String> {
    let head = csv::Reader::from_reader(csv.as_bytes()).headers().unwrap().clone();
    let column = |name: &str| head.iter().position(|known| known == name).unwrap();
    let (kind, id, state) = (column("Kind"), column("Id"), column("State"));
    let line = |row: &csv::StringRecord| format!("{} {}: {}", &row[kind], &row[id], &row[state]);
    rows(csv).iter().map(line).collect()
}

#[test]
fn what_a_defender_ended_is_found_in_an_archive_by_whatever_name_it_has() {
    for row in crate::rows() {
        let Some(end) = ended(&row, &responder(), 60) else {
            continue;
        };
        let desk = Desk::new();
        let records = [made(&row, &seed()), end].map(|call| call.json());
        desk.log("all.json", &json!({ "Records": records }).to_string());
        let run = desk.investigate(SEED, &[]);
        assert_eq!(code(&run), 0, "{}", err(&run));
        let listed = listed(&desk.show("resources", "csv"));
        assert!(
            !listed.is_empty() && listed.iter().all(|line| line.ends_with(": gone")),
            "{row}: {listed:?}"
        );
    }
}

/// In this real case the user of the leaked key cleaned up with sessions of which no record tells where they came from.
#[test]
fn in_a_real_case_the_address_and_the_database_that_others_removed_are_gone_and_no_secret_is_there_twice() {
    let folder = std::env::var_os("KEYTRAIL_CASES").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        std::path::PathBuf::from,
    );
    let case = folder.join("invictus-bertjan");
    let Ok(expected) = std::fs::read_to_string(case.join("expected.json")) else {
        return skipped("invictus-bertjan", &format!("not in {}", folder.display()));
    };
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let desk = Desk::new();
    let run = keytrail()
        .args([
            "investigate",
            expected["start_key"].as_str().unwrap(),
            "--batch",
            "--from",
        ])
        .arg(case.join(expected["input"].as_str().unwrap()))
        .arg("--save")
        .arg(desk.path("case.keytrail"))
        .output();
    assert_eq!(code(&run.unwrap()), 0);
    let csv = desk.show("resources", "csv");
    let listed = listed(&csv);
    for gone in [
        "Elastic IP address eipalloc-04cbfdaf4b48e92d5: gone",
        "database terraform-20230710121504061500000001: gone",
    ] {
        assert!(listed.iter().any(|line| line == gone), "{gone}: {listed:#?}");
    }
    for event in ["647da679", "b5232796"] {
        assert!(csv.contains(event), "the proof is in the case: {event}");
    }
    let secrets: Vec<&String> = listed.iter().filter(|line| line.starts_with("secret ")).collect();
    let of = |state: &str| secrets.iter().filter(|line| line.ends_with(state)).count();
    assert_eq!(
        (secrets.len(), of(": gone"), of(": still there")),
        (20, 17, 3),
        "{secrets:#?}"
    );
}

#[test]
fn what_was_not_looked_up_is_not_called_there() {
    let mut case = investigate(&[call(&seed(), 1, "ec2", "CreateVolume").answer(json!({"volumeId": "vol-1aaaaaaa"}))]);
    let mut pass = |what: What| {
        case.apply(&Fact { at: at(100), what });
        case.settle();
        found(&case)[0].state()
    };
    let began = What::PassBegan(PassBegan {
        sources: vec!["logs".to_owned()],
        since: None,
        until: None,
        bucket: None,
        aws: None,
        tables: None,
    });
    assert_eq!(pass(began), State::NotLookedUp);
    let end = |why: Option<&str>| {
        What::PassEnded(PassEnded {
            fixed_point: why.is_none(),
            cut_short: why.map(str::to_owned),
        })
    };
    assert_eq!(pass(end(Some("stopped"))), State::NotLookedUp);
    assert_eq!(pass(end(None)), State::There);
}
