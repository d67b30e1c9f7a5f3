//! The files of the configuration, and what the system knows about us.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use crate::config::{Account, Files, Readers};

/// The real file system.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Files for Disk {
    #[expect(clippy::disallowed_methods, reason = "files are read here")]
    fn read(&self, path: &Path) -> io::Result<String> {
        std::fs::read_to_string(path)
    }

    fn readers(&self, path: &Path) -> io::Result<Readers> {
        let others = std::fs::metadata(path)?.permissions().mode() & 0o077;
        Ok(if others == 0 {
            Readers::OwnerOnly
        } else {
            Readers::Others
        })
    }
}

/// Returns who runs us, as `/etc/passwd` has it. The name service is not
/// asked: a static binary cannot load its modules.
pub fn account() -> Account {
    let passwd = Disk.read(Path::new("/etc/passwd")).unwrap_or_default();
    find_account(&passwd, geteuid().as_raw())
}

/// Returns `/proc/self/status`; empty where there is none.
pub fn own_status() -> String {
    Disk.read(Path::new("/proc/self/status"))
        .unwrap_or_default()
}

fn find_account(passwd: &str, uid: u32) -> Account {
    let entry = passwd
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.get(2).and_then(|id| id.parse().ok()) == Some(uid));
    let field = |index: usize| {
        let fields = entry.as_ref()?;
        fields.get(index).filter(|text| !text.is_empty()).copied()
    };
    Account {
        user: field(0).map(str::to_owned),
        home: field(5).map(PathBuf::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/srv/app:\n";

    #[track_caller]
    fn check(uid: u32, user: Option<&str>, home: Option<&str>) {
        assert_eq!(
            find_account(PASSWD, uid),
            Account {
                user: user.map(str::to_owned),
                home: home.map(PathBuf::from),
            }
        );
    }

    #[test]
    fn the_account_is_that_of_the_uid_and_nobody_for_a_uid_without_a_name() {
        check(0, Some("root"), Some("/root"));
        check(1000, Some("app"), Some("/srv/app"));
        check(65532, None, None);
        assert_eq!(find_account("", 0), Account::default());
        assert_eq!(find_account("broken", 0), Account::default());
    }
}
