//! Kill and crash: a random plan, random faults at random moments, and a
//! rerun that ends at head with everything exactly once.
//!
//! `SEAWORTHY_TEST_ROUNDS` says how many rounds there are, and
//! `SEAWORTHY_TEST_SEED` which is the first; a round that fails prints its
//! seed and what was done, so that it alone can be run again.

mod fault;
mod truth;
mod voyage;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use fastrand::Rng;

use self::fault::Fault;
use self::voyage::{Transactions, Voyage};
use crate::support::binary::{Binary, Finished, Running};
use crate::support::project::Project;
use crate::support::proxy::{Behaviour, Proxy};
use crate::support::server::{Options, Server};

/// How many rounds an ordinary test run has.
const ROUNDS: u64 = 40;

/// Faults in one round, before it is left in peace.
const MOST_FAULTS: usize = 4;

/// Runs in peace that may still end without success, each for a reason that an
/// earlier fault has left behind.
const PEACEFUL_RUNS: usize = 3;

/// What the contract allows between a signal and the end, and as much again
/// for a machine under load.
const SIGNAL_BOUND: Duration = Duration::from_secs(2);

/// What happened in the rounds, to be printed at the end.
#[derive(Debug, Default)]
struct Tally {
    rounds: u64,
    faults: BTreeMap<&'static str, u64>,
    codes: BTreeMap<i32, u64>,
    resumed: u64,
    repaired: u64,
}

/// How long a run with nothing to do takes on this machine, learned from round
/// to round.
struct Pace(Duration);

/// What a revision costs besides the rest that its statements take.
const REVISION: Duration = Duration::from_millis(8);

#[test]
fn after_any_fault_a_rerun_ends_at_head_with_everything_once() {
    let server = Server::start(Options::default().setting("synchronous_commit", "on"));
    let first = number("SEAWORTHY_TEST_SEED").unwrap_or_else(|| fastrand::u64(..1_000_000_000));
    let rounds = number("SEAWORTHY_TEST_ROUNDS").unwrap_or(ROUNDS);
    let mut tally = Tally::default();
    let mut pace = Pace(Duration::from_millis(50));
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

fn round(server: &Server, seed: u64, pace: &mut Pace, tally: &mut Tally, diary: &mut Vec<String>) {
    let mut rng = Rng::with_seed(seed);
    let voyage = Voyage::draw(&mut rng);
    let project = Project::new();
    for (name, text) in &voyage.files {
        project.file(name, text);
        diary.push(format!("-- {name}\n{text}"));
    }
    let database = server.database();
    let proxy = Proxy::start(server.port(), Behaviour::Forward);
    let url = database.url().replace(
        &format!(":{}/", server.port()),
        &format!(":{}/", proxy.port()),
    );
    let start = || {
        let transaction = match voyage.transactions {
            Transactions::OneOrNoneEach => "revision",
            Transactions::OneForAll => "all",
        };
        Binary::new(["run", "--lock-wait", "30s", "--transaction", transaction])
            .arg("--")
            .arg("echo")
            .arg("up")
            .within(project.path())
            .env("DATABASE_URL", &url)
            .spawn()
    };
    let mut told = Vec::new();
    let mut note = |finished: &Finished, tally: &mut Tally, diary: &mut Vec<String>| {
        diary.push(format!("code {}\n{}", finished.code(), finished.stderr));
        *tally.codes.entry(finished.code()).or_default() += 1;
        tally.repaired += u64::from(
            finished
                .stderr
                .contains("INVALID index that an earlier run"),
        );
        told.extend(told_as_applied(&finished.stderr));
        // The application may be killed when it has said so.
        assert!(
            finished.code() != 0 || finished.stdout == "up\n",
            "no application"
        );
        assert!(!finished.stderr.contains("panicked"), "it panicked");
    };

    for _ in 0..rng.usize(1..=MOST_FAULTS) {
        let fault = Fault::draw(&mut rng);
        let moment = pace.of(&voyage).mul_f64(rng.f64());
        diary.push(format!("{fault:?} after {moment:?}"));
        *tally.faults.entry(fault.name()).or_default() += 1;
        let victim = start();
        let bystander = (rng.u8(..4) == 0).then(&start);
        victim.ends_within(moment);
        let struck = fault.strike(&victim, &database, &proxy);
        let after = std::time::Instant::now();
        let victim = victim.finish();
        if struck && fault.is_signal() {
            assert!(after.elapsed() < SIGNAL_BOUND, "{:?}", after.elapsed());
        }
        note(&victim, tally, diary);
        check_code(&victim, fault.codes());
        if let Some(bystander) = bystander.map(Running::finish) {
            note(&bystander, tally, diary);
            check_code(&bystander, fault.codes_of_others());
        }
        if database.value("SELECT to_regclass('seaworthy_revision') IS NOT NULL") == "t"
            && database.value("SELECT count(*) FROM seaworthy_revision WHERE state = 'partial'")
                == "1"
        {
            tally.resumed += 1;
        }
    }

    let mut peaceful = 0;
    loop {
        let finished = start().finish();
        note(&finished, tally, diary);
        if finished.code() == 0 {
            break;
        }
        peaceful += 1;
        assert!(peaceful < PEACEFUL_RUNS, "no success: {}", finished.stderr);
        check_code(&finished, &[]);
    }
    let again = start().finish().expect_code(0);
    assert!(again.stderr.contains("up to date"), "{}", again.stderr);
    pace.learn(again.took);
    voyage.truth.check(&database);
    let once: BTreeSet<_> = told.iter().collect();
    assert_eq!(once.len(), told.len(), "told twice as applied: {told:?}");
    tally.rounds += 1;
}

/// Checks how a run under a fault ended; success is always allowed.
#[track_caller]
fn check_code(finished: &Finished, allowed: &[i32]) {
    let code = finished.code();
    assert!(
        code == 0 || allowed.contains(&code),
        "code {code}:\n{}",
        finished.stderr
    );
    assert!(
        // The application has no words of ours, nor has a process that did
        // not come so far as to choose what a signal does.
        [0, 137].contains(&code)
            || code == 143 && finished.stderr.is_empty()
            || finished.stderr.contains("error[")
            || finished.stderr.contains("handing over"),
        "an end without an error"
    );
}

/// Returns the revisions that a log says are applied.
fn told_as_applied(stderr: &str) -> Vec<String> {
    stderr
        .lines()
        .filter(|line| line.contains(" applied revision="))
        .filter_map(|line| line.split("revision=").nth(1)?.split(' ').next())
        .map(str::to_owned)
        .collect()
}

impl Pace {
    fn learn(&mut self, idle_run: Duration) {
        self.0 = self.0.mul_f64(0.7) + idle_run.mul_f64(0.3);
    }

    /// Returns about how long a whole plan takes.
    fn of(&self, voyage: &Voyage) -> Duration {
        self.0 + voyage.naps.mul_f64(1.2) + REVISION * voyage.files.len() as u32
    }
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
