//! The account's identities as plain data, written by the test: users, keys, roles, groups, policies, sessions.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeZone, Utc};

/// Everything that IAM and STS know.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    pub account: String,
    pub users: BTreeMap<String, User>,
    pub roles: BTreeMap<String, Role>,
    pub groups: BTreeMap<String, Group>,
    /// Documents of managed policies by ARN.
    pub policies: BTreeMap<String, String>,
    pub sessions: Vec<Session>,
    pub root_keys: Vec<Key>,
    /// Keys of other accounts, with the account.
    pub foreign_keys: BTreeMap<String, String>,
    /// Numbers the ids that calls make.
    pub made: u32,
}

/// When everything was made that nobody gave a date.
pub fn long_ago() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 5, 6, 7, 8, 9).unwrap()
}

/// A name as it stands inside made-up unique ids.
fn padded(name: &str) -> String {
    format!("{:Z>17}", name.to_uppercase())
}

/// An access key.
#[derive(Debug, Clone)]
pub struct Key {
    pub id: String,
    pub active: bool,
    pub created: DateTime<Utc>,
    /// When, which service, which region.
    pub last_used: Option<(DateTime<Utc>, String, String)>,
}

impl Key {
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            active: true,
            created: long_ago(),
            last_used: None,
        }
    }

    pub fn inactive(mut self) -> Self {
        self.active = false;
        self
    }

    pub fn created(mut self, at: DateTime<Utc>) -> Self {
        self.created = at;
        self
    }

    pub fn last_used(mut self, at: DateTime<Utc>, service: &str, region: &str) -> Self {
        self.last_used = Some((at, service.to_owned(), region.to_owned()));
        self
    }
}

/// The policies of a user, a role or a group.
#[derive(Debug, Clone, Default)]
pub struct Grants {
    /// ARNs of managed policies.
    pub attached: Vec<String>,
    /// Names and documents.
    pub inline: BTreeMap<String, String>,
    pub boundary: Option<String>,
}

/// An IAM user.
#[derive(Debug, Clone)]
pub struct User {
    pub name: String,
    pub id: String,
    pub path: String,
    pub created: DateTime<Utc>,
    pub keys: Vec<Key>,
    /// When the console password was made.
    pub password: Option<DateTime<Utc>>,
    pub grants: Grants,
    pub groups: Vec<String>,
    /// Serial numbers of MFA devices.
    pub mfa: Vec<String>,
    /// Ids of SSH keys.
    pub ssh_keys: Vec<String>,
    /// Ids of signing certificates.
    pub certificates: Vec<String>,
    /// Ids of credentials for single services.
    pub service_credentials: Vec<String>,
}

impl User {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: format!("AIDA{}", padded(name)),
            path: "/".to_owned(),
            created: long_ago(),
            keys: Vec::new(),
            password: None,
            grants: Grants::default(),
            groups: Vec::new(),
            mfa: Vec::new(),
            ssh_keys: Vec::new(),
            certificates: Vec::new(),
            service_credentials: Vec::new(),
        }
    }

    /// The unique id, where it matters which user of this name it is.
    pub fn id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    pub fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// An active key.
    pub fn key(self, id: &str) -> Self {
        self.with_key(Key::new(id))
    }

    pub fn with_key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    pub fn password(mut self, made: DateTime<Utc>) -> Self {
        self.password = Some(made);
        self
    }

    pub fn attach(mut self, policy_arn: &str) -> Self {
        self.grants.attached.push(policy_arn.to_owned());
        self
    }

    pub fn inline(mut self, name: &str, document: &str) -> Self {
        self.grants.inline.insert(name.to_owned(), document.to_owned());
        self
    }

    pub fn boundary(mut self, policy_arn: &str) -> Self {
        self.grants.boundary = Some(policy_arn.to_owned());
        self
    }

    pub fn group(mut self, name: &str) -> Self {
        self.groups.push(name.to_owned());
        self
    }

    pub fn mfa(mut self, serial: &str) -> Self {
        self.mfa.push(serial.to_owned());
        self
    }

    pub fn ssh_key(mut self, id: &str) -> Self {
        self.ssh_keys.push(id.to_owned());
        self
    }

    pub fn certificate(mut self, id: &str) -> Self {
        self.certificates.push(id.to_owned());
        self
    }

    pub fn service_credential(mut self, id: &str) -> Self {
        self.service_credentials.push(id.to_owned());
        self
    }

    /// Whether AWS has cut the user off because a key of it leaked.
    pub fn is_quarantined(&self) -> bool {
        let names = self.grants.attached.iter();
        names
            .filter_map(|arn| arn.rsplit('/').next())
            .any(|name| name.starts_with("AWSCompromisedKeyQuarantine"))
    }
}

/// An IAM role.
#[derive(Debug, Clone)]
pub struct Role {
    pub name: String,
    pub id: String,
    pub path: String,
    pub created: DateTime<Utc>,
    pub trust: String,
    pub grants: Grants,
    pub last_used: Option<(DateTime<Utc>, String)>,
    /// Names of the instance profiles it is in.
    pub profiles: Vec<String>,
    /// Whether it is assumed only with a code of the caller's MFA device.
    pub wants_mfa: bool,
}

impl Role {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: format!("AROA{}", padded(name)),
            path: "/".to_owned(),
            created: long_ago(),
            trust: r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(),
            grants: Grants::default(),
            last_used: None,
            profiles: Vec::new(),
            wants_mfa: false,
        }
    }

    pub fn trust(mut self, document: &str) -> Self {
        document.clone_into(&mut self.trust);
        self
    }

    pub fn attach(mut self, policy_arn: &str) -> Self {
        self.grants.attached.push(policy_arn.to_owned());
        self
    }

    pub fn inline(mut self, name: &str, document: &str) -> Self {
        self.grants.inline.insert(name.to_owned(), document.to_owned());
        self
    }

    pub fn last_used(mut self, at: DateTime<Utc>, region: &str) -> Self {
        self.last_used = Some((at, region.to_owned()));
        self
    }

    pub fn profile(mut self, name: &str) -> Self {
        self.profiles.push(name.to_owned());
        self
    }

    pub fn wants_mfa(mut self) -> Self {
        self.wants_mfa = true;
        self
    }
}

/// An IAM group.
#[derive(Debug, Clone)]
pub struct Group {
    pub name: String,
    pub created: DateTime<Utc>,
    pub grants: Grants,
}

impl Group {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            created: long_ago(),
            grants: Grants::default(),
        }
    }

    pub fn attach(mut self, policy_arn: &str) -> Self {
        self.grants.attached.push(policy_arn.to_owned());
        self
    }

    pub fn inline(mut self, name: &str, document: &str) -> Self {
        self.grants.inline.insert(name.to_owned(), document.to_owned());
        self
    }
}

/// Temporary credentials.
#[derive(Debug, Clone)]
pub struct Session {
    pub key: String,
    pub token: String,
    pub of: SessionOf,
}

/// Whose session it is.
#[derive(Debug, Clone)]
pub enum SessionOf {
    User(String),
    /// Role and session name.
    Role(String, String),
}

impl Session {
    /// A session of a role, under a session name.
    pub fn of_role(role: &str, name: &str, key: &str) -> Self {
        Self::new(key, SessionOf::Role(role.to_owned(), name.to_owned()))
    }

    /// A session of a user (GetSessionToken).
    pub fn of_user(user: &str, key: &str) -> Self {
        Self::new(key, SessionOf::User(user.to_owned()))
    }

    fn new(key: &str, of: SessionOf) -> Self {
        Self {
            key: key.to_owned(),
            token: token_of(key),
            of,
        }
    }
}

/// The session token that belongs to a temporary key.
pub fn token_of(key: &str) -> String {
    format!("EXAMPLE-SESSION-TOKEN-OF-{key}")
}
