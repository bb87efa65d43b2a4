//! Tables of CloudTrail records that are asked in SQL: what Athena and CloudTrail Lake share.
//!
//! | part | one idea |
//! |---|---|
//! | `text` | the only ways a text gets into a statement |
//! | `needle` | the texts that a record must hold to answer a lead |
//! | `table` | what is known of a table: its columns, and how it is bounded |
//! | `bounds` | the partitions and times that are asked for |
//! | `statement` | the statements of one round |
//! | `row` | a row as a record |
//! | `engine` | who runs statements |
//! | `price` | what a scan costs |
//! | `rounds` | the source: every round of leads at once, each record once |
//!
//! A statement finds at least what the archive reader would find; what it finds too much is left out by the same filter
//! ([`Wanted`](crate::cloudtrail::terms::Wanted)). So the answer is the same, wherever the records lie.

pub(super) mod bounds;
pub(super) mod engine;
mod needle;
mod price;
pub(super) mod rounds;
mod row;
mod statement;
pub(super) mod table;
pub(super) mod text;

pub use bounds::Window;
pub use price::words as price;

#[cfg(test)]
mod tests;
