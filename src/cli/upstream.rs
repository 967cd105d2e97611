//! The configured accounts, checked: where their requests may go at all, and at which site they are.

use std::{net::IpAddr, sync::Arc};

use anyhow::{Context, Result, ensure};
use sqlx::PgPool;
use url::Url;

use crate::{
    bss::{self, Endpoint, Identity, Reader, Session, Site, limits::Limits, transport::HttpWire},
    clock::Clock,
    cloud_accounts::{self, Configured, Credential, Kind, Shared, Upstream},
    config,
};

/// An account whose addresses are allowed.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    /// At the China site until its site is found, if that has to be.
    pub(super) configured: Configured,
    pub(super) is_to_be_found: bool,
}

/// The accounts as the settings have them.
pub(super) fn checked(accounts: &[config::Account], allow_private: bool) -> Result<Vec<Checked>> {
    accounts
        .iter()
        .map(|account| check(account, allow_private).with_context(|| format!("account {:?}", account.name)))
        .collect()
}

/// An account as the settings have it.
pub(super) fn check(account: &config::Account, allow_private: bool) -> Result<Checked> {
    let allowed = |url: &Url| allowed(url, allow_private);
    let identity = match &account.identity {
        None => None,
        Some((iam, sts)) => {
            Some(Identity { iam: allowed(iam)?, sts: sts.as_ref().map(allowed).transpose()? })
        }
    };
    let configured = Configured {
        name: account.name.clone(),
        kind: if account.is_master { Kind::Master } else { Kind::Ordinary },
        upstream: match &account.upstream {
            config::Upstream::Site(config::Site::China) | config::Upstream::ToBeFound => {
                Upstream::Site(Site::China)
            }
            config::Upstream::Site(config::Site::International) => Upstream::Site(Site::International),
            config::Upstream::Site(config::Site::Europe) => Upstream::Site(Site::Europe),
            config::Upstream::Endpoint(url) => Upstream::Custom(allowed(url)?),
        },
        identity,
        domain_id: account.domain_id.clone(),
        user_name: account.user_name.clone(),
        credential: credential(&account.credential),
    };
    Ok(Checked { configured, is_to_be_found: account.upstream == config::Upstream::ToBeFound })
}

fn credential(written: &config::Credential) -> Credential {
    match written.clone() {
        config::Credential::Key { ak, sk, session } => Credential::Key {
            access_key: ak,
            secret_key: sk,
            session: session.map(|(token, expires_at)| Session { token, expires_at }),
        },
        config::Credential::Login { user, password, domain } => Credential::Login { user, password, domain },
    }
}

/// The accounts, each at its site: the one that is known of old, or the one that answers.
pub(super) async fn placed(accounts: Vec<Checked>, db: &PgPool, shared: &Shared) -> Result<Vec<Configured>> {
    let mut placed = Vec::with_capacity(accounts.len());
    for Checked { mut configured, is_to_be_found } in accounts {
        if is_to_be_found {
            let site = match cloud_accounts::site_of(db, &configured.name).await? {
                Some(site) => site,
                None => find(&configured, shared).await?,
            };
            configured.upstream = Upstream::Site(site);
        }
        placed.push(configured);
    }
    Ok(placed)
}

/// The means to look at an account. Where its site is not found, the China site is the one to look at: why it does
/// not answer is seen there.
pub(super) async fn tried(account: Checked, shared: &Shared) -> Result<Reader> {
    let Checked { mut configured, is_to_be_found } = account;
    if is_to_be_found {
        configured.upstream = Upstream::Site(find(&configured, shared).await.unwrap_or(Site::China));
    }
    Ok(configured.reader(shared)?)
}

/// What connections share that only try something out.
pub(super) fn shared(clock: Clock) -> Result<Shared> {
    Ok(Shared {
        wire: Arc::new(HttpWire::new(clock.clone())?),
        limits: Limits::new(clock.clone(), 1),
        chance: bss::chance(),
        clock,
    })
}

async fn find(account: &Configured, shared: &Shared) -> Result<Site> {
    let at = |site| Configured { upstream: Upstream::Site(site), ..account.clone() }.reader(shared);
    // Both sites have an IAM, so that neither leads nowhere.
    let (china, international) = (at(Site::China)?, at(Site::International)?);
    let found =
        bss::find_site(|site| if site == Site::China { china.clone() } else { international.clone() });
    let site = found.await.with_context(|| {
        format!(
            "account {:?}: its site was not found; name it with site = \"china\" or another",
            account.name
        )
    })?;
    tracing::info!(account = account.name, ?site, "the account's site was found");
    Ok(site)
}

fn allowed(url: &Url, allow_private: bool) -> Result<Endpoint> {
    let endpoint: Endpoint = url.as_str().parse()?;
    ensure!(
        allow_private || (endpoint.is_encrypted() && !is_private(endpoint.host())),
        "the endpoint {endpoint} is not encrypted or not public: --allow-private-upstream permits that"
    );
    Ok(endpoint)
}

/// Whether a host is plainly inside: this machine, or an address that the internet does not route.
fn is_private(host: &str) -> bool {
    // `localhost.` is `localhost`, whatever a name looks like.
    let host = host.trim_end_matches('.');
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
                || v6.to_ipv4().is_some()
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
            "https://[::127.0.0.1]",
            "https://localhost:8443",
            "https://localhost.",
            "https://simulator",
            "https://simulator.",
        ] {
            let url = inside.parse().expect("a URL");
            assert!(allowed(&url, false).is_err(), "{inside}");
            assert!(allowed(&url, true).is_ok(), "{inside}");
        }
        assert!(allowed(&"https://bss.example.com".parse().expect("a URL"), false).is_ok());
    }
}
