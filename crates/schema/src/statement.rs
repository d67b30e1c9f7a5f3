//! One statement of a plan, and what must be known about it.

/// One SQL statement without its final semicolon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub sql: String,
    pub transaction: Transaction,
    pub hazards: Vec<Hazard>,
}

/// What a statement may share a transaction with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transaction {
    /// With anything.
    #[default]
    Shared,
    /// With what stands before it; what it made cannot be used until the
    /// transaction is committed (a new value of an enum).
    EndsAfter,
    /// With nothing: it cannot run in a transaction.
    Alone,
}

/// A danger in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    pub kind: HazardKind,
    /// What is in danger, such as `column public.users.email`.
    pub detail: String,
}

/// Each can be refused by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HazardKind {
    /// Rows or values are gone afterwards.
    DataLoss,
    /// The whole table is written anew.
    Rewrite,
    /// Something that takes long holds a strong lock.
    LongLock,
    /// Queries that use the index become slow.
    IndexDropped,
    /// The way down cannot bring back what the way up took away.
    Irreversible,
}

impl Statement {
    pub fn new(sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            transaction: Transaction::default(),
            hazards: Vec::new(),
        }
    }

    /// Says whether it only sets something for the statements after it.
    pub fn is_setting(&self) -> bool {
        self.sql.starts_with("SET ") || self.sql.starts_with("RESET ")
    }

    #[must_use]
    pub fn hazard(mut self, kind: HazardKind, detail: impl Into<String>) -> Self {
        self.hazards.push(Hazard {
            kind,
            detail: detail.into(),
        });
        self
    }

    #[must_use]
    pub fn with(mut self, transaction: Transaction) -> Self {
        self.transaction = transaction;
        self
    }
}

impl HazardKind {
    pub const ALL: [Self; 5] = [
        Self::DataLoss,
        Self::Rewrite,
        Self::LongLock,
        Self::IndexDropped,
        Self::Irreversible,
    ];

    /// Returns the name by which it can be refused, such as `data-loss`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DataLoss => "data-loss",
            Self::Rewrite => "rewrite",
            Self::LongLock => "long-lock",
            Self::IndexDropped => "index-dropped",
            Self::Irreversible => "irreversible",
        }
    }
}
