//! The names of an investigation that commands are filled in for.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::subject::{Names, Origin, Subject, SubjectKind};
use crate::catalogue::Kind;
use crate::cloudtrail::ids::{Arn, resource_name, role_name, user_name};
use crate::cloudtrail::time;
use crate::investigation::live::LiveState;
use crate::investigation::resource::{Resource, Whose};
use crate::investigation::{Investigation, Link, Node, Verdict};

impl Names {
    /// The names an investigation found, at a moment.
    pub fn of(investigation: &Investigation, now: DateTime<Utc>) -> Self {
        let nodes = &investigation.chain().nodes;
        let found = nodes
            .iter()
            .filter_map(owner_of_seed)
            .chain(nodes.iter().enumerate().filter_map(|(at, node)| {
                let is_gone = is_gone(investigation, node);
                let is_ours = is_ours(investigation, at, node);
                let about = subject(nodes, node);
                about.map(|subject| Subject {
                    is_gone,
                    is_ours,
                    ..subject
                })
            }))
            .chain(assumed_roles(investigation))
            .chain(resources(investigation))
            .chain(other_accounts(investigation))
            .chain(regions(investigation));
        let mut subjects: Vec<Subject> = Vec::new();
        let mut places: HashMap<Place, usize> = HashMap::new();
        for subject in found {
            match places.get(&place(&subject)).map(|at| &mut subjects[*at]) {
                // Of two users of one name, the one that is there.
                Some(known) if known.is_gone && !subject.is_gone => *known = subject,
                Some(_) => {}
                None => {
                    places.insert(place(&subject), subjects.len());
                    subjects.push(subject);
                }
            }
        }
        let arns = nodes.iter().flat_map(|node| [Some(&node.id), node.owner.as_ref()]);
        let partition = arns
            .flatten()
            .find_map(|arn| Some(Arn::parse(arn)?.partition.to_owned()));
        Self {
            account: investigation.account().map(str::to_owned),
            partition: Some(partition.unwrap_or_else(|| "aws".to_owned())),
            now: Some(time::format_seconds(now)),
            start: nodes.iter().filter_map(|n| n.activity.first).min().map(time::format),
            subjects,
        }
    }

    /// Moves the moment that commands mean by now.
    pub fn set_now(&mut self, now: DateTime<Utc>) {
        self.now = Some(time::format_seconds(now));
    }
}

/// What makes two subjects the same: kind, name, region, user, role, of sign-ins the node, of resources what they are and
/// what they are part of.
type Place = (SubjectKind, String, [Option<String>; 6]);

fn place(subject: &Subject) -> Place {
    let Subject { user, role, region, .. } = subject.clone();
    // Of each sign-in something else may be thought.
    let node = subject.node.clone().filter(|_| subject.kind == SubjectKind::SignIn);
    let (what, within) = match &subject.resource {
        Some(resource) => (
            resource.kind.map(|kind| kind.word.to_owned()),
            Some(resource.within.clone()),
        ),
        None => (None, None),
    };
    let apart = [region, user, role, node, what, within];
    (subject.kind, subject.name.clone(), apart)
}

/// Whether a node is none of the attacker's, as the responder judged. A leaked key stays one.
fn is_ours(investigation: &Investigation, at: usize, node: &Node) -> bool {
    let is_expected = investigation.verdict(&node.node) == Verdict::Expected;
    node.link != Link::Seed && (is_expected || investigation.is_ours(at))
}

/// Whether there is nothing left of a node to be treated.
fn is_gone(investigation: &Investigation, node: &Node) -> bool {
    match investigation.live(node) {
        Some(live) if live.state == LiveState::Gone => true,
        Some(live) if live.contradicts(node) => false,
        _ => node.ended.is_some(),
    }
}

fn plain(kind: SubjectKind, origin: Origin, name: &str) -> Subject {
    Subject {
        kind,
        origin,
        name: name.to_owned(),
        arn: None,
        user: None,
        role: None,
        region: None,
        node: None,
        is_gone: false,
        is_ours: false,
        resource: None,
    }
}

/// The user a seed belongs to is no node (nobody of the chain made it), but most of step 1 is about it.
fn owner_of_seed(node: &Node) -> Option<Subject> {
    let arn = node.owner.as_deref().filter(|_| node.link == Link::Seed)?;
    let user = user_name(arn)?.to_owned();
    Some(Subject {
        arn: Some(arn.to_owned()),
        user: Some(user.clone()),
        ..plain(SubjectKind::User, Origin::Seed, &user)
    })
}

fn subject(nodes: &[Node], node: &Node) -> Option<Subject> {
    let owner = node.owner.as_deref();
    // A bare name may be a user's or a role's.
    let role_of_session = owner.filter(|owner| owner.starts_with("arn:")).and_then(role_name);
    let kind = match node.kind {
        // Commands name things by their ids.
        _ if !node.is_of_iam() => return None,
        Kind::AccessKey => SubjectKind::AccessKey,
        Kind::User => SubjectKind::User,
        Kind::Role => SubjectKind::Role,
        Kind::Session if role_of_session.is_some() => SubjectKind::RoleSession,
        Kind::Session => SubjectKind::UserSession,
        Kind::LoginProfile => SubjectKind::LoginProfile,
        Kind::ConsoleLogin => SubjectKind::SignIn,
        Kind::Other("mfa_device") => SubjectKind::MfaDevice,
        Kind::Other("service_credential") => SubjectKind::ServiceCredential,
        Kind::Other("ssh_key") if node.owner.is_some() => SubjectKind::SshKey,
        Kind::Other("signing_certificate") => SubjectKind::SigningCertificate,
        Kind::Other(_) => return decoration(nodes, node),
    };
    let origin = match node.link {
        Link::Seed => Origin::Seed,
        Link::Created | Link::Minted | Link::Made => Origin::Created,
        _ => Origin::Touched,
    };
    // Keys and credentials are known by their id, everything else by its name.
    let by_name = matches!(kind, SubjectKind::User | SubjectKind::Role | SubjectKind::LoginProfile);
    let name = match kind {
        SubjectKind::SignIn => owner.and_then(user_name).unwrap_or(&node.name),
        _ if by_name => &node.name,
        _ => &node.id,
    };
    let user = match kind {
        SubjectKind::User | SubjectKind::LoginProfile | SubjectKind::SignIn => Some(name),
        SubjectKind::Role => None,
        // The owner of a session may be given by its name only.
        SubjectKind::UserSession => owner.filter(|o| o.contains(":user/")).and_then(user_name),
        _ => owner.and_then(user_name),
    };
    let role = if kind == SubjectKind::Role {
        Some(name)
    } else {
        role_of_session
    };
    Some(Subject {
        arn: Arn::parse(&node.id).map(|_| node.id.clone()),
        user: user.map(str::to_owned),
        role: role.map(str::to_owned),
        node: Some(node.node.clone()),
        ..plain(kind, origin, name)
    })
}

/// Policies and groups that the chain put on a user or role, and outsiders that it let into one.
fn decoration(nodes: &[Node], node: &Node) -> Option<Subject> {
    let on = nodes.get(node.parent?)?;
    let is_managed = Arn::parse(&node.id).is_some();
    let kind = match (node.link, on.kind) {
        (Link::Attached, Kind::User) if is_managed => SubjectKind::UserPolicy,
        (Link::Attached, Kind::User) => SubjectKind::UserInlinePolicy,
        (Link::Attached, Kind::Role) if is_managed => SubjectKind::RolePolicy,
        (Link::Attached, Kind::Role) => SubjectKind::RoleInlinePolicy,
        (Link::Member, Kind::User) => SubjectKind::GroupMember,
        (Link::Trusts, Kind::Role) => SubjectKind::Outsider,
        _ => return None,
    };
    let name = if kind == SubjectKind::Outsider {
        &node.id
    } else {
        &node.name
    };
    Some(Subject {
        arn: is_managed.then(|| node.id.clone()),
        user: (on.kind == Kind::User).then(|| on.name.clone()),
        role: (on.kind == Kind::Role).then(|| on.name.clone()),
        node: Some(node.node.clone()),
        ..plain(kind, Origin::Touched, name)
    })
}

/// Roles that were there before and that keys of the chain assumed: their sessions must end too.
fn assumed_roles(investigation: &Investigation) -> Vec<Subject> {
    let nodes = &investigation.chain().nodes;
    let shown: BTreeSet<&str> = nodes
        .iter()
        .filter(|n| n.kind == Kind::Role)
        .map(|n| n.name.as_str())
        .collect();
    let assumed: BTreeSet<&str> = nodes
        .iter()
        .filter(|n| n.kind == Kind::Session && n.account.as_deref() == investigation.account())
        .filter_map(|n| n.owner.as_deref())
        .filter(|owner| owner.contains(":role/"))
        .collect();
    assumed
        .into_iter()
        .filter_map(|arn| Arn::parse(arn).map(|parsed| (arn, parsed.name())))
        .filter(|(_, name)| !shown.contains(name))
        .map(|(arn, name)| Subject {
            arn: Some(arn.to_owned()),
            role: Some(name.to_owned()),
            ..plain(SubjectKind::Role, Origin::Touched, name)
        })
        .collect()
}

/// What the chain made or changed outside IAM, in the order in which it can be removed.
fn resources(investigation: &Investigation) -> Vec<Subject> {
    let nodes = &investigation.chain().nodes;
    // Compute that carries a role is a node as well.
    let mut compute: HashMap<&str, &Node> = HashMap::new();
    for node in nodes.iter().filter(|node| !node.kind.is_core()) {
        for name in [&*node.id, resource_name(&node.id)] {
            compute.entry(name).or_insert(node);
        }
    }
    let subject = |resource: &Resource| {
        let node = compute.get(&*resource.id);
        Subject {
            node: node.map(|node| node.node.clone()),
            is_ours: resource.whose == Whose::Expected,
            ..Subject::of_resource(resource)
        }
    };
    investigation.resources().iter().map(subject).collect()
}

/// Accounts that the chain reached from the seed's.
fn other_accounts(investigation: &Investigation) -> Vec<Subject> {
    let nodes = investigation.chain().nodes.iter();
    let own = investigation.account();
    let reached: BTreeSet<&str> = nodes
        .filter(|node| node.is_key() || matches!(node.kind, Kind::User | Kind::Role))
        .filter_map(|node| node.account.as_deref())
        .filter(|account| own.is_some_and(|own| own != *account))
        .collect();
    let subject = |account: &&str| plain(SubjectKind::OtherAccount, Origin::Touched, account);
    reached.iter().map(subject).collect()
}

/// Every region the chain was active in.
fn regions(investigation: &Investigation) -> Vec<Subject> {
    let nodes = investigation.chain().nodes.iter();
    let regions: BTreeSet<&str> = nodes
        .flat_map(|n| n.activity.regions.keys())
        .map(|r| &**r)
        .filter(|r| !r.is_empty())
        .collect();
    regions
        .into_iter()
        .map(|region| Subject {
            region: Some(region.to_owned()),
            ..plain(SubjectKind::Region, Origin::Touched, region)
        })
        .collect()
}
