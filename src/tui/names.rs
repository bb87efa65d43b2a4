//! The names of the chain that the commands of the steps are filled in with.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::catalogue::Kind;
use crate::cloudtrail::{ids, time};
use crate::investigation::{Investigation, Link, Node, resource};
use crate::playbook::{Names, Origin, Subject, SubjectKind};

/// The names of an investigation.
pub(super) fn of(investigation: &Investigation, now: DateTime<Utc>) -> Names {
    let chain = investigation.chain();
    let mut subjects: Vec<Subject> = Vec::new();
    let mut add = |subject: Subject| {
        let same = |s: &Subject| s.kind == subject.kind && s.name == subject.name && s.region == subject.region;
        if !subjects.iter().any(same) {
            subjects.push(subject);
        }
    };
    for node in &chain.nodes {
        // The user that owns a seed is no node: nobody of the chain made it.
        if node.link == Link::Seed
            && let Some(user) = node.owner.as_deref().and_then(user_of)
        {
            add(Subject {
                kind: SubjectKind::User,
                origin: Origin::Seed,
                arn: node.owner.clone(),
                user: Some(user.clone()),
                name: user,
                region: None,
            });
        }
        if let Some(subject) = subject(node) {
            add(subject);
        }
    }
    for resource in resource::derive(investigation.evidence(), chain) {
        if let Some(kind) = resource_kind(&resource.service, &resource.id) {
            let arn = ids::Arn::parse(&resource.id).is_some().then(|| resource.id.clone());
            let name = resource.id.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
            add(Subject {
                kind,
                origin: Origin::Touched,
                name,
                arn,
                user: None,
                region: Some(resource.region),
            });
        }
    }
    let regions: BTreeSet<&str> = chain
        .nodes
        .iter()
        .flat_map(|n| n.activity.regions.keys())
        .map(|r| &**r)
        .collect();
    for region in regions.into_iter().filter(|r| !r.is_empty()) {
        add(Subject {
            kind: SubjectKind::Region,
            origin: Origin::Touched,
            name: region.to_owned(),
            arn: None,
            user: None,
            region: Some(region.to_owned()),
        });
    }
    Names {
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
        Kind::ConsoleLogin | Kind::Other(_) => return None,
    };
    let user = match kind {
        SubjectKind::User | SubjectKind::LoginProfile => Some(node.name.clone()),
        // The owner of a session may be a role, given by its name.
        SubjectKind::Session => node.owner.as_deref().filter(|o| o.contains(":user/")).and_then(user_of),
        _ => node.owner.as_deref().and_then(user_of),
    };
    let by_id = matches!(
        kind,
        SubjectKind::AccessKey
            | SubjectKind::Session
            | SubjectKind::MfaDevice
            | SubjectKind::ServiceCredential
            | SubjectKind::SshKey
            | SubjectKind::SigningCertificate
            | SubjectKind::Instance
    );
    Some(Subject {
        kind,
        origin: match node.link {
            Link::Seed => Origin::Seed,
            Link::Created | Link::Minted | Link::Made => Origin::Created,
            _ => Origin::Touched,
        },
        name: if by_id { node.id.clone() } else { node.name.clone() },
        arn: ids::Arn::parse(&node.id).is_some().then(|| node.id.clone()),
        user,
        region: node.proof.as_ref().map(|p| p.region.clone()).filter(|r| !r.is_empty()),
    })
}

/// The user an owner is, given by ARN or by name.
fn user_of(owner: &str) -> Option<String> {
    match ids::Arn::parse(owner) {
        Some(arn) => owner.contains(":user/").then(|| arn.name().to_owned()),
        None => Some(owner.to_owned()),
    }
}

fn resource_kind(service: &str, id: &str) -> Option<SubjectKind> {
    match service {
        "cloudtrail" => Some(SubjectKind::Trail),
        "ec2" if id.starts_with("i-") || id.contains(":instance/") => Some(SubjectKind::Instance),
        "lambda" => Some(SubjectKind::Function),
        _ => None,
    }
}
