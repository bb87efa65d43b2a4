//! `keytrail verify`: whole logs are proved whole, and whatever was done to them is told, with the name of the file.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod asked;
#[path = "../support/aws/mod.rs"]
mod aws;
mod bucket;
mod hostile;
mod kept;
mod run;
mod sample;
#[path = "../support/mod.rs"]
mod support;
mod tampered;
mod time;
