//! The grammar of the command line, and what is generated from it: `--help`,
//! shell completions, the manual page.

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, ArgAction, Command, ValueHint};
use clap_complete::Shell;

use super::command::{COMMANDS, Row};
use super::declaration::SETTINGS;
use super::kind::Shape;
use super::setting::{DefaultValue, Setting};
use super::users::Users;

/// The same text in a log, a pipe and a terminal of any width.
const HELP_WIDTH: usize = 100;

const ABOUT: &str =
    "Waits for PostgreSQL, applies the pending revisions, then becomes the application";

const DATABASE_HELP: &str = "\
The database is the first URL that is set of --database-url, SEAWORTHY_DATABASE_URL,
MIGRATION_DATABASE_URL (for what reads or writes revisions) and DATABASE_URL. What it lacks comes
from PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE and the other variables of libpq, then from
POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB, the configuration
file, the service file and the password file. NAME_FILE is a file that holds the value of NAME.";

const SPELLINGS_HELP: &str = "\
A flag wins over its variable, a variable over the configuration file. Durations take a unit:
500ms, 60s, 2m. Switches take true/false, yes/no, on/off, 1/0.";

const EXIT_HELP: &str = "\
Exit codes:
    0  done; or handed over, and then the code is the application's
    1  a revision or the migrate command failed, or a hook on a new file; or check, diff --exit-code or
       current --check-heads found something, or a plan has a hazard that is denied;
       or health says unhealthy, which is its only other code, whatever the reason
    2  the command line is wrong
   65  the revisions or the recorded state are invalid
   69  the database was not ready in time, or the connection was lost
   70  a bug in seaworthy
   74  a file could not be written
   75  the lock was not obtained in time
   77  the database refused: password, role, database, permission or TLS
   78  the configuration is wrong
  126  the application cannot be executed
  127  the application was not found
128+n  ended by signal n";

/// Returns the grammar of the whole command line.
pub(super) fn root() -> Command {
    Command::new("seaworthy")
        .version(env!("CARGO_PKG_VERSION"))
        .about(ABOUT)
        .term_width(HELP_WIDTH)
        .subcommand_required(true)
        .subcommand_value_name("COMMAND")
        .args(
            SETTINGS
                .iter()
                .filter(|setting| setting.used_by == Users::All)
                .map(|setting| arg(setting).global(true)),
        )
        .after_help(after_help())
        .subcommands(COMMANDS.iter().map(subcommand))
}

/// Returns a command with the settings that not every command has, and its own
/// arguments.
fn subcommand(row: &Row) -> Command {
    let settings = SETTINGS
        .iter()
        .filter(|setting| setting.used_by != Users::All && setting.used_by.include(row.name))
        .map(arg);
    (row.grammar)(Command::new(row.name.word()).args(settings)).after_help(after_help())
}

/// Returns the script that completes `seaworthy` in a shell.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut root(), "seaworthy", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Returns the manual page, in roff: the program, then each command.
pub fn manual() -> String {
    let mut page = Vec::new();
    let mut root = root();
    root.build();
    // Writing to memory does not fail.
    let _ = clap_mangen::Man::new(root.clone()).render(&mut page);
    for command in root
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
    {
        let heading = format!(".SH \"SEAWORTHY {}\"\n", command.get_name().to_uppercase());
        let own = command.clone().mut_args(|arg| {
            let is_global = arg.is_global_set();
            arg.hide(is_global)
        });
        let mut section = Vec::new();
        let man = clap_mangen::Man::new(own);
        let _ = man.render_description_section(&mut section);
        let _ = man.render_options_section(&mut section);
        let section = String::from_utf8_lossy(&section)
            .replace(".SH DESCRIPTION\n", &heading)
            .replace(".SH OPTIONS\n", ".SS Options\n");
        page.extend_from_slice(section.as_bytes());
    }
    String::from_utf8_lossy(&page).into_owned()
}

fn arg(setting: &Setting) -> Arg {
    let arg = Arg::new(setting.flag)
        .long(setting.flag)
        .value_name(setting.placeholder)
        .help_heading(setting.group.heading())
        .help(help(setting));
    match setting.shape {
        Shape::Switch => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(Words(&["true", "false"])),
        Shape::Choice(words) => arg.value_parser(Words(words)),
        Shape::List => arg.action(ArgAction::Append).value_hint(ValueHint::Other),
        Shape::File => arg.value_hint(ValueHint::FilePath),
        Shape::Directories => arg.action(ArgAction::Append).value_hint(ValueHint::DirPath),
        Shape::Duration | Shape::Number | Shape::Text | Shape::Url | Shape::Words => {
            arg.value_hint(ValueHint::Other)
        }
    }
    .hide_possible_values(matches!(setting.shape, Shape::Switch))
}

fn help(setting: &Setting) -> String {
    let mut notes = Vec::new();
    match setting.default {
        DefaultValue::Text("false") => {}
        DefaultValue::Text(text) | DefaultValue::Nothing(text) => {
            notes.push(format!("default: {text}"));
        }
    }
    if setting.shape.is_repeatable() {
        notes.push("repeatable".to_owned());
    }
    notes.push(setting.variable());
    notes.extend(setting.well_known.iter().map(|name| (*name).to_owned()));
    notes.extend(setting.key.map(str::to_owned));
    format!("{} [{}]", setting.help, notes.join("; "))
}

fn after_help() -> String {
    format!("{DATABASE_HELP}\n\n{SPELLINGS_HELP}\n\n{EXIT_HELP}")
}

/// Offers words to completions and lets any text through: what is wrong with
/// it is said when its setting is resolved, in the same words for every layer.
#[derive(Clone)]
struct Words(&'static [&'static str]);

impl TypedValueParser for Words {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Self::Value, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        root().debug_assert();
    }

    #[test]
    fn completions_name_every_flag() {
        let script = completions(Shell::Bash);
        for setting in SETTINGS {
            assert!(
                script.contains(&format!("--{}", setting.flag)),
                "{}",
                setting.flag
            );
        }
    }

    #[test]
    fn the_manual_names_every_command_and_flag() {
        let page = manual().replace("\\-", "-");
        for setting in SETTINGS {
            assert!(
                page.contains(&format!("--{}", setting.flag)),
                "{}",
                setting.flag
            );
        }
        for name in COMMANDS.map(|row| row.name.word().to_uppercase()) {
            assert!(
                page.contains(&format!(".SH \"SEAWORTHY {name}\"")),
                "{name}"
            );
        }
    }
}
