//! Columns of tables. A default is a fact of its own; the expression of a
//! generated column is part of it.

use super::catalog::{OWN_SCHEMA, part};
use super::relation::{of, of_relation};
use super::{
    Alteration, Kind, Naming, Row, TearDown, danger, default, foreign_options, inheritance, not_null, retyping,
    storage, types, using,
};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::rename;
use crate::quote::identifier;
use crate::schema::Schema;
use crate::statement::{HazardKind, Statement};

pub(super) const ROW: Row = Row {
    word: "column",
    naming: Naming::Under(1),
    columns: &[
        "type",
        "collation",
        "not_null",
        "not_null_name",
        "not_null_no_inherit",
        "not_null_not_valid",
        "not_null_full_name?",
        "not_null_from_parent?",
        "not_null_too?",
        "generated",
        "identity",
        "identity_options",
        "storage",
        "compression",
        "statistics",
        "options",
        "usual_storage?",
        "foreign_options",
        "foreign?",
        "typed?",
        "number?",
        "local?",
        "partition?",
        "key?",
        "from_schema?",
        "from_table?",
        "type_schema?",
        "type_name?",
    ],
    expressions: &["generated"],
    question: |version| {
        let (not_null, not_null_join) = not_null::reading(version);
        // From 17 on a partition has the identity of the whole, and none of its own.
        let own = if version.at_least(17) { "NOT c.relispartition" } else { "true" };
        format!(
            "SELECT {}, {}, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), \
             CASE WHEN a.attcollation <> t.typcollation THEN \
                pg_catalog.quote_ident(ln.nspname) || '.' || pg_catalog.quote_ident(l.collname) END, \
             {not_null}, CASE WHEN a.attgenerated <> '' THEN \
                CASE a.attgenerated WHEN 'v' THEN 'VIRTUAL ' ELSE 'STORED ' END \
                || pg_catalog.pg_get_expr(d.adbin, d.adrelid) END, \
             CASE WHEN {own} THEN NULLIF(a.attidentity, '') END, s.options, \
             {}, {}, c.relkind = 'f', c.reloftype <> 0, a.attnum, a.attislocal, c.relispartition, {IN_KEY}, \
             pn.nspname, p.relname, otn.nspname, ot.typname \
             FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
             LEFT JOIN pg_catalog.pg_type ot ON ot.oid = c.reloftype \
             LEFT JOIN pg_catalog.pg_namespace otn ON otn.oid = ot.typnamespace \
             LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
             {not_null_join} \
             LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation \
             LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace \
             LEFT JOIN LATERAL (SELECT i.inhparent FROM pg_catalog.pg_inherits i \
                JOIN pg_catalog.pg_attribute pa ON pa.attrelid = i.inhparent \
                AND pa.attname = a.attname AND NOT pa.attisdropped \
                WHERE i.inhrelid = c.oid AND a.attinhcount > 0 ORDER BY i.inhseqno LIMIT 1) i ON true \
             LEFT JOIN pg_catalog.pg_class p ON p.oid = i.inhparent \
             LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace \
             LEFT JOIN LATERAL (SELECT {IDENTITY} AS options FROM pg_catalog.pg_depend e \
                JOIN pg_catalog.pg_class sc ON sc.oid = e.objid AND sc.relkind = 'S' \
                JOIN pg_catalog.pg_namespace sn ON sn.oid = sc.relnamespace \
                JOIN pg_catalog.pg_sequence q ON q.seqrelid = sc.oid \
                WHERE a.attidentity <> '' AND e.refobjid = c.oid AND e.refobjsubid = a.attnum \
                AND e.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass \
                AND e.deptype = 'i' LIMIT 1) s ON true \
             WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' \
             AND a.attnum > 0 AND NOT a.attisdropped AND {OWN_SCHEMA}",
            part("pg_class", "c.oid", "a.attnum"),
            of_relation(),
            storage::reading(version),
            foreign_options::of_array("a.attfdwoptions"),
        )
    },
    sql: |fact| format!("COLUMN {}.{}", of(fact), own(fact)),
    create,
    drop,
    alter,
    made_with: |fact, context| {
        let table = fact.parent.clone().filter(|table| context.made.contains(table));
        let along = || followed(fact, context).filter(|_| apart(fact, context).is_empty());
        table.or_else(along)
    },
    gone_with: |fact, context| {
        let table = fact.parent.iter().cloned();
        let above = followed(fact, context).or_else(|| followed_attribute(fact, context));
        table.chain(above).collect()
    },
    after: |fact| attribute(fact).into_iter().collect(),
    follows: |fact| inherited_from(fact).into_iter().collect(),
    outlives: |fact, needed| match needed.kind() {
        Kind::Function | Kind::Column => fact.get("generated").is_none(),
        Kind::BaseType | Kind::Extension => false,
        _ => !types::is_held(needed),
    },
    takes_over: |fact, needed| {
        let holds_rows = fact.get("generated").is_none();
        (holds_rows && types::is_held(needed)).then_some(TearDown::Those(stands_in_the_way))
    },
    take_over,
    ..Row::BLANK
};

/// Says whether a partitioned table is divided by a column, or by an expression
/// of it.
pub(super) const IN_KEY: &str = "\
    (c.relkind = 'p' AND EXISTS (SELECT FROM pg_catalog.pg_depend k \
    WHERE k.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND k.objid = c.oid AND k.objsubid = a.attnum \
    AND k.refclassid = k.classid AND k.refobjid = c.oid AND k.refobjsubid = 0 AND k.deptype = 'i'))";

/// The options of an identity column's sequence `q`, one a line.
const IDENTITY: &str = "\
    'SEQUENCE NAME ' || pg_catalog.quote_ident(sn.nspname) || '.' || pg_catalog.quote_ident(sc.relname) \
    || E'\\nSTART WITH ' || q.seqstart || E'\\nINCREMENT BY ' || q.seqincrement \
    || E'\\nMINVALUE ' || q.seqmin || E'\\nMAXVALUE ' || q.seqmax || E'\\nCACHE ' || q.seqcache \
    || CASE WHEN q.seqcycle THEN E'\\nCYCLE' ELSE E'\\nNO CYCLE' END";

/// Says whether the statement that makes its table has to name it: a column
/// that is only inherited comes by itself, but not to a partition, which is
/// made first and attached then.
pub(super) fn is_named(fact: &Fact) -> bool {
    fact.is("local?") || fact.is("partition?") || inherited_from(fact).is_none()
}

/// Says whether a column of a typed table is more than its type says.
pub(super) fn has_options(fact: &Fact, context: &Context<'_>) -> bool {
    fact.is("not_null") || fact.get("generated").is_some() || default::folded(fact, context).is_some()
}

/// Returns a column as it stands in `CREATE TABLE` or `ADD COLUMN`.
pub(super) fn definition(fact: &Fact, context: &Context<'_>) -> String {
    let mut sql = match fact.is("typed?") {
        true => format!("{} WITH OPTIONS", own(fact)),
        false => format!("{} {}", own(fact), fact.text("type")),
    };
    sql.push_str(&foreign_options::clause(fact.text("foreign_options")));
    if let Some(collation) = fact.get("collation").filter(|_| !fact.is("typed?")) {
        sql.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(default) = default::folded(fact, context) {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    if let Some((kind, expression)) = generated(fact) {
        sql.push_str(&format!(" GENERATED ALWAYS AS ({expression}) {kind}"));
    }
    sql.push_str(&not_null::clause(fact));
    if let Some(identity) = identity(fact) {
        sql.push_str(&format!(" GENERATED {identity}"));
    }
    sql
}

fn create(fact: &Fact, context: &Context<'_>) -> Vec<Statement> {
    if followed_attribute(fact, context).is_some() {
        let not_null = fact.is("not_null").then(|| not_null::set(fact));
        return not_null.into_iter().chain(storage::afterwards(fact)).collect();
    }
    if comes_along(fact, context) {
        return apart(fact, context);
    }
    let add = format!("{} ADD COLUMN {}", alter_table(fact), definition(fact, context));
    let add = Statement::new(add);
    let default = default::folded(fact, context);
    let is_stored = fact.text("generated").starts_with("STORED");
    let rewrites = is_stored || fact.get("identity").is_some() || default.is_some_and(danger::is_volatile);
    let mut statements = vec![match rewrites && !fact.is("foreign?") {
        true => danger::rewriting(add, fact),
        false => add,
    }];
    statements.extend(afterwards(fact));
    statements
}

/// Returns what has to be said of a new column after it is there.
pub(super) fn afterwards(fact: &Fact) -> impl Iterator<Item = Statement> {
    not_null::afterwards(fact).into_iter().chain(storage::afterwards(fact))
}

/// The children lose a column with their parent, unless one of them keeps it.
fn drop(fact: &Fact, context: &Context<'_>) -> Vec<Statement> {
    let heirs = heirs(fact, context);
    let is_kept = heirs.iter().any(|heir| is_kept(heir, context));
    let what = format!("DROP COLUMN {}", own(fact));
    let statement = match is_kept {
        true => Statement::new(format!("ALTER TABLE ONLY {} {what}", of(fact))),
        false => Statement::new(format!("{} {what}", alter_table(fact))),
    };
    let mut statements = vec![match fact.get("generated") {
        Some(_) => statement,
        None => statement.hazard(HazardKind::DataLoss, rename::loss(fact, context)),
    }];
    if is_kept {
        let gone = heirs.into_iter().filter(|heir| context.gone.contains(&heir.identity));
        statements.extend(gone.flat_map(|heir| drop(heir, context)));
    }
    statements
}

/// Returns the columns of children that are there because of a column alone.
fn heirs<'a>(fact: &Fact, context: &'a Context<'_>) -> Vec<&'a Fact> {
    let column = |table: [&str; 2]| {
        let path = table.into_iter().chain([fact.identity.last()]);
        context.old.get(&Identity::new(Kind::Column, path))
    };
    let has_one_parent = |heir: &&Fact| {
        let parents = heir.parent.iter().flat_map(|table| context.old.children(table, Kind::Inheritance));
        let parents = parents.filter_map(|one| column([one.identity.name(2), one.identity.name(3)]));
        parents.count() == 1
    };
    let dependents = fact.parent.iter().flat_map(|table| context.old.dependents(table));
    let children = dependents.filter(|one| one.kind() == Kind::Inheritance);
    let columns = children.filter_map(|one| column([one.name(0), one.name(1)]));
    columns
        .filter(|heir| inherited_from(heir).as_ref() == Some(&fact.identity) && !heir.is("local?"))
        .filter(has_one_parent)
        .collect()
}

/// Says whether a column, or one that follows it, stays.
fn is_kept(fact: &Fact, context: &Context<'_>) -> bool {
    !context.gone.contains(&fact.identity)
        || heirs(fact, context).iter().any(|heir| is_kept(heir, context))
}

fn alter(change: &Change<'_>, context: &Context<'_>) -> Alteration {
    let new = change.new;
    if new.get("generated").is_some() && change.of("generated") {
        return Alteration::Anew;
    }
    let is_type = change.of("type") || change.of("collation");
    // What a table is divided by cannot change; its partitions keep their rows.
    if is_type && change.old.is("key?") {
        return Alteration::WholeAnew;
    }
    let mut statements = Vec::new();
    let change = *change;
    if comes_from_parent(&change, context) {
        statements.extend(not_null::changed_too(&change));
        statements.extend(storage::changes(&change));
    } else {
        let follows = followed(new, context).or_else(|| followed_attribute(new, context));
        statements.extend(self::statements(is_type, follows.is_some(), &change, context));
    }
    let tears_down = if is_type {
        TearDown::Those(stands_in_the_way)
    } else {
        TearDown::Nothing
    };
    Alteration::InPlace {
        statements,
        tears_down,
    }
}

fn statements(is_type: bool, follows: bool, change: &Change<'_>, context: &Context<'_>) -> Vec<Statement> {
    let (old, new) = (change.old, change.new);
    let mut statements = Vec::new();
    let mut alter = |what: String| statements.push(alter_column(new, &what));
    if change.of("generated") {
        alter("DROP EXPRESSION".to_owned());
    }
    if old.get("identity").is_some() && new.get("identity").is_none() {
        alter("DROP IDENTITY".to_owned());
    }
    if is_type && !follows {
        let collation = match new.get("collation") {
            Some(collation) => format!(" COLLATE {collation}"),
            None => String::new(),
        };
        let using = match new.get("generated") {
            Some(_) => String::new(),
            None if !change.of("type") || new.is("foreign?") => String::new(),
            None => using::using(change, &own(new), context),
        };
        let what = format!("TYPE {}{collation}{using}", new.text("type"));
        statements.push(retyped(alter_column(new, &what), change));
    }
    if !is_not_null_by_parent(new, context) {
        statements.extend(not_null::changes(change, context));
    }
    let mut alter = |what: String| statements.push(alter_column(new, &what));
    match (identity(old), identity(new)) {
        (None, Some(identity)) => alter(format!("ADD GENERATED {identity}")),
        (Some(_), Some(_)) => {
            for clause in identity_changes(old, new) {
                alter(clause);
            }
            statements.extend(sequence_renamed(old, new));
        }
        (_, None) => {}
    }
    statements.extend(not_null::dropped(change));
    if change.of("foreign_options") {
        let foreign = (old.text("foreign_options"), new.text("foreign_options"));
        let what = foreign_options::changes(foreign.0, foreign.1);
        statements.push(alter_column(new, what.trim_start()));
    }
    statements.extend(storage::changes(change));
    statements
}

/// Returns a change of a column's type with what it does to the rows.
fn retyped(statement: Statement, change: &Change<'_>) -> Statement {
    let (from, to) = (change.old.text("type"), change.new.text("type"));
    if change.new.is("foreign?") {
        return statement;
    }
    let holds_rows = change.new.get("generated").is_none();
    let statement = match holds_rows && retyping::narrows(from, to) {
        true => {
            let detail = format!("{}: {from} becomes {to}", change.new.identity);
            statement.hazard(HazardKind::DataLoss, detail)
        }
        false => statement,
    };
    if retyping::rewrites(from, to) {
        danger::rewriting(statement, change.new)
    } else if change.of("collation") {
        danger::locking(statement, danger::ACCESS, change.new, "its indexes are built anew")
    } else {
        statement
    }
}

/// Says whether a dependent of a column does not let its type be changed, or
/// would not be what it was afterwards.
fn stands_in_the_way(fact: &Fact) -> bool {
    match fact.kind() {
        Kind::Default
        | Kind::View
        | Kind::MaterializedView
        | Kind::Rule
        | Kind::Policy
        | Kind::Trigger
        | Kind::PublishedTable
        | Kind::Function => true,
        Kind::Column => fact.get("generated").is_some(),
        // Both of its columns have to be of types that can be compared.
        Kind::Constraint => fact.text("type") == "f",
        _ => false,
    }
}

/// Turns the rows from types and collations that go into those of the same
/// name that come.
fn take_over(change: &Change<'_>, needs: &[&Fact], context: &Context<'_>) -> Vec<Statement> {
    let (old, new) = (change.old, change.new);
    if change.of("type") || change.of("collation") || comes_from_parent(change, context) {
        return Vec::new();
    }
    let (to, own) = (new.text("type"), own(new));
    let collation = new.get("collation").map(|collation| format!(" COLLATE {collation}"));
    let of_type = needs.iter().find(|need| need.kind() != Kind::Collation);
    let using = of_type.map(|need| {
        let whole = (old.text("type") == types::name(need)).then_some(need);
        let both = whole.and_then(|old| Some((old, context.new.get(&old.identity)?)));
        let converted = both.and_then(|(old, new)| {
            (new.kind().row().converted)(&Change { old, new }, &own, context)
        });
        converted.unwrap_or_else(|| format!(" USING {own}::text::{to}"))
    });
    let what = format!("TYPE {to}{}{}", collation.unwrap_or_default(), using.unwrap_or_default());
    vec![danger::rewriting(alter_column(new, &what), new)]
}

/// Says whether the same change of a parent's column reaches this one.
fn comes_from_parent(change: &Change<'_>, context: &Context<'_>) -> bool {
    let Some(parent) = followed(change.new, context) else {
        return false;
    };
    let (Some(old), Some(new)) = (context.old.get(&parent), context.new.get(&parent)) else {
        return false;
    };
    let columns = ["type", "collation", "generated", "identity", "identity_options"];
    let mut columns = columns.into_iter().chain(not_null::INHERITED);
    columns.all(|column| {
        old.get(column) == change.old.get(column) && new.get(column) == change.new.get(column)
    })
}

/// Returns the parent's column that this one follows: its table is that
/// parent's child all the time.
fn followed(fact: &Fact, context: &Context<'_>) -> Option<Identity> {
    let parent = inherited_from(fact)?;
    let table = [parent.name(0), parent.name(1)];
    inheritance::stays(fact, table, context).then_some(parent)
}

/// Says whether a column may not be null only because a parent's may not, which its
/// table is a child of all the time.
fn is_not_null_by_parent(fact: &Fact, context: &Context<'_>) -> bool {
    let table = fact.parent.as_ref().filter(|_| not_null::is_from_parent(fact));
    let parents = table.into_iter().flat_map(|table| context.new.children(table, Kind::Inheritance));
    let mut parents = parents.map(|one| [one.identity.name(2), one.identity.name(3)]);
    parents.any(|[schema, table]| {
        let column = Identity::new(Kind::Column, [schema, table, fact.identity.last()]);
        inheritance::stays(fact, [schema, table], context)
            && context.new.get(&column).is_some_and(not_null::reaches_children)
    })
}

/// Returns the attribute that this column of a typed table stands for.
fn attribute(fact: &Fact) -> Option<Identity> {
    let path = [fact.get("type_schema?")?, fact.get("type_name?")?, fact.identity.last()];
    Some(Identity::new(Kind::Attribute, path))
}

/// Returns the attribute that this column follows: its table is of that type all
/// the time, and no statement but the type's can add, alter or drop it.
pub(super) fn followed_attribute(fact: &Fact, context: &Context<'_>) -> Option<Identity> {
    let attribute = attribute(fact)?;
    let table = fact.parent.as_ref()?;
    let of_type = |side: &Schema| Some(side.get(table)?.get("of_type")?.to_owned());
    let stays = of_type(context.old) == of_type(context.new);
    (stays && !context.made.contains(table)).then_some(attribute)
}

/// Says whether a new column comes by itself, since a parent's is made or has
/// been there.
pub(super) fn comes_along(fact: &Fact, context: &Context<'_>) -> bool {
    let is_made = |identity| context.made.contains(&identity);
    if fact.parent.clone().is_some_and(is_made) {
        return !is_named(fact);
    }
    followed(fact, context).is_some_and(is_made)
}

/// Returns what makes a new column that comes from a parent what it shall be.
pub(super) fn apart(fact: &Fact, context: &Context<'_>) -> Vec<Statement> {
    let parent = inherited_from(fact).and_then(|parent| context.new.get(&parent));
    let Some(parent) = parent.filter(|_| comes_along(fact, context)) else {
        return Vec::new();
    };
    let is_with_table = fact.parent.as_ref().is_some_and(|table| context.made.contains(table));
    let came = storage::inherited(parent, is_with_table);
    let change = Change { old: &came, new: fact };
    let mut statements = Vec::new();
    if change.of("not_null") && fact.is("not_null") && !not_null::is_from_parent(fact) {
        statements.push(not_null::set(fact));
    }
    let has_default = |column: &Fact| context.new.children(&column.identity, Kind::Default).next().is_some();
    if has_default(parent) && !has_default(fact) {
        statements.push(storage::alter_only(fact, "DROP DEFAULT"));
    }
    statements.extend(storage::changes(&change));
    statements
}

pub(super) fn inherited_from(fact: &Fact) -> Option<Identity> {
    let table = [fact.get("from_schema?")?, fact.get("from_table?")?];
    let path = table.into_iter().chain([fact.identity.last()]);
    Some(Identity::new(Kind::Column, path))
}

/// Returns how a column is generated, and its expression.
fn generated(fact: &Fact) -> Option<(&str, &str)> {
    fact.get("generated")?.split_once(' ')
}

fn identity(fact: &Fact) -> Option<String> {
    let when = match fact.get("identity")? {
        "a" => "ALWAYS",
        _ => "BY DEFAULT",
    };
    let options = fact.text("identity_options").lines().collect::<Vec<_>>();
    Some(format!("{when} AS IDENTITY ({})", options.join(" ")))
}

/// Returns the clauses that turn one identity into another.
fn identity_changes(old: &Fact, new: &Fact) -> Vec<String> {
    let mut clauses = Vec::new();
    if old.get("identity") != new.get("identity") {
        let when = match new.text("identity") {
            "a" => "ALWAYS",
            _ => "BY DEFAULT",
        };
        clauses.push(format!("SET GENERATED {when}"));
    }
    let before: Vec<&str> = old.text("identity_options").lines().collect();
    for option in new.text("identity_options").lines() {
        if !before.contains(&option) && !option.starts_with("SEQUENCE NAME") {
            clauses.push(format!("SET {option}"));
        }
    }
    clauses
}

/// Gives an identity column's sequence the name it shall have.
fn sequence_renamed(old: &Fact, new: &Fact) -> Option<Statement> {
    fn sequence(fact: &Fact) -> Option<&str> {
        let first = fact.get("identity_options")?.lines().next()?;
        first.strip_prefix("SEQUENCE NAME ")
    }
    let (old, new) = (sequence(old)?, sequence(new)?);
    // A column of the other table of this name would have kept its schema.
    let own = new.rsplit_once('.').map_or(new, |(_, own)| own);
    (old != new).then(|| Statement::new(format!("ALTER SEQUENCE {old} RENAME TO {own}")))
}

fn alter_table(fact: &Fact) -> String {
    format!("ALTER TABLE {}", of(fact))
}

fn alter_column(fact: &Fact, what: &str) -> Statement {
    Statement::new(format!("{} ALTER COLUMN {} {what}", alter_table(fact), own(fact)))
}

fn own(fact: &Fact) -> String {
    identifier(fact.identity.name(2))
}
