//! New files in the place of old ones.

use std::fs;
use std::path::{Path, PathBuf};

use tracing::warn;

use super::write::draft;
use super::{FilesError, Made};

/// Writes new files and takes old ones away: all of it, or nothing. Whoever
/// ends the process in between leaves every text behind: what is new is there
/// before anything goes.
///
/// # Errors
///
/// - [`FilesError::Exists`] if a new name is taken.
/// - [`FilesError::Write`] with what the system says.
pub fn exchange(new: &[(PathBuf, String)], old: &[PathBuf]) -> Result<(), FilesError> {
    let mut made = Made::default();
    let mut aside: Vec<&Path> = Vec::new();
    let exchanged = put(&mut made, new).and_then(|()| take(&mut aside, old));
    if let Err(error) = exchanged {
        for path in aside {
            if let Err(error) = fs::rename(draft(path), path) {
                let hidden = draft(path);
                warn!(
                    "`{}` is now `{}`: {error}",
                    path.display(),
                    hidden.display()
                );
            }
        }
        made.undo();
        return Err(error);
    }
    for path in aside.into_iter().map(draft) {
        if let Err(error) = fs::remove_file(&path) {
            warn!(
                "`{}` is left and cannot be removed: {error}",
                path.display()
            );
        }
    }
    Ok(())
}

fn put(made: &mut Made, new: &[(PathBuf, String)]) -> Result<(), FilesError> {
    new.iter()
        .try_for_each(|(path, text)| made.file(path, text))
}

/// Gives files hidden names, from which they can come back.
fn take<'a>(aside: &mut Vec<&'a Path>, old: &'a [PathBuf]) -> Result<(), FilesError> {
    for path in old {
        fs::rename(path, draft(path)).map_err(|error| FilesError::Write {
            path: path.clone(),
            error,
        })?;
        aside.push(path);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{read_text, write_new};

    fn directory() -> (tempfile::TempDir, Vec<PathBuf>) {
        let dir = tempfile::tempdir().expect("a directory");
        let paths = ["a.sql", "b.sql"].map(|name| dir.path().join(name));
        for path in &paths {
            write_new(path, "old").expect("it is new");
        }
        (dir, paths.to_vec())
    }

    /// Checks what is in a directory, and that nothing else is, hidden or not.
    #[track_caller]
    fn holds(dir: tempfile::TempDir, expected: &[(&str, &str)]) {
        for (name, text) in expected {
            let path = dir.path().join(name);
            assert_eq!(read_text(&path).expect("it is there"), *text, "{name}");
            fs::remove_file(path).expect("it is there");
        }
        fs::remove_dir(dir.path()).expect("nothing is left");
    }

    #[test]
    fn new_files_stand_in_the_place_of_old_ones() {
        let (dir, old) = directory();
        let new = [(dir.path().join("c.sql"), "new".to_owned())];
        exchange(&new, &old).expect("it can be done");
        holds(dir, &[("c.sql", "new")]);
    }

    #[test]
    fn what_cannot_be_done_whole_is_not_done() {
        let (dir, mut old) = directory();
        let new = [(dir.path().join("c.sql"), "new".to_owned())];
        old.push(dir.path().join("nowhere.sql"));
        assert!(matches!(
            exchange(&new, &old),
            Err(FilesError::Write { .. })
        ));
        let taken = [(dir.path().join("b.sql"), "new".to_owned())];
        assert!(matches!(
            exchange(&taken, &old),
            Err(FilesError::Exists { .. })
        ));
        holds(dir, &[("a.sql", "old"), ("b.sql", "old")]);
    }
}
