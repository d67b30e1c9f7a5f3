//! From revisions in file order to a graph: names first, then edges, then the
//! order that proves that there is no cycle.

use std::collections::{BTreeMap, HashMap};

use super::adjacency::Adjacency;
use super::error::{BadLabel, Duplicate, StillThere, UnknownReference};
use super::{Graph, GraphError, Mention, Node, cycle};
use crate::revision::nearest::nearest;
use crate::revision::{Point, Revision, RevisionId, Target};

/// So many unknown names get a suggestion: each is compared with all names.
const SUGGESTIONS: usize = 20;

/// Everything that a reference may name.
pub(super) struct Names {
    pub(super) ids: HashMap<RevisionId, Node>,
    pub(super) labels: BTreeMap<String, Node>,
    pub(super) replaced: BTreeMap<RevisionId, Node>,
}

impl Graph {
    /// Returns the graph of revisions given in file order, which decides ties.
    ///
    /// # Errors
    ///
    /// The first kind of [`GraphError`] that the revisions have, with every
    /// place that has it (of cycles one).
    pub fn build(revisions: Vec<Revision>) -> Result<Self, GraphError> {
        let ids = ids(&revisions)?;
        let replaced = replaced(&revisions, &ids)?;
        let labels = labels(&revisions, &ids)?;
        let names = Names {
            ids,
            labels,
            replaced,
        };
        let down = down_edges(&revisions, &names)?;
        let depends = dependency_edges(&revisions, &names)?;

        let count = revisions.len();
        cycle::order(count, &down)
            .map_err(|members| GraphError::Cycle(links(&revisions, &names, &members)))?;
        let all_down = joined(count, &down, &depends);
        let order = cycle::order(count, &all_down)
            .map_err(|members| GraphError::DependencyCycle(links(&revisions, &names, &members)))?;

        let next = down.reversed();
        let needs = joined(count, &down, &without_implied(count, &depends, &next));
        Ok(Self {
            all_next: all_down.reversed(),
            needed_by: needs.reversed(),
            revisions,
            names,
            down,
            depends,
            all_down,
            next,
            needs,
            order,
        })
    }
}

fn ids(revisions: &[Revision]) -> Result<HashMap<RevisionId, Node>, GraphError> {
    let mut ids = HashMap::with_capacity(revisions.len());
    let mut twice = BTreeMap::new();
    for (index, revision) in revisions.iter().enumerate() {
        if let Some(first) = ids.get(&revision.id) {
            let first: &Node = first;
            twice
                .entry(revision.id.as_str())
                .or_insert_with(|| vec![Mention::of_id(&revisions[first.index()])])
                .push(Mention::of_id(revision));
        } else {
            ids.insert(revision.id.clone(), Node::at(index));
        }
    }
    none_of(duplicates(twice), GraphError::DuplicateId)?;
    Ok(ids)
}

fn replaced(
    revisions: &[Revision],
    ids: &HashMap<RevisionId, Node>,
) -> Result<BTreeMap<RevisionId, Node>, GraphError> {
    let mut replaced = BTreeMap::new();
    let mut present = Vec::new();
    let mut twice = BTreeMap::new();
    for (index, revision) in revisions.iter().enumerate() {
        for id in &revision.replaces {
            let mention = |by| Mention::of(by, "replaces", id.as_str());
            if let Some(file) = ids.get(id) {
                present.push(StillThere {
                    id: id.clone(),
                    used_by: mention(revision),
                    file: Mention::of_id(&revisions[file.index()]),
                });
            }
            let by = *replaced.entry(id.clone()).or_insert(Node::at(index));
            if by.index() != index {
                twice
                    .entry(id.as_str())
                    .or_insert_with(|| vec![mention(&revisions[by.index()])])
                    .push(mention(revision));
            }
        }
    }
    none_of(present, GraphError::ReplacedHasFile)?;
    none_of(duplicates(twice), GraphError::ReplacedTwice)?;
    Ok(replaced)
}

fn labels(
    revisions: &[Revision],
    ids: &HashMap<RevisionId, Node>,
) -> Result<BTreeMap<String, Node>, GraphError> {
    let mut labels = BTreeMap::new();
    let mut bad = Vec::new();
    let mut present = Vec::new();
    let mut twice = BTreeMap::new();
    for (index, revision) in revisions.iter().enumerate() {
        for label in &revision.labels {
            let mention = |by| Mention::of(by, "branch", label);
            if !is_name(label) {
                bad.push(BadLabel {
                    label: label.clone(),
                    by: mention(revision),
                });
            }
            if let Some((id, file)) = ids.get_key_value(label.as_str()) {
                present.push(StillThere {
                    id: id.clone(),
                    used_by: mention(revision),
                    file: Mention::of_id(&revisions[file.index()]),
                });
            }
            let by = *labels.entry(label.clone()).or_insert(Node::at(index));
            if by.index() != index {
                twice
                    .entry(label.as_str())
                    .or_insert_with(|| vec![mention(&revisions[by.index()])])
                    .push(mention(revision));
            }
        }
    }
    none_of(bad, GraphError::BadLabel)?;
    none_of(present, GraphError::LabelIsId)?;
    none_of(duplicates(twice), GraphError::DuplicateLabel)?;
    Ok(labels)
}

/// Returns whether the target grammar reads a label as a name and nothing else.
fn is_name(label: &str) -> bool {
    let named = Target::at(Point::Named(label.to_owned()));
    label.parse() == Ok(named)
}

fn down_edges(revisions: &[Revision], names: &Names) -> Result<Adjacency, GraphError> {
    let mut unknown = Vec::new();
    let mut loops = Vec::new();
    let mut lists = Vec::with_capacity(revisions.len());
    for (index, revision) in revisions.iter().enumerate() {
        let mut list = Vec::new();
        for id in &revision.down_revisions {
            let mention = || Mention::of(revision, "revises", id.as_str());
            match names.revision(id.as_str()) {
                None => unknown.push((id.as_str(), mention())),
                Some(node) if node.index() == index => loops.push(mention()),
                Some(node) if list.contains(&node) => {}
                Some(node) => list.push(node),
            }
        }
        lists.push(list);
    }
    none_of(
        suggested(unknown, || revisions.iter().map(|known| known.id.as_str())),
        GraphError::UnknownDownRevision,
    )?;
    none_of(loops, GraphError::SelfLoop)?;
    Ok(Adjacency::from_lists(lists))
}

fn dependency_edges(revisions: &[Revision], names: &Names) -> Result<Adjacency, GraphError> {
    let mut unknown = Vec::new();
    let mut loops = Vec::new();
    let mut lists = Vec::with_capacity(revisions.len());
    for (index, revision) in revisions.iter().enumerate() {
        let mut list = Vec::new();
        for name in &revision.depends_on {
            let mention = || Mention::of(revision, "depends-on", name);
            let label = || names.labels.get(name).copied();
            match names.revision(name).or_else(label) {
                None => unknown.push((name.as_str(), mention())),
                Some(node) if node.index() == index => loops.push(mention()),
                Some(node) if list.contains(&node) => {}
                Some(node) => list.push(node),
            }
        }
        lists.push(list);
    }
    let known = || {
        let ids = revisions.iter().map(|known| known.id.as_str());
        ids.chain(names.labels.keys().map(String::as_str))
    };
    none_of(suggested(unknown, known), GraphError::UnknownDependency)?;
    none_of(loops, GraphError::DependencyLoop)?;
    Ok(Adjacency::from_lists(lists))
}

impl Names {
    /// Returns the revision with this id, or the one that replaces it.
    fn revision(&self, id: &str) -> Option<Node> {
        self.ids.get(id).or_else(|| self.replaced.get(id)).copied()
    }
}

/// Returns the edges of both kinds, each once, down revisions first.
fn joined(count: usize, down: &Adjacency, depends: &Adjacency) -> Adjacency {
    Adjacency::from_lists((0..count).map(Node::at).map(|node| {
        let down = down.of(node);
        let more = depends.of(node).iter().filter(|node| !down.contains(node));
        down.iter().chain(more).copied()
    }))
}

/// Returns the dependencies less those that a revision further down the same
/// line has already: they say nothing new.
fn without_implied(count: usize, depends: &Adjacency, next: &Adjacency) -> Adjacency {
    let dependents = depends.reversed();
    let mut kept: Vec<Vec<Node>> = vec![Vec::new(); count];
    for target in (0..count).map(Node::at) {
        let above = match dependents.of(target) {
            [] => continue,
            [_] => None,
            several => {
                let children = several.iter().flat_map(|node| next.of(*node));
                Some(super::walk::reachable(count, children.copied(), next))
            }
        };
        for dependent in dependents.of(target) {
            if above
                .as_ref()
                .is_none_or(|above| !above.contains(*dependent))
            {
                kept[dependent.index()].push(target);
            }
        }
    }
    // In the order in which the header names them, which decides ties.
    Adjacency::from_lists((0..count).map(Node::at).map(|node| {
        let kept = std::mem::take(&mut kept[node.index()]);
        let written = depends.of(node).iter().copied();
        written
            .filter(move |target| kept.contains(target))
            .collect::<Vec<_>>()
    }))
}

/// Returns for each member of a cycle the place that names the next one.
fn links(revisions: &[Revision], names: &Names, members: &[Node]) -> Vec<Mention> {
    let nexts = members.iter().cycle().skip(1);
    let link = |(member, next): (&Node, &Node)| {
        let revision = &revisions[member.index()];
        let down = revision
            .down_revisions
            .iter()
            .find(|id| names.revision(id.as_str()) == Some(*next));
        if let Some(id) = down {
            return Mention::of(revision, "revises", id.as_str());
        }
        let leads_on = |name: &&String| {
            let label = || names.labels.get(name.as_str()).copied();
            names.revision(name).or_else(label) == Some(*next)
        };
        match revision.depends_on.iter().find(leads_on) {
            Some(name) => Mention::of(revision, "depends-on", name),
            None => Mention::of_id(revision),
        }
    };
    members.iter().zip(nexts).map(link).collect()
}

fn duplicates(places: BTreeMap<&str, Vec<Mention>>) -> Vec<Duplicate> {
    let duplicate = |(name, places): (&str, _)| Duplicate {
        name: name.to_owned(),
        places,
    };
    places.into_iter().map(duplicate).collect()
}

fn suggested<'a, K>(unknown: Vec<(&str, Mention)>, known: impl Fn() -> K) -> Vec<UnknownReference>
where
    K: Iterator<Item = &'a str>,
{
    let reference = |(place, (name, by)): (usize, (&str, Mention))| UnknownReference {
        name: name.to_owned(),
        nearest: (place < SUGGESTIONS)
            .then(|| nearest(name, known().filter(|known| *known != by.revision.as_str())))
            .flatten()
            .map(str::to_owned),
        by,
    };
    unknown.into_iter().enumerate().map(reference).collect()
}

fn none_of<T>(faults: Vec<T>, error: fn(Vec<T>) -> GraphError) -> Result<(), GraphError> {
    if faults.is_empty() {
        Ok(())
    } else {
        Err(error(faults))
    }
}
