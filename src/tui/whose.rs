//! Whose calls seem to be, for the pictures of them.

use std::collections::HashMap;

use super::widgets::density::Who;
use crate::cloudtrail::Event;
use crate::investigation::actor::actor_id;
use crate::investigation::triage::Standing;
use crate::investigation::{Investigation, Verdict};

/// The address and the program as the record has them.
type Agent<'i> = (Option<&'i str>, Option<&'i str>);

/// Tells whose a call seems to be, by its source.
#[derive(Debug)]
pub(super) struct Whose<'i> {
    investigation: &'i Investigation,
    /// Agents repeat; taking one apart for every call would take time.
    known: HashMap<Agent<'i>, Who>,
}

impl<'i> Whose<'i> {
    pub(super) fn of(investigation: &'i Investigation) -> Self {
        Self {
            investigation,
            known: HashMap::new(),
        }
    }

    pub(super) fn tell(&mut self, event: &'i Event) -> Who {
        let agent = (event.source_ip.as_deref(), event.user_agent.as_deref());
        let investigation = self.investigation;
        *self.known.entry(agent).or_insert_with(|| {
            let actor = investigation.actor(&actor_id(event));
            match actor.map(|actor| investigation.standing(actor)) {
                Some(Standing::Judged(Verdict::Malicious) | Standing::Named(_) | Standing::Foreign(_)) => Who::Attacker,
                Some(Standing::Judged(Verdict::Expected) | Standing::Own | Standing::Application(_)) => Who::Expected,
                Some(Standing::Judged(Verdict::Unknown) | Standing::Unusual(_) | Standing::Open) | None => Who::Unknown,
            }
        })
    }
}
