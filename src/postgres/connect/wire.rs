//! The stream that a login runs on, whatever it is made of, with a bound on
//! what a peer may send before it is one we trust.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use super::Encryption;
use super::bound::Bound;
use super::reins::Reins;
use crate::dial::Socket;

/// A login's messages fit many times over. Without a bound, a peer that sends
/// notices, or one message without end, grows our memory until the deadline.
const LOGIN_BUDGET: usize = 64 * 1024;

/// So much is read at once.
const PIECE: usize = 16 * 1024;

/// A stream on which PostgreSQL's protocol can begin.
pub(crate) struct Wire {
    socket: Box<dyn Socket>,
    /// What was read last, before anybody has looked at it.
    piece: Box<[u8]>,
    /// What may be read on.
    passed: BytesMut,
    /// How much the peer may still send before the login is complete.
    left: usize,
    reins: Arc<Reins>,
    /// What counts from then on.
    bound: Bound,
    encryption: Encryption,
    /// `tls-server-end-point`, if the stream is TLS and the certificate has one.
    binding: Option<Vec<u8>>,
}

/// The error inside the [`io::Error`] of an exceeded bound.
#[derive(Debug)]
pub(super) struct TooMuch;

/// Hands a stream that is ready to the library, which would otherwise ask for
/// TLS itself.
pub(crate) struct AsItIs;

impl Wire {
    pub(super) fn plain(socket: Box<dyn Socket>) -> Self {
        Self {
            socket,
            piece: vec![0; PIECE].into_boxed_slice(),
            passed: BytesMut::new(),
            left: LOGIN_BUDGET,
            reins: Arc::default(),
            bound: Bound::default(),
            encryption: Encryption::Plain,
            binding: None,
        }
    }

    pub(super) fn encrypted(socket: Box<dyn Socket>, binding: Option<Vec<u8>>) -> Self {
        Self {
            encryption: Encryption::Tls,
            binding,
            ..Self::plain(socket)
        }
    }

    /// Returns what the server agreed to, which may be less than was asked for.
    pub(super) fn encryption(&self) -> Encryption {
        self.encryption
    }

    pub(super) fn reins(&self) -> Arc<Reins> {
        Arc::clone(&self.reins)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if !this.passed.is_empty() {
                let taken = this.passed.len().min(buf.remaining());
                buf.put_slice(&this.passed.split_to(taken));
                return Poll::Ready(Ok(()));
            }
            let trusted = this.reins.is_trusted();
            if !trusted && this.left == 0 {
                return Poll::Ready(Err(io::Error::other(TooMuch)));
            }
            if let Some(exceeded) = this.bound.exceeded().filter(|_| trusted) {
                return Poll::Ready(Err(io::Error::other(exceeded)));
            }
            let mut piece = ReadBuf::new(&mut this.piece);
            ready!(Pin::new(&mut this.socket).poll_read(cx, &mut piece))?;
            let read = piece.filled();
            if read.is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.left = this.left.saturating_sub(read.len());
            this.bound
                .pass(read, this.reins.long_rows(), &mut this.passed);
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl TlsStream for Wire {
    fn channel_binding(&self) -> ChannelBinding {
        self.binding
            .clone()
            .map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

impl TlsConnect<Wire> for AsItIs {
    type Stream = Wire;
    type Error = Infallible;
    type Future = Ready<Result<Wire, Infallible>>;

    fn connect(self, wire: Wire) -> Self::Future {
        ready(Ok(wire))
    }
}

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many bytes before the login was complete")
    }
}

impl std::error::Error for TooMuch {}
