//! A request that leaves in two parts, with a place to die after each: only for builds that prove the journal.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::proof::{self, Point};

/// `body` in two halves over `stream`.
pub(super) fn stepwise<S>(body: Vec<u8>, stream: S) -> (Halves, Watched<S>) {
    let given = Arc::new(AtomicBool::new(false));
    let mut first = Bytes::from(body);
    let second = first.split_off(first.len() / 2);
    (
        Halves { first: Some(first), second: Some(second), waited: false, given: given.clone() },
        Watched { stream, given },
    )
}

/// A body in two frames.
pub(super) struct Halves {
    first: Option<Bytes>,
    second: Option<Bytes>,
    waited: bool,
    given: Arc<AtomicBool>,
}

impl Body for Halves {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if self.second.is_some() && !self.waited {
            // What was given so far is written while this waits.
            self.waited = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(second) = self.second.take() else { return Poll::Ready(None) };
        proof::at(Point::SendAfterHalfBody);
        self.given.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(second))))
    }

    fn is_end_stream(&self) -> bool {
        self.second.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let left = [&self.first, &self.second].into_iter().flatten().map(Bytes::len).sum::<usize>();
        SizeHint::with_exact(left as u64)
    }
}

/// A stream that knows when the whole request has left.
pub(super) struct Watched<S> {
    stream: S,
    given: Arc<AtomicBool>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if matches!(flushed, Poll::Ready(Ok(()))) && self.given.swap(false, Ordering::Relaxed) {
            proof::at(Point::SendAfterFullBody);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
