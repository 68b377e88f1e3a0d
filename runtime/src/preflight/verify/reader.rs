//! Statements that read rows of the user's and can do nothing else.

use std::time::{Duration, Instant};

use crate::outcome::error::{Detail, Error, ReadsRows};
use crate::session::executor::{Executor, Rows};
use crate::session::jitter::jittered;
use crate::session::shown::on_one_line;
use crate::session::sql::{OWN, OWN_PATH, PLANS_PATH, Scope, milliseconds, set};
use crate::session::sqlstate::{INSUFFICIENT_PRIVILEGE, LOCK_NOT_AVAILABLE};
use crate::settings::Settings;

/// Between two tries for a reader's lock, which somebody's DDL stands in the way of.
const AGAIN: Duration = Duration::from_millis(200);

/// Settings by which two servers write a value as one text.
///
/// PostgreSQL manual, section "Client Connection Defaults".
const FORMATS: [(&str, &str); 8] = [
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("extra_float_digits", "1"),
    ("bytea_output", "hex"),
    ("xmlbinary", "base64"),
    ("lc_monetary", "C"),
    ("quote_all_identifiers", "off"),
];

/// A session that reads.
pub(super) struct Reader<'a> {
    pub(super) executor: &'a mut dyn Executor,
    pub(super) settings: &'a Settings,
    /// What it reads, for who has to give it the right.
    pub(super) table: String,
}

impl<'a> Reader<'a> {
    pub(super) fn new(executor: &'a mut dyn Executor, settings: &'a Settings) -> Reader<'a> {
        Reader { executor, settings, table: String::new() }
    }

    /// Asks with an expression of the user's, which has the path that such a one is promised.
    pub(super) async fn expression(&mut self, sql: &str) -> Result<Rows, Error> {
        self.ask(sql, &[PLANS_PATH]).await
    }

    /// Asks what is all ours.
    pub(super) async fn own(&mut self, sql: &str) -> Result<Rows, Error> {
        self.ask(sql, &[OWN_PATH]).await
    }

    /// The same with values as any other server writes them.
    pub(super) async fn formatted(&mut self, sql: &str) -> Result<Rows, Error> {
        let settings: Vec<(&str, &str)> = [OWN_PATH].into_iter().chain(FORMATS).collect();
        self.ask(sql, &settings).await
    }

    /// One text is one transaction, whose settings end with it, also where it fails. A policy that
    /// would hide rows makes it fail.
    async fn ask(&mut self, sql: &str, also: &[(&str, &str)]) -> Result<Rows, Error> {
        let timeout = milliseconds(self.settings.lock_timeout);
        let mut settings = vec![
            ("transaction_read_only", "on"),
            ("row_security", "off"),
            ("jit", "off"),
            ("lock_timeout", timeout.as_str()),
        ];
        settings.extend(also);
        let text = format!("{}; {sql} {OWN}", set(Scope::Transaction, &settings));
        let started = Instant::now();
        loop {
            match self.executor.query(&text).await {
                Ok(rows) => return Ok(rows.without_first()),
                Err(error) if error.code() == Some(LOCK_NOT_AVAILABLE) => {
                    let waited = started.elapsed();
                    if waited >= self.settings.deadline {
                        let blockers = Vec::new();
                        return Err(Error::new(Detail::LockTimeout { waited, blockers }));
                    }
                    self.settings.interrupt.sleep(jittered(AGAIN)).await?;
                }
                Err(error) if error.code() == Some(INSUFFICIENT_PRIVILEGE) => {
                    return Err(self.denied(sql).await);
                }
                Err(error) => return Err(Error::of_plan(sql, &error, ReadsRows::Yes)),
            }
        }
    }

    async fn denied(&mut self, sql: &str) -> Error {
        let who = self.executor.query("select pg_catalog.quote_ident(current_user)").await;
        let who = who.ok().and_then(|rows| rows.value().map(str::to_owned));
        let (table, who) = (&self.table, who.unwrap_or_else(|| "…".to_owned()));
        Error::new(Detail::Denied {
            statement: sql.chars().take(300).collect(),
            grants: vec![on_one_line(&format!("grant select on {table} to {who}"))],
            owners: Vec::new(),
            instead: Some(
                "verify as a role with `bypassrls` where policies hide rows from this one",
            ),
        })
    }
}
