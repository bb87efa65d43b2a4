//! The ways into other accounts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::OnceCell;
use tokio::time::sleep;

use super::client::Client;
use super::settings::Access;
use crate::cloudtrail::ids::Arn;
use crate::investigation::account::{Caller, Reply};
use crate::investigation::fact::{AskedAws, Crossing};

/// Between two looks whether expired credentials were renewed.
const RENEWAL: Duration = Duration::from_secs(5);

/// The ways into other accounts that the responder named.
#[derive(Debug)]
pub struct Ways {
    own: Access,
    role: Option<String>,
    profiles: BTreeMap<String, String>,
    caller: OnceCell<Reply<Caller>>,
}

/// Where a way leads.
#[derive(Debug)]
pub enum Way {
    /// To the account that the responder's own credentials are of, as far as is known: no other way is needed.
    Own,
    /// Into the account, as whom, with these credentials.
    Open(String, Access),
    /// Nowhere.
    Closed(Crossing),
}

impl Ways {
    /// Nothing is asked yet.
    pub fn new(asked: &AskedAws) -> Self {
        Self {
            own: Access {
                profile: asked.profile.clone(),
                role: None,
            },
            role: asked.account_role.clone(),
            profiles: asked.profiles.clone(),
            caller: OnceCell::new(),
        }
    }

    /// The accounts that these keys belong to, as far as AWS says; nothing is asked where no way into others was named.
    pub async fn accounts_of(&self, keys: &[String]) -> BTreeSet<String> {
        if self.role.is_none() && self.profiles.is_empty() {
            return BTreeSet::new();
        }
        let client = Client::new(&self.own.settings().await);
        let each = join_all(keys.iter().map(|key| client.account_of(key))).await;
        each.into_iter()
            .filter_map(|account| account.known().cloned())
            .collect()
    }

    /// The way into an account. AWS is asked whether it leads there: a profile may be of another account.
    pub async fn lead_into(&self, account: &str) -> Way {
        let own = self.caller.get_or_init(|| caller(&self.own)).await;
        let is_named = self.profiles.contains_key(account) || self.role.is_some();
        // Where AWS does not say who asks, nothing is said of an account that may be the responder's own.
        if own.known().is_none() && !is_named {
            return Way::Own;
        }
        if own.known().is_some_and(|own| own.account == account) {
            return Way::Own;
        }
        let partition = own
            .known()
            .and_then(|own| Arn::parse(&own.arn))
            .map_or("aws", |arn| arn.partition);
        let access = match (self.profiles.get(account), &self.role) {
            (Some(profile), _) => Access {
                profile: Some(profile.clone()),
                role: None,
            },
            (None, Some(role)) => Access {
                role: Some(format!("arn:{partition}:iam::{account}:role/{role}")),
                ..self.own.clone()
            },
            (None, None) => return Way::Closed(Crossing::NoWay),
        };
        match caller(&access).await {
            Reply::Known(caller) if caller.account == account => Way::Open(caller.arn, access),
            Reply::Known(caller) => {
                let profile = access.profile.unwrap_or_default();
                let why = format!("the profile {profile} is of account {}: {}", caller.account, caller.arn);
                Way::Closed(Crossing::Refused { why })
            }
            Reply::Denied(why) | Reply::Absent(why) | Reply::Failed(why) => Way::Closed(Crossing::Refused { why }),
        }
    }
}

/// Who asks. Credentials that have expired are waited for until they are renewed, as the reading does.
async fn caller(access: &Access) -> Reply<Caller> {
    loop {
        match Client::new(&access.settings().await).caller().await {
            Reply::Failed(why) if why.contains("ExpiredToken") => sleep(RENEWAL).await,
            told => return told,
        }
    }
}
