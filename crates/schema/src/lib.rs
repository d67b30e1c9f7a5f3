//! What two PostgreSQL schemas differ in, and the SQL that turns one into the
//! other.
//!
//! Rows of the catalogs go in, statements come out. This crate opens no
//! connection, reads no file and parses no SQL: whoever uses it asks the
//! server the [`questions`], hands the answers to [`Schema::read`], and runs
//! what [`plan`] returns.
//!
//! ```text
//! questions(version) -> (the server) -> Reading -> Schema
//!                                                    |  two of them
//!                      compare -> Differences -> actions -> graph -> order -> Statements
//! ```
//!
//! A schema is a set of small [`Fact`]s: one for each object, and one for each
//! part of an object that can change by itself, such as a column, its default,
//! a grant or a comment. What a kind of object is called, how it is read,
//! created, altered and dropped stands in one file of [`kind`] and one row of
//! its table; nothing else knows the kinds.

mod compare;
mod completed;
mod context;
mod fact;
mod identity;
mod initial;
mod kept_casts;
mod kind;
mod normal;
mod plan;
mod privileges;
mod quote;
mod reading;
mod rename;
mod schema;
mod statement;
mod told;

pub use compare::{Change, Differences, compare};
pub use fact::Fact;
pub use identity::Identity;
pub use kind::Kind;
pub use plan::{Manner, PlanError, is_one_transaction, plan};
pub use quote::{identifier, literal};
pub use reading::{Answer, Question, ReadError, Reading};
pub use rename::{Rename, Room, Unfulfilled, Wish, candidates, followers, in_order, with_room};
pub use schema::{Schema, Unread};
pub use statement::{Hazard, HazardKind, Statement, Transaction};
pub use told::{Difference, column_order, uncompared};

/// A server's version, such as 150018 for 15.18.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32);

impl Version {
    /// Says whether the server is of this major version or a later one.
    pub fn at_least(self, major: u32) -> bool {
        self.0 >= major * 10_000
    }
}
