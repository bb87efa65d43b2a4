//! What the catalogue says of a table, and how a query is bounded by that.

use std::collections::BTreeMap;

use crate::collect::sql::bounds::{Bounds, By, is_ordered};
use crate::collect::sql::table::{Column, Kind, Table, is_text};
use crate::collect::sql::text::{Name, literals};

/// Athena takes 262,144 bytes.
const LONGEST: usize = 240_000;
/// The column in which Athena tells the file of a row.
const PATH: &str = "$path";

/// What the catalogue says of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Metadata {
    /// Names and types.
    pub columns: Vec<(String, String)>,
    /// Names and types of the columns that files are told apart by.
    pub partitions: Vec<(String, String)>,
    /// Among others, how partitions are projected.
    pub parameters: BTreeMap<String, String>,
}

/// Why a table cannot be asked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    /// It holds something else.
    #[error("it has no column {0}, so it is no table of CloudTrail's records")]
    Column(&'static str),
    /// A partition wants a value that is not known.
    #[error("its partition `{0}` must be asked for value by value (injected projection), and its values are not known")]
    Partition(String),
    /// A name that cannot be written.
    #[error("its name cannot be written in a query")]
    Name,
}

/// What a partition tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    Account,
    Region,
    Other,
}

fn tells(partition: &str) -> Tells {
    let name = partition.to_ascii_lowercase();
    if name.contains("account") {
        Tells::Account
    } else if name.contains("region") {
        Tells::Region
    } else {
        Tells::Other
    }
}

impl Metadata {
    /// The table as it is asked.
    pub(super) fn table(&self, database: &str, table: &str) -> Result<Table, Unfit> {
        let (database, table) = (
            Name::new(database).ok_or(Unfit::Name)?,
            Name::new(table).ok_or(Unfit::Name)?,
        );
        let is_partition = |name: &str| self.partitions.iter().any(|(partition, _)| partition == name);
        let columns = self.columns.iter().filter(|(name, _)| !is_partition(name));
        let known = Table {
            from: format!("{database}.{table}"),
            columns: columns.filter_map(|(name, kind)| Column::new(name, kind)).collect(),
            origin: Name::new(PATH),
            tells_calls: true,
            longest: LONGEST,
        };
        let needed = ["eventTime", "eventSource", "eventName", "userIdentity"];
        match needed.into_iter().find(|member| known.column(member).is_none()) {
            Some(missing) => Err(Unfit::Column(missing)),
            None => Ok(known),
        }
    }

    /// How a query of it is bounded: `regions` to ask for, and whether the responder named them; the `accounts` of the keys.
    pub(super) fn bounds(
        &self,
        table: &Table,
        (regions, are_named): (&[String], bool),
        accounts: &[String],
    ) -> Result<Bounds, Unfit> {
        let time = table.column("eventTime").filter(|column| column.kind == Kind::Text);
        let mut bounds = Bounds {
            days: self.days(),
            time: time.map(|column| column.name.clone()),
            each: Vec::new(),
            among: Vec::new(),
        };
        for (partition, _) in &self.partitions {
            let name = Name::new(partition).ok_or(Unfit::Name)?;
            let texts = match tells(partition) {
                Tells::Account => accounts,
                Tells::Region => regions,
                Tells::Other => &[],
            };
            let values = literals(texts);
            if self.projected(partition, "type").as_deref() == Some("injected") {
                if values.is_empty() {
                    return Err(Unfit::Partition(partition.clone()));
                }
                bounds.each.push((name, values));
            } else if tells(partition) == Tells::Region && are_named {
                bounds.among.push((name, values));
            }
        }
        Ok(bounds)
    }

    fn projected(&self, partition: &str, what: &str) -> Option<String> {
        let is_on = self.parameters.get("projection.enabled");
        let is_on = is_on.is_some_and(|on| on.eq_ignore_ascii_case("true"));
        let setting = self.parameters.get(&format!("projection.{partition}.{what}"));
        setting.filter(|_| is_on).cloned()
    }

    /// By what days are told apart.
    fn days(&self) -> By {
        for (partition, kind) in &self.partitions {
            let projected = self.projected(partition, "type");
            if projected.is_some_and(|projected| projected.eq_ignore_ascii_case("date"))
                && let Some(name) = Name::new(partition)
            {
                let form = self.projected(partition, "format");
                let form = form.unwrap_or_else(|| "yyyy/MM/dd".to_owned());
                return if is_text(kind) && is_ordered(&form) {
                    By::Day(name, form)
                } else {
                    By::Digits(name)
                };
            }
        }
        let named = |wanted: &str| {
            self.partitions
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        if let (Some((year, kind)), Some((month, _)), Some((day, _))) = (named("year"), named("month"), named("day"))
            && let (Some(year), Some(month), Some(day)) = (Name::new(year), Name::new(month), Name::new(day))
        {
            return By::Parts([year, month, day], !is_text(kind));
        }
        let day = self.partitions.iter().find(|(name, _)| is_called_day(name));
        day.and_then(|(name, _)| Name::new(name))
            .map_or(By::Nothing, By::Digits)
    }
}

/// Whether days stand in a partition of this name, as far as that tells.
fn is_called_day(partition: &str) -> bool {
    let name = partition.to_ascii_lowercase();
    name == "dt" || ["date", "day", "timestamp"].iter().any(|day| name.contains(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(partitions: &[&str], parameters: &[(&str, &str)]) -> Metadata {
        let text = |text: &&str| ((*text).to_owned(), "string".to_owned());
        let columns = [
            "eventtime",
            "eventsource",
            "eventname",
            "useridentity",
            "requestparameters",
        ];
        let parameters = parameters.iter();
        Metadata {
            columns: columns.iter().map(text).collect(),
            partitions: partitions.iter().map(text).collect(),
            parameters: parameters
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    fn bounds(metadata: &Metadata, accounts: &[&str]) -> Result<Bounds, Unfit> {
        let accounts: Vec<String> = accounts.iter().map(|&account| account.to_owned()).collect();
        let table = metadata.table("db", "t").expect("a table");
        metadata.bounds(&table, (&["us-east-1".to_owned()], false), &accounts)
    }

    #[test]
    fn days_are_told_apart_by_a_projected_date_or_by_year_month_and_day() {
        let projected = [
            ("projection.enabled", "TRUE"),
            ("projection.dt.type", "date"),
            ("projection.dt.format", "yyyy-MM-dd"),
        ];
        let by_date = bounds(&metadata(&["dt"], &projected), &[]).expect("bounds");
        assert_eq!(
            by_date.days,
            By::Day(Name::new("dt").expect("a name"), "yyyy-MM-dd".to_owned())
        );
        let by_parts = bounds(&metadata(&["region", "year", "month", "day"], &[]), &[]).expect("bounds");
        assert!(matches!(by_parts.days, By::Parts(_, false)));
        let by_name = bounds(&metadata(&["region", "event_date"], &[]), &[]).expect("bounds");
        assert_eq!(by_name.days, By::Digits(Name::new("event_date").expect("a name")));
        let unbounded = bounds(&metadata(&["region"], &[]), &[]).expect("bounds");
        assert_eq!(unbounded.days, By::Nothing);
    }

    #[test]
    fn a_projected_date_of_which_texts_have_not_the_order_of_time_is_no_bound_by_text() {
        for (form, is_ordered) in [
            ("yyyy/MM", true),
            ("yyyyMMddHH", true),
            ("yyyy/M/d", false),
            ("dd-MM-yyyy", false),
            ("yyyy'T'MM", false),
        ] {
            let projected = [
                ("projection.enabled", "true"),
                ("projection.dt.type", "date"),
                ("projection.dt.format", form),
            ];
            let found = bounds(&metadata(&["dt"], &projected), &[]).expect("bounds");
            assert_eq!(matches!(found.days, By::Day(..)), is_ordered, "{form}");
        }
    }

    #[test]
    fn a_partition_that_wants_a_value_gets_the_account_of_the_key_or_is_said() {
        let injected = [
            ("projection.enabled", "true"),
            ("projection.account_id.type", "injected"),
        ];
        let metadata = metadata(&["account_id"], &injected);
        assert_eq!(bounds(&metadata, &["123456789012"]).expect("bounds").each.len(), 1);
        assert_eq!(bounds(&metadata, &[]), Err(Unfit::Partition("account_id".to_owned())));
    }

    #[test]
    fn a_table_of_something_else_is_not_asked() {
        let mut other = metadata(&[], &[]);
        other.columns.retain(|(name, _)| name != "eventsource");
        assert_eq!(other.table("db", "t").err(), Some(Unfit::Column("eventSource")));
    }
}
