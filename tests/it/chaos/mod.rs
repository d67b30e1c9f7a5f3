//! Kill and crash: a random plan, random faults at random moments, and a
//! rerun that ends at head with everything exactly once; and the same on the
//! way back, as far as a random revision.
//!
//! `SEAWORTHY_TEST_ROUNDS` says how many rounds there are, and
//! `SEAWORTHY_TEST_SEED` which is the first; a round that fails prints its
//! seed and what was done, so that it alone can be run again.

mod fault;
mod leg;
mod truth;
mod voyage;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use fastrand::Rng;

use self::leg::{Leg, Scene};
use self::voyage::Voyage;
use crate::support::project::Project;
use crate::support::proxy::{Behaviour, Proxy};
use crate::support::server::{Options, Server};

/// How many rounds an ordinary test run has.
const ROUNDS: u64 = 40;

/// What happened in the rounds, to be printed at the end.
#[derive(Debug, Default)]
struct Tally {
    rounds: u64,
    faults: BTreeMap<&'static str, u64>,
    codes: BTreeMap<i32, u64>,
    /// Left half way up, by so many faults, and half way down.
    partial: u64,
    reverting: u64,
    repaired: u64,
}

#[test]
fn after_any_fault_a_rerun_ends_at_head_with_everything_once() {
    let server = Server::start(Options::default().setting("synchronous_commit", "on"));
    let first = number("SEAWORTHY_TEST_SEED").unwrap_or_else(|| fastrand::u64(..1_000_000_000));
    let rounds = number("SEAWORTHY_TEST_ROUNDS").unwrap_or(ROUNDS);
    let mut tally = Tally::default();
    let mut pace = Duration::from_millis(50);
    for seed in first..first + rounds {
        let mut diary = Vec::new();
        let ended = catch_unwind(AssertUnwindSafe(|| {
            round(&server, seed, &mut pace, &mut tally, &mut diary);
        }));
        if let Err(panic) = ended {
            say(&format!(
                "round with SEAWORTHY_TEST_SEED={seed} SEAWORTHY_TEST_ROUNDS=1 failed:\n{}",
                diary.join("\n")
            ));
            resume_unwind(panic);
        }
    }
    say(&format!("seeds from {first}, {tally:?}"));
    assert_eq!(tally.rounds, rounds);
}

/// Goes up, or up, back and up again. `pace` is how long a run with nothing to do
/// takes on this machine, learned from round to round.
fn round(
    server: &Server,
    seed: u64,
    pace: &mut Duration,
    tally: &mut Tally,
    diary: &mut Vec<String>,
) {
    let mut rng = Rng::with_seed(seed);
    let voyage = Voyage::draw(&mut rng);
    let project = Project::new();
    for (name, text) in &voyage.files {
        project.file(name, text);
        diary.push(format!("-- {name}\n{text}"));
    }
    let database = server.database();
    let proxy = Proxy::start(server.port(), Behaviour::Forward);
    let scene = Scene {
        url: database.url().replace(
            &format!(":{}/", server.port()),
            &format!(":{}/", proxy.port()),
        ),
        project,
        database,
        proxy,
    };
    let up = Leg::up(&voyage);
    up.disturbed(&scene, &mut rng, *pace, tally, diary);
    let idle = up.in_peace(&scene, tally, diary);
    *pace = pace.mul_f64(0.7) + idle.mul_f64(0.3);
    let head = voyage.truths.len() - 1;
    let mut history = voyage.history("upgrade", 0..head);
    voyage.truths[head].check(&scene.database, &history);
    if rng.bool() {
        let stays = rng.usize(..head);
        let back = Leg::back(&voyage, stays);
        back.disturbed(&scene, &mut rng, *pace, tally, diary);
        back.in_peace(&scene, tally, diary);
        let mut taken_back = voyage.history("downgrade", stays..head);
        taken_back.reverse();
        history.extend(taken_back);
        voyage.truths[stays].check(&scene.database, &history);
        up.in_peace(&scene, tally, diary);
        history.extend(voyage.history("upgrade", stays..head));
        voyage.truths[head].check(&scene.database, &history);
    }
    tally.rounds += 1;
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}

/// Prints for whoever looks at the test's output.
fn say(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{text}");
}
