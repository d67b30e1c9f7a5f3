//! The exit codes, each with one meaning. They are part of the contract.

/// How the process ends when it does not become the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Success,
    /// A revision or the migrate command failed, or a check found something.
    Failed,
    /// The command line.
    Usage,
    /// Revisions, graph, plan or state are invalid.
    Invalid,
    /// Not ready in time, or the connection was lost while applying.
    Unavailable,
    /// A bug in seaworthy.
    Bug,
    /// A file could not be written.
    Write,
    /// The lock was not obtained in time.
    Locked,
    /// The database refused for good.
    Refused,
    /// Configuration.
    Config,
    /// The command exists but cannot be executed.
    NotExecutable,
    /// The command was not found.
    NotFound,
    /// Ended by this signal.
    Signal(u8),
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Invalid => 65,
            Self::Unavailable => 69,
            Self::Bug => 70,
            Self::Write => 74,
            Self::Locked => 75,
            Self::Refused => 77,
            Self::Config => 78,
            Self::NotExecutable => 126,
            Self::NotFound => 127,
            Self::Signal(number) => 128 + number,
        }
    }
}
