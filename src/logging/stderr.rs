//! Standard error, for one who must not be held up by its reader.
//!
//! A pipe that nobody empties blocks whoever writes to it for ever: the
//! deadline would pass, the lock stay taken, and no signal end us. So what is
//! written waits a moment for room and is lost if there is none. Nobody is told
//! of what was lost: there is nobody who reads.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// How many milliseconds a reader may take to make room.
const PATIENCE: u16 = 250;

/// A pipe that has room at all takes so many bytes without blocking (PIPE_BUF
/// of Linux).
const PIECE: usize = 4096;

/// There was no room the last time. The patience is spent once, not anew for
/// each line.
static STALLED: AtomicBool = AtomicBool::new(false);

/// Writes to standard error, without a buffer.
#[derive(Clone, Copy, Debug)]
pub struct Stderr;

impl Stderr {
    /// Returns whether a write would not block now.
    pub fn has_room(self) -> bool {
        has_room(io::stderr().lock().as_fd(), 0)
    }
}

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut stderr = io::stderr().lock();
        let patience = if STALLED.load(Ordering::Relaxed) {
            0
        } else {
            PATIENCE
        };
        let has_room = has_room(stderr.as_fd(), patience);
        STALLED.store(!has_room, Ordering::Relaxed);
        if !has_room {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stderr.write(&bytes[..bytes.len().min(PIECE)])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns whether a write would not block, now or within these milliseconds.
fn has_room(descriptor: impl AsFd, patience: u16) -> bool {
    let mut polled = [PollFd::new(descriptor.as_fd(), PollFlags::POLLOUT)];
    loop {
        match poll(&mut polled, PollTimeout::from(patience)) {
            Ok(0) => return false,
            Err(Errno::EINTR) => {}
            // The write itself says what is wrong.
            Ok(_) | Err(_) => return true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, pipe};

    use super::*;

    #[test]
    fn a_pipe_has_room_until_it_is_full() {
        let (mut reader, mut writer) = pipe().expect("a descriptor is free");
        let mut pieces = 0;
        while has_room(&writer, 0) {
            writer.write_all(&[0; PIECE]).expect("there is room");
            pieces += 1;
        }
        assert!(pieces > 0);
        assert!(!has_room(&writer, 1));
        reader.read_exact(&mut [0; PIECE]).expect("there are bytes");
        assert!(has_room(&writer, 0));
        drop(reader);
        assert!(has_room(&writer, 0), "the write says that nobody reads");
    }
}
