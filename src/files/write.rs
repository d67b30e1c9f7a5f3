//! Writing files: new ones, whole or not at all, and the termination log.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::FilesError;

/// Kubernetes keeps so many bytes of a container's last words.
const TERMINATION_LOG_BYTES: usize = 4096;

/// Writes a file that must not exist yet. Whoever sees it sees all of it, and
/// it outlasts a loss of power.
///
/// # Errors
///
/// - [`FilesError::Exists`] if there is a file of that name.
/// - [`FilesError::Write`] with what the system says.
pub fn write_new(path: &Path, text: &str) -> Result<(), FilesError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => FilesError::Exists {
            path: path.to_owned(),
        },
        _ => FilesError::Write {
            path: path.to_owned(),
            error,
        },
    };
    let draft = draft(path);
    let written = write_draft(&draft, text).and_then(|()| fs::hard_link(&draft, path));
    // Without the draft there is nothing to remove.
    let _ = fs::remove_file(&draft);
    written.map_err(failed)?;
    sync_directory(path).map_err(failed)
}

/// Writes the last words of the process where Kubernetes looks for them, if
/// there is such a file. It cannot fail: there is nobody left to be told.
pub fn write_termination_log(path: &Path, text: &str) {
    if !fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return;
    }
    let text = &text[..text.floor_char_boundary(TERMINATION_LOG_BYTES)];
    let opened = File::options().write(true).truncate(true).open(path);
    let _ = opened.and_then(|mut file| file.write_all(text.as_bytes()));
}

/// Returns a hidden name beside a path, which no reader of the directory takes
/// for a revision.
pub(super) fn draft(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    path.with_file_name(name)
}

fn write_draft(draft: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::read_text;

    #[test]
    fn a_new_file_replaces_none() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("a.sql");
        write_new(&path, "one").expect("it is new");
        let error = write_new(&path, "two").map_err(|error| error.to_string());
        assert_eq!(error, Err(format!("`{}` exists already", path.display())));
        assert_eq!(read_text(&path).expect("it is there"), "one");
        let names = crate::files::load(dir.path()).expect("one file");
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn the_system_says_why_a_file_cannot_be_written() {
        let error = write_new(Path::new("/nowhere/a.sql"), "").map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err(
                "`/nowhere/a.sql` cannot be written: No such file or directory (os error 2)".into()
            )
        );
    }

    #[test]
    fn the_termination_log_is_written_only_if_it_is_there() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("log");
        write_termination_log(&path, "lost");
        assert!(!path.exists());
        File::create_new(&path).expect("a file");
        write_termination_log(&path, "a longer text");
        write_termination_log(&path, "é");
        assert_eq!(read_text(&path).expect("it is there"), "é");
        write_termination_log(&path, &format!("a{}", "é".repeat(4096)));
        assert_eq!(read_text(&path).expect("it is there").len(), 4095);
    }
}
