//! The server while it runs: what a test asks it, and what a test does to it.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;

use super::cloud::Cloud;
use super::fault::Fault;
use super::index::Event;
use super::log::Log;
use super::pace::latency;
use super::server::Server;
use super::state::{Identities, token_of};
use super::{RESPONDER, SECRET};

/// How many events one page holds.
const PAGE: usize = 50;

/// An account that answers. Dropping it stops the server.
#[derive(Debug)]
pub struct Running {
    cloud: Arc<Cloud>,
    server: Server,
}

impl Running {
    pub(super) fn new(cloud: Arc<Cloud>, port: u16) -> Self {
        let server = Server::start(Arc::clone(&cloud), port);
        Self { cloud, server }
    }

    /// The endpoint of every service.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// Makes a program talk to this account as the responder.
    pub fn credentials<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        self.credentials_of(RESPONDER, command)
    }

    /// Makes a program talk to this account with a certain key, and keeps it from the user's own settings.
    pub fn credentials_of<'c>(&self, key: &str, command: &'c mut Command) -> &'c mut Command {
        let variables = std::env::vars_os().map(|(name, _)| name);
        for name in variables.filter(|name| name.to_string_lossy().starts_with("AWS_")) {
            command.env_remove(name);
        }
        if key.starts_with("ASIA") {
            command.env("AWS_SESSION_TOKEN", token_of(key));
        }
        command
            .env("AWS_ENDPOINT_URL", self.url())
            .env("AWS_ACCESS_KEY_ID", key)
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    }

    /// Everything asked so far.
    pub fn log(&self) -> Log {
        self.cloud.state().log.clone()
    }

    /// Everything asked so far of another account of the organization, by its place among them.
    pub fn log_of_member(&self, number: usize) -> Log {
        self.cloud.members[number].state().log.clone()
    }

    /// Seconds since the start, at the simulation's speed.
    pub fn now(&self) -> f64 {
        self.cloud.clock.now()
    }

    /// The ids of all events that an attribute finds, over all regions.
    pub fn ids(&self, key: &str, value: &str) -> BTreeSet<String> {
        self.cloud.state().history.ids(key, value)
    }

    /// How long the perfect client takes for everything that an attribute finds, in seconds: each region's full pages sent
    /// exactly at the permitted rate, each taking the latency that the region's lookup of that number draws.
    #[expect(clippy::cast_precision_loss, reason = "page numbers are small")]
    pub fn perfect_schedule(&self, key: &str, value: &str) -> f64 {
        let state = self.cloud.state();
        let counts = state.history.counts(key, value);
        let settings = &self.cloud.settings;
        let mut end = 0.0_f64;
        for (name, region) in settings.regions.iter().filter(|(_, region)| region.enabled) {
            // A region that holds nothing has to be asked to know.
            let pages = counts.get(name).map_or(1, |count| count.div_ceil(PAGE).max(1));
            for number in 0..pages as u64 {
                let sent = number as f64 / state.allowance.per_second;
                end = end.max(sent + latency(settings.seed, name, number, region.latency_mean));
            }
        }
        end
    }

    /// Calls happen while the server runs.
    pub fn happen(&self, records: impl IntoIterator<Item = Value>) {
        let mut state = self.cloud.state();
        let events = records.into_iter().filter_map(|record| Event::new(&record, 0.0));
        state.history.extend(events);
    }

    /// Somebody changes users, keys or roles while the server runs.
    pub fn change(&self, change: impl FnOnce(&mut Identities)) {
        change(&mut self.cloud.state().identities);
    }

    /// From now on this goes wrong too.
    pub fn fault(&self, fault: Fault) {
        self.cloud.state().faults.push(fault);
    }

    /// Nothing goes wrong any more.
    pub fn repair(&self) {
        self.cloud.state().faults.clear();
    }

    /// The credentials expire now.
    pub fn expire(&self, key: &str) {
        self.cloud.state().calls_left.insert(key.to_owned(), 0);
    }

    /// The credentials are valid again.
    pub fn renew(&self, key: &str) {
        self.cloud.state().calls_left.remove(key);
    }
}
