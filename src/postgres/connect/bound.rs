//! A bound on what a server may make us keep once it is trusted.
//!
//! The library reads a message to its end before it looks at it, and keeps
//! every setting that a server reports. Neither has a limit of its own; here
//! only the headers are read.

use std::fmt;

/// No answer that anything here waits for comes near this. A script that
/// selects a larger value would fill our memory with what nobody reads.
const LARGEST_MESSAGE: u32 = 16 * 1024 * 1024;

/// A server reports about fifteen settings, and each again when it changes.
const REPORTED_SETTINGS: usize = 1024 * 1024;

const PARAMETER_STATUS: u8 = b'S';

/// A message's tag and its length, which counts itself.
const HEADER: usize = 5;

/// How far the stream of messages has come.
#[derive(Debug, Default)]
pub(super) struct Bound {
    header: [u8; HEADER],
    /// Bytes of the header that are there.
    have: usize,
    /// Bytes of the message that are still to come.
    left: usize,
    reported: usize,
    exceeded: Option<Exceeded>,
}

/// The error inside the [`std::io::Error`] of an exceeded bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exceeded {
    Message { bytes: u32 },
    Settings,
}

impl Bound {
    /// Takes the next bytes of the stream.
    pub(super) fn observe(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.exceeded.is_none() {
            let skipped = self.left.min(bytes.len());
            self.left -= skipped;
            bytes = &bytes[skipped..];
            let taken = bytes.len().min(HEADER - self.have);
            self.header[self.have..self.have + taken].copy_from_slice(&bytes[..taken]);
            self.have += taken;
            bytes = &bytes[taken..];
            if self.have == HEADER {
                self.have = 0;
                self.begin();
            }
        }
    }

    /// Returns what was too much, from the moment on in which it was announced.
    pub(super) fn exceeded(&self) -> Option<Exceeded> {
        self.exceeded
    }

    fn begin(&mut self) {
        let [tag, length @ ..] = self.header;
        let length = u32::from_be_bytes(length);
        if length > LARGEST_MESSAGE {
            self.exceeded = Some(Exceeded::Message { bytes: length });
            return;
        }
        // A length that does not count itself is refused by the library.
        self.left = (length as usize).saturating_sub(HEADER - 1);
        if tag == PARAMETER_STATUS {
            self.reported += HEADER + self.left;
            if self.reported > REPORTED_SETTINGS {
                self.exceeded = Some(Exceeded::Settings);
            }
        }
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message { bytes } => write!(
                f,
                "the server announced a message of {bytes} bytes, more than the \
                 {LARGEST_MESSAGE} that are read"
            ),
            Self::Settings => f.write_str("the server reports settings without end"),
        }
    }
}

impl std::error::Error for Exceeded {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(messages: &[(u8, usize)], expected: Option<Exceeded>) {
        let mut stream = Vec::new();
        for (tag, contents) in messages {
            stream.push(*tag);
            let length = u32::try_from(contents + 4).expect("it fits");
            stream.extend(length.to_be_bytes());
            stream.resize(stream.len() + contents, b'S');
        }
        for piece in [1, 3, 5, 4096, stream.len().max(1)] {
            let mut bound = Bound::default();
            for bytes in stream.chunks(piece) {
                bound.observe(bytes);
            }
            assert_eq!(bound.exceeded(), expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn messages_are_told_apart() {
        check(&[], None);
        check(&[(b'R', 4), (b'S', 20), (b'Z', 1), (b'N', 0)], None);
        check(&[(b'S', 20); 1000], None);
    }

    #[test]
    fn too_much_is_noticed_with_its_header() {
        let mut bound = Bound::default();
        bound.observe(&[b'Z', 0, 0, 0, 5, b'I', b'D', 0x40, 0, 0]);
        assert_eq!(bound.exceeded(), None);
        bound.observe(&[0]);
        let bytes = 0x4000_0000;
        assert_eq!(bound.exceeded(), Some(Exceeded::Message { bytes }));
    }

    #[test]
    fn settings_without_end_are_too_much() {
        check(&[(b'S', 10_000); 105], Some(Exceeded::Settings));
    }

    #[test]
    fn a_length_that_does_not_count_itself_moves_nothing() {
        let mut bound = Bound::default();
        bound.observe(&[b'R', 0, 0, 0, 1, b'D', 0x7f, 0, 0, 0]);
        assert!(bound.exceeded().is_some());
    }
}
