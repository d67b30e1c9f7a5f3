//! `seaworthy health`: one look, and an answer in time.
//!
//! Everything happens in a thread that is left behind when time is up, however
//! it is stuck: in a name lookup, on a file system that hangs, for want of a
//! processor. Signals end the process at once; nothing is to be put in order.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

use super::finding::{Finding, fault, finding};
use super::wait::revisions;
use super::{Ending, run_to_its_end};
use crate::config::{self, Environment, Limit, Output, Typed};
use crate::error::{self, Error};
use crate::files::Disk;
use crate::pipeline;
use crate::plan;
use crate::revision::Graph;
use crate::view::Health;

/// As much as the main thread has.
const STACK: usize = 8 * 1024 * 1024;

pub(super) fn health(typed: &Typed, command: config::Health, environment: &Environment) -> Ending {
    let limit = config::health_timeout(typed);
    let answer = answer_within(limit, typed.clone(), environment.clone());
    let text = match command.output {
        Output::Text => answer.health.line(),
        Output::Json => answer.health.json(),
    };
    match answer.why {
        Some(why) => Ending::Unable(text, Box::new(why)),
        None if answer.health.is_ok() => Ending::Show(text),
        None => Ending::Found(text),
    }
}

fn answer_within(limit: Limit, typed: Typed, environment: Environment) -> Finding {
    let began = Instant::now();
    let (sender, answers) = channel();
    let asking = thread::Builder::new().stack_size(STACK).spawn(move || {
        let answer = ask(&typed, &environment, began, limit).unwrap_or_else(unable);
        // Nobody listens any more once time is up.
        let _late = sender.send(answer);
    });
    if let Err(error) = asking {
        return unable(Error::Runtime(error));
    }
    let answer = match limit {
        Some(limit) => answers.recv_timeout(limit.saturating_sub(began.elapsed())),
        None => answers.recv().map_err(|_| RecvTimeoutError::Disconnected),
    };
    answer.unwrap_or_else(|_| late(limit.unwrap_or_default()))
}

fn ask(
    typed: &Typed,
    environment: &Environment,
    began: Instant,
    limit: Limit,
) -> Result<Finding, Error> {
    let config = config::resolve(typed, environment, &Disk)?;
    let target = &config.migrations.target;
    let graph = config.health.schema.then(|| -> Result<Graph, Error> {
        let graph = revisions(&config, target)?;
        plan::check_awaited(&graph, target)?;
        Ok(graph)
    });
    let schema = graph.as_ref().and_then(|graph| graph.as_ref().ok());
    let looking = pipeline::health(&config, schema.map(|graph| (graph, target)), began, limit);
    let found = run_to_its_end(looking)?;
    Ok(finding(&config, &config.health, graph.as_ref(), found))
}

fn unable(error: Error) -> Finding {
    let why = error.diagnostic();
    Finding {
        health: Health::unable(fault(&why)),
        why: Some(why),
    }
}

fn late(limit: Duration) -> Finding {
    Finding {
        health: Health::unable(fault(&error::health::late(limit))),
        why: None,
    }
}
