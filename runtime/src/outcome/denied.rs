//! Which right a role lacks, where the server only says that it lacks one.

use crate::migration::{Effect, Statement, Work};
use crate::outcome::error::{Detail, Error, Subject};
use crate::session::executor::{Executor, Row};
use crate::session::sql::quote_literal;
use crate::session::sqlstate::INSUFFICIENT_PRIVILEGE;

/// Where what failed makes something, and needs the right to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MakesIn {
    Schemas,
    /// Beside those, what stands in no schema.
    Database,
}

impl MakesIn {
    /// Tells it of a step's work, as the plan says it.
    pub(crate) fn of(work: &Work) -> MakesIn {
        let Work::Transaction(statements) = work else { return MakesIn::Schemas };
        let makes = |one: &Statement| one.effects.contains(&Effect::MakesInDatabase);
        if statements.iter().any(makes) { MakesIn::Database } else { MakesIn::Schemas }
    }
}

/// Adds the grants that are missing to an error of a missing right. The catalogs say which they
/// are, because the server's message is in the language of its operators.
pub(crate) async fn explain(executor: &mut dyn Executor, error: Error, makes: MakesIn) -> Error {
    let Some(statement) =
        error.statement().filter(|_| error.code() == Some(INSUFFICIENT_PRIVILEGE))
    else {
        return error;
    };
    match executor.query(&sql(statement, error.subject(), makes)).await {
        Ok(rows) => {
            let texts = |column| {
                let text = |row: Row<'_>| row.get(column).map(str::to_owned);
                rows.iter().filter_map(text).collect()
            };
            let (grants, owners, statement) = (texts(0), texts(1), statement.to_owned());
            error.become_detail(Detail::Denied { statement, grants, owners, instead: None })
        }
        Err(problem) => {
            tracing::warn!(error = %problem, "cannot see which right is missing");
            error
        }
    }
}

/// The statements that would give what the role lacks for this one, and whose what it needs is.
/// To be a member of another role is never among them: that would also give what else it has.
fn sql(statement: &str, subject: Subject, makes: MakesIn) -> String {
    let (schemas, names): (Vec<String>, Vec<String>) =
        named(statement).map(|(schema, name)| (quote_literal(schema), quote_literal(name))).unzip();
    let makes = makes == MakesIn::Database && subject == Subject::Plan;
    let values =
        format!("array[{}]::text[], array[{}]::text[]", schemas.join(", "), names.join(", "));
    // What names hold is put in last, since nothing is put into it.
    include_str!("denied.sql")
        .replace("$makes", &makes.to_string())
        .replace("$of_state", &(subject != Subject::Plan).to_string())
        .replace("$reads", &(subject == Subject::StateRead).to_string())
        .replace("$named", &values)
}

/// Every name with its schema; in plans both are always quoted.
fn named(statement: &str) -> impl Iterator<Item = (&str, &str)> {
    statement.match_indices(r#"".""#).filter_map(|(at, dot)| {
        let (_, schema) = statement.get(..at)?.rsplit_once('"')?;
        let (name, _) = statement.get(at + dot.len()..)?.split_once('"')?;
        Some((schema, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_says_what_it_needs() {
        let statement =
            r#"alter table "billing"."a b" add foreign key ("x") references "public"."c" ("d")"#;
        let found: Vec<_> = named(statement).collect();
        assert_eq!(found, [("billing", "a b"), ("public", "c")]);
        assert_eq!(named("create schema changeover").count(), 0);
    }
}
