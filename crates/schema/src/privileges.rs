//! The default privileges of a database, for a new one that shall have the same.

use super::Version;
use super::context::Context;
use super::kind::Kind;
use super::reading::{Question, ReadError, Reading, Topic};
use super::schema::Schema;
use super::statement::Statement;

/// Where there is something in every database.
const PUBLIC: &str = "public";

impl Schema {
    /// Returns the questions whose answers hold the default privileges.
    pub fn questions_of_default_privileges(version: Version) -> Vec<Question> {
        let mut questions = Self::questions(version);
        questions.retain(|question| {
            matches!(
                question.topic,
                Topic::Facts(Kind::Schema | Kind::DefaultPrivilege)
            )
        });
        questions
    }

    /// Returns the statements that set them in an empty database, which has no
    /// schema but `public`.
    ///
    /// # Errors
    ///
    /// As [`Reading::finish`].
    pub fn default_privileges(answers: Reading) -> Result<Vec<Statement>, ReadError> {
        let schema = answers.finish()?;
        let context = Context::new(&schema, &schema);
        let facts = schema.of_kind(Kind::DefaultPrivilege);
        let facts = facts.filter(|fact| ["", PUBLIC].contains(&fact.identity.name(1)));
        Ok(facts
            .flat_map(|fact| (fact.kind().row().create)(fact, &context))
            .collect())
    }
}
