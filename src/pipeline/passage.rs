//! The way of a command's lines to standard error.
//!
//! A reader that is slow holds the command up, as it would without us, but
//! nobody else: we go on to listen for signals. One that does not read at all
//! loses lines in the end, rather than that the lock stays taken for ever.

use std::io::Write as _;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::config::LogFormat;
use crate::logging::{self, Stderr};
use crate::process::CommandOutput;

/// How long a reader may take to make room.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often we look whether it has.
const LOOK: Duration = Duration::from_millis(10);

/// What is on its way.
#[derive(Debug)]
pub(super) struct Passage<'a> {
    format: LogFormat,
    program: &'a str,
    output: CommandOutput,
    /// What the command wrote and standard error has not taken yet.
    pending: Vec<u8>,
    /// Since when there is no room.
    waits_since: Option<Instant>,
    /// The patience was spent in vain, and is not spent anew for each line.
    is_given_up: bool,
    /// The last line has no end yet.
    is_open: bool,
}

/// Whether a command can write more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Open,
    Closed,
}

impl<'a> Passage<'a> {
    pub(super) fn new(format: LogFormat, program: &'a str, output: CommandOutput) -> Self {
        Self {
            format,
            program,
            output,
            pending: Vec::new(),
            waits_since: None,
            is_given_up: false,
            is_open: false,
        }
    }

    /// Goes one step: takes lines from the command, or brings a piece of it on
    /// its way. May be dropped at any point: nothing is lost.
    pub(super) async fn step(&mut self) -> Way {
        if !self.pending.is_empty() {
            self.bring().await;
            return Way::Open;
        }
        match self.output.next().await {
            Some(lines) => {
                self.take(lines);
                Way::Open
            }
            None => Way::Closed,
        }
    }

    /// Brings the rest on its way, for which the command may take so long, and
    /// says whether it came to its end.
    pub(super) async fn finish(mut self, patience: Duration) -> Way {
        let mut left = patience;
        let way = loop {
            while !self.pending.is_empty() {
                self.bring().await;
            }
            let began = Instant::now();
            match timeout(left, self.output.next()).await {
                Ok(Some(lines)) => self.take(lines),
                Ok(None) => break Way::Closed,
                Err(_) => break Way::Open,
            }
            left = left.saturating_sub(began.elapsed());
        };
        let rest = self.output.rest();
        self.take(rest);
        if self.is_open && self.format == LogFormat::Text {
            self.pending.push(b'\n');
        }
        while !self.pending.is_empty() {
            self.bring().await;
        }
        way
    }

    fn take(&mut self, lines: Vec<u8>) {
        if !lines.is_empty() {
            self.is_open = !lines.ends_with(b"\n");
            self.pending = logging::passed(self.format, self.program, lines);
        }
    }

    /// Writes a piece of what is pending once there is room for it.
    async fn bring(&mut self) {
        let since = *self.waits_since.get_or_insert_with(Instant::now);
        while !Stderr.has_room() {
            if self.is_given_up || since.elapsed() >= PATIENCE {
                self.is_given_up = true;
                self.waits_since = None;
                self.pending.clear();
                return;
            }
            sleep(LOOK).await;
        }
        self.is_given_up = false;
        self.waits_since = None;
        match Stderr.write(&self.pending) {
            Ok(written) if written > 0 => drop(self.pending.drain(..written)),
            // Nobody is listening.
            Ok(_) | Err(_) => self.pending.clear(),
        }
    }
}
