//! The text of a `text[]`, as the server writes it.

use std::borrow::Cow;

/// Returns the elements of a one-dimensional array; `None` for a text that is
/// no such array, or one with a NULL in it.
///
/// See "Array Input and Output Syntax" in PostgreSQL's manual.
pub(super) fn elements(text: &str) -> Option<Vec<Cow<'_, str>>> {
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    if inside.is_empty() {
        return Some(Vec::new());
    }
    let mut elements = Vec::new();
    let mut rest = inside;
    loop {
        let (element, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (element, after) = quoted_element(quoted)?;
                (Cow::Owned(element), after)
            }
            None => {
                let (element, after) = plain_element(rest)?;
                (Cow::Borrowed(element), after)
            }
        };
        elements.push(element);
        if after.is_empty() {
            return Some(elements);
        }
        rest = after.strip_prefix(',')?;
    }
}

fn plain_element(text: &str) -> Option<(&str, &str)> {
    let end = text.find(',').unwrap_or(text.len());
    let (element, after) = text.split_at(end);
    let is_plain = !element.is_empty()
        && !element.eq_ignore_ascii_case("null")
        && !element.contains(['{', '}', '"', '\\']);
    is_plain.then_some((element, after))
}

/// Returns an element whose opening quote is gone, and what follows it.
fn quoted_element(text: &str) -> Option<(String, &str)> {
    let mut element = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((element, &text[at + 1..])),
            '\\' => element.push(characters.next()?.1),
            other => element.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&[&str]>) {
        let expected =
            expected.map(|elements| elements.iter().copied().map(Cow::Borrowed).collect());
        assert_eq!(elements(text), expected);
    }

    #[test]
    fn elements_are_read_as_the_server_writes_them() {
        check("{}", Some(&[]));
        check("{a}", Some(&["a"]));
        check("{a1,ä b,3}", Some(&["a1", "ä b", "3"]));
        check(
            r#"{"","a,b","say \"é\"","c\\d","{}",NULLS,"NULL"}"#,
            Some(&["", "a,b", r#"say "é""#, r"c\d", "{}", "NULLS", "NULL"]),
        );
    }

    #[test]
    fn what_is_no_list_of_texts_is_refused() {
        for text in [
            "",
            "a",
            "{a",
            "{a,}",
            "{,a}",
            "{NULL}",
            "{a,null}",
            "{{a},{b}}",
            "[0:1]={a,b}",
            r#"{"a}"#,
            r#"{"a"b}"#,
            r#"{"a\"#,
        ] {
            check(text, None);
        }
    }
}
