//! What can go wrong with files.

use std::io;
use std::path::PathBuf;

use crate::source::Position;

#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("the directory `{dir}` does not exist")]
    NoDirectory { dir: PathBuf },
    #[error("`{dir}` is no directory")]
    NotADirectory { dir: PathBuf },
    #[error("the directory `{dir}` cannot be read: {error}")]
    Directory { dir: PathBuf, error: io::Error },
    #[error("the directory `{dir}` holds no `.sql` file")]
    Empty { dir: PathBuf },
    #[error("`{path}` is no regular file")]
    NotAFile { path: PathBuf },
    #[error("`{path}` cannot be read: {error}")]
    Read { path: PathBuf, error: io::Error },
    #[error("`{path}` is not UTF-8 from line {}, column {} on", .position.line, .position.column)]
    NotUtf8 { path: PathBuf, position: Position },
    #[error("no `.sql` file matches `{pattern}`")]
    NoMatch { pattern: PathBuf },
    #[error("the directory `{dir}` of models holds no `.sql` file")]
    NoModel { dir: PathBuf },
    #[error("`{pattern}` is no pattern of file names")]
    Pattern { pattern: PathBuf },
    /// Where `init` or `revision` would begin.
    #[error("the directory `{dir}` does not exist")]
    NoProject { dir: PathBuf },
    #[error("`{path}` is none of the directories of revisions")]
    OtherDirectory { path: PathBuf, dirs: Vec<PathBuf> },
    #[error("the directory `{dir}` holds revisions already")]
    Occupied { dir: PathBuf },
    #[error("time zone `{name}` is not known to this system")]
    TimeZone { name: String },
    #[error("time zone `{name}` cannot be looked up: this system has none in `{dir}`")]
    NoTimeZones { name: String, dir: PathBuf },
    #[error("`{path}` exists already")]
    Exists { path: PathBuf },
    #[error("`{path}` cannot be written: {error}")]
    Write { path: PathBuf, error: io::Error },
}
