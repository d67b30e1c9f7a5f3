//! One way to one server: an address, with or without TLS.

use std::fmt;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use super::wire::Wire;
use super::{ConnectError, Encryption, Reason, Stage, tried, within};
use crate::config::{Connection, Host, HostAddress, SslMode};
use crate::dial::{Address, Socket};
use crate::postgres::tls::{HandshakeError, TlsClient};

/// The message SSLRequest: its length and its code.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Kept with a session, so that a request to cancel takes the same way.
pub(crate) struct Route {
    host: Host,
    address: Address,
    encryption: Encryption,
    tls: Option<TlsClient>,
    user: String,
    database: String,
    ssl_mode: SslMode,
}

impl Route {
    pub(super) fn new(
        connection: &Connection,
        host: &Host,
        address: Address,
        encryption: Encryption,
        tls: Option<TlsClient>,
    ) -> Self {
        // The copy is kept for messages and has no use for a password.
        let host = Host {
            address: host.address.clone(),
            port: host.port,
            password: None,
        };
        Self {
            host,
            address,
            encryption,
            tls,
            user: connection.user.clone(),
            database: connection.database.clone(),
            ssl_mode: connection.ssl_mode,
        }
    }

    pub(super) fn host(&self) -> String {
        self.host.shown()
    }

    /// Returns a stream on which the startup message can be sent, over a
    /// socket that is already open or a new one.
    pub(super) async fn open(
        &self,
        socket: Option<Box<dyn Socket>>,
        deadline: Option<Instant>,
    ) -> Result<Wire, Reason> {
        let socket = match socket {
            Some(socket) => socket,
            None => {
                let dialling = async {
                    let socket = self.address.dial().await;
                    socket.map_err(|error| Reason::io(Stage::Dial, &error))
                };
                within(deadline, Stage::Dial, dialling).await?
            }
        };
        match (self.encryption, &self.tls) {
            (Encryption::Tls, Some(tls)) => {
                within(deadline, Stage::Tls, self.encrypt(socket, tls)).await
            }
            (Encryption::Plain, _) | (Encryption::Tls, None) => Ok(Wire::plain(socket)),
        }
    }

    async fn encrypt(&self, mut socket: Box<dyn Socket>, tls: &TlsClient) -> Result<Wire, Reason> {
        let failed = |error: io::Error| Reason::io(Stage::Tls, &error);
        socket.write_all(&SSL_REQUEST).await.map_err(failed)?;
        socket.flush().await.map_err(failed)?;
        // One byte and no more: what a man in the middle puts behind it in
        // plain text must not pass for something said under TLS.
        let mut answer = [0];
        socket.read_exact(&mut answer).await.map_err(failed)?;
        match answer[0] {
            b'S' => {}
            b'N' if self.ssl_mode == SslMode::Prefer => return Ok(Wire::plain(socket)),
            b'N' => return Err(Reason::TlsNotOffered),
            other => {
                let shown = char::from(other).escape_default();
                let text = format!("`{shown}` in answer to the request for TLS");
                return Err(Reason::NotPostgres(text));
            }
        }
        let name = match &self.host.address {
            HostAddress::Tcp { name, .. } => name.as_str(),
            HostAddress::Unix(_) => "",
        };
        match tls.handshake(name, socket).await {
            Ok((stream, binding)) => Ok(Wire::encrypted(Box::new(stream), binding)),
            Err(HandshakeError::Certificate(problem)) => Err(Reason::Certificate(problem)),
            Err(HandshakeError::Setup(problem)) => Err(Reason::TlsSetup(problem)),
            Err(HandshakeError::Refused(text)) => Err(Reason::TlsHandshake(text)),
            Err(HandshakeError::Io(error)) => Err(failed(error)),
        }
    }

    /// Sends a request that the server answers by closing the connection.
    ///
    /// # Errors
    ///
    /// [`ConnectError`] when that did not happen within the limit.
    pub(crate) async fn deliver(
        &self,
        request: &[u8],
        limit: Duration,
    ) -> Result<(), ConnectError> {
        let deadline = Instant::now().checked_add(limit);
        let delivering = async {
            let mut wire = self.open(None, deadline).await?;
            let failed = |error: io::Error| Reason::io(Stage::Login, &error);
            wire.write_all(request).await.map_err(failed)?;
            wire.flush().await.map_err(failed)?;
            // The server closes after it has signalled its process. How the
            // end of the stream looks does not matter.
            let _ = wire.read(&mut [0]).await;
            Ok(())
        };
        within(deadline, Stage::Login, delivering)
            .await
            .map_err(|reason| ConnectError {
                user: self.user.clone(),
                database: self.database.clone(),
                ssl_mode: self.ssl_mode,
                tries: vec![tried(
                    &self.host,
                    Some(&self.address),
                    self.encryption,
                    reason,
                )],
            })
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("host", &self.host.shown())
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
