//! Where the state stands, and who may read it.

use seaworthy::postgres::VersionTable;
use seaworthy::postgres::version_table::{Lacking, Presence, StateError};

use crate::support::dock::{Dock, Ship, Ship::InTransaction, Wreck};

const ONE: [Ship<'_>; 1] = [InTransaction("aaaa", "CREATE TABLE a (n int)")];

#[tokio::test]
async fn an_empty_database_has_a_place_for_the_state() {
    let dock = Dock::new(&ONE);
    let recorded = dock.recorded().await.expect("it can be read");
    assert_eq!(recorded.location.schema, "public");
    assert_eq!(recorded.location.state_table, Presence::Absent);
    assert!(recorded.state.rows.is_empty());
    assert!(!dock.has("seaworthy_revision"), "reading creates nothing");
}

#[tokio::test]
async fn no_schema_in_the_search_path_is_an_error() {
    let dock = Dock::new(&ONE);
    let name = dock.database.name();
    dock.database
        .execute(&format!("ALTER DATABASE {name} SET search_path = nowhere"));
    assert_eq!(dock.recorded().await.err(), Some(StateError::NoSchema));
}

#[tokio::test]
async fn a_configured_schema_must_exist_and_is_used() {
    let mut dock = Dock::new(&ONE);
    dock.table = VersionTable {
        schema: Some("it's".into()),
        name: "My \"state\"".into(),
    };
    let missing = StateError::SchemaMissing("it's".into());
    assert_eq!(dock.recorded().await.err(), Some(missing));
    dock.database.execute("CREATE SCHEMA \"it's\"");
    dock.sail().await.expect("it applies");
    assert!(dock.has(r#""it''s"."My ""state""""#));
    assert!(dock.has(r#""it''s"."My ""state""_log""#));
    let recorded = dock.recorded().await.expect("it can be read");
    assert_eq!(recorded.state.rows.len(), 1);
}

#[tokio::test]
async fn a_schema_that_a_revision_creates_does_not_hide_the_state() {
    let dock = Dock::new(&[InTransaction("aaaa", "CREATE SCHEMA postgres")]);
    dock.sail().await.expect("it applies");
    // The search path begins with "$user", which exists now.
    let recorded = dock.recorded().await.expect("it can be read");
    assert_eq!(recorded.location.schema, "public");
    assert_eq!(recorded.state.rows.len(), 1);
}

#[tokio::test]
async fn a_role_that_may_not_read_is_told_what_to_grant() {
    let dock = Dock::new(&ONE);
    dock.sail().await.expect("it applies");
    let role = dock.database.role("");
    let Err(Wreck::State(error)) = dock.sail_as(&role.name).await else {
        panic!("it read the state");
    };
    let StateError::Unreadable {
        schema,
        table,
        role: name,
        lacking,
    } = &error
    else {
        panic!("another error: {error}");
    };
    assert_eq!(*lacking, Lacking::TableSelect);
    dock.database.execute(&lacking.grant(schema, table, name));
    let report = dock.sail_as(&role.name).await.expect("nothing is pending");
    assert!(report.done.is_empty());
}

#[tokio::test]
async fn a_table_of_that_name_with_other_columns_is_not_ours() {
    let dock = Dock::new(&ONE);
    dock.database
        .execute("CREATE TABLE seaworthy_revision (revision text, state text)");
    let error = dock.recorded().await.expect_err("columns are missing");
    let StateError::NotOurs { missing, .. } = error else {
        panic!("another error: {error}");
    };
    assert!(missing.contains(&"prefix".to_owned()) && !missing.contains(&"state".to_owned()));
    dock.database
        .execute("DROP TABLE seaworthy_revision; CREATE SEQUENCE seaworthy_revision");
    let error = dock.recorded().await.expect_err("it is no table");
    assert!(matches!(error, StateError::NotOurs { missing, .. } if missing.is_empty()));
}

#[tokio::test]
async fn a_view_of_the_state_is_not_ours() {
    let dock = Dock::new(&ONE);
    dock.sail().await.expect("it applies");
    dock.database.execute(
        "ALTER TABLE seaworthy_revision RENAME TO kept; \
         CREATE VIEW seaworthy_revision AS SELECT * FROM kept",
    );
    let error = dock.recorded().await.expect_err("it is a view");
    assert!(matches!(error, StateError::NotOurs { missing, .. } if missing.is_empty()));
}

#[tokio::test]
async fn rows_of_another_tool_are_an_error() {
    let dock = Dock::new(&ONE);
    // Each setup builds upon those before it.
    for (setup, tool) in [
        ("CREATE TABLE alembic_version (version_num text)", None),
        ("INSERT INTO alembic_version VALUES ('x')", Some("Alembic")),
        ("DROP TABLE alembic_version", None),
        (
            "CREATE TABLE goose_db_version (version_id bigint); INSERT INTO goose_db_version VALUES (0)",
            None,
        ),
        ("INSERT INTO goose_db_version VALUES (1)", Some("goose")),
        (
            "DROP TABLE goose_db_version; CREATE TABLE schema_version (version int4); \
             INSERT INTO schema_version VALUES (0)",
            None,
        ),
        ("UPDATE schema_version SET version = 3", Some("tern")),
        (
            "DROP TABLE schema_version; CREATE TABLE schema_migrations (version text); \
             INSERT INTO schema_migrations VALUES ('1')",
            Some("dbmate or golang-migrate"),
        ),
    ] {
        dock.database.execute(setup);
        let found = match dock.recorded().await {
            Err(StateError::OtherTool { tool, .. }) => Some(tool.name),
            Ok(_) => None,
            Err(error) => panic!("another error: {error}"),
        };
        assert_eq!(found, tool, "{setup}");
    }
}
