//! What goes wrong, and how it is done.

use fastrand::Rng;
use nix::sys::signal::Signal;

use crate::support::binary::Running;
use crate::support::database::Database;
use crate::support::proxy::Proxy;
use crate::support::server::StopMode;

/// Something that goes wrong while a plan is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// SIGKILL of seaworthy.
    Kill,
    /// SIGTERM of seaworthy.
    Terminate,
    /// `pg_terminate_backend` of its sessions.
    EndSessions,
    /// `pg_cancel_backend` of its sessions.
    CancelStatements,
    /// All connections are cut.
    Cut,
    /// `pg_ctl stop --mode immediate`, and a start.
    Crash,
    /// `pg_ctl stop --mode fast`, and a start.
    Restart,
    /// SIGKILL of a server process, upon which the server restarts all.
    KillBackend,
}

const SESSIONS: &str = "FROM pg_stat_activity WHERE datname = current_database() \
     AND pid <> pg_backend_pid() AND application_name LIKE 'seaworthy%'";

/// Lost connections: while waiting nothing, later `69`.
const LOST: &[i32] = &[69];

impl Fault {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        const WEIGHTED: [Fault; 16] = [
            Fault::Kill,
            Fault::Kill,
            Fault::Kill,
            Fault::Kill,
            Fault::Terminate,
            Fault::Terminate,
            Fault::Terminate,
            Fault::EndSessions,
            Fault::EndSessions,
            Fault::CancelStatements,
            Fault::Cut,
            Fault::Cut,
            Fault::Cut,
            Fault::Crash,
            Fault::Restart,
            Fault::KillBackend,
        ];
        WEIGHTED[rng.usize(..WEIGHTED.len())]
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kill => "SIGKILL",
            Self::Terminate => "SIGTERM",
            Self::EndSessions => "pg_terminate_backend",
            Self::CancelStatements => "pg_cancel_backend",
            Self::Cut => "cut",
            Self::Crash => "immediate",
            Self::Restart => "fast",
            Self::KillBackend => "SIGKILL of a server process",
        }
    }

    pub(super) fn is_signal(self) -> bool {
        matches!(self, Self::Kill | Self::Terminate)
    }

    /// Returns how the victim may end, besides with success.
    pub(super) fn codes(self) -> &'static [i32] {
        match self {
            Self::Kill => &[137],
            Self::Terminate => &[143],
            // A cancelled statement fails as any other does.
            Self::CancelStatements => &[1, 69],
            Self::EndSessions | Self::Cut | Self::Crash | Self::Restart | Self::KillBackend => LOST,
        }
    }

    /// Returns how a replica beside the victim may end, besides with success.
    pub(super) fn codes_of_others(self) -> &'static [i32] {
        match self {
            Self::Kill | Self::Terminate => &[],
            Self::CancelStatements => &[1, 69],
            Self::EndSessions | Self::Cut | Self::Crash | Self::Restart | Self::KillBackend => LOST,
        }
    }

    /// Does it, and says whether the victim was still there.
    pub(super) fn strike(self, victim: &Running, database: &Database<'_>, proxy: &Proxy) -> bool {
        let there = !victim.stderr_has_ended();
        match self {
            Self::Kill => victim.signal(Signal::SIGKILL),
            Self::Terminate => victim.signal(Signal::SIGTERM),
            Self::EndSessions => {
                database.execute(&format!("SELECT pg_terminate_backend(pid) {SESSIONS}"));
            }
            Self::CancelStatements => {
                database.execute(&format!("SELECT pg_cancel_backend(pid) {SESSIONS}"));
            }
            Self::Cut => proxy.cut(),
            Self::Crash => database.server().restart(StopMode::Immediate),
            Self::Restart => database.server().restart(StopMode::Fast),
            Self::KillBackend => {
                for pid in database.column(&format!("SELECT pid {SESSIONS} LIMIT 1")) {
                    let pid = pid.parse().expect("a pid is a number");
                    database.server().kill_backend(pid);
                }
            }
        }
        there
    }
}
