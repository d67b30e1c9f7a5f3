//! The known name that a mistyped one was probably meant to be.

/// Returns the most similar name, unless none is similar; of equals the first.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let tolerated = (name.chars().count() / 3).max(1);
    known
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= name.len())
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= tolerated)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        let known = ["add_users", "add_carts", "77c0aa", "b"];
        assert_eq!(nearest(name, known.into_iter()), expected);
    }

    #[test]
    fn only_a_similar_name_is_near() {
        check("add_user", Some("add_users"));
        check("77c0ab", Some("77c0aa"));
        check("77c0ba", Some("77c0aa"));
        check("9f3e51", None);
        check("c", Some("b"));
        check("", None);
    }
}
