//! What a role may do with an object, where that is not what a new object of
//! the kind allows it.

use super::catalog::NOWHERE;
use super::{Alteration, Kind, Naming, Row};
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::identifier;
use crate::schema::Schema;
use crate::statement::Statement;

/// Stands for the owner, whoever that is.
pub(super) const OWNER: &str = "owner";

pub(super) const ROW: Row = Row {
    word: "grant",
    naming: Naming::On(1),
    columns: &["privileges", "usual", "role?"],
    question: |_| {
        let object = |(catalog, acl, kind, owner): &(&str, &str, &str, &str)| {
            // Of what every database has, only the schema `public` is anybody's.
            let own = match *catalog {
                "pg_namespace" => "",
                _ => " AND o.oid >= 16384",
            };
            format!(
                "SELECT '{catalog}'::pg_catalog.regclass::pg_catalog.oid, o.oid, 0, o.{owner}, \
                 COALESCE(o.{acl}, pg_catalog.acldefault({kind}, o.{owner})), \
                 pg_catalog.acldefault({kind}, o.{owner}) \
                 FROM pg_catalog.{catalog} o WHERE o.{acl} IS NOT NULL{own}"
            )
        };
        let mut objects: Vec<String> = GRANTED.iter().map(object).collect();
        objects.push(
            "SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, a.attrelid, a.attnum, c.relowner, \
             a.attacl, NULL FROM pg_catalog.pg_attribute a \
             JOIN pg_catalog.pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL \
             AND a.attrelid >= 16384"
                .to_owned(),
        );
        format!(
            "SELECT {NOWHERE}, g.class, g.id, g.part, g.grantee, g.now, g.usual, \
             pg_catalog.pg_get_userbyid(g.owner) FROM (\
                SELECT o.class, o.id, o.part, o.owner, \
                CASE e.grantee WHEN 0 THEN '' WHEN o.owner THEN '{OWNER}' \
                    ELSE 'role ' || pg_catalog.pg_get_userbyid(e.grantee) END AS grantee, \
                pg_catalog.string_agg(e.privilege, ',' ORDER BY e.privilege) FILTER (WHERE e.now) AS now, \
                pg_catalog.string_agg(e.privilege, ',' ORDER BY e.privilege) FILTER (WHERE NOT e.now) AS usual \
                FROM ({}) o(class, id, part, owner, acl, usual), LATERAL (\
                    SELECT a.grantee, a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, true \
                    FROM pg_catalog.aclexplode(o.acl) a \
                    UNION SELECT a.grantee, a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, false \
                    FROM pg_catalog.aclexplode(o.usual) a) e(grantee, privilege, now) \
                GROUP BY 1, 2, 3, 4, 5) g \
             WHERE g.now IS DISTINCT FROM g.usual",
            objects.join(" UNION ALL ")
        )
    },
    create: |fact, context| change(fact, context.new, fact.text("usual"), fact.text("privileges")),
    drop: |fact, context| {
        let (from, to) = (fact.text("privileges"), fact.text("usual"));
        let mut statements = change(fact, context.old, from, to);
        statements.extend(kept_on_columns(fact, context, from, to));
        statements
    },
    alter: |both, context| {
        let (from, to) = (both.old.text("privileges"), both.new.text("privileges"));
        let mut statements = change(both.new, context.new, from, to);
        statements.extend(kept_on_columns(both.new, context, from, to));
        Alteration::plain(statements)
    },
    after,
    // What the new owner was granted before would become what it owns.
    gone_before: |fact| owner(fact).into_iter().collect(),
    ..Row::BLANK
};

/// Catalogs, their column of privileges, the kind of object for `acldefault`,
/// and the column that names the owner.
const GRANTED: &[(&str, &str, &str, &str)] = &[
    (
        "pg_class",
        "relacl",
        "CASE o.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\"",
        "relowner",
    ),
    ("pg_proc", "proacl", "'f'", "proowner"),
    ("pg_namespace", "nspacl", "'n'", "nspowner"),
    ("pg_type", "typacl", "'T'", "typowner"),
    ("pg_foreign_data_wrapper", "fdwacl", "'F'", "fdwowner"),
    ("pg_foreign_server", "srvacl", "'S'", "srvowner"),
    ("pg_language", "lanacl", "'l'", "lanowner"),
];

/// To own an object changes what is granted on it, and to revoke something on
/// a table takes it away from the columns.
fn after(fact: &Fact) -> Vec<Identity> {
    let Some(object) = &fact.parent else {
        return Vec::new();
    };
    let mut after: Vec<Identity> = owner(fact).into_iter().collect();
    if is_column(object.kind()) {
        for kind in [Kind::Table, Kind::View, Kind::MaterializedView] {
            let whole = Identity::new(kind, object.path().take(2));
            after.push(Identity::on(Kind::Grant, &whole, &[fact.identity.last()]));
        }
    }
    after
}

fn owner(fact: &Fact) -> Option<Identity> {
    let object = fact.parent.as_ref()?;
    Some(Identity::on(Kind::Owner, object, &[]))
}

/// Returns the statements that turn one list of privileges into another. A
/// star means that they may be passed on.
fn change(fact: &Fact, side: &Schema, from: &str, to: &str) -> Vec<Statement> {
    let object = fact.parent.as_ref().and_then(|parent| side.get(parent));
    let Some(object) = object else {
        return Vec::new();
    };
    let (on, columns) = granted(object);
    let clauses = clauses(from, to, &on, &columns, &grantee(fact));
    clauses.into_iter().map(Statement::new).collect()
}

/// Grants anew what a role keeps on columns of a table from which the same is
/// revoked, for that takes it away from the columns, too.
fn kept_on_columns(fact: &Fact, context: &Context<'_>, from: &str, to: &str) -> Vec<Statement> {
    let revoked = Privileges::of(from).without(&Privileges::of(to));
    let Some(table) = fact.parent.as_ref().filter(|_| !revoked.is_empty()) else {
        return Vec::new();
    };
    let mut statements = Vec::new();
    for grant in context.new.facts().filter(|other| is_on_column_of(other, table, fact)) {
        let Some(old) = context.old.get(&grant.identity) else {
            continue;
        };
        let old = Privileges::of(old.text("privileges"));
        let kept = grant.text("privileges").split(',').filter(|one| {
            let name = one.strip_suffix('*').unwrap_or(one);
            revoked.contains(&name) && old.has(name)
        });
        let kept: Vec<&str> = kept.collect();
        statements.extend(change(grant, context.new, "", &kept.join(",")));
    }
    statements
}

/// Says whether something is granted on a column of a table to the same role.
fn is_on_column_of(grant: &Fact, table: &Identity, fact: &Fact) -> bool {
    let column = grant.parent.as_ref().filter(|parent| is_column(parent.kind()));
    grant.kind() == Kind::Grant
        && grant.identity.last() == fact.identity.last()
        && column.is_some_and(|column| column.path().take(2).eq(table.path()))
}

/// Returns who is allowed something, as SQL.
pub(super) fn grantee(fact: &Fact) -> String {
    match fact.identity.last() {
        "" => "PUBLIC".to_owned(),
        OWNER => identifier(fact.text("role?")),
        role => identifier(role.strip_prefix("role ").unwrap_or(role)),
    }
}

/// Returns what is granted and revoked, each without a semicolon.
pub(super) fn clauses(from: &str, to: &str, on: &str, columns: &str, role: &str) -> Vec<String> {
    let list = |privileges: Vec<&str>| {
        let with_columns = privileges.into_iter().map(|one| format!("{one}{columns}"));
        with_columns.collect::<Vec<_>>().join(", ")
    };
    let (from, to) = (Privileges::of(from), Privileges::of(to));
    let mut statements = Vec::new();
    let gone = from.without(&to);
    if !gone.is_empty() {
        statements.push(format!("REVOKE {} ON {on} FROM {role}", list(gone)));
    }
    let kept: Vec<&str> = from.passed_on.iter().copied().filter(|one| to.plain.contains(one)).collect();
    if !kept.is_empty() {
        statements.push(format!("REVOKE GRANT OPTION FOR {} ON {on} FROM {role}", list(kept)));
    }
    let plain: Vec<&str> = to.plain.iter().copied().filter(|one| !from.has(one)).collect();
    if !plain.is_empty() {
        statements.push(format!("GRANT {} ON {on} TO {role}", list(plain)));
    }
    let passed_on: Vec<&str> = to
        .passed_on
        .iter()
        .copied()
        .filter(|one| !from.passed_on.contains(one))
        .collect();
    if !passed_on.is_empty() {
        let privileges = list(passed_on);
        statements.push(format!("GRANT {privileges} ON {on} TO {role} WITH GRANT OPTION"));
    }
    statements
}

#[derive(Debug, Default)]
struct Privileges<'a> {
    plain: Vec<&'a str>,
    passed_on: Vec<&'a str>,
}

impl<'a> Privileges<'a> {
    fn of(list: &'a str) -> Self {
        let mut privileges = Self::default();
        for one in list.split(',').filter(|one| !one.is_empty()) {
            match one.strip_suffix('*') {
                Some(one) => privileges.passed_on.push(one),
                None => privileges.plain.push(one),
            }
        }
        privileges
    }

    fn has(&self, privilege: &str) -> bool {
        self.plain.contains(&privilege) || self.passed_on.contains(&privilege)
    }

    fn without(&self, other: &Self) -> Vec<&'a str> {
        let all = self.plain.iter().chain(&self.passed_on).copied();
        all.filter(|one| !other.has(one)).collect()
    }
}

fn is_column(kind: Kind) -> bool {
    matches!(kind, Kind::Column | Kind::ViewColumn)
}

/// Returns what the privileges are on, and the column they are limited to.
fn granted(object: &Fact) -> (String, String) {
    if is_column(object.kind()) {
        let table = crate::quote::dotted(object.identity.path().take(2));
        let column = identifier(object.identity.last());
        return (format!("TABLE {table}"), format!(" ({column})"));
    }
    let row = object.kind().row();
    ((row.granted)(object), String::new())
}
