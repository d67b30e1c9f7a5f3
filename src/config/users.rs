//! Which commands a setting is for.

use super::setting::CommandName;

/// The commands that a setting is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Users {
    All,
    /// Whatever may connect, and so read the state.
    Reading,
    /// Whatever waits until it may connect.
    Waiting,
    /// Whatever ends when its time is up.
    Timed,
    /// Whatever tries again.
    Attempting,
    /// What looks at the revisions' directory.
    Graph,
    /// What makes files.
    Writing,
    RunWait,
    /// What may take so long that others ask how it is going.
    Listening,
    Upgrading,
    /// What has a target without being told one.
    Aiming,
    Health,
    Applying,
    Locking,
    /// What compares schemas.
    Comparing,
    /// What looks at schemas.
    Selecting,
    Run,
}

impl Users {
    /// Says whether a command is one of them.
    pub fn include(self, command: CommandName) -> bool {
        use CommandName as Name;
        match self {
            Self::All => true,
            Self::Graph => !matches!(
                command,
                Name::Config | Name::Completions | Name::Dump | Name::Man
            ),
            // A dump looks at no revision, and leaves out where they are recorded.
            Self::Reading if command == Name::Dump => true,
            Self::Reading => {
                Self::Graph.include(command)
                    && !matches!(command, Name::Heads | Name::Branches | Name::Merge)
            }
            // A probe has one try, and a sidecar never gives up.
            Self::Waiting => Self::Timed.include(command) && Self::Attempting.include(command),
            Self::Timed => Self::Reading.include(command) && command != Name::Serve,
            Self::Attempting => Self::Reading.include(command) && command != Name::Health,
            Self::Writing => matches!(
                command,
                Name::Init | Name::Revision | Name::Merge | Name::Squash
            ),
            Self::RunWait => matches!(command, Name::Run | Name::Wait),
            Self::Listening => {
                matches!(
                    command,
                    Name::Run | Name::Wait | Name::Upgrade | Name::Serve
                )
            }
            Self::Upgrading => matches!(command, Name::Run | Name::Upgrade),
            Self::Aiming => {
                matches!(
                    command,
                    Name::Run | Name::Upgrade | Name::Health | Name::Serve
                )
            }
            Self::Health => command == Name::Health,
            Self::Applying => matches!(command, Name::Run | Name::Upgrade | Name::Downgrade),
            Self::Locking => {
                Self::Applying.include(command) || matches!(command, Name::Init | Name::Stamp)
            }
            Self::Comparing => matches!(
                command,
                Name::Check | Name::Diff | Name::Init | Name::Revision | Name::Squash
            ),
            Self::Selecting => Self::Comparing.include(command) || command == Name::Dump,
            Self::Run => command == Name::Run,
        }
    }
}
