//! The real wire against servers that misbehave: what it says about a write is what can be proved.

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
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const LIMIT: Duration = Duration::from_secs(5);

/// A server that does one thing to every connection, and counts connections and requests.
struct Server {
    address: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// A server that reads a request and then writes `reply` and closes.
    async fn replying(reply: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (connections, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (reply, counters) = (reply.into(), (connections.clone(), requests.clone()));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counters.0.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, reply.clone(), counters.1.clone()));
            }
        });
        Self { address, connections, requests }
    }

    fn counts(&self) -> (usize, usize) {
        (self.connections.load(Ordering::SeqCst), self.requests.load(Ordering::SeqCst))
    }
}

async fn serve(mut stream: TcpStream, reply: Vec<u8>, requests: Arc<AtomicUsize>) {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => text.extend_from_slice(&buffer[..read]),
            _ => return,
        }
        let Some(head) = text.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let body_expected = if text.starts_with(b"POST") { 2 } else { 0 };
        if text.len() >= head + 4 + body_expected {
            break;
        }
    }
    requests.fetch_add(1, Ordering::SeqCst);
    if reply == b"never" {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    let _ = stream.write_all(&reply).await;
    let _ = stream.shutdown().await;
}

fn request(purpose: Purpose, endpoint: &str) -> Request {
    let endpoint: bss_portal::bss::Endpoint = endpoint.parse().expect("an endpoint");
    let write = purpose == Purpose::Write;
    Request {
        operation: if write { "pay_orders" } else { "list_customer_orders" },
        purpose,
        method: if write { "POST" } else { "GET" },
        headers: vec![("Host", endpoint.authority()), ("Authorization", "x".to_owned())],
        endpoint,
        target: "/v3/orders?a=%2F".to_owned(),
        body: if write { b"{}".to_vec() } else { Vec::new() },
        begin_by: None,
    }
}

async fn exchange(request: Request, limit: Duration) -> Result<Response, Broken> {
    HttpWire::new(Clock::system()).expect("a wire").exchange(request, limit).await
}

async fn write_to(server: &Server) -> Result<Response, Broken> {
    exchange(request(Purpose::Write, &format!("http://{}", server.address)), LIMIT).await
}

async fn read_from(server: &Server) -> Result<Response, Broken> {
    exchange(request(Purpose::Read, &format!("http://{}", server.address)), LIMIT).await
}

#[tokio::test]
async fn an_answer_without_a_body_is_whole() {
    let server = Server::replying("HTTP/1.1 204 No Content\r\nX-Request-Id: r1\r\n\r\n").await;
    for answer in [write_to(&server).await, read_from(&server).await] {
        let answer = answer.expect("an answer");
        assert_eq!((answer.status, answer.request_id()), (204, Some("r1")));
        assert!(answer.body.is_empty());
    }
}

/// What the real wire writes for a request without a body.
async fn head_of(method: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let request = Request { method, body: Vec::new(), ..request(Purpose::Write, &endpoint) };
    let server = async {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut text = Vec::new();
        while !text.ends_with(b"\r\n\r\n") {
            assert_ne!(stream.read_buf(&mut text).await.expect("bytes"), 0);
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.expect("written");
        String::from_utf8(text).expect("text").to_ascii_lowercase()
    };
    let (head, answer) = tokio::join!(server, exchange(request, LIMIT));
    assert_eq!(answer.expect("an answer").status, 204);
    head
}

#[tokio::test]
async fn a_write_without_a_body_says_once_how_long_it_is() {
    for (method, lengths) in [("POST", 1), ("PUT", 1), ("DELETE", 0)] {
        let head = head_of(method).await;
        assert_eq!(head.matches("content-length:").count(), lengths, "{head}");
        assert_eq!(head.matches("content-length: 0\r\n").count(), lengths, "{head}");
        assert!(!head.contains("transfer-encoding"), "{head}");
    }
}

#[tokio::test]
async fn every_write_has_a_connection_of_its_own_and_goes_out_once() {
    let server =
        Server::replying("HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n").await;
    let wire = HttpWire::new(Clock::system()).expect("a wire");
    for _ in 0..3 {
        let request = request(Purpose::Write, &format!("http://{}", server.address));
        assert_eq!(wire.exchange(request, LIMIT).await.expect("an answer").status, 500);
    }
    assert_eq!(server.counts(), (3, 3));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let server =
        Server::replying("HTTP/1.1 307 Go\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(write_to(&server).await.expect("an answer").status, 307);
    assert_eq!(read_from(&server).await.expect("an answer").status, 307);
    assert_eq!(server.counts(), (2, 2));
}

#[tokio::test]
async fn once_a_write_was_handed_over_nothing_is_known() {
    let long = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat((1 << 20) + 1));
    for (reply, stage) in [
        ("", Stage::Exchange),
        ("HTTP/1.1 100 Continue\r\n\r\n", Stage::Exchange),
        ("SSH-2.0-OpenSSH\r\n\r\n", Stage::Exchange),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"order", Stage::Exchange),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Stage::Exchange),
        (long.as_str(), Stage::TooLong),
    ] {
        let server = Server::replying(reply).await;
        let broken = write_to(&server).await.expect_err(stage.label());
        assert!(broken.sent, "{broken}");
        assert_eq!(broken.stage, stage, "{broken}");
        assert_eq!(server.counts(), (1, 1), "{broken}");
    }
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_longer_than_the_limit() {
    let server = Server::replying("never").await;
    for purpose in [Purpose::Write, Purpose::Read] {
        let request = request(purpose, &format!("http://{}", server.address));
        let broken = exchange(request, Duration::from_millis(200)).await.expect_err("silence");
        assert_eq!((broken.stage, broken.sent), (Stage::Deadline, true));
    }
}

#[tokio::test]
async fn what_fails_before_the_first_byte_proves_that_nothing_happened() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    for (purpose, endpoint) in [
        (Purpose::Write, format!("http://{closed}")),
        (Purpose::Write, format!("https://{closed}")),
        (Purpose::Read, format!("http://{closed}")),
        (Purpose::Write, "http://no-such-host.invalid".to_owned()),
    ] {
        let broken = exchange(request(purpose, &endpoint), LIMIT).await.expect_err(&endpoint);
        assert_eq!((broken.stage, broken.sent), (Stage::Connect, false), "{broken}");
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_gets_no_request() {
    let server = Server::replying("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let endpoint = format!("https://localhost:{}", server.address.rsplit(':').next().expect("a port"));
    let listening = endpoint.parse::<bss_portal::bss::Endpoint>().expect("an endpoint");
    assert!(listening.is_loopback());
    let broken =
        exchange(request(Purpose::Write, &endpoint), Duration::from_secs(1)).await.expect_err("no TLS");
    assert!(!broken.sent, "{broken}");
    assert_eq!(server.counts().1, 0);
}

#[tokio::test]
async fn a_write_that_comes_too_late_leaves_no_byte() {
    let server = Server::replying("HTTP/1.1 204 No Content\r\n\r\n").await;
    let mut late = request(Purpose::Write, &format!("http://{}", server.address));
    late.begin_by = Some(Duration::ZERO);
    let broken = exchange(late, LIMIT).await.expect_err("too late");
    assert_eq!((broken.stage, broken.sent), (Stage::TooLate, false));
    assert_eq!(server.counts().1, 0);
}

#[tokio::test]
async fn an_endless_answer_to_a_read_is_cut_off() {
    let long = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat((16 << 20) + 1));
    let server = Server::replying(long).await;
    let broken = read_from(&server).await.expect_err("too long");
    assert_eq!(broken.stage, Stage::TooLong);
}
