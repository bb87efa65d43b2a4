//! keytrail follows a leaked AWS access key through CloudTrail.
//!
//! The map of the house. A folder may use only what stands below it; `tests/architecture/` holds it to that.
//!
//! | folder | what it does | may name |
//! |---|---|---|
//! | `cli` | one file per subcommand: its arguments and its run | clap |
//! | `config` | the responder's settings: every one, read from text | pure |
//! | `tui` | terminal guard, app state, actions, key table, views, theme | ratatui, crossterm |
//! | `collect` | the sources of events, and the hunt that follows leads | files, threads, network |
//! | `account` | who asks AWS, whose the keys are, and what the responder may do | the AWS SDK |
//! | `store` | the `.keytrail` file | rusqlite |
//! | `report` | the reply to AWS Support and the incident report | pure |
//! | `export` | CSV, JSON and text; every cell made safe in one place | csv |
//! | `playbook` | the checklist format, its check and its command templates | toml, minijinja, jmespath |
//! | `investigation` | facts and the reducer; chain, actors, timeline, checklist, coverage | pure |
//! | `catalogue` | what each call means: lineage rules, category, severity, technique | pure |
//! | `cloudtrail` | the record in all its shapes | pure |

pub mod account;
pub mod catalogue;
pub mod cli;
pub mod cloudtrail;
pub mod collect;
pub mod config;
pub mod export;
pub mod investigation;
pub mod playbook;
pub mod report;
pub mod store;
pub mod tui;
