//! What is said about revisions that form no graph.

use super::listing::{ids, mentioned, names, with_places};
use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;
use crate::revision::{BadLabel, Duplicate, GraphError, Mention, StillThere, UnknownReference};

/// Returns what is said about a graph that cannot be built.
pub fn diagnostic(error: &GraphError) -> Diagnostic {
    match error {
        GraphError::DuplicateId(found) => duplicates("duplicate-id", found, "revision id", "used")
            .hint("give each file an id of its own in its line `-- revision:`"),
        GraphError::ReplacedHasFile(found) => still_there(
            "replaced-has-file",
            found,
            |found| {
                format!(
                    "revision `{}` replaces `{}`, which still has a file",
                    found.used_by.revision, found.id
                )
            },
            "several replaced revisions still have a file",
        )
        .hint("delete the replaced file, or take its id out of the line `-- replaces:`"),
        GraphError::ReplacedTwice(found) => {
            duplicates("replaced-twice", found, "revision", "replaced")
                .hint("leave the id in one line `-- replaces:` only")
        }
        GraphError::BadLabel(found) => bad_labels(found)
            .hint("use a label of letters, digits, `_` and `.` in the line `-- branch:`"),
        GraphError::LabelIsId(found) => still_there(
            "label-is-id",
            found,
            |found| format!("branch label `{}` is also a revision id", found.id),
            "several branch labels are also revision ids",
        )
        .hint("rename the label in the line `-- branch:`"),
        GraphError::DuplicateLabel(found) => {
            duplicates("duplicate-label", found, "branch label", "declared")
                .hint("declare a label once; the revisions after it carry it, too")
        }
        GraphError::UnknownDownRevision(found) => unknown(
            "unknown-down-revision",
            found,
            "revises",
            "which has no file",
        )
        .hint("restore the missing file, or correct the line `-- revises:` of this one"),
        GraphError::UnknownDependency(found) => unknown(
            "unknown-dependency",
            found,
            "depends on",
            "which is neither a revision nor a branch label",
        )
        .hint("restore the missing file, or correct the line `-- depends-on:` of this one"),
        GraphError::SelfLoop(found) => loops("self-loop", found, "revises itself")
            .hint("correct the line `-- revises:`; without one the revision is a base"),
        GraphError::DependencyLoop(found) => loops("dependency-loop", found, "depends on itself")
            .hint("correct the line `-- depends-on:`"),
        GraphError::Cycle(members) => cycle(
            "cycle",
            members,
            format!("revisions {} form a cycle", members_of(members)),
        ),
        GraphError::DependencyCycle(members) => cycle(
            "dependency-cycle",
            members,
            format!(
                "revisions {} form a cycle through their dependencies",
                members_of(members)
            ),
        ),
    }
}

fn invalid(code: &'static str, title: String) -> Diagnostic {
    Diagnostic::error(code, Exit::Invalid, title)
}

fn duplicates(code: &'static str, found: &[Duplicate], noun: &str, verb: &str) -> Diagnostic {
    let title = match found {
        [one] => format!("{noun} `{}` is {verb} {} times", one.name, one.places.len()),
        several => {
            let names = names(several.iter().map(|one| one.name.as_str()));
            format!("{noun}s {names} are {verb} several times")
        }
    };
    let places: Vec<Place> = found
        .iter()
        .flat_map(|one| &one.places)
        .map(mentioned)
        .collect();
    with_places(invalid(code, title), places.into_iter())
}

fn still_there(
    code: &'static str,
    found: &[StillThere],
    one: fn(&StillThere) -> String,
    several: &str,
) -> Diagnostic {
    let title = match found {
        [only] => one(only),
        _ => several.to_owned(),
    };
    let pairs = found.iter().flat_map(|found| [&found.used_by, &found.file]);
    let places: Vec<Place> = pairs.map(mentioned).collect();
    with_places(invalid(code, title), places.into_iter())
}

fn bad_labels(found: &[BadLabel]) -> Diagnostic {
    let labels = names(found.iter().map(|bad| bad.label.as_str()));
    let title = match found {
        [_] => format!("branch label {labels} cannot be told from a target"),
        _ => format!("branch labels {labels} cannot be told from targets"),
    };
    with_places(
        invalid("bad-label", title),
        found.iter().map(|bad| mentioned(&bad.by)),
    )
}

fn unknown(code: &'static str, found: &[UnknownReference], verb: &str, fault: &str) -> Diagnostic {
    let title = match found {
        [one] => format!(
            "revision `{}` {verb} `{}`, {fault}",
            one.by.revision, one.name
        ),
        several => format!("{} references name no revision", several.len()),
    };
    let diagnostic = with_places(
        invalid(code, title),
        found.iter().map(|one| mentioned(&one.by)),
    );
    match found {
        [
            UnknownReference {
                nearest: Some(nearest),
                ..
            },
        ] => diagnostic.hint(format!("is `{nearest}` meant?")),
        _ => diagnostic,
    }
}

fn loops(code: &'static str, found: &[Mention], fault: &str) -> Diagnostic {
    let title = match found {
        [one] => format!("revision `{}` {fault}", one.revision),
        several => format!("each of revisions {} {fault}", members_of(several)),
    };
    with_places(invalid(code, title), found.iter().map(mentioned))
}

fn cycle(code: &'static str, members: &[Mention], title: String) -> Diagnostic {
    with_places(invalid(code, title), members.iter().map(mentioned))
        .hint("correct one of these lines, so that the first revision stands on none of the others")
}

fn members_of(mentions: &[Mention]) -> String {
    ids(mentions.iter().map(|mention| &mention.revision))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::language::build;

    #[track_caller]
    fn shown(line: &str) -> String {
        let error = build(line).expect_err(line);
        let diagnostic = diagnostic(&error);
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    #[test]
    fn duplicate_id() {
        insta::assert_snapshot!(shown("a <- b, +a"), @"
        seaworthy: error[duplicate-id]: revision id `a` is used 2 times
          --> migrations/a.sql:3:14   revision `a`
           3 | -- revision: a
             |              ^
          --> migrations/a.sql:3:14   revision `a`
           3 | -- revision: a
             |              ^

          hint: give each file an id of its own in its line `-- revision:`
        exit 65
        ");
    }

    #[test]
    fn duplicate_ids() {
        insta::assert_snapshot!(shown("a <- b, +a, +b, +a"), @"
        seaworthy: error[duplicate-id]: revision ids `a` and `b` are used several times
          --> migrations/a.sql:3:14   revision `a`
           3 | -- revision: a
             |              ^
          --> migrations/a.sql:3:14   revision `a`
           3 | -- revision: a
             |              ^
          --> migrations/a.sql:3:14   revision `a`
           3 | -- revision: a
             |              ^
          --> migrations/b.sql:3:14   revision `b`
           3 | -- revision: b
             |              ^
          --> migrations/b.sql:3:14   revision `b`
           3 | -- revision: b
             |              ^

          hint: give each file an id of its own in its line `-- revision:`
        exit 65
        ");
    }

    #[test]
    fn replaced_has_file() {
        insta::assert_snapshot!(shown("a <- s [replaces a, b]"), @"
        seaworthy: error[replaced-has-file]: revision `s` replaces `a`, which still has a file
          --> migrations/s.sql:5:14   revision `s`
           5 | -- replaces: a, b
             |              ^
          --> migrations/a.sql:3:14   revision `a`
           3 | -- revision: a
             |              ^

          hint: delete the replaced file, or take its id out of the line `-- replaces:`
        exit 65
        ");
    }

    #[test]
    fn replaced_have_files() {
        insta::assert_snapshot!(shown("a, b, s [replaces a, b]"), @"
        seaworthy: error[replaced-has-file]: several replaced revisions still have a file
          --> migrations/s.sql:4:14   revision `s`
           4 | -- replaces: a, b
             |              ^
          --> migrations/a.sql:3:14   revision `a`
           3 | -- revision: a
             |              ^
          --> migrations/s.sql:4:17   revision `s`
           4 | -- replaces: a, b
             |                 ^
          --> migrations/b.sql:3:14   revision `b`
           3 | -- revision: b
             |              ^

          hint: delete the replaced file, or take its id out of the line `-- replaces:`
        exit 65
        ");
    }

    #[test]
    fn replaced_twice() {
        insta::assert_snapshot!(shown("s [replaces a], t [replaces a]"), @"
        seaworthy: error[replaced-twice]: revision `a` is replaced 2 times
          --> migrations/s.sql:4:14   revision `s`
           4 | -- replaces: a
             |              ^
          --> migrations/t.sql:4:14   revision `t`
           4 | -- replaces: a
             |              ^

          hint: leave the id in one line `-- replaces:` only
        exit 65
        ");
    }

    #[test]
    fn bad_label() {
        insta::assert_snapshot!(shown("a#x-1"), @"
        seaworthy: error[bad-label]: branch label `x-1` cannot be told from a target
          --> migrations/a.sql:4:12   revision `a`
           4 | -- branch: x-1
             |            ^

          hint: use a label of letters, digits, `_` and `.` in the line `-- branch:`
        exit 65
        ");
    }

    #[test]
    fn bad_labels() {
        insta::assert_snapshot!(shown("a#head, b#x@y"), @"
        seaworthy: error[bad-label]: branch labels `head` and `x@y` cannot be told from targets
          --> migrations/a.sql:4:12   revision `a`
           4 | -- branch: head
             |            ^
          --> migrations/b.sql:4:12   revision `b`
           4 | -- branch: x@y
             |            ^

          hint: use a label of letters, digits, `_` and `.` in the line `-- branch:`
        exit 65
        ");
    }

    #[test]
    fn label_is_id() {
        insta::assert_snapshot!(shown("a <- b#a"), @"
        seaworthy: error[label-is-id]: branch label `a` is also a revision id
          --> migrations/b.sql:5:12   revision `b`
           5 | -- branch: a
             |            ^
          --> migrations/a.sql:3:14   revision `a`
           3 | -- revision: a
             |              ^

          hint: rename the label in the line `-- branch:`
        exit 65
        ");
    }

    #[test]
    fn duplicate_label() {
        insta::assert_snapshot!(shown("a#shop <- b#shop"), @"
        seaworthy: error[duplicate-label]: branch label `shop` is declared 2 times
          --> migrations/a.sql:4:12   revision `a`
           4 | -- branch: shop
             |            ^
          --> migrations/b.sql:5:12   revision `b`
           5 | -- branch: shop
             |            ^

          hint: declare a label once; the revisions after it carry it, too
        exit 65
        ");
    }

    #[test]
    fn unknown_down_revision() {
        insta::assert_snapshot!(shown("77c0aa, b [revises 77c0ab]"), @"
        seaworthy: error[unknown-down-revision]: revision `b` revises `77c0ab`, which has no file
          --> migrations/b.sql:4:13   revision `b`
           4 | -- revises: 77c0ab
             |             ^

          hint: is `77c0aa` meant?
          hint: restore the missing file, or correct the line `-- revises:` of this one
        exit 65
        ");
    }

    #[test]
    fn unknown_down_revisions() {
        insta::assert_snapshot!(shown("b [revises x], c [revises y]"), @"
        seaworthy: error[unknown-down-revision]: 2 references name no revision
          --> migrations/b.sql:4:13   revision `b`
           4 | -- revises: x
             |             ^
          --> migrations/c.sql:4:13   revision `c`
           4 | -- revises: y
             |             ^

          hint: restore the missing file, or correct the line `-- revises:` of this one
        exit 65
        ");
    }

    #[test]
    fn unknown_dependency() {
        insta::assert_snapshot!(shown("a#shop, b [needs shap]"), @"
        seaworthy: error[unknown-dependency]: revision `b` depends on `shap`, which is neither a revision nor a branch label
          --> migrations/b.sql:4:16   revision `b`
           4 | -- depends-on: shap
             |                ^

          hint: is `shop` meant?
          hint: restore the missing file, or correct the line `-- depends-on:` of this one
        exit 65
        ");
    }

    #[test]
    fn self_loop() {
        insta::assert_snapshot!(shown("a [revises a]"), @"
        seaworthy: error[self-loop]: revision `a` revises itself
          --> migrations/a.sql:4:13   revision `a`
           4 | -- revises: a
             |             ^

          hint: correct the line `-- revises:`; without one the revision is a base
        exit 65
        ");
    }

    #[test]
    fn self_loops() {
        insta::assert_snapshot!(shown("a [revises a], b [revises b]"), @"
        seaworthy: error[self-loop]: each of revisions `a` and `b` revises itself
          --> migrations/a.sql:4:13   revision `a`
           4 | -- revises: a
             |             ^
          --> migrations/b.sql:4:13   revision `b`
           4 | -- revises: b
             |             ^

          hint: correct the line `-- revises:`; without one the revision is a base
        exit 65
        ");
    }

    #[test]
    fn replaced_loop() {
        insta::assert_snapshot!(shown("a [revises x] [replaces x]"), @"
        seaworthy: error[self-loop]: revision `a` revises itself
          --> migrations/a.sql:4:13   revision `a`
           4 | -- revises: x
             |             ^

          hint: correct the line `-- revises:`; without one the revision is a base
        exit 65
        ");
    }

    #[test]
    fn dependency_loop() {
        insta::assert_snapshot!(shown("a#x [needs x]"), @"
        seaworthy: error[dependency-loop]: revision `a` depends on itself
          --> migrations/a.sql:4:16   revision `a`
           4 | -- depends-on: x
             |                ^

          hint: correct the line `-- depends-on:`
        exit 65
        ");
    }

    #[test]
    fn cycle() {
        insta::assert_snapshot!(shown("a <- b <- c <- a, c <- d"), @"
        seaworthy: error[cycle]: revisions `a`, `c` and `b` form a cycle
          --> migrations/a.sql:4:13   revision `a`
           4 | -- revises: c
             |             ^
          --> migrations/c.sql:4:13   revision `c`
           4 | -- revises: b
             |             ^
          --> migrations/b.sql:4:13   revision `b`
           4 | -- revises: a
             |             ^

          hint: correct one of these lines, so that the first revision stands on none of the others
        exit 65
        ");
    }

    #[test]
    fn dependency_cycle() {
        insta::assert_snapshot!(shown("a <- b, x <- y#ys [needs b], a [needs ys]"), @"
        seaworthy: error[dependency-cycle]: revisions `a`, `y` and `b` form a cycle through their dependencies
          --> migrations/a.sql:4:16   revision `a`
           4 | -- depends-on: ys
             |                ^
          --> migrations/y.sql:5:16   revision `y`
           5 | -- depends-on: b
             |                ^
          --> migrations/b.sql:4:13   revision `b`
           4 | -- revises: a
             |             ^

          hint: correct one of these lines, so that the first revision stands on none of the others
        exit 65
        ");
    }

    #[test]
    fn many() {
        insta::assert_snapshot!(shown("z, b0 [revises x0], b1 [revises x1], b2 [revises x2], b3 [revises x3], b4 [revises x4], b5 [revises x5], b6 [revises x6], b7 [revises x7], b8 [revises x8], b9 [revises x9], b10 [revises x10]"), @"
        seaworthy: error[unknown-down-revision]: 11 references name no revision
          --> migrations/b0.sql:4:13   revision `b0`
           4 | -- revises: x0
             |             ^
          --> migrations/b1.sql:4:13   revision `b1`
           4 | -- revises: x1
             |             ^
          --> migrations/b2.sql:4:13   revision `b2`
           4 | -- revises: x2
             |             ^
          --> migrations/b3.sql:4:13   revision `b3`
           4 | -- revises: x3
             |             ^
          --> migrations/b4.sql:4:13   revision `b4`
           4 | -- revises: x4
             |             ^
          --> migrations/b5.sql:4:13   revision `b5`
           4 | -- revises: x5
             |             ^
          --> migrations/b6.sql:4:13   revision `b6`
           4 | -- revises: x6
             |             ^
          --> migrations/b7.sql:4:13   revision `b7`
           4 | -- revises: x7
             |             ^
          cause: the same holds for 3 more

          hint: restore the missing file, or correct the line `-- revises:` of this one
        exit 65
        ");
    }
}
