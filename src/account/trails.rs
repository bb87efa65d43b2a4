//! The account's trails and event data stores: what they log, where to, and which source is best to investigate from.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::{Region, SdkConfig};
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::config::Builder;
use aws_sdk_cloudtrail::operation::get_event_selectors::GetEventSelectorsOutput;
use aws_sdk_cloudtrail::operation::get_trail_status::GetTrailStatusOutput;
use aws_sdk_cloudtrail::types;
use chrono::{DateTime, Utc};
use futures_util::future::join_all;

use super::client::moment;
use super::regions;
use super::reply::reply;
use crate::investigation::account::Reply;

/// A trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// Its name.
    pub name: String,
    /// Its ARN, which tells whose it is.
    pub arn: String,
    /// The region it was made in.
    pub home: String,
    /// Whether it logs all regions.
    pub all_regions: bool,
    /// Whether it logs all accounts of the organisation.
    pub organisation: bool,
    /// The bucket, with the folder in it: `s3://bucket/prefix`.
    pub place: String,
    /// The KMS key that encrypts the log files.
    pub key: Option<String>,
    /// Whether it logs now.
    pub status: Reply<Status>,
    /// What it logs.
    pub logs: Reply<Logs>,
}

/// Whether a trail logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// Whether it does now.
    pub is_logging: bool,
    /// When logging was last switched on.
    pub since: Option<DateTime<Utc>>,
    /// When logging was last switched off.
    pub stopped: Option<DateTime<Utc>>,
    /// When it last wrote log files.
    pub delivered: Option<DateTime<Utc>>,
    /// Why it could not write them, if that is so.
    pub error: Option<String>,
}

/// What a trail logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logs {
    /// Management events that only read.
    pub reads: bool,
    /// Management events that change something.
    pub writes: bool,
    /// The kinds of resources whose data events are logged.
    pub data: BTreeSet<String>,
}

/// An event data store of CloudTrail Lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventDataStore {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

/// Where the account's calls are logged, besides event history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trails {
    /// By ARN.
    pub trails: Vec<Trail>,
    /// Of the region that was asked.
    pub stores: Reply<Vec<EventDataStore>>,
}

/// Asks for every trail that logs this account: those of all regions, and those of the organisation.
pub async fn look(config: &SdkConfig) -> Reply<Trails> {
    let here = config.region().map_or(regions::home(config), Region::as_ref);
    let client = client(config, here);
    let listed = client.list_trails().into_paginator().items().send().try_collect().await;
    // Where listing is denied, what is seen from here is still told.
    let elsewhere = match reply(listed) {
        Reply::Known(listed) => listed,
        _ => Vec::new(),
    };
    let mut homes: BTreeSet<String> = elsewhere.into_iter().filter_map(|trail| trail.home_region).collect();
    homes.insert(here.to_owned());
    let described = join_all(homes.iter().map(|region| described(config, region))).await;
    let mut trails = BTreeMap::new();
    let mut refused = None;
    for answer in described {
        match answer {
            Reply::Known(found) => trails.extend(found.into_iter().map(|trail| (trail.trail_arn.clone(), trail))),
            other => refused = refused.or(Some(other)),
        }
    }
    match refused {
        Some(refused) if trails.is_empty() => refused.map(|_| Trails {
            trails: Vec::new(),
            stores: Reply::Known(Vec::new()),
        }),
        _ => Reply::Known(Trails {
            trails: join_all(trails.into_values().map(|trail| looked_at(config, here, trail))).await,
            stores: stores(&client).await,
        }),
    }
}

fn client(config: &SdkConfig, region: &str) -> Client {
    let config = Builder::from(config).region(Region::new(region.to_owned()));
    Client::from_conf(config.build())
}

/// The trails that log a region.
async fn described(config: &SdkConfig, region: &str) -> Reply<Vec<types::Trail>> {
    let asked = client(config, region).describe_trails().include_shadow_trails(true);
    reply(asked.send().await).map(|answer| answer.trail_list.unwrap_or_default())
}

async fn stores(client: &Client) -> Reply<Vec<EventDataStore>> {
    let pages = client.list_event_data_stores().into_paginator();
    let known = |store: types::EventDataStore| EventDataStore {
        name: store.name.unwrap_or_default(),
        arn: store.event_data_store_arn.unwrap_or_default(),
    };
    let pages: Reply<Vec<_>> = reply(pages.send().try_collect().await);
    pages.map(|pages| {
        let stores = pages.into_iter().filter_map(|page| page.event_data_stores);
        stores.flatten().map(known).collect()
    })
}

/// Asks a trail's home what it does.
async fn looked_at(config: &SdkConfig, here: &str, trail: types::Trail) -> Trail {
    let home = trail.home_region.unwrap_or_else(|| here.to_owned());
    let arn = trail.trail_arn.unwrap_or_default();
    let client = client(config, &home);
    let (status, logs) = tokio::join!(
        client.get_trail_status().name(&arn).send(),
        client.get_event_selectors().trail_name(&arn).send(),
    );
    let prefix = trail.s3_key_prefix.filter(|prefix| !prefix.is_empty());
    let prefix = prefix.map(|prefix| format!("/{prefix}")).unwrap_or_default();
    Trail {
        name: trail.name.unwrap_or_default(),
        all_regions: trail.is_multi_region_trail.unwrap_or_default(),
        organisation: trail.is_organization_trail.unwrap_or_default(),
        place: format!("s3://{}{prefix}", trail.s3_bucket_name.unwrap_or_default()),
        key: trail.kms_key_id,
        status: reply(status).map(|answer| logging(&answer)),
        logs: reply(logs).map(|answer| selected(&answer)),
        arn,
        home,
    }
}

fn logging(answer: &GetTrailStatusOutput) -> Status {
    Status {
        is_logging: answer.is_logging.unwrap_or_default(),
        since: answer.start_logging_time.and_then(moment),
        stopped: answer.stop_logging_time.and_then(moment),
        delivered: answer.latest_delivery_time.and_then(moment),
        error: answer.latest_delivery_error.clone().filter(|error| !error.is_empty()),
    }
}

fn selected(answer: &GetEventSelectorsOutput) -> Logs {
    let mut logs = Logs::default();
    if answer.event_selectors().is_empty() && answer.advanced_event_selectors().is_empty() {
        // What a trail logs that was told nothing else.
        (logs.reads, logs.writes) = (true, true);
    }
    for selector in answer.event_selectors() {
        use types::ReadWriteType::{All, ReadOnly, WriteOnly};
        let which = selector.read_write_type().unwrap_or(&All);
        if selector.include_management_events().unwrap_or(true) {
            logs.reads |= matches!(which, All | ReadOnly);
            logs.writes |= matches!(which, All | WriteOnly);
        }
        let kinds = selector
            .data_resources()
            .iter()
            .filter_map(|resource| resource.r#type());
        logs.data.extend(kinds.map(str::to_owned));
    }
    for selector in answer.advanced_event_selectors() {
        let equals = |field: &str| {
            let of_field = selector.field_selectors().iter().filter(|one| one.field() == field);
            of_field.flat_map(|one| one.equals().to_owned()).collect::<Vec<_>>()
        };
        let read_only = equals("readOnly");
        let is_management = equals("eventCategory").iter().any(|category| category == "Management");
        if is_management {
            logs.reads |= !read_only.iter().any(|only| only == "false");
            logs.writes |= !read_only.iter().any(|only| only == "true");
        }
        if equals("eventCategory").iter().any(|category| category == "Data") {
            logs.data.extend(equals("resources.type"));
        }
    }
    logs
}

impl Trails {
    /// The trail to investigate from: one that logs what makes chains; better one that logs now, everywhere, and more.
    pub fn best(&self) -> Option<&Trail> {
        let worth = |trail: &&Trail| {
            let status = trail.status.known();
            let logs = trail.logs.known();
            (
                logs.is_none_or(|logs| logs.writes && logs.reads),
                status.is_some_and(|status| status.is_logging && status.error.is_none()),
                trail.all_regions,
                logs.map_or(0, |logs| logs.data.len()),
                // Before all others, the one that has the older files.
                status.and_then(|status| status.since).map(std::cmp::Reverse),
            )
        };
        let useful = |trail: &&Trail| {
            let ever_wrote = trail
                .status
                .known()
                .is_none_or(|status| status.delivered.is_some() || status.is_logging);
            ever_wrote && trail.logs.known().is_none_or(|logs| logs.writes)
        };
        self.trails.iter().filter(useful).max_by_key(worth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(name: &str, is_logging: bool, all_regions: bool) -> Trail {
        let time = DateTime::from_timestamp(1_700_000_000, 0);
        Trail {
            name: name.to_owned(),
            arn: format!("arn:aws:cloudtrail:us-east-1:111122223333:trail/{name}"),
            home: "us-east-1".to_owned(),
            all_regions,
            organisation: false,
            place: format!("s3://{name}"),
            key: None,
            status: Reply::Known(Status {
                is_logging,
                since: time,
                delivered: time,
                ..Status::default()
            }),
            logs: Reply::Known(Logs {
                reads: true,
                writes: true,
                data: BTreeSet::new(),
            }),
        }
    }

    fn best(trails: Vec<Trail>) -> Option<String> {
        let stores = Reply::Known(Vec::new());
        Trails { trails, stores }.best().map(|trail| trail.name.clone())
    }

    #[test]
    fn the_best_trail_logs_the_calls_that_make_chains_now_and_everywhere() {
        let mut data_only = trail("data", true, true);
        data_only.logs = Reply::Known(Logs {
            data: ["AWS::S3::Object".to_owned()].into(),
            ..Logs::default()
        });
        let [off, here, all] = [
            trail("off", false, true),
            trail("here", true, false),
            trail("all", true, true),
        ];
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(
            best(vec![all.clone(), off.clone(), here.clone(), data_only.clone()]),
            name("all")
        );
        assert_eq!(best(vec![off.clone(), here, data_only.clone()]), name("here"));
        assert_eq!(
            best(vec![data_only.clone(), off]),
            name("off"),
            "its files are still there"
        );
        assert_eq!(best(vec![data_only]), None);
    }
}
