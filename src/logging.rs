//! What is told while the voyage goes on: lines on stderr, as text or JSON.
//!
//! stdout belongs to the application, so nothing here knows it.

use std::io::{self, IsTerminal};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt;

use crate::config::{LogConfig, LogFormat};

/// Whether escape sequences may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    Never,
    /// When stderr is a terminal.
    Auto,
}

/// Starts logging for the rest of the process.
pub fn start(config: &LogConfig, colour: Colour) {
    // A closed stderr must not end us: the subscriber's own complaint about it
    // would go to the same closed stderr, and panic there.
    let builder = fmt()
        .with_writer(io::stderr)
        .with_max_level(LevelFilter::from_level(config.level))
        .with_target(false)
        .log_internal_errors(false);
    // A second start (only tests do that) leaves the first in force.
    let _already_started = match config.format {
        LogFormat::Text => {
            let ansi = colour == Colour::Auto && io::stderr().is_terminal();
            tracing::subscriber::set_global_default(builder.with_ansi(ansi).finish())
        }
        LogFormat::Json => tracing::subscriber::set_global_default(
            builder.json().flatten_event(true).with_ansi(false).finish(),
        ),
    };
}
