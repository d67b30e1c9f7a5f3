//! What a command wrote, as it is passed on to standard error.
//!
//! It is not ours: no level hides it, and as text it keeps its bytes. Among lines
//! of JSON it is one of them.

use serde_json::json;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

use crate::config::LogFormat;

/// Returns lines that a program wrote, or a piece of one, as they stand on
/// standard error.
pub fn passed(format: LogFormat, program: &str, lines: Vec<u8>) -> Vec<u8> {
    match format {
        LogFormat::Text => lines,
        LogFormat::Json => {
            let timestamp = now();
            let lines = lines.split_inclusive(|byte| *byte == b'\n');
            lines
                .flat_map(|line| object(program, line, &timestamp))
                .collect()
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
