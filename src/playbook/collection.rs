//! The collections of an investigation: what items, commands and checks are repeated for, and conditions count.

use serde::Deserialize;

use super::subject::{Origin, Subject, SubjectKind};
use crate::catalogue::resource_kinds;

/// The names of the chain that something is repeated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForEach {
    /// The users that own the seeds.
    SeedUser,
    /// The users the chain made.
    CreatedUser,
    /// Every user of the chain: owners of seeds, made and changed ones.
    User,
    /// The long-term keys the investigation started from.
    SeedKey,
    /// The long-term keys of the chain besides the seeds.
    OtherKey,
    /// Every long-term key of the chain, seeds included.
    AccessKey,
    /// Every temporary key of the chain.
    Session,
    /// Those of users: from GetSessionToken, GetFederationToken and the console.
    UserSession,
    /// Those of roles.
    RoleSession,
    /// Every console password the chain made or set anew.
    LoginProfile,
    /// Every console sign-in of the chain.
    SignIn,
    /// The roles the chain made.
    CreatedRole,
    /// Every role of the chain: made, changed and assumed ones.
    Role,
    /// Every outside party that a role of the chain trusts.
    Outsider,
    /// Every MFA device the chain made or enabled.
    MfaDevice,
    /// Every service-specific credential the chain made.
    ServiceCredential,
    /// Every SSH key the chain uploaded.
    SshKey,
    /// Every signing certificate the chain uploaded.
    SigningCertificate,
    /// The last three together.
    OtherCredential,
    /// Every managed policy the chain put on a user.
    UserPolicy,
    /// Every inline policy the chain wrote on a user.
    UserInlinePolicy,
    /// Every managed policy the chain put on a role.
    RolePolicy,
    /// Every inline policy the chain wrote on a role.
    RoleInlinePolicy,
    /// Every user the chain put into a group.
    GroupMember,
    /// The last five together.
    Grant,
    /// Every instance the chain started.
    Instance,
    /// Every function the chain made or changed.
    Function,
    /// Every trail the chain stopped, changed or deleted.
    Trail,
    /// Every bucket the chain made or changed.
    Bucket,
    /// Everything outside IAM that the chain made or changed.
    Resource,
    /// Instances, fleets, templates, images, key pairs of the chain.
    Machine,
    /// Networks and openings of the chain.
    Network,
    /// Functions, their triggers and schedules.
    Serverless,
    /// Containers, machine learning, builds, stacks and batch.
    Workload,
    /// Mail, messages and what sends them.
    Mail,
    /// Models of AI: what was bought, run or opened.
    Model,
    /// Buckets, disks' snapshots, repositories, shares.
    Storage,
    /// Databases, their snapshots and exports.
    Database,
    /// KMS keys, their grants, and secrets.
    Secret,
    /// Logging and detection: what was stopped or changed.
    Logging,
    /// Purchases, domains, quotas, regions switched on.
    Commitment,
    /// Every other account that the chain reached.
    OtherAccount,
    /// Every region the chain was active in.
    Region,
}

impl ForEach {
    /// Every collection and its word in playbooks.
    pub const ALL: [(Self, &'static str); 43] = [
        (Self::SeedUser, "seed_user"),
        (Self::CreatedUser, "created_user"),
        (Self::User, "user"),
        (Self::SeedKey, "seed_key"),
        (Self::OtherKey, "other_key"),
        (Self::AccessKey, "access_key"),
        (Self::Session, "session"),
        (Self::UserSession, "user_session"),
        (Self::RoleSession, "role_session"),
        (Self::LoginProfile, "login_profile"),
        (Self::SignIn, "sign_in"),
        (Self::CreatedRole, "created_role"),
        (Self::Role, "role"),
        (Self::Outsider, "outsider"),
        (Self::MfaDevice, "mfa_device"),
        (Self::ServiceCredential, "service_credential"),
        (Self::SshKey, "ssh_key"),
        (Self::SigningCertificate, "signing_certificate"),
        (Self::OtherCredential, "other_credential"),
        (Self::UserPolicy, "user_policy"),
        (Self::UserInlinePolicy, "user_inline_policy"),
        (Self::RolePolicy, "role_policy"),
        (Self::RoleInlinePolicy, "role_inline_policy"),
        (Self::GroupMember, "group_member"),
        (Self::Grant, "grant"),
        (Self::Instance, "instance"),
        (Self::Function, "function"),
        (Self::Trail, "trail"),
        (Self::Bucket, "bucket"),
        (Self::Resource, "resource"),
        (Self::Machine, "machine"),
        (Self::Network, "network"),
        (Self::Serverless, "serverless"),
        (Self::Workload, "workload"),
        (Self::Mail, "mail"),
        (Self::Model, "model"),
        (Self::Storage, "storage"),
        (Self::Database, "database"),
        (Self::Secret, "secret"),
        (Self::Logging, "logging"),
        (Self::Commitment, "commitment"),
        (Self::OtherAccount, "other_account"),
        (Self::Region, "region"),
    ];

    /// The word in playbooks.
    pub fn as_str(self) -> &'static str {
        let named = Self::ALL.iter().find(|(each, _)| *each == self);
        named.map_or("", |(_, word)| word)
    }

    /// Whether it holds resources, for which the catalogue has commands.
    pub fn is_of_resources(self) -> bool {
        let is_area = resource_kinds().any(|kind| kind.area == self.as_str());
        is_area
            || matches!(
                self,
                Self::Resource | Self::Instance | Self::Function | Self::Trail | Self::Bucket
            )
    }

    /// Whether a subject belongs to it.
    pub fn takes(self, subject: &Subject) -> bool {
        use SubjectKind as K;
        let (kinds, origin): (&[K], Option<Origin>) = match self {
            Self::SeedUser => (&[K::User], Some(Origin::Seed)),
            Self::CreatedUser => (&[K::User], Some(Origin::Created)),
            Self::User => (&[K::User], None),
            Self::SeedKey => (&[K::AccessKey], Some(Origin::Seed)),
            Self::OtherKey => return subject.kind == K::AccessKey && subject.origin != Origin::Seed,
            Self::AccessKey => (&[K::AccessKey], None),
            Self::Session => (&[K::UserSession, K::RoleSession], None),
            Self::UserSession => (&[K::UserSession], None),
            Self::RoleSession => (&[K::RoleSession], None),
            Self::LoginProfile => (&[K::LoginProfile], None),
            Self::SignIn => (&[K::SignIn], None),
            Self::CreatedRole => (&[K::Role], Some(Origin::Created)),
            Self::Role => (&[K::Role], None),
            Self::Outsider => (&[K::Outsider], None),
            Self::MfaDevice => (&[K::MfaDevice], None),
            Self::ServiceCredential => (&[K::ServiceCredential], None),
            Self::SshKey => (&[K::SshKey], None),
            Self::SigningCertificate => (&[K::SigningCertificate], None),
            Self::OtherCredential => (&[K::ServiceCredential, K::SshKey, K::SigningCertificate], None),
            Self::UserPolicy => (&[K::UserPolicy], None),
            Self::UserInlinePolicy => (&[K::UserInlinePolicy], None),
            Self::RolePolicy => (&[K::RolePolicy], None),
            Self::RoleInlinePolicy => (&[K::RoleInlinePolicy], None),
            Self::GroupMember => (&[K::GroupMember], None),
            Self::Grant => (
                &[
                    K::UserPolicy,
                    K::UserInlinePolicy,
                    K::RolePolicy,
                    K::RoleInlinePolicy,
                    K::GroupMember,
                ],
                None,
            ),
            Self::Instance => (&[K::Instance], None),
            Self::Function => (&[K::Function], None),
            Self::Trail => (&[K::Trail], None),
            Self::Bucket => (&[K::Bucket], None),
            Self::Resource => return subject.resource.is_some(),
            Self::Machine
            | Self::Network
            | Self::Serverless
            | Self::Workload
            | Self::Mail
            | Self::Model
            | Self::Storage
            | Self::Database
            | Self::Secret
            | Self::Logging
            | Self::Commitment => {
                let kind = subject.resource.as_ref().and_then(|resource| resource.kind);
                return kind.is_some_and(|kind| kind.area == self.as_str());
            }
            Self::OtherAccount => (&[K::OtherAccount], None),
            Self::Region => (&[K::Region], None),
        };
        kinds.contains(&subject.kind) && origin.is_none_or(|origin| subject.origin == origin)
    }
}
