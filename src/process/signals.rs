//! The signals that end the voyage.
//!
//! As PID 1 a process gets only the signals for which it has a handler, so all
//! of them get one before anything else happens. A handler is always in one of
//! two states. *Armed*, it ends the process at once with 128+n: nothing has to
//! be put in order, or the hand-over is so near that nobody would look at a
//! flag any more. *Disarmed*, it leaves the signal to [`Signals::received`], so
//! that the server's work can be cancelled first.
//!
//! A signal that was ignored when the process started (`nohup`) stays ignored,
//! and is passed on to the application so.

use std::fmt::{self, Display};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

use nix::sys::signal::Signal as Number;
use tokio::signal::unix::{self, SignalKind};

const ENDING: [Number; 4] = [
    Number::SIGTERM,
    Number::SIGINT,
    Number::SIGQUIT,
    Number::SIGHUP,
];

/// A signal that ends the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal(Number);

/// The signals that come from now on, each of them.
#[derive(Debug)]
pub struct Incoming {
    streams: Vec<(Number, unix::Signal)>,
}

/// The installed handlers.
#[derive(Clone, Debug)]
pub struct Signals {
    handled: Vec<Number>,
    /// The handler ends the process by itself.
    armed: Arc<AtomicBool>,
    /// The number of the signal that came last; 0 before the first.
    last: Arc<AtomicUsize>,
}

impl Signal {
    /// What asks a process to end.
    pub const TERM: Self = Self(Number::SIGTERM);
    /// What ends one that was asked in vain.
    pub const KILL: Self = Self(Number::SIGKILL);

    pub(super) fn as_nix(self) -> Number {
        self.0
    }

    /// Returns the signal's number, 15 for SIGTERM.
    pub fn number(self) -> u8 {
        u8::try_from(self.0 as i32).unwrap_or(u8::MAX - 128)
    }

    fn from_number(number: usize) -> Option<Self> {
        let number = i32::try_from(number).ok()?;
        Number::try_from(number).ok().map(Self)
    }
}

impl Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl Signals {
    /// Installs the handlers, armed. `status` is the text of
    /// `/proc/self/status`, which tells what was ignored at the start.
    ///
    /// # Errors
    ///
    /// What the system says when a handler cannot be installed.
    pub fn install(status: &str) -> io::Result<Self> {
        let ignored = ignored_at_start(status);
        let signals = Self {
            handled: ENDING
                .into_iter()
                .filter(|signal| ignored & (1 << (*signal as i32 - 1)) == 0)
                .collect(),
            armed: Arc::new(AtomicBool::new(true)),
            last: Arc::new(AtomicUsize::new(0)),
        };
        for signal in signals.handled.iter().copied() {
            let number = signal as i32;
            // Actions run in the order of their registration: armed, the
            // process is gone before the flag would be set.
            signal_hook::flag::register_conditional_shutdown(
                number,
                128 + number,
                Arc::clone(&signals.armed),
            )?;
            signal_hook::flag::register_usize(
                number,
                Arc::clone(&signals.last),
                usize::try_from(number).unwrap_or_default(),
            )?;
        }
        Ok(signals)
    }

    /// From now on a signal ends the process at once.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    /// From now on a signal is only noted, for [`Signals::received`].
    pub fn disarm(&self) {
        self.armed.store(false, Ordering::SeqCst);
    }

    /// Returns the signal that was noted last, if any.
    pub fn noted(&self) -> Option<Signal> {
        match self.last.load(Ordering::SeqCst) {
            0 => None,
            number => Signal::from_number(number),
        }
    }

    /// Completes with the first signal that comes, or came, while disarmed.
    ///
    /// # Errors
    ///
    /// What the system says when the runtime cannot listen for signals.
    pub async fn received(&self) -> io::Result<Signal> {
        let mut incoming = self.incoming()?;
        loop {
            if let Some(signal) = self.noted() {
                return Ok(signal);
            }
            incoming.next().await;
        }
    }

    /// Listens for each signal that comes while disarmed. One that came before
    /// is only [`noted`](Self::noted).
    ///
    /// # Errors
    ///
    /// What the system says when the runtime cannot listen for signals.
    pub fn incoming(&self) -> io::Result<Incoming> {
        let mut streams = Vec::with_capacity(self.handled.len());
        for signal in self.handled.iter().copied() {
            let stream = unix::signal(SignalKind::from_raw(signal as i32))?;
            streams.push((signal, stream));
        }
        Ok(Incoming { streams })
    }
}

impl Incoming {
    /// Completes with the next signal. May be dropped at any point: none is lost.
    pub async fn next(&mut self) -> Signal {
        std::future::poll_fn(|context| {
            for (signal, stream) in &mut self.streams {
                if stream.poll_recv(context).is_ready() {
                    return Poll::Ready(Signal(*signal));
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// Returns the set of signals ignored when the process was started, a bit a
/// signal; nothing if the system does not tell.
fn ignored_at_start(status: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_status_file() {
        assert_eq!(
            ignored_at_start("Name:\tx\nSigIgn:\t0000000000001001\n"),
            0x1001
        );
        assert_eq!(ignored_at_start("Name:\tx\n"), 0);
        assert_eq!(ignored_at_start("SigIgn:\tnonsense\n"), 0);
    }

    #[test]
    fn a_signal_ignored_at_the_start_gets_no_handler() {
        let signals = Signals::install("SigIgn:\t0000000000000001\n").unwrap();
        assert!(!signals.handled.contains(&Number::SIGHUP));
        assert!(signals.handled.contains(&Number::SIGTERM));
        assert_eq!(signals.noted(), None);
    }

    #[test]
    fn signals_have_the_numbers_that_exit_codes_are_made_of() {
        assert_eq!(Signal(Number::SIGTERM).number(), 15);
        assert_eq!(Signal(Number::SIGINT).number(), 2);
        assert_eq!(
            Signal::from_number(3).map(|s| s.to_string()),
            Some("SIGQUIT".into())
        );
    }
}
