//! `keytrail demo`: a built-in incident, fed in at a pace one can watch.

use std::time::Duration;

use super::failure::{Exit, Failure};
use super::investigate::{self, Plan};
use super::pass::Reader;
use super::session::Manner;
use super::settings::Settings;
use crate::collect::demo::{self, Demo};
use crate::investigation::fact::PassBegan;

/// How to run the demo.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    output: investigate::Output,
}

/// Between two pages, so that a person can watch the tree grow.
const PACE: Duration = Duration::from_millis(120);

pub(super) fn run(args: &Args, settings: &Settings) -> Result<Exit, Failure> {
    let manner = Manner::of(args.output.batch, args.output.plain);
    let pace = if manner == Manner::Screens {
        PACE
    } else {
        Duration::ZERO
    };
    let plan = Plan {
        seeds: vec![demo::SEED.to_owned()],
        pass: PassBegan {
            sources: vec![demo::SOURCE.to_owned()],
            since: None,
            until: None,
            aws: None,
            tables: None,
            bucket: None,
        },
        notice: None,
        playbook: None,
        own_playbooks: None,
        // A demo leaves nothing behind unless asked to.
        save: args.output.save.clone(),
        keep_by_default: false,
        may_change: false,
    };
    let reader = Reader::InTurn(vec![Box::new(Demo::new(pace))]);
    investigate::start(plan, reader, &args.output, settings)
}
