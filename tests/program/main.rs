//! The whole program as a responder meets it: what it prints, what it writes, how it ends.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod files;
mod hostile;
mod interrupted;
mod investigate;
mod notice;
mod output;
mod pasted;
mod plain;
mod settings;
#[path = "../support/mod.rs"]
mod support;
