//! The event history of each other account that the chain enters.

use std::sync::Arc;

use super::{Settings, start};
use crate::account::{Way, Ways};
use crate::collect::several::{Accounts, Opened, Opener};
use crate::investigation::fact::Crossing;

/// The accounts of the seeds: where they are not the responder's own, the chain begins there.
pub fn of_seeds(ways: Arc<Ways>, seeds: Vec<String>) -> Accounts {
    Box::pin(async move { ways.accounts_of(&seeds).await })
}

/// Opens the event history of other accounts: asked as `settings` says of each, by the ways that were named.
pub fn opener(ways: Arc<Ways>, settings: impl Fn(&str) -> Settings + Send + Sync + 'static) -> Opener {
    let settings = Arc::new(settings);
    Box::new(move |account| {
        let (ways, settings) = (ways.clone(), settings.clone());
        Box::pin(async move {
            match ways.lead_into(&account).await {
                Way::Own => Opened::Already,
                Way::Closed(crossing) => Opened::Closed(crossing),
                Way::Open(arn, access) => {
                    let feed = start(Settings {
                        access,
                        ..settings(&account)
                    });
                    Opened::Feed(Crossing::Open { arn }, feed)
                }
            }
        })
    })
}
