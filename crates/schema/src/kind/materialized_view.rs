//! Materialized views. Their rows can be had again, so that a new definition
//! makes them anew.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::{in_schema, name, row_type_slots};
use super::{Alteration, Naming, Row, danger, options};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "materialized view",
    naming: Naming::Own(2),
    columns: &["definition", "options", "method", "tablespace", "populated?", "columns"],
    expressions: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, c.relname, pg_catalog.pg_get_viewdef(c.oid), {}, m.amname, \
             s.spcname, c.relispopulated, \
             (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname) || ' ' || \
                pg_catalog.format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum) \
                FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam \
             LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace \
             LEFT JOIN pg_catalog.pg_class toast ON toast.oid = c.reltoastrelid \
             WHERE c.relkind = 'm' AND {OWN_SCHEMA}",
            address("pg_class", "c.oid"),
            in_schema(),
            options::of_table(),
        )
    },
    sql,
    granted: |fact| format!("TABLE {}", name(fact)),
    create,
    drop: |fact, _| vec![Statement::new(format!("DROP {}", sql(fact)))],
    alter,
    slots: row_type_slots,
    ..Row::BLANK
};

fn sql(fact: &Fact) -> String {
    format!("MATERIALIZED VIEW {}", name(fact))
}

fn create(fact: &Fact, _: &Context<'_>) -> Vec<Statement> {
    let mut sql = format!("CREATE {}", sql(fact));
    if let Some(method) = fact.get("method").filter(|method| *method != "heap") {
        sql.push_str(&format!(" USING {}", identifier(method)));
    }
    if let Some(options) = fact.get("options") {
        sql.push_str(&format!(" WITH ({})", options::list(options)));
    }
    if let Some(tablespace) = fact.get("tablespace") {
        sql.push_str(&format!(" TABLESPACE {}", identifier(tablespace)));
    }
    let definition = fact.text("definition").trim_end_matches(';');
    let no = if fact.is("populated?") { "" } else { "NO " };
    sql.push_str(&format!(" AS\n{definition}\nWITH {no}DATA"));
    vec![Statement::new(sql)]
}

fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    if change.of("definition") || change.of("columns") {
        return Alteration::Anew;
    }
    let new = change.new;
    let mut clauses = Vec::new();
    if change.of("method") {
        clauses.push(format!("SET ACCESS METHOD {}", identifier(new.text("method"))));
    }
    if change.of("tablespace") {
        let tablespace = new.get("tablespace").unwrap_or("pg_default");
        clauses.push(format!("SET TABLESPACE {}", identifier(tablespace)));
    }
    let rewrites = !clauses.is_empty();
    clauses.extend(options::changes(change.old.text("options"), new.text("options")));
    let alter = |clause| {
        let statement = Statement::new(format!("ALTER {} {clause}", sql(new)));
        if rewrites {
            danger::rewriting(statement, new)
        } else {
            statement
        }
    };
    Alteration::plain(clauses.into_iter().map(alter).collect())
}
