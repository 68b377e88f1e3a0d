//! What a history declares, built in schemas of its own in a transaction that is rolled back, and read
//! back: the server alone knows how it writes an expression.

mod extensions;
pub(crate) mod names;
mod once;
pub(crate) mod words;

use async_trait::async_trait;

use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::{self, Seen};
use crate::catalog::scratch::extensions::Extension;
use crate::catalog::scratch::names::Scratch;
use crate::outcome::comparison::Unbuilt;
use crate::outcome::denied::{self, MakesIn};
use crate::outcome::error::{Detail, Error};
use crate::session::executor::{Executor, Rows, SqlError};
use crate::session::sqlstate::{
    DEADLOCK_DETECTED, DUPLICATE_OBJECT, LOCK_NOT_AVAILABLE, READ_ONLY_SQL_TRANSACTION,
    UNDEFINED_COLUMN, UNIQUE_VIOLATION, ends_session,
};

/// What builds a schema from nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape<'a> {
    pub(crate) statements: &'a [&'a str],
    /// The qualified and quoted names of all that they make.
    pub(crate) names: &'a [&'a str],
    /// What adds the columns that migrations under way have left: a view may name one until it is
    /// replaced.
    pub(crate) left: &'a [String],
}

/// What a history declares, as the catalogs have it once it is built.
#[derive(Debug, Default)]
pub(crate) struct Declared<T> {
    pub(crate) found: T,
    pub(crate) unbuilt: Vec<Unbuilt>,
    /// The extensions, which nobody can make a second time.
    pub(crate) extensions: Vec<Extension>,
    /// Other statements that make what a database has once, and has: a cast between its own types.
    pub(crate) there: Vec<String>,
    /// The first statement that names a column which is not declared.
    names_left: Option<String>,
}

/// How what has been built is read, in the transaction that made it.
#[async_trait]
pub(crate) trait Reading: Sync {
    type Found: Send;

    async fn read(
        &self,
        executor: &mut dyn Executor,
        scratch: &Scratch,
    ) -> Result<Self::Found, Error>;
}

/// All of it, said as the macros say it.
pub(crate) struct Declarations;

#[async_trait]
impl Reading for Declarations {
    type Found = Vec<Declaration>;

    async fn read(
        &self,
        executor: &mut dyn Executor,
        scratch: &Scratch,
    ) -> Result<Vec<Declaration>, Error> {
        let mut found = read::all(executor, Seen::In(scratch)).await?;
        found.retain(|one| one.kind != DeclaredKind::Extension);
        found.retain(|one| one.kind != DeclaredKind::Schema || one.name.name != "public");
        Ok(found)
    }
}

/// How many statements may fail before it is no use to go on.
const MOST_UNBUILT: usize = 50;

/// How often it is built anew for somebody who has a lock that a statement needs.
const MOST_TRIES: usize = 30;

/// Builds a shape and reads what has become of it. It locks no table of the user's, and whatever
/// comes in between, nothing of it stays.
pub(crate) async fn declared<R: Reading>(
    executor: &mut dyn Executor,
    shape: Shape<'_>,
    lock_timeout: &str,
    reading: &R,
) -> Result<Declared<R::Found>, Error> {
    let extensions = Extension::all(shape.statements.iter().copied());
    let mut built = Declared { extensions, ..Declared::<()>::default() };
    let mut tries = 0;
    loop {
        let begin = format!(
            "begin; set local lock_timeout = {lock_timeout}; \
             set local search_path = pg_catalog, pg_temp"
        );
        run(executor, &begin).await?;
        // Few runs come to it, and all would have room for it.
        let outcome = Box::pin(attempt(executor, shape, &built, reading)).await;
        let ended = run(executor, "rollback").await;
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) if error.code() == Some(READ_ONLY_SQL_TRANSACTION) => {
                return Err(Error::new(Detail::ReadOnly { instead: None }));
            }
            Err(error) => return Err(denied::explain(executor, error, MakesIn::Database).await),
        };
        match outcome {
            // Another check has what a database has once, or somebody has what a statement reads.
            Err((_, error)) if tries < MOST_TRIES && gives_way(&error) => tries += 1,
            Ok(found) => {
                let Declared { mut unbuilt, extensions, there, names_left, .. } = built;
                // They are not the history's.
                unbuilt.retain(|one| !shape.left.contains(&one.statement));
                return ended.map(|()| Declared { found, unbuilt, extensions, there, names_left });
            }
            // A transaction with a savepoint for each statement would be felt by other sessions.
            Err((statement, error)) if error.code() == Some(DUPLICATE_OBJECT) => {
                built.there.push(statement.to_owned());
            }
            Err((statement, error))
                if error.code() == Some(UNDEFINED_COLUMN)
                    && built.names_left.is_none()
                    && !shape.left.is_empty() =>
            {
                built.names_left = Some(statement.to_owned());
            }
            Err((statement, error)) if built.unbuilt.len() < MOST_UNBUILT => {
                let reason = error.to_string();
                built.unbuilt.push(Unbuilt { statement: statement.to_owned(), reason });
            }
            Err((statement, error)) => return Err(Error::sql(statement, &error)),
        }
        ended?;
    }
}

/// A statement that the server did not carry out.
type Refused<'a> = (&'a str, SqlError);

async fn attempt<'a, R: Reading>(
    executor: &mut dyn Executor,
    shape: Shape<'a>,
    so_far: &Declared<()>,
    reading: &R,
) -> Result<Result<R::Found, Refused<'a>>, Error> {
    let pid = query(executor, "select pg_catalog.pg_backend_pid()").await?;
    let mut scratch = Scratch::of(shape.names, shape.statements, &pid);
    scratch.note_written(&rows(executor, &scratch.written_sql()).await?);
    if let Some(public) = scratch.schema("public") {
        run(executor, &format!("create schema {public}")).await?;
    }
    // What the role gives by default is nothing that the history declares. All rights come last, so
    // that it can be taken back before.
    let statements = without_extensions(executor, shape.statements).await?;
    let (rights, objects): (Vec<&'a str>, Vec<&'a str>) =
        statements.into_iter().partition(|statement| is_of_rights(statement));
    // An event trigger would see all that is made after it.
    let (watches, objects): (Vec<&'a str>, Vec<&'a str>) =
        objects.into_iter().partition(|statement| is_of_event_triggers(statement));
    let objects = with_left(objects, shape.left, so_far.names_left.as_deref());
    if let Err(refused) = build(executor, &scratch, &objects, so_far).await? {
        return Ok(Err(refused));
    }
    let usual = query(executor, &scratch.usual_rights()).await?;
    if !usual.is_empty() {
        run(executor, &usual).await?;
    }
    if let Err(refused) = build(executor, &scratch, &rights, so_far).await? {
        return Ok(Err(refused));
    }
    if let Err(refused) = build(executor, &scratch, &watches, so_far).await? {
        return Ok(Err(refused));
    }
    reading.read(executor, &scratch).await.map(Ok)
}

/// The statements with those that add what is left, where the first one needs it.
fn with_left<'a>(
    mut statements: Vec<&'a str>,
    left: &'a [String],
    user: Option<&str>,
) -> Vec<&'a str> {
    if let Some(user) = user {
        let at = statements.iter().position(|statement| *statement == user);
        let at = at.unwrap_or(statements.len());
        statements.splice(at..at, left.iter().map(String::as_str));
    }
    statements
}

/// The statements but for those of extensions that the database has.
async fn without_extensions<'a>(
    executor: &mut dyn Executor,
    statements: &[&'a str],
) -> Result<Vec<&'a str>, Error> {
    let there = rows(executor, "select extname from pg_catalog.pg_extension").await?;
    let is_of_them = |statement: &&str| {
        let name = extensions::name(statement);
        name.is_some_and(|name| there.iter().any(|row| row.text(0) == name))
    };
    Ok(statements.iter().copied().filter(|statement| !is_of_them(statement)).collect())
}

fn is_of_rights(statement: &str) -> bool {
    ["grant ", "revoke "].iter().any(|word| statement.starts_with(word))
}

fn is_of_event_triggers(statement: &str) -> bool {
    ["create", "alter", "comment on"]
        .iter()
        .any(|word| statement.starts_with(&format!("{word} event trigger ")))
}

async fn build<'a>(
    executor: &mut dyn Executor,
    scratch: &Scratch,
    statements: &[&'a str],
    so_far: &Declared<()>,
) -> Result<Result<(), Refused<'a>>, Error> {
    let path = scratch.path();
    for statement in statements {
        let failed = so_far.unbuilt.iter().map(|failed| failed.statement.as_str());
        if failed.chain(so_far.there.iter().map(String::as_str)).any(|failed| failed == *statement)
        {
            continue;
        }
        let sql = format!("{path}; {}", scratch.sql(statement));
        match executor.query(&sql).await {
            Ok(_) => {}
            Err(error) if ends_session(error.code()) => {
                return Err(Error::sql(statement, &error));
            }
            Err(error) => return Ok(Err((*statement, error))),
        }
    }
    Ok(Ok(()))
}

fn gives_way(error: &SqlError) -> bool {
    matches!(error.code(), Some(LOCK_NOT_AVAILABLE | DEADLOCK_DETECTED | UNIQUE_VIOLATION))
}

async fn run(executor: &mut dyn Executor, sql: &str) -> Result<(), Error> {
    query(executor, sql).await.map(drop)
}

async fn query(executor: &mut dyn Executor, sql: &str) -> Result<String, Error> {
    Ok(rows(executor, sql).await?.value().unwrap_or_default().to_owned())
}

async fn rows(executor: &mut dyn Executor, sql: &str) -> Result<Rows, Error> {
    executor.query(sql).await.map_err(|error| Error::sql(sql, &error))
}
