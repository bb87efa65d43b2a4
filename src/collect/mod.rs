//! Where events come from, and the hunt that follows what they lead to.
//!
//! | part | one idea |
//! |---|---|
//! | `source` | what a source of events is |
//! | `archive` | CloudTrail logs on disk |
//! | `demo` | the built-in incident |
//! | `history` | AWS's event history |
//! | `several` | several feeds as one |
//! | `hunt` | asks the sources until no lead is left |

pub mod archive;
pub mod demo;
pub mod history;
pub mod hunt;
pub mod several;
pub mod source;
pub mod work;
