//! The roles that a statement names: who is granted something, who owns it,
//! whom a policy or a default is for.
//!
//! Told from the words around the names. Whoever asks holds them against the
//! roles that there are: a name too much does no harm.

use super::token::{TokenKind, tokens};

/// Words that stand where a role does, and are none.
const NO_ROLES: [&str; 6] = [
    "public",
    "current_user",
    "session_user",
    "current_role",
    "user",
    "none",
];

/// Returns the roles that a statement seems to name, as the server knows them.
pub fn roles(statement: &str) -> Vec<String> {
    let tokens = tokens(statement).map_while(Result::ok);
    let tokens = tokens.filter(|token| !token.kind.is_separator());
    let words: Vec<(TokenKind, &str)> = tokens
        .map(|token| (token.kind, &statement[token.span]))
        .collect();
    let mut roles = Vec::new();
    for at in 0..words.len() {
        if !announces_roles(&words, at) {
            continue;
        }
        let mut next = at + 1;
        if is(&words, next, "group") {
            next += 1;
        }
        while let Some(role) = words.get(next).and_then(|word| role(*word)) {
            // Between roles may stand a word that is none.
            roles.extend(role);
            if words.get(next + 1).is_none_or(|(_, text)| *text != ",") {
                break;
            }
            next += 2;
        }
    }
    roles
}

/// Says whether roles follow a word.
fn announces_roles(words: &[(TokenKind, &str)], at: usize) -> bool {
    let before = |word| at > 0 && is(words, at - 1, word);
    let gives = ["grant", "revoke"].iter().any(|word| is(words, 0, word))
        || is(words, 1, "default")
        || is(words, 1, "policy");
    let is_one = |word| is(words, at, word);
    if is_one("to") || is_one("from") {
        return before("owner") || (gives && !before("rename"));
    }
    if is_one("role") || is_one("user") {
        return before("for") || is(words, 0, "set");
    }
    is_one("authorization")
        || (is_one("for") && before("mapping"))
        || (is_one("by") && before("granted"))
}

fn is(words: &[(TokenKind, &str)], at: usize, word: &str) -> bool {
    let found = words.get(at);
    found.is_some_and(|(kind, text)| *kind == TokenKind::Word && text.eq_ignore_ascii_case(word))
}

/// Returns the role that a word names, if a word it is.
fn role((kind, text): (TokenKind, &str)) -> Option<Option<String>> {
    match kind {
        TokenKind::Word => {
            let word = text.to_lowercase();
            Some(Some(word).filter(|word| !NO_ROLES.contains(&word.as_str())))
        }
        TokenKind::QuotedWord => {
            let inner = text.strip_prefix('"')?.strip_suffix('"')?;
            Some(Some(inner.replace("\"\"", "\"")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(statement: &str, expected: &[&str]) {
        assert_eq!(roles(statement), expected, "{statement}");
    }

    #[test]
    fn roles_are_found_where_they_stand() {
        check(
            "GRANT SELECT (a, b) ON t TO App, \"B\"\"c\", public WITH GRANT OPTION",
            &["app", "B\"c"],
        );
        check("revoke all on t from group a granted by b", &["a", "b"]);
        check("revoke all on t from public, a", &["a"]);
        check("ALTER TABLE t OWNER TO a", &["a"]);
        check("create schema if not exists s authorization a", &["a"]);
        check("CREATE POLICY p ON t FOR SELECT TO a USING (true)", &["a"]);
        check("create user mapping for a server s", &["a"]);
        check("set role a", &["a"]);
        check(
            "ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s GRANT SELECT ON TABLES TO b",
            &["a", "b"],
        );
    }

    #[test]
    fn other_names_are_no_roles() {
        check("ALTER TABLE t RENAME TO u", &[]);
        check("alter policy p on t rename to q", &[]);
        check("SET search_path TO a", &[]);
        check("select a from b", &[]);
        check("alter table t owner to current_user", &[]);
    }
}
