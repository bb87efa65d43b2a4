//! With which keys CloudTrail signed its digests.

use aws_config::{Region, SdkConfig};
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::config::Builder;
use aws_sdk_cloudtrail::primitives::DateTime;

use super::reply::reply;
use crate::cloudtrail::digest::{Keys, Wanted};
use crate::investigation::account::Reply;

/// Asks a region for its public keys of a time, and adds them.
pub async fn add_public_keys(config: &SdkConfig, wanted: &Wanted, keys: &mut Keys) -> Reply<()> {
    let region = Region::new(wanted.region.clone());
    let client = Client::from_conf(Builder::from(config).region(region).build());
    let pages = client
        .list_public_keys()
        .start_time(DateTime::from_secs(wanted.from.timestamp()))
        .end_time(DateTime::from_secs(wanted.until.timestamp()))
        .into_paginator()
        .items();
    reply(pages.send().try_collect().await).and_then(|listed: Vec<_>| {
        for key in listed {
            let der = key.value().map(AsRef::as_ref).unwrap_or_default();
            if let Err(error) = keys.add(key.fingerprint().unwrap_or_default(), der) {
                return Reply::Failed(error.to_string());
            }
        }
        Reply::Known(())
    })
}
