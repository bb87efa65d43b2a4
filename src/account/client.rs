//! The edge: one method a call of the SDK. Each gives what AWS answered, or why it did not.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_iam::primitives::DateTime as AwsDateTime;
use chrono::{DateTime, Utc};
use futures_util::future::join_all;

use super::regions;
use super::reply::reply;
use super::witness::{Seen, Witness};
use crate::investigation::account::{AboutUser, Caller, GroupSeen, LastUse, Reply, UserSeen};
use crate::investigation::live::Made;

/// STS and IAM answer within a second. What they know is not worth waiting for much longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whom a call is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    User,
    Role,
}

/// Asks STS, IAM, CloudTrail and Account.
pub(super) struct Client {
    config: SdkConfig,
    home: &'static str,
    witness: Witness,
    sts: aws_sdk_sts::Client,
    pub(super) iam: aws_sdk_iam::Client,
}

impl Client {
    pub(super) fn new(config: &SdkConfig) -> Self {
        let home = regions::home(config);
        let region = config.region().cloned().unwrap_or_else(|| Region::from_static(home));
        let witness = Witness::default();
        let timeouts = TimeoutConfig::builder().operation_timeout(PATIENCE).build();
        let sts = aws_sdk_sts::config::Builder::from(config)
            .region(region)
            .timeout_config(timeouts.clone())
            .interceptor(witness.clone());
        let iam = aws_sdk_iam::config::Builder::from(config)
            .region(Region::from_static(home))
            .timeout_config(timeouts);
        Self {
            config: config.clone(),
            home,
            witness,
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            iam: aws_sdk_iam::Client::from_conf(iam.build()),
        }
    }

    /// The home region of IAM.
    pub(super) fn home(&self) -> &'static str {
        self.home
    }

    /// What the calls to STS showed.
    pub(super) fn seen(&self) -> Seen {
        self.witness.seen()
    }

    pub(super) async fn caller(&self) -> Reply<Caller> {
        let answer = reply(self.sts.get_caller_identity().send().await);
        answer.map(|answer| Caller {
            arn: answer.arn.unwrap_or_default(),
            account: answer.account.unwrap_or_default(),
            key: self.seen().key,
            attached: None,
        })
    }

    /// The account of any key, whoever's it is.
    pub(super) async fn account_of(&self, key: &str) -> Reply<String> {
        let answer = self.sts.get_access_key_info().access_key_id(key).send().await;
        reply(answer).map(|answer| answer.account.unwrap_or_default())
    }

    pub(super) async fn last_use(&self, key: &str) -> Reply<LastUse> {
        let answer = self.iam.get_access_key_last_used().access_key_id(key).send().await;
        reply(answer).map(|answer| {
            let used = answer.access_key_last_used;
            LastUse {
                user: answer.user_name.filter(|name| !name.is_empty()),
                at: used.as_ref().and_then(|used| used.last_used_date).and_then(moment),
                service: used.as_ref().map(|used| used.service_name.clone()).unwrap_or_default(),
                region: used.map(|used| used.region).unwrap_or_default(),
            }
        })
    }

    /// Everything about a user, asked at once.
    pub(super) async fn user(&self, name: &str) -> UserSeen {
        let (about, keys, attached, inline, groups) = tokio::join!(
            self.about(name),
            self.keys_of(name),
            self.attached_to_user(name),
            self.inline_of_user(name),
            self.groups_of(name),
        );
        let groups = match groups {
            Reply::Known(names) => Reply::Known(join_all(names.into_iter().map(|name| self.group(name))).await),
            unknown => unknown.map(|_| Vec::new()),
        };
        let seen = UserSeen {
            name: name.to_owned(),
            about,
            keys,
            attached,
            inline,
            groups,
            permissions: None,
        };
        UserSeen {
            permissions: Some(self.permissions(&seen).await),
            ..seen
        }
    }

    pub(super) async fn about(&self, name: &str) -> Reply<AboutUser> {
        let answer = reply(self.iam.get_user().user_name(name).send().await);
        answer.and_then(
            |answer| match answer.user.map(|user| (moment(user.create_date), user)) {
                Some((Some(created), user)) => Reply::Known(AboutUser {
                    arn: user.arn,
                    id: user.user_id,
                    created,
                    boundary: user.permissions_boundary.and_then(|b| b.permissions_boundary_arn),
                }),
                _ => Reply::Failed("the answer names no user".to_owned()),
            },
        )
    }

    /// Which user or role of a name there is.
    pub(super) async fn made(&self, of: Of, name: &str) -> Reply<Made> {
        match of {
            Of::User => self.about(name).await.map(|user| Made {
                id: user.id,
                created: user.created,
            }),
            Of::Role => self.role(name).await.map(|(made, _)| made),
        }
    }

    /// Which role of a name there is, and its trust policy.
    pub(super) async fn role(&self, name: &str) -> Reply<(Made, String)> {
        let answer = reply(self.iam.get_role().role_name(name).send().await);
        let role = answer.map(|answer| answer.role);
        role.and_then(|role| {
            match role.map(|role| (moment(role.create_date), role.role_id, role.assume_role_policy_document)) {
                Some((Some(created), id, trust)) => Reply::Known((Made { id, created }, trust.unwrap_or_default())),
                _ => Reply::Failed("the answer names no role".to_owned()),
            }
        })
    }

    /// When the console password of a user was made.
    pub(super) async fn password(&self, user: &str) -> Reply<DateTime<Utc>> {
        let answer = reply(self.iam.get_login_profile().user_name(user).send().await);
        answer.and_then(
            |answer| match answer.login_profile.and_then(|profile| moment(profile.create_date)) {
                Some(created) => Reply::Known(created),
                None => Reply::Failed("the answer names no password".to_owned()),
            },
        )
    }

    /// The document of an inline policy.
    pub(super) async fn inline_policy(&self, of: Of, name: &str, policy: &str) -> Reply<String> {
        match of {
            Of::User => {
                let asked = self.iam.get_user_policy().user_name(name).policy_name(policy);
                reply(asked.send().await).map(|answer| answer.policy_document)
            }
            Of::Role => {
                let asked = self.iam.get_role_policy().role_name(name).policy_name(policy);
                reply(asked.send().await).map(|answer| answer.policy_document)
            }
        }
    }

    async fn group(&self, name: String) -> GroupSeen {
        GroupSeen {
            attached: self.attached_to_group(&name).await,
            name,
        }
    }

    /// The regions that are on.
    pub(super) async fn regions(&self) -> Reply<Vec<String>> {
        regions::enabled(&self.config).await
    }

    /// Whether event history answers in a region.
    pub(super) async fn event_history(&self, region: &str) -> Reply<()> {
        let config = aws_sdk_cloudtrail::config::Builder::from(&self.config).region(Region::new(region.to_owned()));
        let client = aws_sdk_cloudtrail::Client::from_conf(config.build());
        reply(client.lookup_events().max_results(1).send().await).map(drop)
    }
}

pub(super) fn moment(time: AwsDateTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time.secs(), time.subsec_nanos())
}
