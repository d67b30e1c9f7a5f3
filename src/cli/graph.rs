//! `seaworthy history`, `heads`, `branches` and `show`: the revisions in the
//! directory.

use super::listing::listed;
use super::{Ending, block_on};
use crate::config::{Config, CurrentMark, History, Listing, Show};
use crate::error::Error;
use crate::pipeline;
use crate::plan;
use crate::process::Signals;
use crate::revision::{Graph, Node, NodeSet, Point, Standpoint};
use crate::view::{self, Detail, Reading, Surface};

pub(super) fn history(
    config: &Config,
    command: &History,
    surface: Surface,
    signals: &Signals,
) -> Result<Ending, Error> {
    let graph = pipeline::load(&config.migrations)?;
    let is_marked = command.current == CurrentMark::Shown;
    let current = if is_marked || command.range.asks_the_database() {
        Some(current(config, &graph, signals)?)
    } else {
        None
    };
    let nodes = graph
        .range(&command.range, standpoint(current.as_deref()))
        .map_err(plan::PlanError::from)?;
    let mut reading = Reading::new(&graph);
    if is_marked {
        reading = reading.at(current.unwrap_or_default());
    }
    let text = listed(command.listing, view::history, &reading, &nodes, surface);
    Ok(Ending::Show(text))
}

pub(super) fn heads(config: &Config, listing: Listing, surface: Surface) -> Result<Ending, Error> {
    let graph = pipeline::load(&config.migrations)?;
    let nodes = newest_first(&graph, |node| graph.is_head(node));
    let reading = Reading::new(&graph);
    Ok(Ending::Show(listed(
        listing,
        view::names,
        &reading,
        &nodes,
        surface,
    )))
}

pub(super) fn branches(
    config: &Config,
    listing: Listing,
    surface: Surface,
) -> Result<Ending, Error> {
    let graph = pipeline::load(&config.migrations)?;
    let nodes = newest_first(&graph, |node| graph.is_branch_point(node));
    let reading = Reading::new(&graph);
    let text = match listing {
        Listing::Lines => view::branches(&reading, &nodes, Detail::Line, surface),
        Listing::Blocks => view::branches(&reading, &nodes, Detail::Block, surface),
        Listing::Json => view::revisions(&reading, &nodes),
    };
    Ok(Ending::Show(text))
}

pub(super) fn show(
    config: &Config,
    command: &Show,
    surface: Surface,
    signals: &Signals,
) -> Result<Ending, Error> {
    let graph = pipeline::load(&config.migrations)?;
    let current = match command.target.point {
        Point::Current => Some(current(config, &graph, signals)?),
        Point::Head | Point::Heads | Point::Base | Point::Named(_) => None,
    };
    let nodes = graph
        .select(&command.target, standpoint(current.as_deref()))
        .map_err(plan::PlanError::from)?;
    let mut set = NodeSet::new(graph.len());
    for node in nodes {
        set.insert(node);
    }
    let nodes = newest_first(&graph, |node| set.contains(node));
    if nodes.is_empty() {
        tracing::info!("`{}` is below the first revision", command.target);
    }
    let reading = Reading::new(&graph).at(current.unwrap_or_default());
    let listing = match command.listing {
        Listing::Lines => Listing::Blocks,
        listing => listing,
    };
    let text = listed(listing, view::history, &reading, &nodes, surface);
    Ok(Ending::Show(text))
}

/// Returns where the database is.
fn current(config: &Config, graph: &Graph, signals: &Signals) -> Result<Vec<Node>, Error> {
    let state = block_on(signals, pipeline::state(config, signals))?;
    let heads = plan::heads(graph, &state);
    let nodes = heads.iter().filter_map(|id| graph.node(id.as_str()));
    Ok(nodes.collect())
}

fn standpoint(current: Option<&[Node]>) -> Standpoint<'_> {
    current.map_or(Standpoint::Unknown, Standpoint::At)
}

/// Returns some revisions in the order of the whole history.
fn newest_first(graph: &Graph, wanted: impl Fn(Node) -> bool) -> Vec<Node> {
    let mut all = NodeSet::new(graph.len());
    for node in graph.nodes() {
        all.insert(node);
    }
    let mut nodes = graph.descending(&all);
    nodes.retain(|node| wanted(*node));
    nodes
}
