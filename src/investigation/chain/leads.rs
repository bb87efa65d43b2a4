//! What each node gives to look up next.

use std::collections::BTreeSet;

use super::{Chain, Link, Node};
use crate::catalogue::Kind;
use crate::cloudtrail::ids;
use crate::investigation::lead::{Attribute, Lead};

/// Every lead of a chain. The seeds' own leads are among them; asking twice is the collector's to avoid.
pub fn leads(chain: &Chain) -> BTreeSet<Lead> {
    chain.nodes.iter().flat_map(leads_of).collect()
}

/// The leads of one node.
pub fn leads_of(node: &Node) -> Vec<Lead> {
    use Attribute::{AccessKeyId, ResourceName, Username};
    let mut leads = Vec::new();
    let mut lead = |attribute, value: &str| {
        if !value.is_empty() {
            leads.push(Lead::new(attribute, value));
        }
    };
    match node.kind {
        Kind::AccessKey | Kind::Session => {
            lead(AccessKeyId, &node.id);
            if node.link == Link::Seed && ids::is_temporary(&node.id) {
                // The call that minted a temporary seed names it as a resource: the way to walk upward.
                lead(ResourceName, &node.id);
            }
        }
        Kind::User => {
            lead(Username, &node.name);
            lead(ResourceName, &node.name);
            if let Some(id) = &node.principal_id {
                lead(ResourceName, id);
            }
        }
        Kind::Role => {
            lead(ResourceName, &node.id);
            lead(ResourceName, &node.name);
            if let Some(id) = &node.principal_id {
                lead(ResourceName, id);
            }
        }
        Kind::LoginProfile => {
            lead(Username, &node.name);
            lead(ResourceName, &node.name);
        }
        Kind::ConsoleLogin => {
            if let Some(id) = node.principal_id.as_deref() {
                lead(Username, id.split_once(':').map_or(&node.name, |(_, session)| session));
                lead(ResourceName, ids::unique_id(id));
            }
        }
        Kind::Other("console_session") => {
            if let Some((role, session)) = node.principal_id.as_deref().and_then(|id| id.split_once(':')) {
                lead(Username, session);
                lead(ResourceName, role);
            }
        }
        Kind::Other("ec2_instance" | "lambda_function") => {
            lead(Username, &node.name);
            lead(ResourceName, &node.name);
        }
        Kind::Other("aws_account") => {}
        Kind::Other(_) => {
            // Who removed it, and who changed it since. AWS's own policies are everybody's and lead nowhere.
            if !node.id.contains(":aws:policy/") {
                lead(ResourceName, &node.id);
            }
        }
    }
    leads
}
