//! The digests of a trail: what CloudTrail signed, and what that proves of the log files beside them.
//!
//! Once an hour, and for each region, CloudTrail writes a digest: the SHA-256 of every log file it delivered in that hour,
//! and hash and signature of the digest before. So one digest that is proved proves the one before it, and that all log
//! files in between. The signature of a digest lies in the metadata of its object, and in the digest after it.
//!
//! A file is known by its name, which holds account, region, trail and time, and of a log file an id of its own. The
//! folders above it say nothing that is not in the name, and get lost in copies. A path in a digest is never opened.
//!
//! | file | one idea |
//! |---|---|
//! | `name` | what the name of a file says |
//! | `text` | one digest, and the text that is signed |
//! | `keys` | public keys, and whether a signature fits |
//! | `seen` | what there is to verify, read |
//! | `proof` | which digests are proved, by a signature or by the digest after them |
//! | `window` | which time is proved whole, and where there are gaps |
//! | `verify` | what became of each file |
//! | `verdict` | how that is said |

mod keys;
mod name;
mod proof;
mod seen;
mod text;
mod verdict;
mod verify;
mod window;

pub use keys::{Keys, KeysError, Wanted};
pub use name::{Kind, file_name, kind};
pub use seen::{Broken, Seen, SeenDigest, SeenLog, Signature};
pub use text::LONGEST;
pub use verdict::{Checked, Gap, Outcome, Span, Trail, Verification, Worst};
pub use verify::verify;
