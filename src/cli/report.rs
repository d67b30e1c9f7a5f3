//! The last words: on stderr, in the termination log, and as exit code.
//!
//! Nothing here can fail: whoever closed our stderr wants to hear nothing.

use std::io::{self, Write};
use std::panic::{self, Location};
use std::path::Path;
use std::process::ExitCode;

use crate::config::{LogFormat, UsageError};
use crate::diagnostic::Diagnostic;
use crate::error::{self, Error};
use crate::exit::Exit;
use crate::files;
use crate::logging::{Screen, Stderr, now};

/// Where Kubernetes reads what `kubectl describe pod` shows.
const TERMINATION_LOG: &str = "/dev/termination-log";

/// How to speak to whoever reads stderr.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    format: LogFormat,
    screen: Screen,
}

impl Voice {
    pub fn new(format: LogFormat, screen: Screen) -> Self {
        Self { format, screen }
    }

    /// Returns the voice of one who knows nothing yet of the other side.
    pub fn plain() -> Self {
        Self::new(LogFormat::Text, Screen::Plain)
    }

    /// Writes a result to stdout.
    pub fn show(self, text: &str) -> ExitCode {
        self.written(text, Exit::Success)
    }

    /// Writes a result to stdout that says that something is not as it should be.
    pub fn found(self, text: &str) -> ExitCode {
        self.written(text, Exit::Failed)
    }

    fn written(self, text: &str, exit: Exit) -> ExitCode {
        let mut stdout = io::stdout().lock();
        match stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
        {
            Ok(()) => ExitCode::from(exit.code()),
            // `seaworthy upgrade --sql | head` is no failure of ours.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(exit.code()),
            Err(error) => self.failure(&Error::Stdout(error)),
        }
    }

    /// Shows what is wrong with the command line.
    pub fn usage(self, usage: &UsageError) -> ExitCode {
        self.last_words(&error::config::usage(usage))
    }

    /// Shows an error and returns the code to exit with.
    pub fn failure(self, error: &Error) -> ExitCode {
        self.last_words(&error.diagnostic())
    }

    /// Makes a panic, which is a bug of ours, end the process with its own exit
    /// code. What it says may hold values, so only its place is told.
    #[allow(
        clippy::disallowed_methods,
        reason = "a panic has no way back to `main`"
    )]
    pub fn end_with_70_on_a_bug(self) {
        panic::set_hook(Box::new(move |panic| {
            self.last_words(&bug(panic.location()));
            std::process::exit(i32::from(Exit::Bug.code()));
        }));
    }

    fn last_words(self, diagnostic: &Diagnostic) -> ExitCode {
        match self.format {
            LogFormat::Text => self.say(&diagnostic.to_string()),
            LogFormat::Json => self.say(&json(diagnostic)),
        }
        files::write_termination_log(Path::new(TERMINATION_LOG), &diagnostic.to_string());
        ExitCode::from(diagnostic.exit.code())
    }

    fn say(self, text: &str) {
        let clear = match self.screen {
            // A progress bar may have left the cursor in the middle of a line.
            Screen::Terminal => "\r\x1b[K",
            Screen::Plain => "",
        };
        let _nobody_is_listening = Stderr.write_all(format!("{clear}{text}\n").as_bytes());
    }
}

fn bug(place: Option<&Location<'_>>) -> Diagnostic {
    let place = place.map_or_else(String::new, |location| format!(" at {location}"));
    Diagnostic::error(
        "bug",
        Exit::Bug,
        format!("this is a bug in seaworthy{place}"),
    )
    .hint("report it with the version (`seaworthy --version`) and the line above")
}

fn json(diagnostic: &Diagnostic) -> String {
    let mut line = diagnostic.to_json();
    if let Some(object) = line.as_object_mut() {
        object.insert("timestamp".into(), now().into());
        object.insert("level".into(), "ERROR".into());
    }
    line.to_string()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Set in the process that [`a_panic_is_70_and_says_where`] starts.
    const IN_CHILD: &str = "SEAWORTHY_TEST_PANICS";

    #[test]
    #[allow(
        clippy::disallowed_methods,
        reason = "the test starts itself, and tells the child by its environment"
    )]
    fn a_panic_is_70_and_says_where() {
        if std::env::var_os(IN_CHILD).is_some() {
            Voice::new(LogFormat::Json, Screen::Plain).end_with_70_on_a_bug();
            panic!("hush");
        }
        let output = Command::new(std::env::current_exe().expect("it runs"))
            .args([
                "--exact",
                "cli::report::tests::a_panic_is_70_and_says_where",
            ])
            .arg("--nocapture")
            .env(IN_CHILD, "1")
            .output()
            .expect("a test can be run");
        assert_eq!(output.status.code(), Some(70));
        let stderr = String::from_utf8_lossy(&output.stderr);
        let line: serde_json::Value = serde_json::from_str(&stderr).expect("one JSON object");
        assert_eq!(
            (&line["code"], &line["exit_code"]),
            (&"bug".into(), &70.into())
        );
        let message = line["message"].as_str().unwrap_or_default();
        assert!(
            message.starts_with("this is a bug in seaworthy at src/cli/report.rs:"),
            "{message}"
        );
        assert!(!stderr.contains("hush"), "{stderr}");
    }
}
