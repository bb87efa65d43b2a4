//! What one call makes or touches, read from its record.
//!
//! The rules say where ids stand; this file says only what a path cannot: who is meant when nobody is named, what an id
//! looks like to people, and where else to look when a record is thin (console CSV, old service calls).

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::catalogue::{Kind, Relation, Rule, Strength};
use crate::cloudtrail::{Event, ids, json, time};

/// CloudTrail's word for a value it hides; never a name (quirk Q35).
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// A credential, a principal or a thing, as one record describes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Subject {
    pub(super) kind: Kind,
    /// What people know it by.
    pub(super) id: String,
    /// A short name; what its lifeline is known by.
    pub(super) name: String,
    pub(super) principal_id: Option<String>,
    pub(super) account: String,
    /// The user or role a credential belongs to, by name.
    pub(super) owner: Option<String>,
    pub(super) expires: Option<DateTime<Utc>>,
    /// What was done to it (a policy, a group), or the role that compute carries.
    pub(super) detail: String,
    pub(super) strength: Strength,
}

/// What a successful call makes or touches; empty where the record does not say.
pub(super) fn subjects(rule: &Rule, event: &Event, body: &Value) -> Vec<Subject> {
    let read = Reader { rule, event, body };
    let found = match rule.kind {
        Kind::User | Kind::Role if rule.makes() => read.principal(),
        Kind::User | Kind::Role => read.touched_principal(),
        Kind::AccessKey => read.access_key(),
        Kind::Session => read.session(),
        Kind::LoginProfile => read.login_profile(),
        Kind::ConsoleLogin => Some(read.console_login()),
        Kind::Other("ec2_instance") => return read.instances(),
        Kind::Other("lambda_function") => read.function(),
        Kind::Other(_) => read.other(),
    };
    found.into_iter().collect()
}

/// The user named by the request, else the caller: IAM calls without a name mean oneself (quirk Q16). A record without
/// request and answer (console CSV) lists the user among its resources.
pub(super) fn named_user(event: &Event, body: &Value) -> Option<String> {
    let named = [
        "requestParameters.userName",
        "responseElements.accessKey.userName",
        "responseElements.loginProfile.userName",
    ]
    .iter()
    .find_map(|path| json::first(body, path));
    match named {
        Some(name) if name != HIDDEN => Some(name.into_owned()),
        Some(_) => None,
        None => listed(body, "AWS::IAM::User").or_else(|| event.identity.user_name.as_deref().map(str::to_owned)),
    }
}

/// The name among the resources of a type that a record lists: not the ARN, not the unique id.
pub(super) fn listed(body: &Value, resource_type: &str) -> Option<String> {
    let resources = body.get("resources")?.as_array()?;
    resources
        .iter()
        .filter(|r| json::text(r, "resourceType") == Some(resource_type))
        .filter_map(|r| json::text(r, "resourceName"))
        .find(|name| !name.contains(':') && !ids::is_unique_id(name))
        .map(str::to_owned)
}

/// The role an AssumeRole call is about: its ARN, else its name from the answer.
pub(super) fn assumed_role(event: &Event, body: &Value) -> Option<String> {
    json::first(body, "requestParameters.roleArn")
        .map(std::borrow::Cow::into_owned)
        .or_else(|| {
            event
                .resources
                .iter()
                .find(|r| r.contains(":role/"))
                .map(ToString::to_string)
        })
}

struct Reader<'a> {
    rule: &'a Rule,
    event: &'a Event,
    body: &'a Value,
}

impl Reader<'_> {
    fn text(&self, path: &str) -> Option<String> {
        json::first(self.body, path)
            .filter(|t| t != HIDDEN)
            .map(std::borrow::Cow::into_owned)
    }

    fn subject(&self, id: String, name: String) -> Subject {
        Subject {
            kind: self.rule.kind,
            id,
            name,
            principal_id: None,
            account: self.event.account().to_owned(),
            owner: None,
            expires: None,
            detail: String::new(),
            strength: self.rule.strength,
        }
    }

    /// An id among the record's resources, for records without request and response (console CSV). Weaker.
    fn among_resources(&self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        let own = self.event.identity.access_key.as_deref();
        let thin = self.body.get("responseElements").is_none_or(Value::is_null);
        self.event
            .resources
            .iter()
            .find(|r| thin && wanted(r) && Some(&***r) != own)
            .map(ToString::to_string)
    }

    fn principal(&self) -> Option<Subject> {
        let (member, type_name) = match self.rule.kind {
            Kind::User => ("user", "user"),
            _ => ("role", "role"),
        };
        let answer = |field: &str| self.text(&format!("responseElements.{member}.{field}"));
        let arn_part = format!(":{type_name}/");
        let from_resources = || self.among_resources(|r| r.contains(&arn_part));
        let name = answer(&format!("{member}Name"))
            .or_else(|| self.text(&format!("requestParameters.{member}Name")))
            .or_else(|| from_resources().and_then(|arn| ids::Arn::parse(&arn).map(|a| a.name().to_owned())))?;
        let thin = answer("arn").is_none();
        let arn = answer("arn")
            .or_else(from_resources)
            .unwrap_or_else(|| self.arn(type_name, &name));
        let mut made = self.subject(arn, name);
        made.principal_id = answer(&format!("{member}Id")).or_else(|| self.among_resources(ids::is_unique_id));
        if thin {
            made.strength = Strength::Inferred;
        }
        Some(made)
    }

    fn touched_principal(&self) -> Option<Subject> {
        let (name, type_name) = if self.rule.kind == Kind::User {
            (named_user(self.event, self.body), "user")
        } else {
            let named = self.text("requestParameters.roleName");
            (named.or_else(|| listed(self.body, "AWS::IAM::Role")), "role")
        };
        let name = name?;
        let mut touched = self.subject(self.arn(type_name, &name), name);
        let detail = match self.rule.relation {
            Relation::Change("renames_principal") => self.rule.id_path,
            _ => self.rule.name_path,
        };
        touched.detail = self.text(detail).unwrap_or_default();
        Some(touched)
    }

    fn access_key(&self) -> Option<Subject> {
        let key = self
            .text(self.rule.id_path)
            .or_else(|| self.among_resources(|r| r.starts_with("AKIA") && r.len() == 20))?;
        let mut made = self.subject(key.clone(), key);
        made.owner = named_user(self.event, self.body);
        if self.text(self.rule.id_path).is_none() {
            made.strength = Strength::Inferred;
        }
        Some(made)
    }

    fn session(&self) -> Option<Subject> {
        let key = self
            .text(self.rule.id_path)
            .or_else(|| self.among_resources(|r| r.starts_with("ASIA") && r.len() == 20))?;
        let mut made = self.subject(key, String::new());
        made.principal_id = self
            .text("responseElements.assumedRoleUser.assumedRoleId")
            .or_else(|| self.text("responseElements.federatedUser.federatedUserId"))
            .or_else(|| {
                let same_caller = matches!(self.rule.name, "GetSessionToken" | "GetSigninToken");
                same_caller
                    .then(|| self.event.identity.principal_id.as_deref().map(str::to_owned))
                    .flatten()
            });
        let role = assumed_role(self.event, self.body);
        // The target account is the one the session acts in.
        if let Some(arn) = role
            .as_deref()
            .and_then(ids::Arn::parse)
            .filter(|a| !a.account.is_empty())
        {
            arn.account.clone_into(&mut made.account);
        }
        let session_name = self
            .text("requestParameters.roleSessionName")
            .or_else(|| self.text("requestParameters.name"))
            .or_else(|| {
                made.principal_id
                    .as_deref()
                    .and_then(|p| p.split_once(':'))
                    .map(|(_, name)| name.to_owned())
            });
        made.name = session_name
            .or_else(|| self.event.identity.user_name.as_deref().map(str::to_owned))
            .unwrap_or_default();
        made.owner = role
            .or_else(|| self.text("responseElements.federatedUser.arn"))
            .or_else(|| self.text("requestParameters.targetPrincipal"))
            .or_else(|| self.event.identity.arn.as_deref().map(str::to_owned));
        made.expires = self
            .text("responseElements.credentials.expiration")
            .and_then(|t| time::parse_text(&t));
        Some(made)
    }

    fn login_profile(&self) -> Option<Subject> {
        let user = if self.rule.name == "ChangePassword" {
            self.event
                .identity
                .user_name
                .as_deref()
                .filter(|n| *n != HIDDEN)?
                .to_owned()
        } else {
            named_user(self.event, self.body)?
        };
        let id = format!("{}:{user}@{}", self.event.account(), time::format(self.event.time()));
        let mut made = self.subject(id, user.clone());
        made.owner = Some(user);
        Some(made)
    }

    fn console_login(&self) -> Subject {
        let mut made = self.subject(self.event.id().to_owned(), self.event.identity.label());
        made.principal_id = self.event.identity.principal_id.as_deref().map(str::to_owned);
        made.owner = self.event.identity.user_name.as_deref().map(str::to_owned);
        made
    }

    fn instances(&self) -> Vec<Subject> {
        // Without an instance profile an instance carries no role: a resource, not an identity.
        let profile = [
            "iamInstanceProfile.arn",
            "iamInstanceProfile.name",
            "AssociateIamInstanceProfileRequest.IamInstanceProfile.Arn",
            "AssociateIamInstanceProfileRequest.IamInstanceProfile.Name",
        ]
        .iter()
        .find_map(|path| self.text(&format!("requestParameters.{path}")));
        let Some(profile) = profile else { return Vec::new() };
        json::path(self.body, self.rule.id_path)
            .into_iter()
            .map(|id| {
                let mut made = self.subject(id.to_string(), id.into_owned());
                made.detail.clone_from(&profile);
                made
            })
            .collect()
    }

    fn function(&self) -> Option<Subject> {
        let id = self
            .text(self.rule.id_path)
            .or_else(|| self.text("requestParameters.functionName"))?;
        let name = function_name(&id).to_owned();
        let mut made = self.subject(id, name);
        made.detail = self
            .text("responseElements.role")
            .or_else(|| self.text("requestParameters.role"))
            .unwrap_or_default();
        Some(made)
    }

    fn other(&self) -> Option<Subject> {
        let id = self.text(self.rule.id_path)?;
        let name = match self.rule.kind {
            Kind::Other("instance_profile") => self
                .text("requestParameters.instanceProfileName")
                .or_else(|| self.text("responseElements.instanceProfile.instanceProfileName")),
            Kind::Other("policy") => self.text("responseElements.policy.policyName"),
            _ => None,
        };
        let name = name.unwrap_or_else(|| ids::Arn::parse(&id).map_or(id.clone(), |arn| arn.name().to_owned()));
        let id = if self.rule.kind == Kind::Other("instance_profile") {
            self.arn("instance-profile", &name)
        } else {
            id
        };
        let mut made = self.subject(id, name);
        made.owner = named_user(self.event, self.body).filter(|_| self.rule.name_path.ends_with("userName"));
        made.detail = if self.rule.makes() {
            String::new()
        } else {
            self.text(self.rule.name_path).unwrap_or_default()
        };
        Some(made)
    }

    /// An IAM ARN for a name; the path is not in such records, so an ARN with a path cannot be told.
    fn arn(&self, type_name: &str, name: &str) -> String {
        let partition = self
            .event
            .identity
            .arn
            .as_deref()
            .and_then(ids::Arn::parse)
            .map_or("aws", |arn| arn.partition);
        format!("arn:{partition}:iam::{}:{type_name}/{name}", self.event.account())
    }
}

/// The name in a function ARN, or the text itself.
pub(super) fn function_name(id: &str) -> &str {
    match id.split_once(":function:") {
        Some((_, rest)) => rest.split(':').next().unwrap_or(rest),
        None => id,
    }
}
