//! A project as they grow: sixty tables with views, functions, triggers,
//! policies and partitions in files of their own, from its first revision to a
//! change in the middle and back.

use std::fmt::Write as _;

use crate::support::binary::Finished;
use crate::support::database::Database;
use crate::support::judge;
use crate::support::project::Project;
use crate::support::server::Server;

const ROLE: &str = "seaworthy_fleet_crew";
const TABLES: usize = 60;

/// Writes the models. With the change, a column in the middle has another
/// type, a function another body, a policy another condition, and a table is
/// new.
fn models(project: &Project, is_changed: bool) {
    let mut tables = String::new();
    let tables_there = if is_changed { TABLES + 1 } else { TABLES };
    for number in 0..tables_there {
        write_table(&mut tables, number, is_changed).expect("a string takes everything");
    }
    let adds = if is_changed { 2 } else { 1 };
    let functions = format!(
        "CREATE TYPE fleet.mood AS ENUM ('calm', 'rough');\n\
         CREATE DOMAIN fleet.depth AS numeric(8, 2) CHECK (VALUE >= 0);\n\
         CREATE FUNCTION fleet.next(a bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT a + {adds}';\n\
         CREATE FUNCTION fleet.stamp() RETURNS trigger LANGUAGE plpgsql AS \
         $$BEGIN NEW.changed_at := now(); RETURN NEW; END$$;\n"
    );
    // In the order of their names views come before everything else.
    let mut views = String::new();
    for number in (0..TABLES).step_by(6) {
        writeln!(
            views,
            "CREATE VIEW fleet.a_summary_{number} AS SELECT mood, sum(fleet.next(amount::bigint)) AS total \
             FROM fleet.t_{number} GROUP BY mood;\n\
             CREATE VIEW fleet.b_top_{number} AS SELECT * FROM fleet.a_summary_{number} WHERE total > 10;"
        )
        .expect("a string takes everything");
    }
    project
        .file("seaworthy.toml", "[schema]\nmodels = [\"schema/*.sql\"]\n")
        .file("schema/a_views.sql", views)
        .file("schema/b_tables.sql", tables)
        .file("schema/c_functions.sql", functions)
        .file("schema/d_schema.sql", "CREATE SCHEMA fleet;")
        .file("migrations/.gitkeep", "");
}

fn write_table(sql: &mut String, number: usize, is_changed: bool) -> std::fmt::Result {
    let amount = if is_changed && number == 30 {
        "numeric(20, 0)"
    } else {
        "bigint"
    };
    let (of, previous) = (format!("fleet.t_{number}"), number / 2);
    let (key, partitions) = match number % 10 {
        7 => ("PRIMARY KEY (id, day)", " PARTITION BY RANGE (day)"),
        _ => ("PRIMARY KEY (id)", ""),
    };
    // The key of a partitioned table has a column more.
    let reference = if previous % 10 == 7 {
        String::new()
    } else {
        format!(" REFERENCES fleet.t_{previous} ON DELETE CASCADE")
    };
    writeln!(
        sql,
        "CREATE TABLE {of} (id bigint GENERATED ALWAYS AS IDENTITY, day date NOT NULL DEFAULT current_date, \
         owner text NOT NULL DEFAULT current_user, mood fleet.mood NOT NULL DEFAULT 'calm', depth fleet.depth, \
         amount {amount} NOT NULL DEFAULT 0 CHECK (amount >= 0), changed_at timestamptz, \
         previous_id bigint{reference}, {key}){partitions};\n\
         CREATE INDEX ON {of} (mood, amount DESC) WHERE amount > 0;\n\
         CREATE TRIGGER stamp BEFORE UPDATE ON {of} FOR EACH ROW EXECUTE FUNCTION fleet.stamp();\n\
         COMMENT ON COLUMN {of}.depth IS 'in metres, of table {number}';\n\
         GRANT SELECT, UPDATE (mood) ON {of} TO {ROLE};"
    )?;
    if number % 10 == 7 {
        for year in 2024..2027 {
            writeln!(
                sql,
                "CREATE TABLE {of}_{year} PARTITION OF {of} FOR VALUES FROM ('{year}-01-01') TO ('{}-01-01');",
                year + 1
            )?;
        }
    }
    if number.is_multiple_of(5) {
        let condition = if is_changed {
            "owner = current_user OR mood = 'calm'"
        } else {
            "owner = current_user"
        };
        writeln!(
            sql,
            "ALTER TABLE {of} ENABLE ROW LEVEL SECURITY;\nCREATE POLICY own ON {of} TO {ROLE} USING ({condition});"
        )?;
    }
    Ok(())
}

struct Fleet<'a> {
    project: Project,
    database: Database<'a>,
}

impl Fleet<'_> {
    fn run(&self, line: &[&str]) -> Finished {
        self.project.run(&self.database.url(), line)
    }

    /// What `pg_dump` prints, but for its key, which is another each time.
    fn dump(&self) -> String {
        let text = self
            .database
            .dump(&["--schema-only", "--exclude-table=seaworthy_*"]);
        let lines = text.lines().filter(|line| !line.contains("restrict "));
        lines.collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn a_fleet_of_sixty_tables_goes_there_and_back() {
    let server = Server::shared();
    judge::create_role(server, ROLE);
    let fleet = Fleet {
        project: Project::new(),
        database: server.database(),
    };
    models(&fleet.project, false);
    fleet
        .run(&["revision", "--autogenerate", "-m", "the fleet"])
        .expect_code(0);
    fleet.run(&["upgrade"]).expect_code(0);
    fleet.run(&["check", "--drift"]).expect_code(0);
    fleet
        .database
        .execute("INSERT INTO fleet.t_30 (amount) SELECT generate_series(1, 100)");
    let before = fleet.dump();

    models(&fleet.project, true);
    fleet.run(&["check"]).expect_code(1);
    fleet
        .run(&["revision", "--autogenerate", "-m", "larger amounts"])
        .expect_code(0);
    fleet.run(&["upgrade"]).expect_code(0);
    fleet.run(&["check", "--drift"]).expect_code(0);
    assert_eq!(
        fleet
            .database
            .value("SELECT pg_typeof(amount) FROM fleet.t_30 LIMIT 1"),
        "numeric"
    );

    fleet.run(&["downgrade", "-1"]).expect_code(0);
    assert_eq!(fleet.dump(), before);
    assert_eq!(
        fleet.database.value("SELECT sum(amount) FROM fleet.t_30"),
        "5050"
    );
    fleet.run(&["upgrade"]).expect_code(0);
    fleet.run(&["check", "--drift"]).expect_code(0);
}
