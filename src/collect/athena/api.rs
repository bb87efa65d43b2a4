//! The calls to Athena.

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_athena::Client;
use aws_sdk_athena::config::Builder;
use aws_sdk_athena::error::SdkError;
use aws_sdk_athena::operation::get_table_metadata::GetTableMetadataError;
use aws_sdk_athena::types::{
    Column, QueryExecutionContext, QueryExecutionState, ResultConfiguration, ResultSet, ResultSetMetadata,
    Row as AthenaRow,
};

use super::metadata::Metadata;
use crate::collect::refusal::{Refusal, understand};
use crate::collect::sql::engine::{Engine, Look, Rows, State};
use crate::investigation::fact::AskedTables;

/// The catalogue that tables are in, unless somebody made another.
const CATALOGUE: &str = "AwsDataCatalog";
/// Rows of a page, at most.
const PAGE: i32 = 1000;

/// One database of Athena.
pub(in crate::collect) struct Api {
    client: Client,
    database: String,
    workgroup: Option<String>,
    output: Option<String>,
}

impl Api {
    pub(super) fn new(config: &SdkConfig, database: &str, asked: &AskedTables) -> Self {
        // Whoever calls tries again, and can be interrupted meanwhile.
        let config = Builder::from(config).retry_config(RetryConfig::disabled());
        Self {
            client: Client::from_conf(config.build()),
            database: database.to_owned(),
            workgroup: asked.workgroup.clone(),
            output: asked.output.clone(),
        }
    }

    /// What the catalogue says of a table; `None` if there is none.
    pub(super) async fn metadata(&self, table: &str) -> Result<Option<Metadata>, Refusal> {
        let asked = self
            .client
            .get_table_metadata()
            .catalog_name(CATALOGUE)
            .database_name(&self.database)
            .table_name(table)
            .set_work_group(self.workgroup.clone())
            .customize()
            .config_override(Builder::new().retry_config(RetryConfig::standard()));
        let found = match asked.send().await {
            Ok(found) => found.table_metadata,
            Err(error) if is_absent(&error) => None,
            Err(error) => return Err(understand(&error)),
        };
        let pairs = |columns: &[Column]| {
            let pairs = columns.iter();
            pairs
                .map(|column| (column.name().to_owned(), column.r#type().unwrap_or_default().to_owned()))
                .collect()
        };
        Ok(found.map(|found| Metadata {
            columns: pairs(found.columns()),
            partitions: pairs(found.partition_keys()),
            parameters: found.parameters.clone().unwrap_or_default().into_iter().collect(),
        }))
    }
}

/// The catalogue's own error is passed on as one of Athena's, for whatever is wrong with it.
fn is_absent(error: &SdkError<GetTableMetadataError>) -> bool {
    let service = error.as_service_error();
    service.is_some_and(|error| {
        error.is_metadata_exception() && {
            let said = error.meta().message().unwrap_or_default().to_ascii_lowercase();
            said.contains("not found") || said.contains("entitynotfound") || said.contains("does not exist")
        }
    })
}

impl Engine for Api {
    async fn start(&self, statement: &str, token: &str) -> Result<String, Refusal> {
        let database = QueryExecutionContext::builder()
            .catalog(CATALOGUE)
            .database(&self.database);
        let output = self.output.as_ref();
        let results = output.map(|output| ResultConfiguration::builder().output_location(output).build());
        let asked = self
            .client
            .start_query_execution()
            .query_string(statement)
            .client_request_token(token)
            .query_execution_context(database.build())
            .set_result_configuration(results)
            .set_work_group(self.workgroup.clone());
        let started = asked.send().await.map_err(|error| understand(&error))?;
        Ok(started.query_execution_id.unwrap_or_default())
    }

    async fn look(&self, id: &str) -> Result<Look, Refusal> {
        let asked = self.client.get_query_execution().query_execution_id(id);
        let seen = asked.send().await.map_err(|error| understand(&error))?;
        let query = seen.query_execution();
        let status = query.and_then(|query| query.status());
        let why = || {
            let why = status.and_then(|status| status.state_change_reason());
            why.unwrap_or("Athena gave no reason").to_owned()
        };
        let state = match status.and_then(|status| status.state()) {
            Some(QueryExecutionState::Succeeded) => State::Done,
            Some(QueryExecutionState::Failed | QueryExecutionState::Cancelled) => State::Failed(why()),
            _ => State::Running,
        };
        let scanned = query.and_then(|query| query.statistics()?.data_scanned_in_bytes());
        Ok(Look {
            state,
            scanned: scanned.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default(),
        })
    }

    async fn rows(&self, id: &str, token: Option<String>) -> Result<Rows, Refusal> {
        let is_first = token.is_none();
        let asked = self.client.get_query_results().query_execution_id(id).max_results(PAGE);
        let page = asked.set_next_token(token).send().await;
        let page = page.map_err(|error| understand(&error))?;
        let next = page.next_token.clone();
        let results = page.result_set();
        let described = results.and_then(ResultSet::result_set_metadata);
        let columns = described.map(ResultSetMetadata::column_info).unwrap_or_default();
        let row = |row: &AthenaRow| {
            let cells = row.data().iter().map(|cell| cell.var_char_value().map(str::to_owned));
            let pairs = columns.iter().zip(cells);
            pairs
                .filter_map(|(column, value)| Some((column.name().to_owned(), value?)))
                .collect()
        };
        let rows = results.map(ResultSet::rows).unwrap_or_default();
        // The first row of all repeats the names.
        let rows = rows.iter().skip(usize::from(is_first)).map(row).collect();
        Ok(Rows { rows, next })
    }

    async fn stop(&self, id: &str) {
        // What cannot be stopped ends by itself.
        let _ = self.client.stop_query_execution().query_execution_id(id).send().await;
    }
}
