//! Who asks AWS, whose the keys are, and what the responder may do.
//!
//! | file | one idea |
//! |---|---|
//! | `settings` | how every call of the program reaches AWS |
//! | `ways` | the ways into other accounts |
//! | `regions` | which regions there are, and where IAM is at home |
//! | `reply` | what came of a call: answered, denied, absent or failed |
//! | `client` | the edge: one method a call of the SDK |
//! | `lists` | the same, for what IAM lists of a user, role or group |
//! | `witness` | what the wire tells besides: the key that signed, the server's clock |
//! | `caller` | who the responder is |
//! | `owner` | what the answers say of a key and its owner |
//! | `permissions` | what a user may do: the texts of its policies, and the simulator |
//! | `public_keys` | with which keys CloudTrail signed its digests |
//! | `live` | what there still is of the chain |
//! | `change/` | the changes that a responder approves: the only calls that write |
//! | `advice` | what a responder must hear of that, and what to do |
//! | `trails` | where the account's calls are logged |
//! | `policy` | the calls this program makes, and the smallest policy that allows them |
//! | `inquiries` | questions under way, beside whatever else goes on |
//! | `doctor` | can an investigation run from here? |

pub mod advice;
mod caller;
pub mod change;
mod client;
pub mod doctor;
mod inquiries;
mod lists;
mod live;
pub mod owner;
mod permissions;
pub mod policy;
mod public_keys;
pub mod regions;
mod reply;
mod settings;
#[cfg(test)]
mod tests;
pub mod trails;
mod ways;
mod witness;

pub use aws_config::SdkConfig;
pub use inquiries::Inquiries;
pub use public_keys::add_public_keys;
pub use reply::causes;
pub use settings::{Access, settings};
pub use ways::{Way, Ways};

use client::Client;
use futures_util::future::join_all;

use crate::cloudtrail::ids;
use crate::investigation::account::{AccountSeen, Caller, KeyAccount, KeySeen, Reply};

/// Asks AWS who the responder is and whose the keys are. What is denied stays unknown; nothing stops.
pub async fn look(config: &SdkConfig, seeds: &[String]) -> AccountSeen {
    let client = Client::new(config);
    let caller = match client.caller().await {
        Reply::Known(caller) => Reply::Known(with_policies(&client, caller).await),
        unknown => unknown,
    };
    let keys = join_all(seeds.iter().map(|key| key_seen(&client, key, caller.known()))).await;
    AccountSeen { caller, keys }
}

/// An IAM user may be in quarantine; a role session is not.
async fn with_policies(client: &Client, mut caller: Caller) -> Caller {
    if let Some(name) = caller::user_name(&caller) {
        caller.attached = Some(client.attached_to_user(name).await);
    }
    caller
}

async fn key_seen(client: &Client, key: &str, caller: Option<&Caller>) -> KeySeen {
    let account = account(client, key, caller).await;
    let last_use = if ids::is_temporary(key) {
        None
    } else {
        Some(client.last_use(key).await)
    };
    let named = last_use
        .as_ref()
        .and_then(Reply::known)
        .and_then(|last| last.user.as_deref());
    // Whoever signs with the key is its owner, even where IAM may not be asked.
    let signs_with_it = caller.filter(|caller| caller.key.as_deref() == Some(key));
    let user = match named.or_else(|| caller::user_name(signs_with_it?)) {
        Some(name) => Some(client.user(name).await),
        None => None,
    };
    KeySeen {
        key: key.to_owned(),
        account,
        last_use,
        user,
    }
}

/// Decoded where that gives the responder's own account. Anything else is a hint only, so AWS is asked.
async fn account(client: &Client, key: &str, caller: Option<&Caller>) -> Reply<KeyAccount> {
    let decoded = ids::account_hint(key).map(|id| KeyAccount { id, told_by_aws: false });
    match decoded {
        Some(hint) if caller.is_some_and(|caller| caller.account == hint.id) => Reply::Known(hint),
        hint => match (client.account_of(key).await, hint) {
            (Reply::Known(id), _) => Reply::Known(KeyAccount { id, told_by_aws: true }),
            (_, Some(hint)) => Reply::Known(hint),
            (unknown, None) => unknown.map(|id| KeyAccount { id, told_by_aws: true }),
        },
    }
}
