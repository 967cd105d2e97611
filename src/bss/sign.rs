//! Signs requests with AK/SK (`SDK-HMAC-SHA256`, devg-apisign). It sends nothing, and the same
//! input always gives the same signature.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// `value` with everything but unreserved characters percent-encoded, as BSS wants paths and queries.
pub fn encoded(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

/// The query string of `pairs`, sorted and encoded as it is both sent and signed.
pub fn query(pairs: &[(&str, String)]) -> String {
    let mut encoded: Vec<_> = pairs.iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    encoded.sort();
    encoded.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// A time in the form of the `X-Sdk-Date` header.
pub fn sdk_date(time: DateTime<Utc>) -> String {
    time.format("%Y%m%dT%H%M%SZ").to_string()
}

/// The lower-case hex of the SHA-256 of `bytes`.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// What is signed of a request.
pub struct Unsigned<'a> {
    /// The method, upper case.
    pub method: &'a str,
    /// Path and query exactly as they go over the wire, the query as [`query`] makes it.
    pub target: &'a str,
    /// The headers to sign, `X-Sdk-Date` and `Host` among them; the names in any case and order.
    pub headers: &'a [(&'static str, String)],
    /// The body, empty when there is none.
    pub body: &'a [u8],
}

impl Unsigned<'_> {
    /// The `Authorization` header of this request, signed at `x_sdk_date` (in the form of
    /// [`sdk_date`]).
    pub fn authorization(&self, access_key: &str, secret_key: &str, x_sdk_date: &str) -> String {
        let canonical = self.canonical();
        let to_sign = format!("{ALGORITHM}\n{x_sdk_date}\n{}", sha256_hex(canonical.as_bytes()));
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret_key.as_bytes()).expect("HMAC takes a key of any length");
        mac.update(to_sign.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        let signed = self.signed_headers();
        format!("{ALGORITHM} Access={access_key}, SignedHeaders={signed}, Signature={signature}")
    }

    /// The names of the signed headers: lower case, sorted, joined by `;`.
    fn signed_headers(&self) -> String {
        self.sorted_headers().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";")
    }

    fn sorted_headers(&self) -> Vec<(String, &str)> {
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| !name.contains('_'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
            .collect();
        headers.sort();
        headers
    }

    /// The canonical request, the text whose hash is signed.
    fn canonical(&self) -> String {
        let (path, query) = self.target.split_once('?').unwrap_or((self.target, ""));
        let mut text = format!("{}\n{}\n{query}\n", self.method, canonical_path(path));
        for (name, value) in self.sorted_headers() {
            let _ = writeln!(text, "{name}:{value}");
        }
        let _ = write!(text, "\n{}\n{}", self.signed_headers(), sha256_hex(self.body));
        text
    }
}

/// The path is decoded before it is split, so an encoded `/` inside a segment becomes a separator; and it
/// ends in `/`. Both are true of the signature only, not of the wire.
fn canonical_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut canonical = decoded.split('/').map(encoded).collect::<Vec<_>>().join("/");
    if !canonical.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Vectors {
        vectors: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        inputs: Inputs,
        wire_uri: String,
        body_sha256: String,
        canonical_request: String,
        authorization: String,
    }

    #[derive(Deserialize)]
    struct Inputs {
        ak: String,
        sk: String,
        x_sdk_date: String,
        method: String,
        resource_path: String,
        query_params: Vec<(String, serde_json::Value)>,
        headers_before_authorization: std::collections::BTreeMap<String, String>,
        body: Option<String>,
    }

    fn vectors() -> Vec<Vector> {
        let text = include_str!("../../tests/fixtures/signing_vectors.json");
        serde_json::from_str::<Vectors>(text).expect("the vectors").vectors
    }

    #[test]
    fn every_vector_of_huaweis_own_signer_is_reproduced() {
        let vectors = vectors();
        assert_eq!(vectors.len(), 8);
        for vector in vectors {
            let headers: Vec<(&'static str, String)> = vector
                .inputs
                .headers_before_authorization
                .into_iter()
                .map(|(name, value)| (&*name.leak(), value))
                .collect();
            let body = vector.inputs.body.unwrap_or_default();
            let unsigned = Unsigned {
                method: &vector.inputs.method,
                target: &vector.wire_uri,
                headers: &headers,
                body: body.as_bytes(),
            };
            assert_eq!(sha256_hex(body.as_bytes()), vector.body_sha256, "{}", vector.name);
            assert_eq!(unsigned.canonical(), vector.canonical_request, "{}", vector.name);
            assert_eq!(
                unsigned.authorization(&vector.inputs.ak, &vector.inputs.sk, &vector.inputs.x_sdk_date),
                vector.authorization,
                "{}",
                vector.name
            );
        }
    }

    #[test]
    fn our_query_is_the_one_that_the_sdk_puts_on_the_wire() {
        for vector in vectors() {
            let mut pairs = Vec::new();
            for (name, value) in &vector.inputs.query_params {
                match value {
                    serde_json::Value::String(text) => pairs.push((name.as_str(), text.clone())),
                    serde_json::Value::Array(many) => {
                        pairs.extend(
                            many.iter().map(|one| (name.as_str(), one.as_str().expect("text").into())),
                        );
                    }
                    other => pairs.push((name.as_str(), other.to_string())),
                }
            }
            let query = query(&pairs);
            let target = if query.is_empty() {
                vector.inputs.resource_path
            } else {
                format!("{}?{query}", vector.inputs.resource_path)
            };
            assert_eq!(target, vector.wire_uri, "{}", vector.name);
        }
    }
}
