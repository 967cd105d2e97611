//! The configured accounts, checked: where their requests may go at all.

use std::net::IpAddr;

use anyhow::{Context, Result, ensure};

use crate::{
    bss::{Endpoint, Site},
    cloud_accounts::{Configured, Kind, Upstream},
    config,
};

/// The accounts as they are written into the database.
pub(super) fn configured(accounts: &[config::Account], allow_private: bool) -> Result<Vec<Configured>> {
    accounts
        .iter()
        .map(|account| {
            Ok(Configured {
                name: account.name.clone(),
                kind: if account.is_master { Kind::Master } else { Kind::Ordinary },
                upstream: place(&account.upstream, allow_private)
                    .with_context(|| format!("account {:?}", account.name))?,
                domain_id: account.domain_id.clone(),
                user_name: account.user_name.clone(),
                access_key: account.ak.clone(),
                secret_key: account.sk.clone(),
            })
        })
        .collect()
}

fn place(upstream: &config::Upstream, allow_private: bool) -> Result<Upstream> {
    Ok(match upstream {
        config::Upstream::Site(config::Site::China) => Upstream::Site(Site::China),
        config::Upstream::Site(config::Site::International) => Upstream::Site(Site::International),
        config::Upstream::Endpoint(url) => {
            let endpoint: Endpoint = url.as_str().parse()?;
            ensure!(
                allow_private || (endpoint.is_encrypted() && !is_private(endpoint.host())),
                "the endpoint {endpoint} is not encrypted or not public: --allow-private-upstream permits that"
            );
            Upstream::Custom(endpoint)
        }
    })
}

/// Whether a host is plainly inside: this machine, or an address that the internet does not route.
fn is_private(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => {
            v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.octets()[0] == 100
        }
        Ok(IpAddr::V6(v6)) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || v6.to_ipv4_mapped().is_some()
        }
        Err(_) => host == "localhost" || host.ends_with(".localhost") || !host.contains('.'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_inside_needs_a_word() {
        for inside in [
            "http://bss.example.com",
            "https://127.0.0.1",
            "https://10.1.2.3",
            "https://169.254.169.254",
            "https://[::1]",
            "https://[::ffff:10.0.0.1]",
            "https://localhost:8443",
            "https://simulator",
        ] {
            let upstream = config::Upstream::Endpoint(inside.parse().expect("a URL"));
            assert!(place(&upstream, false).is_err(), "{inside}");
            assert!(place(&upstream, true).is_ok(), "{inside}");
        }
        let public = config::Upstream::Endpoint("https://bss.example.com".parse().expect("a URL"));
        assert!(place(&public, false).is_ok());
    }
}
