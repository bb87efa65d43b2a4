//! The calls of the catalogue in order of time. What ends a thing ends also what is part of it; made again, it is another.

use std::collections::HashMap;

use super::names::{alias, are_same, names};
use super::{Callers, Resource};
use crate::catalogue::{IdForm, ResourceEffect, ResourceKind, Touch};
use crate::cloudtrail::{Event, is_resource_id};
use crate::investigation::Evidence;
use crate::investigation::chain::{Ended, ender};

/// The kinds that start others by themselves.
const STARTERS: [&str; 6] = [
    "auto_scaling_group",
    "ec2_fleet",
    "spot_fleet",
    "spot_request",
    "launch_template",
    "emr_cluster",
];

/// One thing that one call did.
struct Moment<'a> {
    at: usize,
    event: &'a Event,
    touch: &'a Touch,
    /// The node of the chain behind it; `None` for somebody else.
    by: Option<&'a str>,
}

/// Replays every call that made, changed, set or ended a resource, whoever made it.
pub(super) fn replay(evidence: &Evidence, callers: &Callers<'_>) -> Vec<Resource> {
    let moments = evidence.touched().flat_map(|(at, touches)| {
        let event = &evidence.events()[at];
        let by = callers.node(event);
        touches.iter().map(move |touch| Moment { at, event, touch, by })
    });
    // The evidence keeps them in order of time.
    let moments: Vec<Moment<'_>> = moments.collect();
    let mut lives = Lives::default();
    for second in moments.chunk_by(|a, b| a.event.time() == b.event.time()) {
        // Inside a second the order of records means nothing (quirk Q23): what makes comes first where nothing of the name
        // is there, what ends where something is.
        let mut pending: Vec<&Moment<'_>> = second.iter().collect();
        while !pending.is_empty() {
            let next = pending.iter().position(|moment| lives.fits(moment)).unwrap_or(0);
            lives.apply(pending.remove(next));
        }
    }
    lives.found
}

/// The resources so far, found by their names and by what they are part of.
#[derive(Default)]
struct Lives {
    found: Vec<Resource>,
    /// By kind, then by every name that calls gave.
    named: HashMap<&'static str, HashMap<String, Vec<usize>>>,
    /// By every name of what they are part of.
    parts: HashMap<String, Vec<usize>>,
}

impl Lives {
    fn fits(&self, moment: &Moment<'_>) -> bool {
        let is_taken = self.open(moment).is_some();
        match moment.touch.effect {
            ResourceEffect::Makes | ResourceEffect::Sets => !is_taken,
            ResourceEffect::Changes | ResourceEffect::Ends | ResourceEffect::Undoes => is_taken,
        }
    }

    /// What a kind has under the names that a text may mean.
    fn named<'t>(&'t self, kind: &str, text: &'t str) -> impl Iterator<Item = usize> + use<'t> {
        let named = self.named.get(kind);
        let found = names(text).filter_map(move |name| named?.get(name));
        found.flatten().copied()
    }

    /// What a call names, if it is there.
    fn open(&self, moment: &Moment<'_>) -> Option<usize> {
        let touch = moment.touch;
        let named = called(touch).flat_map(|name| self.named(touch.kind.word, name));
        let is_it = |at: &usize| {
            let resource = &self.found[*at];
            resource.ended.is_none()
                && resource.is_in(moment)
                && !resource.is_another(&touch.id)
                && self.is_within(moment, resource)
        };
        named.filter(is_it).max()
    }

    /// Whether a call names what a resource is part of. An answer or a request may leave that out.
    fn is_within(&self, moment: &Moment<'_>, resource: &Resource) -> bool {
        let (named, within) = (&*moment.touch.within, &*resource.within);
        let whole = || self.whole(moment).map(|at| &self.found[at]);
        named.is_empty()
            || within.is_empty()
            || are_same(named, within)
            || whole().is_some_and(|whole| whole.has_name(within))
    }

    /// What a call names as that which the thing is part of: a group by its name, whose id is known. A kind is called by
    /// what it is part of: `security_group_opening`.
    fn whole(&self, moment: &Moment<'_>) -> Option<usize> {
        let (kind, _) = moment.touch.kind.word.rsplit_once('_')?;
        let named = self.named(kind, &moment.touch.within);
        named.filter(|at| self.found[*at].is_in(moment)).max()
    }

    fn apply(&mut self, moment: &Moment<'_>) {
        let effect = moment.touch.effect;
        match moment.by.map(str::to_owned).or_else(|| self.starter(moment)) {
            _ if matches!(effect, ResourceEffect::Ends | ResourceEffect::Undoes) => self.end(moment),
            Some(by) => {
                let at = self.open(moment).unwrap_or_else(|| self.begin(moment, &by));
                self.learn(at, moment.touch);
                let resource = &mut self.found[at];
                resource.is_made |= effect == ResourceEffect::Makes;
                resource.is_set |= effect == ResourceEffect::Sets;
                resource.count(moment.event, moment.at);
                resource.call_it(&moment.touch.id);
            }
            // A setting that somebody else sets is the chain's no more.
            None if effect == ResourceEffect::Sets => {
                if let Some(open) = self.open(moment) {
                    moment.close(&mut self.found[open]);
                }
            }
            None => {}
        }
    }

    /// The node behind what a service started it for: a group, a fleet, a template of the chain.
    fn starter(&self, moment: &Moment<'_>) -> Option<String> {
        let of = |id: &String| {
            let mut named = STARTERS.iter().flat_map(|kind| self.named(kind, id));
            named.find(|at| self.found[*at].is_in(moment))
        };
        let starter = moment.touch.started_by.iter().find_map(of)?;
        Some(self.found[starter].by.clone())
    }

    fn begin(&mut self, moment: &Moment<'_>, by: &str) -> usize {
        let (touch, at) = (moment.touch, self.found.len());
        let whole = self.whole(moment).map(|at| self.found[at].id.clone());
        for within in [Some(&touch.within), whole.as_ref()].into_iter().flatten() {
            for name in names(within) {
                let parts = self.parts.entry(name.to_owned()).or_default();
                // A name may be told in several ways.
                if parts.last() != Some(&at) {
                    parts.push(at);
                }
            }
        }
        let new = Resource::of(Some(touch.kind), moment.event, by);
        self.found.push(Resource {
            id: alias(&touch.id).to_owned(),
            within: whole.unwrap_or_else(|| alias(&touch.within).to_owned()),
            ..new
        });
        self.learn(at, touch);
        at
    }

    /// Remembers every name that a call gives.
    fn learn(&mut self, at: usize, touch: &Touch) {
        let (named, resource) = (self.named.entry(touch.kind.word).or_default(), &mut self.found[at]);
        for name in called(touch).flat_map(names) {
            if !resource.has_name(name) {
                resource.names.push(name.to_owned());
                named.entry(name.to_owned()).or_default().push(at);
            }
        }
    }

    fn end(&mut self, moment: &Moment<'_>) {
        let touch = moment.touch;
        if touch.id.is_empty() {
            return self.end_parts(moment, &touch.within, |kind| kind == touch.kind);
        }
        let ended = match (self.open(moment), moment.by) {
            (Some(open), _) => Some(open),
            // It was there before: that it is gone is the chain's doing.
            (None, Some(by)) if touch.effect == ResourceEffect::Ends => Some(self.begin(moment, by)),
            (None, _) => None,
        };
        let mut names: Vec<String> = called(touch).map(str::to_owned).collect();
        if let Some(at) = ended {
            moment.close(&mut self.found[at]);
            names.extend(self.found[at].names.iter().cloned());
        }
        for name in names {
            self.end_parts(moment, &name, |kind| {
                kind != touch.kind && kind.service == touch.kind.service
            });
        }
    }

    /// Ends what is part of something.
    fn end_parts(&mut self, moment: &Moment<'_>, of: &str, wanted: impl Fn(&'static ResourceKind) -> bool) {
        for at in names(of).filter_map(|name| self.parts.get(name)).flatten() {
            let part = &mut self.found[*at];
            if part.ended.is_none() && part.kind.is_some_and(&wanted) && part.is_in(moment) {
                moment.close(part);
            }
        }
    }
}

/// What a call names the thing by.
fn called(touch: &Touch) -> impl Iterator<Item = &str> {
    std::iter::once(&touch.id).chain(&touch.also).map(String::as_str)
}

impl Moment<'_> {
    fn close(&self, resource: &mut Resource) {
        resource.ended = Some(Ended {
            time: self.event.time(),
            event_id: self.event.id().to_owned(),
            by: ender(self.event),
        });
        resource.is_ended_by_chain = self.by.is_some();
        if self.by.is_some() {
            resource.count(self.event, self.at);
        } else {
            resource.events.push(self.at);
        }
    }
}

impl Resource {
    /// Whether what a call names is this one: in its account and region, or wherever the name or the id is given out once
    /// (then also where a publisher masked the accounts, quirk Q37).
    fn is_in(&self, moment: &Moment<'_>) -> bool {
        let Moment { event, touch, .. } = moment;
        let is_own = |name: &str| is_resource_id(name) && (self.within == name || self.has_name(name));
        let mut named = called(touch)
            .chain([&*touch.within])
            .chain(touch.started_by.iter().map(String::as_str));
        self.kind.is_some_and(|kind| kind.id_form == IdForm::Global)
            || (self.account == event.account() && self.region == *event.region)
            || named.any(is_own)
    }

    /// Whether an id that is given out once is another than its own, though a name of both is the same.
    fn is_another(&self, id: &str) -> bool {
        let by_arn = self.kind.is_some_and(|kind| kind.id_form == IdForm::Arn);
        let is_once = |text: &str| is_resource_id(text) || (by_arn && text.starts_with("arn:"));
        is_once(id) && self.names.iter().any(|name| is_once(name)) && !self.has_name(id)
    }

    fn has_name(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// Takes over the ARN, where commands want that.
    fn call_it(&mut self, id: &str) {
        if self.kind.is_some_and(|kind| kind.id_form == IdForm::Arn) && id.len() > self.id.len() {
            id.clone_into(&mut self.id);
        }
    }
}
