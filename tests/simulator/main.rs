//! The simulated AWS keeps the rules of the real one.

#[path = "../support/aws/mod.rs"]
mod aws;
#[path = "../support/mod.rs"]
mod support;
