//! What a role is on a foreign server.

use super::catalog::{address};
use super::server::name;
use super::{Alteration, Naming, Row, foreign_options};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

/// Stands for the role that reads the schema: two sides made by different
/// roles are equal.
const OWN: &str = "own";

pub(super) const ROW: Row = Row {
    word: "user mapping",
    naming: Naming::Under(1),
    columns: &["options"],
    question: |_| {
        format!(
            "SELECT {}, {}, CASE WHEN m.umuser = 0 THEN '' WHEN m.usename = CURRENT_USER THEN '{OWN}' \
             ELSE 'role ' || m.usename END, {} FROM pg_catalog.pg_user_mappings m",
            address("pg_user_mapping", "m.umid"),
            address("pg_foreign_server", "m.srvid"),
            foreign_options::of_array("m.umoptions"),
        )
    },
    create: |fact, _| {
        let options = fact.text("options");
        let clause = foreign_options::clause(options);
        let statement = Statement::new(format!("CREATE {}{clause}", mapping(fact)));
        vec![statement]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP {}", mapping(fact)))],
    alter: |change, _| {
        let (old, new) = (change.old.text("options"), change.new.text("options"));
        let clause = foreign_options::changes(old, new);
        let statement = Statement::new(format!("ALTER {}{clause}", mapping(change.new)));
        Alteration::plain(vec![statement])
    },
    // The server does not take its mappings along.
    gone_with: |_, _| Vec::new(),
    ..Row::BLANK
};

fn mapping(fact: &Fact) -> String {
    let role = match fact.identity.last() {
        "" => "PUBLIC".to_owned(),
        OWN => "CURRENT_USER".to_owned(),
        role => identifier(role.strip_prefix("role ").unwrap_or(role)),
    };
    format!("USER MAPPING FOR {role} SERVER {}", name(fact))
}
