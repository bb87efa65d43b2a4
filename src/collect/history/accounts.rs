//! The event history of each other account that the chain enters.

use std::sync::Arc;

use super::{Settings, start};
use crate::account::{Way, Ways};
use crate::collect::several::{Opened, Opener};
use crate::investigation::fact::Crossing;

/// Opens the event history of other accounts: asked as `settings` says of each, by the ways that were named.
pub fn opener(ways: Ways, settings: impl Fn(&str) -> Settings + Send + Sync + 'static) -> Opener {
    let (ways, settings) = (Arc::new(ways), Arc::new(settings));
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
