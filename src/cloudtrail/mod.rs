//! The CloudTrail record: every shape it comes in, who made the call, what came of it, and the identifiers in it.
//!
//! Pure: bytes and JSON in, [`Record`]s out. Knows nothing of AWS clients, files or screens.
//!
//! | file | one idea |
//! |---|---|
//! | `event` | one record, normalised |
//! | `identity` | `userIdentity`: who made the call |
//! | `outcome` | did the call work |
//! | `ids` | access key ids, unique ids, ARNs, accounts |
//! | `time` | the timestamps CloudTrail writes |
//! | `notice/` | what says that a key leaked |
//! | `redact` | live secrets become short hashes |
//! | `envelope` | what records are wrapped in (LookupEvents, EventBridge, Lake, Athena) |
//! | `console_csv` | the console's "Download events" file |
//! | `resources` | what a record names |
//! | `structure` | where quotes and brackets lie in a text, 64 bytes at a time |
//! | `scan` | a text cut into single records, whatever holds them |
//! | `skim` | what a record is about, without parsing it |
//! | `terms` | the values a record can be looked up by |
//! | `digest/` | the digests of a trail, and what they prove of its log files |
//! | `text` | characters that hide, reorder or steer what stands around them |
//! | `json` | values inside a record: paths, `{}` and `""` as absent |

pub mod console_csv;
pub mod digest;
pub mod envelope;
pub mod event;
pub mod identity;
pub mod ids;
pub mod json;
pub mod notice;
pub mod outcome;
pub mod redact;
mod resources;
pub mod scan;
pub mod skim;
pub mod structure;
pub mod terms;
pub mod text;
pub mod time;

pub use event::{Event, EventKey, Interner, Record, RecordError};
pub use identity::{Identity, IdentityType};
pub use ids::AccessKeyId;
pub use outcome::Outcome;
pub use resources::is_resource_id;
