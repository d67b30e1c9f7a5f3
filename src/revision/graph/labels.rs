//! Branch labels, and the revisions that carry each.

use super::{Dependencies, Graph, Node, NodeSet};

impl Graph {
    /// Returns each label with the revision that declares it, sorted by label.
    pub fn labels(&self) -> impl Iterator<Item = (&str, Node)> {
        let labels = self.names.labels.iter();
        labels.map(|(label, node)| (label.as_str(), *node))
    }

    /// Returns the revisions that carry a label: the one that declares it, its
    /// descendants, and, as long as nothing branches off or merges, those
    /// before it.
    ///
    /// Alembic starts on the way down from the last descendant, not from the
    /// declaring revision (`_add_branches`), so that a branch point above the
    /// declaring one keeps the label from the revisions below it.
    pub fn carriers(&self, label: &str) -> Option<NodeSet> {
        let declaring = *self.names.labels.get(label)?;
        let mut carriers = self.descendants([declaring], Dependencies::Ignored);
        let goes_straight_on =
            |node| !self.is_merge_point(node) && self.all_next.of(node).len() <= 1;
        if carriers.iter().all(goes_straight_on) {
            let mut here = declaring;
            while let [below] = self.down.of(here) {
                if !goes_straight_on(*below) {
                    break;
                }
                carriers.insert(*below);
                here = *below;
            }
        }
        Some(carriers)
    }

    /// Returns the labels that a revision carries, sorted. To list many
    /// revisions, ask once for the [`carriers`](Self::carriers) of each label.
    pub fn labels_of(&self, node: Node) -> Vec<&str> {
        let carried = |label: &&str| {
            let carriers = self.carriers(label);
            carriers.is_some_and(|carriers| carriers.contains(node))
        };
        self.labels()
            .map(|(label, _)| label)
            .filter(carried)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::revision::language::graph;

    #[track_caller]
    fn check(line: &str, label: &str, expected: &str) {
        let graph = graph(line);
        let carriers = graph.carriers(label).unwrap_or_else(|| panic!("{label}"));
        let ids: Vec<_> = carriers
            .iter()
            .map(|node| graph.id(node).as_str())
            .collect();
        assert_eq!(ids.join(" "), expected);
        for node in graph.nodes() {
            assert_eq!(
                graph.labels_of(node).contains(&label),
                carriers.contains(node)
            );
        }
    }

    #[test]
    fn a_label_is_carried_up_and_down_to_the_branch_point() {
        check("a <- b <- c#x", "x", "a b c");
        check("a#x <- b <- c", "x", "a b c");
        check("a <- b#x <- c", "x", "a b c");
        // The branch point itself does not carry it.
        check("a <- b <- c#x <- d, b <- e", "x", "c d");
        check("a <- b <- c#x, b <- e", "x", "c");
        // Above the declaring revision, a branch point stops the way down.
        check("a <- b#x <- c, b <- d", "x", "b c d");
        check("a <- b#x <- c <- d, c <- e", "x", "b c d e");
        // A dependency branches off as well.
        check("a <- b <- c#x, d [needs b]", "x", "c");
        // A merge point stops it, too.
        check("a, b, (a, b) <- m <- c#x", "x", "c");
        check("a#x <- b, c, (b, c) <- m <- n", "x", "a b m n");
    }

    #[test]
    fn an_unknown_label_has_no_carriers() {
        assert_eq!(graph("a#x <- b").carriers("b"), None);
    }
}
