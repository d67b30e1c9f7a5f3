//! New files: look at the directory, propose, write, run the hooks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::{info, warn};

use super::graph_of;
use crate::config::{Config, Merge, Models, NewRevision, example_file};
use crate::error::Error;
use crate::files::{self, FilesError, Made};
use crate::format::{self, Body, Moment, TEMPLATE_NAME, Writing};
use crate::process::{self, random_id};
use crate::revision::{Graph, Node, Proposal, RevisionId, Splice};
use crate::source::Source;

/// The configuration file that a new project gets.
const CONFIGURATION: &str = "seaworthy.toml";

const EXAMPLE: &str = "\
${header}

-- migrate:up
CREATE TABLE example (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL
);

-- migrate:down
DROP TABLE example;
";

/// A revision whose file was just written.
#[derive(Clone, Debug)]
pub struct Written {
    pub id: RevisionId,
    /// Two where up and down have files of their own.
    pub paths: Vec<PathBuf>,
}

/// What was decided before the names are known.
pub(super) struct Wish<'a> {
    pub(super) id: Option<&'a RevisionId>,
    pub(super) message: String,
    pub(super) down_revisions: Vec<RevisionId>,
    pub(super) depends_on: Vec<String>,
    pub(super) labels: &'a [String],
    pub(super) replaces: &'a [RevisionId],
    /// Where its file goes.
    pub(super) dir: PathBuf,
    pub(super) body: Option<&'a Body>,
}

/// A revision with a text, and without a file.
pub(super) struct Draft {
    pub(super) id: RevisionId,
    pub(super) files: Vec<(PathBuf, String)>,
}

/// Makes a new revision.
///
/// # Errors
///
/// What is wrong with the directory or the command; that the file cannot be
/// written; that a hook failed on it.
pub fn revision(config: &Config, command: &NewRevision) -> Result<Written, Error> {
    written(config, |made| with_body(config, command, None, made))
}

/// Writes files, all of them or none, and runs the configured hooks on them: they
/// stay, whatever comes of that.
pub(super) fn written<T>(
    config: &Config,
    write: impl FnOnce(&mut Made) -> Result<T, Error>,
) -> Result<T, Error> {
    let (written, paths) = Made::all(|made| {
        let written = write(made)?;
        Ok::<_, Error>((written, made.paths()))
    })?;
    run_hooks(config, &paths)?;
    Ok(written)
}

/// Writes a new revision that may do something already.
pub(super) fn with_body(
    config: &Config,
    command: &NewRevision,
    body: Option<&Body>,
    made: &mut Made,
) -> Result<Written, Error> {
    let graph = present(config)?;
    let head = graph.revised(command.head.as_ref(), splice(command.splice))?;
    let wish = Wish {
        id: command.id.as_ref(),
        message: command.message.clone(),
        down_revisions: head
            .map(|node| graph.id(node).clone())
            .into_iter()
            .collect(),
        depends_on: graph.dependencies_named(&command.depends_on)?,
        labels: &command.labels,
        replaces: &[],
        dir: directory(config, &graph, command.version_path.as_deref(), head)?,
        body,
    };
    write(config, &graph, wish, made)
}

/// Makes a revision that joins others.
///
/// # Errors
///
/// As [`revision`].
pub fn merge(config: &Config, command: &Merge) -> Result<Written, Error> {
    let graph = present(config)?;
    let merged = graph.merged(&command.revisions, splice(command.splice))?;
    let ids: Vec<RevisionId> = merged.iter().map(|node| graph.id(*node).clone()).collect();
    let names: Vec<&str> = ids.iter().map(RevisionId::as_str).collect();
    let wish = Wish {
        id: command.id.as_ref(),
        message: match &command.message {
            Some(message) => message.clone(),
            None => format!("merge {}", names.join(" and ")),
        },
        down_revisions: ids.clone(),
        depends_on: Vec::new(),
        labels: &command.labels,
        replaces: &[],
        dir: directory(config, &graph, None, merged.first().copied())?,
        body: None,
    };
    written(config, |made| write(config, &graph, wish, made))
}

/// Returns the message of one of several revisions that belong together.
pub(super) fn numbered(message: &str, at: usize, count: usize) -> String {
    if count == 1 {
        return message.to_owned();
    }
    format!("{message} ({} of {count})", at + 1)
}

/// Starts a project, and returns the files that it begins with: with an example,
/// unless there are models for the first revision to come from.
///
/// # Errors
///
/// That there is something already, or that it cannot be written.
pub fn init(config: &Config) -> Result<Vec<PathBuf>, Error> {
    if let Some(path) = &config.file {
        return Err(FilesError::Exists { path: path.clone() }.into());
    }
    refuse_occupied(config)?;
    let new = if config.schema.models == Models::None {
        example(config)?
    } else {
        info!(
            "there are models, so no example is written: \
             `seaworthy revision --autogenerate -m \"begin\"` writes the first revision"
        );
        Vec::new()
    };
    Made::all(|made| {
        start(config, made, &new)?;
        Ok(made.paths())
    })
}

/// Returns a revision that shows what one looks like.
fn example(config: &Config) -> Result<Vec<(PathBuf, String)>, Error> {
    let example = Arc::new(Source::new("", EXAMPLE));
    let proposal = Proposal {
        id: fresh(&Graph::build(Vec::new())?)?,
        message: "create the example table".to_owned(),
        down_revisions: Vec::new(),
        depends_on: Vec::new(),
        labels: Vec::new(),
        replaces: Vec::new(),
        created: String::new(),
    };
    let moment = files::now(&config.writing.timezone)?;
    let proposal = Proposal {
        created: moment.to_string(),
        ..proposal
    };
    let new = format::write(
        &proposal,
        &[],
        &writing(config, Some(&example), &moment, None),
    )?;
    let dir = first(config);
    let new = new.into_iter().map(|file| (dir.join(file.name), file.text));
    Ok(new.collect())
}

/// Refuses directories that hold revisions: a project is started once.
pub(super) fn refuse_occupied(config: &Config) -> Result<(), Error> {
    for dir in &config.migrations.dirs {
        match files::load(dir) {
            Ok(_) => return Err(FilesError::Occupied { dir: dir.clone() }.into()),
            Err(FilesError::NoDirectory { .. } | FilesError::Empty { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Makes the directories of a project, its first files, and its configuration
/// unless there is one.
pub(super) fn start(
    config: &Config,
    made: &mut Made,
    new: &[(PathBuf, String)],
) -> Result<(), Error> {
    let dirs = &config.migrations.dirs;
    for dir in dirs {
        made.directory(dir)?;
    }
    for (path, text) in new {
        made.file(path, text)?;
    }
    if config.file.is_none() {
        let file = example_file(config);
        made.file(Path::new(CONFIGURATION), &file.text)?;
        for flag in file.withheld {
            warn!("`--{flag}` is not in {CONFIGURATION}: a password may be in it");
        }
    }
    Ok(())
}

fn splice(is_allowed: bool) -> Splice {
    if is_allowed {
        Splice::Allowed
    } else {
        Splice::Refused
    }
}

/// Returns the graph of the directory, which may be empty.
pub(super) fn present(config: &Config) -> Result<Graph, Error> {
    match files::load_all(&config.migrations.dirs) {
        Err(FilesError::NoDirectory { dir }) => Err(FilesError::NoProject { dir }.into()),
        Err(FilesError::Empty { .. }) => Ok(Graph::build(Vec::new())?),
        sources => graph_of(sources?, config.migrations.format),
    }
}

fn write(
    config: &Config,
    graph: &Graph,
    wish: Wish<'_>,
    made: &mut Made,
) -> Result<Written, Error> {
    let draft = draft(config, graph, wish)?;
    let mut paths = Vec::new();
    for (path, text) in draft.files {
        made.file(&path, &text)?;
        paths.push(path);
    }
    Ok(Written {
        id: draft.id,
        paths,
    })
}

/// Runs the configured hooks on new files, which stay whatever comes of it.
pub(super) fn run_hooks(config: &Config, paths: &[PathBuf]) -> Result<(), Error> {
    for path in paths {
        for hook in &config.writing.hooks {
            info!("hook `{}` on {}", hook.name, path.display());
            process::run_hook(hook, path)?;
        }
    }
    Ok(())
}

/// Returns a new revision's names and text, for which nothing is written.
pub(super) fn draft(config: &Config, graph: &Graph, wish: Wish<'_>) -> Result<Draft, Error> {
    let dir = &wish.dir;
    let moment = files::now(&config.writing.timezone)?;
    let id = match wish.id {
        Some(id) => id.clone(),
        None => match format::next_id(graph.revisions(), &moment) {
            Some(id) => id,
            None => fresh(graph)?,
        },
    };
    // Whose place it takes gives its labels to it.
    let is_new = |label: &&String| {
        let mut labels = graph.labels();
        !labels.any(|(known, node)| known == *label && wish.replaces.contains(graph.id(node)))
    };
    let labels: Vec<String> = wish.labels.iter().filter(is_new).cloned().collect();
    graph.check_names(&id, &labels)?;
    let proposal = Proposal {
        id,
        message: wish.message,
        down_revisions: wish.down_revisions,
        depends_on: wish.depends_on,
        labels: wish.labels.to_vec(),
        replaces: wish.replaces.to_vec(),
        created: moment.to_string(),
    };
    let template = template(config, dir)?.map(Arc::new);
    let writing = writing(config, template.as_ref(), &moment, wish.body);
    let files = format::write(&proposal, graph.revisions(), &writing)?;
    let files = files
        .into_iter()
        .map(|file| (dir.join(file.name), file.text));
    Ok(Draft {
        files: files.collect(),
        id: proposal.id,
    })
}

impl Draft {
    /// Returns the files as if they had been read.
    pub(super) fn sources(&self) -> impl Iterator<Item = Source> {
        let files = self.files.iter();
        files.map(|(path, text)| Source::new(path, text.as_str()))
    }
}

pub(super) fn first(config: &Config) -> &Path {
    let first = config.migrations.dirs.first();
    first.map_or(Path::new("."), PathBuf::as_path)
}

/// Returns where a new file goes: where it is told to, beside the first that
/// it revises, or into the first directory.
pub(super) fn directory(
    config: &Config,
    graph: &Graph,
    named: Option<&Path>,
    revised: Option<Node>,
) -> Result<PathBuf, Error> {
    if let Some(named) = named {
        let same = |dir: &&PathBuf| dir.components().eq(named.components());
        return match config.migrations.dirs.iter().find(same) {
            Some(dir) => Ok(dir.clone()),
            None => Err(FilesError::OtherDirectory {
                path: named.to_owned(),
                dirs: config.migrations.dirs.clone(),
            }
            .into()),
        };
    }
    let beside = revised.and_then(|node| graph.revision(node).source.path().parent());
    Ok(beside.unwrap_or(first(config)).to_owned())
}

/// Returns the project's own template: that of the directory, else that of the
/// first one.
fn template(config: &Config, dir: &Path) -> Result<Option<Source>, Error> {
    match files::read_if_there(&dir.join(TEMPLATE_NAME))? {
        Some(template) => Ok(Some(template)),
        None => Ok(files::read_if_there(&first(config).join(TEMPLATE_NAME))?),
    }
}

fn writing<'a>(
    config: &'a Config,
    template: Option<&'a Arc<Source>>,
    moment: &'a Moment,
    body: Option<&'a Body>,
) -> Writing<'a> {
    Writing {
        file_template: &config.writing.file_template,
        longest_slug: config.writing.truncate_slug_length,
        template,
        moment,
        body,
    }
}

/// Returns an id that nothing has, nor begins like anything there is.
fn fresh(graph: &Graph) -> Result<RevisionId, Error> {
    loop {
        let id = random_id().map_err(Error::Random)?;
        if graph.is_free(&id) {
            return Ok(RevisionId::recorded(&id));
        }
    }
}
