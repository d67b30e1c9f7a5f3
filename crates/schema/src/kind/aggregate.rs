//! Aggregates.

use super::catalog::{OWN_SCHEMA, address};
use super::function::routine_slot;
use super::relation::in_schema;
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::quote::dotted;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "aggregate",
    naming: Naming::Own(3),
    columns: &["definition", "kind", "arguments", "result"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes), \
             {DEFINITION}, a.aggkind, \
             COALESCE(NULLIF(pg_catalog.pg_get_function_identity_arguments(p.oid), ''), '*'), \
             pg_catalog.pg_get_function_result(p.oid) \
             FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_aggregate a ON a.aggfnoid = p.oid \
             JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE {OWN_SCHEMA}",
            address("pg_proc", "p.oid"),
            in_schema(),
        )
    },
    sql: |fact| format!("AGGREGATE {}", name(fact)),
    granted: |fact| {
        let own = dotted(fact.identity.path().take(2));
        format!("FUNCTION {own}({})", fact.identity.last())
    },
    create: |fact, _| vec![define(fact, "CREATE")],
    drop: |fact, _| vec![Statement::new(format!("DROP AGGREGATE {}", name(fact)))],
    alter: |change, _| {
        if change.only(&["definition"]) {
            Alteration::plain(vec![define(change.new, "CREATE OR REPLACE")])
        } else {
            Alteration::Anew
        }
    },
    slots: routine_slot,
    ..Row::BLANK
};

const DEFINITION: &str = "\
    'SFUNC = ' || a.aggtransfn::pg_catalog.regproc \
    || ', STYPE = ' || pg_catalog.format_type(a.aggtranstype, NULL) \
    || CASE WHEN a.aggtransspace <> 0 THEN ', SSPACE = ' || a.aggtransspace ELSE '' END \
    || CASE WHEN a.aggfinalfn <> 0 THEN ', FINALFUNC = ' || a.aggfinalfn::pg_catalog.regproc ELSE '' END \
    || CASE WHEN a.aggfinalextra THEN ', FINALFUNC_EXTRA' ELSE '' END \
    || CASE WHEN a.aggfinalfn <> 0 THEN ', FINALFUNC_MODIFY = ' || CASE a.aggfinalmodify \
        WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END ELSE '' END \
    || CASE WHEN a.aggcombinefn <> 0 THEN ', COMBINEFUNC = ' || a.aggcombinefn::pg_catalog.regproc ELSE '' END \
    || CASE WHEN a.aggserialfn <> 0 THEN ', SERIALFUNC = ' || a.aggserialfn::pg_catalog.regproc ELSE '' END \
    || CASE WHEN a.aggdeserialfn <> 0 THEN ', DESERIALFUNC = ' || a.aggdeserialfn::pg_catalog.regproc ELSE '' END \
    || COALESCE(', INITCOND = ' || pg_catalog.quote_literal(a.agginitval), '') \
    || CASE WHEN a.aggmtransfn <> 0 THEN ', MSFUNC = ' || a.aggmtransfn::pg_catalog.regproc \
        || ', MINVFUNC = ' || a.aggminvtransfn::pg_catalog.regproc \
        || ', MSTYPE = ' || pg_catalog.format_type(a.aggmtranstype, NULL) \
        || CASE WHEN a.aggmtransspace <> 0 THEN ', MSSPACE = ' || a.aggmtransspace ELSE '' END \
        || CASE WHEN a.aggmfinalfn <> 0 THEN ', MFINALFUNC = ' || a.aggmfinalfn::pg_catalog.regproc \
            || ', MFINALFUNC_MODIFY = ' || CASE a.aggmfinalmodify \
            WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END ELSE '' END \
        || CASE WHEN a.aggmfinalextra THEN ', MFINALFUNC_EXTRA' ELSE '' END \
        || COALESCE(', MINITCOND = ' || pg_catalog.quote_literal(a.aggminitval), '') ELSE '' END \
    || COALESCE((SELECT ', SORTOP = OPERATOR(' || pg_catalog.quote_ident(sn.nspname) || '.' || o.oprname || ')' \
        FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace sn ON sn.oid = o.oprnamespace \
        WHERE o.oid = a.aggsortop), '') \
    || CASE WHEN a.aggkind = 'h' THEN ', HYPOTHETICAL' ELSE '' END \
    || CASE p.proparallel WHEN 's' THEN ', PARALLEL = SAFE' WHEN 'r' THEN ', PARALLEL = RESTRICTED' ELSE '' END";

fn define(fact: &Fact, verb: &str) -> Statement {
    let definition = fact.text("definition");
    Statement::new(format!("{verb} AGGREGATE {} ({definition})", name(fact)))
}

fn name(fact: &Fact) -> String {
    let own = dotted(fact.identity.path().take(2));
    format!("{own}({})", fact.text("arguments"))
}
