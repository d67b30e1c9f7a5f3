//! One name in, one revision out: exact, label, or unique prefix.

use super::{Graph, Node, NodeSet, SelectError};
use crate::revision::nearest::nearest;

impl Graph {
    /// Shorter prefixes are refused: a letter that is unique today may not be
    /// tomorrow. Alembic only says so, in the text of its error.
    pub const SHORTEST_PREFIX: usize = 4;

    /// Returns the revision that a name means: a full id, a branch label (then
    /// the revision that declares it), or a prefix that only one has.
    ///
    /// # Errors
    ///
    /// - [`SelectError::Unknown`], [`SelectError::TooShort`] or
    ///   [`SelectError::Replaced`] where nothing has the name.
    /// - [`SelectError::AmbiguousPrefix`] where several begin with it.
    pub fn resolve(&self, name: &str) -> Result<Node, SelectError> {
        self.resolve_among(name, None)
    }

    /// Returns the revision that a name means within a branch, itself named by
    /// a label or a revision.
    ///
    /// # Errors
    ///
    /// - [`SelectError::UnknownBranch`] where nothing has the branch's name.
    /// - [`SelectError::NotMember`] where the revision is of another branch.
    /// - What [`resolve`](Self::resolve) returns.
    pub fn resolve_in(&self, branch: &str, name: &str) -> Result<Node, SelectError> {
        let lineage = self.branch(branch)?;
        let node = self.resolve_among(name, Some(&lineage))?;
        if lineage.contains(node) {
            Ok(node)
        } else {
            Err(SelectError::NotMember {
                revision: self.located(node),
                branch: branch.to_owned(),
            })
        }
    }

    /// Returns the lineage that a branch's name stands for.
    ///
    /// # Errors
    ///
    /// - [`SelectError::UnknownBranch`] where nothing has the name.
    /// - [`SelectError::AmbiguousPrefix`] where several begin with it.
    pub fn branch(&self, branch: &str) -> Result<NodeSet, SelectError> {
        match self.resolve(branch) {
            Ok(node) => Ok(self.lineage(node)),
            Err(error @ SelectError::AmbiguousPrefix { .. }) => Err(error),
            Err(_) => Err(SelectError::UnknownBranch {
                branch: branch.to_owned(),
                nearest: nearest(branch, self.labels().map(|(label, _)| label)).map(str::to_owned),
            }),
        }
    }

    fn resolve_among(&self, name: &str, lineage: Option<&NodeSet>) -> Result<Node, SelectError> {
        let label = || self.names.labels.get(name).copied();
        if let Some(node) = self.node(name).or_else(label) {
            return Ok(node);
        }
        if let Some(by) = self.replacer(name) {
            return Err(SelectError::Replaced {
                name: name.to_owned(),
                by: self.located(by),
            });
        }
        if name.chars().count() < Self::SHORTEST_PREFIX {
            return Err(SelectError::TooShort {
                name: name.to_owned(),
                shortest: Self::SHORTEST_PREFIX,
            });
        }
        let mut found: Vec<Node> = self
            .known_names()
            .filter(|(known, _)| known.starts_with(name))
            .map(|(_, node)| node)
            .filter(|node| lineage.is_none_or(|lineage| lineage.contains(*node)))
            .collect();
        found.sort_unstable();
        found.dedup();
        match found[..] {
            [node] => Ok(node),
            [] => Err(SelectError::Unknown {
                name: name.to_owned(),
                nearest: nearest(name, self.known_names().map(|(known, _)| known))
                    .map(str::to_owned),
            }),
            _ => Err(SelectError::AmbiguousPrefix {
                name: name.to_owned(),
                matches: found.into_iter().map(|node| self.located(node)).collect(),
            }),
        }
    }

    /// Returns ids and labels: they share one namespace.
    fn known_names(&self) -> impl Iterator<Item = (&str, Node)> {
        let ids = self.nodes().map(|node| (self.id(node).as_str(), node));
        ids.chain(self.labels())
    }
}

#[cfg(test)]
mod tests {
    use crate::revision::SelectError;
    use crate::revision::language::graph;

    const LINE: &str = "abc123 <- abc124#shop_new <- bcd [replaces old_one], other";

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let graph = graph(LINE);
        let (branch, name) = name.split_once('@').unwrap_or(("", name));
        let found = match branch {
            "" => graph.resolve(name),
            branch => graph.resolve_in(branch, name),
        };
        let shown = match found {
            Ok(node) => graph.id(node).to_string(),
            Err(SelectError::Unknown { nearest, .. }) => format!("unknown, {nearest:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected, "{name}");
    }

    #[test]
    fn a_name_is_an_id_a_label_or_a_long_unique_prefix() {
        check("abc123", "abc123");
        check("bcd", "bcd");
        check("shop_new", "abc124");
        check("shop", "abc124");
        check("othe", "other");
    }

    #[test]
    fn other_names_are_refused() {
        check("bc", "`bc` is no revision, and too short for a prefix");
        check("abc1", "several revisions begin with `abc1`");
        check("abd123", "unknown, Some(\"abc123\")");
        check("nothing", "unknown, None");
        check("old_one", "revision `old_one` was replaced");
    }

    #[test]
    fn a_branch_limits_the_names() {
        check("shop_new@abc123", "abc123");
        check("shop@bcd", "bcd");
        check("bcd@abc124", "abc124");
        check("other@abc1", "unknown, None");
        check("shop@other", "revision `other` is of another branch");
        check("shap@other", "no branch is named `shap`");
    }
}
