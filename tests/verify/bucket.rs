//! A bucket into which a trail delivered: log files, and digests signed with a key of the test's own.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const FINGERPRINT: &str = "0123456789abcdef0123456789abcdef";
const BUCKET: &str = "trail-bucket";

fn signing_key() -> &'static RsaKeyPair {
    static KEY: OnceLock<RsaKeyPair> = OnceLock::new();
    KEY.get_or_init(new_key)
}

pub(crate) fn new_key() -> RsaKeyPair {
    RsaKeyPair::generate(KeySize::Rsa2048).expect("a key")
}

/// The public key as base64.
pub(crate) fn public(key: &RsaKeyPair) -> String {
    STANDARD.encode(key.public_key().as_ref())
}

/// What `aws cloudtrail list-public-keys` prints of a key.
pub(crate) fn listed(fingerprint: &str, key: &RsaKeyPair) -> String {
    json!({"PublicKeyList": [{"Value": public(key), "Fingerprint": fingerprint}]}).to_string()
}

/// The public key of the trail as base64.
pub(crate) fn trails_key() -> String {
    public(signing_key())
}

pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(text).expect("packed");
    writer.finish().expect("packed")
}

pub(crate) fn gunzip(path: &Path) -> Vec<u8> {
    let mut text = Vec::new();
    let file = fs::File::open(path).expect("a file");
    flate2::read::GzDecoder::new(file)
        .read_to_end(&mut text)
        .expect("unpacked");
    text
}

/// The beginning of an hour of the test.
pub(crate) fn hour(number: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 4, 10, 0, 0).unwrap() + TimeDelta::hours(number)
}

/// A digest that was written, as the next one speaks of it.
#[derive(Clone)]
struct Written {
    object: String,
    sha256: String,
    signature: String,
}

pub(crate) struct Bucket {
    folder: tempfile::TempDir,
    metadata: Map<String, Value>,
    last: BTreeMap<(String, bool), Written>,
}

impl Bucket {
    pub(crate) fn new() -> Self {
        let bucket = Self {
            folder: tempfile::tempdir().expect("a folder"),
            metadata: Map::new(),
            last: BTreeMap::new(),
        };
        fs::create_dir(bucket.top()).expect("made");
        fs::write(bucket.keys(), listed(FINGERPRINT, signing_key())).expect("written");
        bucket
    }

    /// Three hours in one region, with a log file in each: `log(0)` to `log(2)` and `digest(0)` to `digest(2)`.
    pub(crate) fn of_three_hours() -> Self {
        let mut bucket = Self::new();
        for number in 0..3 {
            bucket.delivers("us-east-1", number, 1);
        }
        bucket
    }

    /// The folder to verify: what was saved lies in it, beside the bucket.
    pub(crate) fn top(&self) -> PathBuf {
        self.folder.path().join("copy")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.top().join("public_keys.json")
    }

    pub(crate) fn saved_metadata(&self) -> PathBuf {
        self.top().join("object_metadata.json")
    }

    /// A file beside the folder.
    pub(crate) fn aside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An hour of the trail in a region: so many log files, then the digest that names them.
    pub(crate) fn delivers(&mut self, region: &str, number: i64, logs: usize) {
        let logs: Vec<Value> = (0..logs).map(|n| self.log_file(region, number, n)).collect();
        self.writes(region, hour(number), hour(number + 1), &logs, false);
    }

    /// A log file of an hour that came late, and the digest written for it.
    pub(crate) fn delivers_late(&mut self, region: &str, number: i64) {
        let log = self.log_file(region, number, 9);
        self.writes(region, hour(number), hour(number + 1), &[log], true);
    }

    /// The next digest begins a chain of its own.
    pub(crate) fn starts_anew(&mut self, region: &str) {
        self.last.remove(&(region.to_owned(), false));
    }

    fn log_file(&self, region: &str, number: i64, n: usize) -> Value {
        let text = format!(r#"{{"Records":[{{"eventID":"{region} {number} {n}"}}]}}"#);
        let key = log_key(region, number, n);
        self.put(&key, &gzip(text.as_bytes()));
        json!({
            "s3Bucket": BUCKET, "s3Object": key, "hashAlgorithm": "SHA-256",
            "hashValue": hex::encode(Sha256::digest(&text)),
            "oldestEventTime": stamp(hour(number)), "newestEventTime": stamp(hour(number) + TimeDelta::minutes(9)),
        })
    }

    fn writes(&mut self, region: &str, start: DateTime<Utc>, end: DateTime<Utc>, logs: &[Value], is_late: bool) {
        let chain = (region.to_owned(), is_late);
        let before = self.last.get(&chain);
        let object = digest_key(region, end, is_late);
        let of = |member: fn(&Written) -> &String| before.map(member);
        let digest = json!({
            "awsAccountId": ACCOUNT,
            "digestStartTime": stamp(start), "digestEndTime": stamp(end),
            "digestS3Bucket": BUCKET, "digestS3Object": object,
            "digestPublicKeyFingerprint": FINGERPRINT, "digestSignatureAlgorithm": "SHA256withRSA",
            "previousDigestS3Bucket": before.map(|_| BUCKET), "previousDigestS3Object": of(|w| &w.object),
            "previousDigestHashValue": of(|w| &w.sha256), "previousDigestHashAlgorithm": before.map(|_| "SHA-256"),
            "previousDigestSignature": of(|w| &w.signature),
            "logFiles": logs,
        });
        self.sign(&digest, signing_key(), is_late);
    }

    /// Puts a digest at its place, signed with a key.
    pub(crate) fn sign(&mut self, digest: &Value, key: &RsaKeyPair, is_late: bool) {
        let text = digest.to_string();
        let sha256 = hex::encode(Sha256::digest(&text));
        let member = |name: &str| digest[name].as_str().unwrap_or("null").to_owned();
        let object = member("digestS3Object");
        let signed = format!(
            "{}\n{BUCKET}/{object}\n{sha256}\n{}",
            member("digestEndTime"),
            member("previousDigestSignature")
        );
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )
        .expect("signed");
        let signature = hex::encode(signature);
        self.put(&object, &gzip(text.as_bytes()));
        self.metadata.insert(object.clone(), json!({"signature": signature}));
        fs::write(self.saved_metadata(), Value::Object(self.metadata.clone()).to_string()).expect("written");
        let region = object.split('/').nth(3).expect("a region").to_owned();
        let written = Written {
            object,
            sha256,
            signature,
        };
        self.last.insert((region, is_late), written);
    }

    fn put(&self, key: &str, bytes: &[u8]) {
        let path = self.path(key);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }

    /// Where an object lies.
    pub(crate) fn path(&self, key: &str) -> PathBuf {
        self.top().join(BUCKET).join(key)
    }
}

fn stamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(crate) fn log_key(region: &str, number: i64, n: usize) -> String {
    let time = hour(number) + TimeDelta::minutes(10);
    let (day, time) = (time.format("%Y/%m/%d"), time.format("%Y%m%dT%H%MZ"));
    format!("AWSLogs/{ACCOUNT}/CloudTrail/{region}/{day}/{ACCOUNT}_CloudTrail_{region}_{time}_Unique{n:010}.json.gz")
}

fn digest_key(region: &str, end: DateTime<Utc>, is_late: bool) -> String {
    let (day, time) = (end.format("%Y/%m/%d"), end.format("%Y%m%dT%H%M%SZ"));
    let late = if is_late { "_backfill" } else { "" };
    format!(
        "AWSLogs/{ACCOUNT}/CloudTrail-Digest/{region}/{day}/\
         {ACCOUNT}_CloudTrail-Digest_{region}_my_trail_us-east-1_{time}{late}.json.gz"
    )
}

/// The log file of an hour of [`Bucket::of_three_hours`].
pub(crate) fn log(number: i64) -> String {
    log_key("us-east-1", number, 0)
}

/// The digest of an hour of it.
pub(crate) fn digest(number: i64) -> String {
    digest_in("us-east-1", number)
}

/// The digest of an hour of a region.
pub(crate) fn digest_in(region: &str, number: i64) -> String {
    digest_key(region, hour(number + 1), false)
}

/// The digest of an hour that was written later.
pub(crate) fn late_digest(region: &str, number: i64) -> String {
    digest_key(region, hour(number + 1), true)
}
