//! The models of real applications: SQLModel under FastAPI, and SQLAlchemy.

use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::alembic::path;
use crate::support::binary::{Binary, Finished};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::Server;

const TASKS: &str = r#"
import os
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel

class Todo(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=200, index=True)
    done: bool = False

app = FastAPI()
engine = create_async_engine(os.environ["DATABASE_URL"])
print("CREATE TABLE printed ();")
"#;

const SHOP: &str = r#"
import enum, os
from decimal import Decimal
from sqlalchemy import *
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

engine = create_async_engine(os.environ["DATABASE_URL"])

class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={
        "ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s"})

class User(Base):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email LIKE '%@%'", name="email"), {"comment": "who may log in"})
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    created_at: Mapped[object] = mapped_column(DateTime(timezone=True), server_default=func.now())
    carts: Mapped[list["Cart"]] = relationship(back_populates="user")

class Status(enum.Enum):
    open = 1
    paid = 2

class Cart(Base):
    __tablename__ = "carts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    status: Mapped[Status] = mapped_column(server_default="open")
    user: Mapped[User] = relationship(back_populates="carts")

class CartItem(Base):
    __tablename__ = "cart_items"
    __table_args__ = (UniqueConstraint("cart_id", "sku"), CheckConstraint("quantity > 0", name="quantity"),
                      Index("ix_dear", "price", postgresql_where=text("price > 100")))
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"))
    sku: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int] = mapped_column(server_default="1")
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2), comment="of one; it's net")
"#;

/// What else can be declared, and where that goes wrong with other tools.
const KINDS: &str = r#"
import enum, uuid
from sqlalchemy import *
from sqlalchemy.dialects.postgresql import ARRAY, CITEXT, DOMAIN, ENUM, JSONB, TIMESTAMP, UUID
from sqlalchemy.orm import declarative_base

Base = declarative_base(metadata=MetaData())
other = MetaData(schema="app")

class Low(TypeDecorator):
    impl = Enum("a", "b", name="low")
    cache_ok = True

class Thing(Base):
    __tablename__ = "Thing"
    __table_args__ = (
        CheckConstraint("name ~ '^\\S+%$'", name="Pattern"),
        Index("ix_lower", text("lower(name)"), unique=True, postgresql_where=text("active")),
        Index("ix_with", "price", postgresql_include=["name"], postgresql_with={"fillfactor": 70}),
        {"comment": "100% 'things' \\ more"})
    id = Column(Integer, primary_key=True)
    name = Column(String(200), nullable=False, unique=True)
    active = Column(Boolean, server_default=true(), nullable=False)
    tags = Column(ARRAY(ENUM("x", "y", name="tag", schema="app", create_type=False)))
    low = Column(Low, server_default="a")
    document = Column(JSONB, server_default=text("'{}'::jsonb"))
    at = Column(TIMESTAMP(timezone=True), server_default=func.now())
    price = Column(Numeric(10, 2))
    key = Column(UUID(as_uuid=True), server_default=text("gen_random_uuid()"))
    full = Column(String, Computed("lower(name) || '%'", persisted=True))
    code = Column(DOMAIN("code", Text, check=text("value <> ''")))
    kept = Column(String, server_default=text("usual()"))

Index("gin_document", Thing.document, postgresql_using="gin")
event.listen(Base.metadata, "before_create", DDL(
    "CREATE FUNCTION usual() RETURNS text LANGUAGE sql AS 'SELECT ''100%%'''"))

numbers = Sequence("order_number", start=5, metadata=other)
Table("order", other,
    Column("id", BigInteger, Identity(always=True, start=100), primary_key=True),
    Column("number", Integer, server_default=numbers.next_value()),
    Column("state", Enum("new", "old", name="state", inherit_schema=True)))
Table("a", Base.metadata, Column("id", Integer, primary_key=True),
      Column("b", ForeignKey("b.id", name="a_b", use_alter=True)))
Table("b", Base.metadata, Column("id", Integer, primary_key=True), Column("a", ForeignKey("a.id", name="b_a")))
Table("events", Base.metadata, Column("id", Integer, nullable=False), Column("at", Date, nullable=False),
      postgresql_partition_by="RANGE (at)")
"#;

/// A project that has models and no revision.
fn project(names: &str, models: &str) -> Project {
    let project = Project::new();
    project
        .file(
            "seaworthy.toml",
            format!("[schema]\nsqlalchemy = [{names}]\n"),
        )
        .file("app/models.py", models);
    std::fs::create_dir(project.migrations()).expect("the project can be written");
    project
}

fn url(database: &Database<'_>) -> String {
    database
        .url()
        .replace("postgres://", "postgresql+asyncpg://")
}

fn seaworthy(project: &Project, database: &Database<'_>, line: &[&str]) -> Finished {
    Binary::new(line)
        .within(project.path())
        .env("PATH", path())
        .env("DATABASE_URL", url(database))
        .run()
}

/// Writes a revision, applies it, and sees that nothing differs any more.
#[track_caller]
fn grow(project: &Project, database: &Database<'_>, message: &str) -> String {
    let line = ["revision", "--autogenerate", "-m", message];
    let made = seaworthy(project, database, &line).expect_code(0);
    assert_eq!(made.stdout.lines().count(), 1, "{}", made.stdout);
    seaworthy(project, database, &["upgrade"]).expect_code(0);
    seaworthy(project, database, &["check", "--drift"]).expect_code(0);
    project.read(made.stdout.trim_end())
}

fn columns(database: &Database<'_>, table: &str) -> Vec<String> {
    database.column(&format!(
        "SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 \
         AND NOT attisdropped ORDER BY attnum"
    ))
}

#[test]
fn a_field_is_added_to_a_todo_application_and_taken_back() {
    let database = Server::shared().database();
    let project = project("\"app.models:SQLModel.metadata\"", TASKS);
    grow(&project, &database, "begin");
    assert_eq!(columns(&database, "todo"), ["id", "title", "done"]);
    database.execute("INSERT INTO todo (title, done) VALUES ('sail', false)");
    let more = "    done: bool = False\n    note: str | None = Field(default=None, max_length=80)";
    project.file(
        "app/models.py",
        TASKS.replace("    done: bool = False", more),
    );
    let text = grow(&project, &database, "note");
    assert!(
        text.contains("ADD COLUMN note character varying(80)"),
        "{text}"
    );
    assert_eq!(columns(&database, "todo"), ["id", "title", "done", "note"]);
    seaworthy(&project, &database, &["downgrade", "-1"]).expect_code(0);
    assert_eq!(columns(&database, "todo"), ["id", "title", "done"]);
    let check = seaworthy(&project, &database, &["check", "--drift"]).expect_code(1);
    assert!(check.stdout.contains("error[pending]"), "{}", check.stdout);
    assert!(!check.stdout.contains("error[drift]"), "{}", check.stdout);
    seaworthy(&project, &database, &["upgrade"]).expect_code(0);
    seaworthy(&project, &database, &["check", "--drift"]).expect_code(0);
    assert_eq!(
        database.value("SELECT title FROM todo WHERE note IS NULL"),
        "sail"
    );
}

#[test]
fn a_shop_s_models_are_what_its_revisions_make() {
    let database = Server::shared().database();
    let project = project("\"app.models:Base.metadata\"", SHOP);
    grow(&project, &database, "begin");
    let constraints = database.column(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'cart_items'::regclass AND contype <> 'n' ORDER BY 1",
    );
    assert_eq!(
        constraints,
        [
            "ck_cart_items_quantity",
            "fk_cart_items_cart_id_carts",
            "pk_cart_items",
            "uq_cart_items_cart_id",
        ]
    );
    let more = SHOP.replace("    paid = 2", "    paid = 2\n    sent = 3");
    project.file("app/models.py", more);
    let text = grow(&project, &database, "sent");
    assert!(text.contains("ADD VALUE 'sent' AFTER 'paid'"), "{text}");
}

#[test]
fn whatever_can_be_declared_comes_through() {
    let database = Server::shared().database();
    let names = "\"app.models:Base.metadata\", \"app.models:other\"";
    let project = project(names, KINDS);
    let text = grow(&project, &database, "begin");
    assert!(text.contains("CREATE DOMAIN public.code"), "{text}");
    let again = seaworthy(&project, &database, &["diff", "--exit-code"]).expect_code(0);
    assert_eq!(again.stdout, "");
    assert_eq!(
        database.value("SELECT obj_description('\"Thing\"'::regclass)"),
        "100% 'things' \\ more"
    );
    seaworthy(&project, &database, &["downgrade", "base"]).expect_code(0);
    let left = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                AND relkind IN ('r', 'p', 'S') AND relname !~ '^seaworthy'";
    assert_eq!(database.value(left), "0");
}

#[test]
fn what_cannot_be_declared_stays_as_revisions_made_it() {
    let database = Server::shared().database();
    let reader = database.role("").name;
    let project = project("\"app.models:Base.metadata\"", SHOP);
    let first = grow(&project, &database, "begin");
    let first = first
        .lines()
        .find_map(|line| line.strip_prefix("-- revision: "));
    let up = format!(
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {reader};\n\
         CREATE SCHEMA audit;\n\
         CREATE FUNCTION audit.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';\n\
         CREATE TRIGGER keep BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION audit.keep();\n\
         CREATE VIEW dear AS SELECT id, price FROM cart_items WHERE price > 100;\n\
         COMMENT ON VIEW dear IS 'rarely bought';\n\
         CREATE MATERIALIZED VIEW per_cart AS SELECT cart_id, sum(price) AS price FROM cart_items GROUP BY 1;\n\
         CREATE UNIQUE INDEX per_cart_cart_id ON per_cart (cart_id);\n\
         GRANT UPDATE ON users TO {reader};\n\
         ALTER TABLE users ENABLE ROW LEVEL SECURITY;\n\
         CREATE POLICY everyone ON users USING (true);\n\
         ALTER TABLE carts SET (fillfactor = 70);\n\
         ALTER TABLE users ALTER email SET STATISTICS 500;\n\
         CREATE STATISTICS together ON sku, price FROM cart_items;"
    );
    let down = "ALTER TABLE users DISABLE ROW LEVEL SECURITY; DROP POLICY everyone ON users;";
    project.revision("zzzz", first.expect("it has an id"), &up, down);
    seaworthy(&project, &database, &["upgrade"]).expect_code(0);
    seaworthy(&project, &database, &["check", "--drift"]).expect_code(0);
    let model = SHOP.replace("Numeric(10, 2)", "Numeric(12, 3)")
        + "\nclass New(Base):\n    __tablename__ = \"new\"\n    id: Mapped[int] = mapped_column(primary_key=True)\n";
    project.file("app/models.py", model);
    let text = grow(&project, &database, "finer");
    assert!(text.contains("TYPE numeric(12,3)"), "{text}");
    assert!(
        !text.contains("TRIGGER") && !text.contains("POLICY"),
        "{text}"
    );
    for (question, answer) in [
        ("SELECT obj_description('dear'::regclass)", "rarely bought"),
        (
            "SELECT count(*) FROM pg_indexes WHERE indexname = 'per_cart_cart_id'",
            "1",
        ),
        (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
            "keep",
        ),
        (
            "SELECT relrowsecurity FROM pg_class WHERE relname = 'users'",
            "t",
        ),
    ] {
        assert_eq!(database.value(question), answer, "{question}");
    }
    let granted = format!("SELECT has_table_privilege('{reader}', 'new', 'SELECT')");
    assert_eq!(database.value(&granted), "t");
    seaworthy(&project, &database, &["downgrade", "-1"]).expect_code(0);
    let of_type = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute \
                   WHERE attrelid = 'dear'::regclass AND attname = 'price'";
    assert_eq!(database.value(of_type), "numeric(10,2)");
    // What stands on something that goes, goes with it, and is told.
    let without = SHOP.split("class CartItem").next().expect("it begins");
    project.file("app/models.py", without);
    let diff = seaworthy(&project, &database, &["diff", "revisions@zzzz", "models"]);
    let diff = diff.expect_code(0).stdout;
    assert!(diff.contains("DROP VIEW public.dear"), "{diff}");
    assert!(!diff.contains("audit"), "{diff}");
}

const EVENTS: &str = r#"
from sqlalchemy import *
m = MetaData()
Table("events", m, Column("id", Integer), Column("at", Date), Index("events_at", "at"),
      postgresql_partition_by="RANGE (at)")
"#;

#[test]
fn a_partition_that_nobody_declares_goes_along() {
    let database = Server::shared().database();
    let project = project("\"app.models:m\"", EVENTS);
    let first = grow(&project, &database, "begin");
    let first = first
        .lines()
        .find_map(|line| line.strip_prefix("-- revision: "));
    let up = "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\n\
              INSERT INTO events VALUES (1, '2024-06-01');";
    let first = first.expect("it has an id");
    project.revision("zzzz", first, up, "DROP TABLE events_1;");
    seaworthy(&project, &database, &["upgrade"]).expect_code(0);
    seaworthy(&project, &database, &["check", "--drift"]).expect_code(0);
    let models = [
        EVENTS.replace("Integer", "BigInteger"),
        EVENTS.replace("Index(", "Column(\"kind\", String), Index("),
        EVENTS.replace("Index(\"events_at\", \"at\"),", ""),
        EVENTS.replace(
            "Index(",
            "Index(\"events_id\", \"id\"), UniqueConstraint(\"id\", \"at\", name=\"u\"), Index(",
        ),
    ];
    for models in models {
        project.file("app/models.py", &models);
        let text = grow(&project, &database, "on");
        assert!(!text.contains("DROP TABLE"), "{text}");
        let state = "SELECT count(*), (SELECT count(*) FROM pg_index WHERE NOT indisvalid) \
                     FROM events_1";
        let row: Vec<_> = database
            .rows(state)
            .concat()
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(row, ["1", "0"], "{models}");
        seaworthy(&project, &database, &["downgrade", "zzzz"]).expect_code(0);
        let (_, id) = text.split_once("-- revision: ").expect("it has an id");
        let id = id.lines().next().expect("a line");
        project.remove(&format!("migrations/{id}_on.sql"));
    }
    let drift = seaworthy(
        &project,
        &database,
        &["diff", "--exit-code", "database", "revisions"],
    );
    assert_eq!(drift.expect_code(0).stdout, "");
}

#[track_caller]
fn check(names: &str, models: &str, code: i32, parts: &[&str]) {
    let database = Server::shared().database();
    let finished = seaworthy(&project(names, models), &database, &["diff"]).expect_code(code);
    assert_eq!(finished.stdout, "");
    for part in parts {
        assert!(
            finished.stderr.contains(part),
            "{part}: {}",
            finished.stderr
        );
    }
    assert!(!finished.stderr.contains("hush"), "{}", finished.stderr);
}

#[test]
fn metadata_that_cannot_be_read_are_an_error_with_a_way_on() {
    let base = "\"app.models:Base.metadata\"";
    check(
        "\"nowhere.models:m\"",
        "",
        78,
        &["no module `nowhere`", "PYTHONPATH"],
    );
    check("\"app.more:m\"", "", 78, &["no module `app.more`"]);
    check(
        base,
        "",
        78,
        &["`app.models:Base.metadata`", "has no attribute `Base`"],
    );
    check(
        "\"app.models:m\"",
        "m = 1",
        78,
        &["it is of the type `int`"],
    );
    check(
        "\"app.models:Base\"",
        SHOP,
        78,
        &["its metadata are `app.models:Base.metadata`"],
    );
    check(
        "\"app.models:m\"",
        "import sqlalchemy\nm = sqlalchemy.MetaData()",
        65,
        &["it has no tables", "import the modules with the models"],
    );
    check(
        base,
        "import no_such_package",
        65,
        &[
            "error[models-metadata]",
            "app/models.py\", line 1",
            "No module named 'no_such_package'",
        ],
    );
    check(base, "def f(:", 65, &["SyntaxError"]);
    check(base, "raise SystemExit(0)", 65, &["SystemExit: 0"]);
    check(
        base,
        "import os; os._exit(4)",
        65,
        &["error[models-command]", "exit code 4"],
    );
    check(
        base,
        "import os\nos.environ['API_TOKEN'] = 'hush-1'\nraise ValueError('hush-1 postgres://u:hush@h/d')",
        65,
        &["ValueError: *** postgres://***@h/d"],
    );
    check(
        "\"app.models:m\"",
        "from sqlalchemy import *\nm = MetaData()\nTable('t', m, Column('x', ForeignKey('u.id')))",
        65,
        &["NoReferencedTableError"],
    );
}

#[test]
fn the_project_s_own_python_is_found() {
    let database = Server::shared().database();
    let project = project("\"app.models:SQLModel.metadata\"", TASKS);
    let environment = path();
    let programs = Path::new(environment.split(':').next().expect("a directory"));
    let environment = programs.parent().expect("an environment");
    let call = || {
        Binary::new(["diff", "empty", "models"])
            .within(project.path())
            .env("DATABASE_URL", url(&database))
    };
    // That of the system has no SQLAlchemy, or is not there at all.
    let missing = call().run().expect_code(78);
    assert!(missing.stderr.contains("schema"), "{}", missing.stderr);
    let active = call().env("VIRTUAL_ENV", environment).run().expect_code(0);
    assert!(
        active.stdout.contains("CREATE TABLE public.todo"),
        "{}",
        active.stdout
    );
    let python = programs.join("python");
    call().arg("--python").arg(&python).run().expect_code(0);
    symlink(environment, project.path().join(".venv")).expect("the project can be written");
    call().run().expect_code(0);
    let file = "[schema]\nsqlalchemy = [\"app.models:SQLModel.metadata\"]\npython = \".venv/bin/python\"\n";
    project.file("seaworthy.toml", file);
    // The directory is that of the configuration file.
    let elsewhere = Project::new();
    let finished = Binary::new(["diff", "empty", "models", "--config"])
        .arg(project.path().join("seaworthy.toml"))
        .within(elsewhere.path())
        .env("DATABASE_URL", url(&database))
        .run()
        .expect_code(0);
    assert_eq!(finished.stdout, active.stdout);
}
