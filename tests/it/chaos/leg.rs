//! One way of a round: a command that is disturbed, and then left in peace
//! until there is nothing left for it to do.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::Tally;
use super::fault::Fault;
use super::voyage::{Transactions, Voyage};
use crate::support::binary::{Binary, Finished, Running};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::proxy::Proxy;

/// Faults in one round, before it is left in peace.
const MOST_FAULTS: usize = 4;

/// Runs in peace that may still end without success, each for a reason that an
/// earlier fault has left behind.
const PEACEFUL_RUNS: usize = 3;

/// What the contract allows between a signal and the end, and as much again
/// for a machine under load.
const SIGNAL_BOUND: Duration = Duration::from_secs(2);

/// What a revision costs besides the rest that its statements take.
const REVISION: Duration = Duration::from_millis(8);

/// Where it happens.
pub(super) struct Scene<'a> {
    pub(super) project: Project,
    pub(super) database: Database<'a>,
    pub(super) proxy: Proxy,
    /// Through the proxy.
    pub(super) url: String,
}

pub(super) struct Leg {
    command: Vec<String>,
    /// What a run prints that came to its end.
    stdout: &'static str,
    /// What the log says of each revision.
    verb: &'static str,
    /// What a run says that finds nothing to do.
    idle: &'static str,
    /// The revision that it ends with.
    last: String,
    /// What all of it takes, without a run that has nothing to do.
    work: Duration,
    /// The revisions that runs have told as done.
    told: RefCell<Vec<String>>,
}

impl Leg {
    pub(super) fn up(voyage: &Voyage) -> Self {
        let revisions = 0..voyage.files.len();
        let mut leg = Self::new(voyage, &["run"], revisions.clone(), voyage.naps);
        leg.command.extend(["--", "echo", "up"].map(str::to_owned));
        Self {
            stdout: "up\n",
            verb: " applied revision=",
            idle: "up to date",
            last: voyage.revision(revisions.end - 1),
            ..leg
        }
    }

    /// Returns the way back, on which so many revisions stay.
    pub(super) fn back(voyage: &Voyage, stays: usize) -> Self {
        let target = match stays {
            0 => "base".to_owned(),
            stays => voyage.revision(stays - 1),
        };
        let revisions = stays..voyage.files.len();
        Self {
            stdout: "",
            verb: " reverted revision=",
            idle: "nothing to take back",
            last: voyage.revision(stays),
            ..Self::new(voyage, &["downgrade", &target], revisions, voyage.naps_back)
        }
    }

    fn new(voyage: &Voyage, command: &[&str], revisions: Range<usize>, naps: Duration) -> Self {
        let transaction = match voyage.transactions {
            Transactions::OneOrNoneEach => "revision",
            Transactions::OneForAll => "all",
        };
        let settings = ["--lock-wait", "30s", "--transaction", transaction];
        let command = command.iter().chain(&settings);
        Self {
            command: command.map(|word| (*word).to_owned()).collect(),
            stdout: "",
            verb: "",
            idle: "",
            last: String::new(),
            work: naps.mul_f64(1.2) + REVISION * revisions.len() as u32,
            told: RefCell::default(),
        }
    }

    /// Runs it again and again, and does something to each run.
    pub(super) fn disturbed(
        &self,
        scene: &Scene<'_>,
        rng: &mut Rng,
        pace: Duration,
        tally: &mut Tally,
        diary: &mut Vec<String>,
    ) {
        for _ in 0..rng.usize(1..=MOST_FAULTS) {
            let fault = Fault::draw(rng);
            let moment = (pace + self.work).mul_f64(rng.f64());
            diary.push(format!("{fault:?} after {moment:?}"));
            *tally.faults.entry(fault.name()).or_default() += 1;
            let victim = self.start(scene);
            let bystander = (rng.u8(..4) == 0).then(|| self.start(scene));
            victim.ends_within(moment);
            let struck = fault.strike(&victim, &scene.database, &scene.proxy);
            let after = Instant::now();
            let victim = victim.finish();
            if struck && fault.is_signal() {
                assert!(after.elapsed() < SIGNAL_BOUND, "{:?}", after.elapsed());
            }
            self.note(&victim, tally, diary);
            self.check_code(&victim, fault.codes());
            if let Some(bystander) = bystander.map(Running::finish) {
                self.note(&bystander, tally, diary);
                self.check_code(&bystander, fault.codes_of_others());
            }
            if scene
                .database
                .value("SELECT to_regclass('seaworthy_revision') IS NOT NULL")
                == "t"
            {
                for state in scene
                    .database
                    .column("SELECT state FROM seaworthy_revision")
                {
                    tally.partial += u64::from(state == "partial");
                    tally.reverting += u64::from(state == "reverting");
                }
            }
        }
    }

    /// Runs it until it is done and once more, and returns how long that took.
    pub(super) fn in_peace(
        &self,
        scene: &Scene<'_>,
        tally: &mut Tally,
        diary: &mut Vec<String>,
    ) -> Duration {
        let mut peaceful = 0;
        loop {
            let finished = self.start(scene).finish();
            self.note(&finished, tally, diary);
            if finished.code() == 0 {
                break;
            }
            peaceful += 1;
            assert!(peaceful < PEACEFUL_RUNS, "no success: {}", finished.stderr);
            self.check_code(&finished, &[]);
        }
        let again = self.start(scene).finish().expect_code(0);
        assert!(again.stderr.contains(self.idle), "{}", again.stderr);
        let told = self.told.take();
        let once: BTreeSet<_> = told.iter().collect();
        assert_eq!(once.len(), told.len(), "told twice: {told:?}");
        again.took
    }

    fn start(&self, scene: &Scene<'_>) -> Running {
        Binary::new(&self.command)
            .within(scene.project.path())
            .env("DATABASE_URL", &scene.url)
            .spawn()
    }

    fn note(&self, finished: &Finished, tally: &mut Tally, diary: &mut Vec<String>) {
        diary.push(format!("code {}\n{}", finished.code(), finished.stderr));
        *tally.codes.entry(finished.code()).or_default() += 1;
        tally.repaired += u64::from(
            finished
                .stderr
                .contains("INVALID index that an earlier run"),
        );
        let lines = finished.stderr.lines();
        let told = lines
            .filter(|line| line.contains(self.verb))
            .filter_map(|line| line.split("revision=").nth(1)?.split(' ').next());
        self.told.borrow_mut().extend(told.map(str::to_owned));
        // The application may be killed when it has said so.
        assert!(
            finished.code() != 0 || finished.stdout == self.stdout,
            "no application"
        );
        assert!(!finished.stderr.contains("panicked"), "it panicked");
    }
    /// Checks how a run under a fault ended; success is always allowed.
    #[track_caller]
    fn check_code(&self, finished: &Finished, allowed: &[i32]) {
        let code = finished.code();
        assert!(
            code == 0 || allowed.contains(&code),
            "code {code}:\n{}",
            finished.stderr
        );
        let last = finished.stderr.trim_end().lines().last();
        let is_done = last.is_none_or(|line| {
            let applied = format!("{}{} ", self.verb, self.last);
            line.contains(self.idle) || line.contains(&applied)
        });
        assert!(
            // The application has no words of ours, nor has a process that did
            // not come so far as to choose what a signal does, or for which
            // nothing was left to do when it came.
            [0, 137].contains(&code)
                || code == 143 && is_done
                || finished.stderr.contains("error[")
                || finished.stderr.contains("handing over"),
            "an end without an error"
        );
    }
}
