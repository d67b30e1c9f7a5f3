//! The SQL of the models: read from files, or printed by a program.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Prepared, Sides};
use crate::config::{Metadata, MigrateCommand, Models};
use crate::error::Error;
use crate::files;
use crate::plan;
use crate::process::{self, ModelsError};
use crate::source::Source;
use crate::sql;

impl Sides<'_> {
    /// Returns the SQL that makes the schema as SQLAlchemy's metadata declare it.
    pub(super) async fn declared(
        &mut self,
        metadata: &Metadata,
    ) -> Result<Vec<Arc<Source>>, Error> {
        let version = self.shadows().await?.version();
        let text = process::metadata_models(metadata, version).await?;
        let output = output_of(&metadata.names.join(", "), text)?;
        // What is wrong with the revisions is said where they are a side.
        let graph = self.graph();
        let extensions = graph.map_or_else(|_| String::new(), |graph| plan::extensions(&graph));
        let extensions = Source::new("<extensions of the revisions>", extensions);
        Ok(vec![Arc::new(extensions), output])
    }
}

/// Returns the SQL that a command prints.
pub(super) async fn printed(command: &MigrateCommand) -> Result<Arc<Source>, Error> {
    let text = process::printed_models(command).await?;
    output_of(&command.program, text)
}

/// Returns what models come from: their files are read, and no program is run.
pub(super) fn prepared(models: &Models) -> Result<Prepared<'_>, Error> {
    Ok(match models {
        Models::None => return Err(Error::NoModels),
        Models::Files(paths) => Prepared::Files(of_files(paths)?),
        Models::Command(command) => Prepared::Command(command),
        Models::Metadata(metadata) => Prepared::Metadata(metadata),
    })
}

/// Takes what a program has printed for a source, if it is a statement at least.
fn output_of(name: &str, text: String) -> Result<Arc<Source>, Error> {
    if sql::is_blank(&text) {
        let program = name.to_owned();
        return Err(ModelsError::Empty { program }.into());
    }
    Ok(Arc::new(Source::new(format!("<output of {name}>"), text)))
}

/// Reads files that hold a statement at least.
fn of_files(paths: &[PathBuf]) -> Result<Vec<Arc<Source>>, Error> {
    let sources = files::models(paths)?;
    if sources.iter().all(|source| sql::is_blank(source.text())) {
        return Err(Error::EmptyModels(paths.to_vec()));
    }
    Ok(sources)
}
