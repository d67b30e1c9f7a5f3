//! Prints the SQL that turns the schema of one database into that of another:
//! how this crate is used without seaworthy.
//!
//! ```sh
//! cargo run --example diff -- postgres://localhost/one postgres://localhost/other
//! ```

use std::error::Error;
use std::io::{self, Write};

use seaworthy_schema::{Manner, Reading, Schema, Version, plan, uncompared};
use tokio_postgres::{NoTls, SimpleQueryMessage};

#[tokio::main(flavor = "current_thread")]
#[allow(
    clippy::disallowed_methods,
    reason = "an example reads its own command line, and a URL is UTF-8"
)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut urls: Vec<String> = std::env::args().skip(1).collect();
    let manner = match urls.last().map(String::as_str) {
        Some("--online") => Manner::Online,
        _ => Manner::Plain,
    };
    urls.retain(|url| url != "--online");
    let [from, to] = urls.as_slice() else {
        return Err(
            "two URLs are needed: that of the database as it is, and as it shall be".into(),
        );
    };
    let (from, to) = (read(from).await?, read(to).await?);
    for one in uncompared(&from, &to) {
        writeln!(io::stderr(), "{} {} is not compared", one.kind, one.object)?;
    }
    let mut out = io::stdout().lock();
    for statement in plan(&from, &to, manner)? {
        writeln!(out, "{};\n", statement.sql)?;
    }
    Ok(())
}

async fn read(url: &str) -> Result<Schema, Box<dyn Error>> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = ''; SET LOCAL jit = off; \
                 SET LOCAL join_collapse_limit = 1";
    client.simple_query(begin).await?;
    let version = client.simple_query("SHOW server_version_num").await?;
    let version = version.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    });
    let mut reading = Reading::default();
    for question in Schema::questions(Version(version.unwrap_or_default())) {
        for message in client.simple_query(&question.sql).await? {
            if let SimpleQueryMessage::Row(row) = message {
                let values: Vec<Option<&str>> = (0..row.len()).map(|at| row.get(at)).collect();
                reading.take(&question, &values)?;
            }
        }
    }
    Ok(reading.finish()?)
}
