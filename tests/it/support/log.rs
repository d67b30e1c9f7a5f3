//! What the program logs, as a test can wait for it.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// Every event of this thread, as `LEVEL message key=value`.
pub(crate) struct Log {
    lines: Arc<Lines>,
    _guard: DefaultGuard,
}

#[derive(Default)]
struct Lines {
    text: Mutex<Vec<String>>,
    more: Notify,
}

struct Keep(Arc<Lines>);

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Log {
    /// Keeps what this thread logs from now on.
    pub(crate) fn capture() -> Self {
        let lines = Arc::new(Lines::default());
        let subscriber = tracing_subscriber::registry().with(Keep(Arc::clone(&lines)));
        Self {
            lines,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    /// Waits for a line that holds a text, and returns it.
    pub(crate) async fn line(&self, text: &str) -> String {
        loop {
            let more = self.lines.more.notified();
            if let Some(line) = self.lines().into_iter().find(|line| line.contains(text)) {
                return line;
            }
            more.await;
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines
            .text
            .lock()
            .expect("no test panicked in it")
            .clone()
    }
}

impl<S: Subscriber> Layer<S> for Keep {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let line = format!(
            "{} {}{}",
            event.metadata().level(),
            line.message,
            line.fields
        );
        self.0
            .text
            .lock()
            .expect("no test panicked in it")
            .push(line);
        self.0.more.notify_waiters();
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.fields, " {}={value}", field.name());
    }
}
