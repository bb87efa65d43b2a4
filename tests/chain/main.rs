//! What the chain holds, story by story, on records written for this project: above all what no public record shows.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod beyond;
mod compute;
mod console_csv;
mod joined;
mod later;
mod seeds;
mod sessions;
mod sign_ins;
#[path = "../support/mod.rs"]
mod support;
mod users;

pub(crate) const KEY2: &str = "AKIAZZCHILD000000002";
pub(crate) const KEY3: &str = "AKIAZZCHILD000000003";
pub(crate) const TEMP1: &str = "ASIAZZTEMP0000000001";
pub(crate) const TEMP2: &str = "ASIAZZTEMP0000000002";
pub(crate) const TEMP3: &str = "ASIAZZTEMP0000000003";
