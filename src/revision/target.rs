//! The grammar of targets: `head`, `+1`, `shop@head`, `a:b`.
//!
//! A target is parsed once, from its text alone; what it names is found out
//! later, by [`Graph::select`](super::Graph::select). The grammar is Alembic's,
//! without the inputs that it takes by accident (`head+x`, `+0`, `heads-1`).

use std::fmt::{self, Display};
use std::str::FromStr;

/// `[BRANCH@]POINT[+N|-N]`, or `[BRANCH@]+N|-N` from the current state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// A branch label, or a revision that stands for its lineage.
    pub branch: Option<String>,
    pub point: Point,
    /// Revisions up (positive) or down (negative) from the point.
    pub steps: i32,
}

/// Where a target starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Point {
    /// What the database has applied: `current`, and `+N` or `-N` alone.
    Current,
    Head,
    Heads,
    Base,
    /// A full id, a unique prefix of one, or a branch label.
    Named(String),
}

/// `A:B`, `A:`, `:B` or `:`; an end that is not named is open.
///
/// Steps alone count from the other end: `-3:B` starts three revisions below
/// `B`, `A:+2` ends two above `A`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetRange {
    pub from: Option<Target>,
    pub to: Option<Target>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    #[error("a target is empty")]
    Empty,
    #[error("target `{0}` names no branch before `@`")]
    NoBranch(String),
    #[error("target `{0}` names nothing after `@`")]
    NothingAfterBranch(String),
    #[error("target `{0}` has more than one `@`")]
    SeveralBranches(String),
    #[error("target `{0}` has a sign without a number")]
    NoNumber(String),
    #[error("target `{0}` goes no step")]
    NoSteps(String),
    #[error("target `{0}` goes too many steps")]
    TooManySteps(String),
    #[error("target `{0}` starts from several heads")]
    StepsFromHeads(String),
    #[error("`{character}` is not allowed in target `{target}`")]
    Character { target: String, character: char },
    #[error("`{0}` is a range, where one target is wanted")]
    Range(String),
    #[error("`{0}` is not a range of two targets")]
    NotARange(String),
    /// In a range, steps alone count from its other end.
    #[error("`{0}` cannot be the end of a range")]
    StepsFromCurrent(String),
}

impl Target {
    /// Returns `head`, the target when none is named.
    pub fn head() -> Self {
        Self::at(Point::Head)
    }

    /// Returns the target that is a point itself.
    pub fn at(point: Point) -> Self {
        Self {
            branch: None,
            point,
            steps: 0,
        }
    }
}

impl TargetRange {
    /// Returns whether only a database can say where an end is.
    pub fn asks_the_database(&self) -> bool {
        let asks = |end: &Option<Target>| {
            end.as_ref()
                .is_some_and(|target| target.point == Point::Current)
        };
        match self.counted() {
            Some(Counted::From) => asks(&self.to),
            Some(Counted::To) => asks(&self.from),
            None => asks(&self.from) || asks(&self.to),
        }
    }

    /// Returns the end that counts from the other one.
    pub(super) fn counted(&self) -> Option<Counted> {
        let steps = |end: &Option<Target>| match end {
            Some(target) if target.point == Point::Current => target.steps,
            Some(_) | None => 0,
        };
        match (steps(&self.from), steps(&self.to)) {
            (..0, 0) => Some(Counted::From),
            (0, 1..) => Some(Counted::To),
            _ => None,
        }
    }
}

/// An end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    From,
    To,
}

impl Default for Target {
    fn default() -> Self {
        Self::head()
    }
}

impl FromStr for Target {
    type Err = TargetError;

    /// Parses the text of one target.
    ///
    /// # Errors
    ///
    /// Any [`TargetError`] but [`TargetError::NotARange`] and
    /// [`TargetError::StepsFromCurrent`].
    fn from_str(text: &str) -> Result<Self, TargetError> {
        let whole = || text.to_owned();
        if text.is_empty() {
            return Err(TargetError::Empty);
        }
        if text.contains(':') {
            return Err(TargetError::Range(whole()));
        }
        if let Some(character) = text.chars().find(|c| is_never_allowed(*c)) {
            return Err(TargetError::Character {
                target: whole(),
                character,
            });
        }
        let (branch, rest) = match text.split_once('@') {
            None => (None, text),
            Some(("", _)) => return Err(TargetError::NoBranch(whole())),
            Some((_, "")) => return Err(TargetError::NothingAfterBranch(whole())),
            Some((_, rest)) if rest.contains('@') => {
                return Err(TargetError::SeveralBranches(whole()));
            }
            Some((branch, rest)) => (Some(branch.to_owned()), rest),
        };
        let (name, steps) = split_steps(text, rest)?;
        let point = match name {
            "" | "current" => Point::Current,
            "head" => Point::Head,
            "heads" if steps != 0 => return Err(TargetError::StepsFromHeads(whole())),
            "heads" => Point::Heads,
            "base" => Point::Base,
            name => Point::Named(name.to_owned()),
        };
        Ok(Self {
            branch,
            point,
            steps,
        })
    }
}

/// Returns the name and the steps of what follows the branch; no sign, no steps.
///
/// Only digits at the end are steps: a branch label, unlike an id, may hold a
/// hyphen.
fn split_steps<'a>(target: &str, rest: &'a str) -> Result<(&'a str, i32), TargetError> {
    let Some(sign) = rest.rfind(['+', '-']) else {
        return Ok((rest, 0));
    };
    let (name, signed) = rest.split_at(sign);
    let digits = &signed[1..];
    if digits.is_empty() {
        return Err(TargetError::NoNumber(target.to_owned()));
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok((rest, 0));
    }
    if name.ends_with(['+', '-']) {
        return Err(TargetError::NoNumber(target.to_owned()));
    }
    match signed.parse::<i32>() {
        Ok(0) => Err(TargetError::NoSteps(target.to_owned())),
        Ok(steps) => Ok((name, steps)),
        Err(_) => Err(TargetError::TooManySteps(target.to_owned())),
    }
}

/// Returns whether no id and no label can hold this character.
fn is_never_allowed(character: char) -> bool {
    character == ',' || character.is_whitespace() || character.is_control()
}

impl FromStr for TargetRange {
    type Err = TargetError;

    /// Parses the text of a range.
    ///
    /// # Errors
    ///
    /// - [`TargetError::NotARange`] unless there is exactly one `:`.
    /// - [`TargetError::StepsFromCurrent`] for `current-1`, which would be
    ///   taken for `-1`.
    /// - Any other of [`TargetError`] for one of its ends.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        let end = |part: &str| match part {
            "" => Ok(None),
            _ if part.starts_with("current+") || part.starts_with("current-") => {
                Err(TargetError::StepsFromCurrent(part.to_owned()))
            }
            _ => part.parse().map(Some),
        };
        match text.split_once(':') {
            Some((from, to)) if !to.contains(':') => Ok(Self {
                from: end(from)?,
                to: end(to)?,
            }),
            _ => Err(TargetError::NotARange(text.to_owned())),
        }
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(branch) = &self.branch {
            write!(f, "{branch}@")?;
        }
        match &self.point {
            Point::Current if self.steps != 0 => {}
            Point::Current => f.write_str("current")?,
            Point::Head => f.write_str("head")?,
            Point::Heads => f.write_str("heads")?,
            Point::Base => f.write_str("base")?,
            Point::Named(name) => f.write_str(name)?,
        }
        match self.steps {
            0 => Ok(()),
            steps => write!(f, "{steps:+}"),
        }
    }
}

impl Display for TargetRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(from) = &self.from {
            write!(f, "{from}")?;
        }
        f.write_str(":")?;
        match &self.to {
            Some(to) => write!(f, "{to}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn target(branch: Option<&str>, point: Point, steps: i32) -> Target {
        Target {
            branch: branch.map(str::to_owned),
            point,
            steps,
        }
    }

    fn named(name: &str) -> Point {
        Point::Named(name.to_owned())
    }

    #[track_caller]
    fn check(text: &str, expected: Target) {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }

    #[track_caller]
    fn refused(text: &str, expected: fn(String) -> TargetError) {
        assert_eq!(text.parse::<Target>(), Err(expected(text.to_owned())));
    }

    #[test]
    fn a_target_is_a_branch_a_point_and_steps() {
        check("head", target(None, Point::Head, 0));
        check("heads", target(None, Point::Heads, 0));
        check("base", target(None, Point::Base, 0));
        check("current", target(None, Point::Current, 0));
        check("abc.1", target(None, named("abc.1"), 0));
        check("0001", target(None, named("0001"), 0));
        check("headers", target(None, named("headers"), 0));
        check("+1", target(None, Point::Current, 1));
        check("-12", target(None, Point::Current, -12));
        check("ab12+3", target(None, named("ab12"), 3));
        check("ab12-3", target(None, named("ab12"), -3));
        check("head-1", target(None, Point::Head, -1));
        check("base+2", target(None, Point::Base, 2));
        check("current-1", target(None, Point::Current, -1));
        check("shop@head", target(Some("shop"), Point::Head, 0));
        check("shop@heads", target(Some("shop"), Point::Heads, 0));
        check("shop@base", target(Some("shop"), Point::Base, 0));
        check("shop@+2", target(Some("shop"), Point::Current, 2));
        check("shop@-2", target(Some("shop"), Point::Current, -2));
        check("shop@ab12", target(Some("shop"), named("ab12"), 0));
        check("shop@head-1", target(Some("shop"), Point::Head, -1));
        check("ab12@cd34+1", target(Some("ab12"), named("cd34"), 1));
        check("my-shop", target(None, named("my-shop"), 0));
        check("my-shop@+1", target(Some("my-shop"), Point::Current, 1));
        check("my-shop-1", target(None, named("my-shop"), -1));
    }

    #[test]
    fn what_is_no_target_is_refused() {
        assert_eq!("".parse::<Target>(), Err(TargetError::Empty));
        refused("@head", TargetError::NoBranch);
        refused("shop@", TargetError::NothingAfterBranch);
        refused("a@b@c", TargetError::SeveralBranches);
        refused("+", TargetError::NoNumber);
        refused("ab12-", TargetError::NoNumber);
        refused("ab12--1", TargetError::NoNumber);
        refused("+0", TargetError::NoSteps);
        refused("head-00", TargetError::NoSteps);
        refused("+99999999999", TargetError::TooManySteps);
        refused("heads-1", TargetError::StepsFromHeads);
        refused("a:b", TargetError::Range);
        for character in [' ', '\t', ',', '\u{7f}'] {
            let text = format!("a{character}b");
            assert_eq!(
                text.parse::<Target>(),
                Err(TargetError::Character {
                    target: text.clone(),
                    character
                })
            );
        }
    }

    #[track_caller]
    fn check_range(text: &str, from: Option<Target>, to: Option<Target>) {
        assert_eq!(text.parse(), Ok(TargetRange { from, to }), "{text}");
    }

    #[test]
    fn a_range_has_two_ends_that_may_be_open() {
        let base = || Some(Target::at(Point::Base));
        check_range("base:head", base(), Some(Target::head()));
        check_range("base:", base(), None);
        check_range(":head", None, Some(Target::head()));
        check_range(":", None, None);
        check_range(
            "-3:current",
            Some(target(None, Point::Current, -3)),
            Some(Target::at(Point::Current)),
        );
        for text in ["head", "", "a:b:c"] {
            assert_eq!(
                text.parse::<TargetRange>(),
                Err(TargetError::NotARange(text.to_owned()))
            );
        }
        assert_eq!(
            "a:+0".parse::<TargetRange>(),
            Err(TargetError::NoSteps("+0".to_owned()))
        );
        assert_eq!(
            "current-1:head".parse::<TargetRange>(),
            Err(TargetError::StepsFromCurrent("current-1".to_owned()))
        );
    }

    #[test]
    fn only_what_counts_from_current_asks_the_database() {
        for (text, expected) in [
            (":", false),
            ("a:head", false),
            ("a:current", true),
            ("current:", true),
            ("-3:head", false),
            ("-3:", false),
            ("-3:current", true),
            ("a:+2", false),
            (":+2", false),
            ("current:+2", true),
            ("-3:+2", true),
            ("+1:", true),
            (":-1", true),
        ] {
            let range: TargetRange = text.parse().unwrap();
            assert_eq!(range.asks_the_database(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_shown_target_parses_to_itself(text in "([a-z.]{1,6}@)?(head|base|current|[a-z0-9.]{0,8})([+-][1-9][0-9]{0,3})?") {
            if let Ok(target) = text.parse::<Target>() {
                prop_assert_eq!(target.to_string().parse(), Ok(target));
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,12}") {
            let _ = text.parse::<Target>();
            let _ = text.parse::<TargetRange>();
        }
    }
}
