//! What a new revision would be: where it joins the graph, and whether its
//! names are free.
//!
//! The rules are Alembic's `revision` and `merge`, but that a merge of one
//! revision is an error (Alembic makes an ordinary child, and says nothing).

use super::{Graph, Located, Node, Point, RevisionId, SelectError, Target};

/// A revision that has no file yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub id: RevisionId,
    /// One line.
    pub message: String,
    pub down_revisions: Vec<RevisionId>,
    /// Ids or branch labels.
    pub depends_on: Vec<String>,
    pub labels: Vec<String>,
    /// Revisions whose files it makes superfluous.
    pub replaces: Vec<RevisionId>,
    pub created: String,
}

/// Whether a new revision may revise what others revise already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Splice {
    Refused,
    Allowed,
}

/// Why a new revision would not fit into a graph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProposalError {
    #[error("{0}")]
    Select(#[from] SelectError),
    #[error("there are several heads, and a new revision revises one")]
    SeveralHeads(Vec<Located>),
    #[error("revision `{}` is no head", revision.revision)]
    NotAHead {
        revision: Located,
        revised_by: Vec<Located>,
    },
    /// `None`: none at all.
    #[error("a merge joins at least two revisions")]
    NothingToMerge(Option<Located>),
    #[error("target `{0}` names no revision to depend on")]
    NoDependency(Target),
    #[error("the id `{id}` is taken")]
    IdTaken { id: RevisionId, by: Located },
    #[error("the branch label `{label}` is taken")]
    LabelTaken { label: String, by: Located },
    #[error("the branch label `{0}` is also the new revision's id")]
    LabelIsId(String),
}

impl Graph {
    /// Returns what a new revision revises: the named head, or the only one;
    /// `None` for a base.
    ///
    /// # Errors
    ///
    /// - [`ProposalError::SeveralHeads`] where none is named, or the name means several.
    /// - [`ProposalError::NotAHead`] unless splicing is allowed.
    /// - [`ProposalError::Select`] for a name that means nothing.
    pub fn revised(
        &self,
        head: Option<&Target>,
        splice: Splice,
    ) -> Result<Option<Node>, ProposalError> {
        let only = Target {
            branch: None,
            point: Point::Head,
            steps: 0,
        };
        let found = match self.select(head.unwrap_or(&only), super::Standpoint::Unknown) {
            Err(SelectError::MultipleHeads { heads, .. }) => {
                return Err(ProposalError::SeveralHeads(heads));
            }
            found => found?,
        };
        match found[..] {
            [] => Ok(None),
            [node] => {
                self.joinable(node, splice)?;
                Ok(Some(node))
            }
            _ => {
                let found = found.iter().map(|node| self.located(*node));
                Err(ProposalError::SeveralHeads(found.collect()))
            }
        }
    }

    /// Returns what a merge revises, each once, in the order named.
    ///
    /// # Errors
    ///
    /// - [`ProposalError::NothingToMerge`] for fewer than two.
    /// - [`ProposalError::NotAHead`] unless splicing is allowed.
    /// - [`ProposalError::Select`] for a name that means nothing.
    pub fn merged(&self, named: &[Target], splice: Splice) -> Result<Vec<Node>, ProposalError> {
        let mut merged: Vec<Node> = Vec::new();
        for target in named {
            for node in self.select(target, super::Standpoint::Unknown)? {
                if !merged.contains(&node) {
                    merged.push(node);
                }
            }
        }
        if merged.len() < 2 {
            let only = merged.first().map(|node| self.located(*node));
            return Err(ProposalError::NothingToMerge(only));
        }
        for node in &merged {
            self.joinable(*node, splice)?;
        }
        Ok(merged)
    }

    /// Returns what a header names as dependencies: labels as they are, anything
    /// else as full ids.
    ///
    /// # Errors
    ///
    /// - [`ProposalError::NoDependency`] for `base`.
    /// - [`ProposalError::Select`] for a name that means nothing.
    pub fn dependencies_named(&self, named: &[Target]) -> Result<Vec<String>, ProposalError> {
        let mut names: Vec<String> = Vec::new();
        for target in named {
            let text = target.to_string();
            let found = if self.labels().any(|(label, _)| label == text) {
                vec![text]
            } else {
                let nodes = self.select(target, super::Standpoint::Unknown)?;
                nodes
                    .iter()
                    .map(|node| self.id(*node).to_string())
                    .collect()
            };
            if found.is_empty() {
                return Err(ProposalError::NoDependency(target.clone()));
            }
            for name in found {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        Ok(names)
    }

    /// Checks that nothing has the names of a new revision.
    ///
    /// # Errors
    ///
    /// - [`ProposalError::IdTaken`], [`ProposalError::LabelTaken`] and
    ///   [`ProposalError::LabelIsId`].
    pub fn check_names(&self, id: &RevisionId, labels: &[String]) -> Result<(), ProposalError> {
        if let Some(node) = self.named(id.as_str()) {
            return Err(ProposalError::IdTaken {
                id: id.clone(),
                by: self.located(node),
            });
        }
        for label in labels {
            if label == id.as_str() {
                return Err(ProposalError::LabelIsId(label.clone()));
            }
            if let Some(node) = self.named(label) {
                return Err(ProposalError::LabelTaken {
                    label: label.clone(),
                    by: self.located(node),
                });
            }
        }
        Ok(())
    }

    /// Returns whether an id is new and neither begins like another name nor
    /// another one like it, so that no prefix that was unique stops being so.
    pub fn is_free(&self, id: &str) -> bool {
        let ids = self.nodes().map(|node| self.id(node).as_str());
        let mut names = ids.chain(self.labels().map(|(label, _)| label));
        self.replacer(id).is_none()
            && !names.any(|name| {
                let shorter = name.len().min(id.len());
                name.as_bytes()[..shorter] == id.as_bytes()[..shorter]
            })
    }

    /// Returns what a full id or a label names.
    pub(super) fn named(&self, name: &str) -> Option<Node> {
        let label = || {
            let mut labels = self.labels();
            labels
                .find(|(label, _)| *label == name)
                .map(|(_, node)| node)
        };
        self.node(name)
            .or_else(label)
            .or_else(|| self.replacer(name))
    }

    fn joinable(&self, node: Node, splice: Splice) -> Result<(), ProposalError> {
        if self.is_head(node) || splice == Splice::Allowed {
            return Ok(());
        }
        let revised_by = self.children(node).iter();
        Err(ProposalError::NotAHead {
            revision: self.located(node),
            revised_by: revised_by.map(|node| self.located(*node)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::language::graph;

    const FORK: &str = "aaaa <- bbbb#shop, aaaa <- cccc [replaces old1]";

    fn shown(graph: &Graph, nodes: Result<Vec<Node>, ProposalError>) -> String {
        match nodes {
            Ok(nodes) if nodes.is_empty() => "base".to_owned(),
            Ok(nodes) => {
                let ids: Vec<&str> = nodes.iter().map(|node| graph.id(*node).as_str()).collect();
                ids.join(" ")
            }
            Err(error) => error.to_string(),
        }
    }

    #[track_caller]
    fn check_revised(line: &str, head: Option<&str>, splice: Splice, expected: &str) {
        let graph = graph(line);
        let head = head.map(|text| text.parse().expect("a target"));
        let revised = graph.revised(head.as_ref(), splice);
        let revised = revised.map(|node| node.into_iter().collect());
        assert_eq!(shown(&graph, revised), expected, "{line} | {head:?}");
    }

    #[track_caller]
    fn check_merged(line: &str, named: &str, splice: Splice, expected: &str) {
        let graph = graph(line);
        let named: Vec<Target> = named
            .split_whitespace()
            .map(|text| text.parse().expect("a target"))
            .collect();
        let merged = graph.merged(&named, splice);
        assert_eq!(shown(&graph, merged), expected, "{line} | {named:?}");
    }

    #[test]
    fn a_new_revision_revises_the_head() {
        use Splice::{Allowed, Refused};
        check_revised("a <- b", None, Refused, "b");
        check_revised("a <- b", Some("base"), Refused, "base");
        check_revised("a <- b", Some("a"), Refused, "revision `a` is no head");
        check_revised("a <- b", Some("a"), Allowed, "a");
        check_revised(FORK, Some("shop@head"), Refused, "bbbb");
        check_revised(FORK, Some("cccc"), Refused, "cccc");
        let several = "there are several heads, and a new revision revises one";
        check_revised(FORK, None, Allowed, several);
        check_revised(FORK, Some("heads"), Allowed, several);
        check_revised(
            "a",
            Some("b"),
            Refused,
            "`b` is no revision, and too short for a prefix",
        );
    }

    #[test]
    fn a_merge_joins_several_heads() {
        use Splice::{Allowed, Refused};
        check_merged(FORK, "heads", Refused, "bbbb cccc");
        check_merged(FORK, "cccc shop bbbb", Refused, "cccc bbbb");
        check_merged(FORK, "aaaa cccc", Refused, "revision `aaaa` is no head");
        check_merged(FORK, "aaaa cccc", Allowed, "aaaa cccc");
        let nothing = "a merge joins at least two revisions";
        check_merged(FORK, "cccc", Refused, nothing);
        check_merged("a <- b", "heads", Refused, nothing);
        check_merged("a <- b", "base", Refused, nothing);
    }

    #[test]
    fn dependencies_are_ids_or_labels() {
        let graph = graph(FORK);
        let named = |text: &str| {
            let targets: Vec<Target> = text
                .split_whitespace()
                .map(|text| text.parse().expect("a target"))
                .collect();
            match graph.dependencies_named(&targets) {
                Ok(names) => names.join(" "),
                Err(error) => error.to_string(),
            }
        };
        assert_eq!(named("shop cccc cccc shop@head"), "shop cccc bbbb");
        assert_eq!(
            named("base"),
            "target `base` names no revision to depend on"
        );
        assert_eq!(named("dddd"), "no revision is named `dddd`");
    }

    #[test]
    fn a_name_is_taken_once() {
        let graph = graph(FORK);
        let checked = |id: &str, labels: &[&str]| {
            let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
            let id = RevisionId::new(id).expect("an id");
            graph
                .check_names(&id, &labels)
                .map_err(|error| error.to_string())
        };
        assert_eq!(checked("dddd", &["new"]), Ok(()));
        for id in ["aaaa", "shop", "old1"] {
            assert_eq!(checked(id, &[]), Err(format!("the id `{id}` is taken")));
            let taken = Err(format!("the branch label `{id}` is taken"));
            assert_eq!(checked("dddd", &[id]), taken);
        }
        assert_eq!(
            checked("dddd", &["dddd"]),
            Err("the branch label `dddd` is also the new revision's id".to_owned())
        );
    }

    #[test]
    fn a_free_id_makes_no_prefix_ambiguous() {
        let graph = graph(FORK);
        for (id, free) in [
            ("dddd", true),
            ("aaab", true),
            ("aaaa", false),
            ("aaaa1", false),
            ("aa", false),
            ("shopping", false),
            ("old1", false),
        ] {
            assert_eq!(graph.is_free(id), free, "{id}");
        }
    }
}
