//! What each API call means.
//!
//! Rules are data, beside the code: `lineage.csv` (calls that make or hand over an identity), `endings.csv` (calls that
//! end one), `calls.csv` (category, severity and ATT&CK technique of calls an attacker may make), `telltales.csv` (calls
//! that tell something of who makes them). The files are parsed once. Where the facts come from: `NOTICE.md`.

mod calls;
mod kind;
mod lineage;
mod telltale;

pub use calls::{Call, call};
pub use kind::Kind;
pub use lineage::{Ending, Relation, Rule, Strength, ending, is_lineage_call, lineage_calls, rule};
pub use telltale::{Telltale, telltale};
