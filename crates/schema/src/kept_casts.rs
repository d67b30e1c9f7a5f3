//! Texts that the server wrote, so that it would write them again.
//!
//! `(ARRAY['a'::character varying])::text[]`, as it stands for an `IN` on a `varchar`,
//! is read as if each element were cast, and written so (`transformTypeCast` of
//! PostgreSQL). With a cast to the type that the elements have already in
//! between, it is read as it was.

use squawk_lexer::{TokenKind, tokenize};

const ARRAY: &str = "(ARRAY[";

/// Returns a statement whose casts of arrays are read as casts of arrays.
pub(crate) fn kept_casts(sql: String) -> String {
    if !sql.contains(ARRAY) {
        return sql;
    }
    let pieces = pieces(&sql);
    let mut kept = String::with_capacity(sql.len());
    let mut at = 0;
    for start in 0..pieces.len() {
        if let Some((end, of_type)) = cast_array(&sql, &pieces[start..]) {
            let Piece { start: opens, .. } = pieces[start];
            if opens >= at {
                kept.push_str(&sql[at..opens]);
                kept.push('(');
                kept.push_str(&sql[opens..end]);
                kept.push_str("::");
                kept.push_str(of_type);
                kept.push_str("[])");
                at = end;
            }
        }
    }
    kept.push_str(&sql[at..]);
    kept
}

/// A token that is no space.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: usize,
    end: usize,
}

fn pieces(sql: &str) -> Vec<Piece> {
    let mut at = 0;
    let all = tokenize(sql).map(|token| {
        let start = at;
        at += token.len as usize;
        (token.kind, Piece { start, end: at })
    });
    let pieces = all.filter(|(kind, _)| !matches!(kind, TokenKind::Whitespace | TokenKind::Eof));
    pieces.map(|(_, piece)| piece).collect()
}

/// Returns where `(ARRAY[...])` ends that begins here and is cast, and the type
/// that all its elements are cast to.
fn cast_array<'a>(sql: &'a str, pieces: &[Piece]) -> Option<(usize, &'a str)> {
    let text = |at: usize| pieces.get(at).map(|piece| &sql[piece.start..piece.end]);
    if (text(0), text(1), text(2)) != (Some("("), Some("ARRAY"), Some("[")) {
        return None;
    }
    let mut depth = 0_usize;
    let mut of_type: Option<&str> = None;
    // Where the type of the present element begins.
    let mut cast = None;
    for at in 3.. {
        let is_end = depth == 0 && text(at)? == "]";
        match text(at)? {
            "," | "]" if depth == 0 => {
                let named = sql[cast.take()?..pieces[at].start].trim();
                if of_type.is_some_and(|other| other != named) {
                    return None;
                }
                of_type = Some(named);
            }
            ":" if depth == 0 && text(at + 1) == Some(":") => cast = Some(pieces[at + 1].end),
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if is_end {
            let behind = (text(at + 1), text(at + 2), text(at + 3));
            let is_cast = behind == (Some(")"), Some(":"), Some(":"));
            return of_type
                .filter(|_| is_cast)
                .map(|named| (pieces[at + 1].end, named));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, kept: &str) {
        assert_eq!(kept_casts(sql.to_owned()), kept);
    }

    #[test]
    fn a_cast_of_an_array_stays_one() {
        check(
            "CHECK (((c)::text = ANY ((ARRAY['a,]'::character varying, 'b'::character varying])::text[])))",
            "CHECK (((c)::text = ANY (((ARRAY['a,]'::character varying, 'b'::character varying])::character varying[])::text[])))",
        );
        check(
            "((ARRAY[(f(1, 2))::x.\"Y\"])::text[] || (ARRAY['a'::y])::text[])",
            "(((ARRAY[(f(1, 2))::x.\"Y\"])::x.\"Y\"[])::text[] || ((ARRAY['a'::y])::y[])::text[])",
        );
    }

    #[test]
    fn all_else_stays() {
        for sql in [
            "SELECT 1",
            "(ARRAY['a'::text, 'b'::text])",
            "(ARRAY[1, 2])::text[]",
            "(ARRAY['a'::x, 'b'::y])::text[]",
            "'(ARRAY[''a''::x])::text[]'",
            "(ARRAY['a'::x",
        ] {
            check(sql, sql);
        }
    }
}
