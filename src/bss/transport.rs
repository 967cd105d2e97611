//! Carries one signed request to BSS and brings one answer back. A write goes over a connection of its
//! own, exactly once; nothing here repeats, redirects or signs.

mod certificate;
mod reach;

use std::{fmt, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Limited};
use hyper::{HeaderMap, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::TlsConnector;

pub use self::reach::{Encryption, Reach};
use super::Endpoint;
use crate::{
    clock::Clock,
    proof::{self, Point},
};

const CONNECT_LIMIT: Duration = Duration::from_secs(3);
const TLS_LIMIT: Duration = Duration::from_secs(5);
const READ_BODY_CAP: usize = 16 << 20;
const WRITE_BODY_CAP: usize = 1 << 20;
const HEAD_CAP: usize = 64 << 10;

/// What carries requests. The real one is [`HttpWire`]; a simulation puts its own in its place.
#[async_trait::async_trait]
pub trait Wire: Send + Sync {
    /// Sends `request` at most once and waits at most `limit` for the whole answer.
    ///
    /// # Errors
    /// [`Broken`] when no whole answer came; it says whether the first byte may have left.
    async fn exchange(&self, request: Request, limit: Duration) -> Result<Response, Broken>;

    /// Looks how far one comes on the way to `endpoint`, without a request. Nothing is tried by a wire that
    /// leads nowhere.
    async fn reach(&self, _endpoint: &Endpoint) -> Reach {
        Reach::default()
    }
}

/// A signed request, ready to go.
#[derive(Clone)]
pub struct Request {
    /// The operation, by the catalogue's id.
    pub operation: &'static str,
    /// Whether it may change anything.
    pub purpose: Purpose,
    /// The method, upper case.
    pub method: &'static str,
    /// Where it goes.
    pub endpoint: Endpoint,
    /// Path and query as they were signed.
    pub target: String,
    /// All headers, `Host` and `Authorization` among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body, empty when there is none.
    pub body: Vec<u8>,
    /// The reading of [`Clock::since_boot`] after which the first byte must not be written any more.
    pub begin_by: Option<Duration>,
}

/// Without headers and body, which carry signatures and business.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}{}", self.operation, self.method, self.endpoint, self.target)
    }
}

/// Whether a request may change anything at Huawei.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It only asks.
    Read,
    /// It may move money or change an order.
    Write,
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Response {
    /// Huawei's id of the request.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-request-id").filter(|id| !id.is_empty() && id.len() <= 128)
    }

    /// How long Huawei asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// No whole answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", .stage.label())]
pub struct Broken {
    /// Whether a byte of the request may have left: `false` proves that nothing happened at Huawei.
    pub sent: bool,
    /// Where it broke.
    pub stage: Stage,
    /// The cause in words, nothing secret.
    pub detail: String,
}

/// Where an exchange broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Our own rate limit had no room for it.
    OwnLimit,
    /// It was too late to begin.
    TooLate,
    /// Finding the host or reaching it.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Between the first byte written and the last byte read.
    Exchange,
    /// The time for the whole exchange was over.
    Deadline,
    /// The answer is longer than any that is documented.
    TooLong,
}

impl Stage {
    /// Its name in logs.
    pub const fn label(self) -> &'static str {
        match self {
            Self::OwnLimit => "own rate limit",
            Self::TooLate => "too late to begin",
            Self::Connect => "no connection",
            Self::Tls => "no TLS",
            Self::Exchange => "connection broke",
            Self::Deadline => "no answer in time",
            Self::TooLong => "answer too long",
        }
    }
}

impl Broken {
    /// Nothing has left: the request had no effect.
    pub fn unsent(stage: Stage, detail: impl fmt::Display) -> Self {
        Self { sent: false, stage, detail: detail.to_string() }
    }

    /// A byte may have left: nothing is known about the effect.
    pub fn sent(stage: Stage, detail: impl fmt::Display) -> Self {
        Self { sent: true, stage, detail: detail.to_string() }
    }
}

/// The real wire: pooled connections for reads, a connection per call for writes.
pub struct HttpWire {
    clock: Clock,
    reads: reqwest::Client,
    tls: TlsConnector,
}

impl HttpWire {
    /// A wire that trusts the usual public certificate authorities and goes through no proxy.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new(clock: Clock) -> anyhow::Result<Self> {
        Self::trusting(clock, [])
    }

    /// A wire that also trusts these authorities, such as that of a company's own gateway.
    ///
    /// # Errors
    /// When one of them is no certificate, or the TLS library cannot be set up.
    pub fn trusting(
        clock: Clock,
        authorities: impl IntoIterator<Item = CertificateDer<'static>>,
    ) -> anyhow::Result<Self> {
        let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for authority in authorities {
            roots.add(authority)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let reads = reqwest::Client::builder()
            .tls_backend_preconfigured(config.clone())
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_LIMIT + TLS_LIMIT)
            .build()?;
        let mut config = config;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { clock, reads, tls: TlsConnector::from(Arc::new(config)) })
    }

    async fn read(&self, request: Request) -> Result<Response, Broken> {
        let url = format!("{}{}", request.endpoint, request.target);
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|e| Broken::unsent(Stage::Connect, e))?;
        let mut outgoing = self.reads.request(method, url).body(request.body);
        for (name, value) in &request.headers {
            outgoing = outgoing.header(*name, value.as_bytes());
        }
        let mut answer = outgoing.send().await.map_err(|e| {
            let sent = !(e.is_connect() || e.is_builder());
            let stage = if sent { Stage::Exchange } else { Stage::Connect };
            Broken { sent, stage, detail: causes(&e.without_url()) }
        })?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let mut body = Vec::new();
        let broke = |e: reqwest::Error| Broken::sent(Stage::Exchange, causes(&e.without_url()));
        while let Some(chunk) = answer.chunk().await.map_err(broke)? {
            if body.len() + chunk.len() > READ_BODY_CAP {
                return Err(Broken::sent(Stage::TooLong, "more than 16 MiB"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status, headers, body })
    }

    async fn write(&self, request: Request, limit: Duration) -> Result<Response, Broken> {
        let deadline = Instant::now() + limit;
        let endpoint = &request.endpoint;
        let connecting = TcpStream::connect((endpoint.host(), endpoint.port()));
        let stream = timeout_at(deadline, timeout(CONNECT_LIMIT, connecting))
            .await
            .unwrap_or_else(|_| Ok(Err(late())))
            .unwrap_or_else(|_| Err(late()))
            .map_err(|e| Broken::unsent(Stage::Connect, e))?;
        // One small request is written at once; waiting for more would only delay it.
        stream.set_nodelay(true).map_err(|e| Broken::unsent(Stage::Connect, e))?;
        if !endpoint.is_encrypted() {
            return self.converse(stream, request, deadline).await;
        }
        let name =
            ServerName::try_from(endpoint.host().to_owned()).map_err(|e| Broken::unsent(Stage::Tls, e))?;
        let stream = timeout_at(deadline, timeout(TLS_LIMIT, self.tls.connect(name, stream)))
            .await
            .unwrap_or_else(|_| Ok(Err(late())))
            .unwrap_or_else(|_| Err(late()))
            .map_err(|e| Broken::unsent(Stage::Tls, e))?;
        self.converse(stream, request, deadline).await
    }

    /// The exchange on a connection that stands. From here on only a failure before the request is
    /// handed to the connection counts as unsent.
    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        request: Request,
        deadline: Instant,
    ) -> Result<Response, Broken> {
        let mut outgoing = hyper::Request::builder().method(request.method).uri(&request.target);
        for (name, value) in &request.headers {
            outgoing = outgoing.header(*name, value.as_bytes());
        }
        // Huawei answers 411 without it, and the library leaves it out where there is no body.
        if request.method != "DELETE" && request.body.is_empty() {
            outgoing = outgoing.header("Content-Length", "0");
        }
        #[cfg(feature = "proof")]
        let (body, stream) = super::stepwise::stepwise(request.body, stream);
        #[cfg(not(feature = "proof"))]
        let body = http_body_util::Full::new(hyper::body::Bytes::from(request.body));
        let outgoing = outgoing.body(body).map_err(|e| Broken::unsent(Stage::Connect, e))?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(HEAD_CAP)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|e| Broken::unsent(Stage::Connect, causes(&e)))?;
        if request.begin_by.is_some_and(|latest| self.clock.since_boot() > latest) {
            return Err(Broken::unsent(Stage::TooLate, "the time to begin sending has passed"));
        }
        proof::at(Point::SendAfterConnect);
        if Instant::now() >= deadline {
            return Err(Broken::unsent(Stage::TooLate, "connecting took all the time there was"));
        }
        let exchange = async move {
            let broke = |e: hyper::Error| Broken::sent(Stage::Exchange, causes(&e));
            let answer = sender.send_request(outgoing).await.map_err(broke)?;
            proof::at(Point::ReceiveAfterHeaders);
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, WRITE_BODY_CAP).collect().await.map_err(|e| {
                let too_long = e.is::<http_body_util::LengthLimitError>();
                let stage = if too_long { Stage::TooLong } else { Stage::Exchange };
                Broken::sent(stage, causes(&*e))
            })?;
            proof::at(Point::ReceiveAfterBody);
            Ok(Response {
                status: head.status.as_u16(),
                headers: head.headers,
                body: body.to_bytes().to_vec(),
            })
        };
        // The connection is driven here, not in a task of its own, so that whoever drops this future
        // also closes the connection.
        let conversation = async move {
            tokio::pin!(exchange, connection);
            tokio::select! {
                biased;
                result = &mut exchange => result,
                _ = &mut connection => exchange.await,
            }
        };
        timeout_at(deadline, conversation)
            .await
            .unwrap_or_else(|_| Err(Broken::sent(Stage::Deadline, "the time for the whole call is over")))
    }
}

#[async_trait::async_trait]
impl Wire for HttpWire {
    async fn exchange(&self, request: Request, limit: Duration) -> Result<Response, Broken> {
        match request.purpose {
            Purpose::Write => self.write(request, limit).await,
            Purpose::Read => timeout(limit, self.read(request)).await.unwrap_or_else(|_| {
                Err(Broken::sent(Stage::Deadline, "the time for the whole call is over"))
            }),
        }
    }

    async fn reach(&self, endpoint: &Endpoint) -> Reach {
        reach::reach(&self.tls, endpoint).await
    }
}

fn late() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::TimedOut, "took too long")
}

/// An error with its causes: the outermost alone says little ("error sending request").
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}
