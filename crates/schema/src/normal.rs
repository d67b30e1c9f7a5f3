//! When two texts that the server wrote mean the same.
//!
//! An expression that is written by the server, read by it and written again is
//! not always the same text. Two things change (`transformTypeCast` and
//! `makeAndExpr` of PostgreSQL): a cast of `ARRAY[...]` moves to each element,
//! as in every `IN` on a `varchar`, and an `AND` in front of an `AND` becomes
//! one with it, as with `BETWEEN`. So the texts of a schema that was dumped and
//! loaded differ from those of the one it was dumped from.
//!
//! Only what is compared is normal. What is written is what the server wrote.

use squawk_lexer::{TokenKind, tokenize};

/// A token, or what stands in a pair of brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node<'a> {
    Token(&'a str),
    Group(Bracket, Vec<Node<'a>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bracket {
    Round,
    Square,
}

/// How the server writes casts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Casts {
    InParentheses,
    /// Only what is no name and no literal is in parentheses.
    Bare,
}

/// Says whether two texts differ in nothing but what reading and writing them
/// again would change.
pub(crate) fn mean_the_same(one: &str, other: &str) -> bool {
    one == other || normal(one).is_some_and(|one| Some(one) == normal(other))
}

/// Returns the normal form of a text; `None` if its brackets do not match.
fn normal(text: &str) -> Option<Vec<Node<'_>>> {
    let mut open: Vec<(Bracket, Vec<Node<'_>>)> = Vec::new();
    let mut nodes = Vec::new();
    let mut at = 0;
    for token in tokenize(text) {
        let start = at;
        at += token.len as usize;
        let bracket = match token.kind {
            TokenKind::Whitespace | TokenKind::Eof => continue,
            TokenKind::OpenParen => Bracket::Round,
            TokenKind::OpenBracket => Bracket::Square,
            TokenKind::CloseParen | TokenKind::CloseBracket => {
                let (bracket, outer) = open.pop()?;
                let inner = joined(cast_each(std::mem::replace(&mut nodes, outer)));
                nodes.push(Node::Group(bracket, inner));
                continue;
            }
            _ => {
                nodes.push(Node::Token(text.get(start..at)?));
                continue;
            }
        };
        open.push((bracket, std::mem::take(&mut nodes)));
    }
    open.is_empty().then(|| joined(cast_each(nodes)))
}

/// Turns each `(ARRAY[a, b])::type[]` into `ARRAY[(a)::type, (b)::type]`. Where
/// the server leaves out parentheses, as in extended statistics, neither has any.
fn cast_each(nodes: Vec<Node<'_>>) -> Vec<Node<'_>> {
    let mut cast = Vec::with_capacity(nodes.len());
    let mut rest = nodes.as_slice();
    while let [first, behind @ ..] = rest {
        let inner = match first {
            Node::Group(Bracket::Round, inner) => (inner.as_slice(), behind, Casts::InParentheses),
            Node::Group(Bracket::Square, _) | Node::Token(_) => {
                let (array, behind) = rest.split_at(rest.len().min(2));
                (array, behind, Casts::Bare)
            }
        };
        let (inner, further, casts) = inner;
        if let Some(elements) = array(inner)
            && let Some((element, behind)) = array_type(further)
        {
            cast.extend(array_of(elements, element, casts));
            rest = behind;
        } else {
            cast.push(first.clone());
            rest = behind;
        }
    }
    cast
}

/// Returns what is in `ARRAY[...]`.
fn array<'n, 'a>(nodes: &'n [Node<'a>]) -> Option<&'n [Node<'a>]> {
    match nodes {
        [Node::Token("ARRAY"), Node::Group(Bracket::Square, elements)] => Some(elements),
        _ => None,
    }
}

/// Returns a cast to an array as one to its elements, and what is behind it.
fn array_type<'n, 'a>(nodes: &'n [Node<'a>]) -> Option<(&'n [Node<'a>], &'n [Node<'a>])> {
    let [Node::Token(":"), Node::Token(":"), name @ ..] = nodes else {
        return None;
    };
    let end = name.iter().position(|node| !consists_of(node, "_.\""))?;
    match name.get(end)? {
        Node::Group(Bracket::Square, inner) if inner.is_empty() && end > 0 => {
            Some((&nodes[..end + 2], &name[end + 1..]))
        }
        Node::Group(..) | Node::Token(_) => None,
    }
}

/// Says whether a node is a word, one of the characters begins it, or it is in
/// parentheses, such as what is behind `varchar`.
fn consists_of(node: &Node<'_>, characters: &str) -> bool {
    match node {
        Node::Token(token) => {
            token.starts_with(|one: char| one.is_alphanumeric() || characters.contains(one))
        }
        Node::Group(bracket, _) => *bracket == Bracket::Round,
    }
}

/// Returns an array whose elements are cast, those of arrays in it as well.
fn array_of<'a>(elements: &[Node<'a>], cast: &[Node<'a>], casts: Casts) -> Vec<Node<'a>> {
    let comma = Node::Token(",");
    let mut list = Vec::new();
    for element in elements
        .split(|node| *node == comma)
        .filter(|element| !element.is_empty())
    {
        if !list.is_empty() {
            list.push(comma.clone());
        }
        match array(element) {
            Some(inner) => list.extend(array_of(inner, cast, casts)),
            None => {
                let is_bare =
                    casts == Casts::Bare && element.iter().all(|node| consists_of(node, "_.\":'"));
                if is_bare {
                    list.extend_from_slice(element);
                } else {
                    list.push(Node::Group(Bracket::Round, element.to_vec()));
                }
                list.extend_from_slice(cast);
            }
        }
    }
    vec![Node::Token("ARRAY"), Node::Group(Bracket::Square, list)]
}

/// Turns `(a AND b) AND c` into `a AND b AND c`, and so for `OR`.
fn joined(nodes: Vec<Node<'_>>) -> Vec<Node<'_>> {
    let Some(word) = connective(&nodes) else {
        return nodes;
    };
    let operands = nodes.split(|node| *node == Node::Token(word));
    let mut all = Vec::new();
    for operand in operands {
        if !all.is_empty() {
            all.push(Node::Token(word));
        }
        match operand {
            [Node::Group(Bracket::Round, inner)] if connective(inner) == Some(word) => {
                all.extend_from_slice(inner);
            }
            _ => all.extend_from_slice(operand),
        }
    }
    all
}

/// Returns the word that joins all of a condition, if it is one.
fn connective(nodes: &[Node<'_>]) -> Option<&'static str> {
    let is_there = |word| nodes.contains(&Node::Token(word));
    if [",", "SELECT", "BETWEEN"].into_iter().any(is_there) {
        return None;
    }
    match (is_there("AND"), is_there("OR")) {
        (true, false) => Some("AND"),
        (false, true) => Some("OR"),
        (true, true) | (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(one: &str, other: &str) {
        assert!(mean_the_same(one, other), "{one}\n{other}");
    }

    #[track_caller]
    fn other(one: &str, other: &str) {
        assert!(!mean_the_same(one, other), "{one}\n{other}");
    }

    #[test]
    fn a_cast_of_an_array_is_one_of_each_element() {
        same(
            "CHECK (((c)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))",
            "CHECK (((c)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))",
        );
        same(
            "(ARRAY[ARRAY[1, 2], ARRAY[f(3, 4), 5]])::numeric(10,2)[]",
            "ARRAY[ARRAY[(1)::numeric(10,2), (2)::numeric(10,2)], ARRAY[(f(3, 4))::numeric(10,2), (5)::numeric(10,2)]]",
        );
        same(
            "(ARRAY['a,b'::text])::\"S\".\"T\"[]",
            "ARRAY[('a,b'::text)::\"S\".\"T\"]",
        );
        same(
            "(c::text = ANY (ARRAY['a'::character varying, b || 'c']::text[]))",
            "(c::text = ANY (ARRAY['a'::character varying::text, (b || 'c')::text]))",
        );
        other("(ARRAY['a'::text])::x[]", "ARRAY[('a'::text)::y]");
        other("(ARRAY['a'::text])::x[]", "ARRAY[('b'::text)::x]");
        other("(ARRAY['a'::text])::x", "ARRAY[('a'::text)::x]");
        other("'(ARRAY[1])::x[]'", "'ARRAY[(1)::x]'");
    }

    #[test]
    fn a_condition_is_flat() {
        same(
            "CHECK ((((i >= 1) AND (i <= 5)) AND (b > 0)))",
            "CHECK (((i >= 1) AND (i <= 5) AND (b > 0)))",
        );
        same(
            "(((a) OR (b)) OR ((c) OR (d)))",
            "((a) OR (b) OR (c) OR (d))",
        );
        other("(((a) AND (b)) OR (c))", "((a) AND (b) OR (c))");
        other("(((a) AND (b)) OR (c))", "((a) AND ((b) OR (c)))");
        other("(f(a AND b) AND c)", "(f a AND b AND c)");
        other("(NOT ((a) AND (b)) AND (c))", "(NOT (a) AND (b) AND (c))");
        other("(x AND (y, z AND w))", "(x AND y, z AND w)");
    }

    #[test]
    fn what_is_quoted_is_not_looked_into() {
        other(
            "(((a) AND (b)) AND (c = ')'))",
            "((a) AND (b) AND (c = '('))",
        );
        other("$$ ((a AND b) AND c) $$", "$$ (a AND b AND c) $$");
        same("((\"(\" AND b) AND c)", "(\"(\" AND b AND c)");
    }

    #[test]
    fn brackets_that_do_not_match_are_no_reason_to_guess() {
        other("(a))", "(a) )");
        other("((a)", "( (a)");
        same("((a)", "((a)");
    }
}
