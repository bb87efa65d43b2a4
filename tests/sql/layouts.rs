//! Tables are partitioned in many ways: in each, the days of the window are read and no others, and what was delivered
//! a day late is found.

use std::collections::BTreeSet;

use keytrail::collect::hunt::Window;
use serde_json::{Value, json};

use crate::rows::Read;
use crate::simulated::{ATHENA, LAKE, Simulated};
use crate::support::desk::{Desk, code, err};
use crate::support::incident::{SEED, call, seed};

/// Calls of the seed: before and after the window, at its ends, and at the ends of a month and a year between.
const TIMES: [&str; 14] = [
    "2024-12-31T12:00:00Z",
    "2025-01-01T12:00:00Z",
    "2025-11-30T12:00:00Z",
    "2025-12-01T12:00:00Z",
    "2025-12-29T23:44:59Z",
    "2025-12-29T23:59:59Z",
    "2025-12-30T00:00:00Z",
    "2025-12-31T23:59:59Z",
    "2026-01-01T00:00:00Z",
    "2026-01-01T23:59:59Z",
    "2026-01-02T00:00:00Z",
    "2026-01-03T12:00:00Z",
    "2026-12-30T12:00:00Z",
    "2027-01-01T12:00:00Z",
];
/// CloudTrail puts a call into the folder of the day it delivers it: some minutes later.
const DELAY: u32 = 900;
/// The window, and the days on which its calls are delivered.
const SINCE: &str = "2025-12-30T00:00:00Z";
const UNTIL: &str = "2026-01-02T00:00:00Z";
const DAYS: [&str; 3] = ["2025-12-30", "2026-01-01", "2026-01-02"];

/// Partitions by day: their names and types, how they are written, and how they are projected.
struct Layout {
    partitions: &'static [[&'static str; 2]],
    written: &'static [&'static str],
    projected: &'static [[&'static str; 2]],
    /// What stands in every statement, for the days.
    says: &'static str,
}

const PROJECTED: [&str; 2] = ["projection.enabled", "true"];

const LAYOUTS: [Layout; 12] = [
    Layout {
        partitions: &[["year", "string"], ["month", "string"], ["day", "string"]],
        written: &["%Y", "%m", "%d"],
        projected: &[],
        says: "\"year\" IN ('2025', '2026')",
    },
    // Without zeros.
    Layout {
        partitions: &[["year", "string"], ["month", "string"], ["day", "string"]],
        written: &["%Y", "%-m", "%-d"],
        projected: &[],
        says: "\"year\" IN ('2025', '2026')",
    },
    Layout {
        partitions: &[["year", "int"], ["month", "int"], ["day", "int"]],
        written: &["%Y", "%m", "%d"],
        projected: &[],
        says: "\"year\" IN (2025, 2026)",
    },
    Layout {
        partitions: &[["year", "int"], ["month", "int"], ["day", "int"]],
        written: &["%Y", "%m", "%d"],
        projected: &[PROJECTED, ["projection.year.type", "integer"]],
        says: "\"year\" IN (2025, 2026)",
    },
    Layout {
        partitions: &[["timestamp", "string"]],
        written: &["%Y/%m/%d"],
        projected: &[PROJECTED, ["projection.timestamp.type", "date"]],
        says: "\"timestamp\" BETWEEN '2025/12/30' AND '2026/01/02'",
    },
    // By the hour.
    Layout {
        partitions: &[["hour", "string"]],
        written: &["%Y-%m-%d-%H"],
        projected: &[
            PROJECTED,
            ["projection.hour.type", "date"],
            ["projection.hour.format", "yyyy-MM-dd-HH"],
        ],
        says: "\"hour\" BETWEEN '2025-12-30-00' AND '2026-01-02-23'",
    },
    // Texts that have not the order of time: all is read.
    Layout {
        partitions: &[["day", "string"]],
        written: &["%d-%m-%Y"],
        projected: &[
            PROJECTED,
            ["projection.day.type", "date"],
            ["projection.day.format", "dd-MM-yyyy"],
        ],
        says: "",
    },
    // Partitions that somebody adds, in a form that the catalogue does not tell.
    Layout {
        partitions: &[["timestamp", "string"]],
        written: &["%Y/%m/%d"],
        projected: &[],
        says: "BETWEEN '20251230' AND '20260102'",
    },
    Layout {
        partitions: &[["day", "string"]],
        written: &["%Y/%m/%d"],
        projected: &[],
        says: "BETWEEN '20251230' AND '20260102'",
    },
    Layout {
        partitions: &[["date", "string"]],
        written: &["%Y-%m-%d"],
        projected: &[],
        says: "BETWEEN '20251230' AND '20260102'",
    },
    Layout {
        partitions: &[["dt", "date"]],
        written: &["%Y-%m-%d"],
        projected: &[],
        says: "BETWEEN '20251230' AND '20260102'",
    },
    Layout {
        partitions: &[["dt", "int"]],
        written: &["%Y%m%d"],
        projected: &[],
        says: "BETWEEN '20251230' AND '20260102'",
    },
];

impl Layout {
    /// A table with these partitions, and by account and region.
    fn table(&self) -> Value {
        let mut table = crate::simulated::table();
        let by_place = [["account", "string"], ["region", "string"]];
        table["partitions"] = json!([&by_place[..], self.partitions].concat());
        table["parameters"] = self.projected.iter().map(|[name, value]| (*name, *value)).collect();
        let names = self.partitions.iter().map(|[name, _]| *name);
        table["written"] = names.zip(self.written.iter().copied()).collect();
        table
    }
}

/// The calls in files, and what the reader finds of them in the window.
fn read() -> (Desk, Read) {
    let desk = Desk::new();
    let calls = TIMES.iter().map(|time| {
        let call = call(&seed(), 0, "ec2", "DescribeInstances").with("eventTime", json!(time));
        call.json()
    });
    let records: Vec<Value> = calls.collect();
    desk.log("all.json", &json!({ "Records": records }).to_string());
    let at = |text: &str| Some(text.parse().expect("a time"));
    let window = Window {
        since: at(SINCE),
        until: at(UNTIL),
    };
    let read = Read::of_files(SEED, &desk.path("logs"), window);
    (desk, read)
}

/// Holds what comes back from a place for the window to what the reader finds.
fn is_read(test: &str, place: &str, read: &Read, simulated: &Simulated) {
    let run = simulated.investigate(SEED, place, &["--since", SINCE, "--until", UNTIL]);
    assert_eq!(code(&run), 0, "{test}: {}", err(&run));
    read.is_what_came_back(test, simulated, place);
    assert_eq!(simulated.show("chain")["events"]["seed"], 4, "{test}");
}

#[test]
fn lake_is_asked_for_the_window_by_the_time_of_the_events() {
    let (desk, read) = read();
    let test = "lake_is_asked_for_the_window_by_the_time_of_the_events";
    if let Some(simulated) = Simulated::new(test, &desk.path("logs"), &json!({})) {
        is_read(test, LAKE, &read, &simulated);
    }
}

#[test]
fn whatever_days_are_told_by_those_of_the_window_are_read_and_nothing_is_lost() {
    let (desk, read) = read();
    for layout in LAYOUTS {
        let test = format!("{:?} as {:?}", layout.partitions, layout.written);
        let settings = json!({"table": layout.table(), "delay": DELAY});
        let Some(simulated) = Simulated::new(&test, &desk.path("logs"), &settings) else {
            return;
        };
        is_read(&test, ATHENA, &read, &simulated);
        for asked in simulated.log() {
            let statement = asked["statement"].as_str().expect("a statement");
            let days = asked["days"].as_array().expect("days").iter();
            let days: BTreeSet<&str> = days.filter_map(Value::as_str).collect();
            if statement.starts_with("SELECT count(*)") {
                assert!(days.len() <= 1, "{test}: {days:?} in {statement}");
            } else if layout.says.is_empty() {
                assert_eq!(days.len(), 11, "{test}: {days:?}");
            } else {
                assert!(statement.contains(layout.says), "{test}: {statement}");
                assert_eq!(days, DAYS.into(), "{test}: {statement}");
            }
        }
    }
}
