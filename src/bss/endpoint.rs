//! Where BSS is reached: Huawei's two sites, or an address of one's own. It opens no connection.

use std::{fmt, str::FromStr};

use url::{Host, Url};

use super::Identity;
use crate::i18n::Locale;

/// One of Huawei Cloud's sites; an account belongs to exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Site {
    /// The China site.
    China,
    /// The International site.
    International,
    /// The European site.
    Europe,
}

impl Site {
    /// Its BSS address.
    pub fn endpoint(self) -> Endpoint {
        let host = match self {
            Self::China => "bss.myhuaweicloud.com",
            Self::International => "bss-intl.myhuaweicloud.com",
            Self::Europe => "bss.myhuaweicloud.eu",
        };
        Endpoint::public(host)
    }

    /// Where its IAM and STS are.
    pub fn identity(self) -> Identity {
        let (iam, sts) = match self {
            Self::China => ("iam.myhuaweicloud.com", Some("sts.cn-north-4.myhuaweicloud.com")),
            Self::International => {
                ("iam.ap-southeast-1.myhuaweicloud.com", Some("sts.ap-southeast-1.myhuaweicloud.com"))
            }
            Self::Europe => ("iam.eu-west-101.myhuaweicloud.eu", None),
        };
        Identity { iam: Endpoint::public(iam), sts: sts.map(Endpoint::public) }
    }

    /// The site that an account with this address is told to be of, if it is one of Huawei's.
    pub fn of(endpoint: &Endpoint) -> Option<Self> {
        [Self::China, Self::International, Self::Europe].into_iter().find(|site| site.endpoint() == *endpoint)
    }

    /// What people call it.
    pub const fn name(self, locale: Locale) -> &'static str {
        match self {
            Self::China => locale.pick("中国站", "China"),
            Self::International => locale.pick("国际站", "International"),
            Self::Europe => locale.pick("欧洲站", "Europe"),
        }
    }
}

/// A BSS address: scheme, host and port, without a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    encrypted: bool,
    host: String,
    port: u16,
}

/// The text is no address of the form `https://host[:port]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an endpoint is https://host or https://host:port, without path, query or user")]
pub struct NoEndpoint;

impl Endpoint {
    fn public(host: &str) -> Self {
        Self { encrypted: true, host: host.to_owned(), port: 443 }
    }

    /// Whether it is spoken to over TLS.
    pub const fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Whether it is this machine.
    pub fn is_loopback(&self) -> bool {
        let address = self.host.parse::<std::net::IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// The host, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The `Host` header: with the port when it is not the scheme's own.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == if self.encrypted { 443 } else { 80 } {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.encrypted { "https" } else { "http" }, self.authority())
    }
}

impl FromStr for Endpoint {
    type Err = NoEndpoint;

    fn from_str(text: &str) -> Result<Self, NoEndpoint> {
        let url = Url::parse(text.trim()).map_err(|_| NoEndpoint)?;
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        let encrypted = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(NoEndpoint),
        };
        if !(plain && anonymous) {
            return Err(NoEndpoint);
        }
        let host = match url.host().ok_or(NoEndpoint)? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let port = url.port_or_known_default().ok_or(NoEndpoint)?;
        Ok(Self { encrypted, host, port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_as_it_was_given() {
        for text in [
            "https://bss.myhuaweicloud.com",
            "http://127.0.0.1:8081",
            "https://[::1]:8443",
            "http://simulator:9000",
        ] {
            assert_eq!(text.parse::<Endpoint>().expect(text).to_string(), text);
        }
        assert_eq!("https://bss.myhuaweicloud.com:443/".parse(), Ok(Site::China.endpoint()));
    }

    #[test]
    fn what_carries_more_than_an_address_is_refused() {
        for text in [
            "",
            "bss.myhuaweicloud.com",
            "ftp://h",
            "https://h/v2",
            "https://h?a=b",
            "https://u:p@h",
            "https://h#x",
        ] {
            assert_eq!(text.parse::<Endpoint>(), Err(NoEndpoint), "{text}");
        }
    }
}
