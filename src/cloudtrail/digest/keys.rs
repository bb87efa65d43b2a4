//! The public keys of CloudTrail, and whether a signature fits one of them.

use std::collections::BTreeMap;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde_json::{Deserializer, Value};

/// Public keys by their fingerprints.
#[derive(Debug, Clone, Default)]
pub struct Keys(BTreeMap<String, ParsedPublicKey>);

/// Why a text holds no public keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// It is something else.
    #[error("it does not hold what `aws cloudtrail list-public-keys` prints")]
    NotKeys,
    /// One of them is no key.
    #[error("what it holds under the fingerprint {0} is no RSA public key")]
    NotAKey(String),
}

/// Where and for which time `ListPublicKeys` has to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The region of the digests.
    pub region: String,
    /// The first moment of the oldest digest.
    pub from: DateTime<Utc>,
    /// The last moment of the newest.
    pub until: DateTime<Utc>,
}

impl Keys {
    /// Reads what `aws cloudtrail list-public-keys` prints; of several regions one after the other.
    pub fn parse(text: &[u8]) -> Result<Self, KeysError> {
        let mut keys = Self::default();
        for answer in Deserializer::from_slice(text).into_iter::<Value>() {
            let answer = answer.map_err(|_| KeysError::NotKeys)?;
            let list = answer.get("PublicKeyList").unwrap_or(&answer).as_array();
            for key in list.ok_or(KeysError::NotKeys)? {
                let text = |name: &str| key.get(name).and_then(Value::as_str).ok_or(KeysError::NotKeys);
                let value = STANDARD.decode(text("Value")?).unwrap_or_default();
                keys.add(text("Fingerprint")?, &value)?;
            }
        }
        Ok(keys)
    }

    /// Adds a key in PKCS #1 DER form.
    pub fn add(&mut self, fingerprint: &str, der: &[u8]) -> Result<(), KeysError> {
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der);
        let key = key.map_err(|_| KeysError::NotAKey(fingerprint.to_owned()))?;
        self.0.insert(fingerprint.to_ascii_lowercase(), key);
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a signature in hexadecimal fits a text. `None` where there is no such key.
    pub(super) fn fits(&self, fingerprint: &str, text: &str, signature: &str) -> Option<bool> {
        let key = self.0.get(fingerprint)?;
        let signature = hex::decode(signature).unwrap_or_default();
        Some(key.verify_sig(text.as_bytes(), &signature).is_ok())
    }
}
