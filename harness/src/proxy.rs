//! A wire between a portal and PostgreSQL that can be cut at the worst moment: when a COMMIT has gone by and its
//! answer has not, or just before it arrives. It reads only as much of the protocol as that takes.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
};

/// How many commits are to be cut yet, and how many were.
#[derive(Debug, Default)]
pub struct Cuts {
    /// Before the COMMIT arrives: it does not happen, and nobody says so.
    before: AtomicU32,
    /// Before its answer arrives: it happened, and nobody says so.
    after: AtomicU32,
    done: AtomicU32,
}

impl Cuts {
    /// The next commit is to be cut, after it happened or before.
    pub fn order(&self, happened: bool) {
        let which = if happened { &self.after } else { &self.before };
        which.fetch_add(1, Ordering::SeqCst);
    }

    /// No more are to be cut.
    pub fn clear(&self) {
        self.before.store(0, Ordering::SeqCst);
        self.after.store(0, Ordering::SeqCst);
    }

    /// How many were cut since it was last asked.
    pub fn done(&self) -> u32 {
        self.done.swap(0, Ordering::SeqCst)
    }
}

/// A wire; it ends when it is dropped.
pub struct Proxy {
    /// Where it listens on the loopback address.
    pub port: u16,
    /// What it shall cut.
    pub cuts: Arc<Cuts>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// A wire to PostgreSQL at `port`.
    pub async fn start(postgres: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (port, cuts) = (listener.local_addr()?.port(), Arc::new(Cuts::default()));
        let shared = cuts.clone();
        let task = tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                };
                tokio::spawn(carry(client, postgres, shared.clone()));
            }
        });
        Ok(Self { port, cuts, task })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Takes one if there is one left.
fn take(left: &AtomicU32) -> bool {
    left.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

/// Carries one connection until either side ends it, or it is cut.
async fn carry(client: TcpStream, postgres: u16, cuts: Arc<Cuts>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", postgres)).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    // Whichever ends first drops both halves of the other.
    tokio::select! {
        _ = forth(from_client, to_server, &cuts) => {}
        _ = back(from_server, to_client, &cuts) => {}
    }
}

/// From the portal to PostgreSQL. A COMMIT is a simple query.
async fn forth(from: OwnedReadHalf, mut to: OwnedWriteHalf, cuts: &Cuts) -> io::Result<()> {
    let mut from = BufReader::new(from);
    // The first message has no kind, only a length.
    let length = from.read_i32().await?;
    let mut held = length.to_be_bytes().to_vec();
    held.extend(body(&mut from, length - 4).await?);
    to.write_all(&held).await?;
    held.clear();
    while let Some((head, length)) = head(&mut from).await? {
        let text = body(&mut from, length).await?;
        if head[0] == b'Q' && text.starts_with(b"COMMIT") && take(&cuts.before) {
            cuts.done.fetch_add(1, Ordering::SeqCst);
            return Ok(());
        }
        held.extend_from_slice(&head);
        held.extend_from_slice(&text);
        if from.buffer().is_empty() {
            to.write_all(&held).await?;
            held.clear();
        }
    }
    Ok(())
}

/// From PostgreSQL to the portal. What was committed is told by a completed COMMIT, or by a completed change after
/// which the session is in no transaction.
async fn back(from: OwnedReadHalf, mut to: OwnedWriteHalf, cuts: &Cuts) -> io::Result<()> {
    let mut from = BufReader::new(from);
    let (mut held, mut changed) = (Vec::new(), false);
    while let Some((head, length)) = head(&mut from).await? {
        let text = body(&mut from, length).await?;
        held.extend_from_slice(&head);
        held.extend_from_slice(&text);
        match head[0] {
            b'C' => {
                let is_change = |tag: &[u8]| text.starts_with(tag) && !text.ends_with(b" 0\0");
                changed |= text.starts_with(b"COMMIT") || is_change(b"INSERT") || is_change(b"UPDATE");
            }
            b'Z' => {
                if changed && text == b"I" && take(&cuts.after) {
                    cuts.done.fetch_add(1, Ordering::SeqCst);
                    return Ok(());
                }
                changed = false;
            }
            _ => {}
        }
        // The word that something was changed is held back until it is known whether it was committed.
        if from.buffer().is_empty() && !changed {
            to.write_all(&held).await?;
            held.clear();
        }
    }
    Ok(())
}

/// The kind and the length of a message, as they stand on the wire, and the length of what follows.
async fn head(from: &mut BufReader<OwnedReadHalf>) -> io::Result<Option<([u8; 5], i32)>> {
    let mut head = [0; 5];
    match from.read_exact(&mut head).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = i32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    Ok(Some((head, length - 4)))
}

async fn body(from: &mut BufReader<OwnedReadHalf>, length: i32) -> io::Result<Vec<u8>> {
    let mut text = vec![0; usize::try_from(length).unwrap_or_default()];
    from.read_exact(&mut text).await?;
    Ok(text)
}
