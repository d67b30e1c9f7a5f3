//! `seaworthy current`: where the database stands.

use tracing::{info, warn};

use super::listing::listed;
use super::{Ending, block_on};
use crate::config::{Config, Current, CurrentHeads, Listing};
use crate::error::{self, Error};
use crate::pipeline;
use crate::plan::{self, Standing};
use crate::process::Signals;
use crate::view::{self, Reading, Surface};

pub(super) fn current(
    config: &Config,
    command: &Current,
    surface: Surface,
    signals: &Signals,
) -> Result<Ending, Error> {
    let graph = pipeline::load(&config.migrations)?;
    let state = block_on(signals, pipeline::state(config, signals))?;
    let standing = plan::standing(&graph, &state);
    let text = match command.listing {
        Listing::Json => view::current(&graph, &standing),
        Listing::Lines | Listing::Blocks => {
            let reading = Reading::new(&graph);
            let heads = &standing.heads;
            let mut text = listed(command.listing, view::names, &reading, heads, surface);
            text.push_str(&view::without_place(&standing, surface));
            text
        }
    };
    if state.rows.is_empty() {
        info!("nothing is applied");
    }
    if command.heads == CurrentHeads::Required && !is_at_head(&standing) {
        let missing = standing.missing_heads.iter();
        let missing: Vec<_> = missing.map(|node| graph.located(*node)).collect();
        warn!("{}", error::plan::not_at_heads(&missing));
        return Ok(Ending::Found(text));
    }
    Ok(Ending::Show(text))
}

fn is_at_head(standing: &Standing) -> bool {
    standing.missing_heads.is_empty()
}
