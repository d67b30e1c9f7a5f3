//! A plan of schema changes as a script for psql.

use seaworthy_schema::{Statement, Transaction, is_one_transaction};

/// Returns the statements as the body of a revision, which has a transaction
/// already where one can hold them, and settings of its own.
pub fn body(statements: &[Statement]) -> String {
    let mut script = Script::default();
    if defines_functions(statements) {
        let local = match is_one_transaction(statements) {
            true => " LOCAL",
            false => "",
        };
        let set = format!("SET{local} check_function_bodies = off;\n\n");
        script.text.push_str(&set);
    }
    // What is set for the session would end with the first of several revisions.
    for statement in statements.iter().filter(|one| !one.is_setting()) {
        script.statement(statement);
    }
    script.text
}

/// Returns the statements as a script: what belongs together stands in one
/// transaction. Empty where there is nothing to do.
pub fn script(statements: &[Statement]) -> String {
    let mut script = Script::default();
    for statement in statements {
        match statement.transaction {
            Transaction::Alone => script.end(),
            Transaction::Shared | Transaction::EndsAfter => script.begin(),
        }
        script.statement(statement);
        if statement.transaction == Transaction::EndsAfter {
            script.end();
        }
    }
    script.end();
    script.text
}

/// Returns the statements as SQL that makes a schema, whoever runs it, and in
/// whatever transaction.
pub fn plain(statements: &[Statement]) -> String {
    let mut script = Script::default();
    for statement in statements {
        script.statement(statement);
    }
    script.text
}

/// The body of a function may speak of what comes later.
fn defines_functions(statements: &[Statement]) -> bool {
    let defines = |sql: &str| {
        sql.starts_with("CREATE") && (sql.contains(" FUNCTION ") || sql.contains(" PROCEDURE "))
    };
    statements.iter().any(|one| defines(&one.sql))
}

#[derive(Default)]
struct Script {
    text: String,
    is_open: bool,
}

impl Script {
    fn begin(&mut self) {
        if !self.is_open {
            self.text.push_str("BEGIN;\n\n");
            self.is_open = true;
        }
    }

    fn end(&mut self) {
        if self.is_open {
            self.text.push_str("COMMIT;\n\n");
            self.is_open = false;
        }
    }

    fn statement(&mut self, statement: &Statement) {
        for hazard in &statement.hazards {
            let detail = hazard.detail.replace(['\n', '\r'], " ");
            let line = format!("-- hazard {}: {detail}\n", hazard.kind.name());
            self.text.push_str(&line);
        }
        self.text.push_str(&statement.sql);
        self.text.push_str(";\n\n");
    }
}
