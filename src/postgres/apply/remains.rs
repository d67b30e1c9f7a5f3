//! What a `REINDEX ... CONCURRENTLY` that did not end has left behind.
//!
//! It builds each index anew under another name, `..._ccnew`, and swaps the
//! two; the old one is `..._ccold` until it is dropped. Both are INVALID while
//! they bear these names, and nobody but a REINDEX has a use for them, though
//! they cost time with each row that is written.

use tokio_postgres::SimpleQueryMessage;

use super::index::{Index, Validity, written};
use crate::postgres::quote::literal;
use crate::postgres::{ServerFailure, Session};
use crate::sql::Reindexed;

/// How the server names them; it counts up where a name is taken.
const TRANSIENT: &str = "'_cc(new|old)[0-9]*$'";

/// A name this long may have been cut to make room for the ending.
const CUT_LENGTH: u32 = 60;

/// Returns the INVALID indexes that such a statement has left and that nobody
/// is building now.
pub(super) async fn of(session: &Session, what: &Reindexed) -> Result<Vec<Index>, ServerFailure> {
    let query = format!(
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i' \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE NOT i.indisvalid AND c.relname ~ {TRANSIENT} AND {} \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p \
          WHERE p.pid <> pg_catalog.pg_backend_pid() \
          AND (p.relid = i.indrelid OR p.relid IS NULL AND EXISTS ( \
           SELECT FROM pg_catalog.pg_locks l WHERE l.pid = p.pid AND l.relation = i.indrelid \
           AND l.mode = 'ShareUpdateExclusiveLock'))) \
         ORDER BY 1, 2",
        condition(what)
    );
    let messages = session.client.simple_query(&query).await?;
    let remains = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(Index {
            schema: row.get("nspname").unwrap_or_default().to_owned(),
            name: row.get("relname").unwrap_or_default().to_owned(),
            validity: Validity::Invalid,
            builder: None,
        }),
        _ => None,
    });
    Ok(remains.collect())
}

/// Returns which indexes `i`, named `c` in schema `n`, a statement concerns.
fn condition(what: &Reindexed) -> String {
    // A partitioned one stands for its partitions; a plain one has no tree.
    let tree = |name| {
        let oid = format!("pg_catalog.to_regclass({})", literal(&written(name)));
        format!("SELECT {oid} UNION SELECT relid FROM pg_catalog.pg_partition_tree({oid})")
    };
    match what {
        Reindexed::Index(name) => format!(
            "EXISTS (SELECT FROM pg_catalog.pg_index o \
              JOIN pg_catalog.pg_class b ON b.oid = o.indexrelid, \
              pg_catalog.regexp_replace(c.relname, {TRANSIENT}, '') stem \
              WHERE o.indrelid = i.indrelid AND o.indexrelid IN ({}) AND (b.relname = stem \
               OR pg_catalog.octet_length(c.relname::pg_catalog.text) >= {CUT_LENGTH} \
               AND pg_catalog.starts_with(b.relname::pg_catalog.text, stem)))",
            tree(name)
        ),
        Reindexed::Table(name) => format!(
            "EXISTS (SELECT FROM pg_catalog.pg_class t WHERE t.oid IN ({}) \
              AND i.indrelid IN (t.oid, t.reltoastrelid))",
            tree(name)
        ),
        // A table's large values have their index in a schema of their own.
        Reindexed::Schema(schema) => format!(
            "EXISTS (SELECT FROM pg_catalog.pg_class t \
              JOIN pg_catalog.pg_namespace s ON s.oid = t.relnamespace \
              WHERE s.nspname = {} AND i.indrelid IN (t.oid, t.reltoastrelid))",
            literal(schema)
        ),
        Reindexed::Database => "true".to_owned(),
    }
}
