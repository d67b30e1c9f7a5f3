//! What only the system can give: a number that nobody has had.

use std::io;

/// Returns twelve random hexadecimal digits, the form of Alembic's ids.
///
/// # Errors
///
/// What the system says when it has none.
pub fn random_id() -> io::Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes[2..])?;
    Ok(format!("{:012x}", u64::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_twelve_digits_and_differ() {
        let ids = [random_id(), random_id()].map(|id| id.expect("the system has some"));
        for id in &ids {
            assert_eq!(id.len(), 12, "{id}");
            assert!(id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        }
        assert_ne!(ids[0], ids[1]);
    }
}
