//! From rows of the catalogs to facts and what they need.
//!
//! Objects are told apart by their addresses (class, object, part), as in
//! `pg_depend`, and only at the end by their names.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Version;
use super::fact::Fact;
use super::identity::Identity;
use super::kind::{Kind, Naming};
use super::schema::{Schema, Unread};

mod objects;
mod question;

pub use question::Question;
pub(crate) use question::Topic;
use question::questions;

/// The columns of two addresses; in front of a fact's own stand its address and
/// its parent's.
const ADDRESSES: usize = 6;

/// One row of an answer; `None` for NULL.
pub type Answer<'a> = &'a [Option<&'a str>];

/// What the answers have told so far.
#[derive(Debug, Default)]
pub struct Reading {
    raw: Vec<Raw>,
    by_address: HashMap<Address, usize>,
    aliases: HashMap<Address, Address>,
    links: Vec<(Address, Address)>,
    /// Objects of extensions, by class and object.
    members: HashMap<(u32, u32), Address>,
    objects: Vec<(Address, Unread)>,
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

/// What each raw fact is called, as far as that has been found out; `None` for
/// one that is left out.
type Names = [OnceCell<Option<Identity>>];

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
                let [from, to] = two(topic, row)?;
                self.links.push((from, to));
                Ok(())
            }
            Topic::Aliases => {
                let [from, to] = two(topic, row)?;
                self.aliases.insert(from, to);
                Ok(())
            }
            Topic::Members => {
                let [member, extension] = two(topic, row)?;
                self.members.insert((member.0, member.1), extension);
                Ok(())
            }
            Topic::Objects => self.take_object(topic, row),
        }
    }

    fn take_fact(&mut self, kind: Kind, topic: Topic, row: Answer<'_>) -> Result<(), ReadError> {
        let names = kind.naming().own();
        let expected = ADDRESSES + names + kind.columns().len();
        if row.len() != expected {
            return Err(wrong_width(topic, row, expected));
        }
        let parent = address(topic, &row[3..ADDRESSES])?;
        let address = address(topic, &row[..3])?;
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

    fn take_object(&mut self, topic: Topic, row: Answer<'_>) -> Result<(), ReadError> {
        let [_, _, _, word, schema, name] = row else {
            return Err(wrong_width(topic, row, ADDRESSES));
        };
        if let Some(address) = address(topic, &row[..3])? {
            let path = schema.iter().chain(name).copied().collect::<Vec<_>>();
            let object = Unread {
                kind: word.unwrap_or_default().to_owned(),
                object: path.join("."),
            };
            self.objects.push((address, object));
        }
        Ok(())
    }

    /// Returns the objects that no fact stands for. What belongs to an extension,
    /// or hangs on something that does, is nobody's business; but what somebody
    /// has put into its schema is.
    fn unread(&self, names: &Names) -> BTreeSet<Unread> {
        let is_named = |at: &usize| self.name(*at, names).is_some();
        let mut read = HashSet::new();
        let mut of_extension = HashSet::new();
        for (at, raw) in self.raw.iter().enumerate() {
            let Some((class, id, _)) = raw.address else {
                continue;
            };
            if is_named(&at) {
                read.insert((class, id));
            } else if self.is_left_alone(raw) {
                of_extension.insert((class, id));
            }
        }
        let is_known = |(class, id, part): &Address| {
            let key = (*class, *id);
            read.contains(&key)
                || of_extension.contains(&key)
                || self.members.contains_key(&key)
                || self.aliases.contains_key(&(*class, *id, *part))
        };
        let objects = self.objects.iter();
        let unread = objects.filter(|(address, _)| !is_known(address));
        unread.map(|(_, object)| object.clone()).collect()
    }

    /// Says whether a fact hangs on an object of an extension that is no schema.
    fn is_left_alone(&self, raw: &Raw) -> bool {
        let mut parent = raw.parent;
        while let Some(address) = parent {
            let Some(at) = self.by_address.get(&self.real(address)) else {
                return false;
            };
            let raw = &self.raw[*at];
            let (class, id, _) = raw.address.unwrap_or_default();
            if raw.kind != Kind::Schema && self.members.contains_key(&(class, id)) {
                return true;
            }
            parent = raw.parent;
        }
        false
    }

    /// Returns the schema that all answers together describe.
    ///
    /// # Errors
    ///
    /// [`ReadError::Twice`] for facts that cannot be told apart.
    pub fn finish(self) -> Result<Schema, ReadError> {
        let names = vec![OnceCell::new(); self.raw.len()];
        let needs = self.needs(&names);
        let parents: Vec<Option<Identity>> = self
            .raw
            .iter()
            .map(|raw| self.found(raw.parent?, &names).cloned())
            .collect();
        for at in 0..self.raw.len() {
            self.name(at, &names);
        }
        let unread = self.unread(&names);
        let mut facts = BTreeMap::new();
        for ((raw, name), parent) in self.raw.into_iter().zip(names).zip(parents) {
            let Some(identity) = name.into_inner().flatten() else {
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
        Ok(Schema::new(facts, needs, unread))
    }

    /// Returns the name of a fact, for which that of its parent is needed. A fact
    /// of an extension, or on something that is not read, has none.
    fn name<'a>(&self, at: usize, names: &'a Names) -> Option<&'a Identity> {
        let name = || {
            let raw = &self.raw[at];
            let (class, id, _) = raw.address.unwrap_or_default();
            if self.members.contains_key(&(class, id)) {
                return None;
            }
            let parent = match raw.parent {
                None => None,
                Some(parent) => {
                    let at = self.by_address.get(&self.real(parent))?;
                    Some(self.name(*at, names)?)
                }
            };
            let word = match raw.kind.naming() {
                Naming::On(_) => Some(parent?.kind().word()),
                Naming::Own(_) | Naming::Under(_) => None,
            };
            let above = match raw.kind.naming() {
                Naming::Own(_) => None,
                Naming::Under(_) | Naming::On(_) => Some(parent?.path()),
            };
            let own = raw.names.iter().map(AsRef::as_ref);
            let path = word
                .into_iter()
                .chain(above.into_iter().flatten())
                .chain(own);
            Some(Identity::new(raw.kind, path))
        };
        names[at].get_or_init(name).as_ref()
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

    /// Returns what stands at an address: the part, or else the whole, or else
    /// the extension that it belongs to.
    fn found<'a>(&self, address: Address, names: &'a Names) -> Option<&'a Identity> {
        let at = |address| {
            let at = self.by_address.get(&self.real(address))?;
            self.name(*at, names)
        };
        let whole = (address.0, address.1, 0);
        at(address).or_else(|| at(whole)).or_else(|| {
            let (class, id, _) = self.real(whole);
            at(*self.members.get(&(class, id))?)
        })
    }

    fn needs(&self, names: &Names) -> BTreeMap<Identity, BTreeSet<Identity>> {
        let mut needs: BTreeMap<Identity, BTreeSet<Identity>> = BTreeMap::new();
        for (from, to) in &self.links {
            let (Some(one), Some(on)) = (self.found(*from, names), self.found(*to, names)) else {
                continue;
            };
            if one != on && !self.hangs_on(*to, one, names) {
                needs.entry(one.clone()).or_default().insert(on.clone());
            }
        }
        needs
    }

    /// Says whether what stands at an address is a part of a fact, which needs
    /// its parts only as far as it consists of them.
    fn hangs_on(&self, mut address: Address, whole: &Identity, names: &Names) -> bool {
        loop {
            let at = self.by_address.get(&self.real(address));
            let Some(parent) = at.and_then(|at| self.raw[*at].parent) else {
                return false;
            };
            if self.found(parent, names) == Some(whole) {
                return true;
            }
            address = parent;
        }
    }
}

impl Schema {
    /// Returns the questions that a server has to answer, in this order, in
    /// one snapshot, with an empty `search_path`. They take longer to compile
    /// and to plan than to answer: `jit` is better off, and the joins stand in
    /// their order already (`join_collapse_limit = 1`).
    pub fn questions(version: Version) -> Vec<Question> {
        questions(version)
    }
}

fn two(topic: Topic, row: Answer<'_>) -> Result<[Address; 2], ReadError> {
    if row.len() != ADDRESSES {
        return Err(wrong_width(topic, row, ADDRESSES));
    }
    match (address(topic, &row[..3])?, address(topic, &row[3..])?) {
        (Some(one), Some(other)) => Ok([one, other]),
        _ => Err(ReadError::Address {
            topic: topic.to_string(),
            value: "NULL".to_owned(),
        }),
    }
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
