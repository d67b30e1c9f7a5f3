//! Reading one file as text.

use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, openat};
use nix::sys::stat::Mode;

use super::{FilesError, pipe};
use crate::source::{Position, Source};

/// Revisions of less are read with one call to the system.
const USUAL_SIZE: usize = 64 * 1024;

/// The same for a file of the configuration. To clear a larger buffer takes
/// longer than to find that the file is not there.
const SMALL_SIZE: usize = 4 * 1024;

/// Reads files one after another, each into the same buffer first.
#[derive(Debug)]
pub(super) struct Texts<'a> {
    dir: BorrowedFd<'a>,
    buffer: Vec<u8>,
}

impl<'a> Texts<'a> {
    /// Reads the files of a directory that is open: the system need not go all
    /// the way to it for each of them.
    pub(super) fn of(dir: BorrowedFd<'a>) -> Self {
        Self {
            dir,
            buffer: vec![0; USUAL_SIZE],
        }
    }

    /// Returns the whole text of a file, which errors call by its path.
    ///
    /// # Errors
    ///
    /// - [`FilesError::Read`] with what the system says.
    /// - [`FilesError::NotUtf8`] with the place of the first byte that is not.
    pub(super) fn read(&mut self, name: &Path, path: &Path) -> Result<String, FilesError> {
        let bytes = self.bytes(name).map_err(|error| FilesError::Read {
            path: path.to_owned(),
            error,
        })?;
        String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            FilesError::NotUtf8 {
                path: path.to_owned(),
                position: position_after(&error.as_bytes()[..valid]),
            }
        })
    }

    fn bytes(&mut self, name: &Path) -> io::Result<Vec<u8>> {
        let mut file = open(self.dir, name)?;
        // A short read is the end of a regular file, which is asked once more
        // only if the buffer was full.
        let mut length = pipe::read_first(&mut file, &mut self.buffer)?;
        while 0 < length && length < self.buffer.len() {
            match pipe::read(&mut file, &mut self.buffer[length..])? {
                0 => return Ok(self.buffer[..length].to_vec()),
                count => length += count,
            }
        }
        let mut bytes = self.buffer[..length].to_vec();
        loop {
            match pipe::read(&mut file, &mut self.buffer)? {
                0 => return Ok(bytes),
                count => bytes.extend_from_slice(&self.buffer[..count]),
            }
        }
    }
}

/// Returns the whole text of a file.
///
/// # Errors
///
/// - [`FilesError::Read`] with what the system says.
/// - [`FilesError::NotUtf8`] with the place of the first byte that is not.
pub fn read_text(path: &Path) -> Result<String, FilesError> {
    let mut texts = Texts {
        dir: AT_FDCWD,
        buffer: vec![0; SMALL_SIZE],
    };
    texts.read(path, path)
}

/// Returns the text of a file with its path; `None` where there is no such file.
///
/// # Errors
///
/// As [`read_text`].
pub fn read_if_there(path: &Path) -> Result<Option<Source>, FilesError> {
    match read_text(path) {
        Ok(text) => Ok(Some(Source::new(path, text))),
        Err(FilesError::Read { error, .. }) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens a file for reading. The open itself never waits, as that of a pipe
/// without a writer would.
fn open(dir: BorrowedFd<'_>, name: &Path) -> io::Result<File> {
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    loop {
        match openat(dir, name, flags, Mode::empty()) {
            Err(Errno::EINTR) => {}
            opened => return Ok(opened?.into()),
        }
    }
}

fn position_after(valid: &[u8]) -> Position {
    let text = String::from_utf8_lossy(valid);
    Source::new("", text.as_ref()).position(text.len())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Result<&str, &str>) {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("a.sql");
        fs::File::create_new(&path)
            .and_then(|mut file| io::Write::write_all(&mut file, bytes))
            .expect("a file");
        let shown = path.display().to_string();
        let actual = read_text(&path).map_err(|error| error.to_string().replace(&shown, "a.sql"));
        assert_eq!(actual, expected.map(str::to_owned).map_err(str::to_owned));
    }

    #[test]
    fn a_text_is_read_as_it_is() {
        check(b"", Ok(""));
        check("\u{feff}ä\r\n".as_bytes(), Ok("\u{feff}ä\r\n"));
        for size in [SMALL_SIZE, USUAL_SIZE] {
            let long = "é".repeat(size);
            check(long.as_bytes(), Ok(&long));
            let full = "e".repeat(size);
            check(full.as_bytes(), Ok(&full));
        }
    }

    #[test]
    fn the_first_byte_that_is_no_text_is_named() {
        check(
            b"a\n\xc3\xa4\xff",
            Err("`a.sql` is not UTF-8 from line 2, column 2 on"),
        );
    }

    #[test]
    fn the_system_says_why_a_file_cannot_be_read() {
        let error = read_text(Path::new("/nowhere/a.sql")).map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err("`/nowhere/a.sql` cannot be read: No such file or directory (os error 2)".into())
        );
    }
}
