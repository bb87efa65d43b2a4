//! Facts and what they add up to.
//!
//! Pure: no clock, no files, no network. [`fact::Fact`]s go in, in any order of arrival; the investigation comes out.
//!
//! | file | one idea |
//! |---|---|
//! | `fact` | everything that can happen in an investigation |
//! | `lead` | what to look up next |

pub mod fact;
pub mod lead;
