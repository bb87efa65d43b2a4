//! What of the chain is over, since when, and what proves it: the proofs of the checklist first, then the records, then the
//! account.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::Given;
use crate::catalogue::Kind;
use crate::investigation::live::LiveState;
use crate::investigation::{How, Link, Node, Way, alive};
use crate::playbook::{Check, Found};

/// How something is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    /// Since when, at the latest.
    pub(super) at: Option<DateTime<Utc>>,
    /// What proves it.
    pub(super) by: String,
    /// Whether it is gone, and not only switched off or cut off.
    pub(super) is_gone: bool,
}

/// What is over.
pub(super) struct Ends<'a> {
    given: Given<'a>,
    /// By node: what a check of the playbook proved.
    proved: HashMap<&'a str, End>,
    /// Nodes that the account said were over, and that a later record shows to be there again.
    back: HashSet<&'a str>,
}

impl<'a> Ends<'a> {
    pub(super) fn of(given: &Given<'a>) -> Self {
        let mut ends = Self {
            given: *given,
            proved: HashMap::new(),
            back: HashSet::new(),
        };
        for item in given.playbook.items() {
            let check = item.check.map(|check| check.check);
            let Some(check) = check.filter(|check| {
                matches!(
                    check,
                    Check::Inactive | Check::Deleted | Check::CutOff | Check::TrustClosed
                )
            }) else {
                continue;
            };
            let lines = given.standings.get(&item.id).map(|standing| &standing.lines);
            for line in lines.into_iter().flatten() {
                if let (Some(node), Some(found)) = (&line.node, &line.found) {
                    ends.take(node, check, found);
                }
            }
        }
        ends
    }

    fn take(&mut self, node: &'a str, check: Check, found: &Found) {
        match found {
            Found::Proved { by, at } => {
                let end = End {
                    at: *at,
                    by: by.clone(),
                    is_gone: matches!(check, Check::Deleted | Check::TrustClosed),
                };
                let known = self.proved.entry(node).or_insert_with(|| end.clone());
                // Switched off comes before gone; gone says more.
                if end.is_gone && !known.is_gone {
                    *known = End {
                        at: known.at.or(end.at),
                        ..end
                    };
                }
            }
            Found::NotYet { at: Some(at), .. } => {
                let asked = self.given.investigation.live_seen().map(|(asked, _)| *asked);
                if asked.is_some_and(|asked| *at > asked) {
                    self.back.insert(node);
                }
            }
            Found::Nothing { .. } | Found::NotYet { .. } | Found::Unknown { .. } => {}
        }
    }

    /// How a node is over; `None` while it may be there or may work, as far as is known.
    pub(super) fn of_node(&self, node: &Node) -> Option<End> {
        let (investigation, now) = (self.given.investigation, self.given.now);
        let live = investigation.live(node);
        if live.is_some_and(|live| live.contradicts(node)) || self.back.contains(&*node.node) {
            return None;
        }
        let by_itself = node.expires_by().filter(|expires| *expires <= now);
        if let Some(end) = self.proved.get(&*node.node) {
            let is_gone = live.is_some_and(|live| live.state == LiveState::Gone) || node.ended.is_some();
            return Some(End {
                at: end.at.or(by_itself),
                by: end.by.clone(),
                is_gone: end.is_gone || is_gone,
            });
        }
        if let Some(ended) = &node.ended {
            return Some(End {
                at: Some(ended.time),
                by: format!("removed by {} in event {}", ended.by, ended.event_id),
                is_gone: true,
            });
        }
        if let Some(live) = live.filter(|live| live.state.is_over()) {
            return Some(End {
                at: Some(live.at),
                by: format!("AWS says: {}", live.words(node)),
                is_gone: live.state == LiveState::Gone,
            });
        }
        let expired = by_itself.filter(|_| node.kind == Kind::Session)?;
        Some(End {
            at: Some(expired),
            by: "expired by itself".to_owned(),
            is_gone: true,
        })
    }

    /// What may still let somebody in, those that a check proved closed left out.
    pub(super) fn open_ways(&self) -> Vec<Way<'a>> {
        let mut ways = alive(self.given.investigation, self.given.now).ways;
        ways.retain(|way| match way.how {
            How::Credential => self.of_node(way.node).is_none(),
            How::TrustedBy(_) => !self.is_trust_closed(way.node),
            How::CarriesRole => true,
        });
        let nodes = self.given.investigation.chain().nodes.iter().enumerate();
        let back = nodes.filter(|(at, node)| self.back.contains(&*node.node) && !self.given.is_ours(*at));
        let known: HashSet<&str> = ways.iter().map(|way| &*way.node.node).collect();
        let back = back.filter(|(_, node)| node.is_credential() && !known.contains(&*node.node));
        let back: Vec<Way> = back
            .map(|(_, node)| Way {
                node,
                how: How::Credential,
                live: None,
            })
            .collect();
        ways.extend(back);
        ways
    }

    fn is_trust_closed(&self, role: &Node) -> bool {
        let nodes = &self.given.investigation.chain().nodes;
        let children = role.children.iter().filter_map(|at| nodes.get(*at));
        let mut outsiders = children.filter(|child| child.link == Link::Trusts);
        outsiders.all(|outsider| self.of_node(outsider).is_some())
    }
}
