//! What a responder must hear of the key and of themselves, and what to do about it.

use super::{caller, owner};
use crate::cloudtrail::{ids, time};
use crate::investigation::account::{AccountSeen, Caller, KeySeen, Reply, UserSeen, quarantine};
use crate::investigation::{Chain, Node};

/// What an advice is about. The most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// AWS does not say who the responder is.
    Nobody,
    /// The key is of another account.
    OtherAccount,
    /// The responder signs with the leaked key.
    LeakedKeyInUse,
    /// The responder is in quarantine.
    Quarantined,
    /// A key of the root user.
    Root,
    /// AWS put the owner in quarantine, which does not stop the key.
    OwnerQuarantined,
    /// A temporary key.
    Temporary,
    /// The owner can only send mail.
    SesOnly,
    /// The key is switched off or deleted.
    Ended,
    /// The owner is not known.
    OwnerUnknown,
}

/// One thing to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What it is about.
    pub about: About,
    /// What is so.
    pub said: String,
    /// What to do.
    pub to_do: String,
}

impl Advice {
    fn new(about: About, said: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self {
            about,
            said: said.into(),
            to_do: to_do.into(),
        }
    }

    /// Both in one line.
    pub fn line(&self) -> String {
        format!("{} {}", self.said, self.to_do)
    }
}

/// Everything to hear, the most pressing first.
pub fn advice(seen: &AccountSeen, chain: &Chain) -> Vec<Advice> {
    let mut all = Vec::new();
    match &seen.caller {
        Reply::Known(caller) => all.extend(of_caller(caller, seen)),
        Reply::Denied(why) | Reply::Absent(why) | Reply::Failed(why) => all.push(Advice::new(
            About::Nobody,
            format!("AWS does not say who you are: {why}."),
            "`keytrail doctor` shows what is missing.",
        )),
    }
    for key in &seen.keys {
        all.extend(of_key(key, seen.caller.known(), chain));
    }
    // Stable: of several keys the first one's stays first.
    all.sort_by_key(|advice| advice.about);
    all
}

fn of_caller(caller: &Caller, seen: &AccountSeen) -> Vec<Advice> {
    let mut all = Vec::new();
    let leaked = seen.keys.iter().find(|key| Some(&key.key) == caller.key.as_ref());
    if let Some(key) = leaked {
        all.push(Advice::new(
            About::LeakedKeyInUse,
            format!("You are using the leaked key {} itself.", key.key),
            "Use credentials of your own: your calls mix with the attacker's, and they stop when the key is deactivated.",
        ));
    }
    let attached = caller.attached.as_ref().and_then(Reply::known);
    if let Some(policy) = attached.and_then(|attached| quarantine(attached)) {
        let denies = if owner::denies_event_history(policy) {
            ", which denies you event history (cloudtrail:LookupEvents)"
        } else {
            ""
        };
        all.push(Advice::new(
            About::Quarantined,
            format!("AWS put you in quarantine: {} carries {policy}{denies}.", caller.arn),
            "Investigate as another user or role. Leave the policy where it is until the key is deleted.",
        ));
    }
    all
}

fn of_key(key: &KeySeen, caller: Option<&Caller>, chain: &Chain) -> Vec<Advice> {
    if let Some(other) = other_account(key, caller) {
        // Of another account's key nothing else can be known here.
        return vec![other];
    }
    let mut all = Vec::new();
    let node = chain.nodes.iter().find(|node| node.id == key.key);
    if is_root_key(key, caller, node) {
        all.push(Advice::new(
            About::Root,
            format!(
                "{} is a key of the root user, whom no policy of the account limits.",
                key.key
            ),
            "Sign in as root with MFA and delete the key there (no other user can), then change root's password.",
        ));
    } else if ids::is_temporary(&key.key) {
        all.push(temporary(key, chain));
    } else if let Some(user) = &key.user {
        all.extend(of_user(key, user));
    } else if let Some(last_use) = &key.last_use {
        let why = last_use.why_not().unwrap_or("AWS names no user");
        all.push(Advice::new(
            About::OwnerUnknown,
            format!("Whose key {} is, AWS does not say ({why}).", key.key),
            "Allow iam:GetAccessKeyLastUsed (`keytrail doctor` prints the policy). AWS also denies it for a key that the \
             account does not have; the key's calls name its owner too.",
        ));
    }
    all
}

fn other_account(key: &KeySeen, caller: Option<&Caller>) -> Option<Advice> {
    let (account, own) = (key.account.known()?, &caller?.account);
    // Only a hint, and IAM of this account knows the key: the hint is wrong.
    let disproved = !account.told_by_aws && key.user.is_some();
    if &account.id == own || disproved {
        return None;
    }
    let said = if account.told_by_aws {
        format!(
            "{} belongs to account {}; you are in account {own}.",
            key.key, account.id
        )
    } else {
        let (key, account) = (&key.key, &account.id);
        format!("{key} seems to belong to account {account} (decoded from the key id); you are in account {own}.")
    };
    let to_do = format!(
        "Use credentials of account {}: event history of {own} does not hold what the key did there.",
        account.id
    );
    Some(Advice::new(About::OtherAccount, said, to_do))
}

/// Nothing in IAM lists root's keys to others: the key's own calls or its own use show it.
fn is_root_key(key: &KeySeen, caller: Option<&Caller>, node: Option<&Node>) -> bool {
    let by_calls = node
        .and_then(|node| node.owner.as_deref())
        .is_some_and(|owner| owner.ends_with(":root"));
    let by_use = caller.is_some_and(|caller| caller::is_root(caller) && caller.key.as_deref() == Some(&key.key));
    by_calls || by_use
}

fn temporary(key: &KeySeen, chain: &Chain) -> Advice {
    let to_do = match &chain.seed_minted_by {
        Some(proof) => format!(
            "It was made by {} at {} (event {}): investigate the key that signed that call, and revoke the sessions.",
            proof.name,
            time::format(proof.key.time),
            proof.key.id
        ),
        None => {
            "Look for the call that made it (its id stands in the answer of an STS call): the key that signed that \
                 call leaked, too. Until it ends, only a deny policy on its user or role stops it."
                .to_owned()
        }
    };
    let said = format!(
        "{} is a temporary key: it cannot be deactivated, and ends by itself.",
        key.key
    );
    Advice::new(About::Temporary, said, to_do)
}

fn of_user(key: &KeySeen, user: &UserSeen) -> Vec<Advice> {
    let mut all = Vec::new();
    let ended = match owner::status(key) {
        Some(owner::Status::Inactive(_)) => Some("inactive"),
        Some(owner::Status::Gone) => Some("deleted"),
        Some(owner::Status::Active(_)) | None => None,
    };
    let policy = user.attached.known().and_then(|attached| quarantine(attached));
    if let (Some(policy), None) = (policy, ended) {
        all.push(Advice::new(
            About::OwnerQuarantined,
            format!("AWS put {} in quarantine ({policy}).", user.name),
            "That does not stop the key: deactivate it. Leave the policy where it is until the key is deleted.",
        ));
    }
    if user.is_ses_only() {
        all.push(Advice::new(
            About::SesOnly,
            format!("{} can only send mail (SES), as far as its policies' names tell.", user.name),
            "Event history does not show mail that was sent: look at SES's sending statistics in every region. The SMTP \
             password is made from this key and dies with it.",
        ));
    }
    if let Some(ended) = ended {
        all.push(Advice::new(
            About::Ended,
            format!("{} is {ended} already.", key.key),
            "Sessions and keys that were made with it may still work: follow the chain.",
        ));
    }
    all
}
