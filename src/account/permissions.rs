//! What a user may do: the texts of its policies, of its groups' and of its boundary, and what AWS's simulator says.

use futures_util::future::join_all;

use super::client::{Client, Of};
use super::reply::reply;
use crate::investigation::account::{Permissions, PolicyText, Reply, Simulated, UserSeen};
use crate::investigation::reach::telling_actions;

/// So many actions are asked about at once.
const AT_ONCE: usize = 50;

impl Client {
    /// What a user may do. Its lists are known already.
    pub(super) async fn permissions(&self, user: &UserSeen) -> Permissions {
        let groups = || user.groups.known().into_iter().flatten();
        let managed = |lists: Vec<&Reply<Vec<String>>>| -> Vec<String> {
            lists.into_iter().filter_map(Reply::known).flatten().cloned().collect()
        };
        let attached = managed(
            std::iter::once(&user.attached)
                .chain(groups().map(|g| &g.attached))
                .collect(),
        );
        let boundary = user.about.known().and_then(|about| about.boundary.clone());
        let inline = user.inline.known().into_iter().flatten();
        let (managed, bound, own, of_groups, simulated) = tokio::join!(
            join_all(attached.into_iter().map(|arn| self.managed(arn, false))),
            join_all(boundary.into_iter().map(|arn| self.managed(arn, true))),
            join_all(inline.map(|policy| self.own(&user.name, policy))),
            join_all(groups().map(|group| self.inline_of_group(&group.name))),
            async {
                match &user.about {
                    Reply::Known(about) => self.simulated(&about.arn).await,
                    _ => Reply::Failed("the ARN of the user is not known".to_owned()),
                }
            },
        );
        let texts = managed.into_iter().chain(bound).chain(own);
        Permissions {
            texts: texts.chain(of_groups.into_iter().flatten()).collect(),
            simulated,
        }
    }

    async fn managed(&self, arn: String, is_boundary: bool) -> PolicyText {
        let text = match self.version_in_force(&arn).await {
            Reply::Known(version) => self.policy_text(&arn, &version).await,
            unknown => unknown,
        };
        PolicyText {
            name: arn,
            is_boundary,
            text,
        }
    }

    /// Which version of a managed policy is in force.
    pub(super) async fn version_in_force(&self, arn: &str) -> Reply<String> {
        let about = reply(self.iam.get_policy().policy_arn(arn).send().await);
        about.and_then(
            |answer| match answer.policy.and_then(|policy| policy.default_version_id) {
                Some(version) => Reply::Known(version),
                None => Reply::Failed("the answer names no version".to_owned()),
            },
        )
    }

    /// The text of a version of a managed policy.
    pub(super) async fn policy_text(&self, arn: &str, version: &str) -> Reply<String> {
        let asked = self.iam.get_policy_version().policy_arn(arn).version_id(version);
        let answer = reply(asked.send().await);
        answer.and_then(
            |answer| match answer.policy_version.and_then(|version| version.document) {
                Some(text) => Reply::Known(text),
                None => Reply::Failed("the answer has no text".to_owned()),
            },
        )
    }

    /// The names of a group's inline policies.
    pub(super) async fn inline_names(&self, group: &str) -> Reply<Vec<String>> {
        let pages = self.iam.list_group_policies().group_name(group).into_paginator();
        reply(pages.items().send().try_collect().await)
    }

    /// The text of an inline policy of a group.
    pub(super) async fn text_of_group(&self, group: &str, policy: &str) -> Reply<String> {
        let asked = self.iam.get_group_policy().group_name(group).policy_name(policy);
        reply(asked.send().await).map(|answer| answer.policy_document)
    }

    async fn own(&self, user: &str, policy: &str) -> PolicyText {
        PolicyText {
            name: policy.to_owned(),
            is_boundary: false,
            text: self.inline_policy(Of::User, user, policy).await,
        }
    }

    async fn inline_of_group(&self, group: &str) -> Vec<PolicyText> {
        let names = self.inline_names(group).await;
        let text = async |name: String| PolicyText {
            text: self.text_of_group(group, &name).await,
            name,
            is_boundary: false,
        };
        match names {
            Reply::Known(names) => join_all(names.into_iter().map(text)).await,
            // That there may be some is not known: it limits what is estimated.
            unknown => vec![PolicyText {
                name: format!("inline policies of group {group}"),
                is_boundary: false,
                text: unknown.map(|_| String::new()),
            }],
        }
    }

    /// What AWS's simulator says of the actions that tell most.
    pub(super) async fn simulated(&self, arn: &str) -> Reply<Vec<Simulated>> {
        let actions: Vec<&str> = telling_actions().into_iter().collect();
        let mut answers = Vec::new();
        for some in actions.chunks(AT_ONCE) {
            let names = some.iter().map(|action| (*action).to_owned()).collect();
            let asked = self
                .iam
                .simulate_principal_policy()
                .policy_source_arn(arn)
                .set_action_names(Some(names));
            let pages = asked
                .max_items(i32::try_from(AT_ONCE).unwrap_or(1))
                .into_paginator()
                .items();
            let part: Reply<Vec<_>> = reply(pages.send().try_collect().await);
            match part {
                Reply::Known(part) => answers.extend(part.into_iter().map(|result| Simulated {
                    is_allowed: result.eval_decision.as_str() == "allowed",
                    action: result.eval_action_name,
                })),
                unknown => return unknown.map(|_| Vec::new()),
            }
        }
        Reply::Known(answers)
    }
}
