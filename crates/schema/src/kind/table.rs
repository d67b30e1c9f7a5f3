//! Tables, partitioned ones among them. Columns are made with the table;
//! everything else on it is a fact of its own.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::{in_schema, name, row_type_slots};
use super::{column, danger, foreign_options, inheritance, options, types};
use super::{Alteration, Kind, Naming, Row, TearDown};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::rename;
use crate::quote::{dotted, identifier};
use crate::statement::{HazardKind, Statement};

pub(super) const ROW: Row = Row {
    word: "table",
    naming: Naming::Own(2),
    columns: &[
        "unlogged",
        "partition_by",
        "options",
        "method",
        "tablespace",
        "row_security",
        "force_row_security",
        "replica_identity",
        "of_type",
        "server",
        "foreign_options",
    ],
    expressions: &["partition_by"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, c.relname, c.relpersistence = 'u', \
             CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END, {}, \
             CASE WHEN c.relkind = 'r' THEN m.amname END, s.spcname, \
             c.relrowsecurity, c.relforcerowsecurity, \
             CASE WHEN c.relkind <> 'f' THEN c.relreplident END, \
             CASE WHEN c.reloftype <> 0 THEN pg_catalog.format_type(c.reloftype, NULL) END, \
             fs.srvname, {} \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam \
             LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace \
             LEFT JOIN pg_catalog.pg_class toast ON toast.oid = c.reltoastrelid \
             LEFT JOIN pg_catalog.pg_foreign_table ft ON ft.ftrelid = c.oid \
             LEFT JOIN pg_catalog.pg_foreign_server fs ON fs.oid = ft.ftserver \
             WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND {OWN_SCHEMA}",
            address("pg_class", "c.oid"),
            in_schema(),
            options::of_table(),
            foreign_options::of_array("ft.ftoptions"),
        )
    },
    sql,
    granted: |fact| format!("TABLE {}", name(fact)),
    // The types of the columns that a table is divided by cannot change.
    links: Some(|_| {
        format!(
            "SELECT {}, {} FROM pg_catalog.pg_partitioned_table p \
             JOIN pg_catalog.pg_class c ON c.oid = p.partrelid \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND {}",
            address("pg_class", "c.oid"),
            address("pg_type", "a.atttypid"),
            column::IN_KEY,
        )
    }),
    create,
    drop: |fact, context| {
        let statement = Statement::new(format!("DROP {}", sql(fact)));
        match fact.get("server") {
            Some(_) => vec![statement],
            None => vec![statement.hazard(HazardKind::DataLoss, rename::loss(fact, context))],
        }
    },
    alter,
    slots: row_type_slots,
    gone_with: |fact, context| inheritance::whole(&fact.identity, context.old).into_iter().collect(),
    outlives,
    ..Row::BLANK
};

/// A table that is divided needs what it is divided by.
fn outlives(fact: &Fact, needed: &Fact) -> bool {
    match needed.kind() {
        Kind::Table | Kind::Server => false,
        Kind::Function | Kind::OperatorClass => fact.get("partition_by").is_none(),
        _ => fact.get("partition_by").is_none() || !types::is_held(needed),
    }
}

fn sql(fact: &Fact) -> String {
    let foreign = if fact.get("server").is_some() { "FOREIGN " } else { "" };
    format!("{foreign}TABLE {}", name(fact))
}

fn create(fact: &Fact, context: &Context<'_>) -> Vec<Statement> {
    let columns: Vec<String> = columns_in_order(fact, context)
        .into_iter()
        .map(|column| format!("\n    {}", column::definition(column, context)))
        .collect();
    let unlogged = if fact.is("unlogged") { "UNLOGGED " } else { "" };
    let mut sql = format!("CREATE {unlogged}{}", sql(fact));
    if let Some(of_type) = fact.get("of_type") {
        sql.push_str(&format!(" OF {of_type}"));
    }
    if !columns.is_empty() {
        sql.push_str(&format!(" ({}\n)", columns.join(",")));
    } else if fact.get("of_type").is_none() {
        sql.push_str(" ()");
    }
    let parents = parents(fact, context);
    if !parents.is_empty() {
        sql.push_str(&format!("\nINHERITS ({})", parents.join(", ")));
    }
    if let Some(key) = fact.get("partition_by") {
        sql.push_str(&format!("\nPARTITION BY {key}"));
    }
    if let Some(method) = fact.get("method").filter(|method| *method != "heap") {
        sql.push_str(&format!("\nUSING {}", identifier(method)));
    }
    if let Some(options) = fact.get("options") {
        sql.push_str(&format!("\nWITH ({})", options::list(options)));
    }
    if let Some(tablespace) = fact.get("tablespace") {
        sql.push_str(&format!("\nTABLESPACE {}", identifier(tablespace)));
    }
    if let Some(server) = fact.get("server") {
        let options = foreign_options::clause(fact.text("foreign_options"));
        sql.push_str(&format!("\nSERVER {}{options}", identifier(server)));
    }
    let mut statements = vec![Statement::new(sql)];
    statements.extend(security(fact, fact.is("row_security"), fact.is("force_row_security")));
    if matches!(fact.text("replica_identity"), "f" | "n") {
        statements.push(replica_identity(fact));
    }
    for column in context.new.children(&fact.identity, Kind::Column) {
        if column::is_named(column) {
            statements.extend(column::afterwards(column));
        } else {
            statements.extend(column::apart(column, context));
        }
    }
    statements
}

/// Returns the columns that the statement has to name, as they were declared.
fn columns_in_order<'a>(fact: &Fact, context: &'a Context<'_>) -> Vec<&'a Fact> {
    let children = context.new.children(&fact.identity, Kind::Column);
    let mut columns: Vec<&Fact> = children
        .filter(|column| column::is_named(column))
        .filter(|column| fact.get("of_type").is_none() || column::has_options(column, context))
        .collect();
    columns.sort_by_key(|column| column.text("number?").parse::<u32>().unwrap_or(u32::MAX));
    columns
}

/// Returns the tables that a new table inherits from, in order.
fn parents(fact: &Fact, context: &Context<'_>) -> Vec<String> {
    let children = context.new.children(&fact.identity, Kind::Inheritance);
    let mut parents: Vec<&Fact> = children.filter(|parent| inheritance::is_declared(parent)).collect();
    parents.sort_by_key(|parent| parent.text("number").parse::<u32>().unwrap_or(u32::MAX));
    parents
        .into_iter()
        .map(|parent| dotted([parent.identity.name(2), parent.identity.name(3)]))
        .collect()
}

fn alter(change: &Change<'_>, context: &Context<'_>) -> Alteration {
    if change.of("partition_by") || change.of("server") {
        return Alteration::Anew;
    }
    let new = change.new;
    let mut statements = Vec::new();
    let mut alter = |what: String| {
        statements.push(Statement::new(format!("ALTER {} {what}", sql(new))));
    };
    if change.of("of_type") {
        alter(match new.get("of_type") {
            Some(of_type) => format!("OF {of_type}"),
            None => "NOT OF".to_owned(),
        });
    }
    if change.of("foreign_options") {
        let (old, new) = (change.old.text("foreign_options"), new.text("foreign_options"));
        alter(foreign_options::changes(old, new).trim_start().to_owned());
    }
    let mut moves = Vec::new();
    if change.of("unlogged") {
        let logged = if new.is("unlogged") { "UNLOGGED" } else { "LOGGED" };
        moves.push(format!("SET {logged}"));
    }
    if change.of("method") {
        moves.push(format!("SET ACCESS METHOD {}", identifier(new.text("method"))));
    }
    if change.of("tablespace") {
        let tablespace = new.get("tablespace").unwrap_or("pg_default");
        moves.push(format!("SET TABLESPACE {}", identifier(tablespace)));
    }
    for clause in moves {
        let statement = Statement::new(format!("ALTER {} {clause}", sql(new)));
        // A partitioned table has no rows of its own.
        statements.push(match new.get("partition_by") {
            Some(_) => statement,
            None => danger::rewriting(statement, new),
        });
    }
    let mut alter = |what: String| {
        statements.push(Statement::new(format!("ALTER {} {what}", sql(new))));
    };
    for clause in options::changes(change.old.text("options"), new.text("options")) {
        alter(clause);
    }
    for (column, on, off) in [
        ("row_security", "ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"),
        ("force_row_security", "FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"),
    ] {
        if change.of(column) {
            alter(if new.is(column) { on } else { off }.to_owned());
        }
    }
    // `i` names an index, which is a fact of its own.
    if change.of("replica_identity") && new.text("replica_identity") != "i" {
        statements.push(replica_identity(new));
    }
    if change.of("unlogged") && refers_to_such(change, context) {
        let tears_down = TearDown::Those(|fact| fact.kind() == Kind::Constraint && fact.text("type") == "f");
        return Alteration::InPlace { statements, tears_down };
    }
    Alteration::plain(statements)
}

/// Says whether it refers to another table that is made logged or unlogged in the
/// same plan, or the other way round: while one of them is, there can be no reference.
fn refers_to_such(change: &Change<'_>, context: &Context<'_>) -> bool {
    let dependents = context.old.dependents(change.identity());
    let constraints = dependents.filter_map(|one| context.old.get(one));
    let constraints = constraints.filter(|one| one.kind() == Kind::Constraint);
    let changes = |table: &Identity| {
        let both = context.old.get(table).zip(context.new.get(table));
        both.is_some_and(|(old, new)| old.get("unlogged") != new.get("unlogged"))
    };
    let mut tables = constraints.flat_map(|reference| {
        let to = reference.get("foreign_schema?").zip(reference.get("foreign_table?"));
        let to = to.map(|(schema, table)| Identity::new(Kind::Table, [schema, table]));
        reference.parent.clone().filter(|_| to.is_some()).into_iter().chain(to)
    });
    tables.any(|table| table != *change.identity() && changes(&table))
}

fn security(fact: &Fact, enabled: bool, forced: bool) -> Vec<Statement> {
    let alter = |what: &str| Statement::new(format!("ALTER TABLE {} {what}", name(fact)));
    let enable = enabled.then(|| alter("ENABLE ROW LEVEL SECURITY"));
    let force = forced.then(|| alter("FORCE ROW LEVEL SECURITY"));
    enable.into_iter().chain(force).collect()
}

fn replica_identity(fact: &Fact) -> Statement {
    let what = match fact.text("replica_identity") {
        "f" => "FULL",
        "n" => "NOTHING",
        _ => "DEFAULT",
    };
    Statement::new(format!("ALTER TABLE {} REPLICA IDENTITY {what}", name(fact)))
}
