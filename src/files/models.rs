//! The SQL files that describe a schema.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FilesError, load, read_text};
use crate::source::Source;

/// Returns the files that paths name: a file, the `.sql` files of a directory,
/// or whatever a pattern such as `schema/**/*.sql` matches. Each once, in order.
///
/// # Errors
///
/// - [`FilesError::NoMatch`] for a pattern that matches nothing.
/// - [`FilesError::NoModel`] for a directory without such a file.
/// - [`FilesError::Pattern`] for one that is none.
/// - Those of [`load`] and [`read_text`].
pub fn models(paths: &[PathBuf]) -> Result<Vec<Arc<Source>>, FilesError> {
    let mut sources: Vec<Arc<Source>> = Vec::new();
    for path in paths {
        for path in matches(path)? {
            for source in read(&path)? {
                if !sources.iter().any(|known| known.path() == source.path()) {
                    sources.push(Arc::new(source));
                }
            }
        }
    }
    Ok(sources)
}

fn matches(path: &Path) -> Result<Vec<PathBuf>, FilesError> {
    let text = path.to_string_lossy();
    if !text.contains(['*', '?', '[']) {
        return Ok(vec![path.to_owned()]);
    }
    let wrong = |_| FilesError::Pattern {
        pattern: path.to_owned(),
    };
    // What cannot be looked into is said when it is read.
    let mut found: Vec<PathBuf> = glob::glob(&text).map_err(wrong)?.flatten().collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    if found.is_empty() {
        return Err(FilesError::NoMatch {
            pattern: path.to_owned(),
        });
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Vec<Source>, FilesError> {
    if path.is_dir() {
        return load(path).map_err(|error| match error {
            FilesError::Empty { dir } => FilesError::NoModel { dir },
            error => error,
        });
    }
    Ok(vec![Source::new(path, read_text(path)?)])
}
