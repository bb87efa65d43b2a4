//! The names of an investigation that commands are filled in for.

use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound, Utc};

use super::render::{Names, Origin, Subject, SubjectKind};
use crate::catalogue::Kind;
use crate::cloudtrail::ids::{Arn, user_name};
use crate::cloudtrail::time;
use crate::investigation::live::LiveState;
use crate::investigation::{Investigation, Link, Node, resource};

impl Names {
    /// The names an investigation found, at a moment. What was deleted since needs no command.
    pub fn of(investigation: &Investigation, now: DateTime<Utc>) -> Self {
        let nodes = &investigation.chain().nodes;
        let is_there = |node: &&Node| match investigation.live(node) {
            Some(live) if live.state == LiveState::Gone => false,
            Some(live) if live.contradicts(node) => true,
            _ => node.ended.is_none(),
        };
        let living = nodes.iter().filter(is_there).filter_map(subject);
        let found = nodes
            .iter()
            .filter_map(owner_of_seed)
            .chain(living)
            .chain(assumed_roles(investigation))
            .chain(resources(investigation))
            .chain(regions(investigation));
        let mut subjects: Vec<Subject> = Vec::new();
        for subject in found {
            let same = |s: &Subject| s.kind == subject.kind && s.name == subject.name && s.region == subject.region;
            if !subjects.iter().any(same) {
                subjects.push(subject);
            }
        }
        Self {
            account: investigation.account().map(str::to_owned),
            now: Some(moment(now)),
            start: nodes.iter().filter_map(|n| n.activity.first).min().map(time::format),
            subjects,
        }
    }

    /// Moves the moment that commands mean by now.
    pub fn set_now(&mut self, now: DateTime<Utc>) {
        self.now = Some(moment(now));
    }
}

/// AWS writes whole seconds, and so do people.
fn moment(now: DateTime<Utc>) -> String {
    time::format(now.trunc_subsecs(0))
}

fn plain(kind: SubjectKind, origin: Origin, name: &str) -> Subject {
    Subject {
        kind,
        origin,
        name: name.to_owned(),
        arn: None,
        user: None,
        region: None,
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

fn subject(node: &Node) -> Option<Subject> {
    let kind = match node.kind {
        // Commands name things by their ids.
        _ if !node.is_of_iam() => return None,
        Kind::AccessKey => SubjectKind::AccessKey,
        Kind::User => SubjectKind::User,
        Kind::Role => SubjectKind::Role,
        Kind::Session => SubjectKind::Session,
        Kind::LoginProfile => SubjectKind::LoginProfile,
        Kind::Other("mfa_device") => SubjectKind::MfaDevice,
        Kind::Other("service_credential") => SubjectKind::ServiceCredential,
        Kind::Other("ssh_key") if node.owner.is_some() => SubjectKind::SshKey,
        Kind::Other("signing_certificate") => SubjectKind::SigningCertificate,
        Kind::Other("ec2_instance") => SubjectKind::Instance,
        Kind::Other("lambda_function") => SubjectKind::Function,
        _ => return None,
    };
    let origin = match node.link {
        Link::Seed => Origin::Seed,
        Link::Created | Link::Minted | Link::Made => Origin::Created,
        _ => Origin::Touched,
    };
    // Keys and credentials are known by their id, everything else by its name.
    let by_name = matches!(
        kind,
        SubjectKind::User | SubjectKind::Role | SubjectKind::LoginProfile | SubjectKind::Function
    );
    let user = match kind {
        SubjectKind::User | SubjectKind::LoginProfile => Some(node.name.as_str()),
        // The owner of a session may be a role, given by its name.
        SubjectKind::Session => node
            .owner
            .as_deref()
            .filter(|o| o.contains(":user/"))
            .and_then(user_name),
        _ => node.owner.as_deref().and_then(user_name),
    };
    let user = user.map(str::to_owned);
    Some(Subject {
        kind,
        origin,
        name: if by_name { node.name.clone() } else { node.id.clone() },
        arn: Arn::parse(&node.id).map(|_| node.id.clone()),
        user,
        // IAM is the same in every region.
        region: matches!(kind, SubjectKind::Instance | SubjectKind::Function)
            .then(|| node.proof.as_ref().map(|p| p.region.clone()).filter(|r| !r.is_empty()))
            .flatten(),
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
            ..plain(SubjectKind::Role, Origin::Touched, name)
        })
        .collect()
}

/// Trails, instances and functions that the chain made or changed.
fn resources(investigation: &Investigation) -> Vec<Subject> {
    let kind = |service: &str, id: &str| match service {
        "cloudtrail" => Some(SubjectKind::Trail),
        "ec2" if id.starts_with("i-") || id.contains(":instance/") => Some(SubjectKind::Instance),
        "lambda" => Some(SubjectKind::Function),
        _ => None,
    };
    resource::derive(investigation.evidence(), investigation.chain())
        .into_iter()
        .filter_map(|resource| {
            let kind = kind(&resource.service, &resource.id)?;
            let name = resource.id.rsplit(['/', ':']).next().unwrap_or_default();
            Some(Subject {
                arn: Arn::parse(&resource.id).map(|_| resource.id.clone()),
                region: Some(resource.region),
                ..plain(kind, Origin::Touched, name)
            })
        })
        .collect()
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
