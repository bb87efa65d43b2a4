//! How far a user or role could reach: which services, administrator or not, and whether it could have given itself more.
//!
//! AWS's simulator answers where the responder may ask it; else the texts of the policies are read here, in a small way
//! (`policy::allow`). Both are estimates: neither knows organization policies, resource policies or the conditions of a call.
//!
//! | file | one idea |
//! |---|---|
//! | `mod` | the estimate, and from what it is made |
//! | `records` | what the records alone tell |

mod records;

use std::collections::{BTreeSet, HashSet};

use super::account::{Permissions, PolicyText, QUARANTINE, UserSeen, policy_name};
use super::policy::allow::{Answer, Policies};
use super::{Investigation, Link, Node};
use crate::catalogue::{Kind, escalations};
use crate::cloudtrail::ids::{role_name, user_name};

use records::Written;

/// What only an administrator may do, each of another kind.
const ADMINISTRATOR: [&str; 6] = [
    "iam:CreateUser",
    "iam:AttachUserPolicy",
    "ec2:RunInstances",
    "s3:DeleteBucket",
    "kms:ScheduleKeyDeletion",
    "cloudtrail:StopLogging",
];
/// One telling action of each service that attackers go for.
const SERVICES: [&str; 22] = [
    "bedrock:InvokeModel",
    "cloudformation:CreateStack",
    "cloudtrail:StopLogging",
    "codebuild:CreateProject",
    "dynamodb:Scan",
    "ec2:RunInstances",
    "ecr:PutImage",
    "ecs:RunTask",
    "eks:CreateCluster",
    "glue:CreateDevEndpoint",
    "guardduty:UpdateDetector",
    "iam:CreateUser",
    "kms:ScheduleKeyDeletion",
    "lambda:CreateFunction",
    "organizations:LeaveOrganization",
    "rds:ModifyDBSnapshotAttribute",
    "s3:GetObject",
    "sagemaker:CreateNotebookInstance",
    "secretsmanager:GetSecretValue",
    "ses:SendEmail",
    "ssm:GetParameter",
    "sts:AssumeRole",
];

/// The actions that AWS's simulator is asked about: all that the estimate rests on.
pub fn telling_actions() -> BTreeSet<&'static str> {
    let escalating = escalations().iter().flat_map(|way| way.actions.iter().copied());
    escalating.chain(ADMINISTRATOR).chain(SERVICES).collect()
}

/// From what an estimate is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// AWS's policy simulator answered.
    Simulator,
    /// The texts of the policies, as IAM has them now.
    Texts,
    /// The policies that calls in the records put on the user.
    Records,
}

impl Basis {
    /// The words for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Simulator => "estimated by AWS's simulator",
            Self::Texts => "an estimate from the policies' texts",
            Self::Records => "an estimate from the policies that the records show",
        }
    }
}

/// How far a user could reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// From what this is known.
    pub basis: Basis,
    /// Whether it may do everything that only an administrator may.
    pub is_administrator: bool,
    /// The services within reach, sorted; `*` for all.
    pub services: Vec<String>,
    /// How it could have given itself more: the actions, and what they give.
    pub escalations: Vec<String>,
    /// What limits the estimate: conditions that were not looked at, texts that could not be read.
    pub unsure: Vec<String>,
}

impl Reach {
    /// In one line.
    pub fn line(&self) -> String {
        let services = match &self.services[..] {
            _ if self.is_administrator => "administrator: every service".to_owned(),
            // Records show only what was put on it while they last.
            [] if self.basis == Basis::Records && self.escalations.is_empty() && !self.unsure.is_empty() => {
                "not known".to_owned()
            }
            [] if self.escalations.is_empty() && !self.unsure.is_empty() => {
                "nothing telling in what was read".to_owned()
            }
            [] => "none of the telling services".to_owned(),
            [all] if all == "*" => "every service, but not an administrator".to_owned(),
            some => format!("{}; not an administrator", some.join(", ")),
        };
        let escalation = match &self.escalations[..] {
            _ if self.is_administrator => String::new(),
            [] if !self.unsure.is_empty() => String::new(),
            [] => "; no known way to more rights".to_owned(),
            [one] => format!("; could have gained more: {one}"),
            [first, rest @ ..] => format!("; could have gained more: {first} and {} other ways", rest.len()),
        };
        let unsure = match &self.unsure[..] {
            [] => String::new(),
            some => format!("; not looked at: {}", some.join(", ")),
        };
        format!("{services}{escalation} ({}{unsure})", self.basis.as_str())
    }
}

/// Who holds rights.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A user, by name.
    User(String),
    /// A role, by name.
    Role(String),
}

impl Holder {
    /// Whose rights a node of the chain has: its own, or those of the user or role it belongs to.
    pub fn of(node: &Node) -> Option<Self> {
        let owner = node.owner.as_deref().filter(|owner| owner.starts_with("arn:"));
        match node.kind {
            Kind::User => Some(Self::User(node.name.clone())),
            Kind::Role => Some(Self::Role(node.name.clone())),
            _ if node.is_key() => {
                let role = owner.and_then(role_name).map(|name| Self::Role(name.to_owned()));
                role.or_else(|| owner.and_then(user_name).map(|name| Self::User(name.to_owned())))
            }
            _ => None,
        }
    }

    /// The name, which an attacker may have chosen.
    pub fn name(&self) -> &str {
        match self {
            Self::User(name) | Self::Role(name) => name,
        }
    }

    /// What it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Role(_) => "role",
        }
    }
}

/// How far each user and role of the chain could reach, where anything tells: owners of seeds first, then those that the
/// chain made, changed or used.
pub fn all(investigation: &Investigation) -> Vec<(Holder, Reach)> {
    let nodes = &investigation.chain().nodes;
    let (seeds, others): (Vec<_>, Vec<_>) = nodes.iter().partition(|node| node.link == Link::Seed);
    let mut looked_at = HashSet::new();
    let mut found = Vec::new();
    let written = Written::of(investigation.evidence());
    for holder in seeds.into_iter().chain(others).filter_map(Holder::of) {
        if looked_at.insert(holder.clone()) {
            let reach = asked(investigation, &holder).or_else(|| written.reach(&holder));
            found.extend(reach.map(|reach| (holder, reach)));
        }
    }
    found
}

fn asked(investigation: &Investigation, holder: &Holder) -> Option<Reach> {
    let Holder::User(name) = holder else { return None };
    let seen = investigation
        .account_seen()
        .into_iter()
        .flat_map(|(_, seen)| &seen.keys);
    let mut users = seen.filter_map(|key| key.user.as_ref());
    users.find(|user| user.name == *name).and_then(of_user)
}

/// How far a user could reach, as AWS was asked; `None` where neither the simulator nor any text answered.
pub fn of_user(user: &UserSeen) -> Option<Reach> {
    let permissions = user.permissions.as_ref()?;
    let own_text = |policy: &PolicyText| !policy.is_boundary && !is_quarantine(policy) && policy.text.known().is_some();
    // The simulator counts AWS's quarantine, which came after the leak: it says nothing of what was possible before.
    let is_hidden = permissions.texts.iter().any(is_quarantine) && permissions.texts.iter().any(own_text);
    if let (Some(answers), false) = (permissions.simulated.known(), is_hidden) {
        let allowed: BTreeSet<&str> = answers.iter().filter(|a| a.is_allowed).map(|a| &*a.action).collect();
        let answer = |action: &str| {
            if allowed.contains(action) {
                Answer::Yes
            } else {
                Answer::No
            }
        };
        return Some(estimate(
            Basis::Simulator,
            answer,
            None,
            quarantined(permissions, Basis::Simulator),
        ));
    }
    let texts = || permissions.texts.iter().filter(|policy| !is_quarantine(policy));
    let unread: Vec<String> = texts()
        .filter(|policy| policy.text.known().is_none())
        .map(|policy| format!("{} (could not be read)", policy_name(&policy.name)))
        .collect();
    let known = texts().filter_map(|policy| Some((policy.text.known()?, policy.is_boundary)));
    let (boundary, own): (Vec<_>, Vec<_>) = known.partition(|(_, is_boundary)| *is_boundary);
    if own.is_empty() && boundary.is_empty() && !unread.is_empty() {
        return None;
    }
    // A boundary that could not be read is named, and limits nothing here.
    let is_bounded = !boundary.is_empty();
    let policies = Policies::read(own.iter().map(|(text, _)| &***text))
        .within(is_bounded.then(|| Policies::read(boundary.iter().map(|(text, _)| &***text))));
    let mut unsure = quarantined(permissions, Basis::Texts);
    unsure.extend(unread);
    Some(by_texts(Basis::Texts, &policies, unsure))
}

fn is_quarantine(policy: &PolicyText) -> bool {
    policy_name(&policy.name).starts_with(QUARANTINE)
}

/// The simulator counts AWS's quarantine; the reading of texts does not. Either is said.
fn quarantined(permissions: &Permissions, basis: Basis) -> Vec<String> {
    let is_on = permissions.texts.iter().any(is_quarantine);
    let said = match basis {
        Basis::Simulator => "what it could do before the quarantine",
        _ => "what the quarantine denies now",
    };
    is_on.then(|| said.to_owned()).into_iter().collect()
}

fn by_texts(basis: Basis, policies: &Policies, mut unsure: Vec<String>) -> Reach {
    unsure.extend(policies.unread());
    let answer = |action: &str| policies.allow(action);
    estimate(basis, answer, Some(policies.services()), unsure)
}

/// Puts the answers together. Texts name services beyond the telling ones.
fn estimate(
    basis: Basis,
    answer: impl Fn(&str) -> Answer,
    named: Option<BTreeSet<String>>,
    mut unsure: Vec<String>,
) -> Reach {
    let is_administrator = ADMINISTRATOR.iter().all(|action| answer(action) == Answer::Yes);
    let mut services = named.unwrap_or_default();
    for action in SERVICES {
        if answer(action) != Answer::No {
            services.extend(action.split(':').next().map(str::to_owned));
        }
    }
    let is_all = services.contains("*");
    let mut ways = Vec::new();
    let mut limited = 0;
    for way in escalations() {
        let answers: Vec<Answer> = way.actions.iter().map(|action| answer(action)).collect();
        if answers.contains(&Answer::No) {
            continue;
        }
        let sure = answers.iter().all(|answer| *answer == Answer::Yes);
        limited += usize::from(!sure);
        let limits = if sure { "" } else { ", within limits" };
        ways.push(format!("{} ({}{limits})", way.actions.join(" and "), way.how));
    }
    if limited > 0 {
        unsure.push("conditions, and which resources are meant".to_owned());
    }
    Reach {
        basis,
        is_administrator,
        services: if is_all {
            vec!["*".to_owned()]
        } else {
            services.into_iter().collect()
        },
        escalations: ways,
        unsure,
    }
}
