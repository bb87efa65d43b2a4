//! What may still let somebody in: credentials, roles that outsiders may assume, and compute that carries a role.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::live::Live;
use super::{Investigation, Link, Node, Verdict};
use crate::catalogue::Kind;

/// A way in that may still be open, as far as the records and the account say.
#[derive(Debug, Clone, PartialEq)]
pub struct Way<'a> {
    /// The credential, role or compute.
    pub node: &'a Node,
    /// What kind of way it is.
    pub how: How<'a>,
    /// What the account says of it, where it was asked.
    pub live: Option<Live>,
}

/// How a node lets somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How<'a> {
    /// It is a credential.
    Credential,
    /// A role whose trust policy lets these outsiders assume it; `*` is anybody.
    TrustedBy(Vec<&'a str>),
    /// Compute that gets fresh credentials of a role by itself.
    CarriesRole,
}

/// The ways in that may still be open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alive<'a> {
    /// Those to close: what does not end by itself before sessions, and each by its last use.
    pub ways: Vec<Way<'a>>,
    /// How many more there are that the responder judged expected, or that only expected actors made.
    pub expected: u64,
}

/// What may still let somebody in at a moment.
pub fn alive(investigation: &Investigation, now: DateTime<Utc>) -> Alive<'_> {
    let nodes = &investigation.chain().nodes;
    let mut alive = Alive::default();
    for (at, node) in nodes.iter().enumerate() {
        let live = investigation.live(node);
        let Some(how) = how(investigation, node, live, now) else {
            continue;
        };
        if investigation.is_ours(at) || investigation.verdict(&node.node) == Verdict::Expected {
            alive.expected += 1;
        } else {
            alive.ways.push(Way { node, how, live });
        }
    }
    alive.ways.sort_by_key(|way| {
        (
            way.node.kind == Kind::Session,
            rank(&way.how),
            Reverse(way.node.activity.last),
        )
    });
    alive
}

fn rank(how: &How<'_>) -> u8 {
    match how {
        How::Credential => 0,
        How::TrustedBy(_) => 1,
        How::CarriesRole => 2,
    }
}

fn how<'a>(investigation: &'a Investigation, node: &Node, live: Option<Live>, now: DateTime<Utc>) -> Option<How<'a>> {
    // The account knows better than the records, which may lack how something ended, or that it was made again.
    let works = live.is_some_and(|live| live.state.works());
    if live.is_some_and(|live| live.state.is_over()) {
        return None;
    }
    if node.is_credential() && works || node.may_still_work(now) {
        return Some(How::Credential);
    }
    if node.ended.is_some() && !works {
        return None;
    }
    if node.link == Link::CarriesRole && !node.is_key() {
        return Some(How::CarriesRole);
    }
    let nodes = &investigation.chain().nodes;
    let children = node.children.iter().filter_map(|at| nodes.get(*at));
    let is_shut_out = |child: &Node| investigation.live(child).is_some_and(|live| live.state.is_over());
    let outsiders: Vec<&str> = children
        .filter(|child| child.link == Link::Trusts && child.ended.is_none() && !is_shut_out(child))
        .map(|child| &*child.id)
        .collect();
    (!outsiders.is_empty()).then_some(How::TrustedBy(outsiders))
}

impl How<'_> {
    /// What is to be said beside the name; empty for a credential, whose kind says it.
    pub fn words(&self) -> String {
        match self {
            Self::Credential => String::new(),
            Self::TrustedBy(outsiders) => {
                let named = outsiders.iter().map(|id| if *id == "*" { "anybody" } else { id });
                format!("trusts {}", named.collect::<Vec<_>>().join(", "))
            }
            Self::CarriesRole => "carries a role".to_owned(),
        }
    }
}
