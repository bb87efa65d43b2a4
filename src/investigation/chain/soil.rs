//! The evidence, indexed by what growth asks for. Built once per derivation.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::lifeline::{LifeId, Lifelines, Name};
use super::subject::assumed_role;
use crate::catalogue::{self, Kind, Relation, Rule};
use crate::cloudtrail::{Event, EventKey, Identity, IdentityType, ids, json};
use crate::investigation::evidence::{Activity, Evidence};

/// The service that makes resources of a template for somebody.
const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";

/// A call that a rule knows, with its record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'e> {
    pub(super) event: &'e Event,
    pub(super) body: &'e Value,
    pub(super) rule: &'static Rule,
}

/// The indices.
#[derive(Debug)]
pub(super) struct Soil<'e> {
    pub(super) evidence: &'e Evidence,
    pub(super) lifelines: Lifelines,
    /// Calls by the key that signed them.
    pub(super) by_key: HashMap<&'e str, Vec<Call<'e>>>,
    /// Calls without a key, by the unique id of the caller and by the caller's ARN.
    pub(super) keyless: HashMap<&'e str, Vec<Call<'e>>>,
    /// Successful calls that return a session of a role, by the role's name.
    pub(super) role_sessions: HashMap<String, Vec<Call<'e>>>,
    /// Those made by services, by the name of the session.
    pub(super) service_sessions: HashMap<String, Vec<Call<'e>>>,
    /// Successful sign-ins of IAM users, by the user's unique id and by the user's ARN.
    pub(super) user_logins: HashMap<&'e str, Vec<Call<'e>>>,
    /// Successful sign-ins of IAM users, by the life of the password they used.
    pub(super) password_logins: HashMap<LifeId, Vec<Call<'e>>>,
    /// Successful sign-ins of role and federated sessions, by principal id.
    pub(super) session_logins: HashMap<&'e str, Vec<Call<'e>>>,
    /// Successful rewritings of a trust policy, by the role's name.
    pub(super) trust_edits: HashMap<String, Vec<Call<'e>>>,
    /// Switches of role, by the ARN switched from.
    pub(super) switches: HashMap<String, Vec<Call<'e>>>,
    /// Calls that name a node they belong to, by its kind and that name; see `joins.csv`.
    pub(super) joined: HashMap<(Kind, String), Vec<Call<'e>>>,
    /// Calls that CloudFormation made for somebody, by the unique id and the ARN of that somebody.
    pub(super) by_stack: HashMap<&'e str, Vec<Call<'e>>>,
    /// Accounts that were made, by the id of the request.
    pub(super) accounts_made: BTreeMap<String, String>,
    /// Principal ids (`AROA...:session`) of the sessions in use, by the name of the session.
    pub(super) session_users: HashMap<&'e str, BTreeSet<&'e str>>,
    /// Keys in use by a unique id, with no record of their making, and the identities they were used under; service-made
    /// calls left out.
    unminted: HashMap<&'e str, BTreeMap<&'e str, Vec<&'e Identity>>>,
    /// Those keys by the time their session began.
    sessions_begun: HashMap<&'e str, BTreeMap<DateTime<Utc>, BTreeSet<&'e str>>>,
    /// Who minted a key, earliest first.
    pub(super) mints: HashMap<String, BTreeSet<EventKey>>,
    /// Activity by key.
    pub(super) key_activity: HashMap<&'e str, Activity>,
    /// Activity by unique id of the user or role.
    pub(super) principal_activity: HashMap<&'e str, Activity>,
    /// Activity by ARN of the caller.
    pub(super) arn_activity: HashMap<&'e str, Activity>,
}

impl<'e> Soil<'e> {
    pub(super) fn prepare(evidence: &'e Evidence) -> Self {
        let mut soil = Self {
            evidence,
            lifelines: Lifelines::read(evidence),
            by_key: HashMap::new(),
            keyless: HashMap::new(),
            role_sessions: HashMap::new(),
            service_sessions: HashMap::new(),
            user_logins: HashMap::new(),
            password_logins: HashMap::new(),
            session_logins: HashMap::new(),
            trust_edits: HashMap::new(),
            switches: HashMap::new(),
            joined: HashMap::new(),
            by_stack: HashMap::new(),
            accounts_made: BTreeMap::new(),
            session_users: HashMap::new(),
            unminted: HashMap::new(),
            sessions_begun: HashMap::new(),
            mints: HashMap::new(),
            key_activity: HashMap::new(),
            principal_activity: HashMap::new(),
            arn_activity: HashMap::new(),
        };
        for (event, body) in evidence.lineage() {
            match catalogue::rule(&event.source, event.base_name()) {
                Some(rule) => soil.index(Call { event, body, rule }),
                None => soil.index_result(event, body),
            }
        }
        soil.index_callers();
        soil
    }

    fn index(&mut self, call: Call<'e>) {
        let Call { event, body, rule } = call;
        match (event.identity.access_key.as_deref(), event.identity.unique_id()) {
            (Some(key), _) => self.by_key.entry(key).or_default().push(call),
            (None, id) => {
                for id in [id, event.identity.arn.as_deref()].into_iter().flatten() {
                    self.keyless.entry(id).or_default().push(call);
                }
            }
        }
        if !event.outcome.succeeded() {
            return;
        }
        for join in catalogue::joins(&event.source, event.base_name()) {
            for name in json::path(body, join.path) {
                let named = (join.kind, name.into_owned());
                self.joined.entry(named).or_default().push(call);
            }
        }
        if event.identity.invoked_by.as_deref() == Some(CLOUDFORMATION) {
            let identity = &event.identity;
            for id in [identity.unique_id(), identity.arn.as_deref()].into_iter().flatten() {
                self.by_stack.entry(id).or_default().push(call);
            }
        }
        match (rule.kind, rule.relation) {
            (Kind::Session, Relation::MintsCredential) => {
                if let Some(role) = assumed_role(event, body) {
                    let name = ids::Arn::parse(&role)
                        .map_or(role.as_str(), |arn| arn.name())
                        .to_owned();
                    self.role_sessions.entry(name).or_default().push(call);
                }
                let session = json::first(body, "requestParameters.roleSessionName");
                if let Some(session) = session.filter(|_| event.identity.is_service()) {
                    self.service_sessions
                        .entry(session.into_owned())
                        .or_default()
                        .push(call);
                }
            }
            (Kind::Role, Relation::Change("trusts_external")) => {
                if let Some(role) = json::first(body, "requestParameters.roleName") {
                    self.trust_edits.entry(role.into_owned()).or_default().push(call);
                }
            }
            (Kind::ConsoleLogin, _) => self.index_login(call),
            (Kind::Other("console_session"), _) if rule.name == "SwitchRole" => {
                if let Some(from) = json::first(body, "additionalEventData.SwitchFrom") {
                    self.switches.entry(from.into_owned()).or_default().push(call);
                }
            }
            _ => {}
        }
        if rule.gives_key() && rule.relation != Relation::Change("reactivates") {
            for key in json::path(body, rule.id_path) {
                self.mints
                    .entry(key.into_owned())
                    .or_default()
                    .insert(event.key.clone());
            }
        }
    }

    /// Accounts are made in the background: the result names the request.
    fn index_result(&mut self, event: &'e Event, body: &'e Value) {
        let made = json::first(body, "serviceEventDetails.createAccountStatus.accountId");
        for join in catalogue::joins(&event.source, event.base_name()) {
            if let (Some(request), Some(made)) = (json::first(body, join.path), &made) {
                self.accounts_made
                    .insert(request.into_owned(), made.clone().into_owned());
            }
        }
    }

    fn index_login(&mut self, call: Call<'e>) {
        let identity = &call.event.identity;
        if identity.kind == IdentityType::IamUser {
            for id in [identity.unique_id(), identity.arn.as_deref()].into_iter().flatten() {
                self.user_logins.entry(id).or_default().push(call);
            }
            // A renamed user signs in under the new name: the life of the password tells, not the name.
            let name = |user| Name::new(Kind::LoginProfile, call.event.account(), "", user);
            let life = |user| self.lifelines.at(&name(user), call.event.time()).map(|(id, _)| id);
            if let Some(password) = identity.user_name.as_deref().and_then(life) {
                self.password_logins.entry(password).or_default().push(call);
            }
        } else if let Some(principal) = identity.principal_id.as_deref() {
            self.session_logins.entry(principal).or_default().push(call);
        }
    }

    /// The keys that `who` (unique id, principal id or ARN) used with no record of their making, each with an identity it was
    /// used under; only those of the console session that a sign-in opened, where one is given.
    pub(super) fn keys_in_use(&self, who: &str, sign_in: Option<DateTime<Utc>>) -> Vec<(&'e str, &'e Identity)> {
        let Some(in_use) = self.unminted.get(who) else {
            return Vec::new();
        };
        let Some(login) = sign_in else {
            let first = in_use.iter().filter_map(|(key, ids)| Some((*key, *ids.first()?)));
            return first.collect();
        };
        let opened = same_sign_in(login);
        let began = |i: &&&Identity| i.session_created.is_some_and(|begun| opened.contains(&begun));
        let sessions = self.sessions_begun.get(who).into_iter();
        let keys: BTreeSet<&str> = sessions
            .flat_map(|begun| begun.range(opened.clone()))
            .flat_map(|(_, keys)| keys.iter().copied())
            .collect();
        keys.into_iter()
            .filter_map(|key| Some((key, *in_use.get(key)?.iter().find(began)?)))
            .collect()
    }

    fn index_callers(&mut self) {
        // In an order of their own: which identity of a key is taken must not depend on how they are kept.
        let mut callers: Vec<_> = self.evidence.callers().collect();
        callers.sort_unstable_by_key(|(identity, _)| *identity);
        for (identity, activity) in callers {
            if let Some(id) = identity.unique_id() {
                self.principal_activity.entry(id).or_default().merge(activity);
            }
            if let Some(arn) = identity.arn.as_deref() {
                self.arn_activity.entry(arn).or_default().merge(activity);
            }
            let Some(key) = identity.access_key.as_deref() else {
                continue;
            };
            self.key_activity.entry(key).or_default().merge(activity);
            let principal = identity.principal_id.as_deref();
            if let Some((principal, (_, session))) = principal.and_then(|id| Some((id, id.split_once(':')?))) {
                self.session_users.entry(session).or_default().insert(principal);
            }
            // A forward access session is a service acting for somebody: its key is nobody's find (quirk Q10).
            if identity.invoked_by.is_some() || self.mints.contains_key(key) {
                continue;
            }
            for id in [
                identity.unique_id(),
                identity.principal_id.as_deref(),
                identity.arn.as_deref(),
                identity.sign_in_session.as_deref(),
            ]
            .into_iter()
            .flatten()
            .collect::<BTreeSet<_>>()
            {
                self.unminted
                    .entry(id)
                    .or_default()
                    .entry(key)
                    .or_default()
                    .push(identity);
                if let Some(begun) = identity.session_created {
                    let sessions = self.sessions_begun.entry(id).or_default();
                    sessions.entry(begun).or_default().insert(key);
                }
            }
        }
    }
}

/// When a session began that a sign-in at `login` opened. The record of a sign-in and the creation date of its session carry
/// the same second in every real record seen; some seconds of slack cost nothing.
pub(super) fn same_sign_in(login: DateTime<Utc>) -> RangeInclusive<DateTime<Utc>> {
    login - Duration::seconds(1)..=login + Duration::seconds(10)
}
