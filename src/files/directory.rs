//! Reading the directory of revisions.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::FilesError;
use super::text::Texts;
use crate::source::Source;

/// Returns the `.sql` files of a directory, by name, byte for byte. Symbolic
/// links are followed, since Kubernetes mounts files as such. Subdirectories,
/// hidden files and whatever an editor leaves behind are passed over.
///
/// # Errors
///
/// - [`FilesError::NoDirectory`], [`FilesError::NotADirectory`],
///   [`FilesError::Directory`] for a directory that cannot be read.
/// - [`FilesError::Empty`] for one without `.sql` files.
/// - [`FilesError::NotAFile`], [`FilesError::Read`], [`FilesError::NotUtf8`]
///   for a file that cannot be read.
pub fn load(dir: &Path) -> Result<Vec<Source>, FilesError> {
    let names = names(dir)?;
    if names.is_empty() {
        return Err(FilesError::Empty {
            dir: dir.to_owned(),
        });
    }
    let opened = open(dir)?;
    let mut texts = Texts::of(opened.as_fd());
    names
        .into_iter()
        .map(|name| {
            let path = dir.join(&name);
            let text = texts.read(Path::new(&name), &path)?;
            Ok(Source::new(path, text))
        })
        .collect()
}

/// Returns the `.sql` files of several directories, as [`load`] does of one.
/// Some of them may hold none.
///
/// # Errors
///
/// As [`load`]; [`FilesError::Empty`] with the first one where none of them
/// holds a file.
pub fn load_all(dirs: &[PathBuf]) -> Result<Vec<Source>, FilesError> {
    let mut sources = Vec::new();
    let mut empty = None;
    for dir in dirs {
        match load(dir) {
            Ok(found) => sources.extend(found),
            Err(FilesError::Empty { dir }) => empty = empty.or(Some(dir)),
            Err(error) => return Err(error),
        }
    }
    match empty {
        Some(dir) if sources.is_empty() => Err(FilesError::Empty { dir }),
        Some(_) | None => Ok(sources),
    }
}

fn open(dir: &Path) -> Result<File, FilesError> {
    File::open(dir).map_err(|error| FilesError::Directory {
        dir: dir.to_owned(),
        error,
    })
}

#[allow(
    clippy::disallowed_methods,
    reason = "this is where directories are read"
)]
fn names(dir: &Path) -> Result<Vec<OsString>, FilesError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => FilesError::NoDirectory {
            dir: dir.to_owned(),
        },
        io::ErrorKind::NotADirectory => FilesError::NotADirectory {
            dir: dir.to_owned(),
        },
        _ => FilesError::Directory {
            dir: dir.to_owned(),
            error,
        },
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if !is_revision(&name) {
            continue;
        }
        let path = || dir.join(&name);
        let unreadable = |error| FilesError::Read {
            path: path(),
            error,
        };
        // The directory itself says what most entries are.
        let mut kind = entry.file_type().map_err(unreadable)?;
        if kind.is_symlink() {
            kind = fs::metadata(path()).map_err(unreadable)?.file_type();
        }
        if !kind.is_file() {
            return Err(FilesError::NotAFile { path: path() });
        }
        names.push(name);
    }
    names.sort_unstable();
    Ok(names)
}

fn is_revision(name: &OsString) -> bool {
    let name = name.as_bytes();
    name.ends_with(b".sql") && !name.starts_with(b".")
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::symlink;

    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;

    use super::*;

    fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, text) in files {
            File::create_new(dir.path().join(name))
                .and_then(|mut file| file.write_all(text.as_bytes()))
                .expect("a file");
        }
        dir
    }

    /// Compares names and texts, or the error without the directory's path.
    #[track_caller]
    fn check(dir: &Path, expected: Result<&[(&str, &str)], &str>) {
        let actual =
            load(dir).map_err(|error| error.to_string().replace(&dir.display().to_string(), "DIR"));
        let actual: Result<Vec<_>, _> = actual.map(|sources| {
            sources
                .into_iter()
                .map(|source| {
                    let name = source.path().strip_prefix(dir).expect("in the directory");
                    (name.display().to_string(), source.text().to_owned())
                })
                .collect()
        });
        let expected = expected.map(|files| {
            files
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect()
        });
        assert_eq!(actual, expected.map_err(str::to_owned));
    }

    #[test]
    fn files_come_in_the_order_of_their_bytes() {
        let dir = directory(&[
            ("b.sql", "2"),
            ("10.sql", "0"),
            ("B.sql", "1"),
            ("é.sql", "3"),
            (".b.sql", "hidden"),
            ("b.sql~", "left over"),
            ("README.md", "no"),
        ]);
        fs::create_dir(dir.path().join("old")).expect("a directory");
        check(
            dir.path(),
            Ok(&[
                ("10.sql", "0"),
                ("B.sql", "1"),
                ("b.sql", "2"),
                ("é.sql", "3"),
            ]),
        );
    }

    #[test]
    fn of_several_directories_one_may_be_empty() {
        let (full, empty) = (directory(&[("a.sql", "1")]), directory(&[]));
        let other = directory(&[("b.sql", "2")]);
        let paths = |dirs: &[&tempfile::TempDir]| {
            let dirs: Vec<PathBuf> = dirs.iter().map(|dir| dir.path().to_owned()).collect();
            load_all(&dirs).map(|sources| sources.len())
        };
        assert_eq!(paths(&[&empty, &full, &other]).expect("two files"), 2);
        assert!(matches!(
            paths(&[&empty]),
            Err(FilesError::Empty { dir }) if dir == empty.path()
        ));
        let missing = [full.path().to_owned(), empty.path().join("no")];
        assert!(matches!(
            load_all(&missing),
            Err(FilesError::NoDirectory { .. })
        ));
    }

    #[test]
    fn links_are_followed() {
        let dir = directory(&[("..data", "1")]);
        symlink("..data", dir.path().join("a.sql")).expect("a link");
        check(dir.path(), Ok(&[("a.sql", "1")]));
        symlink("nowhere", dir.path().join("b.sql")).expect("a link");
        check(
            dir.path(),
            Err("`DIR/b.sql` cannot be read: No such file or directory (os error 2)"),
        );
    }

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let dir = directory(&[]);
        mkfifo(&dir.path().join("a.sql"), Mode::S_IRWXU).expect("a pipe");
        check(dir.path(), Err("`DIR/a.sql` is no regular file"));
        let dir = directory(&[]);
        fs::create_dir(dir.path().join("a.sql")).expect("a directory");
        check(dir.path(), Err("`DIR/a.sql` is no regular file"));
        let dir = directory(&[]);
        symlink("/dev/zero", dir.path().join("a.sql")).expect("a link");
        check(dir.path(), Err("`DIR/a.sql` is no regular file"));
    }

    #[test]
    fn a_directory_must_be_there_and_hold_something() {
        let dir = directory(&[("README.md", "")]);
        check(dir.path(), Err("the directory `DIR` holds no `.sql` file"));
        let missing = dir.path().join("no");
        check(&missing, Err("the directory `DIR` does not exist"));
        let file = dir.path().join("README.md");
        check(&file, Err("`DIR` is no directory"));
    }
}
