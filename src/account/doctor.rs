//! Can an investigation run from here? Each thing it needs, tried by itself.

use aws_config::SdkConfig;
use chrono::TimeDelta;

use super::caller;
use super::client::{Client, Of};
use super::policy::{LIST_REGIONS, LOOKUP_EVENTS, gives};
use crate::cloudtrail::ids;
use crate::investigation::account::{Caller, Reply, quarantine};

/// A name that nobody has: who may ask hears that it does not exist, who may not is denied.
const NOBODY: &str = "keytrail-doctor-asks-for-nobody";
/// AWS refuses what is signed by a clock that is off by more.
const TOLERATED: TimeDelta = TimeDelta::minutes(5);

/// Whether something that is needed is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is.
    Ok,
    /// It is not.
    Missing,
    /// It could not be told.
    Unknown,
}

impl State {
    /// The word in the list.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
        }
    }
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Whether it is there.
    pub state: State,
    /// What was tried.
    pub name: String,
    /// What that means.
    pub means: String,
    /// What AWS said, where it did not just answer.
    pub why: Option<String>,
}

impl Check {
    fn new(state: State, name: impl Into<String>, means: impl Into<String>) -> Self {
        Self {
            state,
            name: name.into(),
            means: means.into(),
            why: None,
        }
    }

    fn because(mut self, why: &str) -> Self {
        self.why = Some(why.to_owned());
        self
    }
}

/// Everything that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkup {
    /// In the order they were tried.
    pub checks: Vec<Check>,
    /// Credentials work, and event history answers in the home region.
    pub can_run: bool,
}

/// Tries everything. With regions, event history is tried there; else in the home region and in one other.
pub async fn check(config: &SdkConfig, regions: &[String]) -> Checkup {
    let client = Client::new(config);
    let asked = client.caller().await;
    let mut checks = vec![credentials(&asked), clock(client.seen().ahead)];
    let Reply::Known(caller) = asked else {
        return Checkup { checks, can_run: false };
    };
    let listed = client.regions().await;
    checks.push(region_list(&listed));
    let home = client.home();
    let mut can_run = false;
    for (at, region) in to_try(home, regions, listed.known()).iter().enumerate() {
        let check = event_history(region, region == home, &client.event_history(region).await);
        let answers = check.state == State::Ok;
        // Without the home region there is no chain. Where it was left out on purpose, one that answers is enough.
        can_run = if region == home {
            answers
        } else {
            can_run || (at == 0 && answers)
        };
        checks.push(check);
    }
    checks.extend(identities(&client, &caller).await);
    Checkup { checks, can_run }
}

fn credentials(asked: &Reply<Caller>) -> Check {
    match asked {
        Reply::Known(caller) => {
            let key = caller.key.as_deref().unwrap_or("a key");
            Check::new(
                State::Ok,
                "credentials",
                format!("you are {} in account {}, by {key}", caller.arn, caller.account),
            )
        }
        Reply::Denied(why) | Reply::Absent(why) | Reply::Failed(why) => Check::new(
            State::Missing,
            "credentials",
            "nothing can be asked: sign in (`aws sso login`), name a profile (--profile), or set AWS_ACCESS_KEY_ID",
        )
        .because(why),
    }
}

fn clock(ahead: Option<TimeDelta>) -> Check {
    let name = "right time";
    let Some(ahead) = ahead else {
        return Check::new(
            State::Unknown,
            name,
            "AWS did not answer, so the clock could not be compared",
        );
    };
    let off = ahead.abs();
    if off <= TOLERATED {
        return Check::new(State::Ok, name, "this machine's clock agrees with AWS's");
    }
    let way = if ahead > TimeDelta::zero() {
        "behind"
    } else {
        "ahead of"
    };
    let said = format!(
        "this machine's clock is {} minutes {way} AWS's: set it, AWS refuses calls that are off by more than 5",
        off.num_minutes()
    );
    Check::new(State::Missing, name, said)
}

fn region_list(listed: &Reply<Vec<String>>) -> Check {
    match listed {
        Reply::Known(regions) => Check::new(State::Ok, LIST_REGIONS, format!("{} regions are on", regions.len())),
        unknown => permission(
            LIST_REGIONS,
            unknown,
            "every known region is tried instead: slower, but nothing is lost",
        ),
    }
}

/// The regions whose event history is tried, the most important first.
fn to_try(home: &str, named: &[String], listed: Option<&Vec<String>>) -> Vec<String> {
    if !named.is_empty() {
        return named.to_vec();
    }
    let other = listed.and_then(|regions| regions.iter().find(|region| *region != home));
    [home.to_owned()].into_iter().chain(other.cloned()).collect()
}

fn event_history(region: &str, is_home: bool, asked: &Reply<()>) -> Check {
    let without = if is_home {
        "IAM's calls are logged here: without them there is no chain"
    } else {
        "what happened in this region stays unknown"
    };
    let mut check = permission(LOOKUP_EVENTS, asked, without);
    check.name = format!("{LOOKUP_EVENTS} in {region}");
    if let Reply::Failed(why) = asked
        && why.starts_with("UnrecognizedClientException")
    {
        "the region is not switched on in this account, or a service control policy closes it"
            .clone_into(&mut check.means);
    }
    check
}

/// STS and IAM, one call after the other.
async fn identities(client: &Client, caller: &Caller) -> Vec<Check> {
    let key = caller.key.as_deref().unwrap_or_default();
    let mut checks = Vec::new();
    let without = "accounts can only be decoded from the key id, where it is a newer one";
    checks.push(permission(
        "sts:GetAccessKeyInfo",
        &client.account_of(key).await,
        without,
    ));
    checks.push(last_used(client, key).await);
    let attached = client
        .attached_to_user(caller::user_name(caller).unwrap_or(NOBODY))
        .await;
    let quarantine = attached.known().and_then(|attached| quarantine(attached));
    if let Some(policy) = quarantine {
        let means = "AWS put you in quarantine, and denies you event history: use another user or role";
        checks.push(Check::new(State::Missing, "no quarantine", means).because(&format!("you carry {policy}")));
    }
    let partition = ids::Arn::parse(&caller.arn).map_or("aws", |arn| arn.partition);
    let policy = format!("arn:{partition}:iam::aws:policy/ReadOnlyAccess");
    let nobody = format!("arn:{partition}:iam::{}:user/{NOBODY}", caller.account);
    let not_known = "what it gives stays unknown; the investigation runs all the same";
    let probes = [
        ("iam:ListAccessKeys", client.keys_of(NOBODY).await.map(drop)),
        ("iam:GetUser", client.about(NOBODY).await.map(drop)),
        ("iam:ListAttachedUserPolicies", attached.clone().map(drop)),
        ("iam:ListUserPolicies", client.inline_of_user(NOBODY).await.map(drop)),
        ("iam:ListGroupsForUser", client.groups_of(NOBODY).await.map(drop)),
        (
            "iam:ListAttachedGroupPolicies",
            client.attached_to_group(NOBODY).await.map(drop),
        ),
        ("iam:GetLoginProfile", client.password(NOBODY).await.map(drop)),
        ("iam:GetRole", client.made(Of::Role, NOBODY).await.map(drop)),
        (
            "iam:GetUserPolicy",
            client.inline_policy(Of::User, NOBODY, NOBODY).await.map(drop),
        ),
        (
            "iam:GetRolePolicy",
            client.inline_policy(Of::Role, NOBODY, NOBODY).await.map(drop),
        ),
        (
            "iam:ListAttachedRolePolicies",
            client.attached_to_role(NOBODY).await.map(drop),
        ),
        ("iam:ListRolePolicies", client.inline_of_role(NOBODY).await.map(drop)),
        ("iam:ListMFADevices", client.mfa_devices(NOBODY).await.map(drop)),
        ("iam:ListSSHPublicKeys", client.ssh_keys(NOBODY).await.map(drop)),
        (
            "iam:ListSigningCertificates",
            client.certificates(NOBODY).await.map(drop),
        ),
        (
            "iam:ListServiceSpecificCredentials",
            client.service_credentials(NOBODY).await.map(drop),
        ),
        ("iam:ListGroupPolicies", client.inline_names(NOBODY).await.map(drop)),
        (
            "iam:GetGroupPolicy",
            client.text_of_group(NOBODY, NOBODY).await.map(drop),
        ),
        ("iam:GetPolicy", client.version_in_force(&policy).await.map(drop)),
        (
            "iam:GetPolicyVersion",
            client.policy_text(&policy, "v1").await.map(drop),
        ),
        ("iam:SimulatePrincipalPolicy", client.simulated(&nobody).await.map(drop)),
    ];
    checks.extend(probes.map(|(action, asked)| permission(action, &asked, not_known)));
    checks
}

/// AWS denies this call for keys that IAM does not list, too: a session's own key tells nothing.
async fn last_used(client: &Client, key: &str) -> Check {
    let action = "iam:GetAccessKeyLastUsed";
    let asked = client.last_use(key).await;
    let check = permission(action, &asked, "the owner is known from the key's calls only");
    if check.state == State::Missing && (ids::is_temporary(key) || key.is_empty()) {
        let means = "cannot be told with a temporary key: AWS denies it for any key that IAM does not list";
        return Check::new(State::Unknown, action, means);
    }
    check
}

/// A permission, by what came of a call that needs it.
fn permission<T>(action: &str, asked: &Reply<T>, without: &str) -> Check {
    match asked {
        Reply::Known(_) | Reply::Absent(_) => Check::new(State::Ok, action, gives(action)),
        Reply::Denied(why) => Check::new(State::Missing, action, format!("{}: {without}", gives(action))).because(why),
        Reply::Failed(why) => Check::new(State::Unknown, action, format!("{}: {without}", gives(action))).because(why),
    }
}
