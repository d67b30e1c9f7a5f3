//! What can be told of a voyage.

/// Something that has changed. Texts hold no secret: they are those of the log.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// Something is waited for; `state` is what was last seen of it.
    Awaits {
        subject: &'a str,
        state: Option<&'a str>,
    },
    /// It is waited for no more.
    Ready { subject: &'a str },
    /// The migration lock is asked for; whoever has it was seen.
    Queues { holder: Option<&'a str> },
    /// A revision begins, the `number`th of so many.
    SetsOut {
        revision: &'a str,
        direction: &'a str,
        number: usize,
        of: usize,
    },
    /// Another program migrates; what it was given may be a secret.
    Runs { program: &'a str },
    /// What the running revision waits for, and the process that is in its way.
    Sees {
        waits_for: Option<&'a str>,
        blocked_by: Option<i32>,
    },
}
