//! The schema that every database begins with.

use std::collections::{BTreeMap, BTreeSet};

use super::Version;
use super::fact::Fact;
use super::identity::Identity;
use super::kind::Kind;
use super::schema::Schema;

impl Schema {
    /// Returns the schema of a database made from `template0`, which no server has
    /// to be asked for: `public`, its comment, and what everybody may do there.
    pub fn initial(version: Version) -> Self {
        // From 15 on nobody but its owner may make anything there.
        let usual = if version.at_least(15) {
            "USAGE"
        } else {
            "CREATE,USAGE"
        };
        let public = Identity::new(Kind::Schema, ["public"]);
        let comment = Identity::on(Kind::Comment, &public, &[""]);
        let grant = Identity::on(Kind::Grant, &public, &[""]);
        let facts = [
            fact(&public, None, &[]),
            fact(
                &comment,
                Some(&public),
                &[("text", "standard public schema")],
            ),
            fact(&grant, Some(&public), &[("privileges", usual)]),
        ];
        let facts = facts.map(|fact| (fact.identity.clone(), fact));
        Self::new(BTreeMap::from(facts), BTreeMap::new(), BTreeSet::new())
    }
}

/// Returns a fact of which only some columns have a value.
fn fact(identity: &Identity, parent: Option<&Identity>, known: &[(&str, &str)]) -> Fact {
    let value = |column: &&str| {
        let found = known.iter().find(|(name, _)| name == column);
        found.map(|(_, value)| Box::from(*value))
    };
    Fact {
        identity: identity.clone(),
        parent: parent.cloned(),
        values: identity.kind().columns().iter().map(value).collect(),
    }
}
