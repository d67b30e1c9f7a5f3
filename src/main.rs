//! `seaworthy`: waits for PostgreSQL, brings the schema to its target
//! revision, and becomes the application.

use std::env;
use std::process::ExitCode;

use seaworthy::cli::report::Voice;
use seaworthy::cli::{self, Ending};
use seaworthy::config::{self, Environment, Parsed};
use seaworthy::error::Error;
use seaworthy::exit::Exit;
use seaworthy::files::{self, Disk};
use seaworthy::logging::{self, Screen};
use seaworthy::process::Signals;

#[allow(
    clippy::disallowed_methods,
    reason = "this is the one place that reads argv and the environment"
)]
fn main() -> ExitCode {
    Voice::plain().end_with_70_on_a_bug();
    let environment = Environment::new(env::vars_os(), files::account());
    let screen = Screen::of_stderr(&environment);
    let log = config::log(None, &environment, &Disk);
    let voice = Voice::new(log.format, screen);
    voice.end_with_70_on_a_bug();
    let signals = match Signals::install(&files::own_status()) {
        Ok(signals) => signals,
        Err(error) => return voice.failure(&Error::Signals(error)),
    };
    let typed = match config::args::parse(env::args_os()) {
        Ok(Parsed::Command(typed)) => typed,
        Ok(Parsed::Show(text)) => return voice.show(&text),
        Err(usage) => return voice.usage(&usage),
    };
    let log = config::log(Some(&typed), &environment, &Disk);
    let voice = Voice::new(log.format, screen);
    voice.end_with_70_on_a_bug();
    logging::start(&log, screen, &environment);

    match cli::execute(&typed, &environment, &signals) {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Show(text)) => voice.show(&text),
        Ok(Ending::Found(text)) => voice.found(&text),
        Ok(Ending::Unable(text, why)) => voice.unable(&text, *why),
        Ok(Ending::Stopped(signal)) => ExitCode::from(Exit::Signal(signal.number()).code()),
        Ok(Ending::HandOver(application)) => {
            let error = application.become_application(&signals);
            voice.failure(&Error::HandOver(error))
        }
        Err(error) => voice.failure(&error),
    }
}
