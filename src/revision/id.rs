//! The name of a revision.

use std::borrow::Borrow;
use std::fmt::{self, Display};
use std::sync::Arc;

/// Characters that the target grammar uses (Alembic forbids the same four).
const RESERVED_CHARACTERS: [char; 4] = ['@', '-', '+', ':'];

/// Words that the target grammar gives a meaning.
const RESERVED_WORDS: [&str; 4] = ["head", "heads", "base", "current"];

/// A full revision id: not empty, no white space, no comma, none of `@ - + :`,
/// and no word of the target grammar.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionId(Arc<str>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("a revision id is empty")]
    Empty,
    #[error("`{character}` is not allowed in revision id `{id}`")]
    Character { id: String, character: char },
    #[error("`{0}` cannot be a revision id: the word means a target")]
    Word(String),
}

impl RevisionId {
    /// # Errors
    ///
    /// - [`IdError::Empty`] for an empty text.
    /// - [`IdError::Character`] for a character that no id may hold.
    /// - [`IdError::Word`] for a word that means a target.
    pub fn new(id: &str) -> Result<Self, IdError> {
        if id.is_empty() {
            return Err(IdError::Empty);
        }
        let forbidden = |c: char| {
            RESERVED_CHARACTERS.contains(&c) || c == ',' || c.is_whitespace() || c.is_control()
        };
        if let Some(character) = id.chars().find(|c| forbidden(*c)) {
            return Err(IdError::Character {
                id: id.to_owned(),
                character,
            });
        }
        if RESERVED_WORDS.contains(&id) {
            return Err(IdError::Word(id.to_owned()));
        }
        Ok(Self(id.into()))
    }

    /// Returns an id as the state table holds it, whatever it is: a row that
    /// another tool or an older version wrote must still be shown.
    pub fn recorded(id: &str) -> Self {
        Self(id.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for RevisionId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: &str, expected: Result<(), IdError>) {
        assert_eq!(RevisionId::new(id).map(|_| ()), expected);
    }

    #[test]
    fn ids_hold_no_character_and_no_word_of_the_target_grammar() {
        check("abc123def456", Ok(()));
        check("0001", Ok(()));
        check("add.users_é", Ok(()));
        check("", Err(IdError::Empty));
        for character in ['@', '-', '+', ':', ' ', '\t', ','] {
            let id = format!("a{character}b");
            check(
                &id,
                Err(IdError::Character {
                    id: id.clone(),
                    character,
                }),
            );
        }
        check("head", Err(IdError::Word("head".into())));
        check("header", Ok(()));
    }
}
