//! Cuts what a command writes into lines.
//!
//! A line may have any bytes and any length: one that is too long to be kept
//! comes in pieces.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest piece of a line, in bytes, with its newline.
const LONGEST: usize = 16 * 1024;

/// A stream, as far as its lines are not complete.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: R,
    /// Never longer than [`LONGEST`] between two lines.
    bytes: Vec<u8>,
    /// How many of the bytes hold no newline.
    searched: usize,
    ended: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn of(reader: R) -> Self {
        Self {
            reader,
            bytes: Vec::with_capacity(LONGEST),
            searched: 0,
            ended: false,
        }
    }

    /// Returns the next whole lines, as many as are there, or a piece of one;
    /// `None` at the end. May be dropped at any point: nothing is lost.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let unseen = &self.bytes[self.searched..];
            if let Some(at) = unseen.iter().rposition(|byte| *byte == b'\n') {
                return Ok(Some(self.take(self.searched + at + 1)));
            }
            self.searched = self.bytes.len();
            if self.ended {
                let rest = self.take(self.bytes.len());
                return Ok((!rest.is_empty()).then_some(rest));
            }
            if self.bytes.len() == LONGEST {
                return Ok(Some(self.take(end_of_characters(&self.bytes))));
            }
            let room = u64::try_from(LONGEST - self.bytes.len()).unwrap_or(u64::MAX);
            let mut reader = (&mut self.reader).take(room);
            self.ended = reader.read_buf(&mut self.bytes).await? == 0;
        }
    }

    /// Returns the beginning of a line that has not come to its end.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        self.take(self.bytes.len())
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let rest = self.bytes.split_off(length);
        self.searched = 0;
        std::mem::replace(&mut self.bytes, rest)
    }
}

/// Returns where bytes may be cut without a character of UTF-8 being cut: at
/// their end, if they are no UTF-8.
fn end_of_characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        // `None`: the last character is not complete.
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => error.valid_up_to(),
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Lines::of(bytes);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.expect("memory can be read") {
            all.push(line);
        }
        all
    }

    #[tokio::test]
    async fn lines_keep_their_newline_and_their_bytes() {
        assert_eq!(lines(b"").await, Vec::<Vec<u8>>::new());
        assert_eq!(lines(b"a\n\nb").await, [&b"a\n\n"[..], b"b"]);
        assert_eq!(lines(b"\xff\0\r\n").await, [b"\xff\0\r\n"]);
    }

    #[tokio::test]
    async fn a_long_line_comes_in_pieces_that_are_the_whole() {
        let mut text = "x".repeat(LONGEST - 1);
        text.push('é');
        text.push_str(&"y".repeat(2 * LONGEST));
        text.push_str("\nend\n");
        let all = lines(text.as_bytes()).await;
        assert_eq!(all.concat(), text.as_bytes());
        assert!(all.iter().all(|line| line.len() <= LONGEST));
        assert!(all.iter().all(|line| std::str::from_utf8(line).is_ok()));
        assert!(all.last().is_some_and(|last| last.ends_with(b"y\nend\n")));
    }
}
