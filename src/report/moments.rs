//! How long it took to detect, to contain and to recover; what is not proved to have happened has no time.

use chrono::{DateTime, TimeDelta, Utc};

use super::Given;
use super::ends::Ends;
use super::objects;
use super::text::when;
use super::theirs::first_foreign;
use crate::investigation::{Link, Node};
use crate::playbook::State;
use crate::playbook::clock::{Clock, in_words};

/// The item that says that access is restored and containment taken back.
const RESTORE: &str = "PA-05";

/// A moment and where it is known from.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) at: DateTime<Utc>,
    pub(super) source: String,
}

impl Moment {
    fn new(at: DateTime<Utc>, source: impl Into<String>) -> Self {
        Self {
            at,
            source: source.into(),
        }
    }

    fn words(&self) -> String {
        format!("{}, {}", when(self.at), self.source)
    }
}

/// The four moments; why one has not come, where it has not.
pub(super) struct Moments {
    pub(super) first: Result<Moment, String>,
    pub(super) noticed: Result<Moment, String>,
    pub(super) contained: Result<Moment, String>,
    pub(super) recovered: Result<Moment, String>,
}

/// A measure: its name, what it means, how long, from what to what.
pub(super) struct Measure {
    pub(super) name: &'static str,
    pub(super) means: &'static str,
    pub(super) took: String,
    pub(super) is_known: bool,
    pub(super) from: String,
    pub(super) to: String,
}

impl Moments {
    pub(super) fn of(given: &Given<'_>, ends: &Ends<'_>) -> Self {
        let contained = contained(given, ends);
        Self {
            first: first(given),
            noticed: noticed(given),
            recovered: recovered(given, ends, contained.as_ref().ok()),
            contained,
        }
    }

    /// The three measures.
    pub(super) fn measures(&self) -> [Measure; 3] {
        let measure = |name, means, from: &Result<Moment, String>, to: &Result<Moment, String>| {
            let words = |moment: &Result<Moment, String>| match moment {
                Ok(moment) => moment.words(),
                Err(why) => why.clone(),
            };
            let took = match (from, to) {
                // The notice may name a time before the first call that tells.
                (Ok(from), Ok(to)) => in_words((to.at - from.at).max(TimeDelta::zero())),
                (_, Err(_)) => "not yet".to_owned(),
                (Err(_), _) => "not known".to_owned(),
            };
            Measure {
                name,
                means,
                took,
                is_known: from.is_ok() && to.is_ok(),
                from: words(from),
                to: words(to),
            }
        };
        [
            measure(
                "Time to detect",
                "from the first foreign call to the notice, or to the start of the investigation where no notice names a time",
                &self.first,
                &self.noticed,
            ),
            measure(
                "Time to contain",
                "from then until every exposed key was inactive and nothing of the chain could let anybody in, all of it proved",
                &self.noticed,
                &self.contained,
            ),
            measure(
                "Time to recover",
                "from then until all that the chain made in IAM was removed, proved, and access was restored (PA-05)",
                &self.noticed,
                &self.recovered,
            ),
        ]
    }
}

fn first(given: &Given<'_>) -> Result<Moment, String> {
    let Some((event, actor)) = first_foreign(given) else {
        return Err("no source of calls is judged malicious or looks foreign".to_owned());
    };
    let words = given.investigation.standing(actor).brief();
    let source = format!("{} from {} ({words}), event {}", event.name, actor.id, event.id());
    Ok(Moment::new(event.time(), source))
}

fn noticed(given: &Given<'_>) -> Result<Moment, String> {
    let clock = Clock::of(given.investigation);
    let source = if clock.by_notice {
        "the time that the notice names (an estimate: it may be that of the call it reports)"
    } else {
        "the investigation was started"
    };
    let since = clock.since.ok_or("not started")?;
    Ok(Moment::new(since, source))
}

fn contained(given: &Given<'_>, ends: &Ends<'_>) -> Result<Moment, String> {
    let open = ends.open_ways();
    if let Some(first) = open.first() {
        let more = match open.len() {
            1 => String::new(),
            n => format!(", and {} more", n - 1),
        };
        let (kind, id) = (first.node.kind.label(), &first.node.id);
        return Err(format!("{kind} {id} may still work{more}"));
    }
    let nodes = &given.investigation.chain().nodes;
    let lets_in = |node: &Node| node.is_credential() || node.link == Link::Trusts || node.link == Link::CarriesRole;
    let ways = nodes.iter().enumerate().filter(|(at, node)| {
        let is_seed = node.link == Link::Seed;
        is_seed || (lets_in(node) && !given.is_ours(*at))
    });
    let mut last: Option<Moment> = None;
    for (_, node) in ways {
        let Some(end) = ends.of_node(node) else {
            // Whatever is thought of an exposed key: it is exposed.
            if node.link == Link::Seed {
                return Err(format!("{} {} may still work", node.kind.label(), node.id));
            }
            continue;
        };
        let at = end.at.ok_or_else(|| {
            let (kind, id) = (node.kind.label(), &node.id);
            format!("since when is not known: {kind} {id} ({})", end.by)
        })?;
        if last.as_ref().is_none_or(|last| at > last.at) {
            last = Some(Moment::new(
                at,
                format!("{} {}: {}", node.kind.label(), node.id, end.by),
            ));
        }
    }
    let mut last = last.ok_or("nothing was read")?;
    if !given.investigation.is_read() {
        last.source.push_str(" (as far as was read: not everything was)");
    }
    Ok(last)
}

fn recovered(given: &Given<'_>, ends: &Ends<'_>, contained: Option<&Moment>) -> Result<Moment, String> {
    let Some(contained) = contained else {
        return Err("not contained".to_owned());
    };
    let mut last = contained.clone();
    for node in objects::made_in_iam(given) {
        let Some(end) = ends.of_node(node).filter(|end| end.is_gone) else {
            let (kind, id) = (node.kind.label(), &node.id);
            return Err(format!("{kind} {id} is not proved to be removed"));
        };
        if let Some(at) = end.at.filter(|at| *at > last.at) {
            last = Moment::new(at, format!("{} {}: {}", node.kind.label(), node.id, end.by));
        }
    }
    let Some(item) = given.playbook.items().find(|item| item.id == RESTORE) else {
        return Ok(last);
    };
    if given.standings.state(RESTORE) != State::DoneByHand {
        return Err(format!("{RESTORE} {} is not done", item.title));
    }
    match given.investigation.checklist().progress(RESTORE) {
        Some(mark) if mark.at > last.at => Ok(Moment::new(
            mark.at,
            format!("{RESTORE} {}: done by hand by {}", item.title, mark.by),
        )),
        _ => Ok(last),
    }
}
