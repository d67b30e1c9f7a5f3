//! What must be in the database when a plan is applied, and nothing else.

use std::collections::BTreeMap;

use crate::support::database::Database;
use crate::support::eventually;

/// All that a plan leads to.
#[derive(Clone, Debug, Default)]
pub(super) struct Truth {
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) indexes: BTreeMap<String, Index>,
    /// In the order in which they are applied.
    pub(super) revisions: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// How often each row, named by its id, was updated.
    pub(super) rows: BTreeMap<u32, u32>,
}

#[derive(Clone, Debug)]
pub(super) struct Index {
    pub(super) table: String,
    pub(super) unique: bool,
}

impl Truth {
    /// Compares the whole database with this, and what it says was done.
    #[track_caller]
    pub(super) fn check(&self, database: &Database<'_>, history: &[String]) {
        let tables: Vec<&String> = self.tables.keys().collect();
        assert_eq!(
            database.column(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                 AND relkind = 'r' AND relname NOT LIKE 'seaworthy%' ORDER BY relname COLLATE \"C\""
            ),
            tables.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
            "tables"
        );
        for (name, table) in &self.tables {
            let rows: Vec<String> = table
                .rows
                .iter()
                .map(|(id, n)| format!("{id} {n}"))
                .collect();
            let found = format!("SELECT id || ' ' || n FROM {name} ORDER BY id");
            assert_eq!(database.column(&found), rows, "rows of {name}");
        }
        let indexes: Vec<String> = self
            .indexes
            .iter()
            .map(|(name, index)| format!("{name} {} {}", index.table, index.unique))
            .collect();
        assert_eq!(
            database.column(
                "SELECT concat_ws(' ', c.relname, t.relname, i.indisunique::text, \
                 CASE WHEN NOT (i.indisvalid AND i.indisready AND i.indislive) THEN 'INVALID' END) \
                 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
                 JOIN pg_class t ON t.oid = i.indrelid \
                 WHERE t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE 'seaworthy%' \
                 ORDER BY c.relname COLLATE \"C\""
            ),
            indexes,
            "indexes"
        );
        assert_eq!(
            database.column(
                "SELECT concat_ws(' ', revision, state, finished, prefix, started) \
                 FROM seaworthy_revision ORDER BY revision"
            ),
            self.revisions
                .iter()
                .map(|id| format!("{id} applied"))
                .collect::<Vec<_>>(),
            "state"
        );
        assert_eq!(
            database.column("SELECT action || ' ' || revision FROM seaworthy_log ORDER BY id"),
            history,
            "history"
        );
        eventually("no session of ours is left", || {
            database.value(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                 AND pid <> pg_backend_pid() AND application_name <> 'test'",
            ) == "0"
        });
        assert_eq!(
            database.value(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
                 (SELECT oid FROM pg_database WHERE datname = current_database())"
            ),
            "0",
            "advisory locks"
        );
    }
}
