//! The last words: on stderr, in the termination log, and as exit code.
//!
//! Nothing here can fail: whoever closed our stderr wants to hear nothing.

use std::io::{self, IsTerminal, Write};
use std::panic;
use std::path::Path;
use std::process::ExitCode;

use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

use crate::config::{LogFormat, UsageError};
use crate::diagnostic::Diagnostic;
use crate::error::{self, Error};
use crate::exit::Exit;
use crate::files;

/// Where Kubernetes reads what `kubectl describe pod` shows.
const TERMINATION_LOG: &str = "/dev/termination-log";

/// Writes a result to stdout.
pub fn show(text: &str) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Ok(()) => ExitCode::SUCCESS,
        // `seaworthy upgrade --sql | head` is no failure of ours.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => failure(&Error::Stdout(error), LogFormat::Text),
    }
}

/// Shows what is wrong with the command line.
pub fn usage(usage: &UsageError) -> ExitCode {
    let diagnostic = error::config::usage(usage);
    say(&diagnostic.to_string());
    ExitCode::from(diagnostic.exit.code())
}

/// Shows an error and returns the code to exit with.
pub fn failure(error: &Error, format: LogFormat) -> ExitCode {
    let diagnostic = error.diagnostic();
    match format {
        LogFormat::Text => say(&diagnostic.to_string()),
        LogFormat::Json => say(&json(&diagnostic)),
    }
    files::write_termination_log(Path::new(TERMINATION_LOG), &diagnostic.to_string());
    ExitCode::from(diagnostic.exit.code())
}

/// Makes a panic, which is a bug of ours, end the process with its own exit code.
#[allow(
    clippy::disallowed_methods,
    reason = "a panic has no way back to `main`"
)]
pub fn end_with_70_on_a_bug() {
    panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, |location| format!(" at {location}"));
        say(&format!(
            "seaworthy: error[bug]: this is a bug in seaworthy{place}\n\n  \
             hint: report it with the version (`seaworthy --version`) and the line above"
        ));
        std::process::exit(i32::from(Exit::Bug.code()));
    }));
}

fn json(diagnostic: &Diagnostic) -> String {
    let mut timestamp = String::new();
    // Only a writer that fails could make this fail; a `String` never does.
    let _infallible = SystemTime.format_time(&mut Writer::new(&mut timestamp));
    let mut line = diagnostic.to_json();
    if let Some(object) = line.as_object_mut() {
        object.insert("timestamp".into(), timestamp.into());
        object.insert("level".into(), "ERROR".into());
    }
    line.to_string()
}

fn say(text: &str) {
    let mut stderr = io::stderr().lock();
    // A progress bar may have left the cursor in the middle of a line.
    let clear = if stderr.is_terminal() { "\r\x1b[K" } else { "" };
    let _nobody_is_listening = writeln!(stderr, "{clear}{text}");
}
