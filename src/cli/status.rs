//! `seaworthy status`: the database beside the revisions.

use super::{Ending, block_on};
use crate::config::{Config, Output};
use crate::error::Error;
use crate::pipeline;
use crate::plan;
use crate::postgres::lock::Holder;
use crate::process::Signals;
use crate::view::{self, Lock, Reading, Surface};

pub(super) fn status(
    config: &Config,
    output: Output,
    surface: Surface,
    signals: &Signals,
) -> Result<Ending, Error> {
    let graph = pipeline::load(&config.migrations)?;
    let sight = block_on(signals, pipeline::look(config, signals))?;
    let standing = plan::standing(&graph, &sight.state);
    let lock = sight.holder.map(lock);
    let lock = lock.as_ref();
    Ok(Ending::Show(match output {
        Output::Json => view::status(&graph, &standing, lock),
        Output::Text => {
            let findings = plan::findings(&graph, &sight.state);
            let reading = Reading::new(&graph);
            view::summary(
                &reading,
                &sight.database,
                &standing,
                &findings,
                lock,
                surface,
            )
        }
    }))
}

fn lock(holder: Holder) -> Lock {
    Lock {
        words: holder.to_string(),
        pid: holder.pid,
        application: holder.application,
        role: holder.user,
        address: holder.address,
        since: holder.since,
    }
}
