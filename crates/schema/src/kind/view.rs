//! Views.

use super::catalog::{OWN_SCHEMA, address};
use super::options;
use super::relation::{in_schema, name, row_type_slots};
use super::{Alteration, Naming, Row};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "view",
    naming: Naming::Own(2),
    columns: &["definition", "options", "columns"],
    expressions: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, c.relname, pg_catalog.pg_get_viewdef(c.oid), {}, \
             (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname) || ' ' || \
                pg_catalog.format_type(a.atttypid, a.atttypmod) || ' ' || a.attcollation::pg_catalog.regcollation, E'\\n' \
                ORDER BY a.attnum) \
                FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind = 'v' AND c.relpersistence <> 't' AND {OWN_SCHEMA}",
            address("pg_class", "c.oid"),
            in_schema(),
            options::of_array("c.reloptions"),
        )
    },
    sql: |fact| format!("VIEW {}", name(fact)),
    granted: |fact| format!("TABLE {}", name(fact)),
    create: |fact, _| vec![define(fact, "CREATE")],
    drop: |fact, _| vec![Statement::new(format!("DROP VIEW {}", name(fact)))],
    alter,
    slots: row_type_slots,
    is_text: true,
    ..Row::BLANK
};

fn define(fact: &Fact, verb: &str) -> Statement {
    let options = match fact.get("options") {
        Some(options) => format!(" WITH ({})", options::list(options)),
        None => String::new(),
    };
    Statement::new(format!(
        "{verb} VIEW {}{options} AS\n{}",
        name(fact),
        fact.text("definition").trim_end_matches(';')
    ))
}

/// `CREATE OR REPLACE` keeps the columns that are there, and may add some
/// behind them. It also sets all options anew.
fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    let (old, new) = (change.old.text("columns"), change.new.text("columns"));
    let keeps_columns = new
        .strip_prefix(old)
        .is_some_and(|more| more.is_empty() || more.starts_with('\n'));
    if !keeps_columns {
        return Alteration::Anew;
    }
    Alteration::plain(vec![define(change.new, "CREATE OR REPLACE")])
}
