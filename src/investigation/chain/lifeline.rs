//! Which incarnation of a name existed when.
//!
//! Users, roles and passwords are known by names that can be used again: a deletion ends only what existed then. A name's
//! history is replayed in order of time; inside one second the order of records means nothing (quirk Q23), so there the
//! only order that makes sense is taken: a creation needs a free name, everything else needs a taken one.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::subject::{listed, named_user, subjects};
use super::{Ended, KnownBy, trust};
use crate::catalogue::{self, Effect, Kind, Relation};
use crate::cloudtrail::{Event, EventKey, ids, json};
use crate::investigation::Evidence;

/// One incarnation.
#[derive(Debug, Clone, Default)]
pub(super) struct Life {
    /// The event that made it; `None` for what existed before the records begin.
    pub(super) created: Option<EventKey>,
    /// How it ended.
    pub(super) ended: Option<Ended>,
    /// For passwords: every event that set it, earliest first.
    set: Vec<Setting>,
}

/// An event that set a password.
#[derive(Debug, Clone)]
struct Setting {
    key: EventKey,
    /// Whether it took the password before it (`ChangePassword`): whoever knew that one knows this one.
    by_holder: bool,
}

impl Life {
    /// Whether the password that `set_by` set still opened the door at a time: it was not taken away, and nobody set
    /// another without knowing it.
    pub(super) fn password_holds(&self, set_by: &EventKey, time: DateTime<Utc>) -> bool {
        let mut settings = self.set.iter().skip_while(|s| s.key != *set_by);
        settings.next().is_some_and(|s| s.key.time <= time)
            && settings.all(|s| s.by_holder || s.key.time > time)
            && self.ended.as_ref().is_none_or(|end| time <= end.time)
    }
}

/// A name during one stretch of time.
#[derive(Debug, Clone)]
struct Span {
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    life: usize,
}

/// Which life, among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct LifeId(usize);

/// The lives of every name in the evidence.
#[derive(Debug, Default)]
pub(super) struct Lifelines {
    lives: Vec<Life>,
    spans: HashMap<Name, Vec<Span>>,
    by_event: HashMap<(EventKey, Kind), usize>,
}

/// A name in its scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Name {
    kind: Kind,
    /// The account, and the region and service where others may use the same name. Empty for what is unique by itself.
    place: String,
    text: String,
}

impl Name {
    /// The name of something of a kind in an account and a region. Key ids and ARNs of IAM are unique by themselves,
    /// whatever account a publisher's masking left in the record (quirk Q37). IAM tells names apart without regard to
    /// case.
    pub(super) fn new(kind: Kind, account: &str, region: &str, name: &str) -> Self {
        let of_iam = matches!(kind, Kind::User | Kind::Role | Kind::LoginProfile)
            || matches!(kind, Kind::Other("group" | "instance_profile"));
        let place = match kind {
            _ if of_iam => account.to_owned(),
            Kind::AccessKey | Kind::Session | Kind::ConsoleLogin => String::new(),
            _ if region.is_empty() => String::new(),
            _ => format!("{account} {region}"),
        };
        let text = if of_iam {
            name.to_ascii_lowercase()
        } else if place.is_empty() {
            name.to_owned()
        } else {
            ids::resource_name(name).to_owned()
        };
        Self { kind, place, text }
    }

    /// The name of something that a call is about.
    pub(super) fn in_event(kind: Kind, event: &Event, account: &str, name: &str) -> Self {
        // What IAM gives an id or ARN is the same in all regions.
        let is_global = matches!(event.service(), "iam" | "sts" | "signin" | "organizations");
        let mut found = Self::new(kind, account, if is_global { "" } else { &event.region }, name);
        // A bucket and a repository may bear one name.
        if matches!(kind, Kind::Other("resource_policy" | "api_key" | "secret")) {
            found.place.push_str(event.service());
        }
        found
    }
}

/// The values of several paths, joined by `+` as the paths are; `None` where one leads nowhere.
pub(super) fn together(body: &serde_json::Value, paths: &str) -> Option<String> {
    let values = paths.split('+').map(|path| {
        let value = json::first(body, path)?;
        let decoded = value.contains("%3A").then(|| trust::percent_decode(&value)).flatten();
        Some(decoded.unwrap_or_else(|| value.into_owned()))
    });
    Some(values.collect::<Option<Vec<_>>>()?.join("+"))
}

enum Step {
    Create,
    /// Made, unless it is there already.
    Bind,
    Set {
        by_holder: bool,
    },
    End {
        by: String,
    },
    Rename {
        to: Name,
    },
}

struct Moment {
    key: EventKey,
    name: Name,
    step: Step,
}

impl Lifelines {
    /// Replays every call in the evidence that makes, renames or ends something.
    pub(super) fn read(evidence: &Evidence) -> Self {
        let mut by_time: BTreeMap<DateTime<Utc>, Vec<Moment>> = BTreeMap::new();
        for (event, body) in evidence.lineage().filter(|(e, _)| e.outcome.succeeded()) {
            for moment in moments(event, body) {
                by_time.entry(event.time()).or_default().push(moment);
            }
        }
        let mut lines = Self::default();
        for (_, mut pending) in by_time {
            while !pending.is_empty() {
                let next = pending.iter().position(|m| lines.fits(m)).unwrap_or(0);
                lines.apply(pending.remove(next));
            }
        }
        lines
    }

    fn fits(&self, moment: &Moment) -> bool {
        let taken = self.open(&moment.name).is_some();
        match moment.step {
            Step::Create => !taken,
            Step::Bind => true,
            _ => taken,
        }
    }

    fn open(&self, name: &Name) -> Option<usize> {
        self.spans
            .get(name)?
            .last()
            .filter(|s| s.until.is_none())
            .map(|s| s.life)
    }

    fn close(&mut self, name: &Name, at: DateTime<Utc>) {
        if let Some(span) = self.spans.get_mut(name).and_then(|s| s.last_mut()) {
            span.until = Some(at);
        }
    }

    fn begin(&mut self, name: Name, from: Option<DateTime<Utc>>, life: Life) -> usize {
        self.lives.push(life);
        let life = self.lives.len() - 1;
        self.spans.entry(name).or_default().push(Span {
            from,
            until: None,
            life,
        });
        life
    }

    /// The life that holds a name now; one that began before the records, if none is known.
    fn open_or_unseen(&mut self, name: &Name) -> usize {
        match self.open(name) {
            Some(life) => life,
            None => self.begin(name.clone(), None, Life::default()),
        }
    }

    fn apply(&mut self, moment: Moment) {
        let Moment { key, name, step } = moment;
        let (at, kind) = (key.time, name.kind);
        match step {
            Step::Bind if self.open(&name).is_some() => {}
            Step::Create | Step::Bind => {
                // A name that is taken: its end is not in the evidence. The new one is another all the same.
                self.close(&name, at);
                let life = Life {
                    created: Some(key.clone()),
                    ended: None,
                    set: vec![Setting {
                        key: key.clone(),
                        by_holder: false,
                    }],
                };
                let life = self.begin(name, Some(at), life);
                self.by_event.insert((key, kind), life);
            }
            Step::Set { by_holder } => {
                let life = self.open_or_unseen(&name);
                self.lives[life].set.push(Setting {
                    key: key.clone(),
                    by_holder,
                });
                self.by_event.insert((key, kind), life);
            }
            Step::End { by } => {
                let life = self.open_or_unseen(&name);
                self.lives[life].ended = Some(Ended {
                    time: at,
                    event_id: key.id.to_string(),
                    by,
                });
                self.close(&name, at);
            }
            Step::Rename { to } => {
                let life = self.open_or_unseen(&name);
                self.close(&name, at);
                self.spans.entry(to).or_default().push(Span {
                    from: Some(at),
                    until: None,
                    life,
                });
            }
        }
    }

    /// The life that an event began or, for passwords, set.
    pub(super) fn of_event(&self, key: &EventKey, kind: Kind) -> Option<(LifeId, &Life)> {
        let life = *self.by_event.get(&(key.clone(), kind))?;
        Some((LifeId(life), &self.lives[life]))
    }

    /// The life a name had at a time; the later one where two meet in one second.
    pub(super) fn at(&self, name: &Name, time: DateTime<Utc>) -> Option<(LifeId, &Life)> {
        let span = self
            .spans
            .get(name)?
            .iter()
            .rev()
            .find(|s| s.from.is_none_or(|from| from <= time) && s.until.is_none_or(|until| time <= until))?;
        Some((LifeId(span.life), &self.lives[span.life]))
    }
}

/// What a call does to names.
fn moments(event: &Event, body: &serde_json::Value) -> Vec<Moment> {
    let moment = |name, step| Moment {
        key: event.key.clone(),
        name,
        step,
    };
    let name = |kind, text: &str| Name::in_event(kind, event, event.account(), text);
    if let Some(ending) = catalogue::ending(&event.source, event.base_name()) {
        let mut named: Vec<String> = if ending.id_path.contains('+') {
            together(body, ending.id_path).into_iter().collect()
        } else {
            json::path(body, ending.id_path).into_iter().map(Into::into).collect()
        };
        if named.is_empty() {
            named.extend(match ending.kind {
                Kind::LoginProfile => named_user(event, body),
                Kind::User => listed(body, "AWS::IAM::User"),
                Kind::Role => listed(body, "AWS::IAM::Role"),
                Kind::AccessKey => listed(body, "AWS::IAM::AccessKey"),
                _ => None,
            });
        }
        let by = ender(event);
        let end = |text: &String| moment(name(ending.kind, text), Step::End { by: by.clone() });
        return named.iter().map(end).collect();
    }
    let Some(rule) = catalogue::rule(&event.source, event.base_name()) else {
        return Vec::new();
    };
    if rule.relation == Relation::Change("renames_principal") {
        let from = named_user(event, body);
        let to = json::first(body, rule.id_path);
        return match (from, to) {
            // The password goes with its user.
            (Some(from), Some(to)) => [Kind::User, Kind::LoginProfile]
                .map(|kind| moment(name(kind, &from), Step::Rename { to: name(kind, &to) }))
                .into(),
            _ => Vec::new(),
        };
    }
    // Temporary keys end by themselves and are never made twice.
    if !rule.makes() || rule.kind == Kind::Session {
        return Vec::new();
    }
    subjects(rule, event, body)
        .into_iter()
        .filter(|made| made.known_by == KnownBy::Id)
        .map(|made| {
            let sets = made.kind == Kind::LoginProfile && rule.name != "CreateLoginProfile";
            let step = if sets {
                let by_holder = rule.name == "ChangePassword";
                Step::Set { by_holder }
            } else if rule.effect == Effect::Binds {
                Step::Bind
            } else {
                Step::Create
            };
            moment(made.life, step)
        })
        .collect()
}

/// Who ended something: the key that signed the call, else the caller's ARN or name.
pub(in crate::investigation) fn ender(event: &Event) -> String {
    let identity = &event.identity;
    [&identity.access_key, &identity.arn, &identity.invoked_by]
        .into_iter()
        .flatten()
        .next()
        .map_or_else(|| identity.label(), ToString::to_string)
}
