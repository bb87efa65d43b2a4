//! The calls to CloudTrail Lake.

use aws_config::retry::RetryConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::config::Builder;
use aws_sdk_cloudtrail::types::QueryStatus;

use crate::collect::refusal::{Refusal, understand};
use crate::collect::sql::engine::{Engine, Look, Rows, State};

/// Rows of a page, at most.
const PAGE: i32 = 1000;

/// CloudTrail Lake in one region.
pub(in crate::collect) struct Api {
    client: Client,
}

impl Api {
    pub(super) fn new(config: &SdkConfig, region: Option<String>) -> Self {
        // Whoever calls tries again, and can be interrupted meanwhile.
        let mut builder = Builder::from(config).retry_config(RetryConfig::disabled());
        if let Some(region) = region {
            builder = builder.region(Region::new(region));
        }
        Self {
            client: Client::from_conf(builder.build()),
        }
    }
}

impl Engine for Api {
    /// CloudTrail knows no tokens: a statement whose answer was lost runs twice, and is read once.
    async fn start(&self, statement: &str, _token: &str) -> Result<String, Refusal> {
        let started = self.client.start_query().query_statement(statement).send().await;
        let started = started.map_err(|error| understand(&error))?;
        Ok(started.query_id.unwrap_or_default())
    }

    async fn look(&self, id: &str) -> Result<Look, Refusal> {
        let seen = self.client.describe_query().query_id(id).send().await;
        let seen = seen.map_err(|error| understand(&error))?;
        let why = seen.error_message().unwrap_or("CloudTrail gave no reason").to_owned();
        let state = match seen.query_status() {
            Some(QueryStatus::Finished) => State::Done,
            Some(QueryStatus::Failed) => State::Failed(why),
            Some(QueryStatus::Cancelled) => State::Failed("the query was cancelled".to_owned()),
            Some(QueryStatus::TimedOut) => State::Failed("the query took longer than CloudTrail permits".to_owned()),
            _ => State::Running,
        };
        let scanned = seen
            .query_statistics()
            .and_then(aws_sdk_cloudtrail::types::QueryStatisticsForDescribeQuery::bytes_scanned);
        Ok(Look {
            state,
            scanned: scanned.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default(),
        })
    }

    async fn rows(&self, id: &str, token: Option<String>) -> Result<Rows, Refusal> {
        let asked = self.client.get_query_results().query_id(id).max_query_results(PAGE);
        let page = asked.set_next_token(token).send().await;
        let page = page.map_err(|error| understand(&error))?;
        let next = page.next_token;
        let rows = page.query_result_rows.unwrap_or_default().into_iter();
        // A cell is a map with one entry.
        let rows = rows.map(|cells| cells.into_iter().flatten().collect()).collect();
        Ok(Rows { rows, next })
    }

    async fn stop(&self, id: &str) {
        // What cannot be stopped ends by itself.
        let _ = self.client.cancel_query().query_id(id).send().await;
    }
}
