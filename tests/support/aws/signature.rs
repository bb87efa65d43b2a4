//! Signature Version 4: what a request says about itself in `Authorization`, and whether that is true.

use chrono::{DateTime, NaiveDateTime, Utc};
use hyper::http::request::Parts;
use sha2::{Digest, Sha256};

use super::request::header;

pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The parts of an `Authorization` header.
#[derive(Debug, Clone)]
pub struct Signature {
    pub key: String,
    pub region: String,
    pub service: String,
    /// The day, as in `20260304`.
    pub date: String,
    pub signed_headers: Vec<String>,
    pub hex: String,
}

impl Signature {
    /// `None` where there is no such header or it does not have the right form.
    pub fn read(parts: &Parts) -> Option<Self> {
        let fields = header(parts, "authorization")?.strip_prefix(ALGORITHM)?;
        let field = |name: &str| {
            let mut all = fields.split(',').map(str::trim);
            all.find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
        };
        let scope: Vec<&str> = field("Credential")?.split('/').collect();
        let [key, date, region, service, "aws4_request"] = scope[..] else {
            return None;
        };
        Some(Self {
            key: key.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            date: date.to_owned(),
            signed_headers: field("SignedHeaders")?.split(';').map(str::to_owned).collect(),
            hex: field("Signature")?.to_owned(),
        })
    }

    /// Whether the holder of the secret signed exactly this request.
    pub fn is_of(&self, secret: &str, parts: &Parts, body: &[u8]) -> bool {
        self.made(secret, parts, body) == self.hex
    }

    /// The signature that the holder of the secret makes.
    pub fn made(&self, secret: &str, parts: &Parts, body: &[u8]) -> String {
        let stamp = header(parts, "x-amz-date").unwrap_or_default();
        let canonical = self.canonical(parts, body);
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let to_sign = format!(
            "{ALGORITHM}\n{stamp}\n{scope}\n{}",
            hex::encode(Sha256::digest(canonical.as_bytes()))
        );
        let parts = [&self.date, &self.region, &self.service, "aws4_request"];
        let start = format!("AWS4{secret}").into_bytes();
        let key = parts
            .iter()
            .fold(start, |key, part| hmac(&key, part.as_bytes()).to_vec());
        hex::encode(hmac(&key, to_sign.as_bytes()))
    }

    fn canonical(&self, parts: &Parts, body: &[u8]) -> String {
        let mut query: Vec<&str> = parts.uri.query().unwrap_or_default().split('&').collect();
        query.sort_unstable();
        let line = |name: &String| {
            let words: Vec<&str> = header(parts, name).unwrap_or_default().split_whitespace().collect();
            format!("{name}:{}\n", words.join(" "))
        };
        let headers: Vec<String> = self.signed_headers.iter().map(line).collect();
        format!(
            "{}\n{}\n{}\n{}\n{}\n{}",
            parts.method,
            parts.uri.path(),
            query.join("&"),
            headers.concat(),
            self.signed_headers.join(";"),
            hex::encode(Sha256::digest(body)),
        )
    }
}

/// When the request says that it was signed.
pub fn signed_at(parts: &Parts) -> Option<DateTime<Utc>> {
    let stamp = header(parts, "x-amz-date")?;
    NaiveDateTime::parse_from_str(stamp, "%Y%m%dT%H%M%SZ")
        .ok()
        .map(|t| t.and_utc())
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut padded = [0_u8; BLOCK];
    if key.len() > BLOCK {
        padded[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        padded[..key.len()].copy_from_slice(key);
    }
    let keyed = |pad: u8| padded.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(keyed(0x36)).chain_update(text).finalize();
    Sha256::new()
        .chain_update(keyed(0x5c))
        .chain_update(inner)
        .finalize()
        .into()
}
