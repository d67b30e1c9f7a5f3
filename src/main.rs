//! `seaworthy`: waits for PostgreSQL, brings the schema to its target
//! revision, and becomes the application.

use std::env;
use std::process::ExitCode;

use seaworthy::cli::{self, Ending};
use seaworthy::config::{self, Environment, LogFormat, Parsed};
use seaworthy::error::Error;
use seaworthy::files::{self, Disk};
use seaworthy::logging;
use seaworthy::process::Signals;

#[allow(
    clippy::disallowed_methods,
    reason = "this is the one place that reads argv and the environment"
)]
fn main() -> ExitCode {
    cli::report::end_with_70_on_a_bug(LogFormat::Text);
    let environment = Environment::new(env::vars_os(), files::account());
    let log = config::log(None, &environment, &Disk);
    cli::report::end_with_70_on_a_bug(log.format);
    let signals = match Signals::install(&files::own_status()) {
        Ok(signals) => signals,
        Err(error) => return cli::report::failure(&Error::Signals(error), log.format),
    };
    let typed = match config::args::parse(env::args_os()) {
        Ok(Parsed::Command(typed)) => typed,
        Ok(Parsed::Show(text)) => return cli::report::show(&text),
        Err(usage) => return cli::report::usage(&usage, log.format),
    };
    let log = config::log(Some(&typed), &environment, &Disk);
    cli::report::end_with_70_on_a_bug(log.format);
    logging::start(&log, &environment);

    match cli::execute(&typed, &environment, &signals) {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Show(text)) => cli::report::show(&text),
        Ok(Ending::Found(text)) => cli::report::found(&text),
        Ok(Ending::HandOver(application)) => {
            let error = application.become_application(&signals);
            cli::report::failure(&Error::HandOver(error), log.format)
        }
        Err(error) => cli::report::failure(&error, log.format),
    }
}
