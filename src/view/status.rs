//! `status` for people: the database beside the revisions.

use serde::Serialize;

use super::line::history;
use super::paint::Role;
use super::{Reading, Surface};
use crate::diagnostic::sentence;
use crate::plan::{Direction, Findings, RecordedOnly, Standing};
use crate::revision::RevisionId;

/// Where the values begin.
const COLUMN: usize = 14;

/// The session that holds the migration lock, as far as the role may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lock {
    pub pid: i32,
    pub application: Option<String>,
    pub role: Option<String>,
    pub address: Option<String>,
    pub since: Option<String>,
    /// All of it in one line.
    #[serde(skip)]
    pub words: String,
}

/// Returns what is applied and what is not, one thing a line.
pub fn summary(
    reading: &Reading<'_>,
    database: &str,
    standing: &Standing,
    findings: &Findings,
    lock: Option<&Lock>,
    surface: Surface,
) -> String {
    let mut summary = Summary {
        text: String::new(),
        surface,
    };
    summary.line("database", Role::Plain, database);
    summary.line("applied", Role::Good, &applied(reading, standing));
    match standing.pending.len() {
        0 => summary.line("pending", Role::Good, "nothing"),
        count => summary.line("pending", Role::Revision, &counted(count)),
    }
    for line in history(reading, &standing.pending, surface).lines() {
        summary.text.push_str("  ");
        summary.text.push_str(line);
        summary.text.push('\n');
    }
    for partial in &standing.partial {
        let finished = match partial.finished {
            0 => "no statement is finished".to_owned(),
            1 => "1 statement is finished".to_owned(),
            count => format!("{count} statements are finished"),
        };
        let way = match partial.direction {
            Direction::Upgrade => "",
            Direction::Downgrade => "half way down, ",
        };
        let value = format!("{}, {way}{finished}", partial.revision);
        summary.line("partial", Role::Bad, &value);
    }
    for row in &standing.ahead {
        summary.line("ahead", Role::Bad, &recorded(row));
    }
    if !standing.retired.is_empty() {
        let value = counted(standing.retired.len());
        summary.line("retired", Role::Plain, &value);
    }
    for (name, ids) in [
        ("divergent", &findings.divergent),
        ("out of order", &findings.out_of_order),
    ] {
        if !ids.is_empty() {
            let ids: Vec<&str> = ids.iter().map(RevisionId::as_str).collect();
            summary.line(name, Role::Bad, &ids.join(", "));
        }
    }
    match lock {
        None => summary.line("lock", Role::Good, "free"),
        Some(lock) => {
            let value = format!("held by {}", lock.words);
            summary.line("lock", Role::Revision, &value);
        }
    }
    summary.text
}

/// Returns a line for each recorded revision that is no head of a known one:
/// what the database is ahead by, and what stopped half way.
pub fn without_place(standing: &Standing, surface: Surface) -> String {
    let is_partial = |id: &RevisionId| standing.partial.iter().any(|one| one.revision == *id);
    let is_ahead = |id: &RevisionId| standing.ahead.iter().any(|row| row.revision == *id);
    let ahead = standing.ahead.iter().map(|row| &row.revision);
    let partial = standing.partial.iter().map(|partial| &partial.revision);
    let mut text = String::new();
    for revision in ahead.chain(partial.filter(|id| !is_ahead(id))) {
        let mut marks = String::new();
        if is_ahead(revision) {
            marks.push_str(" (ahead)");
        }
        if is_partial(revision) {
            marks.push_str(" (partial)");
        }
        surface.paint(&mut text, Role::Revision, &sentence(revision.as_str()));
        surface.paint(&mut text, Role::Bad, &marks);
        text.push('\n');
    }
    text
}

struct Summary {
    text: String,
    surface: Surface,
}

impl Summary {
    fn line(&mut self, name: &str, role: Role, value: &str) {
        self.text.push_str(&format!("{name:COLUMN$}"));
        self.surface.paint(&mut self.text, role, &sentence(value));
        self.text.push('\n');
    }
}

fn applied(reading: &Reading<'_>, standing: &Standing) -> String {
    if standing.heads.is_empty() {
        return "nothing".to_owned();
    }
    let heads = reading.ids(&standing.heads).join(", ");
    format!("{}, at {heads}", counted(standing.applied.len()))
}

/// Returns a row without a file, as a line of the history shows a revision.
fn recorded(row: &RecordedOnly) -> String {
    match row.message.as_str() {
        "" => row.revision.to_string(),
        message => format!("{}, {message}", row.revision),
    }
}

fn counted(revisions: usize) -> String {
    match revisions {
        1 => "1 revision".to_owned(),
        count => format!("{count} revisions"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::language::state;
    use crate::plan::{findings, standing};
    use crate::revision::language::graph;

    fn shown(line: &str, applied: &str, lock: Option<&Lock>, surface: Surface) -> String {
        let graph = graph(line);
        let state = state(&graph, applied);
        let (standing, findings) = (standing(&graph, &state), findings(&graph, &state));
        let reading = Reading::new(&graph);
        let text = summary(&reading, "u@h:5432/d", &standing, &findings, lock, surface);
        text.replace('\x1b', "^")
    }

    #[test]
    fn nothing_odd() {
        insta::assert_snapshot!(shown("a <- b", "^b", None, Surface::Plain), @"
        database      u@h:5432/d
        applied       2 revisions, at b
        pending       nothing
        lock          free
        ");
        insta::assert_snapshot!(shown("a <- b", "", None, Surface::Plain), @"
        database      u@h:5432/d
        applied       nothing
        pending       2 revisions
          <base> -> a, add a
          a -> b (head), add b
        lock          free
        ");
    }

    #[test]
    fn everything_odd() {
        let lock = Lock {
            pid: 7,
            application: None,
            role: None,
            address: None,
            since: None,
            words: "pid 7, application `\x1b[2J`".into(),
        };
        let line = "a <- b <- c <- d, b <- e";
        insta::assert_snapshot!(shown(line, "a! c~ x r y<-r", Some(&lock), Surface::Plain), @"
        database      u@h:5432/d
        applied       1 revision, at a
        pending       4 revisions
          b -> c, add c
          a -> b (branchpoint), add b
          b -> e (head), add e
          c -> d (head), add d
        partial       c, 1 statement is finished
        ahead         r, add r
        ahead         x, add x
        ahead         y, add y
        divergent     a
        out of order  b
        lock          held by pid 7, application `␛[2J`
        ");
        insta::assert_snapshot!(shown(line, "a", Some(&lock), Surface::Terminal), @"
        database      u@h:5432/d
        applied       ^[32m1 revision, at a^[0m
        pending       ^[33m4 revisions^[0m
          a -> ^[33mb^[0m^[36m (branchpoint)^[0m, add b
          b -> ^[33me^[0m^[36m (head)^[0m,        add e
          b -> ^[33mc^[0m,               add c
          c -> ^[33md^[0m^[36m (head)^[0m,        add d
        lock          ^[33mheld by pid 7, application `␛[2J`^[0m
        ");
    }

    #[test]
    fn the_way_down_is_named() {
        insta::assert_snapshot!(shown("a <- b", "a b%", None, Surface::Plain), @"
        database      u@h:5432/d
        applied       1 revision, at a
        pending       1 revision
          a -> b (head), add b
        partial       b, half way down, 1 statement is finished
        lock          free
        ");
    }

    #[test]
    fn what_is_ahead_or_partial_has_a_line_of_its_own() {
        let graph = graph("a <- b");
        let standing = standing(&graph, &state(&graph, "a b~ x y~"));
        insta::assert_snapshot!(without_place(&standing, Surface::Plain), @"
        x (ahead)
        y (ahead) (partial)
        b (partial)
        ");
    }
}
