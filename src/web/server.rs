//! Takes connections: so many at once, each with so much time for its headers, and lets those in
//! flight finish when the portal stops. axum's own loop has no such limits. It knows no page.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tower::ServiceExt;

/// How much a client may ask of us.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once; more wait in the system's queue.
    pub connections: usize,
    /// Time for a request's headers, also after the one before on the same connection.
    pub headers_within: Duration,
    /// Headers of a request.
    pub headers: usize,
    /// Bytes of a request's headers.
    pub header_bytes: usize,
    /// Time for requests in flight when the portal stops.
    pub stop_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            headers_within: Duration::from_secs(10),
            headers: 64,
            header_bytes: 16 * 1024,
            stop_within: Duration::from_secs(25),
        }
    }
}

/// Serves `app` until `stop` is ready, then lets requests in flight finish.
pub async fn serve(listener: TcpListener, app: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.headers_within)
        .max_headers(limits.headers)
        .max_buf_size(limits.header_bytes);
    let free = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let accept = async {
        loop {
            let Ok(place) = Arc::clone(&free).acquire_owned().await else { return };
            let (stream, peer) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, mostly: some will be free in a moment.
                    tracing::warn!(%error, "cannot take a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            // A page is written in one piece; waiting for more would only delay it.
            let _ = stream.set_nodelay(true);
            let app = app.clone();
            let service = service_fn(move |request| answer(app.clone(), request, peer));
            let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, %peer, "a connection ended early");
                }
                drop(place);
            });
        }
    };
    tokio::select! {
        () = accept => {}
        () = stop => {}
    }
    drop(listener);
    if tokio::time::timeout(limits.stop_within, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

async fn answer(app: Router, request: Request<Incoming>, peer: SocketAddr) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    app.oneshot(request).await
}

#[cfg(test)]
mod tests {
    use std::io;

    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        sync::oneshot,
        task::JoinHandle,
        time::{Instant, sleep, timeout},
    };

    use super::*;

    struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        task: JoinHandle<()>,
    }

    async fn start(limits: Limits) -> Running {
        let app = Router::new()
            .route(
                "/",
                get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }),
            )
            .route(
                "/slow",
                get(|| async {
                    sleep(Duration::from_millis(300)).await;
                    "done"
                }),
            );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(serve(listener, app, limits, async {
            let _ = stopped.await;
        }));
        Running { address, stop, task }
    }

    async fn exchange(address: SocketAddr, request: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    const CLOSE: &str = "GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n";

    #[tokio::test]
    async fn a_handler_learns_who_connected() {
        let running = start(Limits::default()).await;
        assert!(exchange(running.address, CLOSE).await.expect("an answer").ends_with("127.0.0.1"));
    }

    #[tokio::test]
    async fn a_client_that_dawdles_over_its_headers_is_let_go() {
        let limits = Limits { headers_within: Duration::from_millis(200), ..Limits::default() };
        let running = start(limits).await;
        let begun = Instant::now();
        let answer = timeout(Duration::from_secs(5), exchange(running.address, "GET / HTTP/1.1\r\nhost:"));
        let answer = answer.await.expect("the connection is closed").unwrap_or_default();
        assert!(!answer.contains("200"), "{answer}");
        assert!(begun.elapsed() >= Duration::from_millis(150));
    }

    #[tokio::test]
    async fn too_many_or_too_big_headers_are_refused() {
        let running = start(Limits::default()).await;
        let many = format!("GET / HTTP/1.1\r\nhost: h\r\n{}\r\n", "a: b\r\n".repeat(80));
        assert!(exchange(running.address, &many).await.expect("an answer").contains(" 431 "));
        let big = format!("GET / HTTP/1.1\r\nhost: h\r\na: {}\r\n\r\n", "x".repeat(20_000));
        let answer = exchange(running.address, &big).await.unwrap_or_default();
        assert!(!answer.contains(" 200 "), "{answer}");
    }

    #[tokio::test]
    async fn connections_over_the_limit_wait_for_a_place() {
        let limits =
            Limits { connections: 1, headers_within: Duration::from_millis(300), ..Limits::default() };
        let running = start(limits).await;
        let idle = TcpStream::connect(running.address).await.expect("connects");
        sleep(Duration::from_millis(50)).await;
        let begun = Instant::now();
        let answer = exchange(running.address, CLOSE).await.expect("an answer");
        assert!(answer.contains(" 200 ") && begun.elapsed() >= Duration::from_millis(100), "{answer}");
        drop(idle);
    }

    #[tokio::test]
    async fn a_request_in_flight_finishes_when_the_portal_stops() {
        let running = start(Limits::default()).await;
        let request = CLOSE.replace("GET /", "GET /slow");
        let address = running.address;
        let in_flight = tokio::spawn(async move { exchange(address, &request).await });
        sleep(Duration::from_millis(100)).await;
        running.stop.send(()).expect("it runs");
        assert!(in_flight.await.expect("no panic").expect("an answer").ends_with("done"));
        timeout(Duration::from_secs(2), running.task).await.expect("it stops").expect("no panic");
        assert!(TcpStream::connect(address).await.is_err(), "it still listens");
    }

    #[tokio::test]
    async fn an_idle_connection_does_not_hold_the_stop_up() {
        let running = start(Limits::default()).await;
        let _idle = TcpStream::connect(running.address).await.expect("connects");
        sleep(Duration::from_millis(50)).await;
        running.stop.send(()).expect("it runs");
        timeout(Duration::from_secs(2), running.task).await.expect("it stops").expect("no panic");
    }
}
