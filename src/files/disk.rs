//! What the configuration asks of the system's files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use nix::unistd::{Uid, User};

use super::{FilesError, read_text};
use crate::config::{Account, Files, Readers};

/// Where Linux shows a process its own state.
const OWN_STATUS: &str = "/proc/self/status";

/// The permission bits of the group and of everybody else.
const OTHERS: u32 = 0o077;

/// What pipes gave: they do so once, and the same file may be asked for again.
static PIPES: Mutex<BTreeMap<PathBuf, String>> = Mutex::new(BTreeMap::new());

/// The files of this system.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<String> {
        let is_pipe = fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo());
        let mut pipes = PIPES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = pipes.get(path).filter(|_| is_pipe) {
            return Ok(text.clone());
        }
        let text = read(path)?;
        if is_pipe && !text.is_empty() {
            pipes.insert(path.to_owned(), text.clone());
        }
        Ok(text)
    }

    fn readers(&self, path: &Path) -> io::Result<Readers> {
        let mode = fs::metadata(path)?.permissions().mode();
        Ok(if mode & OTHERS == 0 {
            Readers::OwnerOnly
        } else {
            Readers::Others
        })
    }
}

fn read(path: &Path) -> io::Result<String> {
    read_text(path).map_err(|error| match error {
        FilesError::Read { error, .. } => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    })
}

/// Returns what the system knows about who runs us. A container may run under
/// a uid that has no account.
pub fn account() -> Account {
    match User::from_uid(Uid::effective()) {
        Ok(Some(user)) => Account {
            user: Some(user.name),
            home: Some(user.dir),
        },
        Ok(None) | Err(_) => Account::default(),
    }
}

/// Returns the text of `/proc/self/status`; empty where there is none.
pub fn own_status() -> String {
    read_text(Path::new(OWN_STATUS)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn others_may_read_what_they_have_a_bit_for() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("a");
        File::create_new(&path).expect("a file");
        for (mode, readers) in [(0o600, Readers::OwnerOnly), (0o640, Readers::Others)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it is ours");
            assert_eq!(Disk.readers(&path).expect("it is there"), readers);
        }
    }

    #[test]
    fn errors_are_those_of_the_system() {
        let kind = |path| Disk.read(Path::new(path)).map_err(|error| error.kind());
        assert_eq!(kind("/nowhere"), Err(io::ErrorKind::NotFound));
        assert_eq!(kind("/proc/self/exe"), Err(io::ErrorKind::InvalidData));
    }

    #[test]
    fn the_system_tells_about_this_process() {
        assert!(own_status().contains("SigIgn:"));
    }
}
