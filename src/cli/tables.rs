//! `--from athena:` and `--from lake:`: what a question costs is said before it is asked, and a table that is not there is
//! proposed.

use chrono::{TimeDelta, Utc};

use super::failure::Failure;
use super::from::{Manner, USUAL_REACH, candidate_calls};
use crate::cloudtrail::ids;
use crate::collect::athena::{self, Opened};
use crate::collect::source::Source;
use crate::collect::{lake, sql};
use crate::export::text::safe;
use crate::investigation::fact::AskedTables;

impl Manner<'_> {
    fn tables(&self) -> AskedTables {
        self.pass.tables.clone().unwrap_or_default()
    }

    fn window(&self) -> sql::Window {
        let now = Utc::now();
        sql::Window {
            from: self.pass.since.unwrap_or(now - USUAL_REACH),
            until: self
                .pass
                .until
                .map_or(now, |until| now.min(until - TimeDelta::seconds(1))),
        }
    }

    pub(super) fn athena(&self, database: &str, table: &str) -> Result<Box<dyn Source>, Failure> {
        let settings = athena::Settings {
            database: database.to_owned(),
            table: table.to_owned(),
            asked: self.tables(),
            accounts: self.seeds.iter().filter_map(|seed| ids::account_hint(seed)).collect(),
            window: self.window(),
        };
        let name = settings.name();
        let open = || athena::open(settings.clone(), candidate_calls());
        let opened = match open()? {
            Opened::Missing => {
                self.make(&settings)?;
                open()?
            }
            ready @ Opened::Ready(..) => ready,
        };
        match opened {
            Opened::Ready(source, bytes) => {
                self.say(&name, bytes);
                Ok(source)
            }
            Opened::Missing => Err(Failure::new(format!("{name} was made and is not there"), "")),
        }
    }

    pub(super) fn lake(&self, store: &lake::Store) -> Result<Box<dyn Source>, Failure> {
        let settings = lake::Settings {
            store: store.clone(),
            asked: self.tables(),
            window: self.window(),
        };
        let name = settings.name();
        let (source, bytes) = lake::open(settings, candidate_calls())?;
        self.say(&name, bytes);
        Ok(source)
    }

    /// Shows how a table is made, and makes it if the responder may and wants to.
    fn make(&self, settings: &athena::Settings) -> Result<(), Failure> {
        let statement = athena::define(settings, self.location)?;
        let absent = format!("{} is not there", settings.name());
        if !self.may_change {
            super::print(&format!("{statement}\n"))?;
            return Err(Failure::new(
                absent,
                "The statement above makes it, without reading or copying a log. Run it in Athena, or add --allow-changes.",
            ));
        }
        let question = format!(
            "{statement}\n\n{}. This makes it, and copies nothing.\nType {} to run it; an empty line leaves it:\n",
            safe(&absent),
            safe(&settings.table)
        );
        if !super::undo::asks(&question, &settings.table)? {
            return Err(Failure::new(absent, "Nothing was made."));
        }
        Ok(athena::run(settings, &statement)?)
    }

    /// Says before the first question what it will cost.
    fn say(&self, name: &str, bytes: Option<u64>) {
        let window = self.window();
        let days = (window.until - window.from).num_days() + 1;
        let most = self
            .tables()
            .most_scanned
            .map(|most| format!("; --max-scan-gb stops at {}", sql::price(most)));
        let estimate = match bytes {
            Some(bytes) => format!("about {} (inferred from a few of the {days} days)", sql::price(bytes)),
            None => "all of it, for it is not partitioned by day".to_owned(),
        };
        eprintln!(
            "{}: each round of questions scans {estimate}; a chain takes some rounds{}",
            safe(name),
            most.unwrap_or_default()
        );
    }
}
