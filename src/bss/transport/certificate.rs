//! When a server's certificate ends: the one thing that is read from it here. Whether it is to be trusted is
//! decided by the TLS library.

use chrono::{DateTime, NaiveDateTime, Utc};

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The end of a certificate's validity (RFC 5280, 4.1); nothing where the form is another.
pub(super) fn ends_at(der: &[u8]) -> Option<DateTime<Utc>> {
    let certificate = inside(der, SEQUENCE)?;
    let mut fields = inside(certificate, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        fields = element(fields)?.2;
    }
    // Serial number, signature algorithm, issuer.
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let validity = inside(fields, SEQUENCE)?;
    let (tag, text, _) = element(element(validity)?.2)?;
    let text = std::str::from_utf8(text).ok()?;
    let time = match tag {
        // Years of two digits are those of 1950 to 2049.
        UTC_TIME => {
            let century = if text.get(..2)?.parse::<u8>().ok()? < 50 { "20" } else { "19" };
            format!("{century}{text}")
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    NaiveDateTime::parse_from_str(&time, "%Y%m%d%H%M%SZ").ok().map(|naive| naive.and_utc())
}

/// What a first element with this tag contains.
fn inside(der: &[u8], tag: u8) -> Option<&[u8]> {
    element(der).filter(|(found, ..)| *found == tag).map(|(_, content, _)| content)
}

/// The first element: its tag, its content, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&short, rest) = rest.split_first()?;
    let (length, rest) = if short < 0x80 {
        (usize::from(short), rest)
    } else {
        let bytes = usize::from(short & 0x7f);
        let (length, rest) = rest.split_at_checked(bytes).filter(|_| (1..=4).contains(&bytes))?;
        (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::{CertificateDer, pem::PemObject};

    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read() {
        let pem = include_bytes!("../../../tests/fixtures/tls/localhost.pem");
        let der = CertificateDer::from_pem_slice(pem).expect("a certificate");
        assert_eq!(ends_at(&der).map(|end| end.to_rfc3339()), Some("2126-10-30T00:13:33+00:00".to_owned()));
        for length in 0..der.len() {
            ends_at(&der[..length]);
        }
        assert_eq!(ends_at(b"no certificate"), None);
    }
}
