//! Which right a role lacks, where the server only says that it lacks one.

use crate::outcome::error::{Detail, Error};
use crate::session::executor::{Executor, Row};
use crate::session::sql::quote_literal;
use crate::session::sqlstate::INSUFFICIENT_PRIVILEGE;

/// Adds the grants that are missing to an error of a missing right. The catalogs say which they
/// are, because the server's message is in the language of its operators.
pub(crate) async fn explain(executor: &mut dyn Executor, error: Error) -> Error {
    let Some(statement) =
        error.statement().filter(|_| error.code() == Some(INSUFFICIENT_PRIVILEGE))
    else {
        return error;
    };
    match executor.query(&sql(statement, error.is_of_state())).await {
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
fn sql(statement: &str, of_state: bool) -> String {
    let (schemas, names): (Vec<String>, Vec<String>) =
        named(statement).map(|(schema, name)| (quote_literal(schema), quote_literal(name))).unzip();
    let makes = !of_state
        && ["create schema", "create extension", "create publication"]
            .iter()
            .any(|words| statement.starts_with(words));
    let reads = statement.starts_with("select");
    let values =
        format!("array[{}]::text[], array[{}]::text[]", schemas.join(", "), names.join(", "));
    // What names hold is put in last, since nothing is put into it.
    include_str!("denied.sql")
        .replace("$makes", &makes.to_string())
        .replace("$of_state", &of_state.to_string())
        .replace("$reads", &reads.to_string())
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
