//! The file of an investigation that is about to start: a new one, or one that is gone on with.

use std::path::{Path, PathBuf};

use chrono::Utc;

use super::failure::Failure;
use super::investigate::Plan;
use super::{playbooks, session};
use crate::investigation::What;
use crate::investigation::fact::Started;
use crate::store::CaseFile;

/// Says that a file was there already: what was marked and judged in it still holds.
pub(super) fn earlier(case: &CaseFile) -> Option<String> {
    case.investigation().passes().first()?;
    Some(format!("Goes on with {}", session::at_home(case.path()?)))
}

pub(super) fn case_file(plan: Plan) -> Result<CaseFile, Failure> {
    let path = match (&plan.save, plan.keep_by_default) {
        (Some(path), _) => Some(path.clone()),
        (None, true) => Some(default_file(&plan.seeds[0])?),
        (None, false) => None,
    };
    if let Some(path) = path.as_deref().filter(|p| p.exists()) {
        return continue_file(path, &plan);
    }
    let own_text = |id: &str| playbooks::own_text(id, plan.own_playbooks.as_deref());
    let playbook_text = plan.playbook.as_deref().map(own_text).transpose()?.flatten();
    let mut case = match &path {
        Some(path) => CaseFile::create(path)?,
        None => CaseFile::in_memory()?,
    };
    let started = Started {
        seeds: plan.seeds,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        playbook: plan.playbook.unwrap_or_default(),
        playbook_text,
        notice: plan.notice.map(Box::new),
    };
    case.commit(Utc::now(), What::Started(started))?;
    Ok(case)
}

fn continue_file(path: &Path, plan: &Plan) -> Result<CaseFile, Failure> {
    let mut case = CaseFile::open(path)?;
    let same = |a: &[String], b: &[String]| {
        let set = |keys: &[String]| keys.iter().cloned().collect::<std::collections::BTreeSet<_>>();
        set(a) == set(b)
    };
    if case.investigation().started().is_none() {
        return Err(Failure::new(
            format!("{} holds no investigation", path.display()),
            "Give another file with --save.",
        ));
    }
    if !same(case.investigation().seeds(), &plan.seeds) {
        return Err(Failure::new(
            format!(
                "{} holds an investigation of {}",
                path.display(),
                case.investigation().seeds().join(", ")
            ),
            "Give another file with --save, or open that one with `keytrail open`.",
        ));
    }
    // The notice stands at the beginning of the journal: it cannot be put there later.
    if plan.notice.is_some() && plan.notice.as_ref() != case.investigation().notice() {
        return Err(Failure::new(
            format!("{} was begun without this notice", path.display()),
            "Give another file with --save to begin with it, or go on without --notice.",
        ));
    }
    case.settle();
    Ok(case)
}

/// Makes a folder that only its owner may enter: the names of the files in it are key ids.
pub(super) fn private_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        std::fs::create_dir_all(above)?;
    }
    crate::export::create_private_folder(folder)
}

/// The data folder, by date and key: `~/.local/share/keytrail/2026-05-21-AKIA....keytrail`.
fn default_file(seed: &str) -> Result<PathBuf, Failure> {
    let folder = session::data_folder()?;
    private_folder(&folder).map_err(|error| {
        Failure::new(
            format!("{} cannot be made: {error}", folder.display()),
            "Say where to save with --save FILE.",
        )
    })?;
    Ok(folder.join(format!("{}-{seed}.keytrail", Utc::now().date_naive())))
}
