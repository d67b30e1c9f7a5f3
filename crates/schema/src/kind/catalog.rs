//! Pieces of SQL that the questions of several kinds share.

/// Holds for a schema whose objects are the user's, as `n`.
pub(crate) const OWN_SCHEMA: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/// Returns the address columns of an object of a catalog, such as `pg_class`.
pub(crate) fn address(catalog: &str, id: &str) -> String {
    part(catalog, id, "0")
}

/// Returns the address columns of a part of an object.
pub(super) fn part(catalog: &str, id: &str, part: &str) -> String {
    format!("'pg_catalog.{catalog}'::pg_catalog.regclass::pg_catalog.oid, {id}, {part}")
}

/// The address columns of what is no object, or hangs on nothing.
pub(super) const NOWHERE: &str = "NULL, NULL, NULL";
