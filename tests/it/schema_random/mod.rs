//! Random schemas and random changes of them, each judged by `pg_dump`, both
//! ways.
//!
//! `SEAWORTHY_TEST_PAIRS` says how many pairs there are, and
//! `SEAWORTHY_TEST_SEED` which is the first: without it an ordinary run has
//! always the same ones. All that fail are named, each with the seed by which it
//! alone can be tried again.

mod draw;
mod edit;
mod world;

use std::iter;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use fastrand::Rng;

use self::edit::edit;
use self::world::{ROLE, World};
use crate::support::judge::{self, Manner};
use crate::support::server::Server;

/// How many pairs an ordinary test run has.
const PAIRS: u64 = 50;

#[test]
fn any_schema_becomes_any_other() {
    let server = Server::shared();
    judge::create_role(server, ROLE);
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse().expect("a number"))
    };
    let first = number("SEAWORTHY_TEST_SEED").unwrap_or(1);
    let pairs = number("SEAWORTHY_TEST_PAIRS").unwrap_or(PAIRS);
    let (next, failures) = (AtomicU64::new(first), Mutex::new(Vec::new()));
    // It is the longest of all tests, and the last: each core takes the next pair.
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let seeds = || Some(next.fetch_add(1, Ordering::Relaxed));
                for seed in iter::from_fn(seeds).take_while(|seed| *seed < first + pairs) {
                    let found = failed(server, seed);
                    failures.lock().expect("nobody panics").extend(found);
                }
            });
        }
    });
    let failures = failures.into_inner().expect("nobody panics");
    assert!(
        failures.is_empty(),
        "{} of {pairs} pairs from {first} failed:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

/// Tries the pair of a seed both ways, and returns what went wrong.
fn failed(server: &Server, seed: u64) -> Vec<String> {
    let (before, after) = pair(seed);
    // One of the two ways leaves the tables in use.
    let manners = match seed % 2 {
        0 => [Manner::Plain, Manner::Online],
        _ => [Manner::Online, Manner::Plain],
    };
    let ways = [
        ("forwards", manners[0], &before, &after),
        ("backwards", manners[1], &after, &before),
    ];
    let failed = ways.into_iter().filter_map(|(way, manner, from, to)| {
        let (from, to) = (from.sql(), to.sql());
        let failure = judge::check(server, manner, [&from, &to], "").err()?;
        Some(format!(
            "SEAWORTHY_TEST_SEED={seed} SEAWORTHY_TEST_PAIRS=1, {way}, {manner:?}: {failure}\n\
             from\n{from}\nto\n{to}"
        ))
    });
    failed.collect()
}

/// A schema, and what a few changes make of it.
fn pair(seed: u64) -> (World, World) {
    let mut rng = Rng::with_seed(seed);
    let mut before = World::default();
    edit(&mut before, &mut rng, 60);
    let mut after = before.clone();
    let count = rng.usize(1..20);
    edit(&mut after, &mut rng, count);
    (before, after)
}
