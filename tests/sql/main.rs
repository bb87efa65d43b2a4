//! Athena and CloudTrail Lake, simulated on DuckDB: they give the same chain as files do, whatever names are in the
//! records, and scan no more than they may.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

#[path = "../support/mod.rs"]
mod support;

mod faults;
mod hostile;
mod layouts;
mod limits;
mod organization;
mod rows;
mod same;
mod simulated;
mod table;
