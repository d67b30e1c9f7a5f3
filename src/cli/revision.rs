//! `seaworthy revision`, `merge` and `init`: new files, whose paths are the
//! result.

use std::path::PathBuf;

use serde_json::json;

use super::Ending;
use crate::config::{Config, Merge, NewRevision, Output};
use crate::error::Error;
use crate::pipeline::{self, Written};

pub(super) fn revision(config: &Config, command: &NewRevision) -> Result<Ending, Error> {
    let written = pipeline::revision(config, command)?;
    Ok(Ending::Show(shown(&written, command.output)))
}

pub(super) fn merge(config: &Config, command: &Merge) -> Result<Ending, Error> {
    let written = pipeline::merge(config, command)?;
    Ok(Ending::Show(shown(&written, command.output)))
}

pub(super) fn init(config: &Config) -> Result<Ending, Error> {
    Ok(Ending::Show(lines(&pipeline::init(config)?)))
}

fn shown(written: &Written, output: Output) -> String {
    match output {
        Output::Text => lines(&written.paths),
        Output::Json => {
            let path = written.paths.first().map(|path| path.display().to_string());
            let document = json!({ "path": path, "revision": written.id.as_str() });
            format!("{document:#}\n")
        }
    }
}

fn lines(paths: &[PathBuf]) -> String {
    let lines = paths.iter().map(|path| format!("{}\n", path.display()));
    lines.collect()
}
