//! A made-up incident, to try keytrail without an AWS account.
//!
//! An application's key leaks and is tested, makes a user and a second key, a console password, a role that an outside
//! account may assume, sessions from it, miners in two far regions; logging is turned off; and all the while the real
//! application goes on using the key from its own address. Accounts, addresses and domains are those reserved for
//! documentation, ids are made up, and no time or randomness enters: every run is the same.
//!
//! | file | one idea |
//! |---|---|
//! | `record` | one CloudTrail record, and made-up ids |
//! | `cast` | who takes part, and from where |
//! | `calls` | calls that several scenes need |
//! | `everyday` | what would have happened anyway |
//! | `scenario` | the attack until noon |
//! | `source` | the incident as a source of events |
//! | `endgame` | the attack from noon on, and the answer to it |

mod calls;
mod cast;
mod endgame;
mod everyday;
mod record;
mod scenario;
mod source;

pub use source::Demo;

/// What an investigation calls this source.
pub const SOURCE: &str = "the built-in incident";

/// The leaked key that an investigation of the demo starts from.
pub const SEED: &str = cast::LEAKED_KEY;

/// The CloudTrail records of the incident as JSON texts, in the order of their times.
pub fn records() -> Vec<String> {
    let mut calls = everyday::everyday();
    calls.extend(scenario::attack());
    calls.sort_by_key(|call| call.at);
    calls
        .into_iter()
        .enumerate()
        .map(|(number, call)| call.record(number))
        .collect()
}

#[cfg(test)]
mod tests;
