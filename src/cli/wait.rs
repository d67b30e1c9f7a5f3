//! `seaworthy wait`: only the waiting.

use super::{Ending, block_on};
use crate::config::{Config, Wait};
use crate::error::Error;
use crate::files::FilesError;
use crate::pipeline::{self, Lookout};
use crate::process::Signals;
use crate::revision::{Graph, Point, Target};

pub(super) fn wait(config: &Config, command: &Wait, signals: &Signals) -> Result<Ending, Error> {
    let lookout = Lookout::open(&config.run)?;
    let schema = command.schema.as_ref();
    let graph = schema.map(|target| revisions(config, target)).transpose()?;
    let schema = graph.as_ref().zip(schema);
    let wait = pipeline::wait(config, schema, signals);
    block_on(signals, pipeline::attended(lookout, wait))?;
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
