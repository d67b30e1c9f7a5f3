//! Colours, where they are shown.

use anstyle::{AnsiColor, Style};

/// What the text is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// A file, a pipe, a terminal without colours: text for programs, too.
    Plain,
    /// A terminal: in colours, and aligned.
    Terminal,
}

/// What a piece of text is, and so its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    /// A revision that a line is about.
    Revision,
    /// `(head)`, `(current)` and so on.
    Marker,
    Label,
    Good,
    Bad,
}

impl Surface {
    /// Adds a text in the colour of its role.
    pub(super) fn paint(self, output: &mut String, role: Role, text: &str) {
        let style = match self {
            Self::Plain => Style::new(),
            Self::Terminal => role.style(),
        };
        output.push_str(&style.render().to_string());
        output.push_str(text);
        output.push_str(&style.render_reset().to_string());
    }
}

impl Role {
    fn style(self) -> Style {
        let coloured = |colour: AnsiColor| colour.on_default();
        match self {
            Self::Plain => Style::new(),
            Self::Revision => coloured(AnsiColor::Yellow),
            Self::Marker => coloured(AnsiColor::Cyan),
            Self::Label => coloured(AnsiColor::Magenta),
            Self::Good => coloured(AnsiColor::Green),
            Self::Bad => coloured(AnsiColor::Red),
        }
    }
}
