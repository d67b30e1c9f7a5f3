//! What a person or a program is told when something is wrong.
//!
//! A diagnostic is data: a stable code, one sentence, the places it speaks of,
//! the causes from the outermost in, and at most two things to do next. This
//! module turns it into text or JSON; what it says is decided in `error/`.

mod excerpt;
mod shown;

pub use excerpt::Excerpt;
pub use shown::sentence;

use std::fmt::{self, Display, Write as _};

use crate::exit::Exit;
use crate::source::Source;

/// At most this many hints are shown: more is a manual, not a next step.
const MAX_HINTS: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// A stable, lower-case name with hyphens, such as `multiple-heads`.
    pub code: &'static str,
    /// A lower-case fragment without a final period; literals in backticks.
    pub title: String,
    pub places: Vec<Place>,
    /// Every cause once, outermost first, in its own words.
    pub causes: Vec<String>,
    pub hints: Vec<String>,
    pub exit: Exit,
}

/// A file, setting or host that the diagnostic is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What stands after the arrow: `migrations/a.sql:3:7`, `--timeout`, `db:5432`.
    pub name: String,
    pub note: Option<String>,
    pub excerpt: Option<Excerpt>,
}

impl Diagnostic {
    pub fn error(code: &'static str, exit: Exit, title: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            title: title.into(),
            places: Vec::new(),
            causes: Vec::new(),
            hints: Vec::new(),
            exit,
        }
    }

    #[must_use]
    pub fn place(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Returns the diagnostic as one JSON object with stable keys.
    pub fn to_json(&self) -> serde_json::Value {
        let places: Vec<_> = self
            .places
            .iter()
            .map(|place| {
                serde_json::json!({
                    "name": place.name,
                    "note": place.note,
                    "line": place.excerpt.as_ref().map(|excerpt| excerpt.line),
                    "column": place.excerpt.as_ref().map(|excerpt| excerpt.column),
                })
            })
            .collect();
        serde_json::json!({
            "code": self.code,
            "message": self.title,
            "places": places,
            "causes": self.causes,
            "hints": self.hints,
            "exit_code": self.exit.code(),
        })
    }
}

impl Place {
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            note: None,
            excerpt: None,
        }
    }

    /// Returns the place of a byte offset in a file, with the line it is on.
    pub fn in_source(source: &Source, offset: usize) -> Self {
        let position = source.position(offset);
        Self {
            name: format!(
                "{}:{}:{}",
                source.path_at(offset).display(),
                position.line,
                position.column
            ),
            note: None,
            excerpt: Some(Excerpt {
                line: position.line,
                column: position.column,
                text: source.line_at(offset).to_owned(),
            }),
        }
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

impl Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let title = shown::sentence(&self.title);
        write!(f, "seaworthy: {severity}[{}]: {title}", self.code)?;
        for place in &self.places {
            write!(f, "\n  --> {place}")?;
        }
        for cause in &self.causes {
            write!(f, "\n  cause: {}", shown::paragraph(cause))?;
        }
        if !self.hints.is_empty() {
            f.write_char('\n')?;
        }
        for hint in self.hints.iter().take(MAX_HINTS) {
            write!(f, "\n  hint: {}", shown::paragraph(hint))?;
        }
        Ok(())
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown::sentence(&self.name))?;
        if let Some(note) = &self.note {
            write!(f, "   {}", shown::sentence(note))?;
        }
        if let Some(excerpt) = &self.excerpt {
            write!(f, "{excerpt}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_code_places_causes_and_hints() {
        let source = Source::new("migrations/b.sql", "select 1;\n\tselct 2;\n");
        let diagnostic = Diagnostic::error("revision-failed", Exit::Failed, "revision `b` failed")
            .place(Place::in_source(&source, 11).note("revision `b`"))
            .place(Place::named("db:5432"))
            .cause("syntax error at or near \"selct\"\nDETAIL: none")
            .hint("correct the statement and run `seaworthy upgrade` again");
        insta::assert_snapshot!(diagnostic.to_string().replace('\t', "<tab>"), @r#"
        seaworthy: error[revision-failed]: revision `b` failed
          --> migrations/b.sql:2:2   revision `b`
           2 | <tab>selct 2;
             | <tab>^
          --> db:5432
          cause: syntax error at or near "selct"
                 DETAIL: none

          hint: correct the statement and run `seaworthy upgrade` again
        "#);
    }
}
