//! How far an identity could reach by what calls in the records put on it.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::{Basis, Holder, Reach, by_texts};
use crate::cloudtrail::json;
use crate::investigation::Evidence;
use crate::investigation::account::{QUARANTINE, policy_name};
use crate::investigation::policy::allow::Policies;

/// What a policy can be put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    User,
    Role,
    Group,
}

/// What a call put on somebody.
enum Put<'a> {
    /// The text of an inline policy.
    Text(Cow<'a, str>),
    /// A managed policy, by its ARN.
    Managed(Cow<'a, str>),
}

/// What the calls to IAM that succeeded wrote, by whom and what they were about: one pass over them, however many ask.
#[derive(Default)]
pub(super) struct Written<'a> {
    put: HashMap<(Place, Cow<'a, str>), Vec<Put<'a>>>,
    /// The groups that each user was put into.
    groups: HashMap<Cow<'a, str>, BTreeSet<Cow<'a, str>>>,
    /// The texts that each managed policy had.
    texts: HashMap<Cow<'a, str>, Vec<Cow<'a, str>>>,
}

impl<'a> Written<'a> {
    pub(super) fn of(evidence: &'a Evidence) -> Self {
        let mut written = Self::default();
        for (event, body) in evidence.lineage() {
            if event.outcome.succeeded() && &*event.source == "iam.amazonaws.com" {
                // A call that leaves out what it needs did not succeed: nothing is lost where it is passed over.
                let _ = written.note(event.base_name(), body);
            }
        }
        written
    }

    fn note(&mut self, call: &str, body: &'a Value) -> Option<()> {
        let asked = |member: &str| json::text(body.get("requestParameters")?, member).map(Cow::Borrowed);
        match call {
            "CreatePolicy" => {
                let arn = json::first(body, "responseElements.policy.arn")?;
                self.texts.entry(arn).or_default().push(asked("policyDocument")?);
            }
            "CreatePolicyVersion" => {
                let text = asked("policyDocument")?;
                self.texts.entry(asked("policyArn")?).or_default().push(text);
            }
            "AddUserToGroup" => {
                let group = asked("groupName")?;
                self.groups.entry(asked("userName")?).or_default().insert(group);
            }
            _ => {
                let (place, member) = match call {
                    "PutUserPolicy" | "AttachUserPolicy" => (Place::User, "userName"),
                    "PutRolePolicy" | "AttachRolePolicy" => (Place::Role, "roleName"),
                    "PutGroupPolicy" | "AttachGroupPolicy" => (Place::Group, "groupName"),
                    _ => return None,
                };
                let put = if call.starts_with("Put") {
                    Put::Text(asked("policyDocument")?)
                } else {
                    Put::Managed(asked("policyArn")?)
                };
                self.put.entry((place, asked(member)?)).or_default().push(put);
            }
        }
        Some(())
    }

    /// How far it could reach at the most while the records last: what was taken off again counts too. `None` where no record
    /// shows any policy of it.
    pub(super) fn reach(&self, holder: &Holder) -> Option<Reach> {
        let mut texts = Vec::new();
        let mut unsure = Vec::new();
        let (place, groups) = match holder {
            Holder::User(name) => (Place::User, self.groups.get(name.as_str())),
            Holder::Role(_) => (Place::Role, None),
        };
        let groups = || groups.into_iter().flatten();
        let places = groups().map(|group| (Place::Group, group.clone()));
        for place in std::iter::once((place, Cow::Borrowed(holder.name()))).chain(places) {
            for put in self.put.get(&place).into_iter().flatten() {
                match put {
                    Put::Text(text) => texts.push(&**text),
                    Put::Managed(arn) => {
                        let name = policy_name(arn);
                        if name.starts_with(QUARANTINE) {
                            continue;
                        }
                        let known = texts.len();
                        texts.extend(self.texts.get(arn).into_iter().flatten().map(|text| &**text));
                        texts.extend(of_aws(arn));
                        if texts.len() == known {
                            unsure.push(format!("{name} (its text is in no record)"));
                        }
                    }
                }
            }
        }
        unsure.extend(groups().map(|group| format!("what else group {group} allows")));
        if texts.is_empty() && unsure.is_empty() {
            return None;
        }
        let policies = Policies::read(texts.into_iter());
        Some(by_texts(Basis::Records, &policies, unsure))
    }
}

/// The text of the policies of AWS that attackers use most: everything, and everything but IAM.
fn of_aws(arn: &str) -> Option<&'static str> {
    match policy_name(arn) {
        _ if !arn.contains(":iam::aws:policy/") => None,
        "AdministratorAccess" => Some(r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#),
        "IAMFullAccess" => {
            Some(r#"{"Statement":{"Effect":"Allow","Action":["iam:*","organizations:Describe*"],"Resource":"*"}}"#)
        }
        "PowerUserAccess" => Some(
            r#"{"Statement":{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}}"#,
        ),
        _ => None,
    }
}
