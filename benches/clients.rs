//! Clients of the portal: HTTP/1.1 over kept connections, one thread each, as light as they can be, so
//! that what is measured is not them.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

/// One answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Lower-case names.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Everything that came over the wire.
    pub(crate) bytes: usize,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A kept connection.
pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(to: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_mins(10)))?;
        Ok(Self { stream, buffer: Vec::with_capacity(128 << 10) })
    }

    /// Sends a request and reads its whole answer.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        let (head, length) = self.begin(request)?;
        let (status, headers) = read_head(&self.buffer[..head])?;
        let body = match length {
            Some(length) => self.buffer[head..head + length].to_vec(),
            None => unchunk(&self.buffer[head..])?,
        };
        Ok(Answer { status, headers, body, bytes: self.buffer.len() })
    }

    /// Sends a request and reads its answer, of which only the status counts.
    fn count(&mut self, request: &[u8]) -> Result<usize> {
        self.begin(request)?;
        ensure!(self.buffer.starts_with(b"HTTP/1.1 200"), "not a page: {}", first_line(&self.buffer));
        Ok(self.buffer.len())
    }

    /// Reads until the answer is whole; gives the length of its head, and of its body if that was told.
    fn begin(&mut self, request: &[u8]) -> Result<(usize, Option<usize>)> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let mut chunk = [0; 16 << 10];
        let mut head = None;
        loop {
            let read = self.stream.read(&mut chunk)?;
            ensure!(read > 0, "the connection was closed");
            self.buffer.extend_from_slice(&chunk[..read]);
            let end = match head {
                Some(end) => end,
                None => match find(&self.buffer, b"\r\n\r\n") {
                    Some(at) => *head.insert(at + 4),
                    None => continue,
                },
            };
            match content_length(&self.buffer[..end])? {
                Some(length) if self.buffer.len() >= end + length => return Ok((end, Some(length))),
                None if self.buffer.ends_with(b"0\r\n\r\n") => return Ok((end, None)),
                _ => {}
            }
        }
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn first_line(answer: &[u8]) -> String {
    String::from_utf8_lossy(answer.split(|byte| *byte == b'\r').next().unwrap_or_default()).into_owned()
}

/// The length that a head tells; none when the body comes in chunks. Without copying: this runs for
/// every request.
fn content_length(head: &[u8]) -> Result<Option<usize>> {
    for line in head.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        if name.eq_ignore_ascii_case(b"content-length") {
            return Ok(Some(std::str::from_utf8(value)?.trim().parse()?));
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            return Ok(None);
        }
    }
    ensure!(head.starts_with(b"HTTP/1.1 304"), "an answer without a length");
    Ok(Some(0))
}

type Head = (u16, Vec<(String, String)>);

fn read_head(head: &[u8]) -> Result<Head> {
    let text = std::str::from_utf8(head)?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status")?.parse()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Ok((status, headers))
}

fn unchunk(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = find(rest, b"\r\n").context("no length of a chunk")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end])?, 16)?;
        if length == 0 {
            return Ok(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + length).context("half a chunk")?);
        rest = &rest[end + 4 + length..];
    }
}

/// Asks for something too large to keep; gives its length.
pub(crate) fn download(client: &mut Client, request: &[u8]) -> Result<usize> {
    client.stream.write_all(request)?;
    let mut chunk = vec![0; 256 << 10];
    let (mut head, mut read, mut told) = (Vec::new(), 0, None);
    let mut tail = Vec::new();
    loop {
        let n = client.stream.read(&mut chunk)?;
        ensure!(n > 0, "the connection was closed");
        read += n;
        if told.is_none() {
            head.extend_from_slice(&chunk[..n]);
            let Some(end) = find(&head, b"\r\n\r\n") else { continue };
            ensure!(head.starts_with(b"HTTP/1.1 200"), "not a file: {}", first_line(&head));
            told = Some((end + 4, content_length(&head[..end + 2])?));
        }
        tail.extend_from_slice(&chunk[n.saturating_sub(5)..n]);
        tail.drain(..tail.len().saturating_sub(5));
        match told {
            Some((head, Some(length))) if read >= head + length => return Ok(length),
            Some((head, None)) if tail == b"0\r\n\r\n" => return Ok(read - head),
            _ => {}
        }
    }
}

/// What many clients got.
pub(crate) struct Load {
    pub(crate) per_second: f64,
    pub(crate) requests: f64,
    /// Milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// Lets `clients` ask as fast as they can for `length`.
pub(crate) fn load(to: SocketAddr, request: &[u8], clients: usize, length: Duration) -> Result<Load> {
    let over = AtomicBool::new(false);
    let begun = Instant::now();
    let times = thread::scope(|scope| -> Result<Vec<f64>> {
        let asking: Vec<_> = (0..clients)
            .map(|_| {
                scope.spawn(|| -> Result<Vec<f64>> {
                    let mut client = Client::connect(to)?;
                    let mut times = Vec::new();
                    while !over.load(Ordering::Relaxed) {
                        let asked = Instant::now();
                        client.count(request)?;
                        times.push(asked.elapsed().as_secs_f64() * 1_000.0);
                    }
                    Ok(times)
                })
            })
            .collect();
        thread::sleep(length);
        over.store(true, Ordering::Relaxed);
        let mut times = Vec::new();
        for one in asking {
            times.extend(one.join().map_err(|_| anyhow::anyhow!("a client panicked"))??);
        }
        Ok(times)
    })?;
    let took = begun.elapsed().as_secs_f64();
    let requests = times.len() as f64;
    Ok(Load {
        per_second: requests / took,
        requests,
        p50: crate::report::quantile(times.clone(), 0.5),
        p99: crate::report::quantile(times, 0.99),
    })
}
