//! Who owns an object, where that is not the role that reads the schema: two
//! sides made by different roles are equal. The schema `public` is nobody's as
//! long as the server's own roles have it.

use super::catalog::NOWHERE;
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::schema::Schema;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "owner",
    naming: Naming::On(0),
    columns: &["role", "initial?"],
    question: |version| {
        // Of 14 and older only the role that initialised the cluster has it at first.
        let initial = match version.at_least(15) {
            true => "'pg_database_owner'",
            false => "NULL",
        };
        let object = |(catalog, owner, filter): &(&str, &str, &str)| {
            format!(
                "SELECT '{catalog}'::pg_catalog.regclass::pg_catalog.oid, o.oid, o.{owner}, NULL \
                 FROM pg_catalog.{catalog} o WHERE o.oid >= 16384 AND {filter}"
            )
        };
        let mut objects: Vec<String> = OWNED.iter().map(object).collect();
        objects.push(format!(
            "SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, o.oid, o.nspowner, {initial} \
             FROM pg_catalog.pg_namespace o WHERE o.nspname = 'public' AND o.nspowner <> {FIRST_ROLE} \
             AND pg_catalog.pg_get_userbyid(o.nspowner) <> 'pg_database_owner'"
        ));
        format!(
            "SELECT {NOWHERE}, o.class, o.id, 0, pg_catalog.pg_get_userbyid(o.owner), o.initial \
             FROM ({}) o(class, id, owner, initial) \
             WHERE pg_catalog.pg_get_userbyid(o.owner) <> CURRENT_USER",
            objects.join(" UNION ALL ")
        )
    },
    create: |fact, context| owned(fact, context.new, &identifier(fact.text("role"))),
    drop: |fact, context| {
        let initial = fact.get("initial?").map(identifier);
        owned(fact, context.old, initial.as_deref().unwrap_or("CURRENT_USER"))
    },
    alter: |change, context| Alteration::plain((ROW.create)(change.new, context)),
    ..Row::BLANK
};

/// The role that initialised the cluster, whatever its name.
const FIRST_ROLE: u32 = 10;

/// Catalogs, the column that names the owner, and which objects have one of
/// their own: a column's sequence follows its table.
const OWNED: &[(&str, &str, &str)] = &[
    (
        "pg_class",
        "relowner",
        "o.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT (o.relkind = 'S' AND EXISTS (\
         SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass \
         AND d.objid = o.oid AND d.deptype IN ('a', 'i') \
         AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass))",
    ),
    (
        "pg_type",
        "typowner",
        "o.typtype IN ('e', 'd', 'r', 'c', 'b') AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c \
         WHERE c.oid = o.typrelid AND c.relkind <> 'c') \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = o.oid)",
    ),
    (
        "pg_proc",
        "proowner",
        "NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = o.tableoid \
         AND d.objid = o.oid AND d.deptype = 'i')",
    ),
    ("pg_namespace", "nspowner", "o.nspname <> 'public'"),
    ("pg_operator", "oprowner", "true"),
    ("pg_opclass", "opcowner", "true"),
    ("pg_opfamily", "opfowner", "true"),
    ("pg_collation", "collowner", "true"),
    ("pg_conversion", "conowner", "true"),
    ("pg_statistic_ext", "stxowner", "true"),
    ("pg_ts_config", "cfgowner", "true"),
    ("pg_ts_dict", "dictowner", "true"),
    ("pg_foreign_data_wrapper", "fdwowner", "true"),
    ("pg_foreign_server", "srvowner", "true"),
    ("pg_event_trigger", "evtowner", "true"),
    ("pg_publication", "pubowner", "true"),
    ("pg_language", "lanowner", "true"),
];

fn owned(fact: &Fact, side: &Schema, role: &str) -> Vec<Statement> {
    let object = fact.parent.as_ref().and_then(|parent| side.get(parent));
    object
        .map(|object| (object.kind().row().sql)(object))
        .filter(|object| !object.is_empty())
        .map(|object| Statement::new(format!("ALTER {object} OWNER TO {role}")))
        .into_iter()
        .collect()
}
