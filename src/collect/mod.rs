//! Where events come from.
//!
//! | folder | one idea |
//! |---|---|
//! | `archive` | CloudTrail logs on disk |

pub mod archive;
