//! What each node gives to look up next.

use std::collections::BTreeSet;

use super::{Chain, KnownBy, Link, Node};
use crate::catalogue::Kind;
use crate::cloudtrail::ids;
use crate::investigation::lead::{Attribute, Lead};

/// Every lead of a chain. The seeds' own leads are among them; asking twice is the collector's to avoid.
pub fn leads(chain: &Chain) -> BTreeSet<Lead> {
    let of_nodes = chain.nodes.iter().flat_map(leads_of);
    // A user that was there before and was renamed signs in under the new name.
    let renamed = chain.changes.iter().filter(|c| c.relation == "renames_principal");
    let new_names =
        renamed.flat_map(|c| [Attribute::Username, Attribute::ResourceName].map(|by| Lead::new(by, &*c.detail)));
    of_nodes
        .chain(new_names)
        .filter(|lead| !lead.value.is_empty())
        .collect()
}

/// The session name in `AROA...:session` and `account:federated-user`.
fn session_name(node: &Node) -> Option<&str> {
    let (_, session) = node.principal_id.as_deref()?.split_once(':')?;
    Some(session)
}

/// The user or role session that a session's key belongs to, by the name that history files its calls under.
fn username(node: &Node) -> Option<&str> {
    let is_named = node.kind == Kind::Session && node.principal_id.is_some() && !node.name.is_empty();
    is_named.then_some(&*node.name)
}

/// The leads of one node.
pub fn leads_of(node: &Node) -> Vec<Lead> {
    use Attribute::{AccessKeyId, ResourceName, Username};
    let mut leads = node.look_ups.clone();
    let mut lead = |attribute, value: &str| {
        leads.push(Lead::new(attribute, value));
    };
    match node.kind {
        Kind::AccessKey | Kind::Session if node.is_key() => {
            if node.link == Link::Seed && ids::is_temporary(&node.id) {
                // The call that minted a temporary seed names it as a resource: the way to walk upward.
                lead(ResourceName, &node.id);
            }
            // A sign-in to the console with it names the session, not the key.
            if node.link == Link::Minted {
                lead(Username, session_name(node).unwrap_or_default());
            }
            let mut own = Lead::new(AccessKeyId, &*node.id);
            own.username = username(node).map(str::to_owned);
            leads.push(own);
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
        Kind::ConsoleLogin => {
            // Of a session its name is enough: the id of its role would bring in everybody who shares the role.
            if let Some(session) = session_name(node) {
                lead(Username, session);
            } else if let Some(id) = &node.principal_id {
                lead(Username, &node.name);
                lead(ResourceName, id);
            }
        }
        Kind::Other("console_session") => lead(Username, session_name(node).unwrap_or_default()),
        Kind::LoginProfile | Kind::Other("ec2_instance" | "lambda_function") => {
            lead(Username, &node.name);
            lead(ResourceName, &node.name);
        }
        // Who removed it, and who changed it since. AWS's own policies are everybody's and lead nowhere.
        Kind::Other("policy") if node.id.contains(":aws:policy/") => {}
        Kind::Other("aws_account") | Kind::AccessKey | Kind::Session => {}
        // What has no id of its own, or was only read, is named by nobody else.
        Kind::Other(_) if node.known_by == KnownBy::Id && node.link != Link::Exposed => lead(ResourceName, &node.id),
        Kind::Other(_) => {}
    }
    leads.retain(|lead| !lead.value.is_empty());
    leads.sort();
    leads.dedup();
    leads
}
