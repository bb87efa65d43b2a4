//! `userIdentity`: who made the call.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{ids, json, time};

/// `userIdentity.type`. Any other text is accepted as [`IdentityType::Other`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityType {
    /// The root user of the account.
    Root,
    /// An IAM user, also with temporary credentials from GetSessionToken or the console.
    IamUser,
    /// A role session.
    AssumedRole,
    /// A session from GetFederationToken.
    FederatedUser,
    /// Another account.
    AwsAccount,
    /// An AWS service, also where the type is absent and `invokedBy` names one (quirk Q03).
    AwsService,
    /// A caller with a SAML assertion.
    SamlUser,
    /// A caller with a web identity token.
    WebIdentityUser,
    /// A user of IAM Identity Center.
    IdentityCenterUser,
    /// Any other type, as written.
    Other(Arc<str>),
    /// The record has no identity at all (quirk Q06).
    Missing,
}

impl IdentityType {
    fn parse(text: &str) -> Self {
        match text {
            "Root" => Self::Root,
            "IAMUser" => Self::IamUser,
            "AssumedRole" => Self::AssumedRole,
            "FederatedUser" => Self::FederatedUser,
            "AWSAccount" => Self::AwsAccount,
            "AWSService" => Self::AwsService,
            "SAMLUser" => Self::SamlUser,
            "WebIdentityUser" => Self::WebIdentityUser,
            "IdentityCenterUser" => Self::IdentityCenterUser,
            other => Self::Other(other.into()),
        }
    }

    /// The type as CloudTrail writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Root => "Root",
            Self::IamUser => "IAMUser",
            Self::AssumedRole => "AssumedRole",
            Self::FederatedUser => "FederatedUser",
            Self::AwsAccount => "AWSAccount",
            Self::AwsService => "AWSService",
            Self::SamlUser => "SAMLUser",
            Self::WebIdentityUser => "WebIdentityUser",
            Self::IdentityCenterUser => "IdentityCenterUser",
            Self::Other(text) => text,
            Self::Missing => "",
        }
    }
}

/// Who made a call, normalised. Every member may be absent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The kind of caller.
    pub kind: IdentityType,
    /// The key the call was signed with.
    pub access_key: Option<Arc<str>>,
    /// `principalId`: `AIDA...`, `AROA...:session`, `account:name`, an account id for root.
    pub principal_id: Option<Arc<str>>,
    /// The caller's ARN.
    pub arn: Option<Arc<str>>,
    /// The caller's account, else the account that received the event (quirk Q05).
    pub account: Option<Arc<str>>,
    /// `userName`; of a session, the name of its issuer.
    pub user_name: Option<Arc<str>>,
    /// The service that made the call, for itself or for the caller (a forward access session, quirk Q10).
    pub invoked_by: Option<Arc<str>>,
    /// When the session began: groups the many keys of one console session (quirk Q31).
    pub session_created: Option<DateTime<Utc>>,
    /// `signInSessionArn`: the sign-in that the session comes from, where the record says.
    pub sign_in_session: Option<Arc<str>>,
    /// `sessionIssuer.arn`: the role of a role session, the user of a federated one.
    pub issuer_arn: Option<Arc<str>>,
    /// Whether the session was opened with MFA, where the record says so.
    pub mfa: Option<bool>,
}

impl Identity {
    /// Reads `userIdentity` of a record. `intern` lets equal texts share memory.
    pub fn of(record: &Value, intern: &mut dyn FnMut(&str) -> Arc<str>) -> Self {
        let missing = Value::Null;
        let identity = json::object(record, "userIdentity").unwrap_or(&missing);
        let session = json::object(identity, "sessionContext").unwrap_or(&missing);
        let issuer = json::object(session, "sessionIssuer").unwrap_or(&missing);
        let mut text = |value: &Value, key: &str| json::text(value, key).map(&mut *intern);

        let invoked_by = text(identity, "invokedBy");
        let kind = match json::text(identity, "type") {
            Some(kind) => IdentityType::parse(kind),
            None if invoked_by.is_some() => IdentityType::AwsService,
            None => IdentityType::Missing,
        };
        Self {
            kind,
            access_key: text(identity, "accessKeyId"),
            principal_id: text(identity, "principalId"),
            arn: text(identity, "arn"),
            account: text(identity, "accountId").or_else(|| text(record, "recipientAccountId")),
            user_name: text(identity, "userName").or_else(|| text(issuer, "userName")),
            invoked_by,
            session_created: json::object(session, "attributes")
                .and_then(|a| json::text(a, "creationDate"))
                .and_then(time::parse_text),
            sign_in_session: text(session, "signInSessionArn"),
            issuer_arn: text(issuer, "arn"),
            mfa: json::object(session, "attributes").and_then(|a| json::truth(a, "mfaAuthenticated")),
        }
    }

    /// The unique id of the user or role behind the call (`AIDA...`, `AROA...`).
    pub fn unique_id(&self) -> Option<&str> {
        self.principal_id
            .as_deref()
            .map(ids::unique_id)
            .filter(|id| ids::is_unique_id(id))
    }

    /// Whether AWS made this call, for itself or on somebody's behalf: decided from the type and `invokedBy`, never from
    /// a name (quirk Q40).
    pub fn is_service(&self) -> bool {
        self.kind == IdentityType::AwsService || self.invoked_by.is_some()
    }

    /// A short name for people: the user, `role/session`, `root`, the service, or what else there is.
    pub fn label(&self) -> String {
        let name = |arn: &str| ids::Arn::parse(arn).map(|a| a.name().to_owned());
        match &self.kind {
            IdentityType::Root => "root".to_owned(),
            IdentityType::AssumedRole => {
                let role = self.arn.as_deref().and_then(ids::assumed_role_name);
                let session = self.arn.as_deref().and_then(name);
                match (role, session) {
                    (Some(role), Some(session)) => format!("{role}/{session}"),
                    _ => self.fallback_label(),
                }
            }
            _ => self.fallback_label(),
        }
    }

    fn fallback_label(&self) -> String {
        let arn_name = || {
            self.arn
                .as_deref()
                .and_then(ids::Arn::parse)
                .map(|a| a.name().to_owned())
        };
        self.user_name
            .as_deref()
            .map(str::to_owned)
            .or_else(arn_name)
            .or_else(|| self.invoked_by.as_deref().map(str::to_owned))
            .or_else(|| self.principal_id.as_deref().map(str::to_owned))
            .or_else(|| self.account.as_deref().map(str::to_owned))
            .unwrap_or_else(|| "no identity".to_owned())
    }
}
