//! Extensions. What belongs to one is left alone, and stands for it where
//! something else needs it.

use super::catalog::{NOWHERE, address};
use super::{Alteration, Kind, Naming, Row};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::identifier;
use crate::statement::{HazardKind, Statement};

pub(super) const ROW: Row = Row {
    word: "extension",
    naming: Naming::Own(1),
    columns: &["schema", "version", "relocatable?"],
    question: |_| {
        format!(
            "SELECT {}, {NOWHERE}, e.extname, n.nspname, \
             CASE WHEN e.extversion IS DISTINCT FROM a.default_version THEN e.extversion END, \
             e.extrelocatable \
             FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace \
             LEFT JOIN pg_catalog.pg_available_extensions() a ON a.name = e.extname \
             WHERE e.oid >= 16384",
            address("pg_extension", "e.oid"),
        )
    },
    sql: |fact| format!("EXTENSION {}", own(fact)),
    create: |fact, context| {
        let version = fact.get("version").map(|version| format!(" VERSION {}", identifier(version)));
        let mut statements = vec![Statement::new(format!(
            "CREATE EXTENSION {} WITH SCHEMA {}{}",
            own(fact),
            identifier(fact.text("schema")),
            version.unwrap_or_default()
        ))];
        // It brings a comment of its own.
        let comment = Identity::on(Kind::Comment, &fact.identity, &[""]);
        if !context.new.contains(&comment) {
            statements.push(Statement::new(format!("COMMENT ON EXTENSION {} IS NULL", own(fact))));
        }
        statements
    },
    drop: |fact, _| vec![Statement::new(format!("DROP EXTENSION {}", own(fact)))],
    alter,
    ..Row::BLANK
};

/// Without a version, it is of that which the server would install.
fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    let (old, new) = (change.old, change.new);
    if change.of("schema") && !old.is("relocatable?") {
        return Alteration::Anew;
    }
    let alter = |what: String| Statement::new(format!("ALTER EXTENSION {} {what}", own(new)));
    let mut statements = Vec::new();
    if change.of("version") {
        let version = new.get("version").map(|version| format!(" TO {}", identifier(version)));
        statements.push(
            alter(format!("UPDATE{}", version.unwrap_or_default()))
                .hazard(HazardKind::Irreversible, new.identity.to_string()),
        );
    }
    if change.of("schema") {
        statements.push(alter(format!("SET SCHEMA {}", identifier(new.text("schema")))));
    }
    Alteration::plain(statements)
}

fn own(fact: &Fact) -> String {
    identifier(fact.identity.last())
}
