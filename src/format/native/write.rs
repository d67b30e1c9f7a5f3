//! From a proposed revision to its file, whose text is read back before
//! anybody writes it.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use super::super::{Body, BodySection, Moment, NewFile, Spot, WriteError, Writing};
use super::header;
use super::name::Name;
use super::numbering::{Habit, Numbering};
use super::slug::slug;
use super::template::{Template, Values};
use crate::config::FileNameParts;
use crate::revision::{Proposal, Revision, RevisionId, Transactional};
use crate::source::Source;

/// What a project's own template stands in for.
const TEMPLATE: &str = "${header}\n\n-- migrate:up\n\n\n-- migrate:down\n\n";

const UP: &str = "-- migrate:up";
const DOWN: &str = "-- migrate:down";

/// Stands behind a marker.
const NO_TRANSACTION: &str = " transaction:false";

/// Where it would stand; a place that no error shows, since it is sound.
const BUILT_IN: &str = "the built-in template";

/// Returns the id that a directory gives its next revision; `None` where ids
/// are random.
pub(in crate::format) fn next_id(revisions: &[Revision], moment: &Moment) -> Option<RevisionId> {
    Numbering::of(revisions).map(|numbering| numbering.next(moment))
}

/// Returns the files of a new revision: one, or two in a directory that has
/// the directions in files of their own.
///
/// # Errors
///
/// - [`WriteError::Message`] for a message that would be read as something else.
/// - [`WriteError::FileName`] for a name that no file can have.
/// - What is wrong with the template.
pub(in crate::format) fn write(
    proposal: &Proposal,
    revisions: &[Revision],
    writing: &Writing<'_>,
) -> Result<Vec<NewFile>, WriteError> {
    if !header::is_message(&proposal.message) {
        return Err(WriteError::Message {
            message: proposal.message.clone(),
        });
    }
    let name = name(proposal, writing)?;
    let nothing = Body::default();
    let body = writing.body.unwrap_or(&nothing);
    let numbering = Numbering::of(revisions).filter(|found| follows(found, proposal, &name));
    let files = match &numbering {
        None => {
            let text = header(proposal);
            vec![(".sql", filled(proposal, &text, writing)?)]
        }
        Some(numbering) => {
            let comment = format!("-- {}", proposal.message);
            match (numbering.habit, writing.template) {
                (Habit::Marked, _) | (_, Some(_)) => {
                    vec![(".sql", filled(proposal, &comment, writing)?)]
                }
                (Habit::Whole, None) => vec![(".sql", alone(&comment, UP, &body.up))],
                (Habit::Pair, None) => vec![
                    (".up.sql", alone(&comment, UP, &body.up)),
                    (".down.sql", alone(&comment, DOWN, &body.down)),
                ],
            }
        }
    };
    let files: Vec<NewFile> = files
        .into_iter()
        .map(|(ending, text)| NewFile {
            name: format!("{name}{ending}"),
            text,
        })
        .collect();
    if is_read_back(proposal, &files, numbering.as_ref()) {
        Ok(files)
    } else {
        let template = writing.template.map(Template::read).transpose()?;
        Err(WriteError::Unlike {
            spot: template.map_or_else(
                || Spot::new(&Arc::new(Source::new(BUILT_IN, TEMPLATE)), 0),
                |template| template.header,
            ),
        })
    }
}

fn name(proposal: &Proposal, writing: &Writing<'_>) -> Result<String, WriteError> {
    let moment = writing.moment;
    let name = writing.file_template.name(&FileNameParts {
        rev: proposal.id.as_str(),
        slug: &slug(&proposal.message, writing.longest_slug),
        year: moment.year,
        month: moment.month,
        day: moment.day,
        hour: moment.hour,
        minute: moment.minute,
        second: moment.second,
        epoch: moment.epoch,
    });
    let odd = |c: char| c == '/' || c.is_control();
    if name.is_empty() || name.starts_with('.') || name.contains(odd) {
        return Err(WriteError::FileName { name });
    }
    Ok(name)
}

/// Returns whether a revision can do without a header: its number is the next
/// one, and it says no more than that.
fn follows(numbering: &Numbering, proposal: &Proposal, name: &str) -> bool {
    let number = Name::of(Path::new(&format!("{name}.sql"))).number;
    number.is_some_and(|number| number.as_str() == proposal.id.as_str() && number > numbering.last)
        && proposal.depends_on.is_empty()
        && proposal.labels.is_empty()
        && proposal.replaces.is_empty()
        && matches!(&proposal.down_revisions[..], [down] if down.as_str() == numbering.last.as_str())
}

/// Returns the comment lines that declare a revision.
fn header(proposal: &Proposal) -> String {
    let mut header = format!("-- {}\n--\n-- revision: {}", proposal.message, proposal.id);
    let down: Vec<&str> = down(proposal);
    let replaces = proposal.replaces.iter().map(RevisionId::as_str);
    for (key, values) in [
        (header::REVISES, down.join(", ")),
        (header::DEPENDS_ON, proposal.depends_on.join(", ")),
        (header::BRANCH, proposal.labels.join(", ")),
        (header::REPLACES, replaces.collect::<Vec<_>>().join(", ")),
        (header::CREATED, proposal.created.clone()),
    ] {
        if !values.is_empty() {
            let _ = write!(header, "\n-- {key}: {values}");
        }
    }
    header
}

fn down(proposal: &Proposal) -> Vec<&str> {
    let down = proposal.down_revisions.iter();
    down.map(RevisionId::as_str).collect()
}

fn filled(proposal: &Proposal, header: &str, writing: &Writing<'_>) -> Result<String, WriteError> {
    let built_in = Arc::new(Source::new(BUILT_IN, TEMPLATE));
    let template = Template::read(writing.template.unwrap_or(&built_in))?;
    let text = template.filled(&Values {
        header,
        message: &proposal.message,
        revision: proposal.id.as_str(),
        revises: &down(proposal).join(", "),
        created: &proposal.created,
    });
    Ok(match writing.body {
        Some(body) => with_body(&text, body),
        None => text,
    })
}

/// Puts the statements below the markers of their sections; what a template has
/// there stays, after them. A direction without a marker gets one.
fn with_body(text: &str, body: &Body) -> String {
    let mut filled = String::new();
    let mut sections = vec![(UP, &body.up), (DOWN, &body.down)];
    for line in text.trim_end().lines() {
        let at = sections
            .iter()
            .position(|(marker, _)| line.starts_with(marker));
        match at {
            Some(at) => filled.push_str(&below(line, sections.remove(at).1)),
            None => filled.push_str(&format!("{line}\n")),
        }
    }
    for (marker, section) in sections {
        filled.push_str(&format!("\n{}", below(marker, section)));
    }
    filled
}

/// Returns a section below its marker, which says how it has to be run.
fn below(marker: &str, section: &BodySection) -> String {
    let option = match section.transaction {
        Transactional::No if !marker.contains(NO_TRANSACTION) => NO_TRANSACTION,
        Transactional::Yes | Transactional::No => "",
    };
    format!("{marker}{option}\n{}", section.text)
}

/// Returns a file with one direction only, which needs no marker unless that
/// says how it has to be run.
fn alone(comment: &str, marker: &str, section: &BodySection) -> String {
    match section.transaction {
        Transactional::Yes => format!("{comment}\n\n{}", section.text),
        Transactional::No => format!("{comment}\n\n{}", below(marker, section)),
    }
}

/// Reads new files as the directory's reader would, and compares.
fn is_read_back(proposal: &Proposal, files: &[NewFile], numbering: Option<&Numbering>) -> bool {
    let before =
        numbering.map(|numbering| Source::new(format!("{}.sql", numbering.last.as_str()), ""));
    let new = files
        .iter()
        .map(|file| Source::new(file.name.as_str(), file.text.as_str()));
    let sources: Vec<Arc<Source>> = before.into_iter().chain(new).map(Arc::new).collect();
    let Ok(revisions) = super::read(&sources) else {
        return false;
    };
    let Some(read) = revisions.iter().find(|read| read.id == proposal.id) else {
        return false;
    };
    // A numbered file has its message in its name, and no date.
    let has_all = numbering.is_some()
        || (read.message == proposal.message
            && read.created.as_deref().unwrap_or_default() == proposal.created);
    has_all
        && read.down_revisions == proposal.down_revisions
        && read.depends_on == proposal.depends_on
        && read.labels == proposal.labels
        && read.replaces == proposal.replaces
}
