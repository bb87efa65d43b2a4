//! What to ask for the leads of the chain.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::question::{By, Question, Rank};
use crate::catalogue::{self, Rule};
use crate::investigation::lead::Lead;

/// So many keys of one session are asked for one by one. A session of the console has hundreds: for more, one question for
/// the session's name finds the calls of all.
const FEW: usize = 4;
/// So many questions are asked that are for one region only: each is for a resource, of which there may be thousands.
const MOST_IN_REGION: usize = 50;
/// Rare calls that make users and keys. One answer often holds those of the seed, long before all its calls are read.
const SCOUTS: [&str; 2] = ["CreateUser", "CreateAccessKey"];

/// A question to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub question: Arc<Question>,
    /// The only region it is for, if there is one.
    pub region: Option<Arc<str>>,
    /// Before its first answer, and after it.
    pub ranks: (Rank, Rank),
    /// Whether very many calls are to be expected.
    pub is_busy: bool,
    /// A broader question, asked before, that finds the same. Where it brings nothing of the chain, this one is asked.
    pub instead: Option<Arc<Question>>,
    /// For the first time, or again.
    pub asking: Asking,
}

/// Why a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// For all that can be found.
    First,
    /// Once more, for what was delivered late.
    Late,
    /// Again and again, for what is new: only that is told of.
    Watch,
}

/// Decides what to ask.
#[derive(Debug)]
pub(super) struct Planner {
    seeds: Vec<String>,
    asked: HashSet<Question>,
    keys_of: HashMap<String, usize>,
    in_region: HashMap<String, HashSet<Question>>,
}

impl Planner {
    pub(super) fn new(seeds: Vec<String>) -> Self {
        Self {
            seeds,
            asked: HashSet::new(),
            keys_of: HashMap::new(),
            in_region: HashMap::new(),
        }
    }

    /// What to ask for a lead; nothing if that was asked already.
    pub(super) fn plan(&mut self, lead: &Lead) -> Vec<Plan> {
        let Some(question) = Question::of(lead) else {
            return Vec::new();
        };
        if self.asked.contains(&question) {
            return Vec::new();
        }
        if let Some(region) = &lead.region {
            return self.ask_in(region, question);
        }
        if self.is_seed(&question) {
            let mut plans = self.ask(question, None);
            plans.extend(SCOUTS.into_iter().flat_map(|name| self.scout(name)));
            return plans;
        }
        let Some(broader) = lead.username.as_deref().and_then(|name| self.broader(name)) else {
            return self.ask(question, None);
        };
        let mut plans = self.ask(broader.clone(), None);
        plans.extend(self.ask(question, Some(broader)));
        plans
    }

    /// What to ask first where a seed is so busy that reading all its calls takes long: every call that makes something
    /// the chain goes on from.
    pub(super) fn scouts(&mut self) -> Vec<Plan> {
        let goes_on = |rule: &&Rule| rule.is_global() && rule.kind.is_core() && rule.is_attempt_when_failed();
        let mut names: Vec<_> = catalogue::rules().filter(goes_on).map(|rule| rule.name).collect();
        names.sort_unstable();
        names.into_iter().flat_map(|name| self.scout(name)).collect()
    }

    pub(super) fn is_seed(&self, question: &Question) -> bool {
        question.by == By::AccessKeyId && self.seeds.contains(&question.value)
    }

    /// The question for all keys of a session, once there are more than a few.
    fn broader(&mut self, username: &str) -> Option<Question> {
        let keys = self.keys_of.entry(username.to_owned()).or_default();
        *keys += 1;
        (*keys > FEW).then(|| Question {
            by: By::Username,
            value: username.to_owned(),
        })
    }

    fn scout(&mut self, name: &str) -> Vec<Plan> {
        let question = Question {
            by: By::Scout,
            value: name.to_owned(),
        };
        self.ask(question, None)
    }

    /// What is for one region only. It may still be asked everywhere for another reason.
    fn ask_in(&mut self, region: &str, question: Question) -> Vec<Plan> {
        let asked = self.in_region.entry(region.to_owned()).or_default();
        if asked.len() == MOST_IN_REGION || !asked.insert(question.clone()) {
            return Vec::new();
        }
        vec![Plan {
            question: Arc::new(question),
            region: Some(region.into()),
            ranks: (Rank::Lead, Rank::Lead),
            is_busy: false,
            instead: None,
            asking: Asking::First,
        }]
    }

    fn ask(&mut self, question: Question, instead: Option<Question>) -> Vec<Plan> {
        if !self.asked.insert(question.clone()) {
            return Vec::new();
        }
        let is_seed = self.is_seed(&question);
        let ranks = match question.by {
            By::Scout => (Rank::Scout, Rank::Scout),
            _ if is_seed => (Rank::First, Rank::Rest),
            _ => (Rank::Lead, Rank::Lead),
        };
        vec![Plan {
            question: Arc::new(question),
            region: None,
            ranks,
            is_busy: is_seed,
            instead: instead.map(Arc::new),
            asking: Asking::First,
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::investigation::lead::Attribute;

    const SEED: &str = "AKIAZZSEED0000000001";

    fn asked(plans: &[Plan]) -> Vec<String> {
        plans.iter().map(|plan| plan.question.to_string()).collect()
    }

    fn key(number: usize, username: &str) -> Lead {
        let mut lead = Lead::new(Attribute::AccessKeyId, format!("ASIA{number:016}"));
        lead.username = Some(username.to_owned());
        lead
    }

    #[test]
    fn the_seed_goes_out_with_the_rare_calls_that_make_users_and_keys_and_nothing_goes_out_twice() {
        let mut planner = Planner::new(vec![SEED.to_owned()]);
        let seed = Lead::new(Attribute::AccessKeyId, SEED);
        let expected = [
            "AccessKeyId=AKIAZZSEED0000000001",
            "EventName=CreateUser",
            "EventName=CreateAccessKey",
        ];
        assert_eq!(asked(&planner.plan(&seed)), expected);
        assert_eq!(planner.plan(&seed), []);
    }

    #[test]
    fn many_keys_of_a_session_are_asked_for_by_its_name() {
        let mut planner = Planner::new(vec![SEED.to_owned()]);
        for number in 0..FEW {
            let plans = planner.plan(&key(number, "nightly"));
            assert_eq!((plans.len(), &plans[0].instead), (1, &None), "a few are asked exactly");
        }
        let plans = planner.plan(&key(FEW, "nightly"));
        assert_eq!(asked(&plans)[0], "Username=nightly");
        assert_eq!(plans[1].instead.as_ref(), Some(&plans[0].question));
        let next = planner.plan(&key(FEW + 1, "nightly"));
        assert_eq!(next.len(), 1, "the name is asked for once");
        assert_eq!(next[0].instead.as_ref(), Some(&plans[0].question));
        let other = planner.plan(&key(FEW + 2, "audit"));
        assert_eq!(other[0].instead, None, "another session is not found by that name");
    }

    #[test]
    fn a_resource_is_asked_for_in_its_region_and_of_many_only_some() {
        let mut planner = Planner::new(vec![SEED.to_owned()]);
        let lead = |number: usize, region: &str| Lead {
            region: Some(region.to_owned()),
            ..Lead::new(Attribute::ResourceName, format!("i-{number:017}"))
        };
        let plans = planner.plan(&lead(0, "eu-west-1"));
        assert_eq!(plans[0].region.as_deref(), Some("eu-west-1"));
        assert_eq!(planner.plan(&lead(0, "eu-west-1")), []);
        for number in 1..2 * MOST_IN_REGION {
            let plans = planner.plan(&lead(number, "eu-west-1"));
            assert_eq!(plans.len(), usize::from(number < MOST_IN_REGION));
        }
        assert_eq!(planner.plan(&lead(0, "us-east-1")).len(), 1, "each region has its own");
        // A node of the chain of that name is looked for everywhere all the same, and then not again.
        let everywhere = Lead::new(Attribute::ResourceName, format!("i-{:017}", 0));
        assert_eq!(planner.plan(&everywhere)[0].region, None);
        assert_eq!(planner.plan(&lead(0, "ap-south-1")), []);
    }

    #[test]
    fn a_busy_seed_is_scouted_for_every_call_that_hands_on_access() {
        let mut planner = Planner::new(vec![SEED.to_owned()]);
        planner.plan(&Lead::new(Attribute::AccessKeyId, SEED));
        let scouts = asked(&planner.scouts());
        for name in ["AssumeRole", "CreateLoginProfile", "CreateRole", "GetFederationToken"] {
            assert!(scouts.contains(&format!("EventName={name}")), "{name}");
        }
        assert!(
            !scouts.contains(&"EventName=CreateUser".to_owned()),
            "asked at the start"
        );
        assert_eq!(planner.scouts(), []);
    }
}
