//! Where events come from, and the hunt that follows what they lead to.
//!
//! | part | one idea |
//! |---|---|
//! | `source` | what a source of events is |
//! | `archive` | CloudTrail logs on disk |
//! | `bucket` | a trail's bucket in S3 |
//! | `demo` | the built-in incident |
//! | `history` | AWS's event history |
//! | `trail` | the digests and log files of a trail, read to be verified |
//! | `sql` | tables of records that are asked in SQL |
//! | `athena` | the same, in Athena |
//! | `lake` | the same, in CloudTrail Lake |
//! | `refusal` | what AWS's errors mean for the reading |
//! | `several` | several feeds as one |
//! | `hunt` | asks the sources until no lead is left |

pub mod archive;
pub mod athena;
pub mod bucket;
pub mod demo;
pub mod history;
pub mod hunt;
pub mod lake;
mod refusal;
pub mod several;
pub mod source;
pub mod sql;
pub mod trail;
pub mod work;
