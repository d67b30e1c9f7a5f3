//! One logged-in connection and what the server said about itself.

use tokio_postgres::Client;

use super::ServerFailure;

/// What the first query found out; one round trip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// `server_version_num`, such as 150018.
    pub version: u32,
    pub in_recovery: bool,
    /// `transaction_read_only` of a new transaction.
    pub read_only: bool,
    /// `listen_addresses` is empty: a socket-only server.
    pub listens_nowhere: bool,
    /// `pg_backend_pid()`.
    pub backend_pid: i32,
    /// The pid in the startup's BackendKeyData; another one means a proxy.
    pub key_pid: i32,
}

/// A connection that answered a query on the target database.
pub struct Session {
    pub client: Client,
    pub facts: Facts,
    /// The host that answered, as it may be shown.
    pub host: String,
}

impl Session {
    /// Stands in until the real one is merged.
    pub async fn cancel(&self) -> Result<(), ServerFailure> {
        let token = self.client.cancel_token();
        Ok(token.cancel_query(tokio_postgres::NoTls).await?)
    }

    /// Stands in until the real one is merged.
    pub async fn close(self) {}
}
