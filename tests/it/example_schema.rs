//! The example schema in `migrations/`, as the demonstration uses it.

use std::fs;
use std::path::PathBuf;

use crate::support::binary::Binary;
use crate::support::database::Database;
use crate::support::server::Server;

const TABLES: &str = "SELECT relname FROM pg_class \
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \
    AND relname NOT LIKE 'seaworthy%' ORDER BY relname";

/// Everything that a revision could have left behind.
const OBJECTS: &str = "\
    SELECT 'relation ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace \
        AND relname NOT LIKE 'seaworthy%' \
    UNION SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
    UNION SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace \
        AND typname !~ '^_?seaworthy'";

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations")
}

fn upgrade(database: &Database<'_>) {
    let finished = Binary::new(["upgrade", "--dir"])
        .arg(directory())
        .env("DATABASE_URL", database.url())
        .run()
        .expect_code(0);
    assert_eq!(finished.stdout, "");
}

#[test]
fn it_is_applied_whole_and_only_once() {
    let database = Server::shared().database();
    upgrade(&database);
    let applied = database.column("SELECT revision FROM seaworthy_log ORDER BY id");
    let files = fs::read_dir(directory())
        .expect("the example schema is there")
        .count();
    assert_eq!(applied.len(), files);
    assert_eq!(
        database.column(TABLES),
        [
            "cart_items",
            "carts",
            "memories",
            "task_logs",
            "todos",
            "users"
        ]
    );
    assert_eq!(
        database.value(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'todos_open_due_idx'::regclass"
        ),
        "t"
    );

    upgrade(&database);
    assert_eq!(
        database.column("SELECT revision FROM seaworthy_log ORDER BY id"),
        applied
    );
}

#[test]
fn its_down_sections_leave_nothing_behind() {
    let database = Server::shared().database();
    upgrade(&database);
    Binary::new(["downgrade", "base", "--dir"])
        .arg(directory())
        .env("DATABASE_URL", database.url())
        .run()
        .expect_code(0);
    assert_eq!(database.column(OBJECTS), Vec::<String>::new());
}

#[test]
fn its_data_migrations_keep_the_rows() {
    let database = Server::shared().database();
    let finished = Binary::new(["upgrade", "a27b4c6d8e91", "--dir"])
        .arg(directory())
        .env("DATABASE_URL", database.url())
        .run()
        .expect_code(0);
    assert_eq!(finished.stdout, "");
    database.execute(
        "INSERT INTO users (email, name) VALUES (' Ada@Example.org', 'Ada'), ('bo@example.org', 'Bo');
         INSERT INTO todos (user_id, title) SELECT users.id, title
         FROM users, unnest(ARRAY['caulk', 'mend']) AS title ORDER BY users.id",
    );

    upgrade(&database);
    assert_eq!(
        database.column("SELECT email FROM users ORDER BY id"),
        ["ada@example.org", "bo@example.org"]
    );
    assert_eq!(
        database.column(
            "SELECT name || position FROM todos JOIN users ON users.id = user_id ORDER BY 1"
        ),
        ["Ada1", "Ada2", "Bo1", "Bo2"]
    );
}
