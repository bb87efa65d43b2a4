//! Incidents made at random, and the right answer of each.

pub(crate) mod plan;
mod records;
