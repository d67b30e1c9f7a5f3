//! What is said about a range that holds no revisions.

use crate::diagnostic::Diagnostic;
use crate::error::listing::{located, names, with_places};
use crate::exit::Exit;
use crate::revision::{Located, TargetRange};

pub(super) fn several_ends(range: &TargetRange, ends: &[Located]) -> Diagnostic {
    let title = format!(
        "range `{range}` is ambiguous: its steps count from {} revisions",
        ends.len()
    );
    with_places(
        Diagnostic::error("ambiguous-range", Exit::Invalid, title),
        ends.iter().map(located),
    )
    .hint("name the one to count from")
}

pub(super) fn no_way(range: &TargetRange, from: &Located, to: &[Located]) -> Diagnostic {
    let title = match to {
        [] => format!("range `{range}` ends at the base, below its start"),
        [end] => format!(
            "range `{range}` does not lead upwards: `{}` does not stand on `{}`",
            end.revision, from.revision
        ),
        ends => format!(
            "range `{range}` does not lead upwards: none of {} stands on `{}`",
            names(ends.iter().map(|end| end.revision.as_str())),
            from.revision
        ),
    };
    let places: Vec<_> = std::iter::once(from).chain(to).map(located).collect();
    with_places(
        Diagnostic::error("no-such-range", Exit::Invalid, title),
        places.into_iter(),
    )
    .hint("put the older revision before the `:`, and the newer one of the same branch after it")
}

#[cfg(test)]
mod tests {
    use crate::error::target::select;
    use crate::revision::Standpoint;
    use crate::revision::language::graph;

    #[track_caller]
    fn refused(line: &str, range: &str) -> String {
        let graph = graph(line);
        let range = range.parse().expect(range);
        let error = graph
            .range(&range, Standpoint::At(&[]))
            .expect_err("no range");
        let diagnostic = select(&error);
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    #[test]
    fn several_ends() {
        insta::assert_snapshot!(refused("a <- b, a <- c", "-1:"), @"
        seaworthy: error[ambiguous-range]: range `-1:` is ambiguous: its steps count from 2 revisions
          --> migrations/b.sql   revision `b`, revises `a`
          --> migrations/c.sql   revision `c`, revises `a`

          hint: name the one to count from
        exit 65
        ");
    }

    #[test]
    fn no_way() {
        insta::assert_snapshot!(refused("a <- b, a <- c", "b:c"), @"
        seaworthy: error[no-such-range]: range `b:c` does not lead upwards: `c` does not stand on `b`
          --> migrations/b.sql   revision `b`, revises `a`
          --> migrations/c.sql   revision `c`, revises `a`

          hint: put the older revision before the `:`, and the newer one of the same branch after it
        exit 65
        ");
    }

    #[test]
    fn no_way_to_any_end() {
        insta::assert_snapshot!(refused("a#as <- b, a <- c, x", "x:as@heads"), @"
        seaworthy: error[no-such-range]: range `x:as@heads` does not lead upwards: none of `b` and `c` stands on `x`
          --> migrations/x.sql   revision `x`, a base
          --> migrations/b.sql   revision `b`, revises `a`
          --> migrations/c.sql   revision `c`, revises `a`

          hint: put the older revision before the `:`, and the newer one of the same branch after it
        exit 65
        ");
    }

    #[test]
    fn no_way_down() {
        insta::assert_snapshot!(refused("a <- b", "b:base"), @"
        seaworthy: error[no-such-range]: range `b:base` ends at the base, below its start
          --> migrations/b.sql   revision `b`, revises `a`

          hint: put the older revision before the `:`, and the newer one of the same branch after it
        exit 65
        ");
    }
}
