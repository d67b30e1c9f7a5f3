//! From rows of the catalogs to facts and what they need.
//!
//! Objects are told apart by their addresses (class, object, part), as in
//! `pg_depend`, and only at the end by their names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Version;
use super::fact::Fact;
use super::identity::Identity;
use super::kind::{Kind, Naming};
use super::schema::{Need, Schema, Strength};

mod question;

use question::Topic;
pub use question::{Question, questions};

/// The columns in front of a fact's own: its address and its parent's.
const ADDRESSES: usize = 6;

/// One row of an answer; `None` for NULL.
pub type Answer<'a> = &'a [Option<&'a str>];

/// What the answers have told so far.
#[derive(Debug, Default)]
pub struct Reading {
    raw: Vec<Raw>,
    by_address: HashMap<Address, usize>,
    aliases: HashMap<Address, Address>,
    links: Vec<(Address, Address, Strength)>,
    /// Objects of extensions, by class and object.
    members: HashMap<(u32, u32), Address>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("an answer about {topic} has {found} columns, not {expected}")]
    Columns {
        topic: String,
        found: usize,
        expected: usize,
    },
    #[error("an answer about {topic} has `{value}` where an address belongs")]
    Address { topic: String, value: String },
    #[error("two objects are called {0}")]
    Twice(Identity),
}

/// Class, object and part.
type Address = (u32, u32, i32);

#[derive(Debug)]
struct Raw {
    kind: Kind,
    parent: Option<Address>,
    names: Vec<Box<str>>,
    values: Box<[Option<Box<str>>]>,
    address: Option<Address>,
}

impl Reading {
    /// Takes in one row of the answer to a question.
    ///
    /// # Errors
    ///
    /// [`ReadError::Columns`] and [`ReadError::Address`] for a row that does
    /// not answer the question.
    pub fn take(&mut self, question: &Question, row: Answer<'_>) -> Result<(), ReadError> {
        let topic = question.topic;
        match topic {
            Topic::Facts(kind) => self.take_fact(kind, topic, row),
            Topic::Links => {
                let [from, to] = two(topic, row, 7)?;
                let strength = match row.last().copied().flatten() {
                    Some("n") => Strength::Normal,
                    _ => Strength::Auto,
                };
                self.links.push((from, to, strength));
                Ok(())
            }
            Topic::Aliases => {
                let [from, to] = two(topic, row, 6)?;
                self.aliases.insert(from, to);
                Ok(())
            }
            Topic::Members => {
                let [member, extension] = two(topic, row, 6)?;
                self.members.insert((member.0, member.1), extension);
                Ok(())
            }
        }
    }

    fn take_fact(&mut self, kind: Kind, topic: Topic, row: Answer<'_>) -> Result<(), ReadError> {
        let names = kind.naming().own();
        let expected = ADDRESSES + names + kind.columns().len();
        if row.len() != expected {
            return Err(wrong_width(topic, row, expected));
        }
        let address = address(topic, &row[..3])?;
        let parent = address_of_parent(topic, row)?;
        let boxed = |value: &Option<&str>| value.map(Box::from);
        let raw = Raw {
            kind,
            parent,
            names: row[ADDRESSES..ADDRESSES + names]
                .iter()
                .map(|name| Box::from(name.unwrap_or_default()))
                .collect(),
            values: row[ADDRESSES + names..].iter().map(boxed).collect(),
            address,
        };
        if let Some(address) = address {
            self.by_address.insert(address, self.raw.len());
        }
        self.raw.push(raw);
        Ok(())
    }

    /// Returns the schema that all answers together describe.
    ///
    /// # Errors
    ///
    /// [`ReadError::Twice`] for facts that cannot be told apart.
    pub fn finish(self) -> Result<Schema, ReadError> {
        let mut identities = vec![None; self.raw.len()];
        for at in 0..self.raw.len() {
            self.name(at, &mut identities);
        }
        let needs = self.needs(&identities);
        let parents: Vec<Option<Identity>> = self
            .raw
            .iter()
            .map(|raw| {
                raw.parent
                    .and_then(|parent| self.found(parent, &identities))
            })
            .collect();
        let mut facts = BTreeMap::new();
        for ((raw, identity), parent) in self.raw.into_iter().zip(identities).zip(parents) {
            let Some(identity) = identity.flatten() else {
                continue;
            };
            let fact = Fact {
                identity: identity.clone(),
                parent,
                values: raw.values,
            };
            if facts.insert(identity.clone(), fact).is_some() {
                return Err(ReadError::Twice(identity));
            }
        }
        Ok(Schema::new(facts, needs))
    }

    /// Finds the name of a fact, and before it that of its parent. A fact of
    /// an extension, or on something that is not read, has none.
    fn name(&self, at: usize, identities: &mut Vec<Option<Option<Identity>>>) -> Option<Identity> {
        if let Some(known) = &identities[at] {
            return known.clone();
        }
        let raw = &self.raw[at];
        let is_member = raw
            .address
            .is_some_and(|(class, id, _)| self.members.contains_key(&(class, id)));
        let parent = raw.parent.map(|parent| {
            let parent = self.by_address.get(&self.real(parent));
            parent.and_then(|at| self.name(*at, identities))
        });
        let own = raw.names.iter().cloned();
        let path: Option<Vec<Box<str>>> = match (raw.kind.naming(), parent) {
            _ if is_member => None,
            (_, Some(None)) => None,
            (Naming::Own(_), _) => Some(own.collect()),
            (Naming::Under(_), Some(Some(parent))) => {
                Some(parent.path().map(Box::from).chain(own).collect())
            }
            (Naming::On(_), Some(Some(parent))) => {
                let word = std::iter::once(Box::from(parent.kind().word()));
                Some(
                    word.chain(parent.path().map(Box::from))
                        .chain(own)
                        .collect(),
                )
            }
            (Naming::Under(_) | Naming::On(_), None) => None,
        };
        let identity = path.map(|path| Identity::new(raw.kind, path));
        identities[at] = Some(identity.clone());
        identity
    }

    /// Returns what an address stands for, such as the range for the array of
    /// its multirange.
    fn real(&self, mut address: Address) -> Address {
        const STEPS: usize = 4;
        for _ in 0..STEPS {
            match self.aliases.get(&address) {
                Some(other) => address = *other,
                None => break,
            }
        }
        address
    }

    /// Returns what stands at an address: the part, or else the whole.
    fn found(&self, address: Address, identities: &[Option<Option<Identity>>]) -> Option<Identity> {
        let at = |address| {
            let address = self.real(address);
            let at = self.by_address.get(&address)?;
            identities[*at].clone().flatten()
        };
        at(address)
            .or_else(|| at((address.0, address.1, 0)))
            .or_else(|| {
                let (class, id, _) = self.real((address.0, address.1, 0));
                at(*self.members.get(&(class, id))?)
            })
    }

    fn needs(&self, identities: &[Option<Option<Identity>>]) -> BTreeMap<Identity, BTreeSet<Need>> {
        let mut needs: BTreeMap<Identity, BTreeSet<Need>> = BTreeMap::new();
        for (from, to, strength) in &self.links {
            let (Some(one), Some(on)) =
                (self.found(*from, identities), self.found(*to, identities))
            else {
                continue;
            };
            if one == on || self.hangs_on(*to, &one, identities) {
                continue;
            }
            let list = needs.entry(one).or_default();
            list.insert(Need {
                on,
                strength: *strength,
            });
        }
        needs
    }

    /// Says whether what stands at an address is a part of a fact, which needs
    /// its parts only as far as it consists of them.
    fn hangs_on(
        &self,
        mut address: Address,
        whole: &Identity,
        identities: &[Option<Option<Identity>>],
    ) -> bool {
        loop {
            let at = self.by_address.get(&self.real(address));
            let Some(parent) = at.and_then(|at| self.raw[*at].parent) else {
                return false;
            };
            if self.found(parent, identities).as_ref() == Some(whole) {
                return true;
            }
            address = parent;
        }
    }
}

impl Schema {
    /// Returns the questions that a server has to answer, in this order, in
    /// one snapshot, with an empty `search_path`. They take longer to compile
    /// than to answer: `jit` is better off.
    pub fn questions(version: Version) -> Vec<Question> {
        questions(version)
    }
}

fn two(topic: Topic, row: Answer<'_>, width: usize) -> Result<[Address; 2], ReadError> {
    if row.len() != width {
        return Err(wrong_width(topic, row, width));
    }
    match (address(topic, &row[..3])?, address(topic, &row[3..6])?) {
        (Some(one), Some(other)) => Ok([one, other]),
        _ => Err(ReadError::Address {
            topic: topic.to_string(),
            value: "NULL".to_owned(),
        }),
    }
}

fn address_of_parent(topic: Topic, row: Answer<'_>) -> Result<Option<Address>, ReadError> {
    address(topic, &row[3..ADDRESSES])
}

/// Returns an address; `None` if its object is NULL.
fn address(topic: Topic, row: Answer<'_>) -> Result<Option<Address>, ReadError> {
    let wrong = |value: &str| ReadError::Address {
        topic: topic.to_string(),
        value: value.to_owned(),
    };
    match row {
        [Some(class), Some(id), Some(part)] => Ok(Some((
            class.parse().map_err(|_| wrong(class))?,
            id.parse().map_err(|_| wrong(id))?,
            part.parse().map_err(|_| wrong(part))?,
        ))),
        _ => Ok(None),
    }
}

fn wrong_width(topic: Topic, row: Answer<'_>, expected: usize) -> ReadError {
    ReadError::Columns {
        topic: topic.to_string(),
        found: row.len(),
        expected,
    }
}
