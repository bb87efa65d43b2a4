//! Changing the account: what is planned, what is called, what is kept, what is undone; and that nothing is changed
//! without permission.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

#[path = "../support/mod.rs"]
mod support;

mod acts;
mod plan;
mod trust;
mod undo;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use keytrail::investigation::account::{KeyStatus, LastUse, Reply};
use keytrail::investigation::change::{About, Holder, Object, Parts, RoleParts, UserParts};
use support::incident::{at, role_arn, role_id, user_arn, user_id};

/// The moment of the response.
fn now() -> DateTime<Utc> {
    at(0) + TimeDelta::hours(2)
}

fn user(name: &str, keys: &[(&str, bool)]) -> Object {
    let status = |(id, active): &(&str, bool)| KeyStatus {
        id: (*id).to_owned(),
        active: *active,
        created: None,
    };
    let used = |(id, _): &(&str, bool)| {
        let used = LastUse {
            user: Some(name.to_owned()),
            at: Some(at(0)),
            service: "s3".to_owned(),
            region: "eu-west-1".to_owned(),
        };
        ((*id).to_owned(), Reply::Known(used))
    };
    let parts = UserParts {
        keys: Reply::Known(keys.iter().map(status).collect()),
        last_use: keys.iter().map(used).collect(),
        password: Reply::Absent("none".to_owned()),
        groups: Reply::Known(Vec::new()),
        mfa_devices: Reply::Known(Vec::new()),
        ssh_keys: Reply::Known(Vec::new()),
        certificates: Reply::Known(Vec::new()),
        service_credentials: Reply::Known(Vec::new()),
    };
    Object {
        holder: Holder::User(name.to_owned()),
        about: Reply::Known(about(&user_arn(name), &user_id(name))),
        attached: Reply::Known(Vec::new()),
        inline: Reply::Known(BTreeMap::new()),
        parts: Parts::User(Box::new(parts)),
    }
}

fn role(name: &str, trust: &str) -> Object {
    let parts = RoleParts {
        trust: Reply::Known(trust.to_owned()),
        profiles: Reply::Known(Vec::new()),
        last_used: None,
    };
    Object {
        holder: Holder::Role(name.to_owned()),
        about: Reply::Known(about(&role_arn(name), &role_id(name))),
        attached: Reply::Known(Vec::new()),
        inline: Reply::Known(BTreeMap::new()),
        parts: Parts::Role(Box::new(parts)),
    }
}

fn about(arn: &str, id: &str) -> About {
    About {
        arn: arn.to_owned(),
        id: id.to_owned(),
        created: None,
        boundary: None,
        tags: BTreeMap::new(),
    }
}

/// What only a user has, to be changed.
fn parts(object: &mut Object) -> &mut UserParts {
    match &mut object.parts {
        Parts::User(parts) => parts,
        Parts::Role(_) => panic!("a role"),
    }
}
