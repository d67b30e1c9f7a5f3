//! A small project of Alembic's, and Alembic itself.
//!
//! Nothing is skipped where it is missing: the first test that asks panics and
//! says how to get it.

use std::path::{Path, PathBuf};

use super::project::Project;

/// The ids of the project's revisions, from base to head.
pub(crate) const REVISIONS: [&str; 3] = ["a1b2c3d4e5f6", "b2c3d4e5f6a1", "c3d4e5f6a1b2"];

const SOURCES: [&str; 5] = [
    "alembic.ini",
    "migrations/env.py",
    "migrations/versions/a1b2c3d4e5f6_boats.py",
    "migrations/versions/b2c3d4e5f6a1_crew.py",
    "migrations/versions/c3d4e5f6a1b2_cargo.py",
];

/// Returns a copy of the project.
pub(crate) fn project() -> Project {
    let project = Project::new();
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/testdata/alembic");
    for name in SOURCES {
        let text = std::fs::read(home.join(name)).expect("it is in the repository");
        project.file(name, text);
    }
    project
}

/// Returns a `PATH` on which Alembic is found.
pub(crate) fn path() -> String {
    let programs = programs();
    assert!(
        programs.join("alembic").exists(),
        "Alembic is missing: run `scripts/test-venv`"
    );
    format!("{}:/usr/local/bin:/usr/bin:/bin", programs.display())
}

/// Where `scripts/test-venv` puts the programs: beside what cargo builds.
fn programs() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    target.expect("cargo's directory").join("test-venv/bin")
}
