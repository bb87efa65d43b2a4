//! What the tests share: records written in one line, and an investigation fed with them.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared by several test programs; each uses the part it needs"
)]

pub mod incident;
pub mod program;
pub mod screens;
pub mod story;
pub mod svg;
