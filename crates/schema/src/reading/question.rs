//! What a server is asked.

use std::fmt::{self, Display};

use super::objects::objects;
use crate::Version;
use crate::kind::{self, Kind};

/// One query, and what its rows are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub topic: Topic,
    pub sql: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Addresses of a fact and of its parent, its names, its values.
    Facts(Kind),
    /// What depends on what.
    Links,
    /// A second address of something.
    Aliases,
    /// What belongs to an extension.
    Members,
    /// What is there, whether a kind reads it or not.
    Objects,
}

/// Returns the questions about a whole database.
pub(super) fn questions(version: Version) -> Vec<Question> {
    let question = |topic, sql: String| Question { topic, sql };
    let kinds = Kind::ALL.iter();
    let facts = kinds.map(|kind| question(Topic::Facts(*kind), kind.question(version)));
    let mut questions: Vec<Question> = facts.collect();
    let links = Kind::ALL.iter().filter_map(|kind| kind.links(version));
    questions.extend(links.map(|sql| question(Topic::Links, sql)));
    questions.push(question(Topic::Links, dependencies(version)));
    questions.push(question(Topic::Aliases, ALIASES.to_owned()));
    questions.push(question(Topic::Members, MEMBERS.to_owned()));
    questions.push(question(Topic::Objects, objects(version)));
    questions
}

/// Everything that objects made after `initdb` depend on. That a table inherits,
/// whose a sequence is, and which dictionaries a text search configuration uses
/// are facts of their own. The functions of a type need only its name. What a
/// domain needs beyond types and collations, its default does.
fn dependencies(version: Version) -> String {
    let functions_of_type = kind::functions_of_type(version);
    let default = kind::DEFAULT_OF_DOMAIN;
    format!(
        "SELECT d.classid, d.objid, CASE WHEN t.typtype = 'd' AND d.refclassid NOT IN (\
            'pg_catalog.pg_type'::regclass, 'pg_catalog.pg_collation'::regclass, \
            'pg_catalog.pg_namespace'::regclass) THEN {default} ELSE d.objsubid END, \
         d.refclassid, d.refobjid, d.refobjsubid \
         FROM pg_catalog.pg_depend d \
         LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::regclass AND c.oid = d.objid \
         LEFT JOIN pg_catalog.pg_type t ON d.classid = 'pg_catalog.pg_type'::regclass AND t.oid = d.objid \
         WHERE d.deptype IN ('n', 'a', 'i') \
         AND NOT (c.relkind IS NOT DISTINCT FROM 'S' AND d.deptype IN ('a', 'i') \
            AND d.refclassid = 'pg_catalog.pg_class'::regclass) \
         AND NOT (d.refclassid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0 AND EXISTS (\
            SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = d.objid AND i.inhparent = d.refobjid)) \
         AND NOT (d.classid = 'pg_catalog.pg_ts_config'::regclass \
            AND d.refclassid = 'pg_catalog.pg_ts_dict'::regclass) \
         AND NOT (d.classid = 'pg_catalog.pg_proc'::regclass \
            AND d.refclassid = 'pg_catalog.pg_type'::regclass AND (d.refobjid, d.objid) IN (\
            SELECT f.of_type, f.function FROM {functions_of_type} f(of_type, function)))"
    )
}

/// Row types and array types stand for what they are made of, what makes values
/// of a type for the type, the rule of a view for the view, the index of a
/// constraint for the constraint, the expression of a generated column for the
/// column, and the members of an operator class for the class.
const ALIASES: &str = "\
SELECT 'pg_catalog.pg_rewrite'::regclass::oid, r.oid, 0, 'pg_catalog.pg_class'::regclass::oid, r.ev_class, 0 \
FROM pg_catalog.pg_rewrite r WHERE r.rulename = '_RETURN' \
UNION ALL \
SELECT 'pg_catalog.pg_type'::regclass, t.oid, 0, 'pg_catalog.pg_class'::regclass, t.typrelid, 0 \
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_class c ON c.oid = t.typrelid \
WHERE t.typtype = 'c' AND c.relkind <> 'c' \
UNION ALL \
SELECT 'pg_catalog.pg_class'::regclass, c.oid, 0, 'pg_catalog.pg_type'::regclass, c.reltype, 0 \
FROM pg_catalog.pg_class c WHERE c.relkind = 'c' \
UNION ALL \
SELECT 'pg_catalog.pg_type'::regclass, t.typarray, 0, \
    CASE WHEN c.oid IS NULL OR c.relkind = 'c' THEN 'pg_catalog.pg_type'::regclass ELSE 'pg_catalog.pg_class'::regclass END, \
    CASE WHEN c.oid IS NULL OR c.relkind = 'c' THEN t.oid ELSE c.oid END, 0 \
FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid WHERE t.typarray <> 0 \
UNION ALL \
SELECT 'pg_catalog.pg_class'::regclass, o.conindid, 0, 'pg_catalog.pg_constraint'::regclass, o.oid, 0 \
FROM pg_catalog.pg_constraint o WHERE o.contype IN ('p', 'u', 'x') \
UNION ALL \
SELECT 'pg_catalog.pg_attrdef'::regclass, d.oid, 0, 'pg_catalog.pg_class'::regclass, d.adrelid, d.adnum \
FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum \
WHERE a.attgenerated <> '' \
UNION ALL \
SELECT d.classid, d.objid, 0, d.refclassid, d.refobjid, 0 FROM pg_catalog.pg_depend d \
WHERE d.deptype = 'i' AND d.refclassid = 'pg_catalog.pg_type'::regclass \
AND (d.classid = 'pg_catalog.pg_proc'::regclass OR d.classid = 'pg_catalog.pg_type'::regclass \
    AND EXISTS (SELECT FROM pg_catalog.pg_range r WHERE r.rngtypid = d.refobjid)) \
UNION ALL \
SELECT d.classid, d.objid, 0, d.refclassid, d.refobjid, 0 FROM pg_catalog.pg_depend d \
WHERE d.classid IN ('pg_catalog.pg_amop'::regclass, 'pg_catalog.pg_amproc'::regclass) \
AND d.refclassid = 'pg_catalog.pg_opclass'::regclass";

const MEMBERS: &str = "\
SELECT d.classid, d.objid, 0, d.refclassid, d.refobjid, 0 \
FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'";

impl Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Facts(kind) => write!(f, "each {}", kind.word()),
            Self::Links => f.write_str("dependencies"),
            Self::Aliases => f.write_str("addresses"),
            Self::Members => f.write_str("extensions"),
            Self::Objects => f.write_str("all objects"),
        }
    }
}
