//! What was made, as long as it may have to be undone.

use std::fs;
use std::path::{Path, PathBuf};

use tracing::warn;

use super::{FilesError, write_new};

/// Files and directories that belong together: all of them, or none.
#[derive(Debug, Default)]
pub struct Made {
    files: Vec<PathBuf>,
    directories: Vec<PathBuf>,
}

impl Made {
    /// Writes a file that must not exist yet.
    ///
    /// # Errors
    ///
    /// Those of [`write_new`].
    pub fn file(&mut self, path: &Path, text: &str) -> Result<(), FilesError> {
        write_new(path, text)?;
        self.files.push(path.to_owned());
        Ok(())
    }

    /// Makes a directory, with those above it, unless it is there.
    ///
    /// # Errors
    ///
    /// [`FilesError::Write`] with what the system says.
    pub fn directory(&mut self, path: &Path) -> Result<(), FilesError> {
        let above = path.ancestors().filter(|one| !one.as_os_str().is_empty());
        let missing: Vec<&Path> = above.take_while(|one| !one.exists()).collect();
        fs::create_dir_all(path).map_err(|error| FilesError::Write {
            path: path.to_owned(),
            error,
        })?;
        let missing = missing.into_iter().rev();
        self.directories.extend(missing.map(Path::to_owned));
        Ok(())
    }

    /// Makes all that is wanted, or nothing.
    ///
    /// # Errors
    ///
    /// Those of `make`; what it had made until then is gone.
    pub fn all<T, E>(make: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let mut made = Self::default();
        let result = make(&mut made);
        if result.is_err() {
            made.undo();
        }
        result
    }

    /// Returns the files.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.files.clone()
    }

    /// Takes all of it away again. What cannot be removed is named in a warning:
    /// why that was done at all is said by somebody else.
    pub fn undo(self) {
        let files = self.files.iter().map(|path| (path, fs::remove_file(path)));
        let files: Vec<_> = files.collect();
        let directories = self.directories.iter().rev();
        let directories = directories.map(|path| (path, fs::remove_dir(path)));
        for (path, removed) in files.into_iter().chain(directories) {
            if let Err(error) = removed {
                warn!(
                    "`{}` was made and cannot be removed: {error}",
                    path.display()
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_undone_and_nothing_else() {
        let dir = tempfile::tempdir().expect("a directory");
        let old = dir.path().join("old");
        fs::create_dir(&old).expect("a directory");
        let mut made = Made::default();
        made.directory(&old).expect("it is there");
        made.directory(&old.join("new/newer")).expect("it is new");
        made.file(&old.join("new/newer/a.sql"), "a")
            .expect("it is new");
        let error = made.file(&old.join("new/newer/a.sql"), "b");
        assert!(matches!(error, Err(FilesError::Exists { .. })));
        made.undo();
        assert!(old.is_dir());
        assert!(!old.join("new").exists());
    }
}
