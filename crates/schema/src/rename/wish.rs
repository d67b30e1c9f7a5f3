//! What somebody asks to be renamed, as it is written: in an argument, or in a
//! line of the models.

use super::Rename;
use crate::identity::Identity;
use crate::kind::Kind;
use crate::quote::dotted;
use crate::schema::Schema;

/// A rename that is asked for. Whether there is anything to rename only the
/// schemas tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    kind: Kind,
    /// The names of the table, with its schema or without; then the column.
    from: Vec<String>,
    to: String,
}

/// Which names other renames make free.
#[derive(Clone, Copy, Debug)]
pub enum Room<'a> {
    /// Each that is asked for.
    Assumed,
    /// Those under which these renames find something.
    Of(&'a [Rename]),
}

/// Why a wish cannot be fulfilled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfulfilled {
    #[error("{from} is not there, and {to} is already: it was renamed before")]
    Done { from: String, to: String },
    #[error("neither {from} nor {to} is there")]
    Unknown { from: String, to: String },
    #[error("both {from} and {to} are there already")]
    Both { from: String, to: String },
    #[error("{from} would become {to}, which shall not be there")]
    NotWanted { from: String, to: String },
    #[error("{from} is not to go: it shall be there as well, and {to} shall not")]
    Kept { from: String, to: String },
    #[error("{from} is in several schemas: {}", schemas.join(", "))]
    Ambiguous { from: String, schemas: Vec<String> },
}

impl Wish {
    /// Reads `table:old=new` or `column:table.old=new`. Names may have their
    /// schema, and are quoted as in SQL; `None` for anything else.
    pub fn of_argument(text: &str) -> Option<Self> {
        let (kind, text) = text.split_once(':')?;
        let (from, rest) = names(text)?;
        let (to, rest) = names(rest.strip_prefix('=')?)?;
        rest.is_empty().then(|| Self::new(kind, from, to))?
    }

    /// Reads what stands in a line behind `-- seaworthy:rename`, such as
    /// `column public.users.old new`.
    pub fn of_line(text: &str) -> Option<Self> {
        let (kind, text) = text.trim().split_once(char::is_whitespace)?;
        let (from, rest) = names(text.trim_start())?;
        let (to, rest) = names(rest.trim_start())?;
        rest.is_empty().then(|| Self::new(kind, from, to))?
    }

    fn new(kind: &str, from: Vec<String>, mut to: Vec<String>) -> Option<Self> {
        let (kind, names) = match kind {
            "table" => (Kind::Table, 1),
            "column" => (Kind::Column, 2),
            _ => return None,
        };
        let own = to.pop()?;
        // The new name may be as long as the old one, but leads nowhere else.
        let above = &from[..from.len() - 1];
        let is_long_enough = from.len() == names || from.len() == names + 1;
        (is_long_enough && above.ends_with(&to)).then_some(Self {
            kind,
            from,
            to: own,
        })
    }

    /// Returns the wish for the way back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let mut from = self.from.clone();
        let old = from.pop().unwrap_or_default();
        from.push(self.to.clone());
        Self {
            kind: self.kind,
            from,
            to: old,
        }
    }

    /// Returns the same wish about a column of a table that another wish has
    /// given its name meanwhile.
    pub fn after(&self, table: &Self) -> Option<Self> {
        let above = &self.from[..self.from.len() - 1];
        let is_of = !self.is_of_table() && table.is_of_table();
        (is_of && (above.ends_with(&table.from) || table.from.ends_with(above))).then(|| {
            let mut from = self.from.clone();
            from[above.len() - 1].clone_from(&table.to);
            Self {
                from,
                ..self.clone()
            }
        })
    }

    /// Says whether it is about a table, on whose name those of columns depend.
    pub fn is_of_table(&self) -> bool {
        self.kind == Kind::Table
    }

    /// Returns the rename that it stands for. The table of a column may be
    /// called as it is, or as one of the `tables` that are renamed will be.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn fulfilled(
        &self,
        tables: &[Rename],
        room: Room<'_>,
        old: &Schema,
        new: &Schema,
    ) -> Result<Rename, Unfulfilled> {
        let (from, to) = self.shown();
        let is_column = self.kind == Kind::Column;
        let path = &self.from[..self.from.len() - usize::from(is_column)];
        let mut found = if is_column {
            // Where tables swap their names, it is the one that has it now.
            let is_later = |rename: &&Rename| !old.contains(&rename.to);
            let renamed = tables.iter().filter(is_later);
            let renamed = renamed.filter(|rename| is_called(&rename.to, path));
            let mut found: Vec<Identity> = renamed.map(|rename| rename.from.clone()).collect();
            found.extend(called(path, old));
            found
        } else {
            let mut found = called(path, old);
            if found.is_empty() {
                // It may have its new name by now.
                let renamed = [&path[..path.len() - 1], std::slice::from_ref(&self.to)].concat();
                found = called(&renamed, old);
                found.retain(|table| new.contains(table));
                return Err(match found.is_empty() {
                    true => Unfulfilled::Unknown { from, to },
                    false => Unfulfilled::Done { from, to },
                });
            }
            found
        };
        found.sort();
        found.dedup();
        let [table] = &found[..] else {
            let schemas = found.iter().map(|table| table.name(0).to_owned()).collect();
            return Err(match found.is_empty() {
                true => Unfulfilled::Unknown { from, to },
                false => Unfulfilled::Ambiguous { from, schemas },
            });
        };
        let later = tables.iter().find(|rename| rename.from == *table);
        let later = later.map_or(table, |rename| &rename.to);
        let at = |table: &Identity, own: &str| match is_column {
            true => Identity::new(Kind::Column, table.path().chain([own])),
            false => table.renamed(1, own),
        };
        let own = self.from.last().map_or("", String::as_str);
        let rename = Rename {
            from: at(table, own),
            to: at(later, &self.to),
        };
        let occupied = at(table, &self.to);
        let is_there = old.contains(&occupied);
        match old.contains(&rename.from) {
            true if is_there && !room.has(&occupied) => Err(Unfulfilled::Both { from, to }),
            true if new.contains(&rename.to) => Ok(rename),
            true if new.contains(&at(later, own)) => Err(Unfulfilled::Kept { from, to }),
            true => Err(Unfulfilled::NotWanted { from, to }),
            false if is_there => Err(Unfulfilled::Done { from, to }),
            false => Err(Unfulfilled::Unknown { from, to }),
        }
    }

    fn shown(&self) -> (String, String) {
        let show = |path: &[String]| {
            let path = dotted(path.iter().map(String::as_str));
            format!("{} {path}", self.kind.word())
        };
        (show(&self.from), show(&self.reversed().from))
    }
}

impl Room<'_> {
    fn has(self, name: &Identity) -> bool {
        match self {
            Self::Assumed => true,
            Self::Of(renames) => renames.iter().any(|rename| rename.from == *name),
        }
    }
}

/// Returns the tables with a name, with its schema or without.
fn called(path: &[String], schema: &Schema) -> Vec<Identity> {
    let tables = schema.of_kind(Kind::Table).map(|fact| &fact.identity);
    tables
        .filter(|table| is_called(table, path))
        .cloned()
        .collect()
}

fn is_called(table: &Identity, path: &[String]) -> bool {
    let names: Vec<&str> = table.path().collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    names.ends_with(&path)
}

/// Reads names with dots between them, and returns what follows. What is not
/// quoted is lower case, as in SQL.
fn names(mut text: &str) -> Option<(Vec<String>, &str)> {
    let mut names = Vec::new();
    loop {
        let (name, rest) = name(text)?;
        names.push(name);
        match rest.strip_prefix('.') {
            Some(rest) => text = rest,
            None => return Some((names, rest)),
        }
    }
}

fn name(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let ends = |c: char| !(c.is_alphanumeric() || "_$".contains(c));
        let (name, rest) = text.split_at(text.find(ends).unwrap_or(text.len()));
        return (!name.is_empty()).then(|| (name.to_ascii_lowercase(), rest));
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let (part, behind) = rest.split_once('"')?;
        name.push_str(part);
        match behind.strip_prefix('"') {
            Some(behind) => {
                name.push('"');
                rest = behind;
            }
            None => return (!name.is_empty()).then_some((name, behind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(argument: &str, line: &str, expected: Option<(&str, &str)>) {
        for wish in [Wish::of_argument(argument), Wish::of_line(line)] {
            let shown = wish.map(|wish| wish.shown());
            let shown = shown
                .as_ref()
                .map(|(from, to)| (from.as_str(), to.as_str()));
            assert_eq!(shown, expected, "{argument}");
        }
    }

    #[test]
    fn names_are_read_as_in_sql() {
        check("table:a=b", "table a b", Some(("table a", "table b")));
        check(
            "column:s.T.a=B",
            "  column  s.T.a   B ",
            Some(("column s.t.a", "column s.t.b")),
        );
        check(
            "column:\"S\".\"a.b\".\"c\"\"d\"=\"e f\"",
            "column \"S\".\"a.b\".\"c\"\"d\" \"e f\"",
            Some((
                "column \"S\".\"a.b\".\"c\"\"d\"",
                "column \"S\".\"a.b\".\"e f\"",
            )),
        );
        check(
            "table:s.a=s.b",
            "table s.a s.b",
            Some(("table s.a", "table s.b")),
        );
    }

    #[test]
    fn anything_else_is_none() {
        check("table:s.a=other.b", "table s.a other.b", None);
        check("column:a=b", "column a b", None);
        check("table:a.b.c=d", "table a.b.c d", None);
        check("index:a=b", "index a b", None);
        check("table:a", "table a", None);
        check("table:a=b c", "table a b c", None);
        check("table:\"a=b", "table \"a b", None);
        check("table:\"\"=b", "table \"\" b", None);
    }
}
