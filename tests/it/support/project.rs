//! A directory as a user's project: revisions and whatever else a test writes.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::binary::{Binary, Finished};

/// A directory that belongs to one test. It is removed with the value.
#[derive(Debug)]
pub(crate) struct Project {
    directory: TempDir,
}

impl Project {
    /// Makes an empty project.
    pub(crate) fn new() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("seaworthy-test-")
            .tempdir()
            .expect("the temporary directory can be written");
        Self { directory }
    }

    /// Runs the binary in the project, with a database.
    pub(crate) fn run(&self, url: &str, line: &[&str]) -> Finished {
        Binary::new(line)
            .within(self.path())
            .env("DATABASE_URL", url)
            .run()
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Returns the default directory of revisions, which exists once one is written.
    pub(crate) fn migrations(&self) -> PathBuf {
        self.path().join("migrations")
    }

    /// Writes a file, with the directories that its path names.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(name);
        let parent = path.parent().expect("a file has a directory");
        fs::create_dir_all(parent).expect("the project can be written");
        // In place of an old one at once: a wait may be reading it.
        let hidden = parent.join(".being-written");
        fs::write(&hidden, text).expect("the project can be written");
        fs::rename(hidden, path).expect("the project can be written");
        self
    }

    /// Writes a revision in the native format; `revises` is empty for a base,
    /// and a revision whose `down` is empty cannot be downgraded.
    pub(crate) fn revision(&self, id: &str, revises: &str, up: &str, down: &str) -> &Self {
        let mut text = format!("-- make {id}\n--\n-- revision: {id}\n");
        if !revises.is_empty() {
            text.push_str(&format!("-- revises: {revises}\n"));
        }
        text.push_str(&format!("\n-- migrate:up\n{up}\n"));
        if !down.is_empty() {
            text.push_str(&format!("\n-- migrate:down\n{down}\n"));
        }
        self.file(&format!("migrations/{id}.sql"), text)
    }

    /// Removes a file.
    pub(crate) fn remove(&self, name: &str) -> &Self {
        fs::remove_file(self.path().join(name)).expect("the file is there");
        self
    }

    /// Returns the text of a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("the file is there")
    }
}
