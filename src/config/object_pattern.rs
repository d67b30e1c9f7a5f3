//! Which objects of a schema are meant, by their names.

use glob::Pattern;

use super::kind::Mismatch;

/// A pattern for `schema.name`: `*` is any text, `?` one character, `[ab]` one of
/// several, `[!ab]` another one. A dot is a character like any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectPattern(Pattern);

/// Returns the pattern that a text is.
///
/// # Errors
///
/// [`Mismatch::Pattern`]
pub(super) fn parse(text: &str) -> Result<ObjectPattern, Mismatch> {
    let pattern = Pattern::new(text).map_err(|_| Mismatch::Pattern)?;
    Ok(ObjectPattern(pattern))
}

impl ObjectPattern {
    pub fn matches(&self, name: &str) -> bool {
        self.0.matches(name)
    }

    /// Says whether it is for objects of this very schema, such as `app.*`.
    pub fn is_within(&self, schema: &str) -> bool {
        let head = self.0.as_str().split_once('.').map(|(head, _)| head);
        head == Some(schema)
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, name: &str, expected: bool) {
        let matches = parse(pattern).map(|pattern| pattern.matches(name));
        assert_eq!(matches, Ok(expected), "{pattern} {name}");
    }

    #[test]
    fn a_pattern_is_for_the_whole_name() {
        check("public.users", "public.users", true);
        check("users", "public.users", false);
        check("public.*", "public.users", true);
        check("*.users", "public.users", true);
        check("*", "public.users", true);
        check("public.user?", "public.users", true);
        check("public.[a-t]*", "public.users", false);
        check("public.[!a-t]*", "public.users", true);
        check("public.*", "public", false);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        assert_eq!(parse("public.["), Err(Mismatch::Pattern));
        assert_eq!(parse("public.***"), Err(Mismatch::Pattern));
    }

    #[test]
    fn a_pattern_may_be_for_one_schema() {
        let is_within = |text| parse(text).is_ok_and(|one| one.is_within("app"));
        assert!(is_within("app.*"));
        assert!(is_within("app.users"));
        assert!(!is_within("*.users"));
        assert!(!is_within("app"));
    }
}
