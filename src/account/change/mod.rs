//! The changes that a responder approves. Nothing else in the program writes to AWS.
//!
//! What a change is, and what it calls, is in `investigation::change`; here it is carried out.
//!
//! | file | one idea |
//! |---|---|
//! | `acting` | changes under way: each fact is in the file before the next call is made |
//! | `read` | a user or a role with all that hangs on it |
//! | `perform` | the calls that write |
//! | `evidence` | what is kept before something is erased |
//! | `commands` | the same calls for the AWS command line |

mod acting;
mod commands;
mod evidence;
mod perform;
mod read;

pub use acting::{Acting, Ready, Said};
pub use commands::{command, commands};
pub use perform::{NewKey, Secret};
