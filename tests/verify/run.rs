//! A run of the program on a folder, and what it printed.

use std::path::Path;

use crate::support::desk::{code, err, out, rows};
use crate::support::program::keytrail;

/// What was said of one file, or of a gap.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) file: String,
    pub(crate) kind: String,
    pub(crate) outcome: String,
    pub(crate) reason: String,
    pub(crate) from: String,
    pub(crate) until: String,
}

#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) said: Vec<Said>,
}

/// Verifies a folder without AWS.
pub(crate) fn verify(folder: &Path) -> Run {
    verify_with(folder, &["--offline"])
}

/// The same with other arguments.
pub(crate) fn verify_with(folder: &Path, more: &[&str]) -> Run {
    let run = keytrail()
        .arg("verify")
        .arg(folder)
        .args(["--format", "csv"])
        .args(more)
        .output()
        .expect("the program runs");
    assert_eq!(err(&run), "");
    let said = rows(&out(&run)).into_iter().map(|row| Said {
        file: row[0].to_owned(),
        kind: row[1].to_owned(),
        outcome: row[2].to_owned(),
        reason: row[3].to_owned(),
        from: row[4].to_owned(),
        until: row[5].to_owned(),
    });
    Run {
        code: code(&run),
        said: said.collect(),
    }
}

/// What it says to people.
pub(crate) fn text(folder: &Path) -> String {
    let run = keytrail().arg("verify").arg(folder).arg("--offline").output();
    out(&run.expect("the program runs"))
}

impl Run {
    /// The outcome of the file with the name of this key.
    pub(crate) fn of(&self, key: &str) -> &str {
        &self.about(key).outcome
    }

    pub(crate) fn why(&self, key: &str) -> &str {
        &self.about(key).reason
    }

    fn about(&self, key: &str) -> &Said {
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let mut found = self.said.iter().filter(|said| name(&said.file) == name(key));
        let said = found.next().unwrap_or_else(|| panic!("no {key} in {self:?}"));
        assert!(found.next().is_none(), "{key} is there twice: {self:?}");
        said
    }

    /// Holds that every other file is valid.
    pub(crate) fn else_valid(&self, but: &[&str]) {
        for said in self.said.iter().filter(|said| said.kind != "gap") {
            let is_named = but
                .iter()
                .any(|key| said.file.ends_with(key.rsplit('/').next().unwrap_or_default()));
            assert!(is_named || said.outcome == "valid", "{said:?}");
        }
    }

    /// The gaps.
    pub(crate) fn gaps(&self) -> Vec<&Said> {
        self.said.iter().filter(|said| said.kind == "gap").collect()
    }
}
