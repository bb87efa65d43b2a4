//! Facts and what they add up to.
//!
//! Pure: no clock, no files, no network. [`Fact`]s go in; the [`Investigation`] comes out.
//!
//! | file | one idea |
//! |---|---|
//! | `fact` | everything that can happen in an investigation |
//! | `account` | what AWS itself said of the key and the responder |
//! | `state` | the investigation, and the one function that applies a fact to it |
//! | `evidence` | the events kept, without their copies, and who signed them |
//! | `chain/` | the tree that grows from the seed |
//! | `tally` | how many of each kind the key led to |
//! | `live/` | what the account says of each node now |
//! | `alive` | what may still let somebody in |
//! | `accounts` | the accounts that the chain acts in or touches |
//! | `lead` | what to look up next |
//! | `actor/` | calls by the same source, and whose it seems to be |
//! | `triage` | was the key used by a stranger, and what that means for the first minute |
//! | `ours` | which nodes only expected actors made |
//! | `findings/` | what matters in the calls, how much, and what to do |
//! | `further` | other keys to look at next |
//! | `watch` | how long it was quiet, and what is new |
//! | `timeline` | the events in order, filtered |
//! | `coverage` | what was read, and what was not |
//! | `unseen` | what no source can show |
//! | `checklist` | the state of the steps |
//! | `pasted` | what a command of the steps printed |
//! | `verified` | whether the logs are whole |
//! | `change/` | what may be changed in the account, what it breaks, how it is undone |
//! | `policy/` | what the texts of policies say and allow |
//! | `reach/` | how far a user could reach, and whether it could have given itself more |
//! | `resource/` | what the chain made or changed outside IAM |

pub mod account;
pub mod accounts;
pub mod actor;
pub mod alive;
pub mod chain;
pub mod change;
pub mod checklist;
pub mod coverage;
pub mod evidence;
pub mod fact;
pub mod findings;
pub mod further;
pub mod lead;
pub mod live;
mod ours;
pub mod pasted;
mod policy;
pub mod reach;
pub mod resource;
pub mod state;
pub mod tally;
pub mod timeline;
pub mod triage;
pub mod unseen;
mod verified;
mod watch;

pub use alive::{How, Way, alive};
pub use chain::{Chain, Link, Node};
pub use evidence::{Activity, Evidence};
pub use fact::{Fact, Verdict, What};
pub use findings::{Finding, Manner};
pub use further::FurtherSeed;
pub use lead::{Attribute, Lead};
pub use pasted::Pasted;
pub use state::Investigation;
pub use tally::{Tally, tally};
pub use triage::{Advice, Triage, triage};
pub use verified::Verified;
