//! The configuration file that `seaworthy init` writes. It comes from the
//! declaration, so that it names every key there is.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::declaration::SETTINGS;
use super::kind::Shape;
use super::setting::{DefaultValue, Setting};

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

/// Returns the text of a `seaworthy.toml` that names the directories of the
/// revisions and changes nothing else.
pub fn example_file(dirs: &[PathBuf]) -> String {
    let mut text = HEAD.to_owned();
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
            match setting.flag {
                "dir" => {
                    let _ = writeln!(text, "{key} = {}", directories(dirs));
                }
                _ => {
                    let _ = writeln!(text, "# {key} = {}", default(setting));
                }
            }
        }
        if name == "migrations" {
            let _ = write!(text, "\n{HOOKS}");
        }
    }
    text
}

fn directories(dirs: &[PathBuf]) -> String {
    let dirs: Vec<String> = dirs
        .iter()
        .map(|dir| quoted(&dir.display().to_string()))
        .collect();
    match &dirs[..] {
        [dir] => dir.clone(),
        dirs => format!("[{}]", dirs.join(", ")),
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
