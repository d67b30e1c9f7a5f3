//! Both sides of a comparison, for whoever writes a statement.

use std::collections::BTreeSet;

use super::identity::Identity;
use super::schema::Schema;

/// What a kind may look at when it writes a statement.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) old: &'a Schema,
    pub(crate) new: &'a Schema,
    /// What the plan makes and takes away; empty until that is known.
    pub(crate) made: BTreeSet<Identity>,
    pub(crate) gone: BTreeSet<Identity>,
    /// What is made anew though it could be altered, since that has no place in the
    /// order.
    pub(crate) anew: BTreeSet<Identity>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(old: &'a Schema, new: &'a Schema) -> Self {
        Self {
            old,
            new,
            made: BTreeSet::new(),
            gone: BTreeSet::new(),
            anew: BTreeSet::new(),
        }
    }

    /// Takes in what the plan makes and takes away.
    pub(crate) fn know(&mut self, made: &BTreeSet<Identity>, gone: &BTreeSet<Identity>) {
        self.made.clone_from(made);
        self.gone.clone_from(gone);
    }
}
