//! How the values of a column get another type: by a cast where PostgreSQL has
//! one, or else by way of text, which every type can be read from.

use super::retyping::Shape;
use super::{Kind, types};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::schema::Schema;

/// Built-in types that are cast into each other; the others have casts to and
/// from strings alone.
/// Source: <https://www.postgresql.org/docs/current/catalog-pg-cast.html>, and its rows.
const FAMILIES: &[&[&str]] = &[
    &[
        "smallint",
        "integer",
        "bigint",
        "numeric",
        "real",
        "double precision",
    ],
    &["integer", "boolean"],
    &["integer", "bigint", "bit"],
    &["bit", "bit varying"],
    &["integer", "bigint", "numeric", "money"],
    &[
        "date",
        "timestamp without time zone",
        "timestamp with time zone",
    ],
    &[
        "time without time zone",
        "time with time zone",
        "timestamp with time zone",
    ],
    &["time without time zone", "timestamp without time zone"],
    &["time without time zone", "interval"],
    &["json", "jsonb"],
    &["jsonb", "boolean"],
    &["jsonb", "smallint"],
    &["jsonb", "integer"],
    &["jsonb", "bigint"],
    &["jsonb", "numeric"],
    &["inet", "cidr"],
    &["macaddr", "macaddr8"],
    &["bytea"],
    &["uuid"],
    &["xml"],
    &["tsvector"],
    &["tsquery"],
    &["point"],
    &["int4range", "int4multirange"],
    &["int8range", "int8multirange"],
    &["numrange", "nummultirange"],
    &["daterange", "datemultirange"],
    &["tsrange", "tsmultirange"],
    &["tstzrange", "tstzmultirange"],
];

const STRINGS: &[&str] = &["text", "character varying", "character", "name", "\"char\""];

/// Returns the clause that turns the values of a column into those of another
/// type.
pub(super) fn using(change: &Change<'_>, column: &str, context: &Context<'_>) -> String {
    let (from, to) = (change.old.text("type"), change.new.text("type"));
    let cast = Identity::new(Kind::Cast, [from, to]);
    let has_cast = context.old.contains(&cast) || context.new.contains(&cast);
    let is_own = is_own(context.old, change.old) || is_own(context.new, change.new);
    let is_direct = has_cast
        || !is_own && is_direct(base(context.old, change.old), base(context.new, change.new));
    let text = if is_direct { "" } else { "::text" };
    format!(" USING {column}{text}::{to}")
}

/// Says whether a column is of a type that has only the casts that are made for it.
fn is_own(schema: &Schema, column: &Fact) -> bool {
    let mut needs = schema.needs(&column.identity);
    needs.any(|need| matches!(need.kind(), Kind::Enum | Kind::Composite | Kind::Range))
}

/// Returns the type that a column's values are of, which a domain only limits.
fn base<'a>(schema: &'a Schema, fact: &'a Fact) -> &'a str {
    let name = fact.text("type");
    let needs = schema.needs(&fact.identity);
    let mut facts = needs.filter_map(|need| schema.get(need));
    match facts.find(|need| need.kind() == Kind::Domain && types::name(need) == name) {
        Some(domain) => base(schema, domain),
        None => name,
    }
}

/// Says whether PostgreSQL casts one type into another. Of types that it does
/// not have itself it is hoped.
fn is_direct(from: &str, to: &str) -> bool {
    let (from, to) = (Shape::of(from), Shape::of(to));
    let is_string = |shape: &Shape<'_>| STRINGS.contains(&shape.name.as_str());
    if from.array != to.array {
        let is_text = |shape: &Shape<'_>| shape.array.is_empty() && is_string(shape);
        return is_text(&from) || is_text(&to);
    }
    if from.name == to.name || is_string(&from) || is_string(&to) {
        return true;
    }
    let is_in = |family: &&[&str], shape: &Shape<'_>| family.contains(&shape.name.as_str());
    let is_known = |shape| FAMILIES.iter().any(|family| is_in(family, shape));
    !(is_known(&from) && is_known(&to))
        || FAMILIES
            .iter()
            .any(|family| is_in(family, &from) && is_in(family, &to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, to: &str, direct: bool) {
        assert_eq!(is_direct(from, to), direct, "{from} to {to}");
    }

    #[test]
    fn what_has_a_cast_takes_no_detour() {
        check("integer", "bigint", true);
        check("character varying(20)", "date", true);
        check("uuid", "text", true);
        check("text", "integer[]", true);
        check("integer[]", "numeric(10,2)[]", true);
        check("timestamp(3) without time zone", "date", true);
        check("public.geometry", "public.geography", true);
        check("public.geometry", "bytea", true);
    }

    #[test]
    fn what_has_none_goes_by_way_of_text() {
        check("date", "bytea", false);
        check("boolean", "bigint", false);
        check("numeric(10,2)", "integer[]", false);
        check("date[]", "uuid[]", false);
        check("int4range", "int8range", false);
        check("date", "time without time zone", false);
    }
}
