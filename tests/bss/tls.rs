//! The real wire over TLS: it speaks to whom it trusts, and not a byte to anybody else.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bss_portal::{
    bss::transport::{Broken, HttpWire, Purpose, Request, Response, Stage, Wire},
    clock::Clock,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

const CERTIFICATE: &[u8] = include_bytes!("../fixtures/tls/localhost.pem");
const KEY: &[u8] = include_bytes!("../fixtures/tls/localhost.test-key.pem");

fn certificate() -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate")
}

/// A TLS server that answers every request with 204, and counts them.
async fn server() -> (u16, Arc<AtomicUsize>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(vec![certificate()], key))
        .expect("a server");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, counter) = (acceptor.clone(), counter.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut buffer = [0; 4096];
                if stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                    counter.fetch_add(1, Ordering::SeqCst);
                    let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
                    let _ = stream.shutdown().await;
                }
            });
        }
    });
    (port, requests)
}

async fn exchange(wire: &HttpWire, purpose: Purpose, port: u16) -> Result<Response, Broken> {
    let endpoint: bss_portal::bss::Endpoint =
        format!("https://localhost:{port}").parse().expect("an endpoint");
    let request = Request {
        operation: "pay_orders",
        purpose,
        method: "POST",
        headers: vec![("Host", endpoint.authority())],
        endpoint,
        target: "/".to_owned(),
        body: Vec::new(),
        begin_by: None,
    };
    wire.exchange(request, Duration::from_secs(5)).await
}

#[tokio::test]
async fn reads_and_writes_go_over_tls() {
    let (port, requests) = server().await;
    let wire = HttpWire::trusting(Clock::system(), [certificate()]).expect("a wire");
    for purpose in [Purpose::Read, Purpose::Write] {
        assert_eq!(exchange(&wire, purpose, port).await.expect("an answer").status, 204, "{purpose:?}");
    }
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn whoever_is_not_trusted_gets_no_request() {
    let (port, requests) = server().await;
    let wire = HttpWire::new(Clock::system()).expect("a wire");
    let broken = exchange(&wire, Purpose::Write, port).await.expect_err("not trusted");
    assert_eq!((broken.stage, broken.sent), (Stage::Tls, false), "{broken}");
    let broken = exchange(&wire, Purpose::Read, port).await.expect_err("not trusted");
    assert!(!broken.sent, "{broken}");
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}
