//! Each check of a playbook, where it is false and where it is true; and what becomes of the items that have them.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod items;
mod pasted;
mod story;
mod subjects;
#[path = "../support/mod.rs"]
mod support;
mod whole;
