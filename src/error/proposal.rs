//! What is said about a new revision that does not fit into the graph.

use super::listing::{located, names, with_places};
use super::target;
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::revision::{Located, ProposalError};

pub fn diagnostic(error: &ProposalError) -> Diagnostic {
    let invalid = |code, title: String| Diagnostic::error(code, Exit::Invalid, title);
    match error {
        ProposalError::Select(error) => target::select(error),
        ProposalError::SeveralHeads(heads) => listed(
            invalid(
                "multiple-heads",
                format!("{} heads, of which a new revision revises one", heads.len()),
            ),
            heads,
        )
        .hint(match heads.first() {
            Some(first) => format!("name one of them: `--head {}`", first.revision),
            None => "name one of them with `--head`".to_owned(),
        })
        .hint(merge(heads)),
        ProposalError::NotAHead {
            revision,
            revised_by,
        } => listed(
            invalid(
                "not-a-head",
                format!(
                    "revision `{}` is no head: {} {} it",
                    revision.revision,
                    names(revised_by.iter().map(|by| by.revision.as_str())),
                    if revised_by.len() == 1 {
                        "revises"
                    } else {
                        "revise"
                    },
                ),
            ),
            revised_by,
        )
        .hint("start a new branch from it with `--splice`"),
        ProposalError::NothingToMerge(only) => {
            let diagnostic = invalid("nothing-to-merge", error.to_string());
            match only {
                Some(only) => diagnostic
                    .place(located(only))
                    .hint("name another head as well: `seaworthy heads` lists them")
                    .hint("a revision after this one is made by `seaworthy revision`"),
                None => diagnostic.hint("name the heads, or `heads` for all of them"),
            }
        }
        ProposalError::NoDependency(_) => {
            invalid("no-dependency", error.to_string()).hint("name a revision or a branch label")
        }
        ProposalError::IdTaken { id, by } => invalid(
            "id-taken",
            format!("the id `{id}` is taken by revision `{}`", by.revision),
        )
        .place(located(by))
        .hint("choose another id, or leave `--rev-id` out"),
        ProposalError::LabelTaken { label, by } => invalid(
            "label-taken",
            format!("the name `{label}` is taken by revision `{}`", by.revision),
        )
        .place(located(by))
        .hint("choose another `--branch-label`; the revisions after one carry its label, too"),
        ProposalError::LabelIsId(_) => {
            invalid("label-is-id", error.to_string()).hint("choose another `--branch-label`")
        }
    }
}

fn listed(diagnostic: Diagnostic, found: &[Located]) -> Diagnostic {
    with_places(diagnostic, found.iter().map(located))
}

fn merge(heads: &[Located]) -> String {
    let ids: Vec<&str> = heads.iter().map(|head| head.revision.as_str()).collect();
    if ids.len() > 4 {
        return "or join them: `seaworthy merge heads`".to_owned();
    }
    format!(
        "or join them: `seaworthy merge {} -m \"merge {}\"`",
        ids.join(" "),
        ids.join(" and ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::language::graph;
    use crate::revision::{RevisionId, Splice, Target};

    const FORK: &str = "aaaa <- bbbb#shop, aaaa <- cccc";

    fn shown(error: &ProposalError) -> String {
        let diagnostic = diagnostic(error);
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    fn revised(head: Option<&str>) -> String {
        let head: Option<Target> = head.map(|text| text.parse().expect("a target"));
        let graph = graph(FORK);
        shown(
            &graph
                .revised(head.as_ref(), Splice::Refused)
                .expect_err("refused"),
        )
    }

    fn merged(line: &str, named: &str) -> String {
        let named: Vec<Target> = vec![named.parse().expect("a target")];
        shown(
            &graph(line)
                .merged(&named, Splice::Refused)
                .expect_err("refused"),
        )
    }

    fn taken(id: &str, labels: &[&str]) -> String {
        let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
        let id = RevisionId::new(id).expect("an id");
        shown(&graph(FORK).check_names(&id, &labels).expect_err("taken"))
    }

    #[test]
    fn heads() {
        insta::assert_snapshot!(revised(None), @r#"
        seaworthy: error[multiple-heads]: 2 heads, of which a new revision revises one
          --> migrations/bbbb.sql   revision `bbbb`, revises `aaaa`
          --> migrations/cccc.sql   revision `cccc`, revises `aaaa`

          hint: name one of them: `--head bbbb`
          hint: or join them: `seaworthy merge bbbb cccc -m "merge bbbb and cccc"`
        exit 65
        "#);
        insta::assert_snapshot!(revised(Some("aaaa")), @"
        seaworthy: error[not-a-head]: revision `aaaa` is no head: `bbbb` and `cccc` revise it
          --> migrations/bbbb.sql   revision `bbbb`, revises `aaaa`
          --> migrations/cccc.sql   revision `cccc`, revises `aaaa`

          hint: start a new branch from it with `--splice`
        exit 65
        ");
        insta::assert_snapshot!(revised(Some("dddd")), @"
        seaworthy: error[unknown-revision]: no revision or branch is named `dddd`

          hint: each file names its revision in its `revision:` line
        exit 65
        ");
    }

    #[test]
    fn merges() {
        insta::assert_snapshot!(merged("a <- b", "heads"), @"
        seaworthy: error[nothing-to-merge]: a merge joins at least two revisions
          --> migrations/b.sql   revision `b`, revises `a`

          hint: name another head as well: `seaworthy heads` lists them
          hint: a revision after this one is made by `seaworthy revision`
        exit 65
        ");
        insta::assert_snapshot!(merged("a <- b", "base"), @"
        seaworthy: error[nothing-to-merge]: a merge joins at least two revisions

          hint: name the heads, or `heads` for all of them
        exit 65
        ");
    }

    #[test]
    fn names_that_are_taken() {
        insta::assert_snapshot!(taken("bbbb", &[]), @"
        seaworthy: error[id-taken]: the id `bbbb` is taken by revision `bbbb`
          --> migrations/bbbb.sql   revision `bbbb`, revises `aaaa`

          hint: choose another id, or leave `--rev-id` out
        exit 65
        ");
        insta::assert_snapshot!(taken("dddd", &["shop"]), @"
        seaworthy: error[label-taken]: the name `shop` is taken by revision `bbbb`
          --> migrations/bbbb.sql   revision `bbbb`, revises `aaaa`

          hint: choose another `--branch-label`; the revisions after one carry its label, too
        exit 65
        ");
        insta::assert_snapshot!(taken("dddd", &["dddd"]), @"
        seaworthy: error[label-is-id]: the branch label `dddd` is also the new revision's id

          hint: choose another `--branch-label`
        exit 65
        ");
        let base: Target = "base".parse().expect("a target");
        insta::assert_snapshot!(shown(&ProposalError::NoDependency(base)), @"
        seaworthy: error[no-dependency]: target `base` names no revision to depend on

          hint: name a revision or a branch label
        exit 65
        ");
    }

    #[test]
    fn many_heads_are_joined_by_a_word() {
        let line = "a, b, c, d, e";
        let error = graph(line)
            .revised(None, Splice::Refused)
            .expect_err("several");
        insta::assert_snapshot!(shown(&error), @"
        seaworthy: error[multiple-heads]: 5 heads, of which a new revision revises one
          --> migrations/a.sql   revision `a`, a base
          --> migrations/b.sql   revision `b`, a base
          --> migrations/c.sql   revision `c`, a base
          --> migrations/d.sql   revision `d`, a base
          --> migrations/e.sql   revision `e`, a base

          hint: name one of them: `--head a`
          hint: or join them: `seaworthy merge heads`
        exit 65
        ");
    }
}
