//! A revision's place in the graph, and sets of such places.

/// A revision of one graph, by its place in file order. It means nothing in
/// another graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(u32);

/// A set of revisions of one graph: a bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSet {
    words: Vec<u64>,
}

impl Node {
    /// Returns the node at a place in file order.
    pub(super) fn at(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// Returns the place in file order, counted from zero.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    fn bit(self) -> (usize, u64) {
        (self.index() / 64, 1 << (self.0 % 64))
    }
}

impl NodeSet {
    /// Returns an empty set for a graph of so many revisions.
    pub fn new(revisions: usize) -> Self {
        Self {
            words: vec![0; revisions.div_ceil(64)],
        }
    }

    pub fn contains(&self, node: Node) -> bool {
        let (word, bit) = node.bit();
        self.words[word] & bit != 0
    }

    /// Adds a revision and returns whether it was new.
    pub fn insert(&mut self, node: Node) -> bool {
        let (word, bit) = node.bit();
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        new
    }

    pub fn remove(&mut self, node: Node) {
        let (word, bit) = node.bit();
        self.words[word] &= !bit;
    }

    /// Takes out every revision of another set.
    pub fn subtract(&mut self, other: &Self) {
        for (word, taken) in self.words.iter_mut().zip(&other.words) {
            *word &= !taken;
        }
    }

    /// Keeps only the revisions of another set.
    pub fn intersect(&mut self, other: &Self) {
        for (word, kept) in self.words.iter_mut().zip(&other.words) {
            *word &= kept;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub fn len(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// Returns the revisions in file order.
    pub fn iter(&self) -> impl Iterator<Item = Node> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            (0..64)
                .filter(move |bit| word >> bit & 1 == 1)
                .map(move |bit| Node::at(index * 64 + bit))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_not_taken_out() {
        let mut set = NodeSet::new(130);
        for index in [129, 0, 64, 63] {
            assert!(set.insert(Node::at(index)));
        }
        assert!(!set.insert(Node::at(64)));
        set.remove(Node::at(0));
        assert_eq!(
            set.iter().map(Node::index).collect::<Vec<_>>(),
            [63, 64, 129]
        );
        assert_eq!(set.len(), 3);

        let mut other = NodeSet::new(130);
        other.insert(Node::at(64));
        let mut rest = set.clone();
        rest.subtract(&other);
        assert_eq!(rest.iter().map(Node::index).collect::<Vec<_>>(), [63, 129]);
        set.intersect(&other);
        assert_eq!(set, other);
        set.remove(Node::at(64));
        assert!(set.is_empty());
    }
}
