//! What a role may do with the objects that another will make: a fact for each
//! that may, where it is not what the server itself allows.
//!
//! They are in force while a plan runs, so that an object that it makes may
//! allow more, or less, than it shall. That is put right where it is made.

use std::collections::BTreeSet;

use super::catalog::{NOWHERE, OWN_SCHEMA};
use super::grant::{OWNER, clauses, grantee};
use super::{Alteration, Kind, Naming, Row};
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::identifier;
use crate::schema::Schema;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "default privilege",
    // The role that makes the objects, if it is not the one that reads the
    // schema; their schema, if it is a certain one; their type; who is allowed.
    naming: Naming::Own(4),
    columns: &["privileges", "usual", "role?"],
    question: |_| {
        format!(
            "SELECT {NOWHERE}, CASE WHEN n.oid IS NOT NULL THEN \
                'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid END, n.oid, \
                CASE WHEN n.oid IS NOT NULL THEN 0 END, \
             CASE WHEN r.rolname <> CURRENT_USER THEN r.rolname ELSE '' END, COALESCE(n.nspname, ''), \
             CASE g.kind WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' \
                WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END, \
             g.grantee, g.now, g.usual, r.rolname FROM (\
                SELECT d.defaclrole, d.defaclnamespace, d.defaclobjtype, \
                CASE e.grantee WHEN 0 THEN '' WHEN d.defaclrole THEN '{OWNER}' \
                    ELSE 'role ' || pg_catalog.pg_get_userbyid(e.grantee) END, \
                pg_catalog.string_agg(e.privilege, ',' ORDER BY e.privilege) FILTER (WHERE e.now), \
                pg_catalog.string_agg(e.privilege, ',' ORDER BY e.privilege) FILTER (WHERE NOT e.now) \
                FROM pg_catalog.pg_default_acl d, LATERAL (\
                    SELECT a.grantee, a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, true \
                    FROM pg_catalog.aclexplode(d.defaclacl) a \
                    UNION SELECT a.grantee, a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, false \
                    FROM pg_catalog.aclexplode(CASE WHEN d.defaclnamespace = 0 THEN pg_catalog.acldefault(\
                        CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END::\"char\", \
                        d.defaclrole) END) a) e(grantee, privilege, now) \
                GROUP BY 1, 2, 3, 4) g(role, schema, kind, grantee, now, usual) \
             JOIN pg_catalog.pg_roles r ON r.oid = g.role \
             LEFT JOIN pg_catalog.pg_namespace n ON n.oid = g.schema \
             WHERE g.now IS DISTINCT FROM g.usual AND (n.oid IS NULL OR {OWN_SCHEMA})"
        )
    },
    create: |fact, _| change(fact, fact.text("usual"), fact.text("privileges")),
    drop: |fact, _| change(fact, fact.text("privileges"), fact.text("usual")),
    alter: |both, _| {
        let (old, new) = (both.old.text("privileges"), both.new.text("privileges"));
        Alteration::plain(change(both.new, old, new))
    },
    ..Row::BLANK
};

fn change(fact: &Fact, from: &str, to: &str) -> Vec<Statement> {
    let mut start = "ALTER DEFAULT PRIVILEGES".to_owned();
    if !fact.identity.name(0).is_empty() {
        start.push_str(&format!(" FOR ROLE {}", identifier(fact.identity.name(0))));
    }
    if !fact.identity.name(1).is_empty() {
        start.push_str(&format!(" IN SCHEMA {}", identifier(fact.identity.name(1))));
    }
    let clauses = clauses(from, to, fact.identity.name(2), "", &grantee(fact));
    let statement = |clause| Statement::new(format!("{start} {clause}"));
    clauses.into_iter().map(statement).collect()
}

/// Returns what takes from a new object, and gives it, what it has otherwise
/// than it shall, since the role that makes it has default privileges. Those of
/// both sides count: their own change may come before or after.
pub(crate) fn put_right(object: &Fact, context: &Context<'_>) -> Vec<Statement> {
    if context.new.is_completed() && !context.old.contains(&object.identity) {
        return Vec::new();
    }
    let on = (object.kind().row().granted)(object);
    let kind = match on.split(' ').next() {
        Some("TABLE") => "TABLES",
        Some("SEQUENCE") => "SEQUENCES",
        Some("FUNCTION" | "PROCEDURE" | "ROUTINE" | "AGGREGATE") => "FUNCTIONS",
        Some("TYPE" | "DOMAIN") => "TYPES",
        Some("SCHEMA") => "SCHEMAS",
        _ => return Vec::new(),
    };
    let mut statements = Vec::new();
    for side in [context.old, context.new] {
        let schema = object.identity.name(0);
        let defaults: Vec<&Fact> = side
            .of_kind(Kind::DefaultPrivilege)
            .filter(|one| one.identity.name(0).is_empty() && one.identity.name(2) == kind)
            .filter(|one| one.identity.name(1).is_empty() || one.identity.name(1) == schema)
            .collect();
        let grantees: BTreeSet<&str> = defaults.iter().map(|one| one.identity.last()).collect();
        for name in grantees {
            let of = |fact: &&&Fact| fact.identity.last() == name;
            let own: Vec<&Fact> = defaults.iter().filter(of).copied().collect();
            let Some(&first) = own.first() else {
                continue;
            };
            for clause in corrections(kind, &own, target(object, name, context.new), &on, &grantee(first)) {
                if !statements.contains(&clause) {
                    statements.push(clause);
                }
            }
        }
    }
    statements.into_iter().map(Statement::new).collect()
}

/// Returns the fact that says what somebody may do with a new object.
fn target<'a>(object: &Fact, grantee: &str, new: &'a Schema) -> Option<&'a Fact> {
    new.get(&Identity::on(Kind::Grant, &object.identity, &[grantee]))
}

fn corrections(
    kind: &str,
    defaults: &[&Fact],
    target: Option<&Fact>,
    on: &str,
    role: &str,
) -> Vec<String> {
    let everywhere = defaults.iter().find(|one| one.identity.name(1).is_empty());
    let usual = match everywhere {
        Some(fact) => fact.text("usual"),
        None => usual(kind, defaults.first().map_or("", |one| one.identity.last())),
    };
    let start = everywhere.map_or(usual, |fact| fact.text("privileges"));
    let of_schema = defaults.iter().filter(|one| !one.identity.name(1).is_empty());
    let initial: BTreeSet<&str> = listed(start)
        .chain(of_schema.flat_map(|one| listed(one.text("privileges"))))
        .collect();
    let wanted = target.map_or(usual, |fact| fact.text("privileges"));
    // What it lacks beyond the usual is granted by the fact itself.
    let reached: Vec<&str> = listed(wanted)
        .filter(|one| initial.contains(one) || listed(usual).any(|other| other == *one))
        .collect();
    let initial: Vec<&str> = initial.into_iter().collect();
    clauses(&initial.join(","), &reached.join(","), on, "", role)
}

/// Returns what the server allows everybody, where nothing else is said.
fn usual(kind: &str, grantee: &str) -> &'static str {
    match (kind, grantee) {
        ("FUNCTIONS", "") => "EXECUTE",
        ("TYPES", "") => "USAGE",
        _ => "",
    }
}

fn listed(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(|one| !one.is_empty())
}
