//! One database of a test server, and what tests do in it.
//!
//! The synchronous functions run on a thread of their own, so that they may be
//! called from a plain test and from an asynchronous one.

use std::process::Command;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use super::server::{PASSWORD, SUPERUSER, Server, binaries};

/// A database that belongs to one test. It is dropped with the value.
#[derive(Debug)]
pub(crate) struct Database<'a> {
    server: &'a Server,
    name: String,
    roles: AtomicU32,
}

/// A role made for one test.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) name: String,
    /// Logs in to the test's database over TCP as this role.
    pub(crate) url: String,
}

impl<'a> Database<'a> {
    pub(super) fn create(server: &'a Server, name: String) -> Self {
        run(
            &admin(server, SUPERUSER),
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        );
        Self {
            server,
            name,
            roles: AtomicU32::new(0),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn server(&self) -> &'a Server {
        self.server
    }

    /// Returns the superuser's URL over TCP, password included.
    pub(crate) fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// Returns a URL for the unix socket, where the superuser needs no password.
    pub(crate) fn socket_url(&self) -> String {
        format!(
            "postgres://{SUPERUSER}@/{}?host={}&port={}",
            self.name,
            self.server.socket_directory().display(),
            self.server.port()
        )
    }

    /// Logs in as the superuser. The connection's task ends with the client.
    pub(crate) async fn client(&self) -> Client {
        client(&self.url()).await
    }

    /// Runs a script by psql, which stops at the first error and has nothing to say.
    #[track_caller]
    pub(crate) fn psql(&self, script: &str) {
        if let Err(said) = self.try_psql(script) {
            panic!("{said}\n{script}");
        }
    }

    /// Runs a script by psql; whatever it says is an error.
    pub(crate) fn try_psql(&self, script: &str) -> Result<(), String> {
        let file = tempfile::NamedTempFile::new().expect("a file can be made");
        std::fs::write(file.path(), script).expect("it can be written");
        let output = Command::new(binaries().join("psql"))
            .env_clear()
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url(), "-f"])
            .arg(file.path())
            .output()
            .expect("psql can be run");
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() && said.is_empty() {
            Ok(())
        } else {
            Err(said.into_owned())
        }
    }

    /// Returns what `pg_dump` prints.
    #[track_caller]
    pub(crate) fn dump(&self, options: &[&str]) -> String {
        let output = Command::new(binaries().join("pg_dump"))
            .env_clear()
            .args(options)
            .args(["-d", &self.url()])
            .output()
            .expect("pg_dump can be run");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).expect("a dump is text")
    }

    /// Runs a script and panics where it fails.
    #[track_caller]
    pub(crate) fn execute(&self, script: &str) {
        self.rows(script);
    }

    /// Runs a script and returns the rows of its last result; NULL is `None`.
    #[track_caller]
    pub(crate) fn rows(&self, script: &str) -> Vec<Vec<Option<String>>> {
        run(&admin(self.server, &self.name), script)
    }

    /// Returns the first column of each row of a query, NULL as `null`.
    #[track_caller]
    pub(crate) fn column(&self, query: &str) -> Vec<String> {
        self.rows(query)
            .into_iter()
            .map(|mut row| row.swap_remove(0).unwrap_or_else(|| "null".to_owned()))
            .collect()
    }

    /// Returns the one value of a query that has one row and one column.
    #[track_caller]
    pub(crate) fn value(&self, query: &str) -> String {
        let mut column = self.column(query);
        assert_eq!(column.len(), 1, "not one row from {query}");
        column.swap_remove(0)
    }

    /// Ends the sleeping server process that a killed client has left behind.
    /// Only from version 14 on does it look for its client while it works.
    #[track_caller]
    pub(crate) fn end_what_a_killed_client_left(&self) {
        if self.server.version() < 14 {
            let ended = self.column(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event = 'PgSleep'",
            );
            assert_eq!(ended, ["t"], "it is still at work");
        }
    }

    /// Creates a role that may log in, with more attributes if any are given:
    /// `CREATEDB`, `CONNECTION LIMIT 1`.
    #[track_caller]
    pub(crate) fn role(&self, attributes: &str) -> Role {
        let number = self.roles.fetch_add(1, Ordering::Relaxed) + 1;
        let name = format!("{}_role_{number}", self.name);
        self.execute(&format!(
            "CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}' {attributes}"
        ));
        let url = format!(
            "postgres://{name}:{PASSWORD}@127.0.0.1:{}/{}",
            self.server.port(),
            self.name
        );
        Role { name, url }
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        // The server may be stopped by now, and it goes away in any case.
        let admin = admin(self.server, SUPERUSER);
        let _ = try_run(&admin, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// Logs in by URL without TLS; the connection's task ends with the client.
pub(crate) async fn client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("the test's database accepts a connection");
    tokio::spawn(connection);
    client
}

fn admin(server: &Server, database: &str) -> Config {
    let mut config = Config::new();
    config
        .host_path(server.socket_directory())
        .port(server.port())
        .user(SUPERUSER)
        .dbname(database)
        .application_name("test");
    config
}

/// Runs a script by URL and returns the rows of its last result.
#[track_caller]
pub(crate) fn query(url: &str, script: &str) -> Vec<Vec<Option<String>>> {
    run(
        &Config::from_str(url).expect("the test's URL parses"),
        script,
    )
}

/// Runs a script by URL where it may fail.
///
/// # Errors
/// What the connection or the server said.
pub(crate) fn try_query(
    url: &str,
    script: &str,
) -> Result<Vec<Vec<Option<String>>>, tokio_postgres::Error> {
    try_run(&Config::from_str(url)?, script)
}

#[track_caller]
fn run(config: &Config, script: &str) -> Vec<Vec<Option<String>>> {
    match try_run(config, script) {
        Ok(rows) => rows,
        Err(error) => {
            let error = error
                .as_db_error()
                .map_or_else(|| format!("{error:?}"), |e| format!("{e:?}"));
            panic!("{error}\nin: {script}")
        }
    }
}

fn try_run(
    config: &Config,
    script: &str,
) -> Result<Vec<Vec<Option<String>>>, tokio_postgres::Error> {
    let work = async {
        let (client, connection) = config.connect(NoTls).await?;
        let connection = tokio::spawn(connection);
        let messages = client.simple_query(script).await?;
        drop(client);
        // The session must be gone when the caller goes on, or it would stand
        // in the way of DROP DATABASE and of tests that count sessions.
        let _ = connection.await;
        Ok(last_rows(&messages))
    };
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime can be made")
                    .block_on(work)
            })
            .join()
            .expect("the query's thread does not panic")
    })
}

fn last_rows(messages: &[SimpleQueryMessage]) -> Vec<Vec<Option<String>>> {
    let mut rows = Vec::new();
    let mut complete = false;
    for message in messages {
        match message {
            SimpleQueryMessage::Row(row) => {
                if std::mem::take(&mut complete) {
                    rows.clear();
                }
                rows.push(
                    (0..row.len())
                        .map(|i| row.get(i).map(str::to_owned))
                        .collect(),
                );
            }
            SimpleQueryMessage::CommandComplete(_) => complete = true,
            _ => {}
        }
    }
    rows
}
