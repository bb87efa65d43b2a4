//! A pass over the sources of a case: begun, gone on with, begun again.

use std::time::Duration;

use chrono::Utc;

use super::failure::Failure;
use super::from::{self, Place};
use super::history;
use super::settings::Settings;
use crate::account::Inquiries;
use crate::account::change::Acting;
use crate::collect::demo::{self, Demo};
use crate::collect::hunt::{Feed, Hunt, Window};
use crate::collect::source::Source;
use crate::collect::work::Work;
use crate::investigation::What;
use crate::investigation::fact::PassBegan;
use crate::store::CaseFile;

/// What reads the events.
pub(super) enum Reader {
    /// Sources that answer one after the other.
    InTurn(Vec<Box<dyn Source>>),
    /// AWS, and these beside it.
    EventHistory(Vec<Box<dyn Source>>),
}

/// What reads these places.
pub(super) fn reader(places: &[Place], manner: &from::Manner<'_>) -> Result<Reader, Failure> {
    let sources = from::sources(places, manner)?;
    Ok(if places.contains(&Place::History) {
        Reader::EventHistory(sources)
    } else {
        Reader::InTurn(sources)
    })
}

/// Goes on with the last pass of a case if it was interrupted and its sources are still there.
pub(super) fn resume(case: &mut CaseFile) -> Result<Work, Failure> {
    let interrupted = case
        .investigation()
        .last_pass()
        .is_some_and(|(_, pass)| !pass.fixed_point);
    let Some((_, pass)) = case.investigation().passes().last().cloned() else {
        return Ok(Work::default());
    };
    if !interrupted {
        // What is saved is looked at without AWS. The account is asked when the responder wants it.
        let inquiries = pass.aws.map(|aws| Inquiries::new(aws.profile));
        return Ok(Work {
            inquiries,
            ..Work::default()
        });
    }
    let reader = if pass.sources == [demo::SOURCE] {
        Reader::InTurn(vec![Box::new(Demo::new(Duration::ZERO))])
    } else {
        let places = places(&pass);
        if !places.iter().all(Place::is_there) {
            return Ok(Work::default());
        }
        let manner = manner(case, &pass);
        match reader(&places, &manner) {
            Ok(reader) => reader,
            // What is saved can be looked at, whether or not AWS can be asked now.
            Err(failure) if places.iter().any(Place::is_table) => {
                super::complain(&failure);
                return Ok(Work::default());
            }
            Err(failure) => return Err(failure),
        }
    };
    begin(pass, reader, case)
}

/// How places are read once more: nothing is made for it.
fn manner<'a>(case: &'a CaseFile, pass: &'a PassBegan) -> from::Manner<'a> {
    from::Manner {
        seeds: case.investigation().seeds(),
        pass,
        location: None,
        may_change: false,
    }
}

/// Where a pass read.
fn places(pass: &PassBegan) -> Vec<Place> {
    pass.sources.iter().flat_map(|source| source.parse()).collect()
}

/// The profile that AWS was asked with last; where it was not asked, the one of the settings.
pub(super) fn last_profile(case: &CaseFile, settings: &Settings) -> Option<String> {
    let last = case.investigation().passes().last();
    profile(last.map(|(_, pass)| pass), settings)
}

pub(super) fn profile(pass: Option<&PassBegan>, settings: &Settings) -> Option<String> {
    let asked = pass.and_then(PassBegan::profile);
    asked.map_or_else(|| settings.profile(None), Clone::clone)
}

/// Begins another pass like the last one: what was read already is not asked for again.
pub(super) fn again(case: &mut CaseFile) -> Result<Work, String> {
    let last = case.investigation().passes().last().cloned();
    let (_, pass) = last.ok_or("nothing was read yet")?;
    let reader = reader(&places(&pass), &manner(case, &pass)).map_err(|failure| failure.message)?;
    begin(pass, reader, case).map_err(|failure| failure.message)
}

/// Begins a pass. On the runtime: AWS is asked from there.
pub(super) fn begin(pass: PassBegan, reader: Reader, case: &mut CaseFile) -> Result<Work, Failure> {
    let window = Window {
        since: pass.since,
        until: pass.until,
    };
    let (feed, inquiries) = match reader {
        Reader::InTurn(sources) => (Feed::in_turn(sources), None),
        Reader::EventHistory(beside) => {
            let profile = pass.aws.as_ref().and_then(|aws| aws.profile.clone());
            let mut inquiries = Inquiries::new(profile);
            inquiries.look(case.investigation().seeds().to_vec());
            (history::feed(&pass, beside, case), Some(inquiries))
        }
    };
    case.commit(Utc::now(), What::PassBegan(pass))?;
    let hunt = Some(Hunt::start(feed, window, case)?);
    Ok(Work {
        hunt,
        inquiries,
        acting: None,
    })
}

/// Where AWS is talked to, or the responder may change the account, a node can be acted on.
pub(super) fn let_act(work: &mut Work, profile: Option<String>, may_change: bool) {
    if may_change || work.inquiries.is_some() {
        work.inquiries.get_or_insert_with(|| Inquiries::new(profile.clone()));
        work.acting = Some(Acting::new(profile, may_change));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::investigation::fact::{AskedAws, AskedBucket};

    fn of_a_bucket(profile: Option<&str>) -> PassBegan {
        PassBegan {
            sources: vec!["s3://logs".to_owned()],
            since: None,
            until: None,
            aws: None,
            tables: None,
            bucket: Some(AskedBucket {
                profile: profile.map(str::to_owned),
                ..AskedBucket::default()
            }),
        }
    }

    #[test]
    fn the_account_is_changed_as_whoever_read_the_bucket() {
        let pass = of_a_bucket(Some("responder"));
        assert_eq!(profile(Some(&pass), &Settings::default()).as_deref(), Some("responder"));
    }

    #[test]
    fn a_bucket_that_was_read_with_no_profile_is_not_gone_on_from_with_another() {
        assert_eq!(of_a_bucket(None).profile(), Some(&None));
    }

    #[test]
    fn the_profile_of_event_history_goes_before_that_of_the_bucket() {
        let mut pass = of_a_bucket(Some("logs"));
        pass.aws = Some(AskedAws::default());
        assert_eq!(pass.profile(), Some(&None));
    }
}
