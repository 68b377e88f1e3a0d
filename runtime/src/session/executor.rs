//! The one way to the database, and tokio-postgres behind it.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::session::shown::on_one_line;
use crate::session::sqlstate::is_of_data;

/// A session of PostgreSQL that runs one text of statements at a time.
///
/// The runner keeps settings and an advisory lock on the session, which a pooler in transaction
/// mode would lose; where it goes through one, [`is_pooled`](Executor::is_pooled) must say so. An
/// adapter for another client is one method; the
/// statement goes through the simple query protocol, which returns every value as text.
///
/// PostgreSQL manual, section "Message Flow: Simple Query".
///
/// ```
/// use changeover::{Executor, Rows, SqlError, async_trait};
///
/// /// Another client of PostgreSQL.
/// struct Adapter;
///
/// #[async_trait]
/// impl Executor for Adapter {
///     async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
///         // Sends the statement by the simple query protocol, and waits for all of its answer.
///         let answer = vec![vec![Some(sql.len().to_string())]];
///         Ok(Rows::new(answer, 1))
///     }
/// }
/// ```
#[async_trait]
pub trait Executor: Send {
    /// Runs a text and waits until the server has answered: one statement, or several, of which the
    /// server does none where one fails. Then the rows of all of them are returned, in order, with the
    /// count of the last.
    ///
    /// PostgreSQL manual, section "Multiple Statements in a Simple Query".
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError>;

    /// Waits for a notification of a channel that the session listens to, and gives its payload;
    /// forever where the client cannot tell, and then what waits for it polls. It may be dropped at
    /// any time. Any role may notify, as often as it likes: of what nobody has waited for yet, all
    /// but a few may be left out.
    ///
    /// PostgreSQL manual, `NOTIFY`.
    async fn notified(&mut self) -> String {
        std::future::pending().await
    }

    /// Tells whether a pooler may give each transaction another session of the server.
    ///
    /// Then nothing is kept on the session.
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
///
/// ```
/// use changeover::Rows;
///
/// let rows = Rows::new(vec![vec![Some("1".to_owned()), None]], 1);
/// assert_eq!(rows.value(), Some("1"));
/// assert_eq!(rows.affected(), 1);
/// ```
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

    /// Puts the row of another statement before these.
    #[cfg(test)]
    pub(crate) fn behind_another(mut self) -> Rows {
        self.rows.insert(0, vec![None]);
        self
    }

    /// Returns how many rows the statement returned or touched, by its command tag.
    pub fn affected(&self) -> u64 {
        self.affected
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row { values })
    }

    /// Tells whether the first value of the first row is `true`.
    pub(crate) fn is_true(&self) -> bool {
        self.value() == Some("t")
    }

    /// The first value of the first row; none for NULL or where there is no row.
    pub fn value(&self) -> Option<&str> {
        self.rows.first()?.first()?.as_deref()
    }
}

/// A row of text.
///
/// ```
/// use changeover::Rows;
///
/// let rows = Rows::new(vec![vec![Some("1".to_owned()), None]], 1);
/// let row = rows.iter().next().expect("a row");
/// assert_eq!((row.get(0), row.get(1), row.len()), (Some("1"), None, 2));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    values: &'a [Option<String>],
}

impl<'a> Row<'a> {
    /// Returns how many columns it has.
    #[expect(clippy::len_without_is_empty, reason = "a row without columns is of no interest")]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The values of all columns.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<&'a str>> {
        self.values.iter().map(Option::as_deref)
    }

    /// The text of a column; empty for NULL.
    pub(crate) fn text(&self, column: usize) -> &'a str {
        self.get(column).unwrap_or_default()
    }

    /// The number in a column; none where it has none of this kind.
    pub(crate) fn number<T: FromStr>(&self, column: usize) -> Option<T> {
        self.get(column)?.parse().ok()
    }

    /// Tells whether a column has `true`.
    pub(crate) fn is_true(&self, column: usize) -> bool {
        self.get(column) == Some("t")
    }

    /// The value of a column, counted from 0; none for NULL or where there is no such column.
    pub fn get(&self, column: usize) -> Option<&'a str> {
        self.values.get(column)?.as_deref()
    }
}

/// A statement that failed, with the server's SQLSTATE where the server answered.
///
/// It has no source: a client's own error has details of the server's, which quote rows, and
/// printers of whole chains would show them.
///
/// ```
/// use changeover::SqlError;
///
/// let error = SqlError::new(Some("55P03"), "canceling statement due to lock timeout");
/// assert_eq!(error.code(), Some("55P03"));
/// ```
#[derive(Debug)]
pub struct SqlError {
    code: Option<String>,
    message: String,
}

impl SqlError {
    /// A failure: the five characters of its SQLSTATE if the server answered, and the primary
    /// message; with the hint where a `raise` gives one, as blocks of our own do. What the server itself
    /// hints is no advice for a plan (`drop … cascade`), and details may quote rows of the user's. The
    /// message may, too; the runner passes it on only where the statement reads no row.
    pub fn new(code: Option<&str>, message: impl Into<String>) -> SqlError {
        SqlError { code: code.map(str::to_owned), message: message.into() }
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
            Some(db) => with_advice(db),
            None => with_causes(&error),
        };
        SqlError { code, message }
    }
}

/// Whoever raises an error by `raise … using hint` knows what to do about it.
fn with_advice(error: &tokio_postgres::error::DbError) -> String {
    let message = on_one_line(error.message());
    match error.hint().filter(|_| error.routine() == Some("exec_stmt_raise")) {
        Some(hint) => format!("{message}; help: {}", on_one_line(hint)),
        None => message,
    }
}

/// A failure of the connection has its reason in its causes, and none of them knows of rows.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
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

impl std::error::Error for SqlError {}

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
