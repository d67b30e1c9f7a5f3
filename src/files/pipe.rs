//! Reading what may be a pipe, such as `--env-file <(decrypt)`.
//!
//! Files are opened so that a pipe without a writer holds nobody up. Whoever
//! does write gets some time; what was written is for others to understand.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// How many milliseconds the other end may take to write more.
const PATIENCE: u16 = 5000;

/// Reads for the first time. A named pipe that nobody has opened for writing
/// looks like an empty file, so its writer gets some time to come.
///
/// # Errors
///
/// Those of [`read`]; where no writer came, that it would block.
pub(super) fn read_first(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    match read(file, buffer)? {
        0 => {
            // Ready at once: an ordinary file, or a pipe whose writer left.
            let mut polled = [PollFd::new(file.as_fd(), PollFlags::POLLIN)];
            if poll(&mut polled, PollTimeout::from(PATIENCE)) == Ok(0) {
                return Err(io::Error::new(
                    io::ErrorKind::WouldBlock,
                    "it is a pipe, and nobody writes into it",
                ));
            }
            read(file, buffer)
        }
        count => Ok(count),
    }
}

/// Reads once from a file that was opened without blocking; nothing is its end.
///
/// # Errors
///
/// What the system says; of a pipe whose writer is silent, that it would block.
pub(super) fn read(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let mut polled = [PollFd::new(file.as_fd(), PollFlags::POLLIN)];
                if poll(&mut polled, PollTimeout::from(PATIENCE)) == Ok(0) {
                    return Err(error);
                }
            }
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::{Write, pipe};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;

    use nix::fcntl::OFlag;

    use super::*;

    #[test]
    fn a_writer_is_waited_for_and_its_end_is_the_end() {
        let (reader, mut writer) = pipe().expect("a descriptor is free");
        let mut file = OpenOptions::new()
            .read(true)
            .custom_flags(OFlag::O_NONBLOCK.bits())
            .open(format!("/proc/self/fd/{}", reader.as_raw_fd()))
            .expect("the kernel opens it again");
        let mut buffer = [0; 8];
        let writes = std::thread::spawn(move || writer.write_all(b"late"));
        assert_eq!(read(&mut file, &mut buffer).expect("it is written"), 4);
        assert_eq!(&buffer[..4], b"late");
        writes.join().expect("it ends").expect("it is read");
        assert_eq!(read(&mut file, &mut buffer).expect("it is over"), 0);
    }
}
