//! The applied state laid over the graph: what each revision's row says about
//! its file, and each file about its row.

use std::collections::{BTreeMap, BTreeSet};

use super::unfinished::Begun;
use super::{Applied, AppliedState, Direction, Findings, PlanError, Progress, RecordedOnly};
use crate::revision::{
    Comparison, Dependencies, Graph, Node, NodeSet, Revision, RevisionId, checksum,
};

/// Returns how the recorded state and the files differ.
pub fn findings(graph: &Graph, state: &AppliedState) -> Findings {
    Survey::new(graph, state).findings()
}

/// Returns the heads of what is applied, in file order.
pub fn heads(graph: &Graph, state: &AppliedState) -> Vec<RevisionId> {
    let heads = Survey::new(graph, state).heads();
    heads
        .into_iter()
        .map(|node| graph.id(node).clone())
        .collect()
}

pub(super) struct Survey<'a> {
    pub(super) graph: &'a Graph,
    pub(super) state: &'a AppliedState,
    /// Applied to the end.
    pub(super) complete: NodeSet,
    pub(super) partial: BTreeMap<Node, Begun<'a>>,
    /// Each revision's row, by its place in the graph.
    rows: Vec<Option<&'a Applied>>,
    /// The recorded revisions that have no file.
    gone: Vec<&'a RevisionId>,
    /// No row, but all that they replace is applied.
    pub(super) recordable: NodeSet,
    /// No row, and only some of what they replace is applied.
    pub(super) partly_replaced: NodeSet,
    /// Whatever an applied, partial or recordable revision stands on, and these.
    pub(super) reached: NodeSet,
}

impl<'a> Survey<'a> {
    pub(super) fn new(graph: &'a Graph, state: &'a AppliedState) -> Self {
        let mut complete = NodeSet::new(graph.len());
        let mut partial = BTreeMap::new();
        let mut rows = vec![None; graph.len()];
        let mut gone = Vec::new();
        for (id, row) in &state.rows {
            let Some(node) = graph.node(id.as_str()) else {
                gone.push(id);
                continue;
            };
            rows[node.index()] = Some(row);
            match &row.progress {
                Progress::Complete => {
                    complete.insert(node);
                }
                Progress::Partial(direction, journal) => {
                    let direction = *direction;
                    partial.insert(node, Begun { direction, journal });
                }
            }
        }
        let mut recordable = NodeSet::new(graph.len());
        let mut partly_replaced = NodeSet::new(graph.len());
        for node in graph.nodes() {
            let replaces = &graph.revision(node).replaces;
            if complete.contains(node) || partial.contains_key(&node) {
                continue;
            }
            match replaces.iter().filter(|id| state.has(id)).count() {
                0 => {}
                applied if applied == replaces.len() => {
                    recordable.insert(node);
                }
                _ => {
                    partly_replaced.insert(node);
                }
            }
        }
        let started = complete.iter().chain(partial.keys().copied());
        let reached = graph.ancestors(started.chain(recordable.iter()), Dependencies::Included);
        Self {
            graph,
            state,
            complete,
            partial,
            rows,
            gone,
            recordable,
            partly_replaced,
            reached,
        }
    }

    /// Returns the survey for a way down, on which what is half way down counts
    /// as applied until all of it is gone.
    pub(super) fn on_the_way_down(graph: &'a Graph, state: &'a AppliedState) -> Self {
        let mut survey = Self::new(graph, state);
        for (node, begun) in &survey.partial {
            match begun.direction {
                Direction::Upgrade => {}
                Direction::Downgrade => {
                    survey.complete.insert(*node);
                }
            }
        }
        survey
    }

    /// Returns the heads of what is applied: where `+1` starts.
    pub(super) fn heads(&self) -> Vec<Node> {
        let mut applied = self.complete.clone();
        for node in self.recordable.iter() {
            applied.insert(node);
        }
        self.graph.heads_of(&applied)
    }

    /// Returns the heads of what has a row, finished or not.
    pub(super) fn recorded_heads(&self) -> Vec<Node> {
        let mut recorded = self.complete.clone();
        for node in self.partial.keys() {
            recorded.insert(*node);
        }
        self.graph.heads_of(&recorded)
    }

    /// Returns whether all that a revision does is in the database.
    pub(super) fn is_applied(&self, node: Node) -> bool {
        self.complete.contains(node) || self.recordable.contains(node)
    }

    /// Returns how state and files differ. It computes the checksum of every
    /// applied revision.
    pub(super) fn findings(&self) -> Findings {
        let (retired, ahead) = self.without_file();
        let ids = |nodes: Vec<Node>| {
            let ids = nodes.into_iter().map(|node| self.graph.id(node).clone());
            sorted(ids.collect())
        };
        Findings {
            divergent: ids(self.divergent()),
            retired,
            ahead,
            out_of_order: ids(self.out_of_order()),
            partial: self.partial_ids(),
        }
    }

    /// Returns the applied revisions whose file has changed, in file order. A
    /// checksum that was not recorded, or by another rule, cannot be judged.
    fn divergent(&self) -> Vec<Node> {
        let changed = |node: &Node| {
            let revision = self.graph.revision(*node);
            self.rows[node.index()].is_some_and(|row| has_changed(revision, row))
        };
        self.complete.iter().filter(changed).collect()
    }

    /// Returns the pending revisions that an applied one stands on, in file order.
    pub(super) fn out_of_order(&self) -> Vec<Node> {
        let pending = |node: &Node| {
            !self.is_applied(*node)
                && !self.partial.contains_key(node)
                && !self.partly_replaced.contains(*node)
        };
        self.reached.iter().filter(pending).collect()
    }

    /// Returns for each revision that an applied one stands on the first of
    /// those; itself where it is applied.
    pub(super) fn applied_above(&self) -> Vec<Option<Node>> {
        let mut above = vec![None; self.graph.len()];
        for node in self.graph.order().iter().rev() {
            let started = self.is_applied(*node) || self.partial.contains_key(node);
            above[node.index()] = if started {
                Some(*node)
            } else {
                let dependents = self.graph.dependents(*node).iter();
                dependents
                    .filter_map(|above_it| above[above_it.index()])
                    .min()
            };
        }
        above
    }

    /// Refuses a state in which a revision stopped half way and has no file.
    pub(super) fn refuse_partial_without_file(&self) -> Result<(), PlanError> {
        let partial = self.partial_ids();
        let lost = partial
            .iter()
            .filter(|id| self.graph.get(id.as_str()).is_none());
        let lost: Vec<_> = lost.collect();
        if lost.is_empty() {
            return Ok(());
        }
        Err(PlanError::PartialWithoutFile(self.recorded_only(lost)))
    }

    /// Returns how an error names rows of the state table that have no file.
    pub(super) fn recorded_only(&self, ids: Vec<&RevisionId>) -> Vec<RecordedOnly> {
        let only = |id: &RevisionId| RecordedOnly {
            revision: id.clone(),
            message: self
                .state
                .rows
                .get(id)
                .map(|row| row.message.clone())
                .unwrap_or_default(),
        };
        ids.into_iter().map(only).collect()
    }

    fn partial_ids(&self) -> Vec<RevisionId> {
        let rows = self.state.rows.iter();
        rows.filter(|(_, row)| !is_complete(row))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Returns the recorded revisions that have no file: the retired, which a
    /// known one stands on or replaces, and those ahead.
    pub(super) fn without_file(&self) -> (Vec<RevisionId>, Vec<RevisionId>) {
        if self.gone.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let known_rows = self.complete.iter().chain(self.partial.keys().copied());
        let known = known_rows.map(|node| self.graph.id(node));
        let replaced = self.graph.revisions().iter().flat_map(|by| &by.replaces);
        let below = self.recorded_below(known.chain(replaced));
        let gone = self.gone.iter().copied();
        let (retired, ahead): (Vec<_>, Vec<_>) = gone.partition(|id| below.contains(*id));
        let owned = |ids: Vec<&RevisionId>| ids.into_iter().cloned().collect();
        (owned(retired), owned(ahead))
    }

    /// Returns some ids and those of all that they stand on, by what files or
    /// rows say: a row still knows what its revision revised when that had a
    /// file.
    pub(super) fn recorded_below<'i>(
        &'i self,
        of: impl IntoIterator<Item = &'i RevisionId>,
    ) -> BTreeSet<&'i RevisionId> {
        let mut below = BTreeSet::new();
        let mut open: Vec<&RevisionId> = of.into_iter().collect();
        while let Some(id) = open.pop() {
            if !below.insert(id) {
                continue;
            }
            if let Some(row) = self.state.rows.get(id) {
                open.extend(row.down_revisions.iter().chain(&row.depends_on));
            }
            if let Some(node) = self.graph.node(id.as_str()) {
                let files = self.graph.all_down(node).iter();
                open.extend(files.map(|node| self.graph.id(*node)));
            }
        }
        below
    }
}

impl AppliedState {
    /// Returns whether a revision is recorded as applied to the end.
    pub fn has(&self, id: &RevisionId) -> bool {
        self.rows.get(id).is_some_and(is_complete)
    }
}

fn is_complete(row: &Applied) -> bool {
    match row.progress {
        Progress::Complete => true,
        Progress::Partial(..) => false,
    }
}

fn has_changed(revision: &Revision, row: &Applied) -> bool {
    row.checksum.as_deref().is_some_and(|recorded| {
        match checksum(revision.text(&revision.up)).compare(recorded) {
            Comparison::Different => true,
            Comparison::Same | Comparison::OtherRule => false,
        }
    })
}

fn sorted(mut ids: Vec<RevisionId>) -> Vec<RevisionId> {
    ids.sort_unstable();
    ids
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::language::state;
    use crate::revision::language::graph;

    /// `expected` names what differs, such as `ahead x, retired a b`.
    #[track_caller]
    fn check(line: &str, applied: &str, expected: &str) {
        let graph = graph(line);
        let found = findings(&graph, &state(&graph, applied));
        let lists = [
            ("ahead", found.ahead),
            ("divergent", found.divergent),
            ("out of order", found.out_of_order),
            ("partial", found.partial),
            ("retired", found.retired),
        ];
        let lists = lists.into_iter().filter(|(_, ids)| !ids.is_empty());
        let shown = lists.map(|(name, ids)| {
            let ids: Vec<_> = ids.iter().map(RevisionId::as_str).collect();
            format!("{name} {}", ids.join(" "))
        });
        assert_eq!(shown.collect::<Vec<_>>().join(", "), expected, "{applied}");
    }

    #[test]
    fn pending_revisions_alone_are_no_difference() {
        check("a <- b <- c", "", "");
        check("a <- b <- c", "a b", "");
        check("", "", "");
    }

    #[test]
    fn a_row_without_a_file_is_retired_or_ahead() {
        let line = "b <- c";
        check(line, "b x", "ahead x");
        check(line, "b c x<-c", "ahead x");
        check(line, "a b<-a", "retired a");
        check(line, "z a<-z b<-a", "retired a z");
        check(line, "z a<-z b<-a x<-a", "ahead x, retired a z");
        check(line, "a b~<-a", "partial b, retired a");
        // The files no longer say that `b` revised `a`, and no row does.
        check(line, "a b", "ahead a");
        // Rows of a line that has no file at all.
        check(line, "x y<-x", "ahead x y");
        check(line, "x~", "ahead x, partial x");
    }

    #[test]
    fn what_is_replaced_is_retired() {
        let line = "a <- s [replaces p, q] <- c";
        check(line, "a p<-a q<-p", "retired p q");
        check(line, "a p<-a q<-p s c", "retired p q");
        check(line, "a p<-a q<-p c", "retired p q");
        check(line, "a o p<-o", "retired o p");
        // The replacing one is to be recorded, so what it stands on is missing.
        check(line, "p q", "out of order a, retired p q");
    }

    #[test]
    fn a_pending_revision_below_an_applied_one_is_out_of_order() {
        check("a <- b <- c <- d", "a c", "out of order b");
        check("a <- b <- c <- d", "d", "out of order a b c");
        check("a <- b, x [needs b]", "x", "out of order a b");
        check("a <- b <- c", "a c~", "out of order b, partial c");
        check("a <- b, (a, b) <- c", "a c", "out of order b");
    }

    #[test]
    fn only_a_comparable_checksum_can_diverge() {
        check("a <- b", "a! b?", "divergent a");
        check("a <- b", "a* b", "");
        check("a <- b", "a b!", "divergent b");
    }

    #[test]
    fn the_applied_one_above_a_hole_is_known() {
        let graph = graph("a <- b <- c <- d, b <- e");
        let state = state(&graph, "a d");
        let above = Survey::new(&graph, &state).applied_above();
        let shown: Vec<_> = above
            .into_iter()
            .map(|node| node.map_or("-", |node| graph.id(node).as_str()))
            .collect();
        assert_eq!(shown, ["a", "d", "d", "d", "-"]);
    }
}
