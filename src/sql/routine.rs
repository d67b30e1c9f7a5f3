//! Whether a token stands in the SQL body of a function, where a semicolon
//! ends no statement.
//!
//! The rule is psql's: a statement that creates a function or a procedure may
//! hold `BEGIN ATOMIC`, and its body goes on to the `END` that belongs to it.

/// Watches the tokens of one statement go by.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RoutineWatch {
    state: State,
    /// `BEGIN ATOMIC` and each `CASE` in it: every one ends with `END`.
    depth: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    Create,
    CreateOr,
    CreateOrReplace,
    /// The statement creates a routine.
    Routine,
    /// The last word of it was `BEGIN`.
    AfterBegin,
    OtherStatement,
}

impl RoutineWatch {
    pub(super) fn is_in_body(&self) -> bool {
        self.depth > 0
    }

    /// Returns whether words cannot lead into a body any more.
    pub(super) fn is_decided(&self) -> bool {
        self.state == State::OtherStatement
    }

    /// Takes a word that stands outside of parentheses.
    pub(super) fn word(&mut self, word: &str) {
        let is = |expected: &str| word.eq_ignore_ascii_case(expected);
        let is_routine = is("function") || is("procedure");
        if self.depth > 0 {
            if is("case") || is("begin") {
                self.depth += 1;
            } else if is("end") {
                self.depth -= 1;
            }
            return;
        }
        self.state = match self.state {
            State::Start if is("create") => State::Create,
            State::Create if is("or") => State::CreateOr,
            State::CreateOr if is("replace") => State::CreateOrReplace,
            State::Create | State::CreateOrReplace if is_routine => State::Routine,
            State::AfterBegin if is("atomic") => {
                self.depth = 1;
                State::Routine
            }
            State::Routine | State::AfterBegin if is("begin") => State::AfterBegin,
            State::Routine | State::AfterBegin => State::Routine,
            State::Start
            | State::Create
            | State::CreateOr
            | State::CreateOrReplace
            | State::OtherStatement => State::OtherStatement,
        };
    }

    /// Takes anything else that is no white space and no comment.
    pub(super) fn other(&mut self) {
        match self.state {
            State::Start | State::Create | State::CreateOr | State::CreateOrReplace => {
                self.state = State::OtherStatement;
            }
            State::Routine | State::AfterBegin | State::OtherStatement => {}
        }
    }
}
