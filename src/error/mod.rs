//! Every way in which the voyage can end early, and what is said about it.
//!
//! Each room has its own error type, which is data. The words, hints and exit
//! codes are made here, one file a room, by exhaustive matches.

pub mod also;
pub mod apply;
pub mod config;
pub mod connect;
pub mod files;
pub mod format;
pub mod health;
pub mod listen;
mod listing;
pub mod lock;
pub mod migrate_command;
pub mod models;
mod not_ready;
pub mod plan;
pub mod process;
pub mod proposal;
pub mod revision;
pub mod schema;
pub mod script;
pub mod server;
pub mod sql;
pub mod squash;
pub mod stamp;
pub mod state;
pub mod target;
pub mod wait;
pub mod write;

pub use not_ready::NotReady;
pub use schema::RenameProblem;

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use seaworthy_schema::Hazard;

use crate::config::ConfigError;
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::files::FilesError;
use crate::format::{FormatError, WriteError};
use crate::plan::{PlanError, ScriptError};
use crate::postgres::ServerFailure;
use crate::postgres::apply::Stopped;
use crate::postgres::catalog::CatalogError;
use crate::postgres::lock::{Cancellation, LockError};
use crate::postgres::shadow::{LoadError, ShadowError};
use crate::postgres::stamp::StampError;
use crate::postgres::version_table::{Location, StateError};
use crate::probe::ListenError;
use crate::process::{CommandError, HandOverError, HookError, ModelsError, Signal};
use crate::revision::{GraphError, Located, ProposalError, RevisionId, SquashError};
use crate::wait::WaitError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Config(Box<ConfigError>),
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error(transparent)]
    Format(Box<FormatError>),
    #[error(transparent)]
    Graph(Box<GraphError>),
    #[error(transparent)]
    Proposal(Box<ProposalError>),
    #[error(transparent)]
    Squash(Box<SquashError>),
    #[error(transparent)]
    Write(Box<WriteError>),
    #[error(transparent)]
    Hook(#[from] HookError),
    #[error(transparent)]
    Wait(Box<WaitError<NotReady>>),
    #[error(transparent)]
    State(Box<StateError>),
    #[error(transparent)]
    Plan(Box<PlanError>),
    #[error(transparent)]
    Script(Box<ScriptError>),
    #[error(transparent)]
    Lock(Box<LockError>),
    #[error(transparent)]
    Apply(Box<Stopped>),
    /// In a database that was made for a comparison.
    #[error("{0}")]
    Replay(Box<Stopped>),
    #[error(transparent)]
    Stamp(Box<StampError>),
    #[error(transparent)]
    Catalog(Box<CatalogError>),
    #[error(transparent)]
    Schema(Box<seaworthy_schema::PlanError>),
    #[error(transparent)]
    Shadow(#[from] ShadowError),
    #[error(transparent)]
    Load(Box<LoadError>),
    #[error(transparent)]
    Models(Box<ModelsError>),
    #[error("no models are configured")]
    NoModels,
    #[error("the models hold no statement")]
    EmptyModels(Vec<PathBuf>),
    #[error("the database is not at head")]
    NotAtHead {
        pending: Vec<Located>,
        /// Why it cannot be compared even where nothing is pending.
        why: Option<String>,
    },
    #[error("the plan has what is denied")]
    HazardsDenied(Vec<Hazard>),
    #[error(transparent)]
    Rename(Box<RenameProblem>),
    #[error("the rows that the revisions insert do not allow the way {way}")]
    RowsRefuse {
        way: &'static str,
        failure: Box<ServerFailure>,
    },
    #[error("the way {way} does not lead where it should")]
    NotProved {
        /// Such as `up`, `down` or `up again`.
        way: &'static str,
        differences: Vec<String>,
    },
    #[error("the database has no schema that could be adopted")]
    NothingToAdopt,
    #[error("the schema has changed while it was adopted")]
    SchemaChanged,
    #[error("{0} is there already: the database records its revisions")]
    Adopted(Box<Location>),
    #[error(transparent)]
    Listen(Box<ListenError>),
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error("the migration lock was lost while the migrate command `{program}` ran")]
    CommandUnlocked {
        program: String,
        failure: Box<ServerFailure>,
        /// How the command ended, which was told to.
        status: ExitStatus,
    },
    #[error("ended by {signal} while the migrate command `{program}` ran")]
    CommandInterrupted {
        signal: Signal,
        program: String,
        status: ExitStatus,
    },
    #[error("ended by {0}")]
    Signal(Signal),
    #[error("ended by {signal} while revision `{revision}` ran")]
    Interrupted {
        signal: Signal,
        revision: RevisionId,
        cancellation: Cancellation,
    },
    #[error(transparent)]
    HandOver(#[from] HandOverError),
    #[error("signal handlers cannot be installed: {0}")]
    Signals(io::Error),
    #[error("the system gives no random numbers: {0}")]
    Random(io::Error),
    #[error("the runtime cannot be started: {0}")]
    Runtime(io::Error),
    #[error("standard input cannot be read: {0}")]
    Stdin(io::Error),
    #[error("standard output cannot be written: {0}")]
    Stdout(io::Error),
}

/// Boxes what is large, so that a `Result` stays small where nothing went wrong.
macro_rules! boxed {
    ($($variant:ident($error:ty)),* $(,)?) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::$variant(Box::new(error))
            }
        })*
    };
}

boxed! {
    Config(ConfigError),
    Format(FormatError),
    Graph(GraphError),
    Proposal(ProposalError),
    Squash(SquashError),
    Write(WriteError),
    Wait(WaitError<NotReady>),
    State(StateError),
    Plan(PlanError),
    Script(ScriptError),
    Lock(LockError),
    Apply(Stopped),
    Stamp(StampError),
    Catalog(CatalogError),
    Schema(seaworthy_schema::PlanError),
    Load(LoadError),
    Models(ModelsError),
    Rename(RenameProblem),
    Listen(ListenError),
}

impl Error {
    /// Returns what is said about the error, and the exit code.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Config(error) => config::diagnostic(error),
            Self::Files(error) => files::diagnostic(error),
            Self::Format(error) => format::diagnostic(error),
            Self::Graph(error) => revision::diagnostic(error),
            Self::Proposal(error) => proposal::diagnostic(error),
            Self::Squash(error) => squash::diagnostic(error),
            Self::Write(error) => write::diagnostic(error),
            Self::Hook(error) => write::hook(error),
            Self::Wait(error) => wait::diagnostic(error, not_ready::diagnostic),
            Self::State(error) => state::diagnostic(error),
            Self::Plan(error) => plan::diagnostic(error),
            Self::Script(error) => script::diagnostic(error),
            Self::Lock(error) => lock::diagnostic(error),
            Self::Apply(stopped) => apply::diagnostic(stopped),
            Self::Replay(stopped) => apply::in_shadow(stopped),
            Self::Stamp(error) => stamp::diagnostic(error),
            Self::Catalog(error) => schema::catalog(error),
            Self::Schema(error) => schema::plan(error),
            Self::Shadow(error) => schema::shadow(error),
            Self::Load(error) => schema::load(error),
            Self::Models(error) => models::diagnostic(error),
            Self::NoModels => schema::no_models(),
            Self::EmptyModels(paths) => schema::empty_models(paths),
            Self::NotAtHead { pending, why } => {
                schema::not_at_head(self.to_string(), pending, why.as_deref())
            }
            Self::HazardsDenied(hazards) => schema::hazards_denied(hazards),
            Self::Rename(problem) => schema::rename(problem),
            Self::RowsRefuse { failure, .. } => schema::rows_refuse(self.to_string(), failure),
            Self::NotProved { differences, .. } => {
                schema::not_proved(self.to_string(), differences)
            }
            Self::NothingToAdopt => schema::nothing_to_adopt(self.to_string()),
            Self::SchemaChanged => schema::changed(self.to_string()),
            Self::Adopted(_) => schema::adopted(self.to_string()),
            Self::Listen(error) => listen::diagnostic(error),
            Self::Signal(signal) => process::ended_by(*signal),
            Self::Interrupted {
                signal,
                cancellation,
                ..
            } => process::interrupted_by(*signal, self.to_string(), *cancellation),
            Self::Command(error) => migrate_command::diagnostic(error),
            Self::CommandUnlocked {
                failure, status, ..
            } => migrate_command::unlocked(self.to_string(), failure, *status),
            Self::CommandInterrupted { signal, status, .. } => {
                migrate_command::interrupted(*signal, self.to_string(), *status)
            }
            Self::HandOver(error) => process::diagnostic(error),
            Self::Signals(_) | Self::Runtime(_) | Self::Random(_) | Self::Stdin(_) => {
                Diagnostic::error("system", Exit::Unavailable, self.to_string())
            }
            Self::Stdout(_) => Diagnostic::error("write", Exit::Write, self.to_string()),
        }
    }
}
