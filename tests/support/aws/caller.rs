//! Who signed a request, and what that one may not do.

use super::answer::Failure;
use super::request::Request;
use super::state::{Identities, SessionOf};

/// The identity behind an access key.
#[derive(Debug, Clone)]
pub struct Caller {
    pub arn: String,
    /// The unique id; of sessions with the session name.
    pub id: String,
    pub kind: CallerKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallerKind {
    Root,
    User(String),
    /// A user's own temporary credentials.
    UserSession(String),
    RoleSession,
}

impl Caller {
    pub fn user(&self) -> Option<&str> {
        match &self.kind {
            CallerKind::User(name) | CallerKind::UserSession(name) => Some(name),
            CallerKind::Root | CallerKind::RoleSession => None,
        }
    }
}

impl Identities {
    /// The caller behind a key that is valid, with the session token that belongs to it.
    pub fn caller(&self, key: &str, token: Option<&str>) -> Option<Caller> {
        let is_active = |k: &super::state::Key| k.id == key && k.active;
        if self.root_keys.iter().any(is_active) {
            return Some(Caller {
                arn: format!("arn:aws:iam::{}:root", self.account),
                id: self.account.clone(),
                kind: CallerKind::Root,
            });
        }
        if let Some(user) = self.users.values().find(|u| u.keys.iter().any(is_active)) {
            return self.user_caller(&user.name, CallerKind::User);
        }
        let mut sessions = self.sessions.iter();
        let session = sessions.find(|s| s.key == key && Some(s.token.as_str()) == token)?;
        match &session.of {
            SessionOf::User(name) => self.user_caller(name, CallerKind::UserSession),
            SessionOf::Role(role, name) => Some(Caller {
                arn: format!("arn:aws:sts::{}:assumed-role/{role}/{name}", self.account),
                id: format!("{}:{name}", self.roles.get(role)?.id),
                kind: CallerKind::RoleSession,
            }),
        }
    }

    fn user_caller(&self, name: &str, kind: impl Fn(String) -> CallerKind) -> Option<Caller> {
        let user = self.users.get(name)?;
        Some(Caller {
            arn: self.arn("user", &user.path, name),
            id: user.id.clone(),
            kind: kind(name.to_owned()),
        })
    }

    /// The ARN of something in IAM.
    pub fn arn(&self, kind: &str, path: &str, name: &str) -> String {
        format!("arn:aws:iam::{}:{kind}{path}{name}", self.account)
    }
}

/// A call that is not allowed: to everybody everywhere, or to some, somewhere.
#[derive(Debug, Clone)]
pub struct Denial {
    action: String,
    key: Option<String>,
    region: Option<String>,
    because: Because,
}

#[derive(Debug, Clone, Copy)]
enum Because {
    NothingAllows,
    OrganizationDenies,
}

impl Denial {
    /// An action such as `iam:GetUser`; a star at the end stands for anything.
    pub fn of(action: &str) -> Self {
        Self {
            action: action.to_owned(),
            key: None,
            region: None,
            because: Because::NothingAllows,
        }
    }

    /// Only to the caller with this key.
    pub fn to(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// Only in this region.
    pub fn in_region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Because a service control policy says so.
    pub fn by_organization(mut self) -> Self {
        self.because = Because::OrganizationDenies;
        self
    }

    fn covers(&self, request: &Request) -> bool {
        let is = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        let permission = request.permission();
        let named = match self.action.strip_suffix('*') {
            Some(start) => permission.starts_with(start),
            None => permission == self.action,
        };
        named && is(&self.key, &request.key) && is(&self.region, &request.region)
    }
}

/// Refuses what the caller may not do.
pub fn authorize(
    identities: &Identities,
    denials: &[Denial],
    caller: &Caller,
    request: &Request,
) -> Result<(), Failure> {
    // Needs no permission, and no policy can take it away.
    if request.permission() == "sts:GetCallerIdentity" {
        return Ok(());
    }
    let permission = request.permission();
    let quarantined = caller
        .user()
        .and_then(|name| identities.users.get(name))
        .is_some_and(super::state::User::is_quarantined);
    let reason = if quarantined && permission == "cloudtrail:LookupEvents" {
        "with an explicit deny in an identity-based policy".to_owned()
    } else {
        match denials.iter().find(|denial| denial.covers(request)).map(|d| d.because) {
            None => return Ok(()),
            Some(Because::NothingAllows) => {
                format!("because no identity-based policy allows the {permission} action")
            }
            Some(Because::OrganizationDenies) => "with an explicit deny in a service control policy".to_owned(),
        }
    };
    Err(denied(caller, request, &reason))
}

/// The words in which AWS denies.
pub fn denied(caller: &Caller, request: &Request, reason: &str) -> Failure {
    let targets = [
        ("UserName", "user "),
        ("RoleName", "role "),
        ("GroupName", "group "),
        ("PolicyArn", "policy "),
        ("AccessKeyId", "access key "),
        ("RoleArn", ""),
    ];
    let target = targets
        .iter()
        .find_map(|(name, kind)| request.text(name).map(|t| format!(" on resource: {kind}{t}")))
        .unwrap_or_default();
    let (arn, permission) = (&caller.arn, request.permission());
    let message = format!("User: {arn} is not authorized to perform: {permission}{target} {reason}");
    Failure::Denied(message.trim_end().to_owned())
}
