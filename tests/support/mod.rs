//! What the tests share: records written in one line, and an investigation fed with them.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared by several test programs; each uses the part it needs"
)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot be set up is a test that fails"
)]

pub mod cases;
pub mod desk;
pub mod generated;
pub mod incident;
pub mod program;
pub mod python;
pub mod screens;
pub mod story;
pub mod svg;
