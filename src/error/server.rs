//! Words for what a server is, where nothing has failed.

/// Returns the warning about a server that is older than any that seaworthy is
/// tested with, from its `server_version_num`.
pub fn older_than_tested(version: u32) -> String {
    format!(
        "the server is PostgreSQL {}, which is older than any that seaworthy is tested with: \
         what fails on it may work from version 13 on",
        release(version)
    )
}

/// Returns the version as people write it. The numbers had three parts before
/// version 10.
fn release(version: u32) -> String {
    let (major, rest) = (version / 10_000, version % 10_000);
    if major < 10 {
        format!("{major}.{}.{}", rest / 100, rest % 100)
    } else {
        format!("{major}.{rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(version: u32, expected: &str) {
        assert_eq!(release(version), expected);
    }

    #[test]
    fn a_version_is_written_as_people_do() {
        check(120_022, "12.22");
        check(100_001, "10.1");
        check(90_624, "9.6.24");
    }
}
