//! `seaworthy config`: the settings in force, each with its source.

use std::io::{self, IsTerminal};

use serde_json::{Value, json};

use super::Ending;
use crate::config::{Config, ConfigError, Described, Output, Settings, ShownValue};
use crate::error::Error;
use crate::files::Disk;

/// What is said where no database is configured.
const NO_HOST: &str = "no host is configured";

/// A database under the name of its rows; `None`: there is none.
struct Database {
    name: &'static str,
    rows: Option<Vec<Described>>,
}

pub(super) fn settings(config: &Config, command: &Settings) -> Result<Ending, Error> {
    let databases = databases(config)?;
    let text = match command.output {
        Output::Json => format!("{:#}\n", document(config, &databases)),
        Output::Text if io::stdout().is_terminal() => aligned(&rows(config, &databases)),
        Output::Text => tabbed(&rows(config, &databases)),
    };
    Ok(Ending::Show(text))
}

/// Returns the application's database, and that of the migrations where it is
/// another one.
fn databases(config: &Config) -> Result<Vec<Database>, Error> {
    let found = match config.databases() {
        Ok(found) => found,
        Err(ConfigError::NoDatabase) => {
            return Ok(vec![Database {
                name: "database",
                rows: None,
            }]);
        }
        Err(error) => return Err(error.into()),
    };
    let application = found.application().described(&Disk)?;
    let migrations = found.migration.described(&Disk)?;
    let differ = migrations != application;
    let mut databases = vec![Database {
        name: "database",
        rows: Some(application),
    }];
    if differ {
        databases.push(Database {
            name: "migration-database",
            rows: Some(migrations),
        });
    }
    Ok(databases)
}

/// Returns name, value and source of everything.
fn rows(config: &Config, databases: &[Database]) -> Vec<[String; 3]> {
    let mut rows = Vec::new();
    for setting in config.values.shown() {
        rows.push([
            setting.name.to_owned(),
            text(&setting.value),
            setting.origin.to_string(),
        ]);
    }
    for hook in &config.writing.hooks {
        rows.push([
            "post-write-hook".to_owned(),
            hook.name.clone(),
            hook.place.to_string(),
        ]);
    }
    for database in databases {
        match &database.rows {
            None => rows.push([
                database.name.to_owned(),
                "none".to_owned(),
                NO_HOST.to_owned(),
            ]),
            Some(parts) => rows.extend(parts.iter().map(|part| {
                [
                    format!("{}.{}", database.name, part.name),
                    part.value.clone(),
                    part.origin.to_string(),
                ]
            })),
        }
    }
    rows
}

fn text(value: &ShownValue) -> String {
    match value {
        ShownValue::Nothing => "none".to_owned(),
        ShownValue::Hidden => "(not shown)".to_owned(),
        ShownValue::Several(texts) if texts.is_empty() => "none".to_owned(),
        ShownValue::One(text) => text.clone(),
        ShownValue::Several(texts) => texts.join(","),
    }
}

/// Returns rows for a person: columns one below the other.
fn aligned(rows: &[[String; 3]]) -> String {
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        // One long value must not push every source off the screen.
        widths.filter(|width| *width <= 40).max().unwrap_or(0)
    };
    let (first, second) = (width(0), width(1));
    let line =
        |[name, value, source]: &[String; 3]| format!("{name:first$}  {value:second$}  {source}\n");
    rows.iter().map(line).collect()
}

/// Returns rows for a program: tabs between the columns.
fn tabbed(rows: &[[String; 3]]) -> String {
    rows.iter().map(|row| row.join("\t") + "\n").collect()
}

fn document(config: &Config, databases: &[Database]) -> Value {
    let settings: Vec<Value> = config
        .values
        .shown()
        .iter()
        .map(|setting| {
            let value = match &setting.value {
                ShownValue::Nothing | ShownValue::Hidden => Value::Null,
                ShownValue::One(text) => text.as_str().into(),
                ShownValue::Several(texts) => texts.clone().into(),
            };
            json!({
                "name": setting.name,
                "value": value,
                "is_set": setting.value != ShownValue::Nothing,
                "source": setting.origin.to_string(),
            })
        })
        .collect();
    let hooks: Vec<Value> = config
        .writing
        .hooks
        .iter()
        .map(|hook| json!({ "name": hook.name, "source": hook.place.to_string() }))
        .collect();
    let mut document = json!({ "settings": settings, "post_write_hooks": hooks });
    for database in databases {
        let parts = database.rows.as_ref().map(|rows| {
            let part = |part: &Described| {
                json!({
                    "name": part.name,
                    "value": part.value,
                    "source": part.origin.to_string(),
                })
            };
            rows.iter().map(part).collect::<Vec<_>>()
        });
        document[database.name.replace('-', "_")] = parts.into();
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_one_below_the_other_or_apart_by_tabs() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned);
        let long = "x".repeat(60);
        let rows = [
            row(["timeout", "60s", "the default"]),
            row(["dir", "db", "--dir"]),
            row(["a", &long, "FROM"]),
        ];
        assert_eq!(
            aligned(&rows),
            format!("timeout  60s  the default\ndir      db   --dir\na        {long}  FROM\n")
        );
        assert_eq!(
            tabbed(&rows[..2]),
            "timeout\t60s\tthe default\ndir\tdb\t--dir\n"
        );
    }
}
