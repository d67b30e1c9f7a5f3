//! A small file system, which a test can fill and enlarge.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::server::give_to_owner;

/// A file system in memory, of the server's owner. It is gone with the value.
#[derive(Debug)]
pub(crate) struct Mount {
    path: PathBuf,
}

impl Mount {
    /// Makes one of so many megabytes at a directory, which is created.
    pub(crate) fn new(path: impl Into<PathBuf>, megabytes: u32) -> Self {
        let path = path.into();
        std::fs::create_dir_all(&path).expect("the directory can be made");
        let size = format!("size={megabytes}M,mode=0700");
        run(Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(&path));
        give_to_owner(&path);
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn enlarge(&self, megabytes: u32) {
        let size = format!("remount,size={megabytes}M");
        run(Command::new("mount").args(["-o", &size]).arg(&self.path));
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // A server may still stand on it.
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(&self.path)
            .status();
    }
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .expect("mount (Debian's util-linux) can be run");
    assert!(
        output.status.success(),
        "mount, which needs root: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
