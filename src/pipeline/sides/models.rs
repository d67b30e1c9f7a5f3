//! The SQL of the models: read from files, or printed by a program.

use std::path::PathBuf;
use std::sync::Arc;

use super::Sides;
use crate::config::Models;
use crate::error::Error;
use crate::files;
use crate::plan;
use crate::process::{self, ModelsError};
use crate::source::Source;
use crate::sql;

impl Sides<'_> {
    /// Returns the SQL that makes the schema as it shall be.
    pub(super) async fn models(&mut self) -> Result<Vec<Arc<Source>>, Error> {
        let config = self.config;
        let (name, text) = match &config.schema.models {
            Models::None => return Err(Error::NoModels),
            Models::Files(paths) => return of_files(paths),
            Models::Command(command) => (
                command.program.clone(),
                process::printed_models(command).await?,
            ),
            Models::Metadata(metadata) => {
                let version = self.shadows().await?.version();
                (
                    metadata.names.join(", "),
                    process::metadata_models(metadata, version).await?,
                )
            }
        };
        if sql::is_blank(&text) {
            return Err(ModelsError::Empty { program: name }.into());
        }
        let mut sources = vec![Source::new(format!("<output of {name}>"), text)];
        if matches!(config.schema.models, Models::Metadata(_)) {
            // What is wrong with the revisions is said where they are a side.
            let graph = self.graph();
            let extensions = graph.map_or_else(|_| String::new(), |graph| plan::extensions(&graph));
            sources.insert(0, Source::new("<extensions of the revisions>", extensions));
        }
        Ok(sources.into_iter().map(Arc::new).collect())
    }
}

/// Finds what is wrong with models before any server is asked, or program run.
pub(super) fn preview(models: &Models) -> Result<(), Error> {
    match models {
        Models::None => Err(Error::NoModels),
        Models::Files(paths) => of_files(paths).map(drop),
        Models::Command(_) | Models::Metadata(_) => Ok(()),
    }
}

/// Reads files that hold a statement at least.
fn of_files(paths: &[PathBuf]) -> Result<Vec<Arc<Source>>, Error> {
    let sources = files::models(paths)?;
    if sources.iter().all(|source| sql::is_blank(source.text())) {
        return Err(Error::EmptyModels(paths.to_vec()));
    }
    Ok(sources)
}
