//! The files of a bucket, to be verified: every object, and what the metadata of digests say.

use std::collections::BTreeMap;
use std::io::{self, Cursor};

use tokio::runtime::Runtime;

use super::api::{Api, Object};
use super::refusal::{of_bucket, of_object};
use crate::cloudtrail::digest::{Kind, kind};
use crate::collect::source::SourceError;
use crate::collect::trail::{self, TrailError};

/// Objects are waited for, not worked on: more at once than there are cores.
const AT_ONCE: usize = 32;

/// Everything under a folder of a bucket.
#[derive(Debug)]
pub struct Objects {
    name: String,
    runtime: Runtime,
    api: Api,
    listed: BTreeMap<String, Object>,
}

impl Objects {
    /// Lists them all. Blocks.
    pub fn new(bucket: &str, prefix: &str, profile: Option<String>, requester_pays: bool) -> Result<Self, SourceError> {
        let runtime = Runtime::new().map_err(|error| SourceError::Bucket(error.to_string()))?;
        let name = format!("s3://{bucket}/{prefix}");
        let (api, inside) = runtime
            .block_on(async {
                let api = Api::new(bucket, profile, requester_pays).await?;
                let folder = if prefix.is_empty() {
                    String::new()
                } else {
                    format!("{prefix}/")
                };
                let inside = api.list(&folder, true).await?;
                Ok((api, inside))
            })
            .map_err(|error| of_bucket(&name, &error))?;
        let named = inside.objects.into_iter().map(|object| (object.key.clone(), object));
        Ok(Self {
            listed: named.collect(),
            name,
            runtime,
            api,
        })
    }
}

impl trail::Objects for Objects {
    fn place(&self) -> String {
        self.name.clone()
    }

    fn list(&self) -> Result<Vec<String>, TrailError> {
        Ok(self.listed.keys().cloned().collect())
    }

    /// Of a bucket only what has the place of a log file is read.
    fn is_read(&self, _: &str) -> bool {
        false
    }

    fn open(&self, path: &str) -> io::Result<trail::Object> {
        let object = self.listed.get(path).ok_or(io::ErrorKind::NotFound)?;
        let (bytes, signature) = self
            .runtime
            .block_on(async {
                let bytes = self.api.get(object, 0, object.bytes).await?;
                let signature = match kind(path) {
                    Some(Kind::Digest) => self.api.signature(object).await?,
                    _ => None,
                };
                Ok((bytes, signature))
            })
            .map_err(|error| io::Error::other(of_object(&error)))?;
        Ok(trail::Object {
            reader: Box::new(Cursor::new(bytes)),
            signature,
        })
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }
}
