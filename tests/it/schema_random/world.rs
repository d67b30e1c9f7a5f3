//! A schema as a value: what it holds, and the SQL that makes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Whom rights are granted to.
pub(super) const ROLE: &str = "seaworthy_random_reader";

/// The column that references point to.
pub(super) const KEY: &str = "id";

/// A name as it is written: quoted where it has to be.
pub(super) type Name = String;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct World {
    pub(super) enums: BTreeMap<Name, Vec<String>>,
    /// The least value that each allows.
    pub(super) domains: BTreeMap<Name, u8>,
    /// By how much each counts.
    pub(super) sequences: BTreeMap<Name, u8>,
    pub(super) functions: BTreeMap<Name, Function>,
    pub(super) tables: BTreeMap<Name, Table>,
    pub(super) views: BTreeMap<Name, View>,
    /// Of a relation, or of one of its columns; of what is gone, it is not written.
    pub(super) comments: BTreeMap<(Name, Option<Name>), String>,
}

/// From an integer to an integer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) adds: u8,
    pub(super) returns: &'static str,
    pub(super) language: &'static str,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) columns: BTreeMap<Name, Column>,
    pub(super) has_key: bool,
    pub(super) is_unlogged: bool,
    pub(super) has_row_security: bool,
    pub(super) fill: Option<u8>,
    /// `RANGE`, `LIST` or `HASH`.
    pub(super) strategy: Option<&'static str>,
    pub(super) partitions: BTreeSet<u8>,
    pub(super) uniques: BTreeMap<Name, Vec<Name>>,
    /// A column, and what shall be true of it.
    pub(super) checks: BTreeMap<Name, (Name, String)>,
    pub(super) references: BTreeMap<Name, Reference>,
    pub(super) indexes: BTreeMap<Name, Index>,
    /// A column that must have a value.
    pub(super) policies: BTreeMap<Name, (Name, &'static str)>,
    /// When they fire.
    pub(super) triggers: BTreeMap<Name, &'static str>,
    pub(super) grants: BTreeSet<String>,
    /// Whatever else: the columns that it is about, and the statement, in which
    /// `@` stands for the table.
    pub(super) extras: BTreeMap<Name, (Vec<Name>, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) of_type: String,
    pub(super) is_required: bool,
    /// `DEFAULT ...`, `GENERATED ...`, or nothing.
    pub(super) value: String,
    /// Another column that `value` is made from.
    pub(super) from: Option<Name>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) column: Name,
    pub(super) to: Name,
    pub(super) behaviour: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) columns: Vec<Name>,
    pub(super) is_unique: bool,
    pub(super) order: &'static str,
    /// The column of its condition.
    pub(super) only: Option<Name>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) is_materialized: bool,
    /// A table or another view.
    pub(super) of: Name,
    pub(super) columns: Vec<Name>,
    pub(super) number: u8,
}

impl World {
    /// Returns the names that a table or a view has for its columns.
    pub(super) fn columns(&self, relation: &str) -> Vec<Name> {
        match (self.tables.get(relation), self.views.get(relation)) {
            (Some(table), _) => table.columns.keys().cloned().collect(),
            (None, Some(view)) => view.columns.clone(),
            (None, None) => Vec::new(),
        }
    }

    /// Returns the SQL that makes it in an empty database.
    pub(super) fn sql(&self) -> String {
        let mut sql = String::new();
        self.write(&mut sql).expect("a string takes everything");
        sql
    }

    fn write(&self, sql: &mut String) -> std::fmt::Result {
        writeln!(sql, "CREATE SCHEMA other;")?;
        for (name, labels) in &self.enums {
            let labels: Vec<String> = labels.iter().map(|label| format!("'{label}'")).collect();
            writeln!(sql, "CREATE TYPE {name} AS ENUM ({});", labels.join(", "))?;
        }
        for (name, least) in &self.domains {
            writeln!(
                sql,
                "CREATE DOMAIN {name} AS integer CONSTRAINT least CHECK (VALUE > {least});"
            )?;
        }
        for (name, step) in &self.sequences {
            writeln!(sql, "CREATE SEQUENCE {name} INCREMENT {step};")?;
        }
        for (name, function) in &self.functions {
            let Function {
                adds,
                returns,
                language,
            } = function;
            let body = match *language {
                "sql" => format!("SELECT a + {adds}"),
                _ => format!("BEGIN RETURN a + {adds}; END"),
            };
            writeln!(
                sql,
                "CREATE FUNCTION {name}(a integer) RETURNS {returns} LANGUAGE {language} IMMUTABLE AS '{body}';"
            )?;
        }
        writeln!(
            sql,
            "CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        )?;
        for (name, table) in &self.tables {
            table.write(name, sql)?;
        }
        for (name, table) in &self.tables {
            for (constraint, reference) in &table.references {
                let Reference {
                    column,
                    to,
                    behaviour,
                } = reference;
                writeln!(
                    sql,
                    "ALTER TABLE {name} ADD CONSTRAINT {constraint} FOREIGN KEY ({column}) REFERENCES {to} ({KEY}) {behaviour};"
                )?;
            }
        }
        self.write_views(sql)?;
        for ((relation, column), comment) in &self.comments {
            let object = match column {
                Some(column) if self.columns(relation).contains(column) => {
                    format!("COLUMN {relation}.{column}")
                }
                None if self.tables.contains_key(relation) => format!("TABLE {relation}"),
                None if self.views.contains_key(relation) => {
                    format!("{} {relation}", self.views[relation].kind())
                }
                Some(_) | None => continue,
            };
            writeln!(sql, "COMMENT ON {object} IS '{comment}';")?;
        }
        Ok(())
    }

    /// Each after what it is a view of.
    fn write_views(&self, sql: &mut String) -> std::fmt::Result {
        let mut written: BTreeSet<&str> = self.tables.keys().map(String::as_str).collect();
        while self
            .views
            .keys()
            .any(|name| !written.contains(name.as_str()))
        {
            let next = self.views.iter().find(|(name, view)| {
                !written.contains(name.as_str()) && written.contains(view.of.as_str())
            });
            let (name, view) = next.expect("a view is of what is there");
            let kind = view.kind();
            writeln!(
                sql,
                "CREATE {kind} {name} AS SELECT {}, {} AS number_{} FROM {};",
                view.columns.join(", "),
                view.number,
                view.number,
                view.of
            )?;
            written.insert(name);
        }
        Ok(())
    }
}

impl View {
    fn kind(&self) -> &'static str {
        if self.is_materialized {
            "MATERIALIZED VIEW"
        } else {
            "VIEW"
        }
    }
}

impl Table {
    fn write(&self, name: &str, sql: &mut String) -> std::fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        for (column, of) in &self.columns {
            let required = if of.is_required { " NOT NULL" } else { "" };
            parts.push(format!("{column} {}{required} {}", of.of_type, of.value));
        }
        if self.has_key {
            parts.push(format!("PRIMARY KEY ({KEY})"));
        }
        for (constraint, columns) in &self.uniques {
            parts.push(format!(
                "CONSTRAINT {constraint} UNIQUE ({})",
                columns.join(", ")
            ));
        }
        for (constraint, (_, condition)) in &self.checks {
            parts.push(format!("CONSTRAINT {constraint} CHECK ({condition})"));
        }
        let unlogged = if self.is_unlogged { "UNLOGGED " } else { "" };
        write!(sql, "CREATE {unlogged}TABLE {name} ({})", parts.join(", "))?;
        if let Some(strategy) = self.strategy {
            write!(sql, " PARTITION BY {strategy} ({KEY})")?;
        } else if let Some(fill) = self.fill {
            write!(sql, " WITH (fillfactor = {fill})")?;
        }
        writeln!(sql, ";")?;
        for number in &self.partitions {
            let bound = match self.strategy {
                Some("RANGE") => format!("FROM ({number}0) TO ({number}9)"),
                Some("LIST") => format!("IN ({number}, {number}00)"),
                _ => format!("WITH (MODULUS 8, REMAINDER {number})"),
            };
            let partition = partition(name, *number);
            writeln!(
                sql,
                "CREATE TABLE {partition} PARTITION OF {name} FOR VALUES {bound};"
            )?;
        }
        for (index, of) in &self.indexes {
            let unique = if of.is_unique { "UNIQUE " } else { "" };
            let order = of.order;
            let columns: Vec<String> = of
                .columns
                .iter()
                .map(|column| format!("{column}{order}"))
                .collect();
            write!(
                sql,
                "CREATE {unique}INDEX {index} ON {name} ({})",
                columns.join(", ")
            )?;
            if let Some(column) = &of.only {
                write!(sql, " WHERE {column} IS NOT NULL")?;
            }
            writeln!(sql, ";")?;
        }
        if self.has_row_security {
            writeln!(sql, "ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;")?;
        }
        for (policy, (column, command)) in &self.policies {
            writeln!(
                sql,
                "CREATE POLICY {policy} ON {name} FOR {command} USING ({column} IS NOT NULL);"
            )?;
        }
        for (trigger, moment) in &self.triggers {
            writeln!(
                sql,
                "CREATE TRIGGER {trigger} {moment} ON {name} FOR EACH ROW EXECUTE FUNCTION fires();"
            )?;
        }
        for (_, statement) in self.extras.values() {
            writeln!(sql, "{};", statement.replace('@', name))?;
        }
        for right in &self.grants {
            writeln!(sql, "GRANT {right} ON {name} TO {ROLE};")?;
        }
        Ok(())
    }
}

/// Returns the name of a partition.
fn partition(table: &str, number: u8) -> Name {
    match table.strip_suffix('"') {
        Some(open) => format!("{open}_{number}\""),
        None => format!("{table}_{number}"),
    }
}
