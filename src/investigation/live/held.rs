//! What hangs on a user or role: policies, groups, other credentials, those whom a trust policy lets in.

use serde::{Deserialize, Serialize};

use crate::catalogue::Kind;
use crate::cloudtrail::ids::{self, Arn};
use crate::investigation::{Link, Node};

/// A list that IAM keeps of a user or role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// Managed policies, by ARN.
    Attached,
    /// Inline policies, by name.
    Inline,
    /// The groups that a user is in, by name.
    Groups,
    /// MFA devices, by serial number.
    MfaDevices,
    /// SSH public keys, by id.
    SshKeys,
    /// Signing certificates, by id.
    Certificates,
    /// Credentials for one service each, by id.
    ServiceCredentials,
    /// Outside parties that the trust policy of a role lets in, as the chain calls them.
    Outsiders,
}

impl Held {
    /// The call that lists them.
    pub fn call(self, is_role: bool) -> &'static str {
        match (self, is_role) {
            (Self::Attached, false) => "iam:ListAttachedUserPolicies",
            (Self::Attached, true) => "iam:ListAttachedRolePolicies",
            (Self::Inline, false) => "iam:ListUserPolicies",
            (Self::Inline, true) => "iam:ListRolePolicies",
            (Self::Groups, _) => "iam:ListGroupsForUser",
            (Self::MfaDevices, _) => "iam:ListMFADevices",
            (Self::SshKeys, _) => "iam:ListSSHPublicKeys",
            (Self::Certificates, _) => "iam:ListSigningCertificates",
            (Self::ServiceCredentials, _) => "iam:ListServiceSpecificCredentials",
            (Self::Outsiders, _) => "iam:GetRole",
        }
    }
}

/// On whom a node hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On<'n> {
    /// A user, by name.
    User(&'n str),
    /// A role, by name.
    Role(&'n str),
}

/// On whom a node hangs, and in which list it is; `None` for what hangs on nobody, or on a group.
pub fn holder<'n>(nodes: &'n [Node], node: &'n Node) -> Option<(On<'n>, Held)> {
    let on = || {
        let parent = nodes.get(node.parent?)?;
        match parent.kind {
            Kind::User => Some(On::User(&parent.name)),
            Kind::Role => Some(On::Role(&parent.name)),
            _ => None,
        }
    };
    let policy = if Arn::parse(&node.id).is_some() {
        Held::Attached
    } else {
        Held::Inline
    };
    match (node.link, node.kind) {
        (Link::Attached, Kind::Other("policy")) => Some((on()?, policy)),
        (Link::Member, Kind::Other("group")) => Some((on()?, Held::Groups)),
        (Link::Trusts, Kind::Other("aws_account")) => Some((on()?, Held::Outsiders)),
        (_, Kind::Other(kind)) => {
            let held = match kind {
                "mfa_device" => Held::MfaDevices,
                "ssh_key" => Held::SshKeys,
                "signing_certificate" => Held::Certificates,
                "service_credential" => Held::ServiceCredentials,
                _ => return None,
            };
            Some((On::User(ids::user_name(node.owner.as_deref()?)?), held))
        }
        _ => None,
    }
}
