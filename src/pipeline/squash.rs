//! One revision in the place of several: replayed, planned, proved, exchanged.

use std::path::PathBuf;

use seaworthy_schema::{Manner, Statement};
use tracing::{info, warn};

use super::author::{self, Draft, Wish, Written};
use super::proof::{Begun, equal, proved};
use super::sides::Sides;
use super::{graph_of, load, look, until_signal};
use crate::config::{Config, ConfigError, Exchange, Side, Squash as Command};
use crate::error::{self, Error};
use crate::files;
use crate::format::Body;
use crate::plan::{self, AppliedState, PlanError, Progress};
use crate::process::Signals;
use crate::revision::{Graph, Node, RevisionId, Squash, SquashError, Standpoint};

/// What came of a range.
#[derive(Clone, Debug)]
pub enum Squashed {
    Written(Written),
    /// The text of its file, which is not there.
    Shown(String),
}

/// Puts one revision in the place of a range. `text` makes its body.
///
/// # Errors
///
/// [`SquashError`]; [`Error::NotProved`]; what is wrong with the revisions or the
/// files, of which then none has changed.
pub async fn squash(
    config: &Config,
    command: &Command,
    text: fn(&[Statement]) -> String,
    signals: &Signals,
) -> Result<Squashed, Error> {
    let graph = load(&config.migrations)?;
    let state = state(config, signals).await?;
    let heads = state.as_ref().map(|state| plan::heads(&graph, state));
    let heads = heads.map(|heads| nodes(&graph, &heads));
    let standpoint = heads.as_deref().map_or(Standpoint::Unknown, Standpoint::At);
    let range = graph.range(&command.range, standpoint);
    let squash = graph.squashed(&range.map_err(PlanError::from)?)?;
    if let Some(state) = &state {
        refuse_partly_applied(&graph, &squash, state)?;
    }
    for place in plan::beyond_the_schema(&graph, &squash.revisions) {
        warn!("{}", error::script::not_squashed(&place));
    }
    for node in &squash.revisions {
        let revision = graph.revision(*node);
        if !revision.replaces.is_empty() {
            warn!(
                "`{}` replaces others itself: a database that has those must record it, by an upgrade with the present files, before it gets the new one",
                revision.id
            );
        }
    }
    let mut sides = Sides::of(config);
    let making = made(config, command, &graph, &squash, text, &mut sides);
    let draft = until_signal(signals, making).await;
    let left = sides.clear().await;
    let draft = draft?;
    left?;
    if command.exchange == Exchange::Shown {
        let texts = draft.files.into_iter().map(|(_, text)| text);
        return Ok(Squashed::Shown(texts.collect()));
    }
    let old = files_of(&graph, &squash);
    files::exchange(&draft.files, &old)?;
    for path in &old {
        info!("removed `{}`", path.display());
    }
    let paths: Vec<PathBuf> = draft.files.into_iter().map(|(path, _)| path).collect();
    author::run_hooks(config, &paths)?;
    Ok(Squashed::Written(Written {
        id: draft.id,
        paths,
    }))
}

/// Returns what the configured database has; `None` if there is none.
async fn state(config: &Config, signals: &Signals) -> Result<Option<AppliedState>, Error> {
    match config.databases() {
        Err(ConfigError::NoDatabase) => {
            info!("no database is configured in which the range could be applied in part");
            Ok(None)
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(Some(look::state(config, signals).await?)),
    }
}

/// A database that has all of the range records the new revision, one that has
/// none of it runs that, and any other can do neither.
fn refuse_partly_applied(
    graph: &Graph,
    squash: &Squash,
    state: &AppliedState,
) -> Result<(), SquashError> {
    let is_complete = |node: &&Node| {
        let row = state.rows.get(graph.id(**node));
        row.is_some_and(|row| row.progress == Progress::Complete)
    };
    let (applied, missing): (Vec<&Node>, Vec<&Node>) =
        squash.revisions.iter().partition(is_complete);
    let has_begun = missing
        .iter()
        .any(|node| state.rows.contains_key(graph.id(**node)));
    if missing.is_empty() || (applied.is_empty() && !has_begun) {
        return Ok(());
    }
    let located = |nodes: Vec<&Node>| nodes.into_iter().map(|node| graph.located(*node)).collect();
    Err(SquashError::PartlyApplied {
        applied: located(applied),
        missing: located(missing),
    })
}

/// Makes the revision, and proves that it does what the range did: by itself, both
/// ways, and below all that comes after it.
async fn made(
    config: &Config,
    command: &Command,
    graph: &Graph,
    squash: &Squash,
    text: fn(&[Statement]) -> String,
    sides: &mut Sides<'_>,
) -> Result<Draft, Error> {
    let wanted = sides.at(&[graph.id(squash.head).clone()]).await?;
    let proving = sides.proving_from(&squash.before).await?;
    let begun = Begun::at(&proving).await?;
    let steps = proved(proving, begun, wanted.clone(), Manner::Plain).await?;
    let body = match &steps[..] {
        [] => Body::default(),
        [step] => step.body(text),
        _ => return Err(SquashError::SeveralTransactions.into()),
    };
    let replaces: Vec<RevisionId> = ids(graph, &squash.revisions);
    let wish = Wish {
        id: command.id.as_ref(),
        message: command.message.clone(),
        down_revisions: squash.down_revisions.clone(),
        depends_on: squash.depends_on.clone(),
        labels: &squash.labels,
        replaces: &replaces,
        dir: author::directory(config, graph, None, Some(squash.head))?,
        body: Some(&body),
    };
    let draft = author::draft(config, graph, wish)?;
    let new = exchanged(config, graph, squash, &draft)?;
    let before = sides.schema(&Side::Revisions(None)).await?;
    sides.replay_instead(new)?;
    let after = sides.schema(&Side::Revisions(None)).await?;
    equal("by the new revision", &after, &before)?;
    Ok(draft)
}

/// Returns the graph of the directory as it will be.
fn exchanged(
    config: &Config,
    graph: &Graph,
    squash: &Squash,
    draft: &Draft,
) -> Result<Graph, Error> {
    let old = files_of(graph, squash);
    let mut sources = files::load_all(&config.migrations.dirs)?;
    sources.retain(|source| !old.iter().any(|path| path == source.path()));
    sources.extend(draft.sources());
    let new = graph_of(sources, config.migrations.format)?;
    let place = |node: &Node| match squash.revisions.contains(node) {
        true => &draft.id,
        false => graph.id(*node),
    };
    for node in graph
        .nodes()
        .filter(|node| !squash.revisions.contains(node))
    {
        let wanted: Vec<&RevisionId> = graph.down_revisions(node).iter().map(place).collect();
        let found = new.node(graph.id(node).as_str());
        let found = found
            .map(|node| new.down_revisions(node))
            .unwrap_or_default();
        if !found.iter().map(|node| new.id(*node)).eq(wanted) {
            return Err(SquashError::FollowsAnother(graph.located(node)).into());
        }
    }
    Ok(new)
}

/// Returns the files of a block: two for a revision whose directions have files
/// of their own.
fn files_of(graph: &Graph, squash: &Squash) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for node in &squash.revisions {
        let source = &graph.revision(*node).source;
        for path in [source.path(), source.path_at(source.text().len())] {
            if !paths.iter().any(|known| known == path) {
                paths.push(path.to_owned());
            }
        }
    }
    paths
}

fn ids(graph: &Graph, nodes: &[Node]) -> Vec<RevisionId> {
    nodes.iter().map(|node| graph.id(*node).clone()).collect()
}

fn nodes(graph: &Graph, ids: &[RevisionId]) -> Vec<Node> {
    let nodes = ids.iter().filter_map(|id| graph.node(id.as_str()));
    nodes.collect()
}
