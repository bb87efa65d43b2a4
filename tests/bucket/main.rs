//! The real program on a trail's bucket: moto over HTTP, with a wire before it on which things go wrong.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod front;
#[path = "../support/mod.rs"]
mod support;
#[path = "../simulator/tools.rs"]
mod tools;
mod trail;

mod asked;
mod complete;
mod organization;
mod refused;
mod trails;
mod verified;
