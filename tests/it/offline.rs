//! `--sql`: what psql makes of it is what the online run makes.

use std::time::Duration;

use seaworthy::config::TransactionScope;
use seaworthy::postgres::offline::{self, OfflineOptions, OfflineTables};

use crate::support::dock::{Dock, Ship, Ship::InTransaction, Ship::Outside};

const SHIPS: [Ship<'_>; 3] = [
    InTransaction(
        "aaaa",
        "CREATE TABLE a (n int, s text);\nCOPY a FROM stdin;\n1\tit's\n\\.\nSELECT 1 -- no end;",
    ),
    InTransaction("bbbb", "SELECT set_config('search_path', '', false);"),
    Outside("cccc", "CREATE INDEX CONCURRENTLY i ON a (n);\nVACUUM a;"),
];

fn script(dock: &Dock, transaction: TransactionScope, ships: usize) -> String {
    let recorded = seaworthy::postgres::version_table::Recorded {
        location: seaworthy::postgres::Location::absent("public", &dock.table),
        state: seaworthy::plan::AppliedState::default(),
    };
    let mut plan = dock.plan(&recorded).expect("it can be planned");
    plan.steps.truncate(ships);
    let options = OfflineOptions {
        transaction,
        lock_timeout: Some(Duration::from_secs(5)),
        statement_timeout: None,
        tables: OfflineTables::Create,
    };
    offline::script(&plan, dock.graph(), &dock.table, &options).expect("it can be printed")
}

#[tokio::test]
async fn psql_runs_the_script_and_records_the_same() {
    let offline = Dock::new(&SHIPS);
    let text = script(&offline, TransactionScope::Revision, 3);
    offline.database.psql(&text);
    let online = Dock::new(&SHIPS);
    online.sail().await.expect("it applies");
    assert_eq!(offline.state(), online.state());
    let rows = "SELECT concat_ws('|', revision, revises, depends_on, message, checksum, state, \
                finished) FROM seaworthy_revision ORDER BY revision";
    assert_eq!(offline.database.column(rows), online.database.column(rows));
    assert_eq!(offline.database.value("SELECT s FROM a"), "it's");
    let report = offline.sail().await.expect("nothing is pending");
    assert!(report.done.is_empty());
    let headlines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("-- Running"))
        .collect();
    assert_eq!(
        headlines,
        [
            "-- Running upgrade  -> aaaa",
            "-- Running upgrade aaaa -> bbbb",
            "-- Running upgrade bbbb -> cccc"
        ]
    );
}

#[tokio::test]
async fn one_transaction_is_one() {
    let dock = Dock::new(&SHIPS);
    let text = script(&dock, TransactionScope::All, 2);
    assert_eq!(text.matches("BEGIN;\n").count(), 1);
    dock.database.psql(&text);
    assert_eq!(dock.state(), ["aaaa applied", "bbbb applied"]);
}

#[tokio::test]
async fn a_dump_is_a_first_revision() {
    let source = Dock::new(&[]);
    source.database.execute(
        "CREATE SCHEMA app; CREATE TABLE app.t (n int PRIMARY KEY, s text DEFAULT ';'); \
         INSERT INTO app.t VALUES (1, E'a\\tb\\\\c'), (2, NULL); \
         CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1;'; \
         CREATE VIEW app.v AS SELECT * FROM app.t",
    );
    let dump = source.database.dump(&[]);
    assert!(dump.contains("COPY app.t"));
    let dock = Dock::new(&[
        InTransaction("aaaa", &dump),
        InTransaction("bbbb", "CREATE TABLE after_it (n int)"),
    ]);
    dock.sail().await.expect("it applies");
    assert_eq!(dock.state(), ["aaaa applied", "bbbb applied"]);
    assert!(dock.has("public.after_it"));
    let all = "SELECT concat_ws('|', n, s) FROM app.v ORDER BY n";
    assert_eq!(dock.database.column(all), source.database.column(all));
}
