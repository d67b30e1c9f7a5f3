//! `seaworthy wait`: only the waiting.

use super::{Ending, block_on};
use crate::config::Config;
use crate::error::Error;
use crate::files::FilesError;
use crate::pipeline;
use crate::process::Signals;
use crate::revision::{Graph, Point, Target};

pub(super) fn wait(
    config: &Config,
    schema: Option<&Target>,
    signals: &Signals,
) -> Result<Ending, Error> {
    let graph = match schema {
        Some(target) => Some(revisions(config, target)?),
        None => None,
    };
    let schema = graph.as_ref().zip(schema);
    block_on(signals, pipeline::wait(config, schema, signals))?;
    Ok(Ending::Done)
}

/// Returns the graph of the directory. An application's image may hold no
/// revisions, and a full id needs none.
fn revisions(config: &Config, target: &Target) -> Result<Graph, Error> {
    match pipeline::load(&config.migrations) {
        Err(Error::Files(FilesError::NoDirectory { .. } | FilesError::Empty { .. }))
            if matches!(target.point, Point::Named(_)) =>
        {
            Ok(Graph::build(Vec::new())?)
        }
        loaded => loaded,
    }
}
