//! libpq's service file: named groups of connection parameters.

use std::io;
use std::path::{Path, PathBuf};

use super::database::{self, Found};
use super::parameter::{self, Keyword, Parameter};
use super::url::Written;
use super::variables::Variables;
use super::{ConfigError, FilePlace, FileRole, Files, Origin, Secret, UrlProblem};

/// Adds the parameters of the named service, if one is named.
///
/// # Errors
///
/// - [`ConfigError::NoService`] for a service that is defined nowhere.
/// - [`ConfigError::Service`] for a file that is not made of sections and pairs.
/// - [`ConfigError::Unreadable`] for a file that is named and cannot be read.
pub(super) fn complete(
    found: &mut Found,
    variables: &Variables,
    files: &dyn Files,
) -> Result<(), ConfigError> {
    let Some(service) = found.get(Parameter::Service).cloned() else {
        return Ok(());
    };
    let named = found.get(Parameter::ServiceFile).cloned();
    let mut paths: Vec<(PathBuf, Origin)> = Vec::new();
    match &named {
        Some(file) => paths.push((PathBuf::from(file.word()), file.origin.clone())),
        None => {
            if let Some(home) = database::home(variables) {
                paths.push((home.join(".pg_service.conf"), Origin::Default));
            }
        }
    }
    if let Some(directory) = variables.get("PGSYSCONFDIR")? {
        let path = Path::new(directory.text.expose()).join("pg_service.conf");
        paths.push((path, Origin::Default));
    }
    for (path, origin) in &paths {
        let text = match files.read(path) {
            Ok(text) => text,
            Err(error) if *origin == Origin::Default && error.kind() == io::ErrorKind::NotFound => {
                continue;
            }
            Err(error) => {
                return Err(ConfigError::Unreadable {
                    path: path.clone(),
                    role: FileRole::Service,
                    origin: origin.clone(),
                    kind: error.kind(),
                });
            }
        };
        if let Some((written, line)) = section(&text, service.word(), path)? {
            let origin = Origin::File(Box::new(FilePlace {
                path: path.clone(),
                line,
                column: 1,
                excerpt: None,
            }));
            return found.written(&written, &origin);
        }
    }
    Err(ConfigError::NoService {
        origin: service.origin,
        looked_in: paths.into_iter().map(|(path, _)| path).collect(),
    })
}

/// Returns the parameters of a section and the line of its header.
fn section(text: &str, name: &str, path: &Path) -> Result<Option<(Written, usize)>, ConfigError> {
    let mut section: Option<(Written, usize)> = None;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            if section.is_some() {
                break;
            }
            if header.trim_end_matches(']').trim() == name {
                section = Some((Written::default(), number));
            }
            continue;
        }
        let Some((written, _)) = &mut section else {
            continue;
        };
        let problem = |problem: UrlProblem| ConfigError::Service {
            path: path.to_owned(),
            line: number,
            problem,
        };
        let (keyword, value) = line
            .split_once('=')
            .ok_or_else(|| problem(UrlProblem::NoEquals))?;
        let keyword = keyword.trim();
        match parameter::keyword(keyword) {
            // As in libpq, a service does not name another one.
            Some(Keyword::Supported(Parameter::Service | Parameter::ServiceFile)) | None => {
                let nearest = parameter::nearest(keyword);
                return Err(problem(UrlProblem::Unknown {
                    name: None,
                    nearest,
                }));
            }
            Some(known) => written.known.push((known, Secret::new(value.trim()))),
        }
    }
    Ok(section)
}
