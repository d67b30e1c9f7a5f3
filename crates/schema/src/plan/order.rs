//! The order of the actions: consumers are torn down before what they need is,
//! producers are built before what needs them, and a name is free before it is
//! taken again.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::{kosaraju_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};

use super::Action;
use super::expand::Work;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::kind::Kind;

/// Returns the actions that have statements of their own, in order, or some that go
/// round in a circle.
pub(super) fn ordered(work: &Work, context: &Context<'_>) -> Result<Vec<Action>, Vec<Action>> {
    let graph = Graph::of(work, context);
    let sorted = toposort(&graph.actions, None).map_err(|_| graph.circle())?;
    Ok(sorted
        .into_iter()
        .filter_map(|node| graph.actions.node_weight(node).cloned())
        .collect())
}

struct Graph {
    actions: DiGraph<Action, ()>,
    nodes: BTreeMap<Action, NodeIndex>,
    edges: BTreeSet<(NodeIndex, NodeIndex)>,
}

impl Graph {
    fn of(work: &Work, context: &Context<'_>) -> Self {
        let mut graph = Self {
            actions: DiGraph::new(),
            nodes: BTreeMap::new(),
            edges: BTreeSet::new(),
        };
        graph.add_nodes(work, context);
        graph.add_edges(work, context);
        for (from, to) in std::mem::take(&mut graph.edges) {
            graph.actions.add_edge(from, to, ());
        }
        graph
    }

    /// Adds a node for each action. What comes along with something else shares
    /// its node. The sort prefers what was added last.
    fn add_nodes(&mut self, work: &Work, context: &Context<'_>) {
        let made_with = |one: &Identity| made_with(one, context);
        let gone_with = |one: &Identity| gone_with(one, context);
        for identity in work.made.iter().rev() {
            if made_with(identity).is_none() {
                self.add(Action::Create(identity.clone()));
            }
        }
        for identity in work.altered.keys().rev() {
            self.add(Action::Alter(identity.clone()));
        }
        for identity in work.aside.keys() {
            self.add(Action::PutAside(identity.clone()));
        }
        for identity in &work.gone {
            if gone_with(identity).is_none() {
                self.add(Action::Drop(identity.clone()));
            }
        }
        for identity in &work.made {
            self.share(Action::Create, identity, &made_with);
        }
        for identity in &work.gone {
            self.share(Action::PutAside, identity, &gone_with);
            self.share(Action::Drop, identity, &gone_with);
        }
    }

    fn add(&mut self, action: Action) {
        let node = self.actions.add_node(action.clone());
        self.nodes.insert(action, node);
    }

    /// Lets an action stand for that of what it comes along with, however many
    /// steps away that is.
    fn share(
        &mut self,
        action: fn(Identity) -> Action,
        identity: &Identity,
        along: &impl Fn(&Identity) -> Option<Identity>,
    ) {
        let mut whole = identity.clone();
        while let Some(next) = along(&whole).filter(|next| *next != whole) {
            whole = next;
        }
        if let Some(node) = self.nodes.get(&action(whole)).copied() {
            self.nodes.insert(action(identity.clone()), node);
        }
    }

    fn add_edges(&mut self, work: &Work, context: &Context<'_>) {
        use Action::{Alter, Create, Drop, PutAside};
        for identity in work.made.iter() {
            let create = Create(identity.clone());
            for need in context.new.needs(identity) {
                self.edge(&Create(need.clone()), &create);
                self.edge(&Alter(need.clone()), &create);
            }
            self.edge(&self.freeing(identity), &create);
        }
        for identity in work.altered.keys() {
            let alter = Alter(identity.clone());
            for need in context.new.needs(identity) {
                self.edge(&Create(need.clone()), &alter);
                self.edge(&Alter(need.clone()), &alter);
            }
            for need in context.old.needs(identity) {
                self.edge(&alter, &Drop(need.clone()));
            }
        }
        for identity in work.gone.iter() {
            let drop = Drop(identity.clone());
            let stays_aside = self.freeing(identity) != drop;
            for need in context.old.needs(identity) {
                self.edge(&drop, &Drop(need.clone()));
                if !stays_aside {
                    // Its own name may hold that of what it needs.
                    self.edge(&drop, &Alter(need.clone()));
                    self.edge(&drop, &PutAside(need.clone()));
                }
            }
        }
        self.see_casts(work, context);
        self.see_attributes(work, context);
        self.free_slots(work, context);
        self.keep_after(work, context);
        self.drop_after(work, context);
    }

    /// A view may use a cast, of which `pg_depend` knows nothing but its function
    /// and its types.
    fn see_casts(&mut self, work: &Work, context: &Context<'_>) {
        let casts = work.made.iter().filter(|one| one.kind() == Kind::Cast);
        for cast in casts {
            let create = Action::Create(cast.clone());
            let needs = || context.new.needs(cast);
            if needs().any(|need| is_view(need.kind())) {
                continue;
            }
            for user in needs().flat_map(|need| context.new.dependents(need)) {
                if is_view(user.kind()) {
                    self.edge(&create, &coming(user, work, context));
                }
            }
        }
    }

    /// A view may make a value of a type of all its attributes, of which
    /// `pg_depend` knows the type alone.
    fn see_attributes(&mut self, work: &Work, context: &Context<'_>) {
        use Action::{Alter, Create, Drop};
        let changed = work.made.iter().chain(work.altered.keys());
        let views: Vec<&Identity> = changed.filter(|one| is_view(one.kind())).collect();
        for view in views {
            let coming = coming(view, work, context);
            let needs = context.new.needs(view);
            for composite in needs.filter(|need| need.kind() == Kind::Composite) {
                let new = context.new.children(composite, Kind::Attribute);
                for attribute in new.map(|fact| &fact.identity) {
                    self.edge(&Create(attribute.clone()), &coming);
                    self.edge(&Alter(attribute.clone()), &coming);
                }
                let old = context.old.children(composite, Kind::Attribute);
                for attribute in old.map(|fact| &fact.identity) {
                    if !context.old.needs(view).any(|need| need == attribute) {
                        self.edge(&Drop(attribute.clone()), &coming);
                    }
                }
            }
        }
    }

    /// What a kind wants to come first does, whatever happens to it.
    fn keep_after(&mut self, work: &Work, context: &Context<'_>) {
        let made = work.made.iter().map(|one| Action::Create(one.clone()));
        let altered = work.altered.keys().map(|one| Action::Alter(one.clone()));
        for action in made.chain(altered) {
            let (Action::Create(identity)
            | Action::Alter(identity)
            | Action::Drop(identity)
            | Action::PutAside(identity)) = &action;
            let Some(fact) = context.new.get(identity) else {
                continue;
            };
            let row = fact.kind().row();
            let after = (row.after)(fact);
            for first in after.iter().cloned() {
                self.edge(&Action::Drop(first), &action);
            }
            for first in after.into_iter().chain((row.follows)(fact)) {
                self.edge(&Action::Alter(first.clone()), &action);
                self.edge(&Action::Create(first), &action);
            }
        }
    }

    /// The same for what is taken away.
    fn drop_after(&mut self, work: &Work, context: &Context<'_>) {
        // What goes along with something else has no order of its own.
        let alone = |identity: &&Identity| gone_with(identity, context).is_none();
        for identity in work.gone.iter().filter(alone) {
            let Some(fact) = context.old.get(identity) else {
                continue;
            };
            let drop = Action::Drop(identity.clone());
            let then = (fact.kind().row().gone_before)(fact);
            for then in &then {
                self.edge(&drop, &Action::Drop(then.clone()));
                self.edge(&drop, &Action::Alter(then.clone()));
                self.edge(&drop, &Action::Create(then.clone()));
            }
            for first in (fact.kind().row().gone_after)(fact) {
                self.edge(&Action::Drop(first), &drop);
            }
            let mut first = (fact.kind().row().after)(fact);
            first.retain(|first| !then.contains(first));
            for first in first {
                self.edge(&Action::Drop(first.clone()), &drop);
                self.edge(&Action::Alter(first), &drop);
            }
        }
    }

    /// A name that one fact gives up is free before another takes it.
    fn free_slots(&mut self, work: &Work, context: &Context<'_>) {
        let slots = |fact: &Fact| (fact.kind().row().slots)(fact);
        let mut freed: BTreeMap<String, Vec<Identity>> = BTreeMap::new();
        for identity in &work.gone {
            for slot in context.old.get(identity).map(slots).unwrap_or_default() {
                freed.entry(slot).or_default().push(identity.clone());
            }
        }
        for identity in &work.made {
            for slot in context.new.get(identity).map(slots).unwrap_or_default() {
                for gone in freed.get(&slot).into_iter().flatten() {
                    self.edge(&self.freeing(gone), &Action::Create(identity.clone()));
                }
            }
        }
    }

    /// Returns the action after which nothing is called so any more.
    fn freeing(&self, identity: &Identity) -> Action {
        let aside = Action::PutAside(identity.clone());
        if self.nodes.contains_key(&aside) {
            aside
        } else {
            Action::Drop(identity.clone())
        }
    }

    /// Puts one action before another, if both are there and not the same.
    fn edge(&mut self, from: &Action, to: &Action) {
        if let (Some(from), Some(to)) = (self.nodes.get(from), self.nodes.get(to))
            && from != to
        {
            self.edges.insert((*from, *to));
        }
    }

    /// Returns the longest circle.
    fn circle(&self) -> Vec<Action> {
        let circles = kosaraju_scc(&self.actions);
        let longest = circles.into_iter().max_by_key(Vec::len).unwrap_or_default();
        let actions = longest
            .into_iter()
            .filter_map(|node| self.actions.node_weight(node));
        actions.cloned().collect()
    }
}

/// Returns what makes a view what it shall be, where that may come late: one that is
/// altered has to come before what it needed goes.
fn coming(view: &Identity, work: &Work, context: &Context<'_>) -> Action {
    let is_bound = context.old.needs(view).any(|need| work.gone.contains(need));
    match work.altered.contains_key(view) && !is_bound {
        true => Action::Alter(view.clone()),
        false => Action::Create(view.clone()),
    }
}

fn is_view(kind: Kind) -> bool {
    matches!(kind, Kind::View | Kind::MaterializedView)
}

/// Returns what is made in this plan and brings a fact along.
fn made_with(identity: &Identity, context: &Context<'_>) -> Option<Identity> {
    let fact = context.new.get(identity)?;
    let whole = (fact.kind().row().made_with)(fact, context)?;
    context.made.contains(&whole).then_some(whole)
}

/// Returns what is taken away in this plan and takes a fact along.
fn gone_with(identity: &Identity, context: &Context<'_>) -> Option<Identity> {
    let fact = context.old.get(identity)?;
    let wholes = (fact.kind().row().gone_with)(fact, context);
    wholes
        .into_iter()
        .find(|whole| context.gone.contains(whole))
}
