//! The plan of a large incident: who does what with which key, and what the chain must then hold.
//!
//! It decides, writes the records (`records.rs`) and the right answer. It uses nothing of the program.

use serde_json::{Value, json};

use super::records::{self, Actor, Place, Scribe};

pub(crate) const SEED: &str = "AKIAZZGENERATED00001";
const HOME: &str = "111122223333";
const AWAY: &str = "444455556666";
const FAR: &str = "555566667777";
/// The accounts of the organization: a hop leads from each into the next.
pub(crate) const ACCOUNTS: [&str; 3] = [HOME, AWAY, FAR];
const OUTSIDE: &str = "777788889999";
const REGIONS: [&str; 12] = [
    "us-east-1",
    "us-west-2",
    "ca-central-1",
    "eu-west-1",
    "eu-central-1",
    "eu-north-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-northeast-1",
    "sa-east-1",
    "af-south-1",
    "me-south-1",
];
/// Names are few, so that the same ones come up in both accounts, in many regions, and again after a deletion.
const NAMES: [&str; 4] = ["backup", "deploy", "ops", "report"];
/// Keys do something down to this depth: below it are only those they make.
const DEPTH: usize = 5;
/// Holders that act, at most.
const ACTING: usize = 150;

/// A key that the attacker holds.
struct Holder {
    actor: Actor,
    depth: usize,
    /// Whether core links alone lead to it.
    core: bool,
}

/// What must come out.
#[derive(Default)]
pub(crate) struct Answer {
    /// `kind link id < parent`, and ` ended` where it was deleted.
    pub(crate) nodes: Vec<String>,
    pub(crate) attempts: Vec<String>,
    /// Events signed with the seed or with a key that core links alone lead to.
    pub(crate) core_events: u64,
    pub(crate) deepest: usize,
}

/// A small generator of numbers, the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn region(&mut self) -> &'static str {
        REGIONS[self.roll(REGIONS.len())]
    }
}

pub(crate) struct Plan {
    pub(crate) answer: Answer,
    scribe: Scribe,
    dice: Dice,
    waiting: Vec<Holder>,
    /// Users of the chain: account, name, the line of the node; some are deleted in the end.
    users: Vec<(String, String, usize)>,
    number: usize,
}

impl Plan {
    /// Makes the plan and carries it out. Returns the records and the right answer.
    pub(crate) fn carried_out(seed: u64) -> (Vec<Value>, Answer) {
        let mut plan = Self::new(seed);
        let mut acted = 0;
        while !plan.waiting.is_empty() && acted < ACTING {
            // Anybody of those who wait: some deep, some shallow.
            let next = plan.dice.roll(plan.waiting.len());
            let holder = plan.waiting.swap_remove(next);
            plan.act(&holder);
            acted += 1;
        }
        plan.clean_up();
        plan.written()
    }

    /// A small one: through all accounts and back into the first, with a user and a key made in each.
    pub(crate) fn round_trip() -> (Vec<Value>, Answer) {
        let mut plan = Self::new(1);
        for _ in 0..=ACCOUNTS.len() {
            // The session of the last hop.
            let holder = plan.waiting.pop().unwrap();
            plan.user_with_key(&holder);
            plan.stranger();
            plan.hop(&holder);
        }
        for holder in std::mem::take(&mut plan.waiting) {
            plan.read(&holder);
        }
        plan.written()
    }

    fn new(seed: u64) -> Self {
        Self {
            answer: Answer::default(),
            scribe: Scribe::default(),
            dice: Dice(seed),
            waiting: vec![Holder {
                actor: Actor::user(HOME, "app", "AIDAZZGENERATEDAPP01", SEED),
                depth: 0,
                core: true,
            }],
            users: Vec::new(),
            number: 0,
        }
    }

    fn written(mut self) -> (Vec<Value>, Answer) {
        self.answer.nodes.sort();
        self.answer.attempts.sort();
        (self.scribe.records, self.answer)
    }

    fn act(&mut self, holder: &Holder) {
        self.answer.deepest = self.answer.deepest.max(holder.depth);
        self.read(holder);
        if holder.depth >= DEPTH {
            return;
        }
        // The first does everything, so that every kind of thing happens.
        let turns: Vec<usize> = if holder.depth == 0 {
            (0..9).collect()
        } else {
            (0..3).map(|_| self.dice.roll(9)).collect()
        };
        for turn in turns {
            match turn {
                0 => self.user_with_key(holder),
                1 => self.user_with_password(holder),
                2 => self.role(holder),
                3 => self.machine(holder),
                4 => self.function(holder),
                5 => self.hop(holder),
                6 => self.policy_on_existing(holder),
                7 => self.opened_role(holder),
                _ => self.secret_and_failure(holder),
            }
            self.stranger();
        }
    }

    fn fresh(&mut self) -> usize {
        self.number += 1;
        self.number
    }

    fn name(&mut self) -> String {
        let round = self.fresh() / 8;
        format!("{}-{round}-{}", NAMES[self.dice.roll(NAMES.len())], self.number % 8)
    }

    fn node(&mut self, kind: &str, link: &str, id: &str, parent: &str) {
        self.answer.nodes.push(format!("{kind} {link} {id} < {parent}"));
    }

    fn wait(&mut self, actor: Actor, holder: &Holder, core: bool) {
        self.waiting.push(Holder {
            actor,
            depth: holder.depth + 1,
            core: core && holder.core,
        });
    }

    /// A call signed with a holder's key.
    fn call(&mut self, holder: &Holder, region: &str, call: &str, request: Value, answer: Value) -> String {
        self.answer.core_events += u64::from(holder.core);
        let place = Place {
            account: &holder.actor.account,
            region,
        };
        self.scribe.write(&holder.actor.identity, place, call, request, answer)
    }

    fn read(&mut self, holder: &Holder) {
        let region = self.dice.region();
        self.call(holder, region, "ec2 DescribeInstances", Value::Null, Value::Null);
    }

    fn made_user(&mut self, holder: &Holder) -> (String, String, String) {
        let (account, name, n) = (holder.actor.account.clone(), self.name(), self.fresh());
        let (arn, id) = (records::user_arn(&account, &name), format!("AIDAZZGENERATED{n:05}"));
        let answer = json!({"user": {"userName": name, "userId": id, "arn": arn}});
        self.call(holder, "us-east-1", "iam CreateUser", json!({"userName": name}), answer);
        self.node("user", "created", &arn, holder.actor.key());
        self.users.push((account, name.clone(), self.answer.nodes.len() - 1));
        (name, id, arn)
    }

    fn user_with_key(&mut self, holder: &Holder) {
        let (name, id, arn) = self.made_user(holder);
        let policy = "arn:aws:iam::aws:policy/AdministratorAccess";
        let attach = json!({"userName": name, "policyArn": policy});
        self.call(holder, "us-east-1", "iam AttachUserPolicy", attach, Value::Null);
        self.node("policy", "attached", policy, &arn);
        let key = format!("AKIAZZGENERATED{:05}", self.fresh());
        let answer = json!({"accessKey": {"userName": name, "accessKeyId": key, "status": "Active"}});
        self.call(
            holder,
            "us-east-1",
            "iam CreateAccessKey",
            json!({"userName": name}),
            answer,
        );
        self.node("access_key", "minted", &key, holder.actor.key());
        self.wait(Actor::user(&holder.actor.account, &name, &id, &key), holder, true);
    }

    /// A password, a sign-in with it, and the many keys that the console uses.
    fn user_with_password(&mut self, holder: &Holder) {
        let (name, id, _) = self.made_user(holder);
        let account = holder.actor.account.clone();
        let answer = json!({"loginProfile": {"userName": name}});
        self.call(
            holder,
            "us-east-1",
            "iam CreateLoginProfile",
            json!({"userName": name}),
            answer,
        );
        let profile = format!("{account}:{name}@{}", self.scribe.last());
        self.node("login_profile", "created", &profile, holder.actor.key());
        let user = Actor::user(&account, &name, &id, "");
        let (region, home) = (self.dice.region(), account.clone());
        let place = Place { account: &home, region };
        let success = json!({"ConsoleLogin": "Success"});
        let login = self
            .scribe
            .write(&user.identity, place, "signin ConsoleLogin", Value::Null, success);
        self.node("console_login", "console_login", &login, &profile);
        let begun = self.scribe.last();
        for n in 0..2 + self.dice.roll(3) {
            let key = format!("ASIAZZGENERATED{:05}", self.fresh());
            let actor = Actor::user(&account, &name, &id, &key).since(&begun);
            self.node("session", "used_by_created_user", &key, &profile);
            let opened = Holder {
                actor,
                depth: holder.depth + 1,
                core: holder.core,
            };
            if n == 0 {
                self.act(&opened);
            } else {
                self.read(&opened);
            }
        }
    }

    fn session_of(&mut self, account: &str, role: &str, role_id: &str, session: &str) -> (Actor, Value, Value) {
        let key = format!("ASIAZZGENERATED{:05}", self.fresh());
        let actor = Actor::session(account, (role, role_id), session, &key);
        let request = json!({"roleArn": records::role_arn(account, role), "roleSessionName": session});
        let answer = json!({"credentials": {"accessKeyId": key}, "assumedRoleUser": {"assumedRoleId": format!("{role_id}:{session}")}});
        (actor, request, answer)
    }

    /// A role of its own: a service takes it, and so does the holder.
    fn role(&mut self, holder: &Holder) {
        let (account, name, n) = (holder.actor.account.clone(), self.name(), self.fresh());
        let (arn, id) = (records::role_arn(&account, &name), format!("AROAZZGENERATED{n:05}"));
        let answer = json!({"role": {"roleName": name, "roleId": id, "arn": arn}});
        self.call(holder, "us-east-1", "iam CreateRole", json!({"roleName": name}), answer);
        self.node("role", "created", &arn, holder.actor.key());
        let region = self.dice.region();
        let (actor, request, answer) = self.session_of(&account, &name, &id, "i-service");
        let place = Place {
            account: &account,
            region,
        };
        let ec2 = records::service("ec2.amazonaws.com");
        self.scribe.write(&ec2, place, "sts AssumeRole", request, answer);
        self.node("session", "role_session", actor.key(), &arn);
        self.wait(actor, holder, true);
        let (actor, request, answer) = self.session_of(&account, &name, &id, "own");
        self.call(holder, region, "sts AssumeRole", request, answer);
        self.node("session", "minted", actor.key(), holder.actor.key());
        self.wait(actor, holder, true);
    }

    /// A machine with a profile that was there, and the session it gets.
    fn machine(&mut self, holder: &Holder) {
        let (account, region) = (holder.actor.account.clone(), self.dice.region());
        let id = format!("i-{:017x}", self.fresh());
        let answer = json!({"instancesSet": {"items": [{"instanceId": id}]}});
        let request = json!({"iamInstanceProfile": {"name": "web"}});
        self.call(holder, region, "ec2 RunInstances", request, answer);
        self.node("ec2_instance", "carries_role", &id, holder.actor.key());
        let (actor, request, answer) = self.session_of(&account, "web", "AROAZZEXISTINGWEB001", &id);
        let place = Place {
            account: &account,
            region,
        };
        let ec2 = records::service("ec2.amazonaws.com");
        self.scribe.write(&ec2, place, "sts AssumeRole", request, answer);
        self.node("session", "carries_role", actor.key(), &id);
        self.wait(actor, holder, false);
    }

    /// Functions of the same few names, in many regions: each session belongs to the one of its region.
    fn function(&mut self, holder: &Holder) {
        let (account, name) = (holder.actor.account.clone(), NAMES[self.dice.roll(NAMES.len())]);
        let region = REGIONS[self.fresh() % REGIONS.len()];
        let arn = format!("arn:aws:lambda:{region}:{account}:function:{name}");
        if self.answer.nodes.iter().any(|node| node.contains(&arn)) {
            return;
        }
        let role = records::role_arn(&account, "worker");
        let answer = json!({"functionName": name, "functionArn": arn, "role": role});
        let request = json!({"functionName": name, "role": role});
        self.call(holder, region, "lambda CreateFunction20150331", request, answer);
        self.node("lambda_function", "carries_role", &arn, holder.actor.key());
        let (actor, request, answer) = self.session_of(&account, "worker", "AROAZZEXISTINGWORKER", name);
        let place = Place {
            account: &account,
            region,
        };
        let lambda = records::service("lambda.amazonaws.com");
        self.scribe.write(&lambda, place, "sts AssumeRole", request, answer);
        self.node("session", "carries_role", actor.key(), &arn);
        self.wait(actor, holder, false);
    }

    /// Into the next account: both accounts log the call, only the caller's shows the key.
    fn hop(&mut self, holder: &Holder) {
        let at = ACCOUNTS.iter().position(|account| *account == holder.actor.account);
        let target = ACCOUNTS[(at.unwrap() + 1) % ACCOUNTS.len()];
        let region = self.dice.region();
        let (actor, request, answer) = self.session_of(target, "partner", "AROAZZEXISTINGPARTNE", "hop");
        let own = self.call(holder, region, "sts AssumeRole", request.clone(), answer.clone());
        let keyless = json!({"type": "AWSAccount", "principalId": "AIDAZZSOMEBODY", "accountId": holder.actor.account});
        let place = Place {
            account: target,
            region,
        };
        self.scribe
            .write_again(&keyless, place, "sts AssumeRole", request, answer);
        assert!(!own.is_empty());
        self.node("session", "minted", actor.key(), holder.actor.key());
        self.wait(actor, holder, true);
    }

    /// A policy on a user that was there: changed, and never made.
    fn policy_on_existing(&mut self, holder: &Holder) {
        let name = format!("honest-{}", self.fresh());
        let (arn, policy) = (
            records::user_arn(&holder.actor.account, &name),
            "arn:aws:iam::aws:policy/PowerUserAccess",
        );
        for _ in 0..2 {
            let attach = json!({"userName": name, "policyArn": policy});
            self.call(holder, "us-east-1", "iam AttachUserPolicy", attach, Value::Null);
            self.node("policy", "attached", policy, &arn);
        }
        self.node("user", "changed", &arn, holder.actor.key());
    }

    /// A role that was there, opened to an outside account, which comes in.
    fn opened_role(&mut self, holder: &Holder) {
        let (account, region) = (holder.actor.account.clone(), self.dice.region());
        let name = format!("audit-{}", self.fresh());
        let arn = records::role_arn(&account, &name);
        let trust = json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": OUTSIDE}}]}).to_string();
        let request = json!({"roleName": name, "policyDocument": trust});
        self.call(holder, "us-east-1", "iam UpdateAssumeRolePolicy", request, Value::Null);
        self.node("role", "changed", &arn, holder.actor.key());
        self.node("aws_account", "trusts", OUTSIDE, &arn);
        let (actor, request, answer) = self.session_of(&account, &name, "AROAZZEXISTINGAUDIT0", "guest");
        let guest = json!({"type": "AWSAccount", "principalId": "AIDAZZGUEST", "accountId": OUTSIDE});
        let place = Place {
            account: &account,
            region,
        };
        self.scribe.write(&guest, place, "sts AssumeRole", request, answer);
        self.node("session", "let_in", actor.key(), &arn);
        self.wait(actor, holder, false);
    }

    fn secret_and_failure(&mut self, holder: &Holder) {
        let (id, region) = (format!("prod/{}", self.fresh()), self.dice.region());
        for _ in 0..3 {
            self.call(
                holder,
                region,
                "secretsmanager GetSecretValue",
                json!({"secretId": id}),
                Value::Null,
            );
        }
        self.node("secret", "exposed", &id, holder.actor.key());
        let denied = self.call(holder, "us-east-1", "iam CreateUser", Value::Null, Value::Null);
        self.scribe.deny_last();
        self.answer.attempts.push(denied);
    }

    /// Somebody else's business, under the same names.
    fn stranger(&mut self) {
        let (n, region) = (self.fresh(), self.dice.region());
        let account = [HOME, AWAY, OUTSIDE][n % 3];
        let name = NAMES[self.dice.roll(NAMES.len())];
        let admin = Actor::user(account, "admin", "AIDAZZSTRANGERADMIN1", "AKIAZZSTRANGER000001");
        let place = || Place { account, region };
        let user = json!({"user": {"userName": name, "userId": format!("AIDAZZSTRANGER{n:06}"), "arn": records::user_arn(OUTSIDE, name)}});
        self.scribe.write(
            &admin.identity,
            Place {
                account: OUTSIDE,
                region: "us-east-1",
            },
            "iam CreateUser",
            json!({"userName": name}),
            user,
        );
        let (_, request, answer) = self.session_of(account, "worker", "AROAZZEXISTINGWORKER", "other-function");
        let lambda = records::service("lambda.amazonaws.com");
        self.scribe.write(&lambda, place(), "sts AssumeRole", request, answer);
        self.scribe.write(
            &admin.identity,
            place(),
            "secretsmanager GetSecretValue",
            json!({"secretId": name}),
            Value::Null,
        );
    }

    /// Some users are deleted, and some of their names used again, by the responder and by the attacker.
    fn clean_up(&mut self) {
        let seed = Holder {
            actor: Actor::user(HOME, "app", "AIDAZZGENERATEDAPP01", SEED),
            depth: 0,
            core: true,
        };
        let users = std::mem::take(&mut self.users);
        for (n, (account, name, line)) in users.into_iter().enumerate() {
            if n % 2 == 0 {
                continue;
            }
            let admin = Actor::user(&account, "admin", "AIDAZZSTRANGERADMIN1", "AKIAZZSTRANGER000001");
            let place = || Place {
                account: &account,
                region: "us-east-1",
            };
            let request = || json!({"userName": name});
            self.scribe
                .write(&admin.identity, place(), "iam DeleteUser", request(), Value::Null);
            self.answer.nodes[line].push_str(" ended");
            let arn = records::user_arn(&account, &name);
            let made =
                |n: usize| json!({"user": {"userName": name, "userId": format!("AIDAZZAGAINAGAIN{n:05}"), "arn": arn}});
            match n % 6 {
                1 => {
                    let again = made(self.fresh());
                    self.scribe
                        .write(&admin.identity, place(), "iam CreateUser", request(), again);
                }
                3 if account == HOME => {
                    let again = made(self.fresh());
                    self.call(&seed, "us-east-1", "iam CreateUser", request(), again);
                    self.node("user", "created", &arn, SEED);
                }
                _ => {}
            }
        }
    }
}
