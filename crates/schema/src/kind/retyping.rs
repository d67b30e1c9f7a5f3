//! What a change of a column's type does to its rows. Whether a table has to be
//! written anew was measured on PostgreSQL 15, with the `USING` that the plan
//! writes; what is not known here is taken for the worse.

/// A type as `format_type` prints it: its name, and what stands in brackets.
pub(super) struct Shape<'a> {
    pub(super) name: String,
    /// Length, precision, scale; empty for no limit.
    limits: Vec<u32>,
    pub(super) array: &'a str,
}

impl<'a> Shape<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let plain = text.trim_end_matches("[]");
        let array = &text[plain.len()..];
        let limits = |inside: &str| inside.split(',').flat_map(str::parse).collect();
        let (name, limits) = match plain.split_once('(') {
            Some((before, rest)) => {
                let (inside, behind) = rest.split_once(')').unwrap_or((rest, ""));
                (format!("{before}{behind}"), limits(inside))
            }
            None => (plain.to_owned(), Vec::new()),
        };
        Self {
            name,
            limits,
            array,
        }
    }

    /// Says whether its limits leave room for whatever those of another do.
    fn holds(&self, other: &Self) -> bool {
        match (&self.limits[..], &other.limits[..]) {
            ([], _) => true,
            (_, []) => false,
            ([precision, scale], [before, scale_before]) => {
                scale >= scale_before
                    && precision - scale.min(precision) >= before - scale_before.min(before)
            }
            ([limit, ..], [before, ..]) => limit >= before,
        }
    }

    fn is_moment(&self) -> bool {
        self.name.starts_with("time") || self.name == "interval"
    }

    /// Returns how many digits before the point a number has at most.
    fn digits(&self) -> Option<u32> {
        match self.name.as_str() {
            "smallint" => Some(5),
            "integer" => Some(10),
            "bigint" => Some(19),
            _ => None,
        }
    }
}

/// Says whether the server writes the whole table anew.
pub(super) fn rewrites(from: &str, to: &str) -> bool {
    if from == to {
        return false;
    }
    let (from, to) = (Shape::of(from), Shape::of(to));
    if !from.array.is_empty() || !to.array.is_empty() {
        return true;
    }
    match (from.name.as_str(), to.name.as_str()) {
        ("character varying" | "xml", "text")
        | ("cidr", "inet")
        | ("oid", "integer")
        | ("integer", "oid") => false,
        ("text", "character varying") => !to.limits.is_empty(),
        ("numeric", "numeric") => {
            let is_same_scale = to.limits.get(1) == from.limits.get(1);
            !(to.limits.is_empty() || is_same_scale && to.holds(&from))
        }
        (before, after) if before == after => {
            let widens = matches!(after, "character varying" | "bit varying") || to.is_moment();
            !(widens && to.holds(&from))
        }
        _ => true,
    }
}

/// Says whether values may lose something on the way, without an error.
pub(super) fn narrows(from: &str, to: &str) -> bool {
    const TEXTS: [&str; 3] = ["text", "character varying", "character"];
    const FLOATS: [&str; 2] = ["double precision", "real"];
    let (from, to) = (Shape::of(from), Shape::of(to));
    let (before, after) = (from.name.as_str(), to.name.as_str());
    let is_number = |shape: &Shape<'_>| {
        let name = shape.name.as_str();
        shape.digits().is_some() || name == "numeric" || FLOATS.contains(&name)
    };
    if before == after || TEXTS.contains(&before) && TEXTS.contains(&after) {
        return !to.holds(&from);
    }
    if is_number(&from) && is_number(&to) {
        return match (from.digits(), to.digits(), after) {
            (Some(before), Some(after), _) => after < before,
            (None, Some(_), _) => true,
            // The digits that a float keeps.
            (Some(digits), None, "real") => digits > 5,
            (Some(digits), None, "double precision") => digits > 10,
            (Some(digits), None, _) => match to.limits[..] {
                [precision, scale] => precision < digits + scale,
                _ => false,
            },
            (None, None, "numeric") => !to.limits.is_empty(),
            (None, None, _) => before != "real",
        };
    }
    if before.starts_with("timestamp") && (after == "date" || to.is_moment()) {
        return after != "timestamp with time zone" || !to.holds(&from);
    }
    matches!((before, after), ("inet", "cidr") | ("bit varying", "bit"))
        || TEXTS.contains(&after) && !to.limits.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, to: &str, does_rewrite: bool, does_narrow: bool) {
        let found = (rewrites(from, to), narrows(from, to));
        assert_eq!(found, (does_rewrite, does_narrow), "{from} -> {to}");
    }

    #[test]
    fn texts() {
        check(
            "character varying(10)",
            "character varying(20)",
            false,
            false,
        );
        check("character varying(20)", "character varying(10)", true, true);
        check("character varying(10)", "text", false, false);
        check("text", "character varying", false, false);
        check("text", "character varying(10)", true, true);
        check("character(5)", "character(8)", true, false);
        check("character(5)", "character varying(5)", true, false);
        check("integer", "text", true, false);
        check("integer", "character varying(3)", true, true);
        check("text", "integer", true, false);
        check(
            "character varying(5)[]",
            "character varying(8)[]",
            true,
            false,
        );
        check("bit varying(3)", "bit varying", false, false);
        check("bit varying(8)", "bit(8)", true, true);
    }

    #[test]
    fn numbers() {
        check("integer", "bigint", true, false);
        check("bigint", "integer", true, true);
        check("integer", "double precision", true, false);
        check("bigint", "double precision", true, true);
        check("integer", "real", true, true);
        check("double precision", "integer", true, true);
        check("double precision", "real", true, true);
        check("real", "double precision", true, false);
        check("integer", "numeric(12,2)", true, false);
        check("integer", "numeric(10,2)", true, true);
        check("integer", "numeric", true, false);
        check("numeric", "double precision", true, true);
        check("numeric(10,2)", "numeric(12,2)", false, false);
        check("numeric(10,2)", "numeric(12,4)", true, false);
        check("numeric(10,2)", "numeric(11,4)", true, true);
        check("numeric(10,2)", "numeric(12,1)", true, true);
        check("numeric(10,2)", "numeric", false, false);
        check("numeric", "numeric(10,2)", true, true);
        check("integer", "oid", false, false);
    }

    #[test]
    fn moments_and_addresses() {
        let zoneless = "timestamp without time zone";
        check("timestamp(3) without time zone", zoneless, false, false);
        check(zoneless, "timestamp(3) without time zone", true, true);
        check(zoneless, "timestamp with time zone", true, false);
        check("timestamp with time zone", zoneless, true, true);
        check(zoneless, "date", true, true);
        check("date", zoneless, true, false);
        check("cidr", "inet", false, false);
        check("inet", "cidr", true, true);
        check("public.rig", "public.rig", false, false);
        check("public.rig", "text", true, false);
    }
}
