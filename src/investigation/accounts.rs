//! The accounts that the chain acts in or touches.

use std::collections::BTreeMap;

use super::fact::Crossing;
use super::{Chain, Evidence, Investigation, Link, Node};
use crate::catalogue::Kind;
use crate::cloudtrail::ids::Arn;

/// Another account than the seed's that the chain entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered<'a> {
    /// The account.
    pub account: &'a str,
    /// The `node` that leads there first.
    pub by: &'a str,
    /// Whether something of it was read.
    pub is_read: bool,
    /// How, or why not.
    pub how: String,
}

impl Entered<'_> {
    /// For a person: which account, by what, and whether it was read.
    pub fn words(&self) -> String {
        format!("account {} (by {}): {}", self.account, self.by, self.how)
    }
}

/// The accounts that the chain entered, and whether they were read.
pub fn entered(investigation: &Investigation) -> Vec<Entered<'_>> {
    let coverage = investigation.coverage();
    // The seeds may themselves be of an account that is none of the responder's.
    let seed = investigation.seeds().first().map_or("", String::as_str);
    let of_seed = coverage.crossings().keys().map(|account| (account.as_str(), seed));
    let of_chain = investigation.accounts().iter();
    let mut all: BTreeMap<&str, &str> = of_seed.collect();
    all.extend(of_chain.map(|(account, by)| (account.as_str(), by.as_str())));
    all.retain(|account, _| coverage.crossings().contains_key(*account) || investigation.account() != Some(account));
    let each = all.into_iter().map(|(account, by)| {
        let is_asked = !coverage.history().is_empty() && investigation.asked_account() == Some(account);
        let crossing = coverage.crossings().get(account);
        let (is_read, how) = match crossing {
            Some(Crossing::Open { arn }) => (true, format!("read as {arn}")),
            _ if is_asked => (true, "read with your own credentials".to_owned()),
            _ if coverage.is_archived(account) => (true, "its records are in the files".to_owned()),
            Some(Crossing::Refused { why }) => (false, format!("not read: {why}")),
            Some(Crossing::NoWay) => (false, format!("not read: {NO_WAY}")),
            None => (false, "no record of it was in what was read".to_owned()),
        };
        Entered {
            account,
            by,
            is_read,
            how,
        }
    });
    each.collect()
}

/// What to do where no way into an account was named.
const NO_WAY: &str = "give --account-role or --profile-for";

/// Every account, with the `node` that leads there first: it is a credential or a principal there, or stands there, or the
/// organization made it or gave it power, or a key of the chain changed something there that its own account shares.
/// Whoever is only let in from outside is not entered.
pub(super) fn derive(evidence: &Evidence, chain: &Chain) -> BTreeMap<String, String> {
    let mut accounts = BTreeMap::new();
    let mut enter = |account: &str, node: &Node| {
        if is_account(account) {
            accounts.entry(account.to_owned()).or_insert_with(|| node.node.clone());
        }
    };
    for node in &chain.nodes {
        enter(node.account.as_deref().unwrap_or_default(), node);
        // What a policy of its own opens stands in another account than the call that changed it.
        if node.link != Link::Trusts {
            enter(account_of(&node.id), node);
        }
        if is_of_organization(node) {
            enter(&node.id, node);
        }
    }
    for event in evidence.events() {
        let is_shared = event.shared_id.is_some() && event.is_write() && event.outcome.succeeded();
        let Some(node) = chain.node_of(event).filter(|_| is_shared) else {
            continue;
        };
        for resource in &event.resources {
            enter(account_of(resource), &chain.nodes[node]);
        }
    }
    accounts
}

/// An account that was made in the organization, or that administers it now; not one that was invited from outside.
fn is_of_organization(node: &Node) -> bool {
    let is_invited = || {
        node.proof
            .as_ref()
            .is_some_and(|proof| proof.name.starts_with("Invite"))
    };
    node.kind == Kind::Other("aws_account") && node.link != Link::Trusts && !is_invited()
}

fn account_of(arn: &str) -> &str {
    Arn::parse(arn).map_or("", |arn| arn.account)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
