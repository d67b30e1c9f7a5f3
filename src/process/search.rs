//! Whether a program is there, before anybody waits for what it needs.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::unistd::{AccessFlags, access};

use super::CommandError;
use crate::config::MigrateCommand;

/// Where a program is looked for without the variable PATH.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// Looks for a command's program as starting it would: along `path`, unless a
/// `/` stands in its name.
///
/// # Errors
///
/// - [`CommandError::NotStarted`] for a program that is not there, or cannot be executed.
pub fn look_for(command: &MigrateCommand, path: Option<&OsStr>) -> Result<(), CommandError> {
    let program = Path::new(&command.program);
    let path = path.unwrap_or(DEFAULT_PATH.as_ref());
    let places: Vec<PathBuf> = if command.program.contains('/') {
        vec![program.to_owned()]
    } else {
        let directories = std::env::split_paths(path);
        directories
            .map(|directory| directory.join(program))
            .collect()
    };
    let mut problem = Errno::ENOENT;
    for place in &places {
        match access(place, AccessFlags::X_OK) {
            Ok(()) => return Ok(()),
            // One that is there says more than one that is not.
            Err(Errno::EACCES) => problem = Errno::EACCES,
            Err(_) => {}
        }
    }
    Err(CommandError::NotStarted {
        program: command.program.clone(),
        source: io::Error::from(problem),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(program: &str, path: Option<&str>, expected: Option<io::ErrorKind>) {
        let command = MigrateCommand {
            program: program.to_owned(),
            arguments: Vec::new(),
        };
        let found = look_for(&command, path.map(OsStr::new)).err();
        let found = found.map(|error| match error {
            CommandError::NotStarted { source, .. } => source.kind(),
            other => panic!("{other}"),
        });
        assert_eq!(found, expected, "{program}");
    }

    #[test]
    fn a_program_is_looked_for_along_the_path_unless_a_slash_says_where() {
        let missing = Some(io::ErrorKind::NotFound);
        check("sh", None, None);
        check("sh", Some("/no/such:/bin"), None);
        check("sh", Some("/no/such"), missing);
        check("/bin/sh", Some("/no/such"), None);
        check("./bin/sh", Some("/"), missing);
        check(
            "passwd",
            Some("/etc"),
            Some(io::ErrorKind::PermissionDenied),
        );
    }
}
