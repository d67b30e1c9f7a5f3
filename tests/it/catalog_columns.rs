//! Every column of the catalogs is read when a schema is, or known to be of no
//! concern: a version of PostgreSQL that has more fails here.

use std::collections::BTreeSet;

use seaworthy_schema::{Schema, Version};

use crate::support::server::Server;

/// Catalogs, columns of theirs that no question names (`*`: all), and why.
const OF_NO_CONCERN: &[(&str, &str, &str)] = &[
    (
        "pg_authid pg_auth_members pg_database pg_db_role_setting pg_parameter_acl pg_shdepend \
         pg_shdescription pg_shseclabel pg_tablespace pg_replication_origin",
        "*",
        "all databases share it",
    ),
    (
        "pg_largeobject pg_largeobject_metadata pg_statistic pg_statistic_ext_data",
        "*",
        "data, or counted from it",
    ),
    ("pg_init_privs", "*", "what extensions were made with"),
    (
        "pg_subscription pg_subscription_rel",
        "*",
        "reported as not compared",
    ),
    (
        "pg_aggregate",
        "aggnumdirectargs",
        "pg_get_function_identity_arguments() says it",
    ),
    (
        "pg_amop",
        "amopfamily amopmethod amoppurpose",
        "the family's, or said by amopsortfamily",
    ),
    ("pg_amproc", "amprocfamily", "the family's"),
    (
        "pg_attribute",
        "attalign attbyval attlen attcacheoff",
        "the type's",
    ),
    (
        "pg_attribute",
        "atthasdef atthasmissing attmissingval",
        "how it is stored",
    ),
    (
        "pg_attribute",
        "attndims",
        "nothing but a remark: not even pg_dump knows it",
    ),
    (
        "pg_class",
        "relallfrozen relallvisible relfilenode relfrozenxid relminmxid relpages relrewrite \
         reltuples",
        "how it is stored",
    ),
    (
        "pg_class",
        "relchecks relhasindex relhasrules relhassubclass relhastriggers relisshared relnatts",
        "told by other rows",
    ),
    (
        "pg_collation",
        "collencoding collversion",
        "the server's, when it was made",
    ),
    (
        "pg_constraint",
        "conbin condeferrable condeferred conenforced conexclop confdelsetcols confdeltype \
         conffeqop confkey confmatchtype confupdtype conkey conperiod conpfeqop conppeqop \
         convalidated",
        "pg_get_constraintdef() says it",
    ),
    (
        "pg_extension",
        "extcondition extconfig extowner",
        "the extension's own business",
    ),
    (
        "pg_index",
        "indclass indcollation indexprs indimmediate indisexclusion indisprimary indkey indnatts \
         indnkeyatts indnullsnotdistinct indoption indpred",
        "pg_get_indexdef() or pg_get_constraintdef() says it",
    ),
    (
        "pg_index",
        "indcheckxmin indislive indisready",
        "how far it is built",
    ),
    ("pg_inherits", "inhdetachpending", "how far it is detached"),
    (
        "pg_operator",
        "oprkind oprresult",
        "its arguments and its function say it",
    ),
    ("pg_partitioned_table", "*", "pg_get_partkeydef() says it"),
    (
        "pg_proc",
        "proallargtypes proargdefaults proargmodes proargnames probin proconfig procost \
         proisstrict proleakproof pronargs proretset prorettype prorows prosecdef prosupport \
         protrftypes provariadic provolatile",
        "pg_get_functiondef() says it",
    ),
    (
        "pg_rewrite",
        "ev_action ev_qual ev_type is_instead",
        "pg_get_ruledef() says it",
    ),
    (
        "pg_statistic_ext",
        "stxexprs stxkeys stxkind",
        "pg_get_statisticsobjdef() says it",
    ),
    (
        "pg_trigger",
        "tgargs tgattr tgconstraint tgconstrindid tgconstrrelid tgdeferrable tginitdeferred \
         tgnargs tgnewtable tgoldtable tgqual tgtype",
        "pg_get_triggerdef() says it",
    ),
    (
        "pg_type",
        "typndims",
        "nothing but a remark: not even pg_dump knows it",
    ),
    (
        "pg_type",
        "typnotnull",
        "a constraint of the domain says it, from 17 on",
    ),
    (
        "pg_user_mapping",
        "umserver",
        "the view pg_user_mappings says it",
    ),
];

/// Returns the words that occur in the questions.
fn words(questions: &str) -> BTreeSet<&str> {
    let is_apart = |one: char| !one.is_ascii_alphanumeric() && one != '_';
    questions.split(is_apart).collect()
}

fn is_of_no_concern(catalog: &str, column: &str) -> bool {
    let has = |list: &str, one: &str| list.split_whitespace().any(|other| other == one);
    OF_NO_CONCERN.iter().any(|(catalogs, columns, _)| {
        has(catalogs, catalog) && (*columns == "*" || has(columns, column))
    })
}

#[test]
fn every_column_is_read_or_of_no_concern() {
    let server = Server::shared();
    let database = server.database();
    let version = database.value("SHOW server_version_num");
    let version = Version(version.parse().expect("a number"));
    let questions = Schema::questions(version).into_iter();
    let questions: Vec<String> = questions.map(|question| question.sql).collect();
    let questions = questions.join("\n");
    let words = words(&questions);
    let columns = database.column(
        "SELECT c.relname || '.' || a.attname FROM pg_attribute a \
         JOIN pg_class c ON c.oid = a.attrelid \
         WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' \
         AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1",
    );
    assert!(columns.len() > 400, "{} columns", columns.len());
    let unread = columns.iter().filter(|column| {
        let (catalog, column) = column.split_once('.').expect("a name with a dot");
        !words.contains(column) && !is_of_no_concern(catalog, column)
    });
    let unread: Vec<&String> = unread.collect();
    assert!(
        unread.is_empty(),
        "neither read nor of no concern: {unread:?}"
    );
}

#[test]
fn the_list_says_nothing_twice() {
    let mut seen = BTreeSet::new();
    for (catalogs, columns, why) in OF_NO_CONCERN {
        assert!(!why.is_empty());
        for catalog in catalogs.split_whitespace() {
            for column in columns.split_whitespace() {
                assert!(seen.insert((catalog, column)), "{catalog}.{column}");
            }
        }
    }
}
