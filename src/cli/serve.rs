//! `seaworthy serve`: what the sidecar saw last, for whoever asks.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tracing::{info, warn};

use super::finding::{fault, finding};
use super::wait::revisions;
use super::{Ending, block_on};
use crate::config::{Config, HealthConfig};
use crate::error::{self, Error};
use crate::pipeline::{self, Round};
use crate::probe::{Answer, StatusCode};
use crate::process::Signals;
use crate::revision::Graph;
use crate::view::{Health, Metrics};

const LIVE: &str = "/livez";
const READY: &str = "/readyz";
const METRICS: &str = "/metrics";

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
/// The text format of Prometheus, with its version.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A sidecar asks always the same; `health.*` is for `health`.
const ASKED: HealthConfig = HealthConfig {
    database: true,
    schema: true,
    app: None,
};

/// What was seen last.
struct Board {
    health: Health,
    metrics: Metrics,
}

pub(super) fn serve(config: &Config, signals: &Signals) -> Result<Ending, Error> {
    let listener = pipeline::sidecar(&config.run)?;
    let target = &config.migrations.target;
    let graph = revisions(config, target);
    let schema = match &graph {
        Ok(graph) => (graph, target),
        Err(_) => return graph.map(|_| Ending::Done),
    };
    let board = Rc::new(RefCell::new(Board::new()));
    let live = config.run.live_paths.clone();
    let shown = Rc::clone(&board);
    let answer = move |path: &str| answer(&shown.borrow(), &live, path);
    let tell = |round: Round| tell(&mut board.borrow_mut(), config, &graph, round);
    let serving = pipeline::serve(config, schema, listener, answer, tell, signals);
    match block_on(signals, serving) {
        Ok(never) => match never {},
        // There is no other end, and nothing is wrong with it.
        Err(Error::Signal(signal)) => {
            info!(target: "probe", "ended by {signal}");
            Ok(Ending::Stopped(signal))
        }
        Err(error) => Err(error),
    }
}

/// Takes down what was found, and logs it where it is something else than
/// before.
fn tell(board: &mut Board, config: &Config, graph: &Result<Graph, Error>, round: Round) {
    let health = finding(config, &ASKED, Some(graph), round.found).health;
    let before = board.health.line();
    let line = health.line();
    if line != before {
        let line = line.trim_end();
        if health.is_ok() {
            info!(target: "probe", "{line}");
        } else {
            warn!(target: "probe", "{line}");
        }
    }
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    board.take(health, round.took, since_1970.unwrap_or_default());
}

fn answer(board: &Board, live: &[String], path: &str) -> Answer {
    let (status, content_type, body) = match path {
        READY if board.health.is_ok() => (StatusCode::OK, JSON, board.health.json()),
        READY => (StatusCode::SERVICE_UNAVAILABLE, JSON, board.health.json()),
        METRICS => (
            StatusCode::OK,
            PROMETHEUS,
            board.metrics.page(env!("CARGO_PKG_VERSION"), &board.health),
        ),
        path if path == LIVE || live.iter().any(|live| live == path) => {
            (StatusCode::OK, TEXT, "alive\n".to_owned())
        }
        _ => (
            StatusCode::NOT_FOUND,
            TEXT,
            format!("there are {LIVE}, {READY} and {METRICS}\n"),
        ),
    };
    Answer {
        status,
        content_type,
        body,
    }
}

impl Board {
    /// Returns one on which nothing was written yet.
    fn new() -> Self {
        Self {
            health: Health::unable(fault(&error::health::starting())),
            metrics: Metrics::default(),
        }
    }

    fn take(&mut self, health: Health, took: Duration, at: Duration) {
        if health.is_ok() {
            self.metrics.ready += 1;
        } else {
            self.metrics.unready += 1;
        }
        self.metrics.took = Some(took);
        self.metrics.at = Some(at);
        self.health = health;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::DatabaseHealth;

    fn well() -> Health {
        Health {
            database: Some(DatabaseHealth {
                name: "u@db:5432/d".to_owned(),
                error: None,
            }),
            ..Health::default()
        }
    }

    #[track_caller]
    fn check(board: &Board, path: &str, status: u16, part: &str) {
        let answer = answer(board, &["/up".to_owned()], path);
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert!(answer.body.contains(part), "{}", answer.body);
    }

    #[test]
    fn ready_is_what_was_seen_last_and_live_is_always() {
        let mut board = Board::new();
        let live = |board: &Board| {
            check(board, "/livez", 200, "alive");
            check(board, "/up", 200, "alive");
        };
        live(&board);
        check(&board, "/readyz", 503, "\"code\":\"starting\"");
        check(&board, "/metrics", 200, "seaworthy_ready 0\n");
        check(&board, "/", 404, "/readyz");
        check(&board, "/readyz/", 404, "");

        let moment = Duration::from_millis(1);
        board.take(well(), moment, moment);
        check(&board, "/readyz", 200, "\"ok\":true");
        let one = "seaworthy_checks_total{outcome=\"ready\"} 1\n";
        check(&board, "/metrics", 200, one);
        board.take(Health::default(), moment, moment);
        live(&board);
        check(&board, "/readyz", 503, "\"ok\":false");
        check(&board, "/metrics", 200, "seaworthy_ready 0\n");
        check(&board, "/metrics", 200, one);
    }
}
