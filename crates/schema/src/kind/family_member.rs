//! Operators and functions that were added to an operator family by themselves.

use super::catalog::address;
use super::operator_family::name;
use super::{Naming, Row};
use crate::fact::Fact;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "member of family",
    naming: Naming::Under(1),
    columns: &["definition"],
    question: |_| {
        let family = address("pg_opfamily", "f.oid");
        format!(
            "SELECT {}, {family}, \
             'OPERATOR ' || o.amopstrategy || ' (' || pg_catalog.format_type(o.amoplefttype, NULL) \
                || ', ' || pg_catalog.format_type(o.amoprighttype, NULL) || ')', {OPERATOR} \
             FROM pg_catalog.pg_amop o JOIN pg_catalog.pg_depend d ON d.objid = o.oid \
                AND d.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass {FAMILY} \
             UNION ALL SELECT {}, {family}, \
             'FUNCTION ' || p.amprocnum || ' (' || pg_catalog.format_type(p.amproclefttype, NULL) \
                || ', ' || pg_catalog.format_type(p.amprocrighttype, NULL) || ')', {FUNCTION} \
             FROM pg_catalog.pg_amproc p JOIN pg_catalog.pg_depend d ON d.objid = p.oid \
                AND d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass {FAMILY}",
            address("pg_amop", "o.oid"),
            address("pg_amproc", "p.oid"),
        )
    },
    create: |fact, _| vec![alter_family(fact, &format!("ADD {}", fact.text("definition")))],
    drop: |fact, _| vec![alter_family(fact, &format!("DROP {}", fact.identity.last()))],
    ..Row::BLANK
};

const FAMILY: &str = "\
    AND d.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass \
    JOIN pg_catalog.pg_opfamily f ON f.oid = d.refobjid \
    JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace \
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/// The member `o` of `pg_amop`, as it stands behind `ADD` or `AS`.
pub(super) const OPERATOR: &str = "\
    'OPERATOR ' || o.amopstrategy || ' ' || o.amopopr::pg_catalog.regoperator \
    || COALESCE((SELECT ' FOR ORDER BY ' || pg_catalog.quote_ident(sn.nspname) || '.' \
        || pg_catalog.quote_ident(s.opfname) FROM pg_catalog.pg_opfamily s \
        JOIN pg_catalog.pg_namespace sn ON sn.oid = s.opfnamespace WHERE s.oid = o.amopsortfamily), '')";

/// The member `p` of `pg_amproc`, as it stands behind `ADD` or `AS`.
pub(super) const FUNCTION: &str = "\
    'FUNCTION ' || p.amprocnum || ' (' || pg_catalog.format_type(p.amproclefttype, NULL) \
    || ', ' || pg_catalog.format_type(p.amprocrighttype, NULL) || ') ' || p.amproc::pg_catalog.regprocedure";

fn alter_family(fact: &Fact, what: &str) -> Statement {
    Statement::new(format!("ALTER OPERATOR FAMILY {} {what}", name(fact)))
}
