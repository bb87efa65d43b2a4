//! What commands, links and checks are about: one thing of the chain, and what fills placeholders for it.

use super::template::Values;
use super::treat::held_back;
use crate::catalogue::ResourceKind;
use crate::cloudtrail::ids::Arn;
use crate::investigation::resource::Resource;

/// The names an investigation found, as far as a playbook needs them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The account's number.
    pub account: Option<String>,
    /// The partition: `aws`, `aws-us-gov`, `aws-cn`.
    pub partition: Option<String>,
    /// This moment, as `2026-05-21T13:00:00Z`.
    pub now: Option<String>,
    /// The first event of the chain, in the same form.
    pub start: Option<String>,
    /// The users, keys, roles, regions, ... of the chain, in the order they are to be printed.
    pub subjects: Vec<Subject>,
}

/// One thing of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// How it came into the chain.
    pub origin: Origin,
    /// A key's or credential's id, a region's code, else the name.
    pub name: String,
    /// Its ARN, where there is one.
    pub arn: Option<String>,
    /// The user it belongs to, or hangs on.
    pub user: Option<String>,
    /// The role it belongs to, or hangs on.
    pub role: Option<String>,
    /// The region it lives in, for what is not global.
    pub region: Option<String>,
    /// Its `node` in the chain, where it is one.
    pub node: Option<String>,
    /// Whether it was deleted since: it needs no command any more.
    pub is_gone: bool,
    /// Whether it was judged expected, or only those who are made it: it is nothing to be ended. Never a seed.
    pub is_ours: bool,
    /// What more there is to say of a resource.
    pub resource: Option<ResourceSubject>,
}

/// What commands for a resource need to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceSubject {
    /// Its kind; `None` where the catalogue does not know it.
    pub kind: Option<&'static ResourceKind>,
    /// What it is part of; may be empty.
    pub within: String,
    /// Whether the chain made it.
    pub is_made: bool,
    /// Whether only the call is known that made it, by whose name it goes.
    pub is_unnamed: bool,
    /// Why what removes it is not printed ready to run, if it is not.
    pub held_back: Option<&'static str>,
}

/// What a [`Subject`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SubjectKind {
    User,
    AccessKey,
    UserSession,
    RoleSession,
    LoginProfile,
    SignIn,
    Role,
    Outsider,
    MfaDevice,
    ServiceCredential,
    SshKey,
    SigningCertificate,
    UserPolicy,
    UserInlinePolicy,
    RolePolicy,
    RoleInlinePolicy,
    GroupMember,
    Instance,
    Function,
    Trail,
    Bucket,
    Resource,
    OtherAccount,
    Region,
}

/// How a [`Subject`] came into the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A key the investigation started from, or its owner.
    Seed,
    /// Made with a credential of the chain: nobody else needs it.
    Created,
    /// There before, and changed, assumed or used: others may depend on it.
    Touched,
}

impl Names {
    /// What fills the placeholders for a subject.
    pub(super) fn values<'a>(&'a self, subject: Option<&'a Subject>) -> Values<'a> {
        let mut values: Vec<(&'static str, Option<&'a String>)> = vec![
            ("account", self.account.as_ref()),
            ("partition", self.partition.as_ref()),
            ("now", self.now.as_ref()),
            ("start", self.start.as_ref()),
        ];
        if let Some(subject) = subject {
            values.push(("user", subject.user.as_ref()));
            values.push(("role", subject.role.as_ref()));
            values.push(("region", subject.region.as_ref()));
            values.push(("arn", subject.arn.as_ref()));
            values.push((subject.kind.placeholder(), Some(&subject.name)));
            if let Some(resource) = &subject.resource {
                values.push(("id", Some(&subject.name)));
                values.push(("within", Some(&resource.within)));
            }
        }
        values
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.as_str())))
            .collect()
    }
}

impl Subject {
    /// What it is, its name, and whose it is, in words.
    pub fn label(&self) -> String {
        let holder = self.user.as_ref().or(self.role.as_ref());
        let holder = holder.filter(|holder| **holder != self.name);
        let of = holder.map(|holder| format!(" of {holder}")).unwrap_or_default();
        format!("{}{of}", self.title())
    }

    /// A resource that the chain made or changed.
    pub(super) fn of_resource(resource: &Resource) -> Self {
        let kind = match resource.kind.map(|kind| (kind.service, kind.word)) {
            Some(("s3", _)) => SubjectKind::Bucket,
            Some((_, "ec2_instance")) => SubjectKind::Instance,
            Some((_, "lambda_function")) => SubjectKind::Function,
            Some((_, "trail" | "trail_stopped")) => SubjectKind::Trail,
            _ => SubjectKind::Resource,
        };
        Self {
            kind,
            origin: if resource.is_made {
                Origin::Created
            } else {
                Origin::Touched
            },
            name: resource.id.clone(),
            arn: Arn::parse(&resource.id).map(|_| resource.id.clone()),
            user: None,
            role: None,
            region: Some(resource.region.clone()).filter(|region| !region.is_empty()),
            node: None,
            is_gone: !resource.state().is_open(),
            is_ours: false,
            resource: Some(ResourceSubject {
                kind: resource.kind,
                within: resource.within.clone(),
                is_made: resource.is_made,
                is_unnamed: resource.kind.is_none() && resource.calls.contains_key(&resource.id),
                held_back: held_back(resource),
            }),
        }
    }

    /// What it is, and its name. The attacker may have chosen the name.
    fn title(&self) -> String {
        let Some(resource) = &self.resource else {
            return format!("{} {}", self.kind.label(), self.name);
        };
        let label = resource.kind.map_or(self.kind.label(), |kind| kind.label);
        let within = match &*resource.within {
            "" => String::new(),
            within if within == self.name => String::new(),
            within => format!(" of {within}"),
        };
        format!("{label} {}{within}", self.name)
    }
}

impl SubjectKind {
    /// The placeholder that stands for the subject's name.
    fn placeholder(self) -> &'static str {
        match self {
            Self::User | Self::LoginProfile | Self::SignIn => "user",
            Self::AccessKey | Self::UserSession | Self::RoleSession => "key",
            Self::Role => "role",
            Self::MfaDevice
            | Self::ServiceCredential
            | Self::SshKey
            | Self::SigningCertificate
            | Self::Instance
            | Self::Outsider
            | Self::OtherAccount
            | Self::Resource => "id",
            Self::UserPolicy | Self::UserInlinePolicy | Self::RolePolicy | Self::RoleInlinePolicy => "policy",
            Self::GroupMember => "group",
            Self::Function => "function",
            Self::Trail => "trail",
            Self::Bucket => "bucket",
            Self::Region => "region",
        }
    }

    /// The words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::AccessKey => "access key",
            Self::UserSession | Self::RoleSession => "session",
            Self::LoginProfile => "password of",
            Self::SignIn => "sign-in of",
            Self::Role => "role",
            Self::Outsider => "trusted outsider",
            Self::MfaDevice => "MFA device",
            Self::ServiceCredential => "service credential",
            Self::SshKey => "SSH key",
            Self::SigningCertificate => "signing certificate",
            Self::UserPolicy | Self::RolePolicy => "policy",
            Self::UserInlinePolicy | Self::RoleInlinePolicy => "inline policy",
            Self::GroupMember => "group",
            Self::Instance => "instance",
            Self::Function => "function",
            Self::Trail => "trail",
            Self::Bucket => "bucket",
            Self::Resource => "resource",
            Self::OtherAccount => "account",
            Self::Region => "region",
        }
    }
}
