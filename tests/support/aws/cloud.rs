//! The account behind the wire: checks a request in the order AWS does, and answers it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, TimeDelta, Utc};
use hyper::body::Bytes;
use hyper::http::request::Parts;
use serde_json::{Value, json};

use super::answer::{self, Failure, Outcome, Written};
use super::caller::{Caller, Denial, authorize};
use super::fault::{self, Fault, Kind};
use super::history::History;
use super::log::{Entry, Log};
use super::lookup::{Circumstances, lookup};
use super::pace::{Allowance, Clock, latency};
use super::region::{Named, describe_regions, list_regions};
use super::request::{Request, header};
use super::signature::{Signature, signed_at};
use super::state::Identities;
use super::{iam, sts};

/// How far a signature's time may be from the server's.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// What does not change while the server runs.
#[derive(Debug)]
pub struct Settings {
    pub regions: Vec<Named>,
    pub denials: Vec<Denial>,
    pub seed: u64,
    /// How far the server's clock is ahead.
    pub clock_ahead: TimeDelta,
    pub retention: TimeDelta,
    pub token_lifetime: f64,
    /// Region, fingerprint and base64 text of the keys with which CloudTrail signs.
    pub public_keys: Vec<[String; 3]>,
}

/// What does.
#[derive(Debug)]
pub struct State {
    pub identities: Identities,
    pub history: History,
    pub log: Log,
    pub faults: Vec<Fault>,
    pub allowance: Allowance,
    /// How many calls each key may still make before it expires.
    pub calls_left: BTreeMap<String, u64>,
    /// Latencies drawn in each region.
    pub drawn: HashMap<String, u64>,
}

/// The account.
#[derive(Debug)]
pub struct Cloud {
    pub clock: Clock,
    pub settings: Settings,
    /// Other accounts of the organization behind the same port.
    pub members: Vec<Arc<Cloud>>,
    state: Mutex<State>,
}

/// What to send, and what goes wrong on the wire.
#[derive(Debug)]
pub struct Reply {
    pub written: Written,
    pub fault: Option<Kind>,
}

/// A request that may be answered, and how.
struct Admitted {
    caller: Caller,
    fault: Option<Kind>,
    latency: f64,
}

impl Cloud {
    pub fn new(settings: Settings, state: State, speed: f64, members: Vec<Arc<Self>>) -> Self {
        Self {
            clock: Clock::start(speed),
            settings,
            members,
            state: Mutex::new(state),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        // A test that failed while it looked at the log must not fail the server.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What the server's `Date` header says.
    pub fn date(&self) -> DateTime<Utc> {
        Utc::now() + self.settings.clock_ahead
    }

    /// Checks, waits, answers, and writes it all down.
    pub async fn reply(&self, parts: &Parts, body: &Bytes) -> Reply {
        let signature = Signature::read(parts);
        let request = Request::read(parts, body, signature.as_ref());
        let token = header(parts, "x-amz-security-token");
        if !self.knows(&request.key, token)
            && let Some(member) = self.members.iter().find(|member| member.knows(&request.key, token))
        {
            return Box::pin(member.reply(parts, body)).await;
        }
        let (number, admitted) = {
            let state = &mut *self.state();
            let number = state.log.0.len();
            let admitted = self.admit(state, &request, signature.as_ref(), parts, body);
            let mut entry = Entry::new(&request, self.clock.now());
            if let Ok(admitted) = &admitted {
                entry.latency = admitted.latency;
                entry.fault = admitted.fault.map(|kind| format!("{kind:?}"));
            }
            state.log.0.push(entry);
            (number, admitted)
        };
        if let Ok(admitted) = &admitted {
            self.clock.sleep(admitted.latency).await;
            if admitted.fault == Some(Kind::Hang) {
                std::future::pending::<()>().await;
            }
        }
        let mut state = self.state();
        let fault = admitted.as_ref().ok().and_then(|admitted| admitted.fault);
        let outcome = admitted.and_then(|admitted| self.answer(&mut state, &admitted, &request));
        let request_id = format!("00000000-0000-4000-9000-{number:012}");
        let written = answer::write(&request, &outcome, &request_id);
        if fault != Some(Kind::Reset) {
            state.log.0[number].answer(&request, &outcome, &written, self.clock.now());
        }
        Reply { written, fault }
    }

    /// Whether the key is one of this account.
    fn knows(&self, key: &str, token: Option<&str>) -> bool {
        self.state().identities.caller(key, token).is_some()
    }

    /// The other account that a role is of.
    fn member(&self, role: &str) -> Option<&Arc<Self>> {
        let account = role.split(':').nth(4)?;
        self.members
            .iter()
            .find(|member| member.state().identities.account == account)
    }

    /// Somebody of another account assumes a role of this one.
    fn let_in(&self, caller: &Caller, request: &Request, key: &str) -> Outcome {
        let identities = &mut self.state().identities;
        authorize(identities, &self.settings.denials, caller, request)?;
        sts::assume_role(identities, caller, request, key)
    }

    fn admit(
        &self,
        state: &mut State,
        request: &Request,
        signature: Option<&Signature>,
        parts: &Parts,
        body: &Bytes,
    ) -> Result<Admitted, Failure> {
        let signature = signature.ok_or(Failure::NotSigned)?;
        let token = header(parts, "x-amz-security-token");
        let region = self.settings.regions.iter().find(|(name, _)| *name == request.region);
        let region = region.filter(|(_, region)| region.enabled);
        let (_, region) = region.ok_or(Failure::UnknownCredentials)?;
        let caller = state.identities.caller(&request.key, token);
        let caller = caller.ok_or(Failure::UnknownCredentials)?;
        self.check_time(parts)?;
        if !signature.is_of(super::SECRET, parts, body) {
            let message = "The request signature we calculated does not match the signature you provided. \
                           Check your AWS Secret Access Key and signing method.";
            return Err(Failure::WrongSignature(message.to_owned()));
        }
        if let Some(left) = state.calls_left.get_mut(&request.key) {
            *left = left.checked_sub(1).ok_or(Failure::ExpiredCredentials)?;
        }
        let fault = fault::struck(&mut state.faults, request, self.settings.seed);
        match fault {
            Some(Kind::Throttled) => return Err(Failure::Throttled),
            Some(Kind::Internal) => return Err(Failure::Internal),
            Some(Kind::Unavailable) => return Err(Failure::Unavailable),
            _ => {}
        }
        authorize(&state.identities, &self.settings.denials, &caller, request)?;
        let mut drawn = 0.0;
        if request.action == "LookupEvents" {
            if !state.allowance.take(&request.region, self.clock.now()) {
                return Err(Failure::Throttled);
            }
            let count = state.drawn.entry(request.region.clone()).or_default();
            drawn = latency(self.settings.seed, &request.region, *count, region.latency_mean);
            *count += 1;
        }
        Ok(Admitted {
            caller,
            fault,
            latency: drawn,
        })
    }

    fn check_time(&self, parts: &Parts) -> Result<(), Failure> {
        let (now, signed) = (self.date(), signed_at(parts).ok_or(Failure::NotSigned)?);
        let stamp = |time: DateTime<Utc>| time.format("%Y%m%dT%H%M%SZ").to_string();
        let (ours, theirs) = (stamp(now), stamp(signed));
        let message = if signed < now - SKEW {
            let limit = stamp(now - SKEW);
            format!("Signature expired: {theirs} is now earlier than {limit} ({ours} - 5 min.)")
        } else if signed > now + SKEW {
            let limit = stamp(now + SKEW);
            format!("Signature not yet current: {theirs} is still later than {limit} ({ours} + 5 min.)")
        } else {
            return Ok(());
        };
        Err(Failure::WrongSignature(message))
    }

    fn answer(&self, state: &mut State, admitted: &Admitted, request: &Request) -> Outcome {
        let regions = &self.settings.regions;
        match (request.service.as_str(), request.action.as_str()) {
            ("cloudtrail", "LookupEvents") => {
                let around = Circumstances {
                    now: self.clock.now(),
                    today: self.date(),
                    retention: self.settings.retention,
                    token_lifetime: self.settings.token_lifetime,
                    fault: admitted.fault,
                };
                lookup(&state.history, request, around)
            }
            ("cloudtrail", "ListPublicKeys") => Ok(list_public_keys(&self.settings.public_keys, &request.region)),
            ("sts", "AssumeRole") => {
                let key = state.identities.new_id("ASIA");
                match self.member(request.text("RoleArn").unwrap_or_default()) {
                    Some(member) => member.let_in(&admitted.caller, request, &key),
                    None => sts::assume_role(&mut state.identities, &admitted.caller, request, &key),
                }
            }
            ("sts", _) => sts::answer(&mut state.identities, &admitted.caller, request),
            ("iam", _) => iam::answer(&mut state.identities, &admitted.caller, request),
            ("account", "ListRegions") => Ok(list_regions(regions, request)),
            ("ec2", "DescribeRegions") => Ok(describe_regions(regions, request)),
            (_, other) => Err(Failure::UnknownAction(other.to_owned())),
        }
    }
}

/// The keys of a region, whatever time is asked for.
fn list_public_keys(keys: &[[String; 3]], region: &str) -> Value {
    let here = keys.iter().filter(|[of, ..]| of == region);
    let listed = here.map(|[_, fingerprint, value]| json!({"Fingerprint": fingerprint, "Value": value}));
    json!({"PublicKeyList": listed.collect::<Vec<_>>()})
}
