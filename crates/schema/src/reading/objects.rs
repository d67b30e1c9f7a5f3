//! What a database holds, whether a kind reads it or not: so that nothing is
//! passed over in silence.
//!
//! Left out are the inner parts of other objects, which `pg_depend` knows, and
//! large objects, which are data.

use crate::Version;
use crate::kind::{OWN_SCHEMA, address};

/// Returns the question after everything that was made after `initdb`: its
/// address, what it is called, its schema if it is in one, and its name.
pub(super) fn objects(version: Version) -> String {
    let since = |catalog: &&Catalog| version.at_least(catalog.since);
    let all = CATALOGS.iter().filter(since).map(question);
    let all: Vec<String> = all.chain([elsewhere()]).collect();
    all.join(" UNION ALL ")
}

/// One catalog of objects `o`.
struct Catalog {
    name: &'static str,
    /// What one of its objects is called.
    word: &'static str,
    own: &'static str,
    /// The schema; NULL where there is none.
    schema: &'static str,
    filter: &'static str,
    since: u32,
}

const fn plain(
    name: &'static str,
    word: &'static str,
    own: &'static str,
    schema: &'static str,
) -> Catalog {
    Catalog {
        name,
        word,
        own,
        schema,
        filter: "true",
        since: 13,
    }
}

const fn only(filter: &'static str, catalog: Catalog) -> Catalog {
    Catalog { filter, ..catalog }
}

const CATALOGS: &[Catalog] = &[
    plain("pg_namespace", "schema", "NULL", "o.oid"),
    plain("pg_extension", "extension", "o.extname", "NULL"),
    plain("pg_language", "language", "o.lanname", "NULL"),
    plain("pg_am", "access method", "o.amname", "NULL"),
    plain("pg_class", "relation", "o.relname", "o.relnamespace"),
    plain("pg_type", "type", "o.typname", "o.typnamespace"),
    plain("pg_proc", "function", "o.proname", "o.pronamespace"),
    // Those of columns and of triggers are read with these, and those of
    // partitions with the whole.
    only(
        "o.contype NOT IN ('n', 't') AND NOT (o.contype = 'f' AND o.conparentid <> 0)",
        plain("pg_constraint", "constraint", "o.conname", "o.connamespace"),
    ),
    only(
        "NOT o.tgisinternal",
        plain("pg_trigger", "trigger", "o.tgname", OF_TRIGGER),
    ),
    plain("pg_rewrite", "rule", "o.rulename", OF_RULE),
    plain("pg_policy", "policy", "o.polname", OF_POLICY),
    // One that is only a name yet.
    only(
        "o.oprcode <> 0",
        plain("pg_operator", "operator", "o.oprname", "o.oprnamespace"),
    ),
    plain(
        "pg_opclass",
        "operator class",
        "o.opcname",
        "o.opcnamespace",
    ),
    plain(
        "pg_opfamily",
        "operator family",
        "o.opfname",
        "o.opfnamespace",
    ),
    plain(
        "pg_cast",
        "cast",
        "o.castsource::pg_catalog.regtype || ' AS ' || o.casttarget::pg_catalog.regtype",
        "NULL",
    ),
    plain(
        "pg_transform",
        "transform",
        "o.trftype::pg_catalog.regtype::text",
        "NULL",
    ),
    plain("pg_collation", "collation", "o.collname", "o.collnamespace"),
    plain("pg_conversion", "conversion", "o.conname", "o.connamespace"),
    plain(
        "pg_ts_parser",
        "text search parser",
        "o.prsname",
        "o.prsnamespace",
    ),
    plain(
        "pg_ts_template",
        "text search template",
        "o.tmplname",
        "o.tmplnamespace",
    ),
    plain(
        "pg_ts_dict",
        "text search dictionary",
        "o.dictname",
        "o.dictnamespace",
    ),
    plain(
        "pg_ts_config",
        "text search configuration",
        "o.cfgname",
        "o.cfgnamespace",
    ),
    plain(
        "pg_statistic_ext",
        "statistics",
        "o.stxname",
        "o.stxnamespace",
    ),
    plain("pg_event_trigger", "event trigger", "o.evtname", "NULL"),
    plain("pg_publication", "publication", "o.pubname", "NULL"),
    plain(
        "pg_publication_rel",
        "published table",
        "o.prrelid::pg_catalog.regclass::text",
        "NULL",
    ),
    Catalog {
        since: 15,
        ..plain(
            "pg_publication_namespace",
            "published schema",
            "o.pnnspid::pg_catalog.regnamespace::text",
            "NULL",
        )
    },
    plain(
        "pg_foreign_data_wrapper",
        "foreign data wrapper",
        "o.fdwname",
        "NULL",
    ),
    plain("pg_foreign_server", "server", "o.srvname", "NULL"),
];

const OF_TRIGGER: &str =
    "(SELECT c.relnamespace FROM pg_catalog.pg_class c WHERE c.oid = o.tgrelid)";
const OF_RULE: &str = "(SELECT c.relnamespace FROM pg_catalog.pg_class c WHERE c.oid = o.ev_class)";
const OF_POLICY: &str =
    "(SELECT c.relnamespace FROM pg_catalog.pg_class c WHERE c.oid = o.polrelid)";

/// Catalogs whose objects are read without an address, or as a part of another.
const PARTS: &[&str] = &[
    "pg_amop",
    "pg_amproc",
    "pg_attrdef",
    "pg_default_acl",
    "pg_user_mapping",
];

fn question(catalog: &Catalog) -> String {
    format!(
        "SELECT {}, '{}', n.nspname, {} FROM pg_catalog.{} o \
         LEFT JOIN pg_catalog.pg_namespace n ON n.oid = {} \
         WHERE o.oid >= 16384 AND {} AND (n.oid IS NULL OR {OWN_SCHEMA}) \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = o.tableoid \
            AND d.objid = o.oid AND d.objsubid = 0 AND d.deptype = 'i')",
        address(catalog.name, "o.oid"),
        catalog.word,
        catalog.own,
        catalog.name,
        catalog.schema,
        catalog.filter,
    )
}

/// Subscriptions, which all databases share a catalog of, and what is in
/// catalogs that only a later version has.
fn elsewhere() -> String {
    let known = CATALOGS.iter().map(|catalog| catalog.name);
    let known = known.chain(PARTS.iter().copied());
    let known: Vec<String> = known.map(|name| format!("'{name}'")).collect();
    format!(
        "SELECT {}, 'subscription', NULL, o.subname FROM pg_catalog.pg_subscription o \
         JOIN pg_catalog.pg_database b ON b.oid = o.subdbid \
         WHERE b.datname = pg_catalog.current_database() \
         UNION ALL SELECT DISTINCT d.classid, d.objid, 0, c.relname::text, NULL, \
            pg_catalog.pg_describe_object(d.classid, d.objid, 0) \
         FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.classid \
         WHERE d.objid >= 16384 AND d.deptype NOT IN ('i', 'e') AND c.relname NOT IN ({})",
        address("pg_subscription", "0"),
        known.join(", "),
    )
}
