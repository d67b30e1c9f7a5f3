//! Foreign servers.

use super::catalog::{NOWHERE, address};
use super::{Alteration, Naming, Row, foreign_options};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::{identifier, literal};
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "server",
    naming: Naming::Own(1),
    columns: &["wrapper", "type", "version", "options"],
    question: |_| {
        format!(
            "SELECT {}, {NOWHERE}, s.srvname, w.fdwname, s.srvtype, s.srvversion, {} \
             FROM pg_catalog.pg_foreign_server s \
             JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw",
            address("pg_foreign_server", "s.oid"),
            foreign_options::of_array("s.srvoptions"),
        )
    },
    sql: |fact| format!("SERVER {}", name(fact)),
    granted: |fact| format!("FOREIGN SERVER {}", name(fact)),
    create: |fact, _| {
        let clause = |column: &str, word: &str| match fact.get(column) {
            Some(text) => format!(" {word} {}", literal(text)),
            None => String::new(),
        };
        let options = fact.text("options");
        let statement = Statement::new(format!(
            "CREATE SERVER {}{}{} FOREIGN DATA WRAPPER {}{}",
            name(fact),
            clause("type", "TYPE"),
            clause("version", "VERSION"),
            identifier(fact.text("wrapper")),
            foreign_options::clause(options),
        ));
        vec![statement]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP SERVER {}", name(fact)))],
    alter,
    ..Row::BLANK
};

pub(super) fn name(fact: &Fact) -> String {
    identifier(fact.identity.name(0))
}

fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    if change.of("wrapper") || change.of("type") {
        return Alteration::Anew;
    }
    let (old, new) = (change.old, change.new);
    let version = match (change.of("version"), new.get("version")) {
        (false, _) => String::new(),
        (true, Some(version)) => format!(" VERSION {}", literal(version)),
        (true, None) => " VERSION NULL".to_owned(),
    };
    let options = foreign_options::changes(old.text("options"), new.text("options"));
    let statement = Statement::new(format!("ALTER SERVER {}{version}{options}", name(new)));
    Alteration::plain(vec![statement])
}
