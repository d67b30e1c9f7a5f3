//! The dictionaries that a text search configuration has for a kind of token.

use super::catalog::{OWN_SCHEMA, address, part};
use super::types::name;
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "text search mapping",
    naming: Naming::Under(1),
    columns: &["dictionaries"],
    question: |_| {
        format!(
            "SELECT {}, {}, t.alias, pg_catalog.string_agg(\
                pg_catalog.quote_ident(dn.nspname) || '.' || pg_catalog.quote_ident(d.dictname), \
                ', ' ORDER BY m.mapseqno) \
             {FROM} \
             JOIN pg_catalog.pg_namespace dn ON dn.oid = d.dictnamespace \
             CROSS JOIN LATERAL pg_catalog.ts_token_type(c.cfgparser) t \
             WHERE t.tokid = m.maptokentype AND {OWN_SCHEMA} GROUP BY c.oid, m.maptokentype, t.alias",
            part("pg_ts_config", "c.oid", "m.maptokentype"),
            address("pg_ts_config", "c.oid"),
        )
    },
    links: Some(|_| {
        format!(
            "SELECT {}, {} {FROM} WHERE {OWN_SCHEMA}",
            part("pg_ts_config", "c.oid", "m.maptokentype"),
            address("pg_ts_dict", "d.oid"),
        )
    }),
    create: |fact, _| vec![map(fact, "ADD")],
    drop: |fact, _| {
        vec![Statement::new(format!(
            "ALTER TEXT SEARCH CONFIGURATION {} DROP MAPPING FOR {}",
            name(fact),
            identifier(fact.identity.last())
        ))]
    },
    alter: |change, _| Alteration::plain(vec![map(change.new, "ALTER")]),
    ..Row::BLANK
};

const FROM: &str = "\
    FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace \
    JOIN pg_catalog.pg_ts_config_map m ON m.mapcfg = c.oid \
    JOIN pg_catalog.pg_ts_dict d ON d.oid = m.mapdict";

fn map(fact: &Fact, verb: &str) -> Statement {
    Statement::new(format!(
        "ALTER TEXT SEARCH CONFIGURATION {} {verb} MAPPING FOR {} WITH {}",
        name(fact),
        identifier(fact.identity.last()),
        fact.text("dictionaries")
    ))
}
