//! One kind of node after the other, read from a record: the ids where the rule says, the names, whose it is.

use chrono::Duration;
use serde_json::Value;

use super::KnownBy;
use super::lifeline::{Name, together};
use super::subject::{HIDDEN, Subject, assumed_role, carried_role, grantee_path, listed, named_user};
use super::trust;
use crate::catalogue::{Basis, Effect, Kind, Relation, Rule, Strength};
use crate::cloudtrail::{Event, ids, json, time};

/// Reads one record by one rule.
pub(super) struct Reader<'a> {
    pub(super) rule: &'a Rule,
    pub(super) event: &'a Event,
    pub(super) body: &'a Value,
}

impl Reader<'_> {
    fn texts(&self, path: &str) -> Vec<String> {
        let texts = json::path(self.body, path).into_iter().filter(|t| t != HIDDEN);
        // Some services write what stood in the URL of the call.
        let decoded = |text: std::borrow::Cow<'_, str>| {
            if text.starts_with("arn%3A") {
                trust::percent_decode(&text).unwrap_or_else(|| text.into_owned())
            } else {
                text.into_owned()
            }
        };
        texts.map(decoded).collect()
    }

    fn text(&self, path: &str) -> Option<String> {
        self.texts(path).into_iter().next()
    }

    fn subject(&self, id: &str, name: String) -> Subject {
        Subject {
            basis: Some(self.rule.basis),
            name,
            ..Subject::new(self.rule.kind, id, "", self.event.account(), self.rule.strength)
        }
    }

    /// A subject without an id in its record: known by its name, else by the event alone.
    fn without_id(&self) -> Subject {
        let named = self.text(self.rule.name_path);
        let known_by = if named.is_some() { KnownBy::Name } else { KnownBy::Event };
        let id = named.unwrap_or_else(|| self.event.id().to_owned());
        let mut made = self.subject(&id.clone(), id);
        made.known_by = known_by;
        if !self.rule.id_path.is_empty() {
            made.strength = Strength::Inferred;
        }
        made
    }

    /// What its lifeline is known by.
    pub(super) fn life(&self, made: &Subject) -> Name {
        let by_name = matches!(made.kind, Kind::User | Kind::Role | Kind::LoginProfile)
            && self.rule.source != "sso.amazonaws.com"
            || made.kind == Kind::Other("instance_profile")
            || made.kind == Kind::Other("lambda_function") && self.rule.effect != Effect::Issues;
        let together = together(self.body, self.rule.life_path);
        let text = match &together {
            Some(text) => text,
            None if by_name => &made.name,
            // An organization is the only one of its account.
            None if made.kind == Kind::Other("organization") => "",
            None => &made.id,
        };
        Name::in_event(made.kind, self.event, &made.account, text)
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

    /// A key: its id from the answer, else among the resources, else unknown.
    fn key(&self, prefix: &str) -> Subject {
        let given = self.text(self.rule.id_path);
        if let (Some(id), false) = (&given, self.rule.gives_key()) {
            let mut made = self.subject(id, String::new());
            made.known_by = KnownBy::Name;
            return made;
        }
        let is_proved = given.is_some();
        let listed = || self.among_resources(|r| r.starts_with(prefix) && r.len() == 20);
        let Some(id) = given.or_else(listed) else {
            return self.without_id();
        };
        let mut made = self.subject(&id.clone(), id);
        if !is_proved {
            made.strength = Strength::Inferred;
        }
        made
    }

    pub(super) fn principal(&self) -> Option<Subject> {
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
        let mut made = self.subject(&arn, name);
        made.principal_id = answer(&format!("{member}Id")).or_else(|| self.among_resources(ids::is_unique_id));
        if thin {
            made.strength = Strength::Inferred;
        }
        Some(made)
    }

    pub(super) fn touched_principal(&self) -> Option<Subject> {
        let renamed = self.rule.relation == Relation::Change("renames_principal");
        let (name, type_name) = if self.rule.kind == Kind::User {
            (named_user(self.event, self.body), "user")
        } else {
            let named = self.text("requestParameters.roleName");
            (named.or_else(|| listed(self.body, "AWS::IAM::Role")), "role")
        };
        let detail = if renamed {
            self.rule.id_path
        } else {
            self.rule.name_path
        };
        let detail = self.text(detail).unwrap_or_default();
        let Some(name) = name else {
            return (self.rule.basis == Basis::Inferred).then(|| self.without_id());
        };
        let mut touched = self.subject(&self.arn(type_name, &name), name);
        touched.detail = detail;
        Some(touched)
    }

    pub(super) fn access_key(&self) -> Subject {
        let mut made = self.key("AKIA");
        made.owner = match self.rule.source {
            "iam.amazonaws.com" => named_user(self.event, self.body),
            _ => self.text(self.rule.name_path),
        };
        made
    }

    pub(super) fn session(&self) -> Subject {
        let mut made = self.key("ASIA");
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
        let target = self.text("requestParameters.targetPrincipal");
        // The target account is the one the session acts in.
        let arn_account = |arn: &str| ids::Arn::parse(arn).map(|arn| arn.account.to_owned());
        let account = role.as_deref().and_then(arn_account);
        let account = account.or_else(|| {
            target
                .as_deref()
                .map(|t| arn_account(t).unwrap_or_else(|| t.to_owned()))
        });
        if let Some(account) = account.filter(|a| !a.is_empty()) {
            made.account = account;
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
            .or(target)
            .or_else(|| self.event.identity.arn.as_deref().map(str::to_owned));
        made.expires = self
            .text("responseElements.credentials.expiration")
            .and_then(|t| time::parse_text(&t));
        made
    }

    pub(super) fn login_profile(&self) -> Option<Subject> {
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
        let mut made = self.subject(&id, user.clone());
        made.owner = Some(user);
        Some(made)
    }

    pub(super) fn console_login(&self) -> Subject {
        let mut made = self.subject(self.event.id(), self.event.identity.label());
        made.principal_id = self.event.identity.principal_id.as_deref().map(str::to_owned);
        made.owner = self.event.identity.user_name.as_deref().map(str::to_owned);
        made
    }

    pub(super) fn function(&self) -> Subject {
        let id = self
            .text(self.rule.id_path)
            .or_else(|| self.text("requestParameters.functionName"));
        let Some(id) = id else { return self.without_id() };
        let name = ids::resource_name(&id).to_owned();
        let mut made = self.subject(&id, name);
        made.detail = carried_role(self.rule, self.body)
            .or_else(|| self.text("requestParameters.role"))
            .or_else(|| self.text(self.rule.name_path))
            .unwrap_or_default();
        made
    }

    /// Anything else; one call may make several.
    pub(super) fn others(&self) -> Vec<Subject> {
        let ids = self.texts(self.rule.id_path);
        let mut found: Vec<Subject> = ids.into_iter().map(|id| self.other(id)).collect();
        if found.is_empty() {
            found.push(self.without_id());
        }
        // A key that is pushed to a machine opens it for a minute.
        let pushed = self.rule.source == "ec2-instance-connect.amazonaws.com";
        let expires = pushed.then(|| self.event.time() + Duration::minutes(1));
        let owner = named_user(self.event, self.body).filter(|_| self.rule.name_path.ends_with("userName"));
        let detail = match grantee_path(self.rule) {
            Some(path) => self.grantees(path),
            None => carried_role(self.rule, self.body).or_else(|| {
                let is_told = self.rule.makes() || self.rule.name_path.is_empty();
                (!is_told).then(|| self.text(self.rule.name_path)).flatten()
            }),
        };
        for subject in &mut found {
            subject.expires = expires;
            subject.owner.clone_from(&owner);
            subject.detail = detail.clone().unwrap_or_default();
        }
        found
    }

    /// Whom a call lets in, as far as they are of other accounts.
    fn grantees(&self, path: &str) -> Option<String> {
        let all = trust::grantees(self.body, path)?;
        let outside: Vec<String> = all.iter().filter_map(|one| one.outside(self.event.account())).collect();
        Some(outside.join(", "))
    }

    fn other(&self, id: String) -> Subject {
        let of_instance_profile = self.rule.kind == Kind::Other("instance_profile");
        let name = match self.rule.kind {
            Kind::Other("instance_profile") => self
                .text("requestParameters.instanceProfileName")
                .or_else(|| self.text("responseElements.instanceProfile.instanceProfileName")),
            _ => self.told_name(),
        };
        let name = name.unwrap_or_else(|| ids::resource_name(&id).to_owned());
        let id = if of_instance_profile {
            self.arn("instance-profile", &name)
        } else {
            id
        };
        self.subject(&id, name)
    }

    /// The name that a call gives to what it makes, where its rule leads to one and not to something else about it.
    fn told_name(&self) -> Option<String> {
        let path = self.rule.name_path;
        let member = path.rsplit('.').next().unwrap_or_default();
        let is_name = member.ends_with("ame") && !member.eq_ignore_ascii_case("userName") || member == "url";
        let of_another = [self.rule.life_path, self.rule.role_path]
            .iter()
            .any(|other| other.contains(path));
        (self.rule.makes() && is_name && !of_another)
            .then(|| self.text(path))
            .flatten()
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
