//! The calls of the catalogue in order of time. What ends a thing ends also what is part of it; made again, it is another.

use std::collections::HashMap;

use super::{Callers, Resource, alias};
use crate::catalogue::{IdForm, ResourceEffect, ResourceKind, Touch};
use crate::cloudtrail::Event;
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
    named: HashMap<(&'static str, String), Vec<usize>>,
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

    /// What a call names, if it is there.
    fn open(&self, moment: &Moment<'_>) -> Option<usize> {
        let touch = moment.touch;
        let named = self.named.get(&(touch.kind.word, alias(&touch.id).to_owned()))?;
        named.iter().copied().rev().find(|at| {
            let resource = &self.found[*at];
            // An answer or a request may leave out what it is part of.
            let within =
                touch.within.is_empty() || resource.within.is_empty() || alias(&touch.within) == resource.within;
            resource.ended.is_none() && within && resource.is_in(moment.event)
        })
    }

    fn apply(&mut self, moment: &Moment<'_>) {
        let effect = moment.touch.effect;
        match moment.by.map(str::to_owned).or_else(|| self.starter(moment)) {
            _ if matches!(effect, ResourceEffect::Ends | ResourceEffect::Undoes) => self.end(moment),
            Some(by) => {
                let at = self.open(moment).unwrap_or_else(|| self.begin(moment, &by));
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
            let named = STARTERS
                .iter()
                .filter_map(|kind| self.named.get(&(*kind, alias(id).to_owned())));
            let mut found = named.flatten().map(|at| &self.found[*at]);
            found.find(|resource| resource.is_in(moment.event))
        };
        Some(moment.touch.started_by.iter().find_map(of)?.by.clone())
    }

    fn begin(&mut self, moment: &Moment<'_>, by: &str) -> usize {
        let (touch, at) = (moment.touch, self.found.len());
        let name = alias(&touch.id).to_owned();
        let within = alias(&touch.within).to_owned();
        self.named.entry((touch.kind.word, name.clone())).or_default().push(at);
        self.parts.entry(within.clone()).or_default().push(at);
        let new = Resource::of(Some(touch.kind), moment.event, by);
        self.found.push(Resource {
            id: name,
            within,
            ..new
        });
        at
    }

    fn end(&mut self, moment: &Moment<'_>) {
        let touch = moment.touch;
        if touch.id.is_empty() {
            return self.end_parts(moment, &touch.within, |kind| kind == touch.kind);
        }
        match (self.open(moment), moment.by) {
            (Some(open), _) => moment.close(&mut self.found[open]),
            // It was there before: that it is gone is the chain's doing.
            (None, Some(by)) if touch.effect == ResourceEffect::Ends => {
                let at = self.begin(moment, by);
                moment.close(&mut self.found[at]);
            }
            (None, _) => {}
        }
        self.end_parts(moment, &touch.id, |kind| {
            kind != touch.kind && kind.service == touch.kind.service
        });
    }

    /// Ends what is part of something.
    fn end_parts(&mut self, moment: &Moment<'_>, of: &str, wanted: impl Fn(&'static ResourceKind) -> bool) {
        for at in self.parts.get(alias(of)).into_iter().flatten() {
            let part = &mut self.found[*at];
            if part.ended.is_none() && part.kind.is_some_and(&wanted) && part.is_in(moment.event) {
                moment.close(part);
            }
        }
    }
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
    /// Takes over the ARN, where commands want that.
    fn call_it(&mut self, id: &str) {
        if self.kind.is_some_and(|kind| kind.id_form == IdForm::Arn) && id.len() > self.id.len() {
            id.clone_into(&mut self.id);
        }
    }
}
