//! A story and what AWS says of it, in a few words.

use std::collections::BTreeMap;

use crate::support::incident::*;
use chrono::{DateTime, Utc};
use keytrail::investigation::account::{
    AboutUser, AccountSeen, Caller as Responder, KeyAccount, KeySeen, KeyStatus, LastUse, Reply, UserSeen,
};
use keytrail::investigation::fact::{Answered, Asked, ItemMarked, ItemState, Judged, PassEnded, Verdict};
use keytrail::investigation::live::{LiveRole, LiveSeen, LiveUser, Made};
use keytrail::investigation::{Fact, Investigation, What};
use keytrail::playbook::{self, Names, Playbook, Standing, Standings, State};
use serde_json::json;

pub(crate) const CHILD: &str = "AKIAZZCHILD000000002";
pub(crate) const TEMP: &str = "ASIAZZTEMP0000000005";
pub(crate) const NEWER: &str = "AKIAZZNEWER000000003";

/// The investigation and the moment it is looked at.
pub(crate) struct Story {
    pub(crate) investigation: Investigation,
    pub(crate) now: DateTime<Utc>,
}

impl Story {
    /// These calls, read to the end from files.
    pub(crate) fn of(calls: &[Call]) -> Self {
        Self {
            investigation: investigate(calls),
            now: at(1800),
        }
        .then(0, ended(true))
    }

    /// Something becomes known, so many seconds after the start.
    pub(crate) fn then(mut self, seconds: i64, what: What) -> Self {
        self.investigation.apply(&Fact { at: at(seconds), what });
        self.investigation.settle();
        self
    }

    pub(crate) fn mark(self, seconds: i64, state: ItemState) -> Self {
        let mark = ItemMarked {
            item: "A-1".to_owned(),
            state,
            note: "a note".to_owned(),
            by: "alex".to_owned(),
        };
        self.then(seconds, What::ItemMarked(mark))
    }

    pub(crate) fn judge(self, subject: &str, verdict: Verdict) -> Self {
        let judged = Judged {
            subject: subject.to_owned(),
            verdict,
            by: "alex".to_owned(),
        };
        self.then(900, What::Judged(judged))
    }

    /// Where an item with these fields stands.
    pub(crate) fn standing(&self, fields: &str) -> Standing {
        let playbook = playbook_of(fields);
        let names = Names::of(&self.investigation, self.now);
        let standings = Standings::of(&playbook, &self.investigation, &names, self.now);
        standings.get("A-1").unwrap().clone()
    }

    /// An output is pasted for an item with these fields, the first whose command holds a text.
    pub(crate) fn paste(self, seconds: i64, fields: &str, command: &str, output: &str) -> Self {
        let playbook = playbook_of(fields);
        let names = Names::of(&self.investigation, self.now);
        let asks = playbook::asks(playbook.items().next().unwrap(), &names);
        let ask = asks
            .iter()
            .find(|ask| ask.command.contains(command))
            .expect("asked for");
        let pasted = ask.take(output, "alex").expect("taken");
        self.then(seconds, What::Pasted(pasted))
    }

    pub(crate) fn is(&self, fields: &str, state: State, says: &str) {
        let standing = self.standing(fields);
        assert_eq!(standing.state, state, "{standing:#?}");
        let said = format!("{} {}", standing.why, standing.unverified);
        assert!(said.contains(says), "no `{says}` in {standing:#?}");
    }
}

/// A playbook with an item of these fields.
pub(crate) fn playbook_of(fields: &str) -> Playbook {
    let text = format!(
        "format = 'keytrail-playbook/1'\nid = 'own'\ntitle = ''\ndescription = ''\n[[step]]\nnumber = 1\ntitle = ''\n\
         intro = ''\n[[step.item]]\nid = 'A-1'\ntitle = ''\nwhy = ''\ntime_box = '30 min'\n{fields}\n"
    );
    playbook::parse(&text).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

pub(crate) fn ended(fixed_point: bool) -> What {
    What::PassEnded(PassEnded {
        fixed_point,
        cut_short: None,
    })
}

pub(crate) fn denied<T>() -> Reply<T> {
    Reply::Denied("not authorized".to_owned())
}

pub(crate) fn absent<T>() -> Reply<T> {
    Reply::Absent("cannot be found".to_owned())
}

pub(crate) fn status(id: &str, active: bool, made: i64) -> KeyStatus {
    KeyStatus {
        id: id.to_owned(),
        active,
        created: Some(at(made)),
    }
}

/// A user as IAM has it now.
pub(crate) fn live_user(name: &str, keys: Reply<Vec<KeyStatus>>, password: Reply<DateTime<Utc>>) -> LiveUser {
    LiveUser {
        name: name.to_owned(),
        renamed_from: None,
        about: Reply::Known(Made {
            id: user_id(name),
            created: at(10),
        }),
        keys: Some(keys),
        password: Some(password),
        denied_all: Some(Reply::Known(false)),
        denied_before: Some(absent()),
        held: BTreeMap::new(),
    }
}

pub(crate) fn live(users: Vec<LiveUser>, roles: Vec<LiveRole>) -> What {
    let keys = [SEED, CHILD].map(|key| (key.to_owned(), denied::<LastUse>()));
    What::Live(LiveSeen {
        account: Reply::Known(ACCOUNT.to_owned()),
        keys: BTreeMap::from(keys),
        users,
        roles,
    })
}

pub(crate) fn gone(name: &str) -> LiveUser {
    LiveUser {
        about: absent(),
        ..live_user(name, absent(), absent())
    }
}

pub(crate) fn door(about: Reply<Made>, denied_before: Reply<DateTime<Utc>>) -> LiveRole {
    LiveRole {
        name: "door".to_owned(),
        about,
        denied_before: Some(denied_before),
        held: BTreeMap::new(),
    }
}

pub(crate) fn the_door() -> Reply<Made> {
    Reply::Known(Made {
        id: role_id("door"),
        created: at(5),
    })
}

/// What AWS says of the responder and of the seed, whose user carries these policies.
pub(crate) fn account(caller_arn: &str, account: Reply<KeyAccount>, attached: Reply<Vec<String>>) -> AccountSeen {
    let user = UserSeen {
        name: "app".to_owned(),
        about: Reply::Known(AboutUser {
            arn: user_arn("app"),
            id: user_id("app"),
            created: at(-1000),
            boundary: None,
        }),
        keys: Reply::Known(vec![status(SEED, true, -1000)]),
        attached,
        inline: Reply::Known(Vec::new()),
        groups: Reply::Known(Vec::new()),
        permissions: None,
    };
    AccountSeen {
        caller: Reply::Known(Responder {
            arn: caller_arn.to_owned(),
            account: ACCOUNT.to_owned(),
            key: None,
            attached: None,
        }),
        keys: vec![KeySeen {
            key: SEED.to_owned(),
            account,
            last_use: Some(denied()),
            user: Some(user),
        }],
    }
}

pub(crate) fn told(id: &str) -> Reply<KeyAccount> {
    Reply::Known(KeyAccount {
        id: id.to_owned(),
        told_by_aws: true,
    })
}

/// What AWS says to a responder of its own.
pub(crate) fn seen(account_of_key: Reply<KeyAccount>, attached: &[&str]) -> What {
    let attached = attached
        .iter()
        .map(|name| format!("arn:aws:iam::aws:policy/{name}"))
        .collect();
    What::Account(account(&user_arn("alex"), account_of_key, Reply::Known(attached)))
}

/// A region's history, asked for the first hour or so, and what came of it.
pub(crate) fn history(region: &str, answer: Answered) -> [What; 2] {
    let asked = |answer| {
        What::Asked(Asked {
            account: None,
            region: region.to_owned(),
            question: format!("AccessKeyId={SEED}"),
            answer,
        })
    };
    let begun = Answered::Begun {
        from: at(0).timestamp(),
        until: at(4000).timestamp(),
    };
    [asked(begun), asked(answer)]
}

pub(crate) fn whole() -> Answered {
    Answered::Page {
        events: 1,
        unreadable: 0,
        part: Some((at(0).timestamp(), at(4000).timestamp())),
    }
}

pub(crate) fn with_history(story: Story, region: &str, answer: Answered) -> Story {
    history(region, answer)
        .into_iter()
        .fold(story, |story, what| story.then(1, what))
}

/// A user with a key.
pub(crate) fn child() -> Vec<Call> {
    vec![
        use_of(&seed(), 1),
        create_user(&seed(), 10, "mallory"),
        create_key(&seed(), 20, "mallory", CHILD),
    ]
}

pub(crate) fn admin() -> Caller {
    user("admin", "AKIAADMIN00000000001")
}

pub(crate) fn switch(seconds: i64, key: &str, status: &str) -> Call {
    call(&admin(), seconds, "iam", "UpdateAccessKey")
        .request(json!({"userName": "mallory", "accessKeyId": key, "status": status}))
}

pub(crate) const INACTIVE: &str = "for_each = 'other_key'\ncheck = 'inactive'";
