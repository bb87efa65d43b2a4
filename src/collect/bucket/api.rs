//! S3 on the wire: a page of a list, a part of an object; tried again while that may help.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::RequestPayer;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use crate::account::settings;
use crate::cloudtrail::digest::Signature;
use crate::collect::refusal::{Meaning, Refusal, understand};

/// So many times is tried again what may go well the next time.
const PATIENCE: u32 = 6;
/// The same, where S3 says that it is too much.
const PATIENCE_IF_THROTTLED: u32 = 12;
/// Between two looks whether expired credentials were renewed.
const RENEWAL: Duration = Duration::from_secs(5);
/// Where S3 is asked in which region a bucket is.
const ANY_REGION: &str = "us-east-1";

/// An object of a bucket, as it was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub key: String,
    pub bytes: u64,
    pub etag: String,
}

/// What is in a folder.
#[derive(Debug, Default)]
pub(super) struct Inside {
    /// The names of the folders in it.
    pub folders: Vec<String>,
    pub objects: Vec<Object>,
}

/// A bucket.
#[derive(Debug)]
pub(super) struct Api {
    bucket: String,
    profile: Option<String>,
    requester_pays: bool,
    region: String,
    client: Mutex<(Client, Instant)>,
    /// Whether the credentials worked at some time.
    worked: AtomicBool,
    /// Calls that wait for credentials that expired to be renewed.
    waiting: AtomicUsize,
}

/// A call that waits for credentials, until it ends.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn client(config: &SdkConfig, region: &str) -> Client {
    // Retrying is left to `patiently`: the SDK does not try again what was cut off.
    let config = Builder::from(config)
        .region(Region::new(region.to_owned()))
        .retry_config(RetryConfig::disabled());
    Client::from_conf(config.build())
}

impl Api {
    /// Finds the region of the bucket.
    pub(super) async fn new(bucket: &str, profile: Option<String>, requester_pays: bool) -> Result<Self, Refusal> {
        let config = settings(profile.as_deref()).await;
        let near = config.region().map_or(ANY_REGION, Region::as_ref);
        let near = client(&config, near);
        let region = region(&near, bucket).await?;
        Ok(Self {
            bucket: bucket.to_owned(),
            requester_pays,
            client: Mutex::new((client(&config, &region), Instant::now())),
            profile,
            region,
            worked: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
        })
    }

    /// A bucket on a server of a test.
    #[cfg(test)]
    pub(super) fn at(endpoint: &str) -> Self {
        use aws_sdk_s3::config::{BehaviorVersion, Credentials, SharedCredentialsProvider};
        let credentials = Credentials::new("AKIAZZRESPONDER00001", "secret", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(endpoint)
            .build();
        Self {
            bucket: "bucket".to_owned(),
            requester_pays: false,
            client: Mutex::new((client(&config, ANY_REGION), Instant::now())),
            profile: None,
            region: ANY_REGION.to_owned(),
            worked: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Whether the credentials have expired, and their renewal is awaited.
    pub(super) fn is_paused(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Everything under a prefix; with the folders in it unfolded if `whole`.
    pub(super) async fn list(&self, prefix: &str, whole: bool) -> Result<Inside, Refusal> {
        let mut inside = Inside::default();
        let mut token = None;
        loop {
            let page = self
                .patiently(|client| {
                    let list = client
                        .list_objects_v2()
                        .bucket(&self.bucket)
                        .prefix(prefix)
                        .set_delimiter((!whole).then(|| "/".to_owned()))
                        .set_continuation_token(token.clone())
                        .set_request_payer(self.payer());
                    async move { list.send().await.map_err(|error| understand(&error)) }
                })
                .await?;
            let folders = page.common_prefixes().iter().filter_map(|folder| {
                let name = folder.prefix()?.strip_prefix(prefix)?;
                Some(name.trim_end_matches('/').to_owned())
            });
            inside.folders.extend(folders);
            let objects = page.contents().iter().filter_map(|object| {
                Some(Object {
                    key: object.key()?.to_owned(),
                    bytes: object
                        .size()
                        .and_then(|size| u64::try_from(size).ok())
                        .unwrap_or_default(),
                    etag: object.e_tag().unwrap_or_default().to_owned(),
                })
            });
            // What ends with a slash only stands for a folder.
            inside
                .objects
                .extend(objects.filter(|object| !object.key.ends_with('/')));
            token = page.next_continuation_token().map(str::to_owned);
            if token.is_none() {
                return Ok(inside);
            }
        }
    }

    /// So many bytes of an object, from there on; it must be the one that was listed.
    pub(super) async fn get(&self, object: &Object, from: u64, bytes: u64) -> Result<Vec<u8>, Refusal> {
        if bytes == 0 {
            return Ok(Vec::new());
        }
        let is_part = bytes < object.bytes;
        let range = is_part.then(|| format!("bytes={from}-{}", from + bytes - 1));
        self.patiently(|client| {
            let get = client
                .get_object()
                .bucket(&self.bucket)
                .key(&object.key)
                .set_if_match((!object.etag.is_empty()).then(|| object.etag.clone()))
                .set_range(range.clone())
                .set_request_payer(self.payer());
            async move {
                let answer = get.send().await.map_err(|error| understand(&error))?;
                whole(answer.body, bytes).await
            }
        })
        .await
    }

    /// What the metadata of a digest say of its signature.
    pub(super) async fn signature(&self, object: &Object) -> Result<Option<Signature>, Refusal> {
        self.patiently(|client| {
            let head = client
                .head_object()
                .bucket(&self.bucket)
                .key(&object.key)
                .set_request_payer(self.payer());
            async move {
                let answer = head.send().await.map_err(|error| understand(&error))?;
                Ok(Signature::of(|name| answer.metadata()?.get(name).map(String::as_str)))
            }
        })
        .await
    }

    fn payer(&self) -> Option<RequestPayer> {
        self.requester_pays.then_some(RequestPayer::Requester)
    }

    /// Calls until there is an answer, or none is to be expected.
    async fn patiently<T, F>(&self, call: impl Fn(Client) -> F) -> Result<T, Refusal>
    where
        F: Future<Output = Result<T, Refusal>>,
    {
        let (mut failed, mut throttled) = (0, 0);
        let mut waiting = None;
        loop {
            let (client, made) = self.client.lock().await.clone();
            let mut error = match call(client).await {
                Ok(answer) => {
                    self.worked.store(true, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(error) => error,
            };
            // Credentials that worked and are not taken any more can be renewed.
            error.meaning = match (error.meaning, self.worked.load(Ordering::Relaxed)) {
                (Meaning::NoCredentials | Meaning::Expired, true) => Meaning::Expired,
                (Meaning::NoCredentials | Meaning::Expired, false) => Meaning::NoCredentials,
                (meaning, _) => meaning,
            };
            match error.meaning {
                Meaning::Throttled if throttled < PATIENCE_IF_THROTTLED => {
                    throttled += 1;
                    sleep(pause(throttled)).await;
                }
                Meaning::Passing if failed < PATIENCE => {
                    failed += 1;
                    sleep(pause(failed)).await;
                }
                Meaning::Expired => {
                    waiting.get_or_insert_with(|| Waiting::new(&self.waiting));
                    self.renew(made).await;
                }
                _ => return Err(error),
            }
        }
    }

    /// Reads anew whatever renewed the credentials (a profile, SSO): one for all who wait.
    async fn renew(&self, refused: Instant) {
        let mut client = self.client.lock().await;
        if client.1 == refused {
            sleep(RENEWAL).await;
            let config = settings(self.profile.as_deref()).await;
            *client = (self::client(&config, &self.region), Instant::now());
        }
    }
}

/// Longer each time, up to half a minute.
fn pause(times: u32) -> Duration {
    Duration::from_millis(100 << times.min(8))
}

/// The whole body: S3 may be cut off in the middle of it.
async fn whole(body: ByteStream, bytes: u64) -> Result<Vec<u8>, Refusal> {
    let cut = |text: String| Refusal {
        meaning: Meaning::Passing,
        text,
    };
    let body = body.collect().await;
    let body = body.map_err(|error| cut(format!("the answer was cut off: {}", crate::account::causes(&error))))?;
    let body = body.to_vec();
    if body.len() as u64 == bytes {
        Ok(body)
    } else {
        Err(cut(format!("{} bytes of {bytes} came", body.len())))
    }
}

/// The region a bucket is in, which S3 tells in any region, and also whom it lets do nothing else.
async fn region(client: &Client, bucket: &str) -> Result<String, Refusal> {
    let own = || client.config().region().map_or(ANY_REGION, Region::as_ref).to_owned();
    match client.head_bucket().bucket(bucket).send().await {
        Ok(answer) => Ok(answer.bucket_region().map_or_else(own, str::to_owned)),
        Err(error) => {
            let told = error.raw_response().map(|raw| {
                let region = raw.headers().get("x-amz-bucket-region").map(str::to_owned);
                (raw.status().as_u16(), region)
            });
            match told {
                Some((404, _)) => Err(Refusal {
                    meaning: Meaning::Final,
                    text: format!("NoSuchBucket: there is no bucket {bucket}"),
                }),
                // Whatever else is wrong is said by the calls that follow.
                Some((_, region)) => Ok(region.unwrap_or_else(own)),
                None => Err(understand(&error)),
            }
        }
    }
}
