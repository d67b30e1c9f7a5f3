//! What a command wrote, passed on to standard error.
//!
//! It is not ours: no level hides it, and as text it keeps its bytes. Among lines
//! of JSON it is one of them.

use std::borrow::Cow;
use std::io::Write as _;

use serde_json::json;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

use super::Stderr;
use crate::config::LogFormat;

/// The way of what a program writes to standard error.
#[derive(Debug)]
pub struct Passage<'a> {
    format: LogFormat,
    program: &'a str,
    /// The last line has no end yet.
    is_open: bool,
}

impl<'a> Passage<'a> {
    pub fn new(format: LogFormat, program: &'a str) -> Self {
        Self {
            format,
            program,
            is_open: false,
        }
    }

    /// Passes a line on, or a piece of one.
    pub fn pass_on(&mut self, line: &[u8]) {
        if line.is_empty() {
            return;
        }
        self.is_open = !line.ends_with(b"\n");
        let passed = match self.format {
            LogFormat::Text => Cow::Borrowed(line),
            LogFormat::Json => Cow::Owned(object(self.program, line, &now())),
        };
        let _nobody_is_listening = Stderr.write_all(&passed);
    }

    /// Passes the last piece on, and ends its line: ours come after it.
    pub fn end(mut self, rest: &[u8]) {
        self.pass_on(rest);
        if self.is_open && self.format == LogFormat::Text {
            let _nobody_is_listening = Stderr.write_all(b"\n");
        }
    }
}

/// Returns the present time as every line of the log has it.
pub fn now() -> String {
    let mut timestamp = String::new();
    // Only a writer that fails could make this fail; a `String` never does.
    let _infallible = SystemTime.format_time(&mut Writer::new(&mut timestamp));
    timestamp
}

fn object(program: &str, line: &[u8], timestamp: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    let object = json!({
        "timestamp": timestamp,
        "level": "INFO",
        "message": text.trim_end_matches(['\n', '\r']),
        "command": program,
    });
    format!("{object}\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_object_whatever_is_in_it() {
        let line = object("alembic", b"a \"b\" \xff\x1b[1m\r\n", "now");
        assert_eq!(
            String::from_utf8(line).expect("JSON is UTF-8"),
            "{\"command\":\"alembic\",\"level\":\"INFO\",\
             \"message\":\"a \\\"b\\\" \u{fffd}\\u001b[1m\",\"timestamp\":\"now\"}\n"
        );
    }
}
