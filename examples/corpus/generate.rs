//! How a corpus is cut into files.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::incident;
use super::records::{ACCOUNT, REGIONS, Random, Traffic};

/// The key the incident starts from.
pub(crate) const LEAKED_KEY: &str = "AKIAQ4TRAILLEAKED001";

/// How the records lie on disk.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Shape {
    /// Forty big files.
    Big,
    /// Files of seven records, laid out as CloudTrail does.
    Small,
}

/// What to write.
pub(crate) struct Corpus {
    /// How many records, those of the incident included.
    pub(crate) records: u64,
    /// How they lie on disk.
    pub(crate) shape: Shape,
}

impl Corpus {
    /// Writes the files and returns how many there are.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<u64> {
        let files = match self.shape {
            Shape::Big => 40,
            Shape::Small => self.records.div_ceil(7),
        }
        .clamp(1, self.records.max(1));
        let mut random = Random::new(0x6b65_7974_7261_696c);
        let mut traffic = Traffic::new(&mut random);
        let mut incident = incident::steps(LEAKED_KEY, &mut random).into_iter().peekable();
        let start = DateTime::UNIX_EPOCH + TimeDelta::days(20_454);
        let mut text = Vec::new();
        let mut number = 0;
        for file in 0..files {
            let region = REGIONS[random.below(REGIONS.len())];
            let end = self.records * (file + 1) / files;
            let first = time_of(start, number, self.records);
            text.clear();
            text.extend_from_slice(b"{\"Records\":[");
            while number < end {
                if text.last() == Some(&b'}') {
                    text.push(b',');
                }
                let time = time_of(start, number, self.records);
                #[expect(clippy::cast_precision_loss, reason = "a share needs no exact numbers")]
                let share = number as f64 / self.records as f64;
                match incident.next_if(|step| step.at <= share) {
                    Some(step) => step.write(&mut text, time, region, &mut random),
                    None => traffic.write(&mut text, time, region, &mut random),
                }
                number += 1;
            }
            text.extend_from_slice(b"]}");
            let path = folder.join(self.name(file, first, region, &mut random));
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            let mut gzip = GzEncoder::new(fs::File::create(path)?, Compression::default());
            gzip.write_all(&text)?;
            gzip.finish()?;
        }
        Ok(files)
    }

    fn name(&self, file: u64, first: DateTime<Utc>, region: &str, random: &mut Random) -> PathBuf {
        match self.shape {
            Shape::Big => format!("trail-{file:02}.json.gz"),
            Shape::Small => format!(
                "AWSLogs/{ACCOUNT}/CloudTrail/{region}/{}/{ACCOUNT}_CloudTrail_{region}_{}_{}.json.gz",
                first.format("%Y/%m/%d"),
                first.format("%Y%m%dT%H%MZ"),
                random.letters(16),
            ),
        }
        .into()
    }
}

/// Thirty days of traffic at an even pace.
fn time_of(start: DateTime<Utc>, number: u64, records: u64) -> DateTime<Utc> {
    let milliseconds = number * 30 * 86_400_000 / records.max(1);
    start + TimeDelta::milliseconds(i64::try_from(milliseconds).unwrap_or(i64::MAX))
}
