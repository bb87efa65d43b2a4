//! The names of an investigation that commands are filled in for.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::render::{Names, Origin, Subject, SubjectKind};
use crate::catalogue::Kind;
use crate::cloudtrail::ids::Arn;
use crate::cloudtrail::time;
use crate::investigation::{Investigation, Link, Node};

impl Names {
    /// The names an investigation found, at a moment.
    pub fn of(investigation: &Investigation, now: DateTime<Utc>) -> Self {
        let chain = investigation.chain();
        let mut subjects = Vec::new();
        subjects.extend(seed_user(investigation));
        for node in chain
            .nodes
            .iter()
            .filter(|n| n.ended.is_none() && n.link != Link::Attached)
        {
            subjects.extend(subject(node));
        }
        subjects.extend(assumed_roles(investigation));
        subjects.extend(trails(investigation));
        subjects.extend(regions(investigation));
        Self {
            account: investigation.account().map(str::to_owned),
            now: Some(time::format(now)),
            start: chain
                .nodes
                .iter()
                .filter_map(|n| n.activity.first)
                .min()
                .map(time::format),
            subjects,
        }
    }
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

/// The user the first seed belongs to: most of step 1 is about it.
fn seed_user(investigation: &Investigation) -> Option<Subject> {
    let seed = investigation.chain().nodes.first()?;
    let arn = seed.owner.as_deref()?;
    let parsed = Arn::parse(arn)?;
    let is_user = parsed.service == "iam" && parsed.resource.starts_with("user/");
    is_user.then(|| Subject {
        arn: Some(arn.to_owned()),
        ..plain(SubjectKind::User, Origin::Seed, parsed.name())
    })
}

fn subject(node: &Node) -> Option<Subject> {
    let kind = match node.kind {
        Kind::AccessKey => SubjectKind::AccessKey,
        Kind::User => SubjectKind::User,
        Kind::Role => SubjectKind::Role,
        Kind::Session => SubjectKind::Session,
        Kind::LoginProfile => SubjectKind::LoginProfile,
        Kind::Other("mfa_device") => SubjectKind::MfaDevice,
        Kind::Other("service_credential") => SubjectKind::ServiceCredential,
        Kind::Other("ssh_key") => SubjectKind::SshKey,
        Kind::Other("signing_certificate") => SubjectKind::SigningCertificate,
        Kind::Other("ec2_instance") => SubjectKind::Instance,
        Kind::Other("lambda_function") => SubjectKind::Function,
        _ => return None,
    };
    let origin = match node.link {
        Link::Seed => Origin::Seed,
        Link::Changed => Origin::Touched,
        _ => Origin::Created,
    };
    // Keys and credentials are known by their id, everything else by its name.
    let by_name = matches!(
        kind,
        SubjectKind::User | SubjectKind::Role | SubjectKind::LoginProfile | SubjectKind::Function
    );
    let owner = node.owner.as_deref();
    Some(Subject {
        kind,
        origin,
        name: if by_name { node.name.clone() } else { node.id.clone() },
        arn: Arn::parse(&node.id).map(|_| node.id.clone()),
        user: owner.map(|o| Arn::parse(o).map_or(o, |arn| arn.name()).to_owned()),
        region: node.proof.as_ref().map(|p| p.region.clone()),
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

/// Trails that the chain stopped or changed.
fn trails(investigation: &Investigation) -> Vec<Subject> {
    let chain = investigation.chain();
    let mut found = BTreeSet::new();
    for event in investigation.evidence().events() {
        let about_a_trail =
            &*event.source == "cloudtrail.amazonaws.com" && event.is_write() && event.outcome.succeeded();
        if about_a_trail && chain.node_of(event).is_some() {
            let names = event
                .resources
                .iter()
                .map(|r| Arn::parse(r).map_or(&**r, |arn| arn.name()).to_owned());
            found.extend(names.map(|name| (name, event.region.to_string())));
        }
    }
    found
        .into_iter()
        .map(|(name, region)| Subject {
            region: Some(region),
            ..plain(SubjectKind::Trail, Origin::Touched, &name)
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
