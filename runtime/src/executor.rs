//! The one way to the database, and tokio-postgres behind it.

use std::fmt;

use async_trait::async_trait;
use tokio_postgres::{Client, SimpleQueryMessage};

/// A session of PostgreSQL that runs one statement at a time.
///
/// The runner keeps settings and an advisory lock on the session, which a pooler in transaction
/// mode would lose; where it goes through one, [`is_pooled`](Executor::is_pooled) must say so. An
/// adapter for another client is one method; the
/// statement goes through the simple query protocol, which returns every value as text.
///
/// PostgreSQL manual, section "Message Flow: Simple Query".
#[async_trait]
pub trait Executor: Send {
    /// Runs one statement and waits until the server has answered.
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError>;

    /// Waits for a notification of a channel that the session listens to; forever where the client
    /// cannot tell, and then what waits for it polls. It may be dropped at any time.
    ///
    /// PostgreSQL manual, `NOTIFY`.
    async fn notified(&mut self) {
        std::future::pending::<()>().await;
    }

    /// Whether a pooler may give each transaction another session of the server.
    ///
    /// Then nothing is kept on the session, and several statements may come as one text, as the
    /// simple query protocol allows.
    fn is_pooled(&self) -> bool {
        false
    }
}

#[async_trait]
impl Executor for Client {
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
        let messages = self.simple_query(sql).await.map_err(SqlError::from)?;
        let mut rows = Rows::default();
        for message in messages {
            match message {
                SimpleQueryMessage::Row(row) => {
                    let values = (0..row.len()).map(|column| row.get(column).map(str::to_owned));
                    rows.rows.push(values.collect());
                }
                SimpleQueryMessage::CommandComplete(affected) => rows.affected = affected,
                _ => {}
            }
        }
        Ok(rows)
    }
}

/// What a statement returned: rows of text, and how many rows it touched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    rows: Vec<Vec<Option<String>>>,
    affected: u64,
}

impl Rows {
    /// Rows as the server sent them, `None` for NULL, and the count of its command tag.
    pub fn new(rows: Vec<Vec<Option<String>>>, affected: u64) -> Rows {
        Rows { rows, affected }
    }

    /// The same without the row of the statement that came before in one text.
    pub(crate) fn without_first(mut self) -> Rows {
        if !self.rows.is_empty() {
            self.rows.remove(0);
        }
        self
    }

    /// How many rows the statement returned or touched, by its command tag.
    pub fn affected(&self) -> u64 {
        self.affected
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row { values })
    }

    /// The first value of the first row; none for NULL or where there is no row.
    pub fn value(&self) -> Option<&str> {
        self.rows.first()?.first()?.as_deref()
    }
}

/// A row of text.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    values: &'a [Option<String>],
}

impl<'a> Row<'a> {
    /// How many columns it has.
    #[expect(clippy::len_without_is_empty, reason = "a row without columns is of no interest")]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The value of a column, counted from 0; none for NULL or where there is no such column.
    pub fn get(&self, column: usize) -> Option<&'a str> {
        self.values.get(column)?.as_deref()
    }
}

/// Whether there is no session any more: the connection failed, or the server ended it, because it
/// stops, has crashed or starts, or the session was idle for too long.
///
/// PostgreSQL manual, appendix "PostgreSQL Error Codes".
pub(crate) fn ends_session(code: Option<&str>) -> bool {
    const ENDS: [&str; 6] = ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04"];
    code.is_none_or(|code| code.starts_with("08") || ENDS.contains(&code))
}

/// A statement that failed, with the server's SQLSTATE where the server answered.
pub struct SqlError {
    code: Option<String>,
    message: String,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl SqlError {
    /// A failure: the five characters of its SQLSTATE if the server answered, and the primary
    /// message alone. Details may quote rows of the user's, so they belong in the cause.
    pub fn new(code: Option<&str>, message: impl Into<String>) -> SqlError {
        SqlError { code: code.map(str::to_owned), message: message.into(), cause: None }
    }

    /// The client's own error, which [`source`](std::error::Error::source) then gives.
    #[must_use]
    pub fn caused_by(
        mut self,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> SqlError {
        self.cause = Some(cause.into());
        self
    }

    /// The SQLSTATE; none where the connection failed.
    ///
    /// PostgreSQL manual, appendix "PostgreSQL Error Codes".
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }
}

impl From<tokio_postgres::Error> for SqlError {
    fn from(error: tokio_postgres::Error) -> SqlError {
        let code = error.code().map(|code| code.code().to_owned());
        let message = match error.as_db_error() {
            Some(db) if is_of_data(db.code().code()) => without_values(db.message()),
            Some(db) => db.message().to_owned(),
            None => error.to_string(),
        };
        SqlError { code, message, cause: Some(Box::new(error)) }
    }
}

/// Whether an error is about a value, which its message may quote.
///
/// PostgreSQL manual, appendix "PostgreSQL Error Codes", class 22.
fn is_of_data(code: &str) -> bool {
    code.starts_with("22")
}

/// A message without what stands in quotes, in whichever language the server speaks: errors end up
/// in logs, and values may not belong there.
fn without_values(message: &str) -> String {
    let is_quote = |c: char| "\"'«»„“”‘’「」".contains(c);
    match (message.find(is_quote), message.rfind(is_quote)) {
        (Some(start), Some(end)) if start < end => {
            let after = message[end..].chars().skip(1).collect::<String>();
            format!("{}…{after}", &message[..start])
        }
        _ => message.to_owned(),
    }
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.code.as_ref().map_or(Ok(()), |code| write!(f, " (SQLSTATE {code})"))
    }
}

impl fmt::Debug for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlError")
            .field("code", &self.code)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for SqlError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_loses_what_it_quotes() {
        for (message, expected) in [
            (
                "invalid input syntax for type integer: \"a\"b\"",
                "invalid input syntax for type integer: …",
            ),
            (
                "value \"99\" is out of range for type integer",
                "value … is out of range for type integer",
            ),
            (
                "syntaxe en entrée invalide pour le type integer : « a »",
                "syntaxe en entrée invalide pour le type integer : …",
            ),
            ("division by zero", "division by zero"),
        ] {
            assert_eq!(without_values(message), expected);
        }
    }
}

#[cfg(test)]
pub(crate) mod mock;
