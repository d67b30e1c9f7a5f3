//! The configuration file that `seaworthy init` writes. It comes from the
//! declaration, so that it names every key there is.

use std::fmt::Write as _;

use super::declaration::SETTINGS;
use super::kind::Shape;
use super::setting::{DefaultValue, Group, Setting};
use super::{Config, Origin, ShownSetting, ShownValue};

const HEAD: &str = "\
# Settings of seaworthy. Each line shows a default: take away its `#` to change it.
# `seaworthy config` prints what is in force, and where it came from.
#
# A flag wins over its variable, a variable over this file. The database's URL belongs
# into DATABASE_URL, and its password into a secret file, not in here.
";

const HOOKS: &str = "\
# Commands that run on the file of a new revision, such as a formatter.
# [[migrations.post_write_hooks]]
# name = \"format\"
# command = [\"pg_format\", \"--inplace\", \"REVISION_SCRIPT_FILENAME\"]
";

/// The text of a `seaworthy.toml`.
#[derive(Clone, Debug)]
pub struct ExampleFile {
    pub text: String,
    /// Flags that were given and are not in it: their values may be secrets.
    pub withheld: Vec<&'static str>,
}

/// Returns the file that says where the revisions are, and what was typed about
/// revisions and schemas, so that the next command goes on with it. All else
/// stands there as a comment.
pub fn example_file(config: &Config) -> ExampleFile {
    let shown = config.values.shown();
    let mut text = HEAD.to_owned();
    let mut withheld = Vec::new();
    let mut tables: Vec<&str> = SETTINGS.iter().filter_map(table).collect();
    tables.sort_by_key(|name| (*name != "migrations", *name));
    tables.dedup();
    for name in tables {
        let _ = write!(text, "\n[{name}]\n");
        for setting in SETTINGS.iter().filter(|one| table(one) == Some(name)) {
            let key = setting.key.unwrap_or_default();
            let key = key.strip_prefix(name).unwrap_or(key);
            let key = key.trim_start_matches('.');
            let _ = writeln!(text, "# {}", setting.help);
            let typed = shown.iter().find(|one| is_kept(setting, one));
            let value = typed.and_then(|one| value(setting, &one.value));
            let _ = match value {
                Some(ref value) => writeln!(text, "{key} = {value}"),
                None => writeln!(text, "# {key} = {}", default(setting)),
            };
            if let (Some(typed), None) = (typed, value) {
                withheld.push(typed.name);
            }
        }
        if name == "migrations" {
            let _ = write!(text, "\n{HOOKS}");
        }
    }
    ExampleFile { text, withheld }
}

/// Says whether a value in force belongs to the project, and not to this run
/// alone: what was typed of it, and the directories in any case.
fn is_kept(setting: &Setting, shown: &ShownSetting<'_>) -> bool {
    let is_of_project = matches!(
        setting.group,
        Group::Revisions | Group::Writing | Group::Schema
    );
    let is_typed = matches!(shown.origin, Origin::Flag(_));
    shown.name == setting.flag && (setting.flag == "dir" || is_of_project && is_typed)
}

/// Returns a value as it stands in the file; `None` for what may be a secret.
fn value(setting: &Setting, shown: &ShownValue) -> Option<String> {
    match (setting.shape, shown) {
        (Shape::Words, _) | (_, ShownValue::Nothing | ShownValue::Hidden) => None,
        (Shape::Switch | Shape::Number, ShownValue::One(text)) => Some(text.clone()),
        (_, ShownValue::One(text)) => Some(quoted(text)),
        (_, ShownValue::Several(texts)) => {
            let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            match &texts[..] {
                [dir] if setting.flag == "dir" => Some(dir.clone()),
                texts => Some(format!("[{}]", texts.join(", "))),
            }
        }
    }
}

fn table(setting: &Setting) -> Option<&'static str> {
    let (table, _) = setting.key?.split_once('.')?;
    Some(table)
}

fn default(setting: &Setting) -> String {
    match (setting.default, setting.shape) {
        (DefaultValue::Nothing(_), Shape::List | Shape::Directories) => "[]".to_owned(),
        (DefaultValue::Text(text), Shape::List) => format!("[{}]", quoted(text)),
        (_, Shape::Words) if setting.flag == "models-command" => {
            r#"["prog", "--print-schema"]"#.to_owned()
        }
        (_, Shape::Words) => r#"["alembic", "upgrade", "head"]"#.to_owned(),
        (DefaultValue::Text(text), Shape::Switch | Shape::Number) => text.to_owned(),
        (DefaultValue::Nothing(_), Shape::Switch) => "true".to_owned(),
        (DefaultValue::Text(text), _) => quoted(text),
        (DefaultValue::Nothing(_), _) => quoted(setting.placeholder),
    }
}

/// Returns a text as a basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            c if c.is_control() => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
