//! The sources of events, and the hunt that follows leads.

pub mod demo;
