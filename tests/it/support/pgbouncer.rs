//! A PgBouncer of our own before a test's server.
//!
//! Nothing is skipped where it is missing: the first test that asks panics and
//! says how to install it.

use std::io::{PipeWriter, pipe};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use tempfile::TempDir;

use super::eventually;
use super::server::{PASSWORD, SUPERUSER, Server, as_owner, give_to_owner};

/// Runs until its standard input ends, which is the end of the value or of the
/// test process.
const GUARD: &str = r#""$1" -q "$2" & read -r _; kill $!; wait"#;

/// A pooler that this process started. It ends with the value.
#[derive(Debug)]
pub(crate) struct PgBouncer {
    port: u16,
    guard: Option<PipeWriter>,
    child: Child,
    _directory: TempDir,
}

/// What a client keeps its server session for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PoolMode {
    Session,
    Transaction,
    Statement,
}

impl PgBouncer {
    /// Starts a pooler and returns when its port accepts.
    pub(crate) fn start(server: &Server, mode: PoolMode) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("seaworthy-pool-")
            .tempdir()
            .expect("the temporary directory can be written");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("loopback has a free port")
            .port();
        let users = directory.path().join("users.txt");
        let settings = directory.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n\
             * = host=127.0.0.1 port={}\n\
             [pgbouncer]\n\
             listen_addr = 127.0.0.1\n\
             listen_port = {port}\n\
             unix_socket_dir =\n\
             auth_type = scram-sha-256\n\
             auth_file = {}\n\
             pool_mode = {}\n\
             default_pool_size = 4\n",
            server.port(),
            users.display(),
            match mode {
                PoolMode::Session => "session",
                PoolMode::Transaction => "transaction",
                PoolMode::Statement => "statement",
            }
        );
        let contents = format!("\"{SUPERUSER}\" \"{PASSWORD}\"\n");
        for (path, contents) in [(&users, &contents), (&settings, &text)] {
            std::fs::write(path, contents).expect("the directory is ours");
            give_to_owner(path);
        }
        give_to_owner(directory.path());
        let (reader, guard) = pipe().expect("a descriptor is free");
        let child = as_owner("/bin/sh")
            .env("PATH", "/usr/bin:/bin")
            .args(["-c", GUARD, "guard"])
            .args([program(), settings])
            .stdin(reader)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("/bin/sh can be run");
        eventually("PgBouncer accepts connections", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Self {
            port,
            guard: Some(guard),
            child,
            _directory: directory,
        }
    }

    /// Returns the superuser's URL for a database, through the pooler.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://{SUPERUSER}:{PASSWORD}@127.0.0.1:{}/{database}",
            self.port
        )
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        drop(self.guard.take());
        let _ = self.child.wait();
    }
}

/// Debian keeps it among the programs of the system administrator.
fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/local/bin".into()])
        .map(|directory| directory.join("pgbouncer"))
        .find(|program| program.exists())
        .expect("PgBouncer is missing: `apt-get install pgbouncer`")
}
