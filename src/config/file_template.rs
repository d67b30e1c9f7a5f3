//! The pattern of new files' names: Alembic's `file_template`, in its printf
//! spelling: `%(year)d_%(month).2d_%(rev)s_%(slug)s`.
//!
//! Directories of revisions are not read below their first level, so a name
//! holds no `/`; a hidden file would not be read, either.

use std::str::FromStr;

use super::kind;

/// A pattern that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileTemplate {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Token {
        token: Token,
        /// Of a number the fewest digits, of a text the most characters.
        digits: Option<usize>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Rev,
    Slug,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Epoch,
}

/// What the tokens of a pattern stand for.
#[derive(Clone, Copy, Debug)]
pub struct FileNameParts<'a> {
    pub rev: &'a str,
    pub slug: &'a str,
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub epoch: i64,
}

/// Why a text is no pattern of file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileTemplateProblem {
    #[error("a `%` is followed by neither `(TOKEN)` nor another `%`")]
    Percent,
    #[error("a token is not known")]
    Token { nearest: Option<&'static str> },
    #[error("a token ends in none of `s`, `d`, `.2d` and `02d` that fits it")]
    Conversion,
    #[error("subdirectories are not read, so that no `/` may stand in a name")]
    Slash,
    #[error("hidden files are not read, so that a name begins with no `.`")]
    Hidden,
}

const TOKENS: [(&str, Token); 9] = [
    ("rev", Token::Rev),
    ("slug", Token::Slug),
    ("year", Token::Year),
    ("month", Token::Month),
    ("day", Token::Day),
    ("hour", Token::Hour),
    ("minute", Token::Minute),
    ("second", Token::Second),
    ("epoch", Token::Epoch),
];

impl FileTemplate {
    /// Returns a file's name, without `.sql` behind it.
    pub fn name(&self, parts: &FileNameParts<'_>) -> String {
        let mut name = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => name.push_str(text),
                Piece::Token { token, digits } => name.push_str(&token.shown(parts, *digits)),
            }
        }
        name
    }

    /// Returns the pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Token {
    fn is_text(self) -> bool {
        matches!(self, Self::Rev | Self::Slug)
    }

    fn shown(self, parts: &FileNameParts<'_>, digits: Option<usize>) -> String {
        let text = |text: &str| text.chars().take(digits.unwrap_or(usize::MAX)).collect();
        let number = |number: i64| format!("{number:0width$}", width = digits.unwrap_or(0));
        match self {
            Self::Rev => text(parts.rev),
            Self::Slug => text(parts.slug),
            Self::Year => number(parts.year),
            Self::Month => number(parts.month),
            Self::Day => number(parts.day),
            Self::Hour => number(parts.hour),
            Self::Minute => number(parts.minute),
            Self::Second => number(parts.second),
            Self::Epoch => number(parts.epoch),
        }
    }
}

impl FromStr for FileTemplate {
    type Err = FileTemplateProblem;

    fn from_str(text: &str) -> Result<Self, FileTemplateProblem> {
        if text.contains('/') {
            return Err(FileTemplateProblem::Slash);
        }
        if text.starts_with('.') {
            return Err(FileTemplateProblem::Hidden);
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('%') {
            pieces.push(Piece::Literal(literal.to_owned()));
            if let Some(after) = after.strip_prefix('%') {
                pieces.push(Piece::Literal("%".to_owned()));
                rest = after;
                continue;
            }
            let (name, after) = after
                .strip_prefix('(')
                .and_then(|after| after.split_once(')'))
                .ok_or(FileTemplateProblem::Percent)?;
            let (piece, after) = token(name, after)?;
            pieces.push(piece);
            rest = after;
        }
        pieces.push(Piece::Literal(rest.to_owned()));
        Ok(Self {
            text: text.to_owned(),
            pieces,
        })
    }
}

/// Reads what follows a token's name: `s`, `.8s`, `d`, `.2d`, `02d`.
fn token<'a>(name: &str, after: &'a str) -> Result<(Piece, &'a str), FileTemplateProblem> {
    let known = TOKENS.iter().find(|(known, _)| *known == name);
    let Some((_, token)) = known else {
        return Err(FileTemplateProblem::Token {
            nearest: kind::nearest(name, TOKENS.map(|(known, _)| known)),
        });
    };
    let end = after
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .ok_or(FileTemplateProblem::Conversion)?;
    let (flags, conversion) = after.split_at(end);
    let count = |text: &str| match text.len() {
        1 | 2 => text.parse().map_err(|_| FileTemplateProblem::Conversion),
        _ => Err(FileTemplateProblem::Conversion),
    };
    let (digits, after) = if let Some(after) = conversion.strip_prefix('s') {
        let digits = match flags.strip_prefix('.') {
            Some(most) if token.is_text() => Some(count(most)?),
            None if flags.is_empty() => None,
            Some(_) | None => return Err(FileTemplateProblem::Conversion),
        };
        (digits, after)
    } else if let Some(after) = conversion.strip_prefix('d')
        && !token.is_text()
    {
        let digits = match (flags.strip_prefix('.'), flags.strip_prefix('0')) {
            (Some(fewest), _) | (None, Some(fewest)) => Some(count(fewest)?),
            (None, None) if flags.is_empty() => None,
            (None, None) => return Err(FileTemplateProblem::Conversion),
        };
        (digits, after)
    } else {
        return Err(FileTemplateProblem::Conversion);
    };
    let piece = Piece::Token {
        token: *token,
        digits,
    };
    Ok((piece, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: FileNameParts<'_> = FileNameParts {
        rev: "ae1027a6acf0",
        slug: "add_users",
        year: 2024,
        month: 3,
        day: 9,
        hour: 7,
        minute: 5,
        second: 0,
        epoch: 1_709_967_900,
    };

    #[track_caller]
    fn check(text: &str, expected: Result<&str, FileTemplateProblem>) {
        let name = text.parse::<FileTemplate>().map(|read| read.name(&PARTS));
        assert_eq!(name, expected.map(str::to_owned));
    }

    #[test]
    fn tokens_are_replaced_as_printf_does() {
        check("%(rev)s_%(slug)s", Ok("ae1027a6acf0_add_users"));
        check(
            "%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute)02d-%(rev).4s",
            Ok("2024_03_09_0705-ae10"),
        );
        check("%(epoch)s%%%(second)d", Ok("1709967900%0"));
        check("fixed é", Ok("fixed é"));
        check("", Ok(""));
    }

    #[test]
    fn what_printf_would_not_take_is_refused() {
        use FileTemplateProblem::{Conversion, Hidden, Percent, Slash, Token};
        check("%(rev)", Err(Conversion));
        check("%(rev)d", Err(Conversion));
        check("%(rev)é", Err(Conversion));
        check("%(month)2d", Err(Conversion));
        check("%(month).d", Err(Conversion));
        check("%(month).999d", Err(Conversion));
        check("%(month)x", Err(Conversion));
        check("%rev", Err(Percent));
        check("%(rev", Err(Percent));
        check("100%", Err(Percent));
        check("%(year)d/%(rev)s", Err(Slash));
        check(".%(rev)s", Err(Hidden));
        check(
            "%(slugs)s",
            Err(Token {
                nearest: Some("slug"),
            }),
        );
        check("%(nothing)s", Err(Token { nearest: None }));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_pattern_or_refused(
            text in "(%|\\(|\\)|rev|slug|month|\\.|[0-9]|[sdx]|é| ){0,12}",
        ) {
            if let Ok(template) = text.parse::<FileTemplate>() {
                proptest::prop_assert_eq!(template.as_str(), text.as_str());
                proptest::prop_assert!(!template.name(&PARTS).contains('/'));
            }
        }
    }
}
