//! The gateway's door: AK/SK signatures (SDK-HMAC-SHA256) verified over the bytes that arrived.
//! Written from the documented algorithm, not from the client's code, so that each checks the other.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::{Digest as _, Sha256};

use super::world::times::{MINUTE, Millis, parse_signing, signing};

const ALGORITHM: &str = "SDK-HMAC-SHA256";
/// A signature is good for so long before and after its date, unless the settings say otherwise.
pub(crate) const WINDOW: Millis = 15 * MINUTE;

/// A request as it arrived.
pub(crate) struct Incoming<'r> {
    pub(crate) method: &'r str,
    /// Path and query exactly as they were sent.
    pub(crate) target: &'r str,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: &'r [u8],
}

/// Why the gateway refuses a signature: the end of its error text.
pub(crate) type Bad = String;

/// The parts of an `Authorization` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authorization {
    pub(crate) access: String,
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
}

/// Reads an `Authorization` header of the one algorithm that is supported.
pub(crate) fn read(header: &str) -> Option<Authorization> {
    let fields = header.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
    let mut found = [None, None, None];
    for field in fields.split(',') {
        let (name, value) = field.trim().split_once('=')?;
        let slot = ["Access", "SignedHeaders", "Signature"].iter().position(|known| *known == name)?;
        found[slot] = Some(value);
    }
    let [access, signed_headers, signature] = found;
    Some(Authorization {
        access: access?.to_owned(),
        signed_headers: signed_headers?.split(';').map(str::to_ascii_lowercase).collect(),
        signature: signature?.to_owned(),
    })
}

/// Whose request it is, if it is signed with that one's secret, and at most `window` from `now`.
pub(crate) fn verify<T>(
    request: &Incoming<'_>,
    (now, window): (Millis, Millis),
    holder: impl Fn(&str) -> Option<(T, String)>,
) -> Result<T, Bad> {
    let text = |name: &str| request.headers.get(name).and_then(|v| std::str::from_utf8(v.as_bytes()).ok());
    let header = text("authorization").ok_or("authorization header is missing")?;
    let authorization = read(header).ok_or("authorization header is malformed")?;
    let (who, secret) =
        holder(&authorization.access).ok_or_else(|| format!("ak {} not exist", authorization.access))?;
    let date = text("x-sdk-date").ok_or("x-sdk-date header is missing")?;
    let signed_at = parse_signing(date).ok_or("x-sdk-date header is malformed")?;
    if (now - signed_at).abs() > window {
        return Err(format!(
            "calc aksk signature fail:signature expired, signature time:{date},server time:{}",
            signing(now)
        ));
    }
    let signs = |name: &str| authorization.signed_headers.iter().any(|signed| signed == name);
    // A token that anybody could have added proves nothing.
    let adds_token = request.headers.contains_key("x-security-token") && !signs("x-security-token");
    if !signs("host") || !signs("x-sdk-date") || adds_token {
        return Err("verify aksk signature fail".to_owned());
    }
    let canonical = canonical_request(request, &authorization.signed_headers);
    let hash = hex::encode(Sha256::digest(canonical.as_bytes()));
    let message = format!("{ALGORITHM}\n{date}\n{hash}");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| "no secret".to_owned())?;
    mac.update(message.as_bytes());
    let expected = hex::decode(&authorization.signature).unwrap_or_default();
    mac.verify_slice(&expected).map_err(|_| "verify aksk signature fail".to_owned())?;
    Ok(who)
}

/// What the signature is about, in the form in which it is hashed.
pub(crate) fn canonical_request(request: &Incoming<'_>, signed_headers: &[String]) -> String {
    let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
    let mut names = signed_headers.to_vec();
    names.sort_unstable();
    let mut headers = String::new();
    for name in &names {
        let value = request.headers.get(name).map(http::HeaderValue::as_bytes).unwrap_or_default();
        let _ = writeln!(headers, "{name}:{}", String::from_utf8_lossy(value).trim());
    }
    format!(
        "{}\n{}\n{}\n{headers}\n{}\n{}",
        request.method,
        canonical_path(path),
        canonical_query(query),
        names.join(";"),
        payload_hash(request),
    )
}

fn payload_hash(request: &Incoming<'_>) -> String {
    let declared = request.headers.get("x-sdk-content-sha256").and_then(|v| v.to_str().ok());
    match declared {
        Some(declared) if !request.body.is_empty() => declared.to_owned(),
        _ => hex::encode(Sha256::digest(request.body)),
    }
}

/// Decoded first, split afterwards: an encoded slash becomes a real one.
fn canonical_path(path: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(path).collect::<Vec<u8>>();
    let mut canonical = decoded.split(|b| *b == b'/').map(encode).collect::<Vec<_>>().join("/");
    if !canonical.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text: &str| percent_encoding::percent_decode_str(text).collect::<Vec<u8>>();
            (encode(&decode(name)), encode(&decode(value)))
        })
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
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
        signed_headers: Vec<String>,
        canonical_request: String,
        authorization: String,
    }

    #[derive(Deserialize)]
    struct Inputs {
        ak: String,
        sk: String,
        x_sdk_date: String,
        method: String,
        headers_before_authorization: std::collections::BTreeMap<String, String>,
        body: Option<String>,
    }

    fn vectors() -> Vec<Vector> {
        let text = include_str!("../../tests/fixtures/signing_vectors.json");
        serde_json::from_str::<Vectors>(text).expect("vectors").vectors
    }

    fn headers(vector: &Vector) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in &vector.inputs.headers_before_authorization {
            let name: http::HeaderName = name.parse().expect("a header name");
            headers.insert(name, http::HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
        }
        headers.insert("authorization", vector.authorization.parse().expect("a value"));
        headers
    }

    fn check(
        vector: &Vector,
        headers: &HeaderMap,
        body: &str,
        secret: &str,
        late: Millis,
    ) -> Result<(), Bad> {
        let incoming = Incoming {
            method: &vector.inputs.method,
            target: &vector.wire_uri,
            headers,
            body: body.as_bytes(),
        };
        let now = parse_signing(&vector.inputs.x_sdk_date).expect("a date") + late;
        verify(&incoming, (now, WINDOW), |ak| (ak == vector.inputs.ak).then(|| ((), secret.to_owned())))
    }

    #[test]
    fn every_vector_of_huaweis_signer_is_accepted() {
        let vectors = vectors();
        assert_eq!(vectors.len(), 8);
        for vector in vectors {
            let headers = headers(&vector);
            let body = vector.inputs.body.clone().unwrap_or_default();
            let incoming = Incoming {
                method: &vector.inputs.method,
                target: &vector.wire_uri,
                headers: &headers,
                body: body.as_bytes(),
            };
            let canonical = canonical_request(&incoming, &vector.signed_headers);
            assert_eq!(canonical, vector.canonical_request, "{}", vector.name);
            assert_eq!(check(&vector, &headers, &body, &vector.inputs.sk, 0), Ok(()), "{}", vector.name);
        }
    }

    #[test]
    fn a_changed_body_secret_or_header_is_refused() {
        for vector in vectors() {
            let good = headers(&vector);
            let body = vector.inputs.body.clone().unwrap_or_default();
            let fail = Err("verify aksk signature fail".to_owned());
            assert_eq!(
                check(&vector, &good, &format!("{body} "), &vector.inputs.sk, 0),
                fail,
                "{}",
                vector.name
            );
            assert_eq!(check(&vector, &good, &body, "another", 0), fail, "{}", vector.name);
            let mut moved = good.clone();
            moved.insert("host", http::HeaderValue::from_static("elsewhere.example"));
            assert_eq!(check(&vector, &moved, &body, &vector.inputs.sk, 0), fail, "{}", vector.name);
        }
    }

    #[test]
    fn a_signature_is_good_for_a_quarter_of_an_hour_on_both_sides() {
        let vector = &vectors()[0];
        let headers = headers(vector);
        let sk = &vector.inputs.sk;
        for (late, good) in
            [(WINDOW, true), (-WINDOW, true), (WINDOW + 1_000, false), (-WINDOW - 1_000, false)]
        {
            let answer = check(vector, &headers, "", sk, late);
            assert_eq!(answer.is_ok(), good, "{answer:?}");
            if let Err(text) = answer {
                assert!(text.starts_with(
                    "calc aksk signature fail:signature expired, signature time:20250115T083000Z,server time:"
                ));
            }
        }
    }

    #[test]
    fn other_algorithms_and_broken_headers_are_not_read() {
        for header in [
            "",
            "SDK-HMAC-SM3 Access=A, SignedHeaders=host, Signature=00",
            "SDK-HMAC-SHA256 Access=A, Signature=00",
            "SDK-HMAC-SHA256 Access",
        ] {
            assert_eq!(read(header), None, "{header}");
        }
    }
}
