//! Looks at the way to an endpoint, step by step: its name, its port, its encryption. No request is sent.

use std::{fmt::Display, net::SocketAddr, time::Duration};

use chrono::{DateTime, Utc};
use rustls::pki_types::ServerName;
use serde::Serialize;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{super::Endpoint, certificate};

/// A step that takes longer has failed.
const STEP: Duration = Duration::from_secs(5);

/// How far one comes; what was not tried is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The addresses of the host.
    pub name: Option<Result<Vec<SocketAddr>, String>>,
    /// The address that answered.
    pub port: Option<Result<SocketAddr, String>>,
    /// The encryption; not tried where there is none.
    pub encryption: Option<Result<Encryption, String>>,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Encryption {
    /// The version of TLS.
    pub version: String,
    /// When the server's certificate ends.
    pub ends_at: Option<DateTime<Utc>>,
}

pub(super) async fn reach(tls: &TlsConnector, endpoint: &Endpoint) -> Reach {
    let mut reach = Reach::default();
    let found = in_time(lookup_host((endpoint.host(), endpoint.port()))).await.map(Iterator::collect);
    let found =
        found.and_then(
            |found: Vec<SocketAddr>| {
                if found.is_empty() { Err("the host has no address".to_owned()) } else { Ok(found) }
            },
        );
    let addresses = found.clone().unwrap_or_default();
    reach.name = Some(found);
    if addresses.is_empty() {
        return reach;
    }
    let stream = match in_time(TcpStream::connect(addresses.as_slice())).await {
        Ok(stream) => stream,
        Err(why) => {
            reach.port = Some(Err(why));
            return reach;
        }
    };
    reach.port = Some(stream.peer_addr().map_err(|why| why.to_string()));
    if endpoint.is_encrypted() {
        reach.encryption = Some(encryption(tls, endpoint, stream).await);
    }
    reach
}

async fn encryption(
    tls: &TlsConnector,
    endpoint: &Endpoint,
    stream: TcpStream,
) -> Result<Encryption, String> {
    let name = ServerName::try_from(endpoint.host().to_owned()).map_err(|why| why.to_string())?;
    let stream = in_time(tls.connect(name, stream)).await?;
    let (_, session) = stream.get_ref();
    let version = session.protocol_version().and_then(|version| version.as_str().map(readable));
    let ends_at = session.peer_certificates().and_then(|chain| certificate::ends_at(chain.first()?));
    Ok(Encryption { version: version.unwrap_or_default(), ends_at })
}

/// `TLSv1_3` as people write it.
fn readable(version: &str) -> String {
    version.replace("TLSv", "TLS ").replace('_', ".")
}

async fn in_time<T, E: Display>(step: impl Future<Output = Result<T, E>>) -> Result<T, String> {
    match timeout(STEP, step).await {
        Ok(done) => done.map_err(|why| why.to_string()),
        Err(_) => Err(format!("no answer within {} s", STEP.as_secs())),
    }
}
