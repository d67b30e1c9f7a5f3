//! A message as a part of a file's name.

/// Returns the words of a message in lower case, joined by `_`. What is longer
/// than so many characters is cut before the word that does not fit, as
/// Alembic does.
pub(super) fn slug(message: &str, longest: usize) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<&str> = message
        .split(|c| !is_word(c))
        .filter(|word| !word.is_empty())
        .collect();
    let slug = words.join("_").to_lowercase();
    match slug.char_indices().nth(longest) {
        None => slug,
        Some((end, _)) => {
            let cut = &slug[..end];
            let whole = cut.rsplit_once('_').map_or(cut, |(whole, _)| whole);
            format!("{whole}_")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, longest: usize, expected: &str) {
        assert_eq!(slug(message, longest), expected);
    }

    /// The expected texts are what Alembic 1.20.1 makes of the messages.
    #[test]
    fn a_slug_is_that_of_alembic() {
        check("Add users", 40, "add_users");
        check("add  \"a-b\"; c.d/e!", 40, "add_a_b_c_d_e");
        check("add_x_", 40, "add_x_");
        check("Füge Ä hinzu", 40, "füge_ä_hinzu");
        check("!?", 40, "");
        check("aaaa bbbb", 9, "aaaa_bbbb");
        check("aaaa bbbb", 8, "aaaa_");
        check("aaaa bbbb", 5, "aaaa_");
        check("aaaa bbbb", 4, "aaaa_");
        check("aaaa bbbb", 2, "aa_");
        check("äöüß bbbb", 6, "äöüß_");
    }
}
