//! What is told while the voyage goes on: lines on stderr, as text or JSON.
//!
//! stdout belongs to the application, so nothing here knows it.

mod passed;
mod screen;
mod stderr;

use tracing_subscriber::fmt;

use crate::config::{Environment, LogConfig, LogFormat};

pub use passed::{now, passed};
pub use screen::Screen;
pub use stderr::Stderr;

/// Starts logging for the rest of the process. Colour is for a screen, and
/// only where the environment does not refuse it.
pub fn start(config: &LogConfig, screen: Screen, environment: &Environment) {
    // A closed stderr must not end us: the subscriber's own complaint about it
    // would go to the same closed stderr, and panic there.
    let builder = fmt()
        .with_writer(|| Stderr)
        .with_max_level(config.level)
        .with_target(false)
        .log_internal_errors(false);
    // A second start (only tests do that) leaves the first in force.
    let _already_started = match config.format {
        LogFormat::Text => {
            let ansi = screen == Screen::Terminal && environment.wants_colour();
            tracing::subscriber::set_global_default(builder.with_ansi(ansi).finish())
        }
        LogFormat::Json => tracing::subscriber::set_global_default(
            builder
                .json()
                .flatten_event(true)
                .with_current_span(false)
                .with_span_list(false)
                .finish(),
        ),
    };
}
