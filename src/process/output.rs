//! A command that is run for what it prints, and says nothing else.
//!
//! It has no time limit of its own. Whoever drops the future ends it, with its
//! whole process group.

use std::io;
use std::path::Path;
use std::process::{Output, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::Command;
use tokio::signal::unix::{self, SignalKind};

/// The process group of a command that has not ended.
struct Group(Option<Pid>);

/// Runs a command until it has ended and nobody has its streams any more. It
/// reads nothing. May be dropped at any point.
///
/// # Errors
///
/// What the system says of a program that is not there, or cannot be executed.
pub(super) async fn output<'a>(
    program: &Path,
    arguments: impl Iterator<Item = &'a str>,
    directory: &Path,
) -> io::Result<Output> {
    // Where the end of a child is ignored, the system does not keep it for us.
    let _noticed = unix::signal(SignalKind::child())?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    if directory != Path::new("") {
        command.current_dir(directory);
    }
    let child = command.spawn()?;
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    let mut group = Group(id.map(Pid::from_raw));
    let output = child.wait_with_output().await;
    // Its number may be another's from now on.
    group.0 = None;
    output
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // A group that is gone has ended already, which is what was wanted.
            let _gone = killpg(group, Signal::SIGKILL);
        }
    }
}
