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

use fastrand::Rng;

use self::edit::edit;
use self::world::{ROLE, World};
use crate::support::judge;
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
    let mut failures = Vec::new();
    for seed in first..first + pairs {
        let (before, after) = pair(seed);
        for (way, from, to) in [
            ("forwards", &before, &after),
            ("backwards", &after, &before),
        ] {
            if let Err(failure) = judge::check(server, &from.sql(), &to.sql(), "") {
                failures.push(format!(
                    "SEAWORTHY_TEST_SEED={seed} SEAWORTHY_TEST_PAIRS=1, {way}: {failure}\nfrom\n{}\nto\n{}",
                    from.sql(),
                    to.sql()
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {pairs} pairs from {first} failed:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
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
