//! What was typed: the command, and the flags as text.
//!
//! Flags come from the declaration of the settings; their texts are read by
//! `resolve`, which knows the other layers too. Nothing is printed here.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::ArgMatches;
use clap::error::ErrorKind;

use super::command::{COMMANDS, Command};
use super::declaration::SETTINGS;
use super::kind;
use super::setting::CommandName;
use super::usage;
use super::{Secret, UsageError, grammar};

/// What the command line asks for.
#[derive(Debug)]
pub enum Parsed {
    Command(Typed),
    /// `--help` or `--version`: goes to stdout, exit 0.
    Show(String),
}

/// A command line that parsed. Flags are kept as text until `resolve`, and
/// `Debug` does not show them.
#[derive(Clone, Debug)]
pub struct Typed {
    pub command: Command,
    /// By the flag's long name, in the order typed.
    pub(super) flags: BTreeMap<&'static str, Vec<Secret>>,
}

/// Reads the command line; `argv` begins with the program's own name.
///
/// # Errors
///
/// [`UsageError`] for anything that is not in the grammar.
pub fn parse(argv: impl IntoIterator<Item = OsString>) -> Result<Parsed, UsageError> {
    let argv: Vec<OsString> = argv.into_iter().collect();
    let matches = match grammar::root().try_get_matches_from(&argv) {
        Ok(matches) => matches,
        Err(error) => {
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                    Ok(Parsed::Show(error.render().to_string()))
                }
                _ => Err(usage::from_clap(error, &argv)),
            };
        }
    };
    let Some((name, matches)) = matches.subcommand() else {
        return Err(usage::no_command());
    };
    let row = COMMANDS.iter().find(|row| row.name.word() == name);
    let row = row.ok_or_else(usage::no_command)?;
    let command = (row.read)(matches)?;
    refuse_stray_switch(&command, &argv)?;
    Ok(Parsed::Command(Typed {
        command,
        flags: flags(row.name, matches),
    }))
}

/// # Errors
///
/// For a switch's value that was taken for the application.
fn refuse_stray_switch(command: &Command, argv: &[OsString]) -> Result<(), UsageError> {
    let Command::Run(run) = command else {
        return Ok(());
    };
    let word = run.command.first().and_then(|word| word.to_str());
    let is_marked = argv.iter().any(|argument| argument == "--");
    match word {
        Some(word) if !is_marked && kind::switch(word).is_ok() => Err(usage::stray_switch(word)),
        Some(_) | None => Ok(()),
    }
}

fn flags(name: CommandName, matches: &ArgMatches) -> BTreeMap<&'static str, Vec<Secret>> {
    let mut flags = BTreeMap::new();
    for setting in SETTINGS {
        // A command that does not use a setting does not declare its flag, and
        // may have one of its own by that name.
        if !setting.used_by.include(name) {
            continue;
        }
        let Ok(Some(texts)) = matches.try_get_many::<String>(setting.flag) else {
            continue;
        };
        flags.insert(setting.flag, texts.map(Secret::new).collect());
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Downgrade, Execution, Output, Run, Stamp, StampMode, Upgrade};
    use crate::plan::Purge;

    fn typed(line: &[&str]) -> Result<Typed, String> {
        let argv = std::iter::once("seaworthy").chain(line.iter().copied());
        match parse(argv.map(OsString::from)) {
            Ok(Parsed::Command(typed)) => Ok(typed),
            Ok(Parsed::Show(text)) => Err(text),
            Err(error) => Err(error.title),
        }
    }

    #[track_caller]
    fn check(line: &[&str], expected: Command) {
        assert_eq!(
            typed(line).map(|typed| typed.command),
            Ok(expected),
            "{line:?}"
        );
    }

    #[track_caller]
    fn check_error(line: &[&str], expected: &str) {
        assert_eq!(
            typed(line).map(|typed| typed.command),
            Err(expected.to_owned())
        );
    }

    fn run(command: &[&str]) -> Command {
        Command::Run(Run {
            command: command.iter().map(OsString::from).collect(),
        })
    }

    fn upgrade(target: Option<&str>, execution: Execution) -> Command {
        Command::Upgrade(Upgrade {
            target: target.map(|text| text.parse().unwrap()),
            execution,
        })
    }

    #[test]
    fn everything_after_two_hyphens_is_the_application() {
        check(&["run"], run(&[]));
        check(&["run", "--"], run(&[]));
        check(
            &["run", "--", "app", "--timeout", "x"],
            run(&["app", "--timeout", "x"]),
        );
        check(&["run", "--dir", "/m", "--", "--odd"], run(&["--odd"]));
        check(&["run", "--", "sh", "--", "x"], run(&["sh", "--", "x"]));
        check(&["run", "--", "run", "--help"], run(&["run", "--help"]));
    }

    #[test]
    fn a_command_without_two_hyphens_takes_all_that_follows() {
        check(
            &["run", "app", "--port", "80", "-v"],
            run(&["app", "--port", "80", "-v"]),
        );
        check(
            &["run", "--skip-wait", "app", "--skip-wait"],
            run(&["app", "--skip-wait"]),
        );
        check(
            &["run", "npm", "start", "--", "-p", "1"],
            run(&["npm", "start", "--", "-p", "1"]),
        );
        check(&["run", "--skip-wait", "--", "true"], run(&["true"]));
        check_error(
            &["run", "--skip-wait", "true"],
            "`true` is no application: the value of a switch follows a `=`",
        );
        check_error(&["run", "--timeout"], "`--timeout` lacks its value");
        check_error(&["run", "--prot", "80"], "unexpected argument `--prot`");
    }

    #[cfg(unix)]
    #[test]
    fn the_application_may_have_arguments_that_are_not_utf8() {
        use std::os::unix::ffi::OsStringExt;
        let odd = OsString::from_vec(vec![b'a', 0xff]);
        let argv = ["seaworthy", "run", "--", "app"].map(OsString::from);
        let parsed = parse(argv.into_iter().chain([odd.clone()])).unwrap();
        let Parsed::Command(typed) = parsed else {
            panic!("{parsed:?}");
        };
        let command = vec![OsString::from("app"), odd];
        assert_eq!(typed.command, Command::Run(Run { command }));
    }

    #[test]
    fn upgrade_has_a_target_and_a_mode() {
        check(&["upgrade"], upgrade(None, Execution::Apply));
        check(&["upgrade", "+1"], upgrade(Some("+1"), Execution::Apply));
        check(
            &["upgrade", "--dry-run", "--json"],
            upgrade(None, Execution::DryRun(Output::Json)),
        );
        check(
            &["upgrade", "heads", "--dry-run"],
            upgrade(Some("heads"), Execution::DryRun(Output::Text)),
        );
        let from = |text: &str| Execution::Print {
            from: Some(text.parse().unwrap()),
        };
        check(&["upgrade", "--sql", "a:b"], upgrade(Some("b"), from("a")));
        check(&["upgrade", "--sql", "a:"], upgrade(None, from("a")));
        check(
            &["upgrade", "--sql", "b"],
            upgrade(Some("b"), Execution::Print { from: None }),
        );
        check_error(
            &["upgrade", "a:b"],
            "`TARGET` is not valid: `a:b` is a range, where one target is wanted",
        );
    }

    #[test]
    fn downgrade_names_what_stays() {
        let downgrade = |target: &str, execution| {
            Command::Downgrade(Downgrade {
                target: target.parse().unwrap(),
                execution,
            })
        };
        check(&["downgrade", "-1"], downgrade("-1", Execution::Apply));
        check(
            &["downgrade", "left@-2", "--dry-run"],
            downgrade("left@-2", Execution::DryRun(Output::Text)),
        );
        let from = Some("c".parse().unwrap());
        check(
            &["downgrade", "--sql", "c:base"],
            downgrade("base", Execution::Print { from }),
        );
        let from = Some("current".parse().unwrap());
        check(
            &["downgrade", "--sql", "current:-1"],
            downgrade("-1", Execution::Print { from }),
        );
        check_error(&["downgrade"], "`<TARGET>` is missing");
        let no_range = "`--sql` needs a range: where the downgrade starts, and what stays";
        check_error(&["downgrade", "--sql", "a"], no_range);
        check_error(&["downgrade", "--sql", "a:"], no_range);
    }

    #[test]
    fn stamp_names_where_the_database_is() {
        let stamp = |targets: &[&str], mode| {
            Command::Stamp(Stamp {
                targets: targets.iter().map(|text| text.parse().unwrap()).collect(),
                mode,
            })
        };
        let record = StampMode::Record;
        check(&["stamp", "head"], stamp(&["head"], record(Purge::No)));
        check(
            &["stamp", "a", "b", "--purge"],
            stamp(&["a", "b"], record(Purge::Yes)),
        );
        check(&["stamp", "-1"], stamp(&["-1"], record(Purge::No)));
        check(
            &["stamp", "--checksum", "a"],
            stamp(&["a"], StampMode::AcceptTexts),
        );
        let print = |from: Option<&str>| StampMode::Print {
            from: from.map(|text| text.parse().unwrap()),
        };
        check(&["stamp", "--sql", "a"], stamp(&["a"], print(None)));
        check(
            &["stamp", "--sql", "a:b", "c"],
            stamp(&["b", "c"], print(Some("a"))),
        );
        check_error(&["stamp"], "`<TARGET>` is missing");
        check_error(
            &["stamp", "--sql", "a", "b:c"],
            "`TARGET` is not valid: `b:c` is a range, where one target is wanted",
        );
        assert!(typed(&["stamp", "a", "--sql", "--purge"]).is_err());
        assert!(typed(&["stamp", "a", "--checksum", "--purge"]).is_err());
    }

    #[test]
    fn flags_that_contradict_each_other_are_refused() {
        assert!(typed(&["upgrade", "--sql", "--dry-run"]).is_err());
        check_error(&["upgrade", "--dryrun"], "unexpected argument `--dryrun`");
        check_error(
            &["upgrade", "--lock-tmeout", "1s"],
            "unexpected argument `--lock-tmeout`",
        );
        assert!(typed(&["upgrade", "--json"]).is_err());
        assert!(typed(&["upgrade", "b", "--target", "c"]).is_err());
        assert!(typed(&["wait", "--skip-wait"]).is_err());
        assert!(typed(&["wait", "--timeout", "1s", "--timeout", "2s"]).is_err());
    }

    #[test]
    fn flags_of_every_command_stand_before_or_after_its_name() {
        for line in [
            ["--log-level", "debug", "wait"],
            ["wait", "--log-level", "debug"],
        ] {
            let typed = typed(&line).unwrap();
            assert_eq!(typed.flags["log-level"], vec![Secret::new("debug")]);
        }
    }

    #[test]
    fn nothing_that_may_be_a_secret_is_repeated() {
        for line in [
            &["wait", "postgres://u:hunter2@h/db"][..],
            &["postgres://u:hunter2@h/db"],
            &["upgrade", "postgres://u:hunter2@h/db"],
            &["upgrade", "--sql", "postgres://u:hunter2@h/db"],
            &["wait", "--schema", "postgres://u:hunter2@h/db"],
            &["wait", "--databse-url=postgres://u:hunter2@h/db"],
            &["wait", "--database-url", "postgres://u:my", "hunter2@h/db"],
            &["wait", "--database-url", "postgres://u:my", "hunter2"],
            &["completions", "postgres://u:hunter2@h/db"],
            &["merge", "postgres://u:hunter2@h/db"],
            &["revision", "-m", "x", "--head", "postgres://u:hunter2@h/db"],
            &[
                "revision",
                "-m",
                "x",
                "--rev-id",
                "postgres://u:hunter2@h/db",
            ],
            &[
                "revision",
                "-m",
                "x",
                "--branch-label",
                "postgres://u:hunter2@h",
            ],
            &[
                "revision",
                "-m",
                "x",
                "--depends-on",
                "postgres://u:hunter2@h",
            ],
            &["wait", "-phunter2"],
            &["wait", "--skip-wait=hunter2"],
        ] {
            let error = format!("{:?}", typed(line).map(|typed| typed.command));
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
