//! One message of the simple protocol: our statements around a script's text.
//!
//! It knows which statement stands where, so that an error, which names a
//! character of the whole message or nothing but comes after so many finished
//! statements, finds its place in the file. Pure.

use std::ops::Range;

use crate::source::byte_of;
use crate::sql;

/// What one of our own statements is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Resets and settings.
    Session,
    Begin,
    /// Fails when this server process does not hold the lock.
    Ownership,
    /// Creates the state tables.
    Tables,
    /// Checks deferred constraints, since a dry run has no COMMIT.
    Constraints,
    /// State row, journal and history.
    Row,
    Commit,
}

/// Where a message failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    Ours(Purpose),
    /// A byte offset of the file.
    Script(usize),
}

/// Whether the session is inside a transaction block, failed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Open,
    Closed,
}

/// A message that is being put together.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    text: String,
    /// Characters of `text`; positions count these.
    characters: usize,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    characters: Range<usize>,
    text_start: usize,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Ours(Purpose),
    Script {
        /// Byte offset of the part's text in the file.
        offset: usize,
    },
}

impl Message {
    /// Adds one of our own statements, without its semicolon.
    pub(super) fn ours(&mut self, purpose: Purpose, statement: &str) {
        self.push(statement, Content::Ours(purpose));
        self.separate(";\n");
    }

    /// Adds several of our own statements.
    pub(super) fn all(&mut self, purpose: Purpose, statements: &[String]) {
        for statement in statements {
            self.ours(purpose, statement);
        }
    }

    /// Adds a script's text as it stands in its file.
    ///
    /// It may end in a line comment, so a line end comes before the semicolon;
    /// where it ends in a semicolon itself, ours is an empty statement, of
    /// which the server says nothing.
    pub(super) fn script(&mut self, text: &str, offset: usize) {
        self.push(text, Content::Script { offset });
        self.separate("\n;\n");
    }

    /// Returns how many statements the server has to answer at the least: our
    /// own. How it counts those of a script is for the server to say.
    pub(super) fn least_answers(&self) -> usize {
        let ours = |part: &&Part| matches!(part.content, Content::Ours(_));
        self.parts.iter().filter(ours).count()
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns what the message leaves behind when it failed after so many
    /// finished statements. A COMMIT that fails has ended its block.
    pub(super) fn block_after(&self, finished: usize, before: Block) -> Block {
        let mut block = before;
        let mut reached = 0;
        for part in &self.parts {
            reached += self.statements(part).len();
            let is_finished = reached <= finished;
            match part.content {
                Content::Ours(Purpose::Begin) if is_finished => block = Block::Open,
                Content::Ours(Purpose::Commit) => block = Block::Closed,
                Content::Ours(_) | Content::Script { .. } => {}
            }
            if !is_finished {
                break;
            }
        }
        block
    }

    /// Returns where the message failed: after so many finished statements,
    /// and at this character, counted from one.
    pub(super) fn spot(&self, finished: usize, position: Option<u32>) -> Spot {
        if let Some(position) = position {
            return self.at_character((position as usize).saturating_sub(1));
        }
        let mut before = 0;
        for part in &self.parts {
            let statements = self.statements(part);
            if let Some(start) = statements.get(finished - before) {
                return match part.content {
                    Content::Ours(purpose) => Spot::Ours(purpose),
                    Content::Script { .. } => Spot::Script(*start),
                };
            }
            before += statements.len();
        }
        // More was finished than was sent: a rule of the server rewrote a
        // statement into several. The last script is the best that is known.
        self.last_script()
    }

    fn at_character(&self, character: usize) -> Spot {
        let part = self
            .parts
            .iter()
            .rfind(|part| part.characters.start <= character);
        match part {
            Some(Part {
                content: Content::Ours(purpose),
                characters,
                ..
            }) if character < characters.end => Spot::Ours(*purpose),
            // Past the end of a script: it lacks something before our semicolon.
            Some(
                part @ Part {
                    content: Content::Script { offset },
                    ..
                },
            ) => {
                let text = &self.text[part.text_start..];
                let length = part.characters.len();
                let within = (character - part.characters.start).min(length);
                Spot::Script(offset + byte_of(text, within))
            }
            Some(Part { .. }) | None => self.last_script(),
        }
    }

    fn last_script(&self) -> Spot {
        self.parts
            .iter()
            .rev()
            .find_map(|part| match &part.content {
                Content::Script { offset } => {
                    let last = self.statements(part).last().copied();
                    Some(Spot::Script(last.unwrap_or(*offset)))
                }
                Content::Ours(_) => None,
            })
            .unwrap_or(Spot::Ours(Purpose::Session))
    }

    /// Returns where each statement of a part begins in its file; each is one
    /// that the server will say is finished. Only a failure asks for it.
    fn statements(&self, part: &Part) -> Vec<usize> {
        let Content::Script { offset } = part.content else {
            return vec![0];
        };
        let text = &self.text[part.text_start..];
        let end = byte_of(text, part.characters.len());
        // A script was looked through before it came here: it does split.
        sql::statements(&text[..end])
            .unwrap_or_default()
            .into_iter()
            .map(|statement| offset + statement.span.start)
            .collect()
    }

    fn push(&mut self, text: &str, content: Content) {
        let start = self.characters;
        let text_start = self.text.len();
        self.text.push_str(text);
        self.characters += text.chars().count();
        self.parts.push(Part {
            characters: start..self.characters,
            text_start,
            content,
        });
    }

    fn separate(&mut self, separator: &str) {
        self.text.push_str(separator);
        self.characters += separator.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "-- é\nselect 1;\nselect x";

    fn message() -> Message {
        let mut message = Message::default();
        message.ours(Purpose::Session, "RESET ALL");
        message.ours(Purpose::Begin, "BEGIN");
        message.script(SCRIPT, 100);
        message.ours(Purpose::Row, "INSERT INTO t VALUES ('ö')");
        message.ours(Purpose::Commit, "COMMIT");
        message
    }

    /// Returns the position the server would name for a byte of the text.
    fn position(message: &Message, needle: &str) -> u32 {
        let at = message.text().find(needle).expect("the needle is there");
        u32::try_from(message.text()[..at].chars().count() + 1).expect("it is short")
    }

    #[track_caller]
    fn check(finished: usize, needle: Option<&str>, expected: Spot) {
        let message = message();
        let position = needle.map(|needle| position(&message, needle));
        assert_eq!(message.spot(finished, position), expected);
    }

    #[test]
    fn the_text_separates_statements_even_after_a_line_comment() {
        let mut message = Message::default();
        message.script("select 1 -- one", 0);
        message.ours(Purpose::Commit, "COMMIT");
        assert_eq!(message.text(), "select 1 -- one\n;\nCOMMIT;\n");
    }

    #[test]
    fn finished_statements_tell_which_one_failed() {
        check(0, None, Spot::Ours(Purpose::Session));
        check(1, None, Spot::Ours(Purpose::Begin));
        check(2, None, Spot::Script(106));
        check(3, None, Spot::Script(116));
        check(4, None, Spot::Ours(Purpose::Row));
        check(5, None, Spot::Ours(Purpose::Commit));
        check(6, None, Spot::Script(116));
    }

    #[test]
    fn a_position_counts_characters_and_wins() {
        check(3, Some("x\n;"), Spot::Script(100 + SCRIPT.len() - 1));
        // A syntax error comes before anything has run.
        check(0, Some("select x"), Spot::Script(116));
        check(0, Some("BEGIN"), Spot::Ours(Purpose::Begin));
        check(0, Some("'ö'"), Spot::Ours(Purpose::Row));
        // The semicolon after the script: something is missing at its end.
        check(0, Some(";\nINSERT"), Spot::Script(100 + SCRIPT.len()));
    }

    #[test]
    fn a_block_is_open_between_begin_and_commit() {
        use Block::{Closed, Open};
        let message = message();
        let after = |before| -> Vec<Block> {
            (0..=6)
                .map(|finished| message.block_after(finished, before))
                .collect()
        };
        assert_eq!(
            after(Closed),
            [Closed, Closed, Open, Open, Open, Closed, Closed]
        );
        assert_eq!(after(Open), [Open, Open, Open, Open, Open, Closed, Closed]);
    }
}
