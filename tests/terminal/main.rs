//! The real program in a real pseudo-terminal: it draws, it obeys, and whatever ends it, the terminal is given back.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod account;
#[path = "../support/aws/mod.rs"]
mod aws;
mod change;
mod endings;
mod erase;
mod lines;
mod panics;
mod paste;
mod screens;
mod staged;
mod start;
#[path = "../support/mod.rs"]
mod support;
mod suspend;
mod terminal;
#[path = "../simulator/tools.rs"]
mod tools;
mod walk;
mod watch;
