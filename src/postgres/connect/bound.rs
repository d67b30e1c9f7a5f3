//! A bound on what a server may make us keep once it is trusted.
//!
//! The library reads a message to its end before it looks at it, and keeps
//! every setting that a server reports. Neither has a limit of its own; here
//! only the headers are read. What a revision selects nobody reads: its rows
//! may be of any length, and the long ones never reach the library.

use std::fmt;

use bytes::BytesMut;

/// No answer that anything here waits for comes near this.
const LARGEST_MESSAGE: u32 = 16 * 1024 * 1024;

/// A server reports about fifteen settings, and each again when it changes.
const REPORTED_SETTINGS: usize = 1024 * 1024;

const PARAMETER_STATUS: u8 = b'S';
const DATA_ROW: u8 = b'D';
const NOTICE_RESPONSE: u8 = b'N';

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
    /// The message is passed over, not passed on.
    skips: bool,
    reported: usize,
    exceeded: Option<Exceeded>,
}

/// Whether somebody wants every row and notice, however long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LongRows {
    Refuse,
    Skip,
}

/// The error inside the [`std::io::Error`] of an exceeded bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exceeded {
    Message { tag: u8, bytes: u32 },
    Settings,
}

impl Bound {
    /// Takes the next bytes of the stream, and passes on what is to be read.
    /// A header is passed on as a whole.
    pub(super) fn pass(&mut self, mut bytes: &[u8], long: LongRows, on: &mut BytesMut) {
        while !bytes.is_empty() && self.exceeded.is_none() {
            let (body, rest) = bytes.split_at(self.left.min(bytes.len()));
            self.left -= body.len();
            if !self.skips {
                on.extend_from_slice(body);
            }
            let (taken, rest) = rest.split_at(rest.len().min(HEADER - self.have));
            self.header[self.have..self.have + taken.len()].copy_from_slice(taken);
            self.have += taken.len();
            bytes = rest;
            if self.have == HEADER {
                self.have = 0;
                self.begin(long);
                if !self.skips {
                    on.extend_from_slice(&self.header);
                }
            }
        }
    }

    /// Returns what was too much, from the moment on in which it was announced.
    pub(super) fn exceeded(&self) -> Option<Exceeded> {
        self.exceeded
    }

    fn begin(&mut self, long: LongRows) {
        let [tag, length @ ..] = self.header;
        let length = u32::from_be_bytes(length);
        let is_long = length > LARGEST_MESSAGE;
        self.skips = is_long && long == LongRows::Skip && matches!(tag, DATA_ROW | NOTICE_RESPONSE);
        if is_long && !self.skips {
            self.exceeded = Some(Exceeded::Message { tag, bytes: length });
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
            Self::Message { tag, bytes } => write!(
                f,
                "the server announced {} of {bytes} bytes, more than the {LARGEST_MESSAGE} that \
                 are read",
                match tag {
                    b'E' => "an error",
                    b'N' => "a notice",
                    b'D' => "a row",
                    _ => "a message",
                }
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
            let mut passed = BytesMut::new();
            for bytes in stream.chunks(piece) {
                bound.pass(bytes, LongRows::Skip, &mut passed);
            }
            assert_eq!(bound.exceeded(), expected, "in pieces of {piece}");
            assert!(stream.starts_with(&passed));
            assert!(expected.is_some() || passed == stream);
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
        for (tag, long) in [(b'D', LongRows::Refuse), (b'E', LongRows::Skip)] {
            let mut bound = Bound::default();
            let mut passed = BytesMut::new();
            let ready = [b'Z', 0, 0, 0, 5, b'I', tag, 0x40, 0, 0];
            bound.pass(&ready, long, &mut passed);
            assert_eq!(bound.exceeded(), None);
            bound.pass(&[0], long, &mut passed);
            let bytes = 0x4000_0000;
            assert_eq!(bound.exceeded(), Some(Exceeded::Message { tag, bytes }));
        }
    }

    #[test]
    fn a_long_row_is_passed_over_and_what_follows_is_not() {
        let length = LARGEST_MESSAGE + 1;
        let mut stream = vec![b'Z', 0, 0, 0, 5, b'I', b'D'];
        stream.extend(length.to_be_bytes());
        stream.resize(stream.len() + length as usize - 4, b'x');
        stream.extend([b'C', 0, 0, 0, 5, 0]);
        for piece in [1, 7, 4096, stream.len()] {
            let mut bound = Bound::default();
            let mut passed = BytesMut::new();
            for bytes in stream.chunks(piece) {
                bound.pass(bytes, LongRows::Skip, &mut passed);
            }
            assert_eq!(bound.exceeded(), None);
            assert_eq!(
                passed[..],
                *b"Z\0\0\0\x05IC\0\0\0\x05\0",
                "in pieces of {piece}"
            );
        }
    }

    #[test]
    fn settings_without_end_are_too_much() {
        check(&[(b'S', 10_000); 105], Some(Exceeded::Settings));
    }

    #[test]
    fn a_length_that_does_not_count_itself_moves_nothing() {
        let mut bound = Bound::default();
        let bytes = [b'R', 0, 0, 0, 1, b'D', 0x7f, 0, 0, 0];
        bound.pass(&bytes, LongRows::Refuse, &mut BytesMut::new());
        assert!(bound.exceeded().is_some());
    }
}
