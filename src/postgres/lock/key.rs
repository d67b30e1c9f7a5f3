//! The key of the migration lock.

use sha2::{Digest, Sha256};

use crate::postgres::ServerFailure;
use crate::postgres::quote::literal;

/// Sets our keys apart from other tools' and other purposes'.
const NAMESPACE: &str = "seaworthy migration lock";

/// `invalid_text_representation`: how the [proof](Key::proof) of the lock fails.
const NOT_HELD: &str = "22P02";

/// The 64-bit key of an advisory lock.
///
/// The first eight bytes of a SHA-256, big endian, over the name space, the
/// configured schema and the table, each with its length before it. The
/// *configured* schema, never the one that was found: two replicas that start
/// while the first creates the table must agree. Advisory locks are per
/// database already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(i64);

impl Key {
    /// Returns the key for a state table as it is configured.
    pub fn new(version_schema: Option<&str>, table: &str) -> Self {
        let mut digest = Sha256::new();
        for part in [Some(NAMESPACE), version_schema, Some(table)] {
            match part {
                // No length is this long: "not configured" is not "empty".
                None => digest.update(u64::MAX.to_be_bytes()),
                Some(text) => {
                    digest.update((text.len() as u64).to_be_bytes());
                    digest.update(text);
                }
            }
        }
        let digest = digest.finalize();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        Self(i64::from_be_bytes(first))
    }

    pub fn as_i64(self) -> i64 {
        self.0
    }

    /// Returns the condition that picks this key's rows of `pg_locks`, under
    /// the alias `l`, in this database.
    pub(in crate::postgres) fn rows(self) -> String {
        let bits = self.0.cast_unsigned();
        format!(
            "l.locktype = 'advisory' AND l.objsubid = 1 AND l.classid = {} AND l.objid = {} \
             AND l.granted AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d \
             WHERE d.datname = pg_catalog.current_database())",
            bits >> 32,
            bits & 0xffff_ffff
        )
    }

    /// Returns the expression that is true when this server process holds the key.
    fn is_held(self) -> String {
        format!(
            "EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE {} \
             AND l.pid = pg_catalog.pg_backend_pid())",
            self.rows()
        )
    }

    /// Returns the expression that takes the key and says `locked`, or `busy`
    /// where another server process holds it, or `held` where this one did
    /// before.
    ///
    /// `pg_locks` looks at every lock of the server, so it is asked only by who
    /// gets the key, not at each try of who waits. As the lock does not say how
    /// often it is held, it is let go for that look.
    pub(in crate::postgres) fn take(self) -> String {
        format!(
            "CASE WHEN NOT {lock} THEN 'busy' \
             WHEN NOT {unlock} THEN 'busy' \
             WHEN {held} THEN 'held' \
             WHEN {lock} AND {lock} THEN 'locked' ELSE 'busy' END",
            lock = self.lock(),
            unlock = self.unlock(),
            held = self.is_held(),
        )
    }

    /// Returns the expression that is true when this server process holds the
    /// key as [`take`](Self::take) does, which is twice: one hold is given up
    /// and taken again, and the other keeps the lock in between. That costs a
    /// fraction of a look at `pg_locks`.
    fn is_ours(self) -> String {
        format!("{} AND {}", self.unlock(), self.lock())
    }

    /// Returns the statement that fails when this server process does not hold
    /// the lock. It proves something only inside a transaction, where a pooler
    /// cannot change the process.
    pub(in crate::postgres) fn proof(self) -> String {
        // The text is what psql would show; the failing cast makes it an error.
        format!(
            "SELECT CASE WHEN {} THEN '1' ELSE {} END::pg_catalog.int4",
            self.is_ours(),
            literal("this session does not hold the migration lock")
        )
    }

    /// Says whether a failure of the [`proof`](Self::proof) is its answer, and
    /// not that of a server which cannot answer.
    pub(in crate::postgres) fn is_disproved_by(failure: &ServerFailure) -> bool {
        failure.sqlstate() == NOT_HELD
    }

    /// Returns the statement that unlocks where this server process holds the
    /// key. Where the process `pid` does, which is another, it ends that process
    /// if it is idle, and says `elsewhere`.
    pub(in crate::postgres) fn unlock_of(self, pid: i32) -> String {
        format!(
            "SELECT CASE WHEN {held} THEN ({unlock} AND {unlock})::pg_catalog.text \
             WHEN EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE {rows} AND l.pid = {pid}) \
             THEN pg_catalog.concat('elsewhere ', (SELECT pg_catalog.bool_or( \
             pg_catalog.pg_terminate_backend(a.pid)) FROM pg_catalog.pg_stat_activity a \
             WHERE a.pid = {pid} AND a.state = 'idle')) END",
            held = self.is_held(),
            unlock = self.unlock(),
            rows = self.rows(),
        )
    }

    fn lock(self) -> String {
        format!("pg_catalog.pg_try_advisory_lock({})", self.literal())
    }

    fn unlock(self) -> String {
        format!("pg_catalog.pg_advisory_unlock({})", self.literal())
    }

    /// Returns the key as an `int8`; the smallest one has no plain literal.
    fn literal(self) -> String {
        format!("'{}'::pg_catalog.int8", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: Option<&str>, table: &str, expected: i64) {
        assert_eq!(Key::new(schema, table).as_i64(), expected);
    }

    /// These may never change: an old and a new version must exclude each other.
    #[test]
    fn keys_are_what_they_always_were() {
        check(None, "seaworthy_revision", 4_942_944_347_337_754_773);
        check(Some(""), "seaworthy_revision", 503_891_743_715_930_397);
        check(Some("app"), "seaworthy_revision", 9_062_220_081_389_915_368);
        check(Some("app"), "other", 8_264_799_324_231_143_908);
    }

    #[test]
    fn a_key_is_split_as_the_server_splits_it() {
        let rows = Key(-2).rows();
        assert!(rows.contains("l.classid = 4294967295 AND l.objid = 4294967294"));
    }
}
