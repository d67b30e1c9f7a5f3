//! The checksum of a script's tokens.

/// A checksum with the number of its rule, such as `1:9f86...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum(String);

/// Returns the checksum of a script.
pub fn checksum(_sql: &str) -> Checksum {
    Checksum(String::new())
}
