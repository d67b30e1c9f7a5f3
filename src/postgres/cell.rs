//! A value of a row that may not be what was asked for.
//!
//! The library's own accessor panics where a column is missing or not UTF-8. A
//! proxy can answer anything, and a server whose database has the encoding
//! SQL_ASCII sends whatever bytes somebody has stored.

use std::fmt::Display;

use tokio_postgres::SimpleQueryRow;
use tokio_postgres::row::RowIndex;

/// Returns a value; `None` for NULL, too.
pub(super) fn cell<I: RowIndex + Display>(row: &SimpleQueryRow, column: I) -> Option<&str> {
    row.try_get(column).ok().flatten()
}
