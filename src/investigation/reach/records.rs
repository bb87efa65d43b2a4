//! How far an identity could reach by what calls in the records put on it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Basis, Holder, Reach, by_texts};
use crate::cloudtrail::json;
use crate::investigation::Evidence;
use crate::investigation::account::{QUARANTINE, policy_name};
use crate::investigation::policy::allow::Policies;

/// The calls to IAM that succeeded.
pub(super) struct Calls<'a>(Vec<(&'a str, &'a Value)>);

impl<'a> Calls<'a> {
    pub(super) fn of(evidence: &'a Evidence) -> Self {
        let succeeded = evidence
            .lineage()
            .filter(|(event, _)| event.outcome.succeeded() && &*event.source == "iam.amazonaws.com");
        Self(succeeded.map(|(event, body)| (event.base_name(), body)).collect())
    }

    /// How far it could reach at the most while the records last: what was taken off again counts too. `None` where no record
    /// shows any policy of it.
    pub(super) fn reach(&self, holder: &Holder) -> Option<Reach> {
        let mut texts = Vec::new();
        let mut unsure = Vec::new();
        let groups = self.groups(holder);
        for (name, body) in &self.0 {
            if !holder.is_meant(name, body) && !is_of_group(name, body, &groups) {
                continue;
            }
            match *name {
                "PutUserPolicy" | "PutRolePolicy" | "PutGroupPolicy" => texts.extend(request(body, "policyDocument")),
                "AttachUserPolicy" | "AttachRolePolicy" | "AttachGroupPolicy" => {
                    let Some(arn) = request(body, "policyArn") else {
                        continue;
                    };
                    let name = policy_name(&arn);
                    if name.starts_with(QUARANTINE) {
                        continue;
                    }
                    let found = self.written(&arn);
                    if found.is_empty() {
                        unsure.push(format!("{name} (its text is in no record)"));
                    }
                    texts.extend(found);
                }
                _ => {}
            }
        }
        unsure.extend(groups.iter().map(|group| format!("what else group {group} allows")));
        if texts.is_empty() && unsure.is_empty() {
            return None;
        }
        let policies = Policies::read(texts.iter().map(String::as_str));
        Some(by_texts(Basis::Records, &policies, unsure))
    }

    /// The groups that a user was put into.
    fn groups(&self, holder: &Holder) -> BTreeSet<String> {
        let calls = self
            .0
            .iter()
            .filter(|(name, body)| *name == "AddUserToGroup" && holder.is_meant(name, body));
        calls.filter_map(|(_, body)| request(body, "groupName")).collect()
    }

    /// The texts that a managed policy had: those of AWS are known where attackers use them most.
    fn written(&self, arn: &str) -> Vec<String> {
        let own = self.0.iter().filter(|(name, body)| match *name {
            "CreatePolicy" => json::first(body, "responseElements.policy.arn").as_deref() == Some(arn),
            "CreatePolicyVersion" => request(body, "policyArn").as_deref() == Some(arn),
            _ => false,
        });
        let own = own.filter_map(|(_, body)| request(body, "policyDocument"));
        own.chain(of_aws(arn)).collect()
    }
}

impl Holder {
    /// Whether a call to IAM is about it.
    fn is_meant(&self, call: &str, body: &Value) -> bool {
        let member = match self {
            Self::User(_) if call.contains("User") => "userName",
            Self::Role(_) if call.contains("Role") => "roleName",
            _ => return false,
        };
        request(body, member).as_deref() == Some(self.name())
    }
}

fn is_of_group(call: &str, body: &Value, groups: &BTreeSet<String>) -> bool {
    let is_policy = matches!(call, "PutGroupPolicy" | "AttachGroupPolicy");
    is_policy && request(body, "groupName").is_some_and(|group| groups.contains(&group))
}

fn request(body: &Value, member: &str) -> Option<String> {
    let text = body.get("requestParameters")?.get(member)?;
    text.as_str().map(str::to_owned)
}

/// The text of the policies of AWS that attackers use most: everything, and everything but IAM.
fn of_aws(arn: &str) -> Option<String> {
    let statement = match policy_name(arn) {
        _ if !arn.contains(":iam::aws:policy/") => return None,
        "AdministratorAccess" => r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
        "IAMFullAccess" => r#"{"Effect":"Allow","Action":["iam:*","organizations:Describe*"],"Resource":"*"}"#,
        "PowerUserAccess" => r#"{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}"#,
        _ => return None,
    };
    Some(format!(r#"{{"Statement":[{statement}]}}"#))
}
